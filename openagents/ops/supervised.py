"""A process started by `manage.py up` ends when its supervisor is gone, however that died.

Signals reach children only when the supervisor can still send them; a killed one cannot. So each child watches.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

POLL_SECONDS = 0.5
TERM_SECONDS = 5.0
SUPERVISOR_ENV = "OA_SUPERVISOR_PID"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Dead but not yet waited for by its parent, which may take for ever; only Linux tells cheaply."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def follow_supervisor() -> None:
    """End with the process that `OA_SUPERVISOR_PID` names, if it names one."""
    supervisor = int(os.environ.get(SUPERVISOR_ENV, "0"))
    if supervisor:
        follow(supervisor)


def follow(leader: int) -> None:
    """Send ourselves SIGTERM once the process `leader` no longer exists, and SIGKILL if that does not end us."""

    def watch() -> None:
        waiting = threading.Event()
        while _alive(leader):
            waiting.wait(POLL_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        waiting.wait(TERM_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="follow", daemon=True).start()
