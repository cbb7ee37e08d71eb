"""Structured logs: JSON lines in production, readable in development, correlated, redacted."""

from __future__ import annotations

import logging
import logging.config
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from openagents.ops import context
from openagents.receipts.redaction import redact

Event = MutableMapping[str, Any]


def _correlate(_logger: Any, _method: str, event: Event) -> Event:
    if identifier := context.request_id.get():
        event.setdefault("request_id", identifier)
    return event


def _plain(value: Any) -> Any:
    """Text in place of whatever is no JSON value, so that redaction sees what the renderer would make of it."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return repr(value)


def _redact(_logger: Any, _method: str, event: Event) -> Event:
    """Nothing secret may leave, whatever a caller logged by mistake."""
    internal = {key: value for key, value in event.items() if key.startswith("_")}  # structlog's own, never rendered
    return {**redact(_plain({key: value for key, value in event.items() if key not in internal})), **internal}


def configure(config: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG callable. `config`: plane, role, level, format (`json` or `pretty`)."""

    def stamp(_logger: Any, _method: str, event: Event) -> Event:
        event["plane"] = config["plane"]
        event["role"] = config["role"]
        return event

    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
        structlog.processors.format_exc_info,
        _correlate,
        stamp,
        _redact,
    ]
    if config["format"] == "pretty":
        renderer: Any = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    else:
        renderer = structlog.processors.JSONRenderer(sort_keys=True)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
                    "foreign_pre_chain": shared,
                }
            },
            "handlers": {
                "stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "structured"}
            },
            "root": {"handlers": ["stdout"], "level": config["level"].upper()},
            "loggers": {
                "django.server": {"level": "WARNING"},
                "django.request": {"level": "ERROR"},
                "httpx": {"level": "WARNING"},
                "httpcore": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
