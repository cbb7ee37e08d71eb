"""Organisations and who belongs to them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from apps.control.domain.scopes import ROLES
from apps.control.models.identity import User


class Org(models.Model):
    """`org:<slug>`, or the personal `user:<user id>` of exactly one member."""

    id = models.TextField(primary_key=True)
    slug = models.TextField(unique=True)
    name = models.TextField()
    personal = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "control_org"

    def __str__(self) -> str:
        return self.id


class Membership(models.Model):
    """A user's role in an organisation; removed ones are kept as history."""

    org = models.ForeignKey(Org, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.TextField()
    role_scopes = ArrayField(models.TextField(), default=list)
    default_org = models.BooleanField(default=False)
    status = models.TextField(default="active")
    created_at = models.DateTimeField(db_default=TransactionNow())
    revoked_at = models.DateTimeField(null=True, blank=True)
    """Newest revocation that named this membership to Khala. Tokens minted later must carry a later second."""

    class Meta:
        db_table = "control_membership"
        constraints = [
            models.UniqueConstraint(fields=["org", "user"], name="control_membership_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(default_org=True), name="control_membership_one_default"
            ),
            models.CheckConstraint(condition=Q(role__in=sorted(ROLES)), name="control_membership_role"),
            models.CheckConstraint(
                condition=Q(status__in=["invited", "active", "removed"]), name="control_membership_status"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.org_id}"


class OrgInvite(models.Model):
    """An address that becomes a member at its next sign-in. Open while `bound_at` is unset."""

    org = models.ForeignKey(Org, on_delete=models.CASCADE, related_name="invites")
    email = models.TextField()
    role = models.TextField()
    invited_by = models.TextField()
    created_at = models.DateTimeField(db_default=TransactionNow())
    bound_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "control_org_invite"
        indexes = [models.Index(fields=["email"], condition=Q(bound_at__isnull=True), name="control_invite_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["org", "email"], condition=Q(bound_at__isnull=True), name="control_invite_once"
            ),
            models.CheckConstraint(condition=Q(role__in=sorted(ROLES)), name="control_invite_role"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.org_id}"


class OrgProviderLink(models.Model):
    """An organisation of the identity provider and the one of ours that its people join at sign-in."""

    provider_org_id = models.TextField(primary_key=True)
    org = models.ForeignKey(Org, on_delete=models.CASCADE, related_name="provider_links")

    class Meta:
        db_table = "control_org_provider_link"

    def __str__(self) -> str:
        return f"{self.provider_org_id} is {self.org_id}"
