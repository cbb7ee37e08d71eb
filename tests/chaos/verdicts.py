"""The end of a drill: everybody hears of everything, and the history is judged from outside."""

from __future__ import annotations

from collections.abc import Callable

from openagents.embedded.history.recorder import Recorder
from openagents.embedded.history.verdict import Verdict
from tests.chaos.load import Load
from tests.judging import Database, disagreements, judge
from tests.subscriber import Subscriber

Show = Callable[[Verdict], None]


def finish(load: Load, database: Database, *subscribers: Subscriber) -> None:
    """Everybody hears of everything, then ends."""
    head = database.execute("SELECT seq FROM sync_topic_sequences WHERE topic = %s", [load.topic]).fetchone()
    assert head is not None
    for subscriber in subscribers:
        subscriber.reaches(load.topic, head[0])
    for subscriber in subscribers:
        subscriber.finish()


def assert_held(show: Show, recorder: Recorder, database: Database, load: Load) -> Verdict:
    verdict = judge(recorder, database, [load.topic])
    show(verdict)
    assert verdict.ok, verdict.report()
    assert verdict.line() == "gap 0, duplicates after apply 0, chain equal"
    assert disagreements(database, load.run_id) == []
    return verdict
