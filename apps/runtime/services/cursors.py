"""Rolling portions: a job that walks a large table a piece at a time, whichever process runs it next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from apps.runtime.models import JobCursor

T = TypeVar("T")


def next_portion(name: str, size: int, after: Callable[[str, int], Sequence[T]], key: Callable[[T], str]) -> list[T]:
    """The next `size` items behind where `name` stopped, from the beginning again once the end is reached.

    `after(position, count)` reads items in the order of `key`; position "" is the beginning. Two processes that ask
    at once get different portions.
    """
    with transaction.atomic():
        JobCursor.objects.get_or_create(name=name, defaults={"updated_at": timezone.now()})
        cursor = JobCursor.objects.select_for_update().get(name=name)
        portion = list(after(cursor.position, size))
        cursor.position = key(portion[-1]) if len(portion) == size else ""
        cursor.updated_at = timezone.now()
        cursor.save(update_fields=["position", "updated_at"])
    return portion
