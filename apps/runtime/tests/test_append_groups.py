"""Requests that share one call: what a refused one had already been given goes back before the next one is decided."""

from __future__ import annotations

from apps.runtime.services.append import append_all
from apps.runtime.tests import factories as make
from apps.runtime.tests.test_append import assert_agrees, log_of, refusal


def test_a_half_placed_batch_that_is_refused_leaves_the_next_request_its_seq() -> None:
    run = make.run()
    outcomes = append_all(
        [
            make.request(
                run.id, make.event(payload={"n": 1}, key="a"), make.event("run.finished", {"status": "failed"})
            ),
            make.request(run.id, make.event(payload={"n": 2}), make.event("run.started", {})),
            make.request(run.id, make.event(payload={"n": 3})),
            make.request(run.id, make.event(payload={"n": 1}, key="a")),
        ]
    )
    assert isinstance(outcomes[0], list) and isinstance(outcomes[2], list) and isinstance(outcomes[3], list)
    assert [place.seq for place in outcomes[0]] == [2, 3]
    assert refusal(outcomes[1]) == ("invalid_request", "invalid_run_transition")
    assert [place.seq for place in outcomes[2]] == [4]
    assert [(place.seq, place.replayed) for place in outcomes[3]] == [(2, True)]
    assert [event.seq for event in log_of(run.id)] == [1, 2, 3, 4]
    assert_agrees(run.id)


def test_a_refused_batch_takes_its_keys_and_its_state_back() -> None:
    run = make.run()
    finished = make.event("run.finished", {"status": "succeeded"})
    outcomes = append_all(
        [
            make.request(run.id, make.event(key="k"), finished, make.event("run.started", {})),
            make.request(run.id, make.event(key="k")),
            make.request(run.id, make.event("run.started", {})),
        ]
    )
    assert refusal(outcomes[0]) == ("invalid_request", "invalid_run_transition")
    assert isinstance(outcomes[1], list) and isinstance(outcomes[2], list)
    assert [(place.seq, place.replayed) for place in outcomes[1]] == [(2, False)]
    assert [place.seq for place in outcomes[2]] == [3]
    assert_agrees(run.id)
