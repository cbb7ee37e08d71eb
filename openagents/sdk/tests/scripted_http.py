"""An HTTP transport that answers from a list, and a signed-in client on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openagents.sdk.client import Client
from openagents.sdk.config import Config
from openagents.sdk.http import HttpRequest, HttpResponse
from openagents.sdk.tests.control_double import Control
from openagents.sdk.tests.test_refresh_race import signed_in


class Scripted:
    """An HTTP transport that answers from a list."""

    def __init__(self, *answers: HttpResponse | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is open."""


def ok(data: Any) -> HttpResponse:
    return HttpResponse(200, json.dumps({"data": data}).encode())


def client_of(tmp_path: Path, http: Scripted) -> Client:
    control = Control(url="http://127.0.0.1:1")
    signed_in(control, tmp_path, expires="2099-01-01T00:00:00Z")
    config = Config("http://127.0.0.1:1", "ws://127.0.0.1:1/khala/v1/ws", tmp_path, "default")
    return Client(config, http=http)
