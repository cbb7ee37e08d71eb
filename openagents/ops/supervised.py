"""A process started by `manage.py up` ends when its supervisor is gone, however that died.

Signals reach children only when the supervisor can still send them; a killed one cannot. So each child watches.
"""

from __future__ import annotations

import os
import signal
import threading

POLL_SECONDS = 0.5
SUPERVISOR_ENV = "OA_SUPERVISOR_PID"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def follow_supervisor() -> None:
    """Watch the process named by `OA_SUPERVISOR_PID` and send ourselves SIGTERM once it no longer exists."""
    supervisor = int(os.environ.get(SUPERVISOR_ENV, "0"))
    if supervisor == 0:
        return

    def watch() -> None:
        waiting = threading.Event()
        while _alive(supervisor):
            waiting.wait(POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-supervisor", daemon=True).start()
