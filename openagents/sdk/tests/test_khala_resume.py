"""Whatever happens to the link, the final state is the journal's (promise 3; drills X1, X5, X14 in miniature)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openagents.sdk.khala.session import SILENCE_MS
from openagents.sdk.tests.khala_double import Journal
from openagents.sdk.tests.simulation import NAMESPACE, Simulation
from openagents.sdk.updates import LinkState, TopicReset, Update
from openagents.sdk.watermarks.memory import MemoryWatermarks
from openagents.sync.v1 import sync_pb2 as pb

TOPIC = "run:r1:events"
OTHER = "run:r2:events"
FAULTS_MAX = 3
"""Each of these costs at most one bootstrap, and three in ten minutes are allowed before a topic is parked."""

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 4)),
        st.tuples(st.just("deliver"), st.integers(1, 5)),
        st.tuples(
            st.sampled_from(["repeat", "disconnect", "crash", "beat", "old_answer", "reducer_fails"]), st.just(0)
        ),
        st.tuples(st.just("wait"), st.sampled_from([1, 300, 1_000, 20_000, SILENCE_MS])),
        st.tuples(st.sampled_from(["lose", "corrupt", "garble", "prune", "restore"]), st.integers(0, 6)),
    ),
    min_size=8,
    max_size=60,
)
FAULTS = {"lose", "corrupt", "garble", "prune", "restore"}


def corrupted(raw: bytes) -> bytes:
    frame = pb.KhalaFrame.FromString(raw)
    if frame.kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH:
        batch = pb.UpdateBatch.FromString(frame.payload_bytes)
        if batch.updates:
            batch.updates[0].payload = b'{"forged":true}'
        frame.payload_bytes = batch.SerializeToString()
    return frame.SerializeToString()


def garbled(raw: bytes) -> bytes:
    frame = pb.KhalaFrame.FromString(raw)
    if frame.kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH:
        frame.payload_bytes = b"\xff\xff\xff"
    return frame.SerializeToString()


def play(sim: Simulation, steps: list[tuple[str, int]]) -> None:
    faults = counter = 0
    journal = sim.journals[TOPIC]
    last = b""
    for name, n in steps:
        if name in FAULTS:
            faults += 1
            if faults > FAULTS_MAX:
                continue
        match name:
            case "append":
                for _ in range(n):
                    counter += 1
                    journal.append({"n": counter})
                    if counter % 3 == 0:
                        sim.journals[OTHER].append({"other": counter})
                sim.fill()
            case "deliver":
                sim.fill()
                for _ in range(n):
                    last = sim.down[0] if sim.down else last
                    sim.deliver()
            case "repeat":
                sim.fill()
                if sim.down:
                    sim.down.insert(0, sim.down[0])
            case "old_answer":
                if last and sim.server is not None:
                    sim.down.insert(0, last)
            case "disconnect":
                sim.disconnect()
            case "crash":
                sim.crash()
            case "beat":
                if sim.server is not None and sim.server.hello is not None:
                    sim.down.append(sim.server.beat())
            case "wait":
                sim.advance(n)
            case "reducer_fails":
                sim.fail_next_applies = 1
            case "lose":
                sim.fill()
                sim.down = sim.down[1:] if batch_first(sim) else sim.down
            case "corrupt":
                sim.fill()
                sim.deliver(corrupted)
            case "garble":
                sim.fill()
                sim.deliver(garbled)
            case "prune":
                journal.floor = max(journal.floor, journal.head - n)
                for seq in [seq for seq in journal.rows if seq < journal.floor]:
                    del journal.rows[seq]
            case "restore":
                journal.restore_to(max(journal.head - n, journal.floor))
                counter += 1_000
                for _ in range(n // 2):
                    counter += 1
                    journal.append({"n": counter})


def batch_first(sim: Simulation) -> bool:
    return bool(sim.down) and pb.KhalaFrame.FromString(sim.down[0]).kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH


@settings(max_examples=400, deadline=None)
@given(STEPS, st.booleans())
def test_final_state_is_the_journal_after_any_faults(steps: list[tuple[str, int]], settled: bool) -> None:
    sim = Simulation({TOPIC: Journal(TOPIC), OTHER: Journal(OTHER, lineage="lin_02")}, MemoryWatermarks())
    sim.journals[TOPIC].append({"n": 0})
    if settled:
        sim.settle()

    play(sim, steps)
    sim.fail_next_applies = 0
    sim.settle()

    assert sim.session.state is LinkState.LIVE, (sim.session.state, sim.told)
    if not any(name in FAULTS for name, _ in steps):
        assert sim.session.counters["bootstraps"] == 0
    for topic, journal in sim.journals.items():
        assert_each_row_applied_once(sim, topic)
        cursor = sim.store.cursor(NAMESPACE, topic)
        assert cursor is not None and cursor == sim.session.cursor(topic)
        assert cursor.seq == journal.head
        assert cursor.chain == journal.chain_at(journal.head)
        state = sim.state_of(topic)
        base = journal.floor
        assert {seq: value for seq, value in state.items() if seq > base} == {
            seq: json.loads(row.payload) for seq, row in journal.rows.items() if seq > base
        }
        # What lies under the floor was either applied while it was served, or an announced reset skipped it.
        resets = [item.seq for item in sim.told if isinstance(item, TopicReset) and item.topic == topic]
        missing = set(range(1, base + 1)) - set(state)
        assert not missing or max(resets) >= max(missing)


def assert_each_row_applied_once(sim: Simulation, topic: str) -> None:
    position = 0
    for item in sim.told:
        if isinstance(item, TopicReset) and item.topic == topic:
            position = item.seq
        elif isinstance(item, Update) and item.topic == topic:
            assert item.seq > position, f"{topic} #{item.seq} came twice"
            position = item.seq


@pytest.mark.parametrize("boundary", range(12))
def test_cutting_the_socket_at_any_frame_loses_and_doubles_nothing(boundary: int) -> None:
    journal = Journal(TOPIC)
    for n in range(10):
        journal.append({"n": n})
    sim = Simulation({TOPIC: journal}, MemoryWatermarks())
    for delivered in range(boundary):
        sim.fill()
        sim.deliver()
        journal.append({"late": delivered})
    sim.disconnect()
    sim.settle()
    applied = [item.seq for item in sim.told if hasattr(item, "doc_key")]
    assert applied == list(range(1, journal.head + 1))


@pytest.mark.parametrize("chains", [True, False])
def test_a_row_lost_while_live_is_asked_for_again_without_a_bootstrap(chains: bool) -> None:
    journal = Journal(TOPIC)
    sim = Simulation({TOPIC: journal}, MemoryWatermarks(), chains=chains)
    sim.settle()
    for n in range(3):
        journal.append({"n": n})
        sim.fill()
    del sim.down[1]
    sim.settle()
    assert sorted(sim.state_of(TOPIC)) == [1, 2, 3]
    assert sim.session.counters["gaps"] == 1
    assert sim.session.counters["bootstraps"] == 0


def test_the_last_row_lost_while_live_shows_at_the_second_heartbeat() -> None:
    journal = Journal(TOPIC)
    sim = Simulation({TOPIC: journal}, MemoryWatermarks(), chains=False)
    sim.settle()
    journal.append({"n": 1})
    sim.fill()
    sim.down.clear()
    sim.settle()
    assert sorted(sim.state_of(TOPIC)) == [1]


def test_a_gap_that_stays_after_asking_again_means_bootstrap() -> None:
    journal = Journal(TOPIC)
    sim = Simulation({TOPIC: journal}, MemoryWatermarks(), chains=False)
    sim.settle()
    for round_ in range(2):
        journal.append({"n": 2 * round_})
        journal.append({"n": 2 * round_ + 1})
        while not batch_first(sim):
            sim.fill()
            if not batch_first(sim):
                sim.deliver()
        sim.deliver(without_first_row)
    sim.settle()
    assert sim.session.counters["bootstraps"] == 1
    assert sorted(sim.state_of(TOPIC)) == [1, 2, 3, 4]


def without_first_row(raw: bytes) -> bytes:
    frame = pb.KhalaFrame.FromString(raw)
    batch = pb.UpdateBatch.FromString(frame.payload_bytes)
    del batch.updates[0]
    frame.payload_bytes = batch.SerializeToString()
    return frame.SerializeToString()


def test_trimmed_below_the_watermark_means_one_bootstrap_then_live() -> None:
    journal = Journal(TOPIC)
    for n in range(5):
        journal.append({"n": n})
    sim = Simulation({TOPIC: journal}, MemoryWatermarks())
    sim.settle()
    sim.disconnect()
    for n in range(5, 20):
        journal.append({"n": n})
    journal.floor = 12
    sim.settle()
    assert sim.session.counters["bootstraps"] == 1
    assert sim.session.state is LinkState.LIVE
    assert [item for item in sim.told if isinstance(item, TopicReset)][-1] == TopicReset(
        TOPIC, 12, "retention_floor_breach", skipped=True
    )
    assert sorted(sim.state_of(TOPIC)) == list(range(13, 21))


def test_restored_journal_with_other_rows_is_found_and_costs_one_bootstrap() -> None:
    journal = Journal(TOPIC)
    for n in range(8):
        journal.append({"n": n})
    sim = Simulation({TOPIC: journal}, MemoryWatermarks())
    sim.settle()
    journal.restore_to(4)
    for n in range(100, 106):
        journal.append({"n": n})
    sim.settle()
    assert sim.session.counters["bootstrap_chain_mismatch"] == 1
    assert sim.session.counters["bootstraps"] == 1
    assert list(sim.state_of(TOPIC).values()) == [{"n": n} for n in [0, 1, 2, 3, *range(100, 106)]]


def test_an_honest_run_reports_no_mismatch_and_verifies_every_row() -> None:
    journal = Journal(TOPIC)
    sim = Simulation({TOPIC: journal}, MemoryWatermarks())
    for n in range(50):
        journal.append({"n": n})
        sim.settle()
    cursor = sim.store.cursor(NAMESPACE, TOPIC)
    assert cursor is not None and cursor.verified_seq == 50
    assert sim.session.counters["bootstraps"] == 0
    assert sim.session.counters["duplicates"] == 0


def test_a_server_without_chains_changes_nothing() -> None:
    journal = Journal(TOPIC)
    for n in range(5):
        journal.append({"n": n})
    sim = Simulation({TOPIC: journal}, MemoryWatermarks(), chains=False)
    sim.settle()
    sim.disconnect()
    journal.append({"n": 5})
    sim.settle()
    assert sorted(sim.state_of(TOPIC)) == [1, 2, 3, 4, 5, 6]
    assert sim.session.counters["bootstraps"] == 0


def test_the_window_of_sixty_four_frames_never_closes_on_a_client_that_applies() -> None:
    journal = Journal(TOPIC)
    sim = Simulation({TOPIC: journal}, MemoryWatermarks())
    for n in range(300):
        journal.append({"n": n})
        sim.fill()
        sim.deliver()
    sim.settle()
    assert sim.server is not None
    sim.advance(2_000)
    assert sim.server.unacked == []
    assert sorted(sim.state_of(TOPIC)) == list(range(1, 301))


def test_a_reducer_that_fails_twice_parks_the_topic_and_keeps_the_watermark() -> None:
    journals = {TOPIC: Journal(TOPIC), OTHER: Journal(OTHER)}
    journals[TOPIC].append({"n": 1})
    sim = Simulation(journals, MemoryWatermarks())
    sim.fail_next_applies = 2
    sim.settle()
    journals[OTHER].append({"n": 2})
    sim.settle()
    assert sim.stopped(TOPIC) == ["apply_failed"]
    cursor = sim.store.cursor(NAMESPACE, TOPIC)
    assert cursor is not None and cursor.seq == 0
    assert sim.state_of(TOPIC) == {}
    assert sim.state_of(OTHER) == {1: {"n": 2}}


def test_a_topic_that_keeps_going_stale_is_parked_after_three_bootstraps() -> None:
    journal = Journal(TOPIC)
    sim = Simulation({TOPIC: journal}, MemoryWatermarks())
    for _ in range(6):
        for n in range(5):
            journal.append({"n": n})
        journal.floor = journal.head
        sim.disconnect()
        journal.append({"n": 99})
        journal.floor = journal.head
        sim.settle()
    assert sim.stopped(TOPIC) == ["bootstrap_limit"]
    assert sim.session.state is LinkState.CLOSED
    assert sim.session.counters["bootstraps"] == 4
