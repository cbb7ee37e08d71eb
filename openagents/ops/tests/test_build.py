"""`/internal/v1/ops/build`: what a process says it is, to signed peers only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client

from openagents.embedded.testbed import TESTBED
from openagents.ops.build import schema_head
from openagents.peers.keys import Key
from openagents.peers.signature import sign

PATH = "/internal/v1/ops/build"


def headers(method: str = "GET") -> dict[str, str]:
    key = Key("ops-dev-1", "ops", TESTBED.credentials.internal["ops"].encode())
    return sign(key, aud=settings.OA_AUDIENCE, method=method, path_with_query=PATH, body=b"")


def test_a_process_says_what_it_is_and_what_it_is_connected_to(client: Client) -> None:
    answer = client.get(PATH, headers=headers())
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    assert (said["plane"], said["role"]) == (settings.OA_PROCESS.plane, settings.OA_PROCESS.name)
    assert said["schema_head"].startswith("00")
    assert said["contracts"]["openagents.runtime.v1"] == 0 and len(said["contracts"]) >= 8
    assert said["databases"] == {
        "default": {"name": settings.DATABASES["default"]["NAME"], "login": settings.OA_PROCESS.login}
    }
    assert settings.DATABASES["default"]["PASSWORD"] not in answer.content.decode()


def test_nobody_else_is_told(client: Client) -> None:
    answer = client.get(PATH)
    assert (answer.status_code, answer.json()["reason_code"]) == (401, "missing_signature")
    assert client.get(PATH, headers=headers("POST")).status_code == 401


def test_it_is_there_to_be_read(client: Client) -> None:
    answer = client.generic("POST", PATH, b"", headers=headers("POST"))
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_the_schema_head_is_the_planes_own_newest_migration() -> None:
    own = settings.OA_PROCESS.plane
    assert schema_head([(own, "0002_b"), (own, "0010_c"), ("auth", "9999_z"), (own, "0001_a")]) == "0010_c"
    assert schema_head([]) is None
