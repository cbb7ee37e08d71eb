"""The thread lane (3.5.1): the caller's conversations, forwarded to the runtime."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control.api.forwarded import (
    READ,
    WRITE,
    audit,
    check,
    content,
    enveloped,
    filled,
    given,
    key_of,
    not_between,
)
from apps.control.api.guards import Bearer, principal_of
from apps.control.services.forwarding import forward, plain_id
from openagents.control.v1 import http_pb2 as pb
from openagents.runtime.v1 import thread_http_pb2 as runtime_pb
from openagents.wire.model import WireModel
from openagents.wire.schema import schema

LANE = "threads"
THREADS = "/internal/v1/threads"
TEXT_MAX = 20_000

MessageIn = schema(pb.ThreadMessageRequest, "camel", required=("text",))
MessageSent = schema(runtime_pb.RuntimeThreadMessagePostRequest, "camel")
ThreadsOut = schema(pb.ThreadListEnvelope, "camel")
MessagesOut = schema(pb.ThreadMessagesEnvelope, "camel")
MessageOut = schema(pb.ThreadMessageEnvelope, "camel")

router = Router(tags=["threads"])


@router.get("/threads", auth=Bearer(READ), response={200: ThreadsOut})
def thread_list(request: HttpRequest, limit: int = Query(50, ge=1, le=200), cursor: str | None = None) -> HttpResponse:
    """The caller's threads in the active organisation, latest activity first."""
    params = {"limit": limit, "cursor": cursor}
    answer = forward(principal_of(request), LANE, "GET", THREADS, params=params)
    return enveloped(ThreadsOut, answer.status, answer.json)


@router.get("/threads/{thread_id}/messages", auth=Bearer(READ), response={200: MessagesOut})
def thread_messages(
    request: HttpRequest, thread_id: str, limit: int = Query(200, ge=1, le=500), after: str | None = None
) -> HttpResponse:
    """Messages of one thread, oldest first."""
    params = {"limit": limit, "after": after}
    answer = forward(principal_of(request), LANE, "GET", _messages(thread_id), params=params, subject=thread_id.strip())
    return enveloped(MessagesOut, answer.status, answer.json)


@router.post(
    "/threads/{thread_id}/messages",
    auth=Bearer(WRITE, bucket="runtime.thread.message"),
    response={200: MessageOut},
)
def thread_post(request: HttpRequest, thread_id: str, body: Annotated[WireModel, MessageIn]) -> HttpResponse:
    """Say something; a new id makes a new thread."""
    check({"text": not_between(body.text, 1, TEXT_MAX)})
    key = key_of(request)
    fields = given(body)
    sent = {"text": body.text, "client_message_id": fields.get("client_message_id") or fields.get("message_id")}
    keyed = filled(sent, "client_message_id", key)
    answer = forward(
        principal_of(request),
        LANE,
        "POST",
        _messages(thread_id),
        content=content(MessageSent(**{name: value for name, value in sent.items() if value})),
        idempotency_key=key,
        keyed=keyed,
        subject=thread_id.strip(),
    )
    response = enveloped(MessageOut, answer.status, answer.json)
    message = answer.json.get("message") or {}
    audit(
        request,
        "runtime.thread.message.accepted",
        thread_id=message.get("thread_id"),
        message_id=message.get("id"),
    )
    return response


def _messages(thread_id: str) -> str:
    return f"{THREADS}/{plain_id(thread_id)}/messages"
