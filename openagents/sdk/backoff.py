"""How long to wait before trying again. Pure: the random number comes in."""

from __future__ import annotations

KHALA_BASE_MS = 250
KHALA_MAX_MS = 8_000
KHALA_DOUBLINGS_MAX = 10
KHALA_JITTER = 0.5

HTTP_BASE_MS = 250
HTTP_MAX_MS = 4_000
HTTP_ATTEMPTS_MAX = 4
HTTP_BUDGET_MS = 30_000
"""Total time one command may spend, waits included (surfaces 3.1)."""
MAINTENANCE_MIN_MS = 15_000


def khala_delay_ms(attempt: int, u: float) -> int:
    """Delay before reconnect number `attempt` (0 = at once); `u` is uniform in [0, 1] (surfaces 5.2)."""
    if attempt <= 0:
        return 0
    scaled: int = min(KHALA_BASE_MS * 2 ** min(attempt - 1, KHALA_DOUBLINGS_MAX), KHALA_MAX_MS)
    return scaled + int(int(scaled * KHALA_JITTER) * u)


def http_delay_ms(attempt: int, u: float) -> int:
    """Full-jitter delay after failed HTTP attempt number `attempt` (1 = the first) (surfaces 3.1)."""
    ceiling: int = min(HTTP_BASE_MS * 2 ** (max(attempt, 1) - 1), HTTP_MAX_MS)
    return int(ceiling * u)
