"""What a server said about this build being too old or too new, kept so that no process asks again and again.

While a window that refuses this build is younger than ten minutes, nothing is sent to the surface that stated it
(surfaces 4). Another build of the client, another server, or an answer that is no refusal ends that at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from openagents.sdk.compat import BUILD_ID, CompatibilityWindow
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.tokens import read_document, write_private

CONTROL = "control_api"
KHALA = "khala_websocket"
RECHECK_SECONDS = 600


class CompatGate:
    """The memory of one profile, in `compat.json`; shared by all its processes."""

    def __init__(
        self, path: Path, base_url: str, *, build_id: str = BUILD_ID, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._path = path
        self._base_url = base_url
        self._build_id = build_id
        self._wall = wall_clock

    def record(self, surface: str, window: CompatibilityWindow) -> None:
        entry = {"build_id": self._build_id, "seen_at_unix": self._wall(), "window": asdict(window)}
        write_private(self._path, {"base_url": self._base_url, "surfaces": {**self._surfaces(), surface: entry}})

    def clear(self, surface: str) -> None:
        """The surface has taken this build."""
        if not self._path.exists():
            return
        left = {name: entry for name, entry in self._surfaces().items() if name != surface}
        if left:
            write_private(self._path, {"base_url": self._base_url, "surfaces": left})
        else:
            self._path.unlink(missing_ok=True)

    def window(self, surface: str) -> CompatibilityWindow | None:
        """The window that refused this build, while it is too early to ask again."""
        entry = self._surfaces().get(surface)
        if not isinstance(entry, Mapping) or entry.get("build_id") != self._build_id:
            return None
        seen = entry.get("seen_at_unix")
        age = self._wall() - seen if isinstance(seen, int | float) else -1
        stated = entry.get("window")
        if not 0 <= age < RECHECK_SECONDS or not isinstance(stated, Mapping):
            return None
        return CompatibilityWindow.from_json(stated)

    def windows(self) -> dict[str, CompatibilityWindow]:
        """By surface, for status views."""
        return {name: window for name in self._surfaces() if (window := self.window(name)) is not None}

    def refuse(self, surface: str) -> None:
        """Raise `upgrade_required` while the surface is known to refuse this build."""
        if not self._path.exists():
            return
        window = self.window(surface)
        if window is not None:
            raise SdkError(ErrorKind.UPGRADE_REQUIRED, refusal(window, self._build_id), code=window.code, window=window)

    def _surfaces(self) -> dict[str, Any]:
        document = read_document(self._path) or {}
        surfaces = document.get("surfaces")
        return dict(surfaces) if document.get("base_url") == self._base_url and isinstance(surfaces, Mapping) else {}


def refusal(window: CompatibilityWindow, build_id: str = BUILD_ID) -> str:
    """One line about what is accepted and what this is."""
    upto = f" to {window.max_client_build_id}" if window.max_client_build_id else " or newer"
    return f"this build ({build_id}) is not accepted; builds {window.min_client_build_id}{upto} are; upgrade the client"
