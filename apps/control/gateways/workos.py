"""WorkOS: codes by mail, through the provider's SDK (3.2).

Two calls and nothing else. What WorkOS answers contains the code, tokens of its own and, in errors, what we sent:
of an answer only the named fields are read, and no text of it leaves this module, not even inside an exception.
Calls are never repeated: a code works once, and a second mail confuses.
"""

from __future__ import annotations

import os
from functools import cache
from time import monotonic
from typing import Any, Final

import httpx
from workos import HTTPResponse, TransportError, TransportTimeout, WorkOSClient, WorkOSError

from apps.control.gateways.identity import (
    AddressRejected,
    Attempt,
    CodeRejected,
    Identity,
    ProviderUnavailable,
    Started,
)

TOTAL_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 3.0
ANSWER_BYTES_MAX: Final = 256 * 1024
TEXT_MAX: Final = 255
GRANT: Final = "urn:workos:oauth:grant-type:magic-auth:code"
BAD_CODE: Final = frozenset({400, 401, 422})
BAD_ADDRESS: Final = frozenset({400, 422})
_UNREADABLE = (WorkOSError, TypeError, AttributeError, ValueError)
"""How the SDK fails without an answer, or on one of another shape."""


class WorkOSProvider:
    """The real provider.

    Answers are read as plain JSON, not through the SDK's models: those demand fields that nobody here needs and
    refuse values that are newer than the SDK, either of which would end all sign-ins.
    """

    name = "workos"

    def __init__(self, *, base_url: str, api_key: str, client_id: str) -> None:
        self._secret = api_key
        self._client_id = client_id
        self._api = _client(base_url, api_key, client_id)

    def start(self, email: str) -> Started:
        status, answer = self._post("magic_auth", {"email": email})
        if status in BAD_ADDRESS:
            raise AddressRejected
        user_id = _text(answer, "user_id")
        if status is not None or not user_id or not _text(answer, "expires_at"):
            raise _unavailable(status)
        return Started(user_id)

    def verify(self, attempt: Attempt) -> Identity:
        body = {
            "client_id": self._client_id,
            "client_secret": self._secret,
            "grant_type": GRANT,
            "email": attempt.email,
            "code": attempt.code,
            "ip_address": attempt.client_ip,
            "user_agent": attempt.user_agent,
        }
        status, answer = self._post("authenticate", {name: value for name, value in body.items() if value})
        if status in BAD_CODE:
            raise CodeRejected
        user = answer.get("user")
        found = Identity(
            provider_user_id=_text(user, "id"),
            email=_text(user, "email"),
            first_name=_text(user, "first_name"),
            last_name=_text(user, "last_name"),
            organization_id=_text(answer, "organization_id") or None,
        )
        complete = _text(answer, "access_token") and _text(answer, "refresh_token") and _is_whole(found)
        if status is not None or not complete:
            raise _unavailable(status)
        return found

    def _post(self, call: str, body: dict[str, str]) -> tuple[int | None, dict[str, Any]]:
        """(None, answer), or (status, {}) of a refusal. Raises ProviderUnavailable without an answer.

        The SDK's errors quote the provider's answer, so nothing of them but the status goes on.
        """
        failure: str
        try:
            return None, self._api.request_raw("POST", ("user_management", call), body=body)
        except _UNREADABLE as error:
            status = getattr(error, "status_code", None)
            if isinstance(status, int):
                return status, {}
            failure = type(error).__name__
        raise ProviderUnavailable(f"workos_{failure}")


class _Line:
    """The SDK's transport: a bound on the whole call and on the answer, and no redirects."""

    def __init__(self) -> None:
        self._client = httpx.Client(
            timeout=httpx.Timeout(TOTAL_SECONDS, connect=CONNECT_SECONDS), follow_redirects=False, trust_env=False
        )

    def request(
        self, method: str, url: str, *, headers: dict[str, str], content: bytes | None, timeout: float
    ) -> HTTPResponse:
        until = monotonic() + timeout
        body = bytearray()
        try:
            with self._client.stream(method, url, headers=headers, content=content) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > ANSWER_BYTES_MAX:
                        raise TransportError("too_large")
                    if monotonic() > until:
                        raise TransportTimeout("timeout")
        except httpx.TimeoutException:
            raise TransportTimeout("timeout") from None
        except httpx.HTTPError:
            raise TransportError("unreachable") from None
        return HTTPResponse(response.status_code, response.headers, bytes(body), method, url)

    def close(self) -> None:
        self._client.close()


@cache
def _client(base_url: str, api_key: str, client_id: str) -> WorkOSClient:
    return WorkOSClient(
        api_key=api_key,
        client_id=client_id,
        base_url=base_url,
        request_timeout=int(TOTAL_SECONDS),
        max_retries=0,
        http_client=_Line(),
    )


if hasattr(os, "register_at_fork"):  # connections do not survive a fork
    os.register_at_fork(after_in_child=_client.cache_clear)


def _unavailable(status: int | None) -> ProviderUnavailable:
    return ProviderUnavailable("workos_answer_incomplete" if status is None else f"workos_{status}")


def _text(source: Any, name: str) -> str:
    value = source.get(name) if isinstance(source, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _is_whole(found: Identity) -> bool:
    at = found.email.rpartition("@")
    texts = (found.provider_user_id, found.email, found.first_name, found.last_name, found.organization_id or "")
    plain = all(len(text.encode("utf-8", "surrogatepass")) <= TEXT_MAX and "\x00" not in text for text in texts)
    return bool(found.provider_user_id) and bool(at[0] and at[1] and at[2]) and plain
