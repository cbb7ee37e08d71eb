"""What one process of Khala was told, the others hear of."""

from __future__ import annotations

import orjson
import pytest

from apps.khala.api import revoke
from apps.khala.services.control_bus import REVOCATION
from apps.khala.tests.conftest import Serving, User, signed

PATH = "/internal/v1/sync/sessions/revoke"


def test_a_revocation_is_announced_to_the_other_processes(
    serving: Serving, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[tuple[str, int]] = []
    monkeypatch.setattr(revoke, "announce", lambda kind, number: announced.append((kind, number)))
    body = orjson.dumps({"session_ids": [user.session_id], "seq": None})
    assert signed(serving, "control", "POST", PATH, body).status_code == 200
    ((kind, number),) = announced
    assert kind == REVOCATION and number > 0
