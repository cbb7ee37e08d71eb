"""Exactly once in effect: replay, conflict, race, failure, expiry."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from openagents.db.models import Heartbeat, IdempotencyRecord
from openagents.idempotency import Answer, fingerprint, once
from openagents.ops.metrics import IDEMPOTENCY
from openagents.wire.faults import CONFLICT, Fault

InParallel = Callable[..., list[Any]]


@pytest.fixture
def key() -> str:
    return uuid.uuid4().hex


def effect(key: str, status: int = 201) -> Callable[[], Answer]:
    """Work that leaves a row of its own each time it runs."""

    def work() -> Answer:
        name = f"{key}-{uuid.uuid4().hex}"
        Heartbeat.objects.create(name=name, at=timezone.now())
        return Answer(status, f'{{"name":"{name}"}}')

    return work


def effects(key: str) -> int:
    return Heartbeat.objects.filter(name__startswith=key).count()


def refuse() -> Answer:
    pytest.fail("the work ran again")


def test_the_same_request_gets_the_first_answer(key: str) -> None:
    first = once("s", key, "f", effect(key), operation="test")
    again = once("s", key, "f", refuse, operation="test")
    assert (first.status, first.replayed) == (201, False)
    assert again == Answer(first.status, first.body, replayed=True)
    assert effects(key) == 1


def test_another_request_under_the_key_is_a_conflict_and_does_nothing(key: str) -> None:
    once("s", key, "f", effect(key), operation="test")
    with pytest.raises(Fault) as caught:
        once("s", key, "other", effect(key), operation="test")
    assert caught.value.kind == CONFLICT
    assert caught.value.reason_code == "idempotency_key_conflict"
    assert effects(key) == 1


def test_scopes_are_apart(key: str) -> None:
    once("a", key, "f", effect(key), operation="test")
    assert once("b", key, "f", effect(key), operation="test").replayed is False
    assert effects(key) == 2


def test_of_sixteen_at_once_one_executes_and_all_get_its_answer(key: str, in_parallel: InParallel) -> None:
    answers = in_parallel(16, lambda _: once("race", key, "f", effect(key), operation="test"))
    assert effects(key) == 1
    assert {answer.body for answer in answers} == {answers[0].body}
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 15


def test_of_two_different_requests_at_once_one_conflicts(key: str, in_parallel: InParallel) -> None:
    results = in_parallel(2, lambda index: once("race", key, str(index), effect(key), operation="test"))
    assert sorted(type(result).__name__ for result in results) == ["Answer", "Fault"]
    assert effects(key) == 1


def test_failing_work_leaves_nothing_and_the_repeat_drives_it(key: str) -> None:
    def half_done() -> Answer:
        effect(key)()
        raise KeyError("power cut")

    with pytest.raises(KeyError):
        once("s", key, "f", half_done, operation="test")
    assert effects(key) == 0
    assert not IdempotencyRecord.objects.filter(key=key).exists()
    assert once("s", key, "f", effect(key), operation="test").replayed is False
    assert effects(key) == 1


def test_an_answer_of_500_is_never_replayed(key: str) -> None:
    assert once("s", key, "f", lambda: Answer(500, "boom"), operation="test").status == 500
    assert once("s", key, "f", effect(key), operation="test").status == 201
    assert once("s", key, "f", refuse, operation="test").status == 201


def test_a_refusal_is_replayed(key: str) -> None:
    once("s", key, "f", lambda: Answer(422, "no"), operation="test")
    assert once("s", key, "f", refuse, operation="test") == Answer(422, "no", replayed=True)


def test_it_commits_and_rolls_back_with_an_outer_transaction(key: str) -> None:
    with pytest.raises(KeyError), transaction.atomic():
        once("s", key, "f", effect(key), operation="test")
        raise KeyError
    assert effects(key) == 0
    assert once("s", key, "f", effect(key), operation="test").replayed is False


def test_an_expired_record_does_not_count_even_before_the_purge(key: str) -> None:
    past, future = timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(hours=1)
    once("s", key, "f", effect(key), operation="test", expires_at=past)
    again = once("s", key, "another request", effect(key), operation="test", expires_at=future)
    assert again.replayed is False
    assert effects(key) == 2
    assert once("s", key, "another request", refuse, operation="test").replayed is True
    assert IdempotencyRecord.objects.filter(key=key).count() == 1


def test_outcomes_are_counted(key: str) -> None:
    operation = f"test_{key}"
    once("s", key, "f", effect(key), operation=operation)
    once("s", key, "f", refuse, operation=operation)
    with pytest.raises(Fault):
        once("s", key, "g", refuse, operation=operation)
    counts = [IDEMPOTENCY.labels("control", operation, name)._value.get() for name in ("first", "replay", "conflict")]
    assert counts == [1, 1, 1]


def test_the_fingerprint_sees_content_not_order() -> None:
    assert fingerprint({"a": 1, "b": [1, "ä"]}) == fingerprint({"b": [1, "ä"], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint(["a", "b"]) != fingerprint(["b", "a"])
    assert len(fingerprint(None)) == 64
