"""Hypothesis strategies: JSON values as the system admits them, and runs with arbitrary logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from openagents.receipts.replay import EventRecord, RunRecord

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
integers = st.integers(-(2**63), 2**64 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | integers | floats | texts
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
moments = st.integers(0, 2**51).map(lambda microseconds: EPOCH + timedelta(microseconds=microseconds))

_odd = scalars | st.lists(scalars, max_size=2)
_u64 = st.integers(0, 2**64 - 1)
_i32 = st.integers(-(2**31), 2**31 - 1)
_tool = st.fixed_dictionaries(
    {},
    optional={
        "tool": texts | _odd,
        "params": values,
        "params_hash": texts | _odd,
        "output_hash": texts | _odd,
        "latency_ms": _u64 | _odd,
        "side_effects": st.lists(values, max_size=2) | _odd,
        "exit_code": _i32 | _odd,
        "step_utility": floats | _odd,
        "step_id": texts | _odd,
    },
)
_verification = st.fixed_dictionaries(
    {},
    optional={
        "command": texts | _odd,
        "exit_code": st.just(0) | _i32 | _odd,
        "cwd": texts | _odd,
        "duration_ms": _u64 | _odd,
        "verification_delta": _i32 | _odd,
    },
)
_payment = st.fixed_dictionaries(
    {},
    optional={
        "rail": texts | _odd,
        "asset_id": texts | _odd,
        "amount_msats": _u64 | _odd,
        "payment_proof": values,
        "job_hash": texts | _odd,
        "status": texts | _odd,
    },
)
_typed_payloads = st.one_of(
    st.tuples(st.just("tool"), _tool | values),
    st.tuples(st.just("verification"), _verification | values),
    st.tuples(st.just("payment"), _payment | values),
    st.tuples(st.sampled_from(["run.started", "text.delta", "receipt"]), values),
)


@st.composite
def runs(draw: st.DrawFn) -> RunRecord:
    """A run with up to five events, also of shapes that appending would refuse today."""
    recorded_at = draw(moments)
    events = []
    for seq, (event_type, payload) in enumerate(draw(st.lists(_typed_payloads, max_size=5)), 1):
        recorded_at += timedelta(microseconds=draw(st.integers(0, 10**9)))
        events.append(EventRecord(seq, event_type, payload, draw(st.none() | st.text("abc", min_size=1)), recorded_at))
    return RunRecord(
        run_id=draw(st.uuids()).hex,
        created_at=draw(moments),
        updated_at=recorded_at,
        status=draw(st.sampled_from(["created", "running", "canceling", "canceled", "succeeded", "failed"])),
        metadata=draw(
            st.fixed_dictionaries({}, optional={"policy_bundle_id": texts | _odd, "pr_summary": texts | _odd})
        ),
        events=tuple(events),
    )
