"""The checker is checked: correct histories pass, and every planted corruption is found under its own name."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from openagents.embedded.history.checker import check
from openagents.embedded.history.recorder import Record, Recorder, digest, read
from openagents.embedded.history.sockets import RecordingSockets
from openagents.embedded.history.verdict import Anomaly
from openagents.receipts.chain import chain_base, chain_next, digest_of
from openagents.sync.v1 import sync_pb2 as pb

TOPIC = "run:r1:events"
BASE = chain_base(TOPIC, "lin_1")


class Memory(Recorder):
    """A recorder whose history is a list."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def _record(self, **fields: str | int) -> None:
        self.records.append(fields)


class Model:
    """A correct system in thirty lines: one log, writers whose answers get lost, subscribers that crash and resume."""

    def __init__(self) -> None:
        self.history = Memory()
        self.rows: list[str] = [digest({"source": "runtime"})]
        self.history.system(TOPIC, self.rows[0])
        self.seqs: dict[str, int] = {}
        self.positions: dict[str, int] = {}

    def write(self, name: str, *, arrives: bool = True, answered: bool = True) -> None:
        payload = digest({"write": name})
        self.history.sent(TOPIC, name, payload)
        if not arrives:
            return
        if name not in self.seqs:
            self.rows.append(payload)
            self.seqs[name] = len(self.rows)
        if answered:
            self.history.acked(TOPIC, name, self.seqs[name])

    def refuse(self, name: str) -> None:
        self.history.sent(TOPIC, name, digest({"write": name}))
        self.history.refused(TOPIC, name)

    def read(self, who: str, *, rows: int, applied: int) -> None:
        """One connection: up to `rows` rows arrive, `applied` of them take effect before it dies."""
        after = self.positions.setdefault(who, 0)
        self.history.connected(who)
        self.history.subscribed(who, TOPIC, after)
        for seq in range(after + 1, min(after + rows, len(self.rows)) + 1):
            self.history.delivered(who, TOPIC, seq, self.rows[seq - 1])
            if seq - after <= applied:
                self.history.applied(who, TOPIC, seq, self.rows[seq - 1])
                self.positions[who] = seq

    def chain(self, upto: int) -> str:
        chain = BASE
        for seq, payload in enumerate(self.rows[:upto], start=1):
            chain = chain_next(chain, seq, digest_of(payload))
        return chain.hex()

    def end(self) -> list[Record]:
        for who in self.positions:
            self.read(who, rows=len(self.rows), applied=len(self.rows))
            self.history.finished(who, TOPIC, len(self.rows), self.chain(len(self.rows)))
        for seq, payload in enumerate(self.rows, start=1):
            self.history.row(TOPIC, seq, payload)
        self.history.head(TOPIC, len(self.rows), self.chain(len(self.rows)), floor_chain=BASE.hex())
        return self.history.records


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 9), st.booleans(), st.booleans()),
        st.tuples(st.just("refuse"), st.integers(10, 12), st.just(False), st.just(False)),
        st.tuples(st.just("read"), st.integers(0, 2), st.integers(0, 6), st.integers(0, 6)),
    ),
    max_size=40,
)


@given(STEPS)
def test_a_correct_history_passes_whatever_gets_lost_on_the_way(steps: list[tuple[str, int, int, int]]) -> None:
    model = Model()
    for step, number, first, second in steps:
        if step == "write":
            model.write(f"w{number}", arrives=bool(first), answered=bool(second))
        elif step == "refuse":
            model.refuse(f"w{number}")
        else:
            model.read(f"s{number}", rows=first, applied=second)
    verdict = check(model.end())
    assert verdict.ok, verdict.report()
    assert verdict.rows == len(model.rows)
    assert verdict.acked + verdict.refused + verdict.unknown == verdict.sent


def example() -> list[Record]:
    """Five writes, the third repeated and the fourth unanswered; a subscriber that crashes once."""
    model = Model()
    model.write("w1")
    model.write("w2")
    model.read("s", rows=3, applied=2)
    model.write("w3", answered=False)
    model.write("w3")
    model.write("w4", answered=False)
    model.refuse("w5")
    return model.end()


def only(records: list[Record], op: str, **fields: Any) -> Record:
    (found,) = [r for r in records if r["op"] == op and all(r[name] == value for name, value in fields.items())]
    return found


def test_the_counts_say_what_happened() -> None:
    verdict = check(example())
    assert verdict.ok, verdict.report()
    assert (verdict.sent, verdict.acked, verdict.refused) == (5, 3, 1)
    assert (verdict.unknown, verdict.unknown_found) == (1, 1)
    assert (verdict.rows, verdict.deliveries, verdict.applied) == (5, 6, 5)
    assert (verdict.reconnects, verdict.duplicates_before_apply) == (1, 1)
    assert verdict.line() == "gap 0, duplicates after apply 0, chain equal"


def lose_an_acknowledged_write(records: list[Record]) -> None:
    records.append({"op": "sent", "topic": TOPIC, "write": "w9", "digest": digest({"write": "w9"})})
    records.append({"op": "acked", "topic": TOPIC, "write": "w9", "seq": 6})


def acknowledge_at_another_seq(records: list[Record]) -> None:
    only(records, "acked", write="w2")["seq"] = 5


def forget_one_subscriber(records: list[Record]) -> None:
    records += [
        {"op": "connected", "subscriber": "t"},
        {"op": "subscribed", "subscriber": "t", "topic": TOPIC, "after": 0},
        {"op": "finished", "subscriber": "t", "topic": TOPIC, "seq": 3, "chain": ""},
    ]


def deliver_another_payload(records: list[Record]) -> None:
    only(records, "delivered", seq=5)["digest"] = digest("forged")


def acknowledge_twice(records: list[Record]) -> None:
    records.append({"op": "acked", "topic": TOPIC, "write": "w1", "seq": 5})


def write_twice(records: list[Record]) -> None:
    records.append({"op": "row", "topic": TOPIC, "seq": 6, "digest": only(records, "row", seq=2)["digest"]})
    only(records, "head")["seq"] = 6


def keep_a_refused_write(records: list[Record]) -> None:
    records.append({"op": "row", "topic": TOPIC, "seq": 6, "digest": digest({"write": "w5"})})
    only(records, "head")["seq"] = 6


def swap_two_writes(records: list[Record]) -> None:
    one, two = only(records, "acked", write="w1"), only(records, "acked", write="w2")
    one["seq"], two["seq"] = two["seq"], one["seq"]


def invent_a_row(records: list[Record]) -> None:
    records.append({"op": "row", "topic": TOPIC, "seq": 6, "digest": digest("nobody")})
    only(records, "head")["seq"] = 6


def deliver_an_aborted_row(records: list[Record]) -> None:
    end = records.index(only(records, "finished"))
    records.insert(end, {**only(records, "delivered", seq=5), "seq": 6, "digest": digest("aborted")})


def skip_a_delivery(records: list[Record]) -> None:
    records.remove(only(records, "delivered", seq=4))


def deliver_twice(records: list[Record]) -> None:
    again = only(records, "delivered", seq=5)
    records.insert(records.index(again), dict(again))


def deliver_out_of_order(records: list[Record]) -> None:
    four, five = only(records, "delivered", seq=4), only(records, "delivered", seq=5)
    four["seq"], five["seq"] = 5, 4
    four["digest"], five["digest"] = five["digest"], four["digest"]


def apply_twice(records: list[Record]) -> None:
    again = only(records, "applied", seq=3)
    records.insert(records.index(again), dict(again))


def leave_one_out_when_applying(records: list[Record]) -> None:
    records.remove(only(records, "applied", seq=4))


def number_with_a_gap(records: list[Record]) -> None:
    records.append({"op": "row", "topic": TOPIC, "seq": 7, "digest": digest({"write": "w5"})})
    only(records, "head")["seq"] = 7


def claim_a_higher_head(records: list[Record]) -> None:
    only(records, "head")["seq"] = 6


def state_another_chain(records: list[Record]) -> None:
    only(records, "finished")["chain"] = "ab" * 32


def let_the_authority_state_another_chain(records: list[Record]) -> None:
    only(records, "head")["chain"] = "ab" * 32


def leave_out_the_log(records: list[Record]) -> None:
    records.remove(only(records, "head"))


PLANTED: list[tuple[Anomaly, Callable[[list[Record]], None]]] = [
    (Anomaly.LOST_WRITE, lose_an_acknowledged_write),
    (Anomaly.MOVED_WRITE, acknowledge_at_another_seq),
    (Anomaly.UNDELIVERED, forget_one_subscriber),
    (Anomaly.TWO_PAYLOADS, deliver_another_payload),
    (Anomaly.TWO_SEQS, acknowledge_twice),
    (Anomaly.WRITTEN_TWICE, write_twice),
    (Anomaly.REFUSED_WRITE, keep_a_refused_write),
    (Anomaly.REORDERED, swap_two_writes),
    (Anomaly.PHANTOM_ROW, invent_a_row),
    (Anomaly.PHANTOM_READ, deliver_an_aborted_row),
    (Anomaly.SKIP, skip_a_delivery),
    (Anomaly.BACKWARDS, deliver_twice),
    (Anomaly.BACKWARDS, deliver_out_of_order),
    (Anomaly.APPLIED_TWICE, apply_twice),
    (Anomaly.APPLIED_GAP, leave_one_out_when_applying),
    (Anomaly.LOG_GAP, number_with_a_gap),
    (Anomaly.LOG_GAP, claim_a_higher_head),
    (Anomaly.CHAIN_MISMATCH, state_another_chain),
    (Anomaly.CHAIN_MISMATCH, let_the_authority_state_another_chain),
    (Anomaly.NO_LOG, leave_out_the_log),
]


@pytest.mark.parametrize(("anomaly", "plant"), PLANTED, ids=[plant.__name__ for _, plant in PLANTED])
def test_a_planted_anomaly_is_found(anomaly: Anomaly, plant: Callable[[list[Record]], None]) -> None:
    records = [dict(record) for record in example()]
    plant(records)
    verdict = check(records)
    assert verdict.count(anomaly) >= 1, verdict.report()
    assert not verdict.ok


def test_every_anomaly_has_a_planted_one() -> None:
    assert {anomaly for anomaly, _ in PLANTED} == set(Anomaly)


def test_an_open_reset_excuses_what_it_replaced_and_nothing_else() -> None:
    model = Model()
    for number in range(6):
        model.write(f"w{number}")
    model.read("s", rows=2, applied=2)
    model.history.reset("s", TOPIC, 5)
    model.positions["s"] = 5
    assert check(model.end()).ok
    silent = [record for record in model.history.records if record["op"] != "reset"]
    assert check(silent).count(Anomaly.APPLIED_GAP) >= 1


def test_a_topic_whose_writers_nobody_recorded_is_judged_by_its_readers() -> None:
    records = [r for r in example() if r["op"] not in ("sent", "acked", "refused", "system")]
    assert check(records).ok
    records.remove(only(records, "delivered", seq=4))
    assert check(records).count(Anomaly.SKIP) == 1


def test_a_rows_floor_is_no_gap() -> None:
    records = example()
    floor = chain_next(BASE, 1, digest_of(digest({"source": "runtime"})))
    records.remove(only(records, "row", seq=1))
    only(records, "head").update(floor=1, floor_chain=floor.hex())
    verdict = check(records)
    assert verdict.ok, verdict.report()


def test_many_threads_write_whole_lines_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    recorders = [Recorder(path) for _ in range(4)]

    def work(index: int) -> None:
        for number in range(200):
            recorders[index].acked(TOPIC, f"w{index}-{number}", number)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for recorder in recorders:
        recorder.close()
    written = list(read(path))
    assert len(written) == 800
    for index in range(4):
        mine = [record["seq"] for record in written if record["write"].startswith(f"w{index}-")]
        assert mine == list(range(200))


def test_a_file_that_is_no_history_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps([1]) + "\n")
    with pytest.raises(ValueError, match="not a record"):
        list(read(path))
    with pytest.raises(ValueError, match="unknown record"):
        check([{"op": "sneezed", "topic": TOPIC}])


class Socket:
    """A server that has already said everything."""

    def __init__(self, frames: list[bytes]) -> None:
        self.frames = frames

    async def connect(self, url: str, token: str) -> Socket:
        return self

    async def send(self, raw: bytes) -> None:
        assert raw

    async def receive(self) -> bytes:
        return self.frames.pop(0)

    async def close(self) -> None:
        assert not self.frames


def frame(kind: int, body: Message, topic: str = "") -> bytes:
    return pb.KhalaFrame(
        schema_version=2, kind=kind, topic=topic, payload_bytes=body.SerializeToString()
    ).SerializeToString()


def batch(*seqs: int) -> bytes:
    updates = [
        pb.Update(watermark=seq, payload=b"{}", payload_hash=digest_of(digest({})), kind="text.delta") for seq in seqs
    ]
    return frame(pb.KHALA_FRAME_KIND_UPDATE_BATCH, pb.UpdateBatch(updates=updates), TOPIC)


async def listen(history: Recorder, frames: list[bytes], *asked: bytes) -> None:
    connection = await RecordingSockets(history, "s", Socket(frames)).connect("ws://nowhere", "token")
    for raw in asked:
        await connection.send(raw)
    while frames:
        await connection.receive()
    await connection.close()


def test_every_row_is_recorded_as_it_arrives_and_the_clients_own_position_counts() -> None:
    history = Memory()
    cursor = pb.TopicCursor(topic_name=TOPIC, watermark=3)
    asked = pb.ClientMessage(subscribe=pb.Subscribe(resume_after=[cursor])).SerializeToString()
    answer = pb.Subscribed(results=[pb.TopicResult(topic_name=TOPIC, effective_resume_after=5)])
    frames = [frame(pb.KHALA_FRAME_KIND_SUBSCRIBED, answer), b"\xff no frame", batch(6, 7)]
    asyncio.run(listen(history, frames, asked))
    told = [(r["op"], r.get("after", r.get("seq"))) for r in history.records]
    assert told == [("connected", None), ("subscribed", 3), ("delivered", 6), ("delivered", 7)]
    history.head(TOPIC, 7)
    assert check(history.records).count(Anomaly.SKIP) == 1


def test_without_a_position_the_servers_floor_is_the_beginning_and_a_refusal_begins_nothing() -> None:
    history = Memory()
    accepted = pb.TopicResult(topic_name=TOPIC, effective_resume_after=5)
    refused = pb.TopicResult(topic_name="run:r2:events", error=pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC)
    answer = pb.Subscribed(results=[accepted, refused])
    asyncio.run(listen(history, [frame(pb.KHALA_FRAME_KIND_SUBSCRIBED, answer), batch(6)]))
    assert [(r["op"], r.get("topic")) for r in history.records[1:]] == [("subscribed", TOPIC), ("delivered", TOPIC)]
