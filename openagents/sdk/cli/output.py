"""How `oa` speaks: JSON for programs (asked for, or when piped), words for people; errors on stderr."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from openagents.sdk.errors import ErrorKind, SdkError

_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ENDED = {"failed", "error", "stopped", "stale", "missing", "revoked", "expired", "parked", "dropped"}
_WELL = {"running", "live", "succeeded", "active", "fresh", "ok", "verified", "signed_in", "success", "settled"}


def plain(text: object) -> str:
    """`text` without terminal escapes and control characters: what a server sends must not drive a terminal."""
    return _CONTROL.sub("", str(text))


@dataclass(frozen=True, slots=True)
class Output:
    """`lines`: lists as one JSON document per row instead of one for all. `field`: the one member that is wanted."""

    json: bool
    quiet: bool
    color: bool
    lines: bool = False
    field: str = ""

    @classmethod
    def of(
        cls, *, json_wanted: bool, quiet: bool, no_color: bool, lines_wanted: bool = False, field: str = ""
    ) -> Output:
        as_json = json_wanted or lines_wanted or not sys.stdout.isatty()
        return cls(as_json, quiet, not (no_color or os.environ.get("NO_COLOR")), lines_wanted, field)

    def document(self, value: Mapping[str, Any], *, title: str = "") -> None:
        """One result: a JSON document on one line, or a two-column table."""
        if self.field:
            self._only(value)
        elif self.json:
            self.line(value)
        else:
            table = Table(title=plain(title) or None, show_header=False, box=None, title_justify="left")
            for name, item in _flat(value):
                table.add_row(Text(plain(name), "dim"), _cell(item))
            self._console().print(table)

    def rows(self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, more: str | None = None) -> None:
        """A list: JSON, JSON lines, or a table of `columns` (dotted names reach inside); `more` tells of the rest."""
        if self.field:
            for row in rows:
                self._only(row)
        elif self.lines:
            for row in rows:
                self.line(row)
        elif self.json:
            self.line(list(rows))
        elif not rows:
            self.note("nothing")
        else:
            table = Table(box=None, header_style="bold")
            for column in columns:
                table.add_column(column.rsplit(".", 1)[-1], overflow="fold")
            for row in rows:
                table.add_row(*(_cell(_reached(row, column)) for column in columns))
            self._console().print(table)
        if more and not self.json:
            self.note(more)

    def line(self, value: object) -> None:
        """One JSON line, flushed, so that a pipe sees it at once."""
        _say(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")

    def text(self, message: str, *, end: str = "\n") -> None:
        _say(plain(message) + end)

    def raw(self, content: bytes) -> None:
        """Bytes as they came: hashes cover them."""
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    def note(self, message: str) -> None:
        """A diagnostic for people."""
        if not self.quiet:
            sys.stderr.write(plain(message) + "\n")

    def progress(self, message: str) -> None:
        """How far a long command is, over and over on one line; only where somebody looks."""
        if not self.quiet and sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{plain(message)}")
            sys.stderr.flush()

    def progress_done(self) -> None:
        if not self.quiet and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def error(self, error: SdkError) -> None:
        """One line: kind, message, catalogue code with reason, request id; then a line per field."""
        if self.json:
            sys.stderr.write(json.dumps({"error": error.as_json()}, ensure_ascii=False) + "\n")
            return
        words = "/".join(dict.fromkeys(plain(word) for word in (error.code, error.reason) if word))
        code = f" [{words}]" if words and words != error.kind.value else ""
        request = f" (request {plain(error.request_id)})" if error.request_id else ""
        sys.stderr.write(f"oa: {error.kind.value}: {plain(error.message)}{code}{request}\n")
        for name, texts in error.errors.items():
            listed = ", ".join(map(str, texts)) if isinstance(texts, list) else texts
            sys.stderr.write(f"  {plain(name)}: {plain(listed)}\n")

    def _only(self, value: Mapping[str, Any]) -> None:
        wanted: Any = value
        for name in self.field.split("."):
            if not isinstance(wanted, Mapping) or name not in wanted:
                known = ", ".join(wanted) if isinstance(wanted, Mapping) else "nothing"
                message = f"no field {self.field!r} here; there is {known}"
                raise SdkError(ErrorKind.VALIDATION, message, code="no_such_field", errors={"field": ["unknown"]})
            wanted = wanted[name]
        self.text(wanted if isinstance(wanted, str) else json.dumps(wanted, ensure_ascii=False))

    def _console(self) -> Console:
        if not self.color:
            return Console(color_system=None, highlight=False, soft_wrap=True)
        return Console(highlight=False, soft_wrap=True)


def _say(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us (`head`) has seen enough: no error. Nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None


def _reached(row: Mapping[str, Any], column: str) -> Any:
    value: Any = row
    for name in column.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Members of members by dotted name, as `--field` takes them; lists and empty objects stay as they are."""
    for name, item in value.items():
        if isinstance(item, Mapping) and item:
            yield from _flat(item, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", item


def _cell(value: Any) -> Text:
    if value is None:
        return Text("-", "dim")
    shown = plain(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    style = "red" if shown in _ENDED else "green" if shown in _WELL else ""
    return Text(shown, style)
