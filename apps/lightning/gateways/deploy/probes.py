"""Probing a gateway from outside, as its clients meet it."""

from __future__ import annotations

import threading
from typing import Final

import httpx

from apps.lightning.gateways.deploy.protocol import GatewayFailed, Seen

SECONDS_MAX: Final = 10.0
TRIES: Final = 3
PAUSE_SECONDS: Final = 0.5


class Probes:
    """Requests to the URLs of the configuration; a transport error is tried three times, an answer is an answer."""

    def __init__(self, health_url: str, challenge_url: str, proxy_url: str, headers: dict[str, str]) -> None:
        self._health_url = health_url
        self._challenge_url = challenge_url
        self._proxy_url = proxy_url
        self._headers = headers
        self._http = httpx.Client(timeout=SECONDS_MAX, trust_env=False, follow_redirects=False)

    def health(self) -> Seen:
        return self._get(self._health_url)

    def challenge(self) -> Seen:
        return self._get(self._challenge_url)

    def proxy(self, authorization: str) -> Seen:
        return self._get(self._proxy_url, authorization)

    def _get(self, url: str, authorization: str = "") -> Seen:
        headers = self._headers | ({"authorization": authorization} if authorization else {})
        pause = threading.Event()
        for number in range(1, TRIES + 1):
            try:
                answer = self._http.get(url, headers=headers)
            except httpx.HTTPError as error:
                if number == TRIES:
                    raise GatewayFailed(f"no answer: {type(error).__name__}") from None
                pause.wait(PAUSE_SECONDS)
                continue
            return Seen(answer.status_code, dict(answer.headers), tuple(answer.headers.get_list("www-authenticate")))
        raise GatewayFailed("no answer")
