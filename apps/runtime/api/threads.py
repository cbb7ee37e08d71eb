"""Thread routes: list, create, read, post."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime import mapping, mapping_threads
from apps.runtime.api.inputs import required_owner, within
from apps.runtime.api.principals import Writer, caller_of, reader_of
from apps.runtime.domain.threads import AUTOPILOT_CHARS_MAX, CLIENT_MESSAGE_ID_CHARS_MAX, TITLE_CHARS_MAX
from apps.runtime.services import threads
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import thread_http_pb2 as pb
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

WRITERS = Writer(issuers={"control"})
READERS = SignedPeer(issuers={"control"})

ListOut = schema(pb.RuntimeThreadListResponse)
CreateIn = schema(pb.RuntimeThreadCreateRequest)
ThreadOut = schema(pb.RuntimeThreadResponse)
MessagesOut = schema(pb.RuntimeThreadMessagesResponse)
PostIn = schema(pb.RuntimeThreadMessagePostRequest, required=("text",))
PostOut = schema(pb.RuntimeThreadMessagePostResponse)

router = Router(tags=["threads"])


@router.get("", auth=READERS, response=ListOut, summary="List threads, latest activity first")
def listing(request: HttpRequest, limit: int | None = None, cursor: str | None = None) -> HttpResponse:
    """The principal's own threads, of the active org when there is one."""
    required_owner(request)
    page, next_cursor = threads.list_threads(reader_of(request), within(limit, "limit", 50, 200), cursor)
    return respond(ListOut, threads=[mapping_threads.thread_view(thread) for thread in page], next_cursor=next_cursor)


@router.post("", auth=WRITERS, response={201: ThreadOut, 200: ThreadOut}, summary="Create a thread")
def create(request: HttpRequest, body: Annotated[WireModel, CreateIn]) -> HttpResponse:
    thread, created = threads.create_thread(
        _speaker(request),
        threads.valid_id(body.thread_id) if (body.thread_id or "").strip() else None,
        mapping.optional_text(body.title, "title", TITLE_CHARS_MAX),
        mapping.optional_text(body.autopilot_id, "autopilot_id", AUTOPILOT_CHARS_MAX),
    )
    return respond(ThreadOut, 201 if created else 200, thread=mapping_threads.thread_view(thread))


@router.get("/{thread_id}/messages", auth=READERS, response=MessagesOut, summary="Read messages, oldest first")
def read_messages(
    request: HttpRequest, thread_id: str, limit: int | None = None, after: str | None = None
) -> HttpResponse:
    """`after` is a message id, or a position."""
    thread = threads.get_thread(threads.valid_id(thread_id), reader_of(request))
    page = threads.messages(thread, within(limit, "limit", 200, 500), (after or "").strip() or None)
    return respond(
        MessagesOut,
        thread_id=thread.thread_id,
        messages=[mapping_threads.message_view(message) for message in page],
    )


@router.post("/{thread_id}/messages", auth=WRITERS, response=PostOut, summary="Post a message")
def post_message(request: HttpRequest, thread_id: str, body: Annotated[WireModel, PostIn]) -> HttpResponse:
    """Creates the thread on first use. The same `client_message_id` and text give the message that is there."""
    posted = threads.post_message(
        _speaker(request),
        threads.valid_id(thread_id),
        body.text,
        mapping.optional_text(body.client_message_id, "client_message_id", CLIENT_MESSAGE_ID_CHARS_MAX),
    )
    return respond(
        PostOut,
        accepted=True,
        thread=mapping_threads.thread_view(posted.thread),
        message=mapping_threads.accepted_view(posted.message),
        idempotent_replay=posted.replayed,
    )


def _speaker(request: HttpRequest) -> threads.Speaker:
    act = caller_of(request).act
    return threads.Speaker(required_owner(request), act.org_id if act else None)
