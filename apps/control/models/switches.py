"""What operators switch at run time."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q


class MaintenanceSwitch(models.Model):
    """The one row of the operator's word on maintenance. Without it the configuration speaks."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    enabled = models.BooleanField()
    reason = models.TextField()
    until = models.DateTimeField(null=True, blank=True)
    changed_by = models.TextField()
    changed_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "control_maintenance_switch"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="control_maintenance_single")]

    def __str__(self) -> str:
        return "on" if self.enabled else "off"
