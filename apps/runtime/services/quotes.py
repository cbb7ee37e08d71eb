"""Quotes: what a sandbox job costs all in, right now, at the provider that would get it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.runtime.domain import interop
from apps.runtime.domain.jobs import SANDBOX_RUN
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.selection import Selection, make_quote, select
from apps.runtime.models import ComputeQuote
from apps.runtime.services import interop as mirror
from apps.runtime.services import providers
from apps.runtime.services.dispatch import check_rate, no_provider
from apps.runtime.services.router_decisions import MARKETPLACE
from openagents.receipts.canonical import canonical_text
from openagents.verification.sandbox_job import SandboxJob


@dataclass(frozen=True, slots=True)
class Quoted:
    """A stored quote with the selection behind it."""

    job_hash: str
    selection: Selection
    quote: dict[str, Any]


def quote_sandbox(owner: Owner, job: SandboxJob) -> Quoted:
    """Select, price and store. Raises Fault RATE_LIMITED, NOT_FOUND when nobody with a price is available.

    Within one second the same job at the same price is the same quote.
    """
    check_rate(owner)
    selection = choose(owner, SANDBOX_RUN)
    now = timezone.now()
    job_hash = job.job_hash()
    quote = make_quote(selection.provider, SANDBOX_RUN, job_hash, int(now.timestamp()))
    if quote is None:
        raise no_provider()
    plain = quote.plain()
    row = ComputeQuote(
        quote_sha256=plain["quote_sha256"],
        quote_id=plain["quote_id"],
        owner_key=owner.key,
        job_hash=job_hash,
        provider_worker_id=quote.provider_worker_id,
        total_price_msats=quote.price.total_msats,
        valid_until=datetime.fromtimestamp(plain["valid_until_unix"], UTC),
        quote_text=canonical_text(plain),
        created_at=now,
    )
    with transaction.atomic():
        ComputeQuote.objects.bulk_create([row], ignore_conflicts=True)
        mirror.write(interop.quote_of(plain, MARKETPLACE))
    return Quoted(job_hash, selection, plain)


def choose(owner: Owner, capability: str) -> Selection:
    """The provider that work of this owner would go to now. Raises Fault NOT_FOUND."""
    selection = select(providers.market_of(owner.key), owner.key, capability)
    if selection is None:
        raise no_provider()
    return selection
