"""How `oa` speaks: JSON for programs (asked for, or when piped), words for people; errors on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from openagents.sdk.errors import SdkError

_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain(text: object) -> str:
    """`text` without terminal escapes and control characters: what a server sends must not drive a terminal."""
    return _CONTROL.sub("", str(text))


@dataclass(frozen=True, slots=True)
class Output:
    json: bool
    quiet: bool
    color: bool

    @classmethod
    def of(cls, *, json_wanted: bool, quiet: bool, no_color: bool) -> Output:
        return cls(json_wanted or not sys.stdout.isatty(), quiet, not no_color)

    def document(self, value: Mapping[str, Any], *, title: str = "") -> None:
        """One result: a JSON document on one line, or a two-column table."""
        if self.json:
            self.line(value)
            return
        table = Table(title=plain(title) or None, show_header=False, box=None, title_justify="left")
        for name, item in value.items():
            shown = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False)
            table.add_row(plain(name), plain(shown))
        self._console().print(table)

    def line(self, value: Mapping[str, Any]) -> None:
        """One JSON line, flushed, so that a pipe sees it at once."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")
        sys.stdout.flush()

    def text(self, message: str) -> None:
        sys.stdout.write(plain(message) + "\n")
        sys.stdout.flush()

    def raw(self, content: bytes) -> None:
        """Bytes as they came: hashes cover them."""
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    def note(self, message: str) -> None:
        """A diagnostic for people."""
        if not self.quiet:
            sys.stderr.write(plain(message) + "\n")

    def error(self, error: SdkError) -> None:
        if self.json:
            sys.stderr.write(json.dumps({"error": error.as_json()}, ensure_ascii=False) + "\n")
            return
        request = f" (request {error.request_id})" if error.request_id else ""
        sys.stderr.write(f"oa: {error.kind.value}: {plain(error.message)}{request}\n")
        for name, texts in error.errors.items():
            listed = ", ".join(map(str, texts)) if isinstance(texts, list) else texts
            sys.stderr.write(f"  {plain(name)}: {plain(listed)}\n")

    def _console(self) -> Console:
        return Console(no_color=not self.color, highlight=False, soft_wrap=True)
