"""What the checker says about a history."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

SHOWN_MAX = 12
"""Anomalies a report shows; one broken promise tends to break a thousand rows."""


class Anomaly(StrEnum):
    """Everything a history can show that must not happen."""

    LOST_WRITE = "an acknowledged write is not in the log"
    MOVED_WRITE = "an acknowledged write stands at another seq"
    UNDELIVERED = "an acknowledged write never reached a subscriber that went past it"
    TWO_PAYLOADS = "two payloads were seen at one seq"
    TWO_SEQS = "one write was acknowledged at two seqs"
    WRITTEN_TWICE = "one write stands in the log more than once"
    REFUSED_WRITE = "a refused write is in the log"
    REORDERED = "a write that began after another was acknowledged stands before it"
    PHANTOM_ROW = "the log holds a row that nobody sent"
    PHANTOM_READ = "a row was delivered that the log does not hold"
    SKIP = "a connection skipped rows"
    BACKWARDS = "a connection went back or repeated itself"
    APPLIED_TWICE = "a row was applied twice"
    APPLIED_GAP = "rows were left out between two applied ones"
    LOG_GAP = "the log's own numbers have a gap or do not reach its head"
    CHAIN_MISMATCH = "a chain differs from the one the log folds to"
    NO_LOG = "the final log was not recorded, so nothing can be judged"


LOSSES = frozenset({Anomaly.LOST_WRITE, Anomaly.MOVED_WRITE, Anomaly.UNDELIVERED})
GAPS = frozenset({Anomaly.SKIP, Anomaly.APPLIED_GAP, Anomaly.LOG_GAP})


@dataclass(frozen=True, slots=True)
class Finding:
    """One anomaly, where it shows."""

    anomaly: Anomaly
    topic: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"{self.topic} @ {self.seq}: {self.anomaly.value} ({self.what})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts over a whole history, and its anomalies in no particular order. `ok`: there are none.

    `sent` counts intended writes, not attempts; `unknown` those that were never answered, `unknown_found` how many of
    them turned out to be in the log. `chains` is how many final chains of subscribers were compared.
    """

    findings: tuple[Finding, ...]
    sent: int
    acked: int
    refused: int
    unknown: int
    unknown_found: int
    rows: int
    deliveries: int
    applied: int
    reconnects: int
    duplicates_before_apply: int
    chains: int

    @property
    def ok(self) -> bool:
        return not self.findings

    def count(self, *anomalies: Anomaly) -> int:
        """How often the given anomalies were found."""
        found = Counter(finding.anomaly for finding in self.findings)
        return sum(found[anomaly] for anomaly in anomalies)

    @property
    def losses(self) -> int:
        return self.count(*LOSSES)

    @property
    def gaps(self) -> int:
        return self.count(*GAPS)

    @property
    def duplicates_after_apply(self) -> int:
        return self.count(Anomaly.APPLIED_TWICE)

    @property
    def chain(self) -> str:
        """`equal`, `different`, or `not compared` when no subscriber stated one."""
        if self.count(Anomaly.CHAIN_MISMATCH):
            return "different"
        return "equal" if self.chains else "not compared"

    def line(self) -> str:
        """The one line for people, as `gap 0, duplicates after apply 0, chain equal`."""
        return f"gap {self.gaps}, duplicates after apply {self.duplicates_after_apply}, chain {self.chain}"

    def counts(self) -> str:
        """The numbers behind the line."""
        return (
            f"{self.sent} events sent, {self.acked} acknowledged, {self.refused} refused, "
            f"{self.unknown} unknown ({self.unknown_found} of them in the log), {self.rows} rows, "
            f"{self.deliveries} deliveries, {self.reconnects} reconnects, "
            f"{self.duplicates_before_apply} duplicates before apply, {self.losses} losses"
        )

    def report(self) -> str:
        """Counts, line and the first anomalies, for a test's failure message."""
        shown = [str(finding) for finding in self.findings[:SHOWN_MAX]]
        left_out = len(self.findings) - len(shown)
        more = [f"and {left_out} more"] if left_out else []
        return "\n".join([self.counts(), self.line(), *shown, *more])
