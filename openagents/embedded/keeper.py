"""`python -m openagents.embedded.keeper DATA`: the embedded server as a supervised foreground process.

Ends with the server and ends the server with itself, so that a supervisor can treat PostgreSQL like any process.
"""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from openagents.embedded.postgres import EmbeddedPostgres
from openagents.ops.supervised import follow_supervisor


def main(data: str) -> int:
    """Run the server until it ends or we are told to; returns the exit status."""
    stopping = threading.Event()
    server = EmbeddedPostgres(Path(data))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=server.stop).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
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
