"""The marketplace lane (3.5.5): catalog, prices, provider choice and sandbox jobs of the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control.api.forwarded import KEY_MAX, audit, check, content, enveloped, filled, given, key_of, too_long
from apps.control.api.guards import Bearer, principal_of
from apps.control.services.forwarding import forward, plain_id
from openagents.control.v1 import http_pb2 as pb
from openagents.wire.model import WireModel
from openagents.wire.schema import schema

LANE: Final = "marketplace"
MARKETPLACE: Final = "/internal/v1/marketplace"
SCOPE: Final = "runtime.marketplace"
CAPABILITY_MAX: Final = 160
CANDIDATES_MAX: Final = 64
JOB_SECONDS_DEFAULT: Final = 60
JOB_SECONDS_MAX: Final = 60
"""On this lane; a longer job would outlast what proxies keep a request open."""
JOB_SECONDS_FIELD: Final = "request.sandbox.resources.timeout_secs"

QuoteIn = schema(pb.MarketplaceQuoteRequest, "camel", required=("request",))
SelectIn = schema(pb.MarketplaceSelectRequest, "camel", required=("run_id", "capability", "candidates"))
DispatchIn = schema(pb.MarketplaceDispatchRequest, "camel", required=("request",))
ProvidersOut = schema(pb.MarketplaceProvidersEnvelope, "camel")
JobTypesOut = schema(pb.MarketplaceJobTypesEnvelope, "camel")
QuoteOut = schema(pb.MarketplaceQuoteEnvelope, "camel")
SelectOut = schema(pb.MarketplaceSelectEnvelope, "camel")
DispatchOut = schema(pb.MarketplaceDispatchEnvelope, "camel")

READS = Bearer(SCOPE, scope=SCOPE)
WRITES = Bearer(SCOPE, scope=SCOPE, bucket=SCOPE)

router = Router(tags=["marketplace"])


@router.get("/marketplace/catalog/providers", auth=READS, response={200: ProvidersOut})
def provider_list(
    request: HttpRequest, capability: str | None = Query(None, max_length=CAPABILITY_MAX)
) -> HttpResponse:
    """The caller's providers and the reserve pool."""
    path = f"{MARKETPLACE}/catalog/providers"
    answer = forward(principal_of(request), LANE, "GET", path, params={"capability": capability})
    return enveloped(ProvidersOut, answer.status, answer.json)


@router.get("/marketplace/catalog/job-types", auth=READS, response={200: JobTypesOut})
def job_type_list(request: HttpRequest) -> HttpResponse:
    """The kinds of jobs there are."""
    answer = forward(principal_of(request), LANE, "GET", f"{MARKETPLACE}/catalog/job-types")
    return enveloped(JobTypesOut, answer.status, answer.json)


@router.post("/marketplace/compute/quote/sandbox-run", auth=WRITES, response={200: QuoteOut})
def quote(request: HttpRequest, body: Annotated[WireModel, QuoteIn]) -> HttpResponse:
    """What a sandbox job would cost, all in."""
    path = f"{MARKETPLACE}/compute/quote/sandbox-run"
    answer = forward(principal_of(request), LANE, "POST", path, content=content(body))
    return enveloped(QuoteOut, answer.status, answer.json)


@router.post("/marketplace/router/compute/select", auth=WRITES, response={200: SelectOut})
def select(request: HttpRequest, body: Annotated[WireModel, SelectIn]) -> HttpResponse:
    """Choose among offers; the choice becomes a receipt of the run."""
    key, fields = key_of(request), given(body)
    keyed = filled(fields, "idempotency_key", key)
    check(
        {
            "run_id": None if body.run_id.strip() else "must not be blank",
            "capability": None if body.capability.strip() else "must not be blank",
            "candidates": None if 1 <= len(body.candidates) <= CANDIDATES_MAX else f"must be 1 to {CANDIDATES_MAX}",
            "idempotency_key": too_long(fields.get("idempotency_key"), KEY_MAX),
        }
    )
    answer = forward(
        principal_of(request),
        LANE,
        "POST",
        f"{MARKETPLACE}/router/compute/select",
        content=content(SelectIn(**fields)),
        idempotency_key=key,
        keyed=keyed,
    )
    return enveloped(SelectOut, answer.status, answer.json)


@router.post("/marketplace/dispatch/sandbox-run", auth=WRITES, response={200: DispatchOut})
def dispatch(request: HttpRequest, body: Annotated[WireModel, DispatchIn]) -> HttpResponse:
    """Run a sandbox job and wait for its end."""
    key, fields = key_of(request), given(body)
    keyed = filled(fields, "idempotency_key", key)
    seconds = _job_seconds(body.request)
    check(
        {
            "idempotency_key": too_long(fields["idempotency_key"], KEY_MAX) if keyed else "is required",
            JOB_SECONDS_FIELD: None if seconds is not None else f"must be 1 to {JOB_SECONDS_MAX} on this lane",
        }
    )
    answer = forward(
        principal_of(request),
        LANE,
        "POST",
        f"{MARKETPLACE}/dispatch/sandbox-run",
        content=content(DispatchIn(**fields)),
        idempotency_key=key,
        keyed=True,
        timeout=wait_seconds(seconds or JOB_SECONDS_DEFAULT),
    )
    response = enveloped(DispatchOut, answer.status, answer.json)
    audit(
        request,
        "runtime.marketplace.dispatched",
        dispatch_id=answer.json.get("dispatch_id"),
        job_hash=answer.json.get("job_hash"),
    )
    return response


@router.get("/marketplace/dispatch/{dispatch_id}", auth=READS, response={200: DispatchOut})
def dispatch_get(request: HttpRequest, dispatch_id: str) -> HttpResponse:
    """What became of a job."""
    path = f"{MARKETPLACE}/dispatch/{plain_id(dispatch_id)}"
    answer = forward(principal_of(request), LANE, "GET", path)
    return enveloped(DispatchOut, answer.status, answer.json)


def wait_seconds(job_seconds: int) -> float:
    """As long as a job may take at one provider and again at its stand-in, and a little more."""
    return 2.0 * (job_seconds + 5) + 5.0


def _job_seconds(job: Mapping[str, Any]) -> int | None:
    """The time a job asks for; None where the lane does not take it."""
    sandbox = job.get("sandbox")
    resources = sandbox.get("resources") if isinstance(sandbox, Mapping) else None
    if not isinstance(resources, Mapping):
        return JOB_SECONDS_DEFAULT
    stated = resources.get("timeout_secs", resources.get("timeoutSecs"))
    if stated is None:
        return JOB_SECONDS_DEFAULT
    if isinstance(stated, str) and stated.isascii() and stated.isdigit() and len(stated) <= 3:
        stated = int(stated)
    if isinstance(stated, float) and stated.is_integer():
        stated = int(stated)
    if isinstance(stated, bool) or not isinstance(stated, int):
        return None
    return stated if 1 <= stated <= JOB_SECONDS_MAX else None
