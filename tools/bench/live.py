"""What the benches of live delivery share: a served Khala on a runtime's journal, an audience, a broadcaster."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

from apps.runtime.domain.events import Event, Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.services.append import Append, append, append_all
from apps.runtime.services.runs import StartRun, start_run
from openagents.embedded.provision import ROOT, clean_environment
from openagents.receipts.ids import new_id, new_uuid7
from openagents.wire.faults import Fault
from tools.bench.append import PAYLOAD
from tools.bench.place import FOLDER, Place
from tools.bench.serving import Command, Served, free_port, served

LIMITS = dict.fromkeys(
    (
        *(f"KHALA_HANDSHAKE_{whose}{what}" for whose in ("", "IP_", "USER_") for what in ("RATE", "BURST")),
        *(f"KHALA_CONNECTIONS_{whose}MAX" for whose in ("", "USER_", "ORG_")),
    ),
    "1000000",
)
"""One user at one address is a crowd here; every other limit and all authorization stay as they are."""


class Piped:
    """A child that answers one JSON line for each line it is sent."""

    def __init__(self, module: str, *arguments: str, **environment: str) -> None:
        self._log = open(FOLDER / f"{module.rpartition('.')[2]}.log", "w")  # noqa: SIM115 - closed with the child
        self._child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT, env={**clean_environment(), "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip

    def ask(self, do: str, **rest: Any) -> Any:
        """Raises RuntimeError when the child has ended."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps({"do": do, **rest}) + "\n")
        self._child.stdin.flush()
        line = self._child.stdout.readline()
        if not line:
            raise RuntimeError(f"the child ended; see {self._log.name}")
        return json.loads(line)

    def __enter__(self) -> Piped:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()
        self._log.close()


def _event() -> Event:
    return make_event("text.delta", PAYLOAD, None, Source.CLIENT)


@dataclass
class Live:
    """A served Khala, and one user's run to publish on."""

    khala: Served
    user_id: str
    runs: list[UUID]
    token_key: tuple[str, str]

    @property
    def topics(self) -> list[str]:
        return [f"run:{run_id}:events" for run_id in self.runs]

    def publish(self, events: int = 1, run: int = 0) -> int:
        """Append events in one request and wait for the commit. Returns the seq of the last."""
        batch = [_event() for _ in range(events)]
        return append(Append(self.runs[run], Source.CLIENT, batch))[-1].seq

    def publish_everywhere(self) -> None:
        """Append an event to every run, all in one commit."""
        for outcome in append_all([Append(run_id, Source.CLIENT, [_event()]) for run_id in self.runs]):
            if isinstance(outcome, Fault):
                raise outcome

    def seats(self, count: int, cursor: int | None = None) -> list[dict[str, Any]]:
        """Descriptions for the audience: a device of its own for each."""
        url = f"ws://127.0.0.1:{self.khala.port}/khala/v1/ws"
        return [{"url": url, "token": self._token(), "topics": self.topics, "cursor": cursor} for _ in range(count)]

    def _token(self) -> str:
        now = int(time.time())
        kid, secret = self.token_key
        claims = {
            "iss": "https://openagents.com", "aud": "openagents-sync", "sub": f"user:{self.user_id}",
            "iat": now, "nbf": now, "exp": now + 300, "jti": new_id("sync"), "oa_claims_version": "oa_sync_claims_v1",
            "oa_user_id": self.user_id, "oa_org_id": f"user:{self.user_id}", "oa_session_id": new_id("sess"),
            "oa_device_id": new_id("dev"), "oa_sync_scopes": ["runtime.run_events"],
        }  # fmt: skip
        return jwt.encode(claims, secret, "HS256", headers={"kid": kid})


Serve = Callable[[Command | None], AbstractContextManager[Live]]
"""Serves Khala by its production server, or by another command."""


def prepared(place: Place, name: str, say: Callable[[str], None], topics: int) -> Serve:
    """Fresh databases. Khala is served on them, with new runs, by its defaults but for what a crowd needs."""
    runtime, khala = place.clone(f"{name}_runtime"), Place("khala")
    place.use(runtime)
    environment = khala.environment(khala.clone(f"{name}_khala"), runtime=runtime)
    user_id = new_id("user")
    kid, _, secret = environment["OA_SYNC_TOKEN_KEYS"].partition("=")

    @contextmanager
    def serve(command: Command | None = None) -> Iterator[Live]:
        runs = [new_uuid7() for _ in range(topics)]  # none that has a past, which subscribers would replay
        for run_id in runs:
            start_run(StartRun(owner=Owner.user(user_id), metadata={}, run_id=run_id))
        say("starting Khala")
        with served("khala", {**environment, **LIMITS}, command=command) as process:
            yield Live(process, user_id, runs, (kid, secret))

    return serve


def live(place: Place, name: str, say: Callable[[str], None], topics: int = 1) -> AbstractContextManager[Live]:
    """Khala under its production server, on databases of its own."""
    return prepared(place, name, say, topics)(None)


def audience() -> Piped:
    return Piped("tools.bench.audience")


@contextmanager
def broadcaster(**environment: str) -> Iterator[tuple[Piped, int]]:
    """The ceiling's server and its port."""
    port = free_port()
    with Piped("tools.bench.broadcaster", str(port), **environment) as house:
        house.ask("ready")
        yield house, port
