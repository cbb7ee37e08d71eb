"""`append-http`: signed appends to a served runtime, singly and in batches of 50, beside the service call."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.services.append import Append, append
from apps.runtime.services.runs import StartRun, start_run
from openagents.embedded.provision import ROOT, clean_environment
from openagents.embedded.supervision import manage
from openagents.ops.supervised import SUPERVISOR_ENV
from openagents.peers.keys import Key
from openagents.peers.signature import Act, sign
from openagents.receipts.ids import new_id, new_uuid7
from tools.bench.append import PAYLOAD, warm_up
from tools.bench.crowd import Crowd
from tools.bench.figures import Figure, Slice, Work, compare
from tools.bench.place import FOLDER, Place

NAME = "append-http"
GOAL = 0.5
BATCH_EVENTS = 50
READY_SECONDS_MAX = 60.0
CASES = (("single", 1, 1), ("single", 8, 1), ("batch of 50", 1, BATCH_EVENTS), ("batch of 50", 4, BATCH_EVENTS))
_keys = itertools.count()


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    database = place.clone("bench_append_http")
    place.use(database)
    user_id = new_id("user")
    runs = [new_uuid7() for _ in range(max(callers for _, callers, _ in CASES))]
    for identifier in runs:
        start_run(StartRun(owner=Owner.user(user_id), metadata={}, run_id=identifier))
    place.settle(database)
    say("starting the runtime with its production server")
    key = Key("control-dev-1", "control", place.credentials.internal["control"].encode())
    with served(place, database) as port:
        for what, callers, events in CASES:
            say(f"{what}, {callers} callers")
            with over_http(port, key, user_id, runs[:callers], events) as ours, directly(runs[:callers], events) as top:
                yield compare(
                    NAME,
                    f"{what}, {callers} callers",
                    "events/s",
                    times(ours, events),
                    "the service call, as many threads",
                    times(top, events),
                    goal=GOAL,
                    seconds=1.5,
                )


def over_http(port: int, key: Key, user_id: str, runs: Sequence[UUID], events: int) -> Crowd:
    """A client with a connection of its own for each run."""
    clients = [Client(port, key, user_id) for _ in runs]

    def work(index: int) -> None:
        clients[index].append(runs[index], events)

    return Crowd(len(runs), work, work)


def directly(runs: Sequence[UUID], events: int) -> Crowd:
    """A thread for each run that calls the service."""
    return Crowd(len(runs), lambda index: append_directly(runs[index], events), lambda index: warm_up(runs[index]))


def times(work: Work, events: int) -> Work:
    """Count events instead of calls."""

    def counted(seconds: float) -> Slice:
        calls = work(seconds)
        return Slice(calls.operations * events, calls.seconds, calls.durations)

    return counted


def append_directly(run_id: UUID, events: int) -> None:
    batch = [make_event("text.delta", PAYLOAD, f"direct-{next(_keys)}", Source.CLIENT) for _ in range(events)]
    append(Append(run_id, Source.CLIENT, batch))


class Client:
    """One kept connection, one signed request after the other."""

    def __init__(self, port: int, key: Key, user_id: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._key = key
        self._act = Act(user_id=user_id)

    def append(self, run_id: UUID, events: int) -> None:
        """Raises RuntimeError for any answer but 200."""
        bodies = [
            {"event_type": "text.delta", "payload": PAYLOAD, "idempotency_key": f"http-{next(_keys)}"}
            for _ in range(events)
        ]
        path = f"/internal/v1/runs/{run_id}/events" + ("/batch" if events > 1 else "")
        body = json.dumps({"events": bodies} if events > 1 else bodies[0]).encode()
        headers = sign(self._key, aud="runtime", method="POST", path_with_query=path, body=body, act=self._act)
        self._connection.request("POST", path, body, {**headers, "content-type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {content[:500]!r}")


@contextmanager
def served(place: Place, database: str) -> Iterator[int]:
    """The process, served by `manage.py serve` with its defaults. Yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {**clean_environment(), **place.environment(database), SUPERVISOR_ENV: str(os.getpid())}
    log_path = FOLDER / f"{place.process.name}.log"
    with open(log_path, "wb") as log:
        process = subprocess.Popen(
            manage("serve", "--plane", place.process.name, "--bind", f"127.0.0.1:{port}"),
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until_ready(port, process, log_path)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_ready(port: int, process: subprocess.Popen[bytes], log_path: Path) -> None:
    """Until `/readyz` says 200. Raises RuntimeError with the end of the log."""
    deadline, pause = time.monotonic() + READY_SECONDS_MAX, threading.Event()
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pause.wait(0.05)
        finally:
            connection.close()
    raise RuntimeError(f"the process is not ready:\n{log_path.read_text(errors='replace')[-2000:]}")
