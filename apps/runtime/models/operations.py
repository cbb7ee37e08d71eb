"""What operators switch, how far rolling jobs have come, and how often verification succeeded."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class OpsSwitch(models.Model):
    """A setting that operators change at run time. Its history is in the audit trail."""

    key = models.TextField(primary_key=True)
    value = models.TextField()
    reason = models.TextField()
    actor = models.TextField()
    approved_by = ArrayField(models.TextField(), default=list)
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ops_switch"
        verbose_name_plural = "ops switches"

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class JobCursor(models.Model):
    """Where a job that walks a table in portions goes on next time; empty at the beginning."""

    name = models.TextField(primary_key=True)
    position = models.TextField(default="")
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "job_cursor"

    def __str__(self) -> str:
        return f"{self.name} {self.position}"


class VerificationTally(models.Model):
    """How many verifications of one kind came to one result within one hour."""

    pk = models.CompositePrimaryKey("hour", "kind", "result")
    hour = models.DateTimeField()
    kind = models.TextField()
    result = models.TextField()
    count = models.BigIntegerField(default=0)

    class Meta:
        db_table = "verification_tally"
