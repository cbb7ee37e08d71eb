"""What control keeps. Bearer secrets are stored as SHA-256 digests only."""

from apps.control.models.credentials import PersonalAccessToken
from apps.control.models.development import DevOutboxMessage
from apps.control.models.identity import AuthChallenge, Device, RefreshToken, Session, User
from apps.control.models.integrations import IntegrationSecret
from apps.control.models.lanes import AutopilotBinding, RouteSplitOverride, RuntimeDriverOverride, StreamLease
from apps.control.models.lightning import (
    ControlInvoice,
    ControlSettlement,
    CredentialRole,
    GatewayDeployment,
    GatewayEvent,
    OwnerControl,
    Paywall,
    SecurityGlobal,
)
from apps.control.models.orgs import Membership, Org, OrgInvite, OrgProviderLink
from apps.control.models.statistics import StatsSnapshot
from apps.control.models.switches import MaintenanceSwitch
from apps.control.models.sync import IssuedSyncToken, Revocation

__all__ = [
    "AuthChallenge",
    "AutopilotBinding",
    "ControlInvoice",
    "ControlSettlement",
    "CredentialRole",
    "DevOutboxMessage",
    "Device",
    "GatewayDeployment",
    "GatewayEvent",
    "IntegrationSecret",
    "IssuedSyncToken",
    "MaintenanceSwitch",
    "Membership",
    "Org",
    "OrgInvite",
    "OrgProviderLink",
    "OwnerControl",
    "Paywall",
    "PersonalAccessToken",
    "RefreshToken",
    "Revocation",
    "RouteSplitOverride",
    "RuntimeDriverOverride",
    "SecurityGlobal",
    "Session",
    "StatsSnapshot",
    "StreamLease",
    "User",
]
