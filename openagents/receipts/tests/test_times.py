"""Times have one text per moment and form (README 4.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openagents.receipts.times import parse_rfc3339, rfc3339, rfc3339_offset

aware = st.datetimes(
    datetime(1, 1, 3),  # noqa: DTZ001
    datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@pytest.mark.parametrize(
    ("microsecond", "fraction"),
    [(0, ""), (250_000, ".250"), (1_000, ".001"), (500_250, ".500250"), (1, ".000001"), (999_999, ".999999")],
)
def test_as_few_of_0_3_or_6_digits_as_lose_nothing(microsecond: int, fraction: str) -> None:
    moment = datetime(2026, 3, 1, 12, 0, 0, microsecond, UTC)
    assert rfc3339(moment) == f"2026-03-01T12:00:00{fraction}Z"
    assert rfc3339_offset(moment) == f"2026-03-01T12:00:00{fraction}+00:00"


@given(aware)
def test_every_moment_reads_back_in_both_forms(moment: datetime) -> None:
    for text in (rfc3339(moment), rfc3339_offset(moment), moment.isoformat()):
        read = parse_rfc3339(text)
        assert read == moment and read.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01t12:00:00z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00-00:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T00:30:00+05:30", datetime(2026, 2, 28, 19, tzinfo=UTC)),
        ("2026-03-01T12:00:00.5Z", datetime(2026, 3, 1, 12, 0, 0, 500_000, UTC)),
        ("2026-03-01T12:00:00.123456789Z", datetime(2026, 3, 1, 12, 0, 0, 123_456, UTC)),
    ],
)
def test_other_clients_spellings_are_taken(text: str, moment: datetime) -> None:
    assert parse_rfc3339(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T12:00:00",
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00Z",
        "2026-02-30T12:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-06-30T23:59:60Z",
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00.1234567890Z",
        "2026-03-01T12:00:00+24:00",
        "2026-03-01T12:00:00+0000",
        "2026-03-01T12:00:00Z\n",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "٢٠٢٦-03-01T12:00:00Z",
    ],
)
def test_what_names_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_rfc3339(text)


@pytest.mark.parametrize("form", [rfc3339, rfc3339_offset])
def test_a_naive_datetime_has_no_text(form: object) -> None:
    with pytest.raises(ValueError, match="time zone"):
        form(datetime(2026, 3, 1))  # type: ignore[operator]  # noqa: DTZ001
