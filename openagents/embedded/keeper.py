"""`python -m openagents.embedded.keeper DATA`: the embedded server as a supervised foreground process.

Ends with the server and ends the server with itself, so that a supervisor can treat PostgreSQL like any process.
SIGTERM stops it at once; SIGUSR1, and SIGINT as a terminal sends it to everybody, when the supervisor's other processes
are gone: they have things to write down when they end.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

import psutil

from openagents.embedded.postgres import EmbeddedPostgres
from openagents.ops.supervised import follow_supervisor

SIBLINGS_SECONDS_MAX = 15.0
"""How long the others may take; below the time after which a supervisor kills."""


def wait_for_siblings(seconds: float = SIBLINGS_SECONDS_MAX) -> None:
    """Until our parent has no other child that runs, or the time is over."""
    try:
        siblings = psutil.Process(os.getppid()).children()
    except psutil.NoSuchProcess:
        return
    psutil.wait_procs([one for one in siblings if one.pid != os.getpid()], timeout=seconds)


def main(data: str) -> int:
    """Run the server until it ends or we are told to; returns the exit status."""
    stopping = threading.Event()
    server = EmbeddedPostgres(Path(data))

    def end(last: bool) -> None:
        if last:
            wait_for_siblings()
        server.stop()

    def stop(number: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=end, args=[number != signal.SIGTERM]).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGUSR1, stop)
    follow_supervisor()
    server.start()
    if stopping.is_set():  # told so before there was anything to stop
        server.stop()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.wait()
    return 0 if stopping.is_set() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
