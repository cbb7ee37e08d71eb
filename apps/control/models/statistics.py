"""What the public statistics remember: the last good figures of each source."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StatsSnapshot(models.Model):
    """The one row of the newest snapshot.

    `body`: `readings` maps a source to its figures and the instant they were read, `snapshot` is what was shown.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    generated_at = models.DateTimeField()
    body = models.JSONField()

    class Meta:
        db_table = "control_stats_snapshot"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="control_stats_single")]

    def __str__(self) -> str:
        return str(self.generated_at)
