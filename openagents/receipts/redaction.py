"""Redaction: what logs, audit events and published replays may not show (runtime 9.4, operations 8, control 11).

Two policies over one walk. `redact` is for logs and audit; `redact_published` for replays that leave the house, where
names like `code` or `idempotency_key` are data. Hashes of secrets stay in both: they are what makes a record provable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

REDACTED = "[REDACTED]"
DEPTH_MAX = 64  # as deep as JSON may nest here; below that a log value is not worth the risk

Value = TypeVar("Value")

# Names are compared in snake_case; `word` also stands for `words` and `<anything>_word` (access_token, x_api_key).
_WORDS = (
    "authorization|cookie|api_?key|password|passphrase|preimage|mnemonic|macaroon|nsec|private_key|invoice|token|secret|"
    "email|e_mail|phone|address|recipient"
)
_PUBLISHED_NAME = re.compile(rf"(?:.*_)?(?:{_WORDS})(?:s|es)?", re.DOTALL)
_LOGGED_NAME = re.compile(rf"(?:.*_)?(?:{_WORDS}|signature)(?:s|es)?|.*_key|code|payment_proof_value", re.DOTALL)
# Names in `_key` that identify a row or a request, and would make a log useless if they were hidden.
_NOT_SECRET = frozenset(
    {"idempotency_key", "owner_key", "doc_key", "scope_key", "account_key", "thread_key", "public_key", "sort_key"}
)
_COUNTED = re.compile(r"(?:.*_)?tokens", re.DOTALL)  # max_tokens: 4096 is a number of words, not a secret

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_BEARER = re.compile(r"\b(bearer|l402|lsat)\s+[A-Za-z0-9._~+/=:-]{8,}", re.IGNORECASE)
_TRIPLE = re.compile(r"(?<![A-Za-z0-9_.-])[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}(?![A-Za-z0-9_-])")
_OWN_SECRET = re.compile(r"\b(?:oa_(?:at|rt|pat)_[0-9a-f]{32,}|nsec1[02-9ac-hj-np-z]{58})\b")
_EMAIL = re.compile(r"([\w%+-])[\w.%+-]{0,63}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_KEY_IN_TEXT = re.compile(r"""(?<!\\)(\\*)(["'])([A-Za-z0-9_ -]{1,64})\1\2\s*:\s*""")
"""A key as a formatted dict or JSON shows it; inside a string that was itself formatted the quotes are escaped."""
_NEXT_IN_VALUE = re.compile(r"""(\\*)(["'])|([\[{(])|([\]})])|(,)""")
_NOTHING = frozenset({"None", "null", "''", '""'})


def redact(value: Value) -> Value:
    """A copy of a log or audit value without secrets; e-mail addresses become `a***@domain`.

    Text is searched, too: for tokens by their form, and for dicts that were formatted into it by their secret names.

    Walks dicts, lists, tuples and sets; None under a secret name stays None; objects of other types are kept as they
    are, so a caller logs text and JSON values only.
    """
    return cast(Value, _walk(value, _is_logged_secret, r"\1***@\2", 0))


def redact_published(value: Value) -> Value:
    """A copy of a replay's value fit for publication: secrets and contact data become `[REDACTED]`."""
    return cast(Value, _walk(value, _is_published_secret, REDACTED, 0))


def _walk(value: Any, is_secret: Callable[[str, Any], bool], email: str, depth: int) -> Any:
    if isinstance(value, str):
        return _redact_text(value, email)
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        if depth >= DEPTH_MAX:
            return REDACTED
        if isinstance(value, Mapping):
            return {
                key: _hidden(item, email)
                if isinstance(key, str) and is_secret(_snake(key), item)
                else _walk(item, is_secret, email, depth + 1)
                for key, item in value.items()
            }
        items = [_walk(item, is_secret, email, depth + 1) for item in value]
        return tuple(items) if isinstance(value, tuple) else items
    return value


def _hidden(value: Any, email: str) -> Any:
    """What stands for a secret value: nothing for nothing, and an address that is only an e-mail in its short form."""
    if value is None:
        return None
    if email != REDACTED and isinstance(value, str) and _EMAIL.fullmatch(value):
        return _EMAIL.sub(email, value)
    return REDACTED


def _redact_text(text: str, email: str) -> str:
    if email != REDACTED and ":" in text:
        text = _redact_formatted(text)
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    if "oa_" in text or "nsec1" in text:
        text = _OWN_SECRET.sub(REDACTED, text)
    if text.count(".") >= 2:
        text = _TRIPLE.sub(REDACTED, text)
    return _EMAIL.sub(email, text) if "@" in text else text


def _redact_formatted(text: str) -> str:
    """The text with `'[REDACTED]'` for the values of secret names, as `str(dict)` and JSON spell them."""
    kept, at = [], 0
    while found := _KEY_IN_TEXT.search(text, at):
        end = at = found.end()
        if _is_logged_secret(_snake(found[3]), 0 if text[end : end + 1].isdigit() else ""):
            end = _end_of_value(text, at, len(found[1]))
        if end > at and text[at:end].strip() not in _NOTHING:
            quote = found[1] + found[2]
            kept += [text[:at], quote, REDACTED, quote]
            text, at = text[end:], 0
    return "".join(kept) + text if kept else text


def _end_of_value(text: str, start: int, escapes: int) -> int:
    """Where the value that starts there ends; the end of the text when it does not. `escapes`: per quote."""
    depth, at = 0, start
    while mark := _NEXT_IN_VALUE.search(text, at):
        at = mark.end()
        if mark[2]:
            if depth == 0 and len(mark[1]) < escapes:
                return mark.start()  # the quote around all of it
            closing = re.compile(rf"(?<!\\)\\{{{len(mark[1])}}}{mark[2]}").search(text, at)
            if closing is None:
                return len(text)
            at = closing.end()
        elif mark[3]:
            depth += 1
        elif depth == 0:
            return mark.start()
        elif mark[4]:
            depth -= 1
    return len(text)


def _snake(name: str) -> str:
    return _WORD_START.sub("_", name).replace("-", "_").lower()


def _is_logged_secret(name: str, value: Any) -> bool:
    return name not in _NOT_SECRET and _LOGGED_NAME.fullmatch(name) is not None and not _is_count(name, value)


def _is_published_secret(name: str, value: Any) -> bool:
    return _PUBLISHED_NAME.fullmatch(name) is not None and not _is_count(name, value)


def _is_count(name: str, value: Any) -> bool:
    return isinstance(value, int | float) and _COUNTED.fullmatch(name) is not None
