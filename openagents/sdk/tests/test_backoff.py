"""The delay tables of surfaces 5.2 and 3.1."""

from __future__ import annotations

import pytest

from openagents.sdk.backoff import http_delay_ms, khala_delay_ms


@pytest.mark.parametrize(
    ("attempt", "u", "delay"),
    [
        (0, 1.0, 0),
        (1, 0.0, 250),
        (1, 0.5, 312),
        (1, 1.0, 375),
        (2, 0.0, 500),
        (2, 0.5, 625),
        (2, 1.0, 750),
        (4, 0.0, 2000),
        (4, 0.5, 2500),
        (4, 1.0, 3000),
        (6, 0.0, 8000),
        (6, 0.5, 10000),
        (6, 1.0, 12000),
        (500, 1.0, 12000),
    ],
)
def test_khala_delay(attempt: int, u: float, delay: int) -> None:
    assert khala_delay_ms(attempt, u) == delay


@pytest.mark.parametrize(("attempt", "ceiling"), [(1, 250), (2, 500), (3, 1000), (5, 4000), (9, 4000)])
def test_http_delay_is_full_jitter_up_to_the_ceiling(attempt: int, ceiling: int) -> None:
    assert http_delay_ms(attempt, 0.0) == 0
    assert http_delay_ms(attempt, 1.0) == ceiling
