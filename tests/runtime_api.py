"""The runtime's run routes as a peer calls them: signed as control, on behalf of a user, over real HTTP."""

from __future__ import annotations

import json
from typing import Any

import httpx

from openagents.embedded.credentials import Credentials
from openagents.peers.keys import Key
from openagents.peers.signature import Act, sign
from openagents.peers.target import spell

TIMEOUT_SECONDS = 15.0
"""After a start one worker answers while others still import: a call may land on one of those and wait for it."""


class NoAnswer(Exception):
    """The call may have happened or not: no answer, or one that leaves it open (5xx)."""


class Refused(Exception):
    """The runtime says that the call did not happen. `status` and `code` are its words."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.code = str(body.get("reason_code") or body.get("code") or body.get("error"))
        self.retry_after_ms = int(body.get("retry_after_ms") or 0)


def accepted(answer: httpx.Response) -> httpx.Response:
    """The answer, if it says that the call happened. Raises NoAnswer or Refused."""
    if answer.status_code >= 500:
        raise NoAnswer(f"{answer.status_code} {answer.text[:200]}")
    if answer.status_code >= 400:
        raise Refused(answer.status_code, dict(answer.json()))
    return answer


class RuntimeApi:
    """One connection pool, one user. Every call is one attempt; retrying is up to the caller."""

    def __init__(self, url: str, credentials: Credentials, user_id: str | None, issuer: str = "control") -> None:
        self._key = Key(f"{issuer}-dev-1", issuer, credentials.internal[issuer].encode())
        self._act = Act(user_id=user_id) if user_id else None
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """The decoded answer of a 2xx. Raises NoAnswer or Refused."""
        answer = self.raw(method, path, body)
        return dict(answer.json())

    def raw(self, method: str, path: str, body: Any = None) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        target = spell(f"/internal/v1{path}")
        signed = sign(self._key, aud="runtime", method=method, path_with_query=target, body=content, act=self._act)
        try:
            answer = self._http.request(
                method, target, content=content, headers={**signed, "content-type": "application/json"}
            )
        except httpx.TransportError as error:
            raise NoAnswer(type(error).__name__) from error
        return accepted(answer)

    def start_run(self, **fields: Any) -> str:
        return str(self.call("POST", "/runs", fields)["run"]["id"])

    def append(
        self, run_id: str, payload: Any, key: str | None = None, event_type: str = "text.delta"
    ) -> dict[str, Any]:
        body = {"event_type": event_type, "payload": payload, "idempotency_key": key}
        return self.call("POST", f"/runs/{run_id}/events", body)

    def append_batch(self, run_id: str, events: list[dict[str, Any]]) -> dict[str, Any]:
        return self.call("POST", f"/runs/{run_id}/events/batch", {"events": events})

    def log(self, run_id: str) -> list[dict[str, Any]]:
        """The whole event log, page by page."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self.call("GET", f"/runs/{run_id}/events?after_seq={after}&limit=1000")
            found += page["events"]
            after = page["next_after_seq"]
            after = int(after) if after is not None else None
        return found
