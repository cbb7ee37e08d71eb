"""The mark by which a web server's main process tells its workers that it was asked to stop (`granian_server`)."""

from __future__ import annotations

import os

MARK_ENV = "OA_DRAIN_MARK"


def asked() -> bool:
    """Whether the server of this worker was asked to stop. One `stat`; False where nobody leaves a mark."""
    mark = os.environ.get(MARK_ENV)
    return bool(mark) and os.path.exists(str(mark))
