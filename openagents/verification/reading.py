"""Reading evidence out of JSON objects. Null is absent; integers may come as decimal strings, as proto3 JSON has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from openagents.verification.findings import EvidenceInvalid

U32 = range(2**32)
U64 = range(2**64)
I32 = range(-(2**31), 2**31)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,19})")

T = TypeVar("T")


class Reader:
    """A JSON object and where it stands in the evidence. Every method raises EvidenceInvalid for what does not fit."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, Mapping):
            raise EvidenceInvalid(path, "must be an object")
        self._value = value
        self._path = path

    def text(self, name: str) -> str:
        found = self.optional_text(name)
        if found is None:
            raise EvidenceInvalid(self._at(name), "is required")
        return found

    def optional_text(self, name: str) -> str | None:
        found = self._value.get(name)
        if found is not None and not isinstance(found, str):
            raise EvidenceInvalid(self._at(name), "must be a string")
        return found

    def integer(self, name: str, numbers: range) -> int:
        found = self.optional_integer(name, numbers)
        if found is None:
            raise EvidenceInvalid(self._at(name), "is required")
        return found

    def optional_integer(self, name: str, numbers: range) -> int | None:
        found = self._value.get(name)
        if found is None:
            return None
        if isinstance(found, str) and _DECIMAL.fullmatch(found):
            found = int(found)
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int):
            raise EvidenceInvalid(self._at(name), "must be an integer")
        if found not in numbers:
            raise EvidenceInvalid(self._at(name), "is out of range")
        return found

    def optional_number(self, name: str) -> float | None:
        found = self._value.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise EvidenceInvalid(self._at(name), "must be a number")
        return float(found)

    def optional_flag(self, name: str) -> bool | None:
        found = self._value.get(name)
        if found is not None and not isinstance(found, bool):
            raise EvidenceInvalid(self._at(name), "must be true or false")
        return found

    def object(self, name: str) -> Reader:
        """A nested object; an absent one reads as empty."""
        found = self._value.get(name)
        return Reader({} if found is None else found, self._at(name))

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """A free JSON object as it is."""
        found = self._value.get(name)
        if found is not None and not isinstance(found, Mapping):
            raise EvidenceInvalid(self._at(name), "must be an object")
        return found

    def texts(self, name: str) -> dict[str, str]:
        """An object whose values are strings; absent: empty."""
        found = self.mapping(name) or {}
        for key, value in found.items():
            if not isinstance(value, str):
                raise EvidenceInvalid(f"{self._at(name)}.{key}", "must be a string")
        return dict(found)

    def each(self, name: str, read: Callable[[Reader], T]) -> tuple[T, ...]:
        """A list of objects; absent: empty."""
        found = self._value.get(name)
        if found is None:
            return ()
        if not isinstance(found, list | tuple):
            raise EvidenceInvalid(self._at(name), "must be a list")
        return tuple(read(Reader(item, f"{self._at(name)}.{index}")) for index, item in enumerate(found))

    def one_of(self, name: str, allowed: type[T], default: str | None = None) -> T:
        """A member of a string enum, by its value."""
        found = self.optional_text(name)
        if found is None:
            found = default
        if found is None:
            raise EvidenceInvalid(self._at(name), "is required")
        try:
            return allowed(found)  # type: ignore[call-arg]
        except ValueError:
            raise EvidenceInvalid(self._at(name), "is not one of the known values") from None

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name
