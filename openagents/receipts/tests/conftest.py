"""These suites are pure: they shadow the root's database fixtures, so that they run without Django (`-p no:django`)."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def database() -> None:
    """No database."""


@pytest.fixture(autouse=True)
def outside_any_transaction() -> None:
    """No transaction."""
