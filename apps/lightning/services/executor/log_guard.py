"""The last line of defence of the logs: values that are secret here never leave, under whatever name they are logged.

Secrets are known by fingerprint only: every word of a log line that could be one is hashed and compared.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.conf import settings

from openagents.receipts.redaction import REDACTED

WORD = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
SECRET_SETTINGS = (
    "oa_lightning_wallet_executor_auth_token",
    "oa_lightning_custody_kek",
    "oa_lightning_receipt_signing_key",
    "oa_lightning_spark_api_key",
    "oa_lightning_sim_seed",
    "oa_runtime_signing_key",
    "oa_internal_keys",
)

_fingerprints: set[bytes] = set()


def remember(*secrets: str) -> None:
    """Never let these texts into a log line. Only their digests are kept."""
    for text in secrets:
        for word in WORD.findall(text):
            _fingerprints.add(_digest(word))


def _digest(word: str) -> bytes:
    return sha256(b"oa.log\0" + word.encode()).digest()


def scrub(text: str) -> str:
    """The text with every remembered secret replaced."""
    if not _fingerprints:
        return text
    return WORD.sub(lambda found: REDACTED if _digest(found.group()) in _fingerprints else found.group(), text)


class ScrubbingFormatter(logging.Formatter):
    """Wraps the process's formatter; what it writes is scrubbed."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self.inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return scrub(self.inner.format(record))


def install(handlers: Iterable[logging.Handler] | None = None) -> None:
    """Scrub everything that the root logger's handlers write from now on."""
    remember(*_configured())
    for handler in logging.getLogger().handlers if handlers is None else handlers:
        if handler.formatter is not None and not isinstance(handler.formatter, ScrubbingFormatter):
            handler.setFormatter(ScrubbingFormatter(handler.formatter))


def _configured() -> list[str]:
    found: list[Any] = [getattr(settings.OA, name, "") for name in SECRET_SETTINGS]
    return [value for value in found if isinstance(value, str) and value]
