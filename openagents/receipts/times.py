"""Time as text: RFC 3339 in UTC, with 0, 3 or 6 fraction digits, as few as lose nothing (README 4.3, runtime 9.1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))", re.ASCII
)


def rfc3339(moment: datetime) -> str:
    """The wire form, `2026-03-01T12:00:00.250Z`. Raises ValueError for a naive datetime."""
    return _utc_text(moment) + "Z"


def rfc3339_offset(moment: datetime) -> str:
    """The form inside the runtime's hashes, `2026-03-01T12:00:00.250+00:00`. Raises ValueError for a naive datetime."""
    return _utc_text(moment) + "+00:00"


def parse_rfc3339(text: str) -> datetime:
    """The moment a text names, in UTC with microseconds; finer digits (1..9 are taken) are cut off.

    Any offset is taken, a missing one is not. Raises ValueError for what is no RFC 3339 moment, a leap second included.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 date and time with an offset")
    *numbers, fraction, sign, hours, minutes = match.groups()
    zone: timezone = UTC
    if sign is not None:
        if int(hours) > 23 or int(minutes) > 59:
            raise ValueError("not a UTC offset")
        distance = timedelta(hours=int(hours), minutes=int(minutes))
        zone = timezone(distance if sign == "+" else -distance)
    microsecond = int((fraction or "0").ljust(6, "0")[:6])
    year, month, day, hour, minute, second = map(int, numbers)
    try:
        return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise ValueError("the moment lies outside the years 1 to 9999") from None


def _utc_text(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone names no moment")
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    if moment.microsecond == 0:
        return moment.isoformat(timespec="seconds")
    return moment.isoformat(timespec="microseconds" if moment.microsecond % 1000 else "milliseconds")
