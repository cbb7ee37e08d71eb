"""What a measurement is: alternating slices of the thing and of its ceiling, a ratio from each pair."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

ROUNDS = 3
SLICE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Slice:
    """Work done in a while. `durations`: seconds of single operations, where they were taken."""

    operations: int
    seconds: float
    durations: tuple[float, ...] = ()

    @property
    def rate(self) -> float:
        """Operations per second."""
        return self.operations / self.seconds


Work = Callable[[float], Slice]
"""Works for about that many seconds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured case. Rates are medians of the rounds; `ratio` is the median of the rounds' ratios.

    `low` and `high` are the smallest and the largest ratio of a round. `goal`: the ratio to reach, None where none is
    set; with `at_most` the ratio not to exceed (latency, memory). `samples`: operations counted on our side.
    """

    bench: str
    case: str
    unit: str
    rate: float
    ceiling: str
    ceiling_rate: float
    ratio: float
    low: float
    high: float
    rounds: int
    samples: int
    goal: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    at_most: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether the goal was reached; None without a goal."""
        if self.goal is None:
            return None
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal

    def as_json(self) -> dict[str, Any]:
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def compare(
    bench: str,
    case: str,
    unit: str,
    ours: Work,
    ceiling: str,
    ceiling_work: Work,
    *,
    goal: float | None = None,
    rounds: int = ROUNDS,
    seconds: float = SLICE_SECONDS,
) -> Figure:
    """Measure ours and the ceiling in turns, so that both see the same machine; each side leads every other round."""
    pairs: list[tuple[Slice, Slice]] = []
    for number in range(rounds):
        if number % 2:
            own = ours(seconds)
            top = ceiling_work(seconds)
        else:
            top = ceiling_work(seconds)
            own = ours(seconds)
        pairs.append((own, top))
    durations = sorted(duration for own, _ in pairs for duration in own.durations)
    return beside(
        bench,
        case,
        unit,
        [(own.rate, top.rate) for own, top in pairs],
        ceiling,
        samples=sum(own.operations for own, _ in pairs),
        goal=goal,
        p50_ms=percentile(durations, 0.5) * 1000 if durations else None,
        p99_ms=percentile(durations, 0.99) * 1000 if durations else None,
    )


def beside(
    bench: str, case: str, unit: str, pairs: list[tuple[float, float]], ceiling: str, *, samples: int, **rest: Any
) -> Figure:
    """A figure from pairs (ours, ceiling) that were measured in turns."""
    ratios = [own / top for own, top in pairs]
    return Figure(
        bench=bench,
        case=case,
        unit=unit,
        rate=median(own for own, _ in pairs),
        ceiling=ceiling,
        ceiling_rate=median(top for _, top in pairs),
        ratio=median(ratios),
        low=min(ratios),
        high=max(ratios),
        rounds=len(pairs),
        samples=samples,
        **rest,
    )


def percentile(ascending: list[float], share: float) -> float:
    """Nearest rank. Raises IndexError for an empty list."""
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]


HEADS = (
    "bench",
    "case",
    "measured",
    "ceiling",
    "ratio",
    "spread",
    "goal",
    "p50 / p99 ms",
    "samples",
    "what is the ceiling",
)


def table(figures: Iterable[Figure]) -> str:
    """The figures as an aligned table. A goal that was reached is marked."""
    rows = [HEADS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    sign = "≤" if figure.at_most else "≥"
    reached = "" if figure.goal is None else f"{sign} {figure.goal:g} {'yes' if figure.reached else 'no'}"
    latency = "" if figure.p50_ms is None else f"{figure.p50_ms:.1f} / {figure.p99_ms:.1f}"
    return (
        figure.bench,
        figure.case,
        f"{_number(figure.rate)} {figure.unit}",
        _number(figure.ceiling_rate),
        f"{figure.ratio:.2f}",
        f"{figure.low:.2f}-{figure.high:.2f}",
        reached,
        latency,
        f"{figure.samples:,}",
        figure.ceiling,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
