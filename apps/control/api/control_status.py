"""Control status and routing lanes (3.9): what is configured, what would be decided, and operators' exceptions."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.api.guards import DEVICE_HEADER, Bearer, address_of, principal_of
from apps.control.domain import ownership, route_split, runtime_routing
from apps.control.models import RuntimeDriverOverride
from apps.control.services import orgs, routing
from apps.control.services import route_split as split_service
from apps.control.services.authentication import Principal
from apps.control.services.settings_view import compat_window
from openagents.control.v1 import http_pb2 as pb
from openagents.wire.faults import FORBIDDEN, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

SERVICE: Final = "openagents-control-service"
ROUTE_KEY_HEADER: Final = "x-oa-route-key"

EvaluateSplitIn = schema(pb.RouteSplitEvaluateRequest, "camel", required=("path",))
OverrideSplitIn = schema(pb.RouteSplitOverrideRequest, "camel", required=("target",))
EvaluateRoutingIn = schema(pb.RuntimeRoutingEvaluateRequest, "camel", required=("thread_id",))
OverrideRoutingIn = schema(pb.RuntimeRoutingOverrideRequest, "camel", required=("scope_type", "scope_id", "driver"))
StatusOut = schema(pb.ControlStatusEnvelope, "camel")
SplitStatusOut = schema(pb.RouteSplitStatusEnvelope, "camel")
SplitDecisionOut = schema(pb.RouteSplitDecisionEnvelope, "camel", omit_unset=("data.cohort_bucket",))
RoutingStatusOut = schema(pb.RuntimeRoutingStatusEnvelope, "camel")
RoutingDecisionOut = schema(
    pb.RuntimeRoutingDecisionEnvelope,
    "camel",
    omit_unset=(
        "data.forced_driver",
        "data.user_override",
        "data.autopilot_override",
        "data.autopilot_binding_driver",
        "data.canary_scope",
        "data.autopilot_id",
        "data.shadow.shadow_driver",
    ),
)
OverrideOut = schema(pb.RuntimeRoutingOverrideEnvelope, "camel")

router = Router(tags=["control status"])


class OperatorBearer(Bearer):
    """A session of somebody who is named as an operator."""

    def __call__(self, request: HttpRequest) -> Principal:
        principal = super().__call__(request)
        if not principal.member.operator:
            raise Fault(FORBIDDEN, "Only operators may do this.")
        return principal


OperatorBearer.__name__ = Bearer.__name__  # one security scheme in the OpenAPI document


@router.get("/status", auth=Bearer(), response={200: StatusOut})
def status(request: HttpRequest) -> HttpResponse:
    """Everything below in one answer, with the caller's memberships and who answers which runtime route."""
    principal, window = principal_of(request), compat_window()
    return respond(
        StatusOut,
        data={
            "service": SERVICE,
            "auth_provider": settings.OA.oa_auth_provider_mode,
            "active_org_id": principal.active_org_id,
            "memberships": [mapping.membership(row) for row in orgs.memberships_of(principal.user_id)],
            "compatibility": {
                "protocol_version": window.protocol_version,
                "min_client_build_id": window.min_build,
                "max_client_build_id": window.max_build,
                "min_schema_version": window.min_schema,
                "max_schema_version": window.max_schema,
            },
            "route_split": _split(split_service.current()),
            "runtime_routing": _routing(),
            "runtime_route_ownership": [_owned(row) for row in ownership.ROWS],
        },
    )


@router.get("/route-split/status", auth=Bearer(), response={200: SplitStatusOut})
def split_status(request: HttpRequest) -> HttpResponse:
    """How the route split stands."""
    return respond(SplitStatusOut, data=_split(split_service.current()))


@router.post("/route-split/evaluate", auth=Bearer(), response={200: SplitDecisionOut})
def split_evaluate(request: HttpRequest, body: Annotated[WireModel, EvaluateSplitIn]) -> HttpResponse:
    """Where a path would go."""
    decision = split_service.evaluate(body.path, body.cohort_key or _default_key(request))
    data = {
        "path": decision.path,
        "target": decision.target,
        "reason": decision.reason,
        "route_domain": decision.domain,
        "rollback_target": decision.rollback,
        "cohort_bucket": decision.bucket,
        "cohort_key": decision.cohort_key,
    }
    return respond(SplitDecisionOut, data=data)


@router.post("/route-split/override", auth=OperatorBearer(), response={200: SplitStatusOut})
def split_override(request: HttpRequest, body: Annotated[WireModel, OverrideSplitIn]) -> HttpResponse:
    """Set or lift an override of the route split."""
    split = split_service.override(principal_of(request), body.target, body.domain)
    return respond(SplitStatusOut, data=_split(split))


@router.get("/runtime-routing/status", auth=Bearer(), response={200: RoutingStatusOut})
def routing_status(request: HttpRequest) -> HttpResponse:
    """How runtime routing stands."""
    return respond(RoutingStatusOut, data=_routing())


@router.post("/runtime-routing/evaluate", auth=Bearer(), response={200: RoutingDecisionOut})
def routing_evaluate(request: HttpRequest, body: Annotated[WireModel, EvaluateRoutingIn]) -> HttpResponse:
    """Which deployment a call of the caller's would go to."""
    decision = routing.evaluate_for(principal_of(request), body.thread_id, body.user_id, body.autopilot_id)
    return respond(RoutingDecisionOut, data=_decision(decision))


@router.post("/runtime-routing/override", auth=OperatorBearer(), response={200: OverrideOut})
def routing_override(request: HttpRequest, body: Annotated[WireModel, OverrideRoutingIn]) -> HttpResponse:
    """Store an exception to the rules for a user or an autopilot."""
    change = routing.Change(
        scope_type=body.scope_type.strip().lower(),
        scope_id=body.scope_id.strip(),
        driver=body.driver,
        is_active=body.is_active is not False,
        reason=(body.reason or "").strip() or None,
        meta=body.meta,
        meta_given="meta" in body.model_fields_set,
    )
    row = routing.override(principal_of(request), change)
    return respond(OverrideOut, data={"override": _override(row), "status": _routing()})


def _default_key(request: HttpRequest) -> str:
    """What tells one visitor from another, the most stable first."""
    return (
        request.headers.get(ROUTE_KEY_HEADER)
        or request.headers.get(DEVICE_HEADER)
        or address_of(request)
        or request.headers.get("user-agent")
        or route_split.ANONYMOUS
    )


def _split(split: route_split.Split) -> dict[str, Any]:
    groups = [
        {
            "domain": group.domain,
            "route_prefixes": [*group.prefixes, *group.exact],
            "rollback_target": group.rollback,
            "override_target": split.domain_overrides.get(group.domain),
        }
        for group in route_split.GROUPS
    ]
    return {
        "enabled": split.enabled,
        "mode": split.mode,
        "cohort_percentage": split.cohort_percentage,
        "rust_routes": list(split.rust_routes),
        "force_legacy": split.force_legacy,
        "legacy_base_url": settings.OA.oa_route_split_legacy_base_url or None,
        "override_target": split.override,
        "route_groups": groups,
        "rollback_matrix": dict(route_split.ROLLBACK),
        "domain_overrides": dict(split.domain_overrides),
    }


def _routing() -> dict[str, Any]:
    rules, config = routing.rules(), settings.OA
    return {
        "default_driver": rules.default,
        "forced_driver": rules.forced,
        "force_control_service": rules.force_control,
        "overrides_enabled": rules.overrides_enabled,
        "canary_user_percent": rules.canary_user_percent,
        "canary_autopilot_percent": rules.canary_autopilot_percent,
        "shadow": {
            "enabled": rules.shadow_enabled,
            "sample_rate": rules.shadow_rate,
            "max_capture_bytes": config.oa_runtime_shadow_max_capture_bytes,
        },
        "overrides": [_override(row) for row in routing.overrides()],
    }


def _override(row: RuntimeDriverOverride) -> dict[str, Any]:
    return {
        "id": row.id,
        "scope_type": row.scope_type,
        "scope_id": row.scope_id,
        "driver": row.driver,
        "is_active": row.is_active,
        "reason": row.reason,
        "meta": row.meta,
        "created_at": mapping.seconds(row.created_at),
        "updated_at": mapping.seconds(row.updated_at),
    }


def _decision(decision: runtime_routing.Decision) -> dict[str, Any]:
    rules, stored = decision.rules, decision.stored
    return {
        "driver": decision.driver,
        "reason": decision.reason,
        "default_driver": rules.default,
        "forced_driver": rules.forced,
        "force_control_service": rules.force_control,
        "user_override": stored.user,
        "autopilot_override": stored.autopilot,
        "autopilot_binding_driver": stored.binding,
        "canary_scope": decision.canary_scope,
        "autopilot_id": decision.autopilot_id,
        "shadow": {
            "enabled": rules.shadow_enabled,
            "mirrored": decision.mirrored,
            "sample_rate": rules.shadow_rate,
            "shadow_driver": decision.shadow_driver,
        },
    }


def _owned(row: ownership.Row) -> dict[str, str]:
    return {
        "method": row.method,
        "path": row.path,
        "owner": ownership.OWNER,
        "delivery": ownership.DELIVERY,
        "migration_status": ownership.MIGRATION_STATUS,
        "rationale": row.rationale,
    }
