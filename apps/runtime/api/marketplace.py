"""Marketplace routes: catalog, selection, quotes, router decisions, dispatch, trust."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime import mapping_marketplace as mapping
from apps.runtime import mapping_workers
from apps.runtime.api.principals import NamesOwner, Writer, caller_of, owner_of
from apps.runtime.domain.jobs import SANDBOX_RUN
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.routing import DEFAULT_POLICY
from apps.runtime.domain.trust import Action
from apps.runtime.mapping import optional_text, parse_run_id
from apps.runtime.services import dispatch as dispatches
from apps.runtime.services import dispatch_telemetry, providers, quotes, router_decisions, trust, workers
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import marketplace_http_pb2 as pb
from openagents.runtime.v1 import worker_http_pb2
from openagents.wire.faults import FORBIDDEN, INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

WRITERS = Writer(issuers={"control", "ops"})
READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})
OPERATORS = Writer(issuers={"ops"})
SEES_ALL = frozenset({"control", "ops"})

CAPABILITY_CHARS_MAX = 160
TEXT_CHARS_MAX = 160
UNIX_SECONDS_MAX = 253_402_300_799
"""The last second of the year 9999."""

CatalogOut = schema(pb.MarketplaceCatalogResponse)
JobTypesOut = schema(pb.MarketplaceJobTypesResponse)
TelemetryOut = schema(pb.MarketplaceComputeTelemetryResponse)
RouteIn = schema(pb.MarketplaceRouteProviderRequest, required=("capability",))
SelectionOut = schema(pb.MarketplaceSelection)
JOB = ("request", "request.sandbox", "request.sandbox.image_digest", "request.commands.cmd")
QuoteIn = schema(pb.MarketplaceComputeQuoteRequest, required=JOB)
QuoteOut = schema(pb.MarketplaceComputeQuoteResponse)
SelectIn = schema(pb.MarketplaceRouterSelectRequest, required=("run_id", "capability", "candidates"))
SelectOut = schema(
    pb.MarketplaceRouterSelectResponse,
    omit_unset=(
        "nostr_event",
        "selected.provider_worker_id",
        "selected.constraints",
        "selected.quote_id",
        "selected.quote_sha256",
        "candidates.provider_worker_id",
        "candidates.constraints",
        "candidates.quote_id",
        "candidates.quote_sha256",
    ),
)
DispatchIn = schema(pb.MarketplaceDispatchRunRequest, required=JOB)
DispatchOut = schema(pb.MarketplaceDispatchResponse)
TrustIn = schema(pb.MarketplaceProviderTrustRequest, required=("action", "reason"))
WorkerOut = schema(worker_http_pb2.RuntimeWorkerResponse)

QUOTE_SCHEMA = "openagents.marketplace.compute_quote.v1"

router = Router(tags=["marketplace"])


@router.get("/catalog/providers", auth=READERS, response=CatalogOut, summary="Providers by id")
def catalog(
    request: HttpRequest,
    owner_user_id: int | None = None,
    owner_guest_scope: str | None = None,
    owner_user_ref: str | None = None,
    capability: str | None = None,
) -> HttpResponse:
    """With a principal: its own and the reserve pool. Without: the named owner's, or all."""
    caller = caller_of(request)
    owner = owner_of(request, _Named(owner_user_id, owner_guest_scope, owner_user_ref))
    wanted = optional_text(capability, "capability", CAPABILITY_CHARS_MAX)
    if caller.act is not None and owner is not None:
        found = providers.market_of(owner.key)
    elif owner is not None:
        found = providers.own_providers(owner.key)
    elif caller.iss in SEES_ALL:
        found = providers.all_providers()
    else:
        raise Fault(FORBIDDEN, "the whole catalog is for control and ops", reason_code="owner_required")
    viewer = owner.key if caller.act is not None and owner is not None else None
    return respond(
        CatalogOut,
        providers=[
            providers.shown_to(providers.catalog_entry(provider), provider.owner_key, viewer)
            for provider in found
            if wanted is None or wanted in provider.offer.capabilities
        ],
    )


@router.get("/catalog/job-types", auth=READERS, response=JobTypesOut, summary="Kinds of jobs")
def job_types(request: HttpRequest) -> HttpResponse:
    return respond(JobTypesOut, job_types=mapping.job_types_view())


@router.get("/telemetry/compute", auth=READERS, response=TelemetryOut, summary="Supply and dispatch of a capability")
def telemetry(
    request: HttpRequest,
    owner_user_id: int | None = None,
    owner_guest_scope: str | None = None,
    owner_user_ref: str | None = None,
    capability: str | None = None,
) -> HttpResponse:
    owner = _owner(request, _Named(owner_user_id, owner_guest_scope, owner_user_ref))
    wanted = optional_text(capability, "capability", CAPABILITY_CHARS_MAX) or SANDBOX_RUN
    return respond(TelemetryOut, **dispatch_telemetry.compute(owner, wanted))


@router.post("/route/provider", auth=READERS, response=SelectionOut, summary="The provider work would go to now")
def route_provider(request: HttpRequest, body: Annotated[WireModel, RouteIn]) -> HttpResponse:
    owner = _owner(request, body)
    selection = quotes.choose(owner, _required(body.capability, "capability"))
    view = providers.selection_view(selection)
    return respond(SelectionOut, **mapping.selection_shown(view, _viewer(request, owner)))


@router.post("/compute/quote/sandbox-run", auth=WRITERS, response=QuoteOut, summary="All-in price of a sandbox job")
def quote(request: HttpRequest, body: Annotated[WireModel, QuoteIn]) -> HttpResponse:
    """Binding for a minute."""
    owner = _owner(request, body)
    quoted = quotes.quote_sandbox(owner, mapping.job_of(body.request))
    view = providers.selection_view(quoted.selection)
    return respond(
        QuoteOut,
        schema=QUOTE_SCHEMA,
        job_hash=quoted.job_hash,
        capability=quoted.quote["capability"],
        selection=mapping.selection_shown(view, _viewer(request, owner)),
        quote=quoted.quote,
    )


@router.post("/router/compute/select", auth=WRITERS, response=SelectOut, summary="Decide among candidates")
def select(request: HttpRequest, body: Annotated[WireModel, SelectIn]) -> HttpResponse:
    """The decision is a receipt of the run. The same key and input give the stored decision."""
    marketplace_id = optional_text(body.marketplace_id, "marketplace_id", TEXT_CHARS_MAX)
    marketplace_id = marketplace_id or router_decisions.MARKETPLACE
    decision, repeated = router_decisions.decide(
        router_decisions.Ask(
            owner=_owner(request, body),
            run_id=parse_run_id(body.run_id),
            capability=_required(body.capability, "capability"),
            objective_hash=optional_text(body.objective_hash, "objective_hash", TEXT_CHARS_MAX),
            marketplace_id=marketplace_id,
            candidates=[mapping.candidate_of(item, marketplace_id) for item in body.candidates],
            policy=optional_text(body.policy, "policy", TEXT_CHARS_MAX) or DEFAULT_POLICY,
            idempotency_key=optional_text(body.idempotency_key, "idempotency_key", TEXT_CHARS_MAX),
            decided_at_unix=_unix(body.decided_at_unix),
        )
    )
    return respond(SelectOut, **decision, idempotent_replay=repeated)


@router.post("/dispatch/sandbox-run", auth=WRITERS, response=DispatchOut, summary="Have a sandbox job run")
def dispatch(request: HttpRequest, body: Annotated[WireModel, DispatchIn]) -> HttpResponse:
    """Answers when the job has ended: one provider, and one other if that fails."""
    owner = _owner(request, body)
    done = dispatches.dispatch(
        dispatches.Order(
            owner=owner,
            job=mapping.job_of(body.request),
            run_id=parse_run_id(body.run_id) if body.run_id else None,
            idempotency_key=optional_text(body.idempotency_key, "idempotency_key", TEXT_CHARS_MAX),
            limited=caller_of(request).act is not None,
        )
    )
    return respond(DispatchOut, **mapping.dispatch_view(done, _viewer(request, owner)))


@router.get("/dispatch/{dispatch_id}", auth=READERS, response=DispatchOut, summary="State or result of a dispatch")
def read_dispatch(
    request: HttpRequest,
    dispatch_id: str,
    owner_user_id: int | None = None,
    owner_guest_scope: str | None = None,
    owner_user_ref: str | None = None,
) -> HttpResponse:
    owner = owner_of(request, _Named(owner_user_id, owner_guest_scope, owner_user_ref))
    found = dispatches.read(dispatch_id, owner)
    return respond(DispatchOut, **mapping.dispatch_view(found, _viewer(request, owner)))


@router.post("/providers/{worker_id}/trust", auth=OPERATORS, response=WorkerOut, summary="An operator's word")
def judge(request: HttpRequest, worker_id: str, body: Annotated[WireModel, TrustIn]) -> HttpResponse:
    """Release, quarantine or reset the strikes of a provider. A released one registers anew."""
    if body.action not in set(Action):
        raise Fault(INVALID_REQUEST, "unknown action", errors={"action": [", ".join(Action)]})
    live = trust.act(workers.valid_id(worker_id), Action(body.action), body.reason)
    return respond(WorkerOut, worker=mapping_workers.worker_entry(live))


class _Named(NamesOwner):
    """The older owner fields of a query."""

    def __init__(self, user_id: int | None, guest_scope: str | None, user_ref: str | None) -> None:
        self.owner_user_id = user_id
        self.owner_guest_scope = guest_scope
        self.owner_user_ref = user_ref


def _owner(request: HttpRequest, names: Any) -> Owner:
    owner = owner_of(request, names)
    if owner is None:
        raise Fault(INVALID_REQUEST, "an owner is required", errors={"owner_user_id": ["is required"]})
    return owner


def _viewer(request: HttpRequest, owner: Owner | None) -> Owner | None:
    """For whom foreign providers stay nameless: a principal; services see everything."""
    return owner if caller_of(request).act is not None else None


def _required(text: str, name: str) -> str:
    found = optional_text(text, name, CAPABILITY_CHARS_MAX)
    if found is None:
        raise Fault(INVALID_REQUEST, f"{name} is required", errors={name: ["is required"]})
    return found


def _unix(value: int | None) -> int | None:
    if value is not None and value > UNIX_SECONDS_MAX:
        raise Fault(INVALID_REQUEST, "not a time", errors={"decided_at_unix": ["too large"]})
    return value
