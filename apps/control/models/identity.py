"""Users, sign-in challenges, devices, sessions and the refresh tokens of their families."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from apps.control.domain import states


class User(models.Model):
    """A person, bound to one identity of the provider. Addresses are stored trimmed and in lower case."""

    id = models.TextField(primary_key=True)
    email = models.TextField(unique=True)
    name = models.TextField()
    name_customized = models.BooleanField(default=False)
    provider_user_id = models.TextField(blank=True, default="")
    provider = models.TextField()
    created_at = models.DateTimeField(db_default=TransactionNow())
    updated_at = models.DateTimeField(db_default=TransactionNow())
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "control_user"
        constraints = [
            models.UniqueConstraint(
                fields=["provider_user_id"], condition=~Q(provider_user_id=""), name="control_user_provider_id"
            )
        ]

    def __str__(self) -> str:
        return self.email


class AuthChallenge(models.Model):
    """One code sent to one address; verified at most once."""

    id = models.TextField(primary_key=True)
    email = models.TextField()
    provider = models.TextField()
    pending_provider_user_id = models.TextField(blank=True, default="")
    code_digest = models.TextField(null=True, blank=True)
    """`<salt hex>$<sha256 hex>` where control itself made the code (provider `local`)."""
    status = models.TextField(default=states.CHALLENGE.initial)
    attempts = models.PositiveSmallIntegerField(default=0)
    client_ip = models.TextField(blank=True, default="")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=TransactionNow())
    consumed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "control_auth_challenge"
        indexes = [
            models.Index(fields=["email", "status"], name="control_challenge_email"),
            models.Index(fields=["expires_at"], name="control_challenge_expiry"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(states.CHALLENGE.states)), name="control_challenge_status"
            )
        ]

    def __str__(self) -> str:
        return self.id


class Device(models.Model):
    """An installation of one user. The same device id under two users is two devices."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    device_id = models.TextField()
    client = models.TextField()
    platform = models.TextField()
    app_version = models.TextField(blank=True, default="")
    first_seen_at = models.DateTimeField(db_default=TransactionNow())
    last_seen_at = models.DateTimeField(db_default=TransactionNow())
    blocked_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    """Newest revocation that named this device to Khala. Tokens minted later must carry a later second."""

    class Meta:
        db_table = "control_device"
        constraints = [models.UniqueConstraint(fields=["user", "device_id"], name="control_device_of_user")]

    def __str__(self) -> str:
        return self.device_id


class Session(models.Model):
    """A sign-in on a device: one access token at a time, one family of refresh tokens."""

    id = models.TextField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="sessions")
    email = models.TextField()
    token_name = models.TextField()
    active_org_id = models.TextField()
    access_digest = models.CharField(max_length=64, null=True, blank=True)
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField(db_index=True)
    status = models.TextField(default=states.SESSION.initial)
    reauth_required = models.BooleanField(default=False)
    issued_at = models.DateTimeField(db_default=TransactionNow())
    last_refreshed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "control_session"
        indexes = [models.Index(fields=["user", "-issued_at"], name="control_session_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["access_digest"], condition=Q(access_digest__isnull=False), name="control_session_access"
            ),
            models.UniqueConstraint(
                fields=["user", "device"], condition=Q(status="active"), name="control_session_live_per_device"
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(states.SESSION.states)), name="control_session_status"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class RefreshToken(models.Model):
    """One link of a session's family. At most one is current; presenting any other ends the family (6.4)."""

    id = models.TextField(primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True)
    state = models.TextField(default=states.REFRESH_TOKEN.initial)
    created_at = models.DateTimeField(db_default=TransactionNow())
    ended_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.TextField(null=True, blank=True)
    client_nonce_digest = models.CharField(max_length=64, null=True, blank=True)
    replay_sealed = models.TextField(null=True, blank=True)
    """The pair that replaced this token, sealed under a key only its presenter can derive; wiped by the sweeper."""
    pair_used_at = models.DateTimeField(null=True, blank=True)
    """First use of this token or of the access token born with it."""

    class Meta:
        db_table = "control_refresh_token"
        indexes = [
            models.Index(fields=["ended_at"], condition=Q(replay_sealed__isnull=False), name="control_refresh_sealed")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state="current"), name="control_refresh_one_current"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(states.REFRESH_TOKEN.states)), name="control_refresh_state"
            ),
        ]

    def __str__(self) -> str:
        return self.id
