"""Tables 11.1 and 11.2, row by row: a state, what comes in, the state after, and what goes out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.khala.domain.access import TopicRow
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.speech import Start, Wanted
from apps.khala.domain.core.states import Conn, Sub
from apps.khala.tests.client_model import ALICE, ALL_SCOPES, WALL, World, run_topic, world

RUN = "run:r1:events"
Step = Callable[[World], object]


def ready(**fields: object) -> World:
    here = world(run_topic(rows=3), **fields)
    here.subscribe(RUN)
    here.settle()
    here.outputs.clear()
    return here


def grace() -> World:
    here = ready()
    here.core.authority.lease_at = here.now
    here.feed(ev.Tick())
    here.outputs.clear()
    return here


def draining() -> World:
    here = ready()
    here.feed(ev.Drain(here.now + 5))
    here.outputs.clear()
    return here


def opened(**fields: object) -> World:
    return world(joined=False, **fields)


def closing() -> World:
    here = ready()
    here.feed(ev.Revoked("x"))
    here.outputs.clear()
    return here


def _flood(here: World) -> None:
    for _ in range(60):
        here.say(speech.ClientBeat(""))


def _starve(here: World) -> None:
    topic = here.topics[RUN]
    for number in range(2000):
        topic.append({"n": number})
    here.auto_ack = False
    here.feed(ev.Hint(RUN, topic.head))
    here.settle()
    for _ in range(40):
        if here.closed is None:
            here.say(speech.ClientBeat(""))
            here.now += 1.0
            here.feed(ev.Tick())


def _token(here: World, *, good: bool) -> None:
    here.say(speech.Authenticate("r", "t"))
    here.feed(ev.TokenChecked(ALICE if good else None, WALL + here.now + 600, reason="" if good else "token_expired"))


CONNECTION_ROWS: list[tuple[str, Callable[[], World], Step, Conn, tuple[type, ...], int | None]] = [
    ("NEW opened", opened, lambda here: None, Conn.OPEN, (ev.Timer,), None),
    (
        "OPEN hello, revoked before",
        lambda: opened(soft_failure="stolen"),
        lambda here: here.hello(),
        Conn.CLOSING,
        (ev.Audit, ev.Send, ev.Close),
        4401,
    ),
    ("OPEN hello", opened, lambda here: here.hello(), Conn.READY, (ev.Audit, ev.Send, ev.Timer), None),
    ("OPEN deadline", opened, lambda here: here.run_clock(10), Conn.CLOSING, (ev.Close,), 4400),
    ("OPEN drain", opened, lambda here: here.feed(ev.Drain(0)), Conn.CLOSING, (ev.Close,), 1012),
    ("READY subscribe", ready, lambda here: here.subscribe("run:r2:events"), Conn.READY, (ev.Authorize,), None),
    ("READY token", ready, lambda here: _token(here, good=True), Conn.READY, (ev.CheckToken, ev.Send), None),
    ("READY bad token", ready, lambda here: _token(here, good=False), Conn.READY, (ev.CheckToken, ev.Send), None),
    ("GRACE token", grace, lambda here: _token(here, good=True), Conn.READY, (ev.CheckToken, ev.Send), None),
    ("GRACE bad token", grace, lambda here: _token(here, good=False), Conn.GRACE, (ev.CheckToken, ev.Send), None),
    (
        "READY lease refused",
        ready,
        lambda here: here.feed(ev.LeaseRefused("gone")),
        Conn.CLOSING,
        (ev.Metric, ev.Send, ev.Close),
        4401,
    ),
    ("READY revoked", ready, lambda here: here.feed(ev.Revoked("gone")), Conn.CLOSING, (ev.Send, ev.Close), 4401),
    (
        "READY lease overdue",
        ready,
        lambda here: (setattr(here.core.authority, "lease_at", here.now), here.feed(ev.Tick())),
        Conn.GRACE,
        (ev.Introspect,),
        None,
    ),
    ("GRACE renewed", grace, lambda here: here.feed(ev.LeaseRenewed(ALL_SCOPES)), Conn.READY, (), None),
    ("GRACE subscribe", grace, lambda here: here.subscribe("run:r2:events"), Conn.GRACE, (ev.Send,), None),
    ("GRACE revoked", grace, lambda here: here.feed(ev.Revoked("gone")), Conn.CLOSING, (ev.Send, ev.Close), 4401),
    (
        "GRACE over",
        grace,
        lambda here: (
            setattr(here.core, "_silent_at", None),
            setattr(here, "now", here.now + 901),
            here.feed(ev.Tick()),
        ),
        Conn.CLOSING,
        (ev.Send, ev.Close),
        4401,
    ),
    ("READY silent", ready, lambda here: here.run_clock(60), Conn.CLOSING, (ev.Send, ev.Close), 4408),
    (
        "GRACE silent",
        grace,
        lambda here: (here.pending.clear(), here.run_clock(60)),
        Conn.CLOSING,
        (ev.Send, ev.Close),
        4408,
    ),
    (
        "READY strikes",
        lambda: ready(limits=Limits(window_frames_max=2)),
        _starve,
        Conn.CLOSING,
        (ev.Send, ev.Close),
        4409,
    ),
    ("READY too fast", ready, _flood, Conn.CLOSING, (ev.Send, ev.Close), 4429),
    ("GRACE too fast", grace, _flood, Conn.CLOSING, (ev.Send, ev.Close), 4429),
    (
        "READY broken",
        ready,
        lambda here: here.feed(ev.IoFailed(1, retryable=False)),
        Conn.CLOSING,
        (ev.Send, ev.Close),
        1011,
    ),
    ("READY drain", ready, lambda here: here.feed(ev.Drain(here.now + 5)), Conn.DRAINING, (ev.Timer,), None),
    ("GRACE drain", grace, lambda here: here.feed(ev.Drain(here.now + 5)), Conn.DRAINING, (), None),
    ("DRAINING revoked", draining, lambda here: here.feed(ev.Revoked("x")), Conn.CLOSING, (ev.Send, ev.Close), 4401),
    (
        "DRAINING lease refused",
        draining,
        lambda here: here.feed(ev.LeaseRefused("x")),
        Conn.CLOSING,
        (ev.Send, ev.Close),
        4401,
    ),
    ("DRAINING subscribe", draining, lambda here: here.subscribe("run:r2:events"), Conn.DRAINING, (ev.Send,), None),
    (
        "DRAINING close_at",
        draining,
        lambda here: here.run_clock(5),
        Conn.CLOSING,
        (ev.Send, ev.SaveWatermark, ev.Close),
        1012,
    ),
    ("READY leave", ready, lambda here: here.say(speech.Leave("r")), Conn.OPEN, (ev.Unwatch,), None),
    ("READY gone", ready, lambda here: here.feed(ev.Gone()), Conn.CLOSED, (ev.SaveWatermark, ev.Unwatch), None),
    ("CLOSING anything", closing, _flood, Conn.CLOSING, (), None),
    ("CLOSING gone", closing, lambda here: here.feed(ev.Gone()), Conn.CLOSED, (), None),
]


@pytest.mark.parametrize(
    ("before", "step", "after", "kinds", "code"),
    [row[1:] for row in CONNECTION_ROWS],
    ids=[r[0] for r in CONNECTION_ROWS],
)
def test_11_1(before: Callable[[], World], step: Step, after: Conn, kinds: tuple[type, ...], code: int | None) -> None:
    here = before()
    step(here)
    assert here.core.state is after
    said = [type(output) for output in here.outputs]
    assert [kind for kind in said if kind in kinds][: len(kinds)] or not kinds
    assert all(kind in said for kind in kinds), said
    closes = [output for output in here.outputs if isinstance(output, ev.Close)]
    assert [int(close.code) for close in closes] == ([code] if code else [])
    if closes:
        assert said[-1] is ev.Close or set(said[said.index(ev.Close) :]) <= {ev.Close, ev.Metric}


def held(here: World) -> Sub | None:
    sub = here.core.delivery.subs.get(RUN)
    return sub.state if sub else None


def asked(rows: int = 3, **wanted: object) -> World:
    """A request for one topic whose access is not decided yet."""
    here = world(run_topic(rows=rows))
    here.subscribe(Wanted(RUN, **wanted))  # type: ignore[arg-type]
    return here


def reading(rows: int = 3, **wanted: object) -> World:
    here = asked(rows, **wanted)
    here.step()
    return here


def replaying(rows: int = 600) -> World:
    here = reading(rows)
    here.step()
    return here


def live() -> World:
    here = reading()
    here.settle()
    here.outputs.clear()
    return here


def _pruned(here: World) -> None:
    topic = here.topics[RUN]
    for number in range(9):
        topic.append({"n": number})
    topic.prune(topic.head - 1)
    here.feed(ev.Hint(RUN, topic.head))
    here.settle()


def _deny(here: World) -> None:
    here.rows[RUN] = TopicRow("user:z", acl_version=1)


def _acl(here: World) -> None:
    here.topics[RUN].acl_version = 1
    here.push(RUN, 3)


def _stale_reading() -> World:
    here = reading(9, cursor=1)
    here.topics[RUN].prune(5)
    return here


def _gap() -> World:
    here = live()
    topic = here.topics[RUN]
    topic.append({"n": 1})
    topic.append({"n": 2})
    topic.rows = [row for row in topic.rows if row.seq != 4]
    return here


SUBSCRIPTION_ROWS: list[tuple[str, Callable[[], World], Step, Sub | None, tuple[type, ...]]] = [
    ("AUTHZ allow", asked, lambda here: here.step(), Sub.CURSOR, (ev.Watch, ev.ReadTopic)),
    ("AUTHZ deny", asked, lambda here: (_deny(here), here.step()), None, (ev.Audit, ev.Send)),
    ("CURSOR fresh", reading, lambda here: here.step(), Sub.REPLAY, (ev.Send, ev.Fetch)),
    ("CURSOR stale", _stale_reading, lambda here: here.step(), None, (ev.RecoveryGrant, ev.Unwatch, ev.Send)),
    ("REPLAY rows", replaying, lambda here: here.step(), Sub.REPLAY, (ev.Send, ev.Fetch)),
    ("REPLAY head", replaying, lambda here: here.settle(), Sub.LIVE, (ev.Send,)),
    ("LIVE hint", live, lambda here: here.feed(ev.Hint(RUN, 9)), Sub.LIVE, (ev.Fetch,)),
    ("LIVE hint of the known", live, lambda here: here.feed(ev.Hint(RUN, 3)), Sub.LIVE, ()),
    (
        "LIVE rows",
        live,
        lambda here: (here.topics[RUN].append({"n": 4}), here.push(RUN, 3)),
        Sub.LIVE,
        (ev.Send,),
    ),
    ("LIVE below the floor", live, _pruned, None, (ev.RecoveryGrant, ev.Unwatch, ev.Send)),
    ("LIVE gap", _gap, lambda here: (here.feed(ev.Hint(RUN, 5)), here.settle()), Sub.LIVE, (ev.Fetch, ev.Timer)),
    (
        "LIVE gap for good",
        _gap,
        lambda here: (here.feed(ev.Hint(RUN, 5)), here.settle(), here.run_clock(2)),
        None,
        (ev.Metric, ev.Close),
    ),
    ("LIVE acl changed", live, _acl, Sub.AUTHZ, (ev.Authorize,)),
    ("AUTHZ again, denied", live, lambda here: (_deny(here), _acl(here), here.settle()), None, (ev.Send, ev.Unwatch)),
    ("AUTHZ again, allowed", live, lambda here: (_acl(here), here.settle()), Sub.LIVE, (ev.Authorize,)),
    (
        "LIVE membership revoked",
        live,
        lambda here: (
            setattr(here.core.delivery.subs[RUN], "org_id", "X"),
            here.feed(ev.Revoked("membership_revoked", "X")),
        ),
        None,
        (ev.Send, ev.Unwatch),
    ),
    ("any unsubscribe", live, lambda here: here.unsubscribe(RUN), None, (ev.Unwatch, ev.Send)),
    ("CURSOR unsubscribe", reading, lambda here: here.unsubscribe(RUN), None, (ev.Unwatch, ev.Send)),
    (
        "LIVE other lineage",
        live,
        lambda here: (here.topics[RUN].rotate("lin_02"), here.push(RUN, 3)),
        None,
        (ev.RecoveryGrant, ev.Unwatch, ev.Send),
    ),
    (
        "CURSOR too many starts",
        lambda: reading(3, start=Start.EARLIEST),
        lambda here: here.feed(
            ev.TopicState(here.pending.pop().ticket, here.topics[RUN].facts(None, 9), retry_after_ms=900)  # type: ignore[union-attr]
        ),
        None,
        (ev.Unwatch, ev.Send),
    ),
]


@pytest.mark.parametrize(
    ("before", "step", "after", "kinds"), [row[1:] for row in SUBSCRIPTION_ROWS], ids=[r[0] for r in SUBSCRIPTION_ROWS]
)
def test_11_2(before: Callable[[], World], step: Step, after: Sub | None, kinds: tuple[type, ...]) -> None:
    here = before()
    here.outputs.clear()
    step(here)
    assert held(here) is after
    said = [type(output) for output in here.outputs]
    assert all(kind in said for kind in kinds), said
    if not kinds:
        assert not said
    positions = [said.index(kind) for kind in kinds if kind in (ev.Watch, ev.ReadTopic)]
    assert positions == sorted(positions)


def test_an_idle_connection_holds_nothing_but_its_positions() -> None:
    """15.3: nothing of what was sent stays with the connection (its acks are in)."""
    here = world(run_topic(rows=500), limits=Limits())
    here.subscribe(RUN)
    here.settle()
    delivery = here.core.delivery
    assert not delivery.busy and not delivery.starting.groups and not delivery.turns
    assert delivery.pressure.window is not None and delivery.pressure.window.frames == 0
