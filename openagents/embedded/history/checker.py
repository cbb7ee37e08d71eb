"""The judge: folds a history topic by topic and names everything that contradicts the promises of delivery.

Per topic in order, gap-free, at least once; after idempotent apply exactly once; acknowledged means durable; a write
without an answer is in the log at most once. It trusts nobody: the log's rows are held against what was sent, what
was delivered against the rows, and every chain against one folded here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from openagents.embedded.history.recorder import Record
from openagents.embedded.history.verdict import Anomaly, Finding, Verdict
from openagents.receipts.chain import chain_next, digest_of


@dataclass(slots=True)
class _Write:
    digest: str
    began: int
    """Place of its first attempt in the history, and below of its first acknowledgement."""
    answered: int | None = None
    seqs: list[int] = field(default_factory=list)
    refused: bool = False


@dataclass(slots=True)
class _Reader:
    """One subscriber's view of one topic."""

    start: int | None = None
    expected_after: int | None = None
    """Highest seq of the present connection; None before anything is known about it."""
    highest: int | None = None
    """Highest seq ever delivered, on any connection."""
    position: int | None = None
    """Last applied seq."""
    delivered: set[int] = field(default_factory=set)
    applied: set[int] = field(default_factory=set)
    excused: list[tuple[int, int]] = field(default_factory=list)
    """Ranges (after, up to) that an open reset replaced."""
    finished: int | None = None
    chain: str = ""

    def misses(self, seq: int) -> bool:
        """Whether the subscriber, having finished at or beyond `seq`, never had it."""
        if self.finished is None or seq > self.finished or seq <= (self.start or 0):
            return False
        if any(after < seq <= upto for after, upto in self.excused):
            return False
        return seq not in (self.applied or self.delivered)


@dataclass(slots=True)
class _Topic:
    name: str
    writes: dict[str, _Write] = field(default_factory=dict)
    system: list[str] = field(default_factory=list)
    readers: dict[str, _Reader] = field(default_factory=lambda: defaultdict(_Reader))
    seen: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """Every digest that anybody saw at a seq, with who saw it first."""
    rows: dict[int, str] = field(default_factory=dict)
    head: Record | None = None
    findings: list[Finding] = field(default_factory=list)
    deliveries: int = 0
    applies: int = 0
    repeats: int = 0

    def find(self, anomaly: Anomaly, seq: int, what: str) -> None:
        self.findings.append(Finding(anomaly, self.name, seq, what))


def check(records: Iterable[Record]) -> Verdict:
    """Judge a whole history. Raises KeyError or ValueError when a record is not one of Recorder's."""
    topics: dict[str, _Topic] = {}
    connections: dict[str, int] = defaultdict(int)
    for place, record in enumerate(records):
        if record["op"] == "connected":
            subscriber = record["subscriber"]
            connections[subscriber] += 1
            for topic in topics.values():
                if subscriber in topic.readers:
                    topic.readers[subscriber].expected_after = None
            continue
        name = record["topic"]
        _note(topics.setdefault(name, _Topic(name)), record, place)
    for topic in topics.values():
        _judge(topic)
    writes = [write for topic in topics.values() for write in topic.writes.values()]
    unknown = [
        (topic, write)
        for topic in topics.values()
        for write in topic.writes.values()
        if not write.seqs and not write.refused
    ]
    return Verdict(
        findings=tuple(finding for topic in topics.values() for finding in topic.findings),
        sent=len(writes),
        acked=sum(bool(write.seqs) for write in writes),
        refused=sum(write.refused for write in writes),
        unknown=len(unknown),
        unknown_found=sum(write.digest in topic.rows.values() for topic, write in unknown),
        rows=sum(len(topic.rows) for topic in topics.values()),
        deliveries=sum(topic.deliveries for topic in topics.values()),
        applied=sum(topic.applies for topic in topics.values()),
        reconnects=sum(count - 1 for count in connections.values()),
        duplicates_before_apply=sum(topic.repeats for topic in topics.values()),
        chains=sum(bool(reader.chain) for topic in topics.values() for reader in topic.readers.values()),
    )


# --- one record after the other ---------------------------------------------------------------------------------------


def _note(topic: _Topic, record: Record, place: int) -> None:
    match record["op"]:
        case "sent":
            topic.writes.setdefault(record["write"], _Write(record["digest"], place))
        case "acked":
            _acked(topic, record["write"], record["seq"], place)
        case "refused":
            topic.writes[record["write"]].refused = True
        case "system":
            topic.system.append(record["digest"])
        case "subscribed":
            reader = topic.readers[record["subscriber"]]
            reader.expected_after = record["after"]
            reader.start = record["after"] if reader.start is None else reader.start
        case "delivered":
            _delivered(topic, record)
        case "applied":
            _applied(topic, record)
        case "reset":
            reader = topic.readers[record["subscriber"]]
            before = reader.position if reader.position is not None else reader.start or 0
            reader.excused.append((min(before, record["seq"]), record["seq"]))
            reader.position = reader.expected_after = record["seq"]
            reader.applied -= {seq for seq in reader.applied if seq > record["seq"]}
        case "finished":
            reader = topic.readers[record["subscriber"]]
            reader.finished, reader.chain = record["seq"], record["chain"]
        case "row":
            if record["seq"] in topic.rows:
                topic.find(Anomaly.LOG_GAP, record["seq"], "the log holds the number twice")
            topic.rows[record["seq"]] = record["digest"]
            _saw(topic, record["seq"], record["digest"], "the log")
        case "head":
            topic.head = record
        case unknown:
            raise ValueError(f"unknown record {unknown!r}")


def _saw(topic: _Topic, seq: int, payload_digest: str, who: str) -> None:
    if payload_digest:
        topic.seen[seq].setdefault(payload_digest, who)


def _acked(topic: _Topic, name: str, seq: int, place: int) -> None:
    write = topic.writes[name]
    write.answered = place if write.answered is None else write.answered
    if seq not in write.seqs:
        write.seqs.append(seq)
    _saw(topic, seq, write.digest, f"the writer of {name}")


def _delivered(topic: _Topic, record: Record) -> None:
    seq, subscriber = record["seq"], record["subscriber"]
    reader = topic.readers[subscriber]
    topic.deliveries += 1
    expected = reader.expected_after
    if expected is not None and seq <= expected:
        topic.find(Anomaly.BACKWARDS, seq, f"{subscriber} had {expected} already")
    elif expected is not None and seq > expected + 1:
        topic.find(Anomaly.SKIP, seq, f"{subscriber} had {expected}")
    reader.expected_after = seq
    if reader.highest is not None and seq <= reader.highest:
        topic.repeats += 1
    reader.highest = max(seq, reader.highest or 0)
    reader.delivered.add(seq)
    _saw(topic, seq, record["digest"], f"a delivery to {subscriber}")


def _applied(topic: _Topic, record: Record) -> None:
    seq, subscriber = record["seq"], record["subscriber"]
    reader = topic.readers[subscriber]
    topic.applies += 1
    position = reader.position if reader.position is not None else reader.start or 0
    if seq in reader.applied or seq <= position:
        topic.find(Anomaly.APPLIED_TWICE, seq, f"{subscriber} stood at {position}")
    elif seq > position + 1:
        topic.find(Anomaly.APPLIED_GAP, seq, f"{subscriber} stood at {position}")
    reader.position = max(seq, position)
    reader.applied.add(seq)
    _saw(topic, seq, record["digest"], f"the state of {subscriber}")


# --- when everything is known -----------------------------------------------------------------------------------------


def _judge(topic: _Topic) -> None:
    for seq, digests in topic.seen.items():
        if len(digests) > 1:
            topic.find(Anomaly.TWO_PAYLOADS, seq, ", ".join(f"{who}: {what[:19]}" for what, who in digests.items()))
    if topic.head is None:
        topic.find(Anomaly.NO_LOG, 0, "no head")
        return
    _judge_log(topic, topic.head)
    _judge_writes(topic)
    _judge_order(topic)
    _judge_reads(topic)
    _judge_chains(topic, topic.head)


def _judge_log(topic: _Topic, head: Record) -> None:
    for seq in range(head["floor"] + 1, head["seq"] + 1):
        if seq not in topic.rows:
            topic.find(Anomaly.LOG_GAP, seq, f"the head is {head['seq']}")
    for seq in topic.rows:
        if not head["floor"] < seq <= head["seq"]:
            topic.find(Anomaly.LOG_GAP, seq, f"the log should hold {head['floor'] + 1} to {head['seq']}")
    if not topic.writes:
        return  # nobody recorded its writes: such a topic is judged by its readers alone
    sendable = {write.digest for write in topic.writes.values()}
    for seq, payload_digest in topic.rows.items():
        if payload_digest not in sendable and payload_digest not in topic.system:
            topic.find(Anomaly.PHANTOM_ROW, seq, payload_digest[:19])


def _judge_writes(topic: _Topic) -> None:
    places: dict[str, list[int]] = defaultdict(list)
    for seq, payload_digest in topic.rows.items():
        places[payload_digest].append(seq)
    for payload_digest in topic.system:
        if len(places[payload_digest]) > topic.system.count(payload_digest):
            topic.find(Anomaly.WRITTEN_TWICE, max(places[payload_digest]), "written by the system")
    for name, write in topic.writes.items():
        at = places[write.digest]
        if len(at) > 1:
            topic.find(Anomaly.WRITTEN_TWICE, max(at), f"{name} at {sorted(at)}")
        if len(write.seqs) > 1:
            topic.find(Anomaly.TWO_SEQS, max(write.seqs), f"{name} at {sorted(write.seqs)}")
        if write.refused and not write.seqs and at:
            topic.find(Anomaly.REFUSED_WRITE, at[0], name)
        if topic.head is not None and write.seqs and write.seqs[0] > topic.head["floor"] and write.seqs[0] not in at:
            topic.find(Anomaly.MOVED_WRITE if at else Anomaly.LOST_WRITE, write.seqs[0], f"{name} is at {at}")


def _judge_order(topic: _Topic) -> None:
    """A write acknowledged before another one began stands before it."""
    known = [write for write in topic.writes.values() if write.seqs and write.answered is not None]
    answered = sorted(known, key=lambda write: write.answered or 0)
    highest, taken = 0, 0
    for write in sorted(known, key=lambda write: write.began):
        while taken < len(answered) and (answered[taken].answered or 0) < write.began:
            highest = max(highest, answered[taken].seqs[0])
            taken += 1
        if write.seqs[0] < highest:
            topic.find(Anomaly.REORDERED, write.seqs[0], f"{highest} was acknowledged before it was sent")


def _judge_reads(topic: _Topic) -> None:
    acked = {seq for write in topic.writes.values() for seq in write.seqs}
    floor = topic.head["floor"] if topic.head else 0
    for subscriber, reader in topic.readers.items():
        for seq in reader.delivered | reader.applied:
            if seq > floor and seq not in topic.rows:
                topic.find(Anomaly.PHANTOM_READ, seq, subscriber)
        for seq in sorted(acked | topic.rows.keys()):
            if reader.misses(seq):
                lost = seq in acked
                topic.find(Anomaly.UNDELIVERED if lost else Anomaly.APPLIED_GAP, seq, f"{subscriber} ended without it")


def _judge_chains(topic: _Topic, head: Record) -> None:
    folded = dict(_folded(topic, head))
    if folded and head["chain"] and folded.get(head["seq"]) != head["chain"]:
        topic.find(Anomaly.CHAIN_MISMATCH, head["seq"], "the authority's own chain is not that of its rows")
    if head["chain"]:
        folded.setdefault(head["seq"], head["chain"])
    for subscriber, reader in topic.readers.items():
        if not reader.chain:
            continue
        known = folded.get(reader.finished if reader.finished is not None else -1)
        if known != reader.chain:
            said = "another one" if known else "none that it could be held against"
            topic.find(Anomaly.CHAIN_MISMATCH, reader.finished or 0, f"{subscriber} has one chain, the log {said}")


def _folded(topic: _Topic, head: Record) -> Iterator[tuple[int, str]]:
    """(seq, chain) over the rows, from the floor up to the first gap. Nothing without a chain to begin with."""
    if not head["floor_chain"]:
        return
    chain = bytes.fromhex(head["floor_chain"])
    yield head["floor"], chain.hex()
    for seq in range(head["floor"] + 1, head["seq"] + 1):
        if seq not in topic.rows:
            return
        chain = chain_next(chain, seq, digest_of(topic.rows[seq]))
        yield seq, chain.hex()
