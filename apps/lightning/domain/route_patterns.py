"""Host and path patterns of paywall routes: normal form, kinds, specificity, overlap (15.2, 15.3)."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

METACHARACTERS: Final = frozenset("\\^$+?()[]{}|")
QUOTED: Final = frozenset("\\.+*?()|[]{}^$")
STOPS: Final = METACHARACTERS | {"*", "."}
REPEATS: Final = frozenset("*?{")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_NOT_RE2 = re.compile(r"\(\?(?!P<|[ims]*[:)])|[*+?}]\+")
"""Look-around, atomic groups, conditionals, named back-references, possessive repeats: RE2 has none of them."""


class PathKind(IntEnum):
    """The value is the specificity."""

    CATCHALL = 0
    REGEX = 1
    PREFIX = 2
    EXACT = 3


def normal_host(host: str) -> str:
    return host.strip().lower()


def normal_path(path: str) -> str:
    """Trimmed, with a leading slash, unless it is an anchored regular expression."""
    path = path.strip()
    if not path:
        return "/"
    return path if path.startswith(("/", "^")) else f"/{path}"


def path_kind(path: str) -> PathKind:
    if path in ("/", "/*"):
        return PathKind.CATCHALL
    stem = path[:-1] if path.endswith("/*") else path
    if METACHARACTERS.intersection(stem) or "*" in stem:
        return PathKind.REGEX
    return PathKind.PREFIX if path.endswith("/*") else PathKind.EXACT


def host_specificity(host: str) -> int:
    """2 exact, 1 wildcard or regular expression, 0 everything."""
    if host == "*":
        return 0
    return 1 if METACHARACTERS.intersection(host) or "*" in host else 2


def is_safe_regex(pattern: str) -> bool:
    """Whether the pattern compiles and stays within what RE2, the gateway's engine, understands."""
    escaped = {match.group(1) for match in _ESCAPE.finditer(pattern)}
    if escaped & set("123456789Z") or _NOT_RE2.search(_CLASS.sub("c", _ESCAPE.sub("e", pattern))):
        return False
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def quote(text: str) -> str:
    """A backslash before each character that means something in a regular expression."""
    return "".join(f"\\{character}" if character in QUOTED else character for character in text)


def host_regexp(host: str) -> str:
    if host == "*":
        return "^.*$"
    if host.startswith("*.") and not METACHARACTERS.intersection(host) and "*" not in host[1:]:
        return f"^[^.]+{quote(host[1:])}$"
    if METACHARACTERS.intersection(host) or "*" in host:
        return host if host.startswith("^") else f"^(?:{host})$"
    return f"^{quote(host)}$"


def path_regexp(path: str) -> str:
    match path_kind(path):
        case PathKind.CATCHALL:
            return "^/.*$"
        case PathKind.EXACT:
            return f"^{quote(path)}$"
        case PathKind.PREFIX:
            return f"^{quote(path[:-1])}.*$"
    if path.startswith("^"):
        return path
    if METACHARACTERS.intersection(path):
        return f"^(?:{path})"
    return "^" + ".*".join(quote(part) for part in path.split("*")) + "$"


def literal_prefix(path: str) -> str:
    """What every path that the pattern matches begins with, as far as the text shows it."""
    kind = path_kind(path)
    if kind is PathKind.EXACT:
        return path
    if kind is PathKind.PREFIX:
        return path[:-1]
    if kind is PathKind.CATCHALL or "|" in path:
        return ""
    if not path.startswith("^"):
        return "" if METACHARACTERS.intersection(path) else path.split("*", 1)[0]
    taken: list[str] = []
    index = 1
    while index < len(path):
        character = path[index]
        if character == "\\" and index + 1 < len(path) and not path[index + 1].isalnum():
            taken.append(path[index + 1])
            index += 2
            continue
        if character in STOPS:
            if character in REPEATS and taken:
                taken.pop()
            break
        taken.append(character)
        index += 1
    return "".join(taken)


def overlap(one: str, other: str) -> bool:
    """Whether two patterns of one host may match the same path."""
    if one == other:
        return True
    kinds = {path_kind(one), path_kind(other)}
    if PathKind.CATCHALL in kinds:
        return True
    if kinds == {PathKind.EXACT}:
        return False
    first, second = literal_prefix(one), literal_prefix(other)
    if path_kind(one) is PathKind.EXACT:
        return one.startswith(second)
    if path_kind(other) is PathKind.EXACT:
        return other.startswith(first)
    return first.startswith(second) or second.startswith(first)
