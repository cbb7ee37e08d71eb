"""The table of limits: every bucket is there, refuses the hit after the last one, and says how long to wait."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apps.control.services import limits
from apps.control.tests.world import Person, address, call, fresh, new_email
from openagents.wire.faults import RATE_LIMITED, Fault

TABLE = {
    "auth.email": (30, 60),
    "auth.email.address": (30, 600),
    "auth.verify": (10, 60),
    "auth.refresh": (60, 60),
    "runtime.thread.message": (60, 60),
    "runtime.codex.control.request": (60, 60),
    "runtime.codex.event": (6000, 60),
    "token.mint": (120, 60),
    "ops.secret.failure": (10, 60),
    "runtime.treasury": (60, 60),
    "runtime.marketplace": (60, 60),
    "webhooks.mail": (600, 60),
}


@pytest.mark.parametrize("bucket", sorted(TABLE))
def test_each_bucket_has_its_limit_per_key(bucket: str) -> None:
    limit, seconds = TABLE[bucket]
    assert limits.BUCKETS[bucket] == (limit, seconds)
    key = fresh("key")
    limits.count(bucket, key, limit)
    with pytest.raises(Fault) as caught:
        limits.count(bucket, key)
    assert caught.value.kind is RATE_LIMITED
    wait = caught.value.retry_after_ms
    assert wait is not None and 1000 <= wait <= seconds * 1000
    limits.count(bucket, fresh("key"))


def test_every_bucket_is_used_by_some_route() -> None:
    """A limit that nobody counts against is none."""
    plane = Path(limits.__file__).parents[1]
    source = "".join(
        file.read_text() for file in plane.rglob("*.py") if "tests" not in file.parts and file.name != "limits.py"
    )
    unused = [bucket for bucket in TABLE if not re.search(rf'"{re.escape(bucket)}"', source)]
    assert unused == []


def test_a_refusal_names_the_seconds_twice() -> None:
    ip = address()
    for _ in range(10):
        assert call("POST", "/api/auth/verify", {"code": "1", "challenge_id": "none"}, ip=ip).status == 422
    answer = call("POST", "/api/auth/verify", {"code": "1", "challenge_id": "none"}, ip=ip)
    assert (answer.status, answer.code) == (429, "rate_limited")
    wait = answer.json["error"]["retry_after_ms"]
    assert answer.headers["retry-after"] == str(-(-wait // 1000)) and wait > 0


def test_an_address_is_limited_wherever_it_is_asked_from() -> None:
    email = new_email()
    limits.count("auth.email.address", email, 30)
    assert call("POST", "/api/auth/email", {"email": email.upper()}).status == 429
    assert call("POST", "/api/auth/email", {"email": new_email()}).status == 200


def test_minting_is_limited_by_credential_not_by_person(person: Person) -> None:
    program = person.program()
    limits.count("token.mint", person.session_id, 120)
    assert person.post("/api/sync/token").status == 429
    assert person.post("/api/khala/token").status == 429
    assert program.post("/api/sync/token").status == 200
