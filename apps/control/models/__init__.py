"""What control keeps. Bearer secrets are stored as SHA-256 digests only."""

from apps.control.models.development import DevOutboxMessage
from apps.control.models.identity import AuthChallenge, Device, RefreshToken, Session, User
from apps.control.models.orgs import Membership, Org
from apps.control.models.sync import IssuedSyncToken, Revocation

__all__ = [
    "AuthChallenge",
    "DevOutboxMessage",
    "Device",
    "IssuedSyncToken",
    "Membership",
    "Org",
    "RefreshToken",
    "Revocation",
    "Session",
    "User",
]
