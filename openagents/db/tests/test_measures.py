"""What the ground measures of every plane: transactions, connections, its login's rights."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from openagents.db import own_rights
from openagents.ops import metrics

PLANE = settings.OA_PROCESS.plane


def transactions() -> float:
    samples = metrics.DB_TX_SECONDS.labels(PLANE)._child_samples()
    return next(sample.value for sample in samples if sample.name == "_count")


def test_each_transaction_is_timed_once_however_it_ends() -> None:
    before = transactions()
    with transaction.atomic(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert transactions() == before + 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    assert transactions() == before + 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert transactions() == before + 2


def test_open_connections_are_counted() -> None:
    connection.ensure_connection()
    gauge = metrics.DB_POOL_IN_USE.labels(PLANE)
    before = gauge._value.get()
    seen: list[float] = []

    def elsewhere() -> None:
        connection.ensure_connection()
        connection.ensure_connection()
        seen.append(gauge._value.get())
        connection.close()
        connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [before + 1]
    assert gauge._value.get() == before


def test_a_service_login_is_what_the_registry_says() -> None:
    assert own_rights.measure() == []
    assert metrics.ROLE_CHECK_OK.labels(PLANE)._value.get() == 1


def test_a_login_that_is_somebody_else_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    other: Any = type("Other", (), {"plane": PLANE, "login": "runtime_svc", "writer_group": "oa_runtime_rw"})
    monkeypatch.setattr(settings, "OA_PROCESS", other)
    assert len(own_rights.measure()) == 2
    assert metrics.ROLE_CHECK_OK.labels(PLANE)._value.get() == 0
    monkeypatch.undo()
    own_rights.measure()
