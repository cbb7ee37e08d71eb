"""Webhooks of mail providers (3.11). The provider's signature is the only credential."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.api.guards import open_to_all
from apps.control.services import mail_webhooks
from openagents.wire.ninja import respond

router = Router(tags=["webhooks"])


@router.post("/webhooks/mail/{provider}", auth=open_to_all("webhooks.mail"), response={200: mapping.MailWebhookOut})
def mail_webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """What became of a message: the raw body is what was signed, so nothing parses it before the check."""
    taken = mail_webhooks.take(provider, request.headers, request.body)
    data = {
        "event_id": taken.event_id,
        "status": taken.status,
        "delivery_state": taken.delivery_state,
        "idempotent_replay": taken.replayed,
    }
    return respond(mapping.MailWebhookOut, data=data)
