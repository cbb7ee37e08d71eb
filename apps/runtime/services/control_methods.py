"""What each control method does inside the runtime. Refusals leave as CallRefused, with the worker's error codes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from apps.runtime.domain.control_requests import Call, CallRefused, Code, Plan
from apps.runtime.domain.threads import THREAD_ID, Role
from apps.runtime.domain.worker_metadata import text_of
from apps.runtime.models import Thread, ThreadMessage
from apps.runtime.services import threads
from apps.runtime.services.journal import Row
from apps.runtime.services.runs import Reader
from apps.runtime.services.threads import Speaker
from openagents.receipts.canonical import canonical_bytes
from openagents.wire.faults import Fault

READ_MESSAGES_MAX = 200
RESPONSE_BYTES_MAX = 98_304
"""What a list in a response carries at most: the response is an event of the worker's topic, which bounds it."""
LISTED_THREADS_MAX = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """The response, the journal rows to write with it, and whether a remote worker still has its part to do."""

    response: dict[str, Any]
    rows: Sequence[Row] = ()
    is_open: bool = False


def execute(speaker: Speaker, plan: Plan, call: Call) -> Outcome:
    """Execute the planned method inside the caller's transaction. Raises CallRefused; nothing of it is kept then."""
    if plan.thread_id is not None and not THREAD_ID.fullmatch(plan.thread_id):
        raise CallRefused(Code.INVALID_REQUEST, "the thread id is not valid", 400, "request.thread_id")
    try:
        return _METHODS[plan.method](speaker, plan, call)
    except Fault as fault:
        code = Code.FORBIDDEN if fault.kind.status == 403 else Code.INVALID_REQUEST
        where = "request.thread_id" if fault.kind.status in (403, 404) else "request.params.text"
        raise CallRefused(code, fault.message, fault.kind.status, where) from fault


def _thread(speaker: Speaker, plan: Plan) -> Thread:
    return threads.get_thread(plan.thread_id or "", Reader(speaker.owner))


def _start_thread(speaker: Speaker, plan: Plan, call: Call) -> Outcome:
    thread_id = plan.thread_id or f"thread_{uuid4().hex}"
    if plan.text is None:
        thread, rows = threads.start_thread(speaker, thread_id)
        return Outcome({"thread_id": thread.thread_id}, rows)
    posted = threads.append_message(speaker, thread_id, Role.USER, plan.text)
    return Outcome({"thread_id": thread_id, "message": threads.message_document(posted.message)}, posted.rows)


def _resume_thread(speaker: Speaker, plan: Plan, call: Call) -> Outcome:
    return Outcome({"thread_id": _thread(speaker, plan).thread_id})


def _list_threads(speaker: Speaker, plan: Plan, call: Call) -> Outcome:
    found, _more = threads.list_threads(Reader(speaker.owner, speaker.org_id), LISTED_THREADS_MAX)
    return Outcome({"threads": _fitting([threads.thread_document(thread) for thread in found])})


def _read_thread(speaker: Speaker, plan: Plan, call: Call) -> Outcome:
    thread = _thread(speaker, plan)
    newest_first = [threads.message_document(message) for message in reversed(_newest(thread))]
    return Outcome({"thread_id": thread.thread_id, "messages": _fitting(newest_first)[::-1]})


def _newest(thread: Thread) -> list[ThreadMessage]:
    return threads.newest_messages(thread, READ_MESSAGES_MAX)


def _fitting(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first entries that together stay within the bound of a response."""
    room, fitting = RESPONSE_BYTES_MAX, 0
    for entry in entries:
        room -= len(canonical_bytes(entry)) + 1
        if room < 0:
            break
        fitting += 1
    return entries[:fitting]


def _start_turn(speaker: Speaker, plan: Plan, call: Call) -> Outcome:
    posted = threads.append_message(speaker, plan.thread_id or "", Role.USER, plan.text or "")
    return Outcome(
        {
            "thread_id": posted.thread.thread_id,
            "turn": {"id": f"turn_{uuid4().hex}"},
            "message": threads.message_document(posted.message),
        },
        posted.rows,
    )


def _interrupt_turn(speaker: Speaker, plan: Plan, call: Call) -> Outcome:
    thread = _thread(speaker, plan)
    turn_id = text_of(call.params, "turn_id") or text_of(call.params, "turnId")
    return Outcome({"thread_id": thread.thread_id, "turn_id": turn_id, "status": "interrupted"})


_METHODS: dict[str, Callable[[Speaker, Plan, Call], Outcome]] = {
    "thread/start": _start_thread,
    "thread/resume": _resume_thread,
    "thread/list": _list_threads,
    "thread/read": _read_thread,
    "turn/start": _start_turn,
    "turn/interrupt": _interrupt_turn,
}
