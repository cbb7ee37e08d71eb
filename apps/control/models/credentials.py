"""Credentials beside sessions."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models

from apps.control.models.identity import User


class PersonalAccessToken(models.Model):
    """A bearer secret that a user made for a program, with the abilities it carries (`*`: all)."""

    id = models.TextField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_access_tokens")
    name = models.TextField()
    abilities = ArrayField(models.TextField(), default=list)
    digest = models.CharField(max_length=64, unique=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    """Written at most once a minute."""
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "control_personal_access_token"
        indexes = [models.Index(fields=["user", "-created_at"], name="control_pat_newest")]

    def __str__(self) -> str:
        return self.id
