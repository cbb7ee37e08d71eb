"""Real planes as real processes on free ports, on this test process's databases; started, killed, restarted, ended.

Nothing survives a dead test run: every process watches ours (`OA_SUPERVISOR_PID`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from openagents.embedded.provision import ROOT, clean_environment
from openagents.embedded.supervision import manage
from openagents.ops.supervised import SUPERVISOR_ENV
from openagents.planes import PROCESSES

READY_SECONDS_MAX = 60.0
END_SECONDS_MAX = 20.0
POLL_SECONDS = 0.02
LOG_LINES_SHOWN = 40


def until(condition: Callable[[], object], seconds: float, what: str, explain: Callable[[], str] = str) -> None:
    """Wait for a condition. Fails with `what` and whatever `explain` says by then."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}\n{explain()}")
        pause.wait(POLL_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """One process of the registry, served by `manage.py serve` as in production. Its port is its own for good."""

    def __init__(
        self, name: str, folder: Path, environment_of: Callable[[str], dict[str, str]], arguments: Sequence[str] = ()
    ) -> None:
        """`arguments`: further options of `manage.py serve`."""
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = folder / f"{name}.log"
        self._environment_of = environment_of
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process that was started; its workers are its children."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    def start(self, **extra: str) -> None:
        """Start it without waiting. `extra`: environment on top, as `OA_FAULTS`."""
        assert not self.running, f"{self.name} already runs"
        environment = {
            **clean_environment(),
            **self._environment_of(self.name),
            SUPERVISOR_ENV: str(os.getpid()),
            "PYTHONUNBUFFERED": "1",
            **extra,
        }
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                manage("serve", "--plane", self.name, "--bind", f"127.0.0.1:{self.port}", *self._arguments),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self, seconds: float = READY_SECONDS_MAX) -> None:
        """Until `/readyz` says 200. Fails at once, with the end of its log, when the process has ended."""
        said = "nothing"

        def ready() -> bool:
            nonlocal said
            if not self.running:
                raise AssertionError(f"{self.name} ended while starting\n{self.log_tail()}")
            try:
                answer = httpx.get(f"{self.url}/readyz", timeout=3.0, trust_env=False)
            except httpx.HTTPError as error:
                said = type(error).__name__
                return False
            said = answer.text[:300]
            return answer.status_code == 200

        until(ready, seconds, f"{self.name} is ready", lambda: f"it says {said}\n{self.log_tail()}")

    def kill9(self) -> None:
        """SIGKILL to the process and its workers, all at once; returns when they are gone."""
        self._signal_group(signal.SIGKILL)

    def stop(self) -> None:
        """A graceful end, a forced one when that takes too long."""
        if self._process is None:
            return
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(END_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.kill9()
                return
        self._signal_group(signal.SIGKILL)  # workers that outlived their parent

    def restart(self, **extra: str) -> None:
        """Start a killed or stopped process again and wait until it is ready."""
        if self.running:
            self.stop()
        self.start(**extra)
        self.wait_ready()

    def log_tail(self) -> str:
        """The end of everything it ever wrote."""
        lines = self.log_path.read_text(errors="replace").splitlines() if self.log_path.exists() else []
        return "\n".join([f"--- {self.name}, last {LOG_LINES_SHOWN} lines", *lines[-LOG_LINES_SHOWN:]])

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):  # the whole group is gone already
            os.killpg(self._process.pid, number)  # its own group: it was started as the leader of a session
        self._process.wait(END_SECONDS_MAX)
        self._process = None


class System:
    """Processes that know each other's addresses."""

    def __init__(
        self,
        folder: Path,
        environment_of: Callable[[str], dict[str, str]],
        arguments: Mapping[str, Sequence[str]] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """`environment_of(name)`: database and keys of a process; addresses and test settings are added here.

        `extra`: settings of every process on top of them, as `REDIS_URL`.
        """
        self.folder = folder
        self._environment_of = environment_of
        self._arguments = arguments or {}
        self._extra = extra or {}
        self._served: dict[str, Served] = {}

    def __getitem__(self, name: str) -> Served:
        if name not in self._served:
            self._served[name] = Served(name, self.folder, self._full_environment, self._arguments.get(name, ()))
        return self._served[name]

    def up(self, *names: str) -> None:
        """Have these processes running and ready; starts what does not run, all at once."""
        for name in names:
            self[name]  # gives every process its port before the first one starts
        for name in names:
            if not self[name].running:
                self[name].start()
        for name in names:
            self[name].wait_ready()

    def another(self, name: str) -> Served:
        """One more process of a kind, on a port that the others are not told of. Its maker stops it."""
        self[name]
        served = Served(name, self.folder / "another", self._full_environment, self._arguments.get(name, ()))
        served.log_path.parent.mkdir(exist_ok=True)
        return served

    def down(self) -> None:
        for served in self._served.values():
            served.stop()

    def log_tails(self) -> str:
        return "\n".join(served.log_tail() for served in self._served.values())

    def _full_environment(self, name: str) -> dict[str, str]:
        addresses = {f"OA_{PROCESSES[other].env_name}_BASE_URL": served.url for other, served in self._served.items()}
        return {
            **self._environment_of(name),
            **addresses,
            "OA_ENV": "test",
            "OA_LOG_LEVEL": "warning",
            "OA_CELERY_DIR": str(self.folder / "celery"),
            "FANOUT_DRIVER": "postgres",
            **self._extra,
        }
