"""Signing in: asking for a code, entering it, and everything that is refused on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.control.domain import states
from apps.control.gateways import identity
from apps.control.models import AuthChallenge, Device, Membership, Session, User
from apps.control.services.clock import database_now
from apps.control.tests.world import (
    address,
    call,
    challenge,
    code_for,
    configure,
    fresh,
    new_email,
    sign_in,
)
from openagents.db.models import AuditEvent
from openagents.ops import faults


def verify(address: str, challenge_id: str, code: str | None = None, **fields: Any) -> Any:
    body = {"code": code or code_for(address), "challenge_id": challenge_id, "device_id": fresh("desktop:d"), **fields}
    return call("POST", "/api/auth/verify", {name: value for name, value in body.items() if value is not None})


def test_a_code_is_sent_and_the_challenge_named_in_a_cookie() -> None:
    email = new_email()
    answer = call("POST", "/api/auth/email", {"email": f"  {email.upper()} "})
    assert answer.status == 200
    assert answer.json["ok"] is True
    assert answer.json["status"] == "code-sent"
    assert answer.json["email"] == email
    assert answer.json["provider"] == "local"
    assert answer.json["expiresAt"].endswith("Z") and "." not in answer.json["expiresAt"]
    cookie = answer.cookies["oa_magic_challenge"]
    assert cookie.value == answer.json["challengeId"]
    assert (cookie["path"], cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["max-age"]) == (
        "/", True, True, "Lax", 600,
    )  # fmt: skip


def test_known_and_unknown_addresses_get_the_same_answer(person: Any) -> None:
    known = call("POST", "/api/auth/email", {"email": person.email}).json
    unknown = call("POST", "/api/auth/email", {"email": new_email()}).json
    assert known.keys() == unknown.keys()
    assert known["status"] == unknown["status"]


@pytest.mark.parametrize("email", ["", "   ", "nobody", "@", "a@", "@b", "a b@c.d", f"{'a' * 260}@b.cd"])
def test_a_bad_address_is_refused_by_field(email: str) -> None:
    answer = call("POST", "/api/auth/email", {"email": email})
    assert (answer.status, answer.code, answer.fields) == (422, "invalid_request", {"email"})


def test_a_missing_or_wrongly_typed_address_is_refused_by_field() -> None:
    assert call("POST", "/api/auth/email", {}).fields == {"email"}
    assert call("POST", "/api/auth/email", {"email": 7}).fields == {"email"}


def test_the_right_code_opens_a_session_with_default_memberships() -> None:
    email = new_email()
    answer = verify(email, challenge(email))
    found = answer.json
    assert answer.status == 200
    assert found["token"].startswith("oa_at_") and len(found["token"]) == 6 + 64
    assert found["refreshToken"].startswith("oa_rt_") and len(found["refreshToken"]) == 6 + 64
    assert found["newUser"] is True
    assert found["redirect"] == "/"
    assert found["activeOrgId"] == f"user:{found['userId']}"
    assert found["user"]["workosId"] == identity.mock_user_id(email)
    held = Membership.objects.get(user_id=found["userId"])
    assert (held.org_id, held.role, held.default_org) == (f"user:{found['userId']}", "owner", True)
    assert held.org.slug == f"user-{found['userId']}"
    session = Session.objects.get(pk=found["sessionId"])
    assert found["token"] not in (session.access_digest or "")
    assert answer.cookies["oa_magic_challenge"]["max-age"] == 0


def test_the_domain_of_the_company_joins_its_organisation() -> None:
    person = sign_in(new_email("openagents.com"))
    roles = {held.org_id: (held.role, held.default_org) for held in Membership.objects.filter(user_id=person.user_id)}
    assert roles == {f"user:{person.user_id}": ("owner", True), "org:openagents": ("member", False)}


def test_the_cookie_may_name_the_challenge() -> None:
    email = new_email()
    cookies = {"oa_magic_challenge": challenge(email)}
    answer = call("POST", "/api/auth/verify", {"code": code_for(email), "device_id": "d:1"}, cookies=cookies)
    assert answer.status == 200


def test_a_cookie_with_any_character_is_no_challenge() -> None:
    answer = call("POST", "/api/auth/verify", {"code": "123456"}, cookie='oa_magic_challenge="\\000"')
    assert (answer.status, answer.fields) == (422, {"code"})


def test_a_second_sign_in_finds_the_same_user() -> None:
    first = sign_in()
    second = sign_in(first.email)
    assert second.user_id == first.user_id
    assert (
        AuditEvent.objects.filter(session_id=second.session_id, event_name="auth.verify.completed")
        .get()
        .attributes["new_user"]
        == "false"
    )


def test_a_wrong_code_leaves_the_challenge_open_until_the_fifth() -> None:
    email = new_email()
    challenge_id = challenge(email)
    right = code_for(email)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(4):
        answer = verify(email, challenge_id, wrong)
        assert (answer.status, answer.fields) == (422, {"code"})
    assert AuthChallenge.objects.get(pk=challenge_id).status == "code_sent"
    assert verify(email, challenge_id, wrong).status == 422
    assert AuthChallenge.objects.get(pk=challenge_id).status == "failed"
    assert verify(email, challenge_id, right).status == 422


def test_four_wrong_codes_do_not_spoil_the_right_one() -> None:
    email = new_email()
    challenge_id = challenge(email)
    right = code_for(email)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(4):
        verify(email, challenge_id, wrong)
    assert verify(email, challenge_id, right).status == 200


def test_a_used_expired_unknown_or_missing_challenge_refuses_the_code() -> None:
    email = new_email()
    used = challenge(email)
    assert verify(email, used).status == 200
    assert verify(email, used).fields == {"code"}
    expired = challenge(email)
    AuthChallenge.objects.filter(pk=expired).update(expires_at=database_now() - timedelta(seconds=1))
    assert verify(email, expired).fields == {"code"}
    assert AuthChallenge.objects.get(pk=expired).status == "expired"
    assert verify(email, "challenge_unknown", "123456").fields == {"code"}
    assert verify(email, "", "123456").fields == {"code"}


def test_a_fourth_challenge_supersedes_the_oldest() -> None:
    email = new_email()
    ids = [challenge(email) for _ in range(states.LIVE_CHALLENGES_MAX + 1)]
    statuses = [AuthChallenge.objects.get(pk=pk).status for pk in ids]
    assert statuses == ["expired", "code_sent", "code_sent", "code_sent"]


def test_an_address_that_is_not_the_challenges_is_refused() -> None:
    email = new_email()
    answer = verify(email, challenge(email), email="other@example.com")
    assert (answer.status, answer.fields) == (422, {"email"})


@pytest.mark.parametrize("device_id", ["has space", "ä", "a" * 161, "a/b"])
def test_a_bad_device_id_is_refused(device_id: str) -> None:
    email = new_email()
    answer = verify(email, challenge(email), device_id=device_id)
    assert (answer.status, answer.fields) == (422, {"device_id"})


def test_device_ids_are_folded_and_may_come_by_header() -> None:
    email = new_email()
    body = {"code": None, "challenge_id": challenge(email)}
    body["code"] = code_for(email)
    answer = call("POST", "/api/auth/verify", body, x_device_id=" Desktop:ABC ")
    assert answer.json["deviceId"] == "desktop:abc"


def test_a_known_client_without_device_shares_one_and_an_unknown_one_gets_its_own() -> None:
    email = new_email()

    def without_device(client: str) -> dict[str, Any]:
        body = {"challenge_id": challenge(email), "code": ""}
        body["code"] = code_for(email)
        return call("POST", "/api/auth/verify", body, x_client=client).json

    assert without_device(" Autopilot-Desktop ")["deviceId"] == "desktop:autopilot-desktop"
    assert without_device("autopilot-ios")["tokenName"] == "mobile:autopilot-ios"
    first, second = without_device("curl"), without_device("curl")
    assert first["tokenName"] == "device:unknown"
    assert first["deviceId"].startswith("device:") and first["deviceId"] != second["deviceId"]


def test_the_next_sign_in_on_a_device_ends_the_one_before() -> None:
    first = sign_in()
    second = sign_in(first.email, device_id=first.device_id)
    assert first.get("/api/auth/session").reason == "session_revoked"
    assert Session.objects.get(pk=first.session_id).revoked_reason == "device_replaced"
    assert second.get("/api/auth/session").status == 200


def test_a_blocked_device_cannot_sign_in_and_nothing_is_half_written() -> None:
    person = sign_in()
    Device.objects.filter(user_id=person.user_id).update(blocked_at=database_now())
    challenge_id = challenge(person.email)
    answer = verify(person.email, challenge_id, device_id=person.device_id)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert AuthChallenge.objects.get(pk=challenge_id).status == "code_sent"
    assert Session.objects.filter(user_id=person.user_id).count() == 1


def test_an_identity_of_one_user_and_an_address_of_another_conflict() -> None:
    one, other = sign_in(), sign_in()
    User.objects.filter(pk=one.user_id).update(email=new_email())
    User.objects.filter(pk=other.user_id).update(email=one.email)
    challenge_id = challenge(one.email)
    assert verify(one.email, challenge_id).status == 409


def test_a_name_that_the_user_chose_is_kept(settings: Any) -> None:
    configure(settings, oa_auth_provider_mode="mock")
    email = new_email()
    first = call(
        "POST", "/api/auth/verify", {"code": "123456", "challenge_id": challenge(email), "device_id": "d:1"}
    ).json
    assert first["user"]["name"].endswith(" Mock")
    User.objects.filter(pk=first["userId"]).update(name="Ada", name_customized=True)
    again = call(
        "POST", "/api/auth/verify", {"code": "123456", "challenge_id": challenge(email), "device_id": "d:1"}
    ).json
    assert again["user"]["name"] == "Ada"


def test_two_right_codes_at_once_open_one_session(person: Any, in_parallel: Any) -> None:
    challenge_id, code = challenge(person.email), code_for(person.email)
    with faults.arm("control.verify.before_commit", "delay:150"):
        answers = in_parallel(4, lambda index: verify(person.email, challenge_id, code, device_id=f"desktop:{index}"))
    assert sorted(answer.status for answer in answers) == [200, 422, 422, 422]
    assert Session.objects.filter(user_id=person.user_id).count() == 2


def test_first_sign_ins_of_one_address_at_once_make_one_user(in_parallel: Any) -> None:
    email = new_email()
    pairs = []
    for _ in range(3):
        challenge_id = challenge(email)
        pairs.append((challenge_id, code_for(email)))
    answers = in_parallel(3, lambda index: verify(email, *pairs[index], device_id=f"desktop:{index}"))
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len({answer.json["userId"] for answer in answers}) == 1


def test_sign_ins_on_one_device_at_once_leave_one_live_session(person: Any, in_parallel: Any) -> None:
    pairs = []
    for _ in range(3):
        challenge_id = challenge(person.email)
        pairs.append((challenge_id, code_for(person.email)))
    device = person.device_id
    with faults.arm("control.verify.before_commit", "delay:150"):
        answers = in_parallel(3, lambda index: verify(person.email, *pairs[index], device_id=device))
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert Session.objects.filter(user_id=person.user_id, status="active").count() == 1


def test_a_crash_before_the_commit_leaves_nothing_half_written() -> None:
    email = new_email()
    challenge_id = challenge(email)
    with faults.arm("control.verify.before_commit", "error"):
        assert verify(email, challenge_id).status == 500
    assert not User.objects.filter(email=email).exists()
    assert AuthChallenge.objects.get(pk=challenge_id).status == "code_sent"
    assert verify(email, challenge_id).status == 200


@pytest.mark.parametrize("mode", ["workos", "somebody"])
def test_an_unusable_provider_is_503_and_counts_no_attempt(settings: Any, mode: str) -> None:
    email = new_email()
    challenge_id = challenge(email)
    person = sign_in()
    configure(settings, oa_auth_provider_mode=mode, workos_api_key="", workos_client_id="")
    answer = call("POST", "/api/auth/email", {"email": email})
    assert (answer.status, answer.code) == (503, "service_unavailable")
    answer = verify(email, challenge_id, "123456")
    assert (answer.status, answer.code) == (503, "service_unavailable")
    assert AuthChallenge.objects.get(pk=challenge_id).attempts == 0
    reason = person.get("/api/auth/session").reason if mode == "workos" else None
    assert reason == ("provider_session_required" if mode == "workos" else None)


def test_guessing_from_one_address_is_limited() -> None:
    ip = address()
    body = {"code": "123456", "challenge_id": "challenge_unknown"}
    statuses = [call("POST", "/api/auth/verify", body, ip=ip).status for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    answer = call("POST", "/api/auth/verify", body, ip=ip)
    assert answer.code == "rate_limited"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json["error"]["retry_after_ms"] == int(answer.headers["retry-after"]) * 1000


def test_codes_for_one_address_are_limited_wherever_they_are_asked_from() -> None:
    email = new_email()
    statuses = [call("POST", "/api/auth/email", {"email": email}).status for _ in range(31)]
    assert statuses == [200] * 30 + [429]


def test_codes_asked_for_from_one_address_are_limited() -> None:
    ip = address()
    statuses = [call("POST", "/api/auth/email", {"email": "bad"}, ip=ip).status for _ in range(31)]
    assert statuses == [422] * 30 + [429]


def test_what_happened_is_audited_without_address_or_code() -> None:
    email = new_email("audited.example")
    challenge_id = challenge(email)
    code = code_for(email)
    answer = verify(email, challenge_id, code)
    rows = AuditEvent.objects.filter(event_name__startswith="auth.").order_by("-occurred_at")[:50]
    mine = [row for row in rows if row.session_id == answer.json["sessionId"]]
    assert [row.event_name for row in mine] == ["auth.verify.completed"]
    assert mine[0].outcome == "success"
    assert not any(email in str(row.attributes) or code == row.attributes.get("code") for row in rows)
