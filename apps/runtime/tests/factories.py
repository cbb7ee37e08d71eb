"""What the runtime's tests need: an owner, a run, an event. Each call makes its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from apps.runtime.domain.events import Event, Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.models import Run
from apps.runtime.services.append import Append
from apps.runtime.services.runs import StartRun, start_run
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault


def owner() -> Owner:
    return Owner.user(new_id("user"))


def run(of: Owner | None = None, **fields: Any) -> Run:
    started, _created = start_run(StartRun(owner=of or owner(), metadata=fields.pop("metadata", {}), **fields))
    return started


def event(
    event_type: str = "text.delta", payload: Any = None, key: str | None = None, source: Source = Source.CLIENT
) -> Event:
    return make_event(event_type, {"delta": "hi"} if payload is None else payload, key, source)


def request(run_id: UUID, *events: Event, source: Source = Source.CLIENT, **fields: Any) -> Append:
    return Append(run_id, source, list(events) or [event()], **fields)


def assert_refused(work: Callable[[], Any], reason: str) -> None:
    """`work()` raises a Fault with this reason code."""
    with pytest.raises(Fault) as refused:
        work()
    assert refused.value.reason_code == reason, refused.value
