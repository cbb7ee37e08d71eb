"""`OA_HOME/logs/client.jsonl`: what `oa` did, one JSON line each, for whoever has to find out later (surfaces 11).

No token and no content goes in: only names, ids of requests, statuses and times. 10 MiB, five files.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from openagents.receipts.times import rfc3339
from openagents.sdk.http import Dispatch
from openagents.sdk.updates import LinkChange

FILE_BYTES_MAX = 10 * 1024 * 1024
FILES = 5
_FIELDS = ("request_id", "intent", "error_kind", "latency_ms", "topic", "seq", "state", "reason")

log = logging.getLogger("openagents.sdk.cli")


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = rfc3339(datetime.fromtimestamp(record.created, UTC))
        known = {name: getattr(record, name) for name in _FIELDS if getattr(record, name, None) is not None}
        return json.dumps({"ts": at, "level": record.levelname.lower(), "event": record.getMessage(), **known})


def log_to(home: Path) -> None:
    """Have everything the client logs written below `home`. A home that cannot be written is no reason to stop."""
    path = home / "logs" / "client.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(
            path, maxBytes=FILE_BYTES_MAX, backupCount=FILES - 1, encoding="utf-8", delay=True
        )
    except OSError:
        return
    handler.setFormatter(_Lines())
    logger = logging.getLogger("openagents.sdk")
    for old in [known for known in logger.handlers if isinstance(known, RotatingFileHandler)]:
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def note_dispatch(dispatch: Dispatch) -> None:
    fields = {"intent": dispatch.intent, "request_id": dispatch.request_id, "latency_ms": dispatch.latency_ms}
    log.log(
        logging.INFO if dispatch.success else logging.WARNING,
        "command",
        extra={**fields, "error_kind": dispatch.error_kind},
    )


def note_link(change: LinkChange) -> None:
    log.info("link", extra={"state": change.state.value, "reason": change.reason or None})
