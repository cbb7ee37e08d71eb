"""A server of the test's own; the shared one is never stopped here."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from openagents.embedded.postgres import EmbeddedPostgres


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's own user can reach, which pytest's private one is not."""
    path = Path(tempfile.mkdtemp(prefix="oa pg+"))  # a name that must be quoted in a URL
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    """Not yet started; stopped and its sockets removed at the end."""
    made = EmbeddedPostgres(folder / "postgres")
    yield made
    made.stop()
    shutil.rmtree(made.sockets, ignore_errors=True)
