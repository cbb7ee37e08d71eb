"""From the control plane's paywalls to a stored artifact (section 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.lightning import metrics, peers
from apps.lightning.domain import rendering, route_patterns
from apps.lightning.domain.compilation import Compiled, Diagnostic, Settings, compile_paywalls
from apps.lightning.domain.paywalls import Paywall, Security
from apps.lightning.domain.reconciling import EXECUTION_PATH, State, run_name
from apps.lightning.domain.rendering import Gateway
from apps.lightning.models import CompiledArtifact, CompiledRule, ReconcileRun
from apps.lightning.services.ops import control_state
from openagents.db import audit


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compile's outcome. An invalid one has the hash of its input, and nothing may deploy it."""

    config_hash: str
    snapshot_hash: str
    yaml: str
    route_text: str
    compiled: Compiled

    @property
    def valid(self) -> bool:
        return self.compiled.valid


def compile_now() -> Artifact:
    """Compile what control holds at this moment. Raises ControlUnavailable, ControlRefused."""
    found = control_state.paywalls()
    return compile_of(found, control_state.security(), served_before=not found and _served_before())


def _served_before() -> bool:
    """Whether a run ever deployed a service to the gateway. Control does not list archived paywalls, so only this tells
    that the last one went from that there never was one."""
    runs = ReconcileRun.objects.filter(gateway=settings.OA.oa_lightning_ops_deploy_driver, state=State.APPLIED)
    return runs.filter(rule_count__gt=0).exists()


def compile_of(found: Sequence[Paywall], security: Security, *, served_before: bool = False) -> Artifact:
    gateway = gateway_settings()
    config = settings.OA
    compiled = compile_paywalls(
        found,
        security,
        Settings(
            allow_private_upstreams=config.oa_lightning_ops_allow_private_upstreams,
            strict=config.oa_lightning_ops_compile_mode == "strict",
            rate_limits=gateway.rate_limits,
            served_before=served_before,
        ),
    )
    yaml = rendering.aperture_yaml(compiled.rules, gateway)
    snapshot = rendering.snapshot_hash(found)
    config_hash = rendering.config_hash(yaml) if compiled.valid else snapshot
    metrics.COMPILES.labels(str(compiled.valid).lower()).inc()
    for one in compiled.diagnostics:
        metrics.COMPILE_DIAGNOSTICS.labels(one.code).inc()
    return Artifact(config_hash, snapshot, yaml, rendering.route_text(compiled.rules), compiled)


def store(artifact: Artifact) -> CompiledArtifact:
    """Keep it, once per hash; an artifact never changes."""
    with transaction.atomic():
        row, created = CompiledArtifact.objects.get_or_create(
            config_hash=artifact.config_hash,
            defaults={
                "snapshot_hash": artifact.snapshot_hash,
                "yaml": artifact.yaml,
                "route_text": artifact.route_text,
                "valid": artifact.valid,
                "diagnostics": diagnostics_of(artifact.compiled.diagnostics),
                "excluded": [asdict(one) for one in artifact.compiled.excluded],
                "rule_count": len(artifact.compiled.rules),
            },
        )
        if created:
            CompiledRule.objects.bulk_create(_rules(row, artifact))
            audit.record(
                "lightning.ops.compiled", config_hash=row.config_hash, valid=row.valid, rule_count=row.rule_count
            )
    return row


def compile_and_record(request_id: str, persist: bool) -> dict[str, Any]:
    """The compile summary; with `persist` the artifact is stored and control hears of the intent.

    Raises ControlUnavailable, ControlRefused.
    """
    artifact = compile_now()
    status = "pending" if artifact.valid else "failed"
    deployment_id = f"dep_compile_{run_name(request_id)}"
    if persist:
        store(artifact)
        record_intent(artifact, deployment_id, status, request_id)
    return summary_of(artifact, status, deployment_id)


def record_intent(artifact: Artifact, deployment_id: str, status: str, request_id: str) -> None:
    """Raises ControlUnavailable, ControlRefused."""
    peers.mutation(
        "lightning/ops:recordGatewayCompileIntent",
        configHash=artifact.config_hash,
        status=status,
        deploymentId=deployment_id,
        requestId=request_id,
        diagnostics=diagnostics_of(artifact.compiled.diagnostics),
        metadata={
            "executionPath": EXECUTION_PATH,
            "ruleCount": len(artifact.compiled.rules),
            "valid": artifact.valid,
        },
    )


def summary_of(artifact: Artifact, status: str, deployment_id: str) -> dict[str, Any]:
    found = artifact.compiled.diagnostics
    return {
        "ok": artifact.valid,
        "config_hash": artifact.config_hash,
        "rule_count": len(artifact.compiled.rules),
        "valid": artifact.valid,
        "deployment_status": status,
        "deployment_id": deployment_id,
        "diagnostics_count": len(found),
        "diagnostics": [asdict(one) for one in found],
    }


def diagnostics_of(found: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """As JSON in the wire's names; what is not known is left out."""
    names = {
        "code": "code",
        "severity": "severity",
        "message": "message",
        "paywall_id": "paywallId",
        "route_id": "routeId",
        "related_route_id": "relatedRouteId",
        "details": "details",
    }
    return [{names[key]: value for key, value in asdict(one).items() if value is not None} for one in found]


def gateway_settings() -> Gateway:
    config = settings.OA
    features = config.oa_lightning_ops_aperture_features
    return Gateway(
        network=config.oa_lightning_network,
        listen=config.oa_lightning_aperture_listenaddr,
        insecure=config.oa_lightning_aperture_insecure,
        debug_level=config.oa_lightning_aperture_debuglevel,
        lnd_host=config.oa_lightning_aperture_lndhost,
        tls_path=config.oa_lightning_aperture_tlspath,
        macaroon_dir=config.oa_lightning_aperture_macdir,
        database=config.oa_lightning_aperture_dbbackend,
        validity_seconds=config.oa_lightning_ops_l402_validity_secs,
        rewrite="rewrite" in features,
        rate_limits="ratelimits" in features,
    )


def _rules(row: CompiledArtifact, artifact: Artifact) -> list[CompiledRule]:
    gateway = gateway_settings()
    return [
        CompiledRule(
            artifact=row,
            position=position,
            service_name=rendering.service_name(rule.paywall_id, rule.route_id),
            paywall_id=rule.paywall_id,
            owner_id=rule.owner_id,
            route_id=rule.route_id,
            host=rule.host,
            path=rule.path,
            host_regexp=route_patterns.host_regexp(rule.host),
            path_regexp=route_patterns.path_regexp(rule.path),
            upstream_url=rule.upstream_url,
            amount_msats=rule.amount_msats,
            price_sats=rendering.price_sats(rule.amount_msats),
            validity_seconds=rendering.validity_seconds(rule, gateway),
            quota_per_minute=rule.quota_per_minute,
            quota_per_day=rule.quota_per_day,
        )
        for position, rule in enumerate(artifact.compiled.rules)
    ]
