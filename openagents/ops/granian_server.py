"""granian, which ends in two steps: `/readyz` answers 503 `draining` while it still serves, then it stops.

granian's workers stop accepting the moment they get SIGTERM, so they could never say that they drain. Hence its main
process alone hears the signal first: it leaves a mark that the workers' readiness looks for (`drain`), serves on for
the window in which a load balancer notices, and only then ends the workers, which finish what they have begun.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from typing import Any

from granian import cli

from openagents.ops import drain

WINDOW_ENV = "OA_DRAIN_SECONDS"


class DrainingServer(cli.Server):  # type: ignore[name-defined]
    """The first SIGTERM opens the drain window of `OA_DRAIN_SECONDS`; a second one, or SIGINT, ends it at once."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        window = float(os.environ.get(WINDOW_ENV) or 0)
        stop = super().signal_handler_interrupt
        if args[:1] != (signal.SIGTERM,) or window <= 0 or drain.asked():
            stop(*args, **kwargs)
            return
        Path(os.environ[drain.MARK_ENV]).touch()
        timer = threading.Timer(window, stop)
        timer.daemon = True
        timer.start()


def main() -> None:
    """granian's command line with our server. The workers inherit the mark's place."""
    folder = tempfile.mkdtemp(prefix="oa-drain-")
    os.environ[drain.MARK_ENV] = str(Path(folder) / "draining")
    parent = os.getpid()

    def remove() -> None:
        if os.getpid() == parent:  # a forked worker ends, too
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    cli.Server = DrainingServer  # type: ignore[attr-defined]
    cli.entrypoint()  # type: ignore[no-untyped-call]
