"""The client knows no database: its tests run without one, whatever the suites of the planes need."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def database() -> None:
    """In place of the fixture that opens a plane's database."""


@pytest.fixture(autouse=True)
def outside_any_transaction() -> None:
    """In place of the check of a plane's connection."""
