"""What control keeps for the runtime lanes: operators' exceptions, autopilot bindings, and who is streaming."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

DRIVERS = ("control_service", "runtime_service")


class RouteSplitOverride(models.Model):
    """A standing order about web paths: for everything (`global`) or for one group of routes."""

    scope = models.TextField(primary_key=True)
    target = models.TextField()
    updated_by = models.TextField()
    updated_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "control_route_split_override"
        constraints = [
            models.CheckConstraint(condition=Q(target__in=["legacy", "rust_shell"]), name="control_route_split_target")
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.target}"


class RuntimeDriverOverride(models.Model):
    """A user or an autopilot whose calls take another runtime deployment than the rules say."""

    id = models.TextField(primary_key=True)
    scope_type = models.TextField()
    scope_id = models.TextField()
    driver = models.TextField()
    is_active = models.BooleanField(default=True)
    reason = models.TextField(null=True, blank=True)
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=TransactionNow())
    updated_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "control_runtime_driver_override"
        indexes = [models.Index(fields=["-updated_at"], name="control_driver_newest")]
        constraints = [
            models.UniqueConstraint(fields=["scope_type", "scope_id"], name="control_driver_scope"),
            models.CheckConstraint(condition=Q(driver__in=DRIVERS), name="control_driver_name"),
            models.CheckConstraint(condition=Q(scope_type__in=["user", "autopilot"]), name="control_driver_scope_type"),
        ]

    def __str__(self) -> str:
        return f"{self.scope_type} {self.scope_id}: {self.driver}"


class AutopilotBinding(models.Model):
    """The deployment an autopilot lives on. Of several bindings the primary one counts."""

    autopilot_id = models.TextField()
    driver = models.TextField()
    is_primary = models.BooleanField(default=False)

    class Meta:
        db_table = "control_autopilot_binding"
        constraints = [
            models.UniqueConstraint(
                fields=["autopilot_id"], condition=Q(is_primary=True), name="control_binding_one_primary"
            ),
            models.CheckConstraint(condition=Q(driver__in=DRIVERS), name="control_binding_driver"),
        ]

    def __str__(self) -> str:
        return f"{self.autopilot_id}: {self.driver}"


class StreamLease(models.Model):
    """One of the few streams that a session may hold at once; free again when it is deleted or has expired."""

    session_id = models.TextField()
    slot = models.PositiveSmallIntegerField()
    holder = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "control_stream_lease"
        constraints = [models.UniqueConstraint(fields=["session_id", "slot"], name="control_stream_slot")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.slot}"
