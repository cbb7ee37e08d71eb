"""Fixtures of the operations suites."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client, override_settings

from openagents.ops import health
from settings.base import MIDDLEWARE


@pytest.fixture(autouse=True)
def ground_only() -> Iterator[None]:
    """The shared middleware and routes alone, whatever plane this process is on."""
    with override_settings(MIDDLEWARE=MIDDLEWARE, ROOT_URLCONF="openagents.ops.urls"):
        yield


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def fresh_readiness(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Readiness computed for this test alone."""
    monkeypatch.setattr(health, "_cached", None)
    monkeypatch.setattr(health, "_schema_seen", health._Schema())
    yield
    health._draining.clear()
    health._cached = None
