"""All processes of the system on one machine, under one supervisor (circus): started, prefixed, restarted, stopped.

Each process has only its own credentials. The control socket under `.oa/run` is how the demo and the drills kill and
restart single processes.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from circus.client import CircusClient

from openagents.embedded.provision import ROOT, clean_environment
from openagents.ops.supervised import SUPERVISOR_ENV
from openagents.planes import Process

COLOURS = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)
NAME_WIDTH = 22
STOP_SECONDS_MAX = 20.0


class PrefixedStream:
    """Writes a process's lines with its name in front. Halves of a line wait for the rest."""

    def __init__(self, name: str, colour: int, out: TextIO) -> None:
        self._out = out
        label = f"{name:<{NAME_WIDTH}}│ "
        self._label = f"\033[{colour}m{label}\033[0m" if out.isatty() else label
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def __call__(self, data: Mapping[str, Any]) -> None:
        """circus calls this with `data["data"]`, bytes as they came."""
        *lines, self._rest = (self._rest + self._decoder.decode(data["data"])).split("\n")
        for line in lines:
            self._out.write(f"{self._label}{line}\n")
        self._out.flush()

    def close(self) -> None:
        """Write what is left of an unfinished line."""
        if self._rest:
            self({"data": b"\n"})


def watcher(name: str, command: list[str], environment: Mapping[str, str], index: int, out: TextIO) -> dict[str, Any]:
    """The description of one supervised process: restarted when it dies, stopped by SIGTERM, killed after a while."""
    stream = PrefixedStream(name, COLOURS[index % len(COLOURS)], out)
    return {
        "name": name,
        "cmd": command[0],
        "args": command[1:],
        "env": {**clean_environment(), **environment, SUPERVISOR_ENV: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
        "working_dir": str(ROOT),
        "copy_env": False,
        "stdout_stream": {"stream": stream},
        "stderr_stream": {"stream": stream},
        "graceful_timeout": STOP_SECONDS_MAX,
        "max_retry": -1,
        "respawn": True,
        "singleton": True,
    }


def manage(*arguments: str) -> list[str]:
    """A management command as a program."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def plane_commands(processes: Iterable[Process]) -> list[tuple[str, list[str], Process]]:
    """(name, program, process) of every server, Celery worker and beat; a plane without tasks has only the server."""
    rows: list[tuple[str, list[str], Process]] = []
    for process in processes:
        rows.append((process.name, manage("serve", "--plane", process.name), process))
        if process.queues and _has_tasks(process):
            rows.append((f"{process.name}-worker", manage("worker", "--plane", process.name), process))
            rows.append((f"{process.name}-beat", manage("beat", "--plane", process.name), process))
    return rows


def development_ports(processes: Iterable[Process]) -> dict[str, int]:
    """Name to port on 127.0.0.1 of everything that `plane_commands` starts."""
    ports: dict[str, int] = {}
    for name, _, process in plane_commands(processes):
        offered = {f"{process.name}-worker": process.worker_port, f"{process.name}-beat": process.beat_port}
        ports[name] = offered.get(name, process.port)
    return ports


def _has_tasks(process: Process) -> bool:
    folder = ROOT / "apps" / process.plane
    return (folder / "tasks.py").exists() or (folder / "tasks" / "__init__.py").exists()


def endpoint(folder: Path) -> str:
    """The supervisor's control socket."""
    return f"ipc://{folder / 'supervisor.sock'}"


class Supervisor:
    """A client of the running supervisor."""

    def __init__(self, folder: Path) -> None:
        self._client = CircusClient(endpoint=endpoint(folder), timeout=10.0)

    def process_ids(self, name: str) -> list[int]:
        """Process ids under one watcher. Raises circus.exc.CallError when no supervisor answers."""
        answer = self._client.send_message("list", name=name)
        return [int(pid) for pid in answer.get("pids", [])]

    def restart(self, name: str) -> None:
        """Stop one process and start it again."""
        self._client.send_message("restart", name=name, waiting=True)
