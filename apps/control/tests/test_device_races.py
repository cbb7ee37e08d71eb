"""Whatever ends sessions against whatever begins them on the same device: never a deadlock, never a survivor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.control.models import Device, Session
from apps.control.services import moderation
from apps.control.tests.world import Answer, Person, call, challenge, code_for, refresh, sign_in
from openagents.ops import faults

ROUNDS = 6
Work = Callable[[], Any]


def knock(person: Person) -> Work:
    """A sign-in of the same user on the same device, its code already sent."""
    body = {"challenge_id": challenge(person.email), "device_id": person.device_id, "code": code_for(person.email)}
    return lambda: call("POST", "/api/auth/verify", body)


def live(person: Person) -> int:
    return Session.objects.filter(
        user_id=person.user_id, device__device_id=person.device_id, status__in=["active", "reauth_required"]
    ).count()


def at_once(in_parallel: Any, *works: Work) -> list[Any]:
    found = in_parallel(len(works), lambda index: works[index]())
    failed = [row for row in found if isinstance(row, Exception) or (isinstance(row, Answer) and row.status >= 500)]
    assert not failed, [getattr(row, "content", row) for row in failed]
    return list(found)


def spent(person: Person) -> Work:
    """The reuse of a refresh token, which ends the family."""
    child = refresh(person).json
    call("GET", "/api/auth/session", token=child["token"])
    return lambda: refresh(person)


@pytest.mark.parametrize(
    "ends", [lambda person: lambda: person.post("/api/auth/logout"), spent], ids=["logout", "reuse"]
)
def test_an_end_against_a_sign_in_on_the_same_device(in_parallel: Any, ends: Callable[[Person], Work]) -> None:
    for _ in range(ROUNDS):
        person = sign_in()
        with faults.arm("control.revocation.before_row", "delay:30"):
            at_once(in_parallel, ends(person), knock(person), knock(person))
        assert Session.objects.get(pk=person.session_id).status == "revoked"
        assert live(person) == 1, "the newest sign-in, and no other"


def test_a_block_against_a_sign_in_leaves_nobody_inside(in_parallel: Any) -> None:
    for _ in range(ROUNDS):
        person = sign_in()
        keeper = sign_in(person.email)
        body = {"device_id": person.device_id, "block": True}
        with faults.arm("control.verify.before_commit", "delay:30"):
            blocked, *entered = at_once(
                in_parallel,
                lambda keeper=keeper, body=body: keeper.post("/api/auth/devices/revoke", body),
                knock(person),
                knock(person),
            )
        assert blocked.status == 200 and {answer.status for answer in entered} <= {200, 403}
        assert Device.objects.get(user_id=person.user_id, device_id=person.device_id).blocked_at is not None
        assert live(person) == 0


def test_an_operators_block_against_sign_in_logout_and_refresh(in_parallel: Any) -> None:
    for _ in range(ROUNDS):
        person = sign_in()
        device = Device.objects.get(user_id=person.user_id)
        with faults.arm("control.verify.before_commit", "delay:30"):
            at_once(
                in_parallel,
                lambda device=device: moderation.block_devices([device.pk], "admin:test"),
                knock(person),
                lambda person=person: person.post("/api/auth/logout"),
                lambda person=person: refresh(person),
            )
        assert live(person) == 0


def test_everything_at_once_on_two_devices_of_one_user(in_parallel: Any) -> None:
    everything = {"revoke_all_sessions": True, "include_current": True}
    for _ in range(3):
        one = sign_in()
        two = sign_in(one.email)
        at_once(
            in_parallel,
            lambda one=one: one.post("/api/auth/sessions/revoke", everything),
            lambda two=two: two.post("/api/auth/devices/revoke", {"device_id": two.device_id, "include_current": True}),
            knock(one),
            knock(two),
            lambda one=one: refresh(one),
            lambda two=two: refresh(two),
        )
        assert max(live(one), live(two)) <= 1


def test_a_block_waits_for_a_sign_in_that_is_under_way(in_parallel: Any, person: Person) -> None:
    """The sign-in holds its user; the block must see the session that it makes."""
    keeper = sign_in(person.email)
    body = {"device_id": person.device_id, "block": True}
    with faults.arm("control.verify.before_commit", "delay:300"):
        entered, blocked = at_once(in_parallel, knock(person), lambda: keeper.post("/api/auth/devices/revoke", body))
    assert blocked.status == 200 and entered.status in (200, 403)
    assert live(person) == 0
