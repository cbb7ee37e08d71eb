"""Bring a gateway to what the paywalls say, or back to what it served before (section 16).

A run is a row; every step is committed before its side effect, so that whoever finds a run without a living worker can
go on: reads and probes are made again, and a deployment is looked at before it is applied a second time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.lightning import metrics, peers
from apps.lightning.domain import reconciling
from apps.lightning.domain.reconciling import STEPS, TERMINAL, State
from apps.lightning.gateways.deploy.drivers import driver
from apps.lightning.gateways.deploy.protocol import Deployment, Driver, GatewayFailed
from apps.lightning.models import CompiledArtifact, ReconcileRun, ReconcileStep
from apps.lightning.services.ops import compiling, probing, telling
from openagents.db import audit
from openagents.ops import faults
from openagents.ops.metrics import LEASE_OPS
from openagents.wire.faults import CONFLICT, NOT_FOUND, Fault

LEASE_SECONDS: Final = 180
RECORD: Final = "lightning/ops:recordGatewayCompileIntent"
EVENT: Final = "lightning/ops:recordGatewayDeploymentEvent"
LEVELS: Final = {State.APPLIED: "info", State.ROLLED_BACK: "warn", State.FAILED: "error"}

T = TypeVar("T")
log = structlog.get_logger("oa.lnops")


class StepFailed(Exception):
    """A step did not succeed; the text is a reason that may be shown."""


def start(request_id: str, started_by: str, reason: str = "") -> tuple[ReconcileRun, bool]:
    """The run of a request id, and whether it is new. Raises Fault CONFLICT while another one is under way."""
    return _begin(request_id, started_by, reason, kind="reconcile", state=State.COMPILING)


def start_rollback(request_id: str, target_hash: str, started_by: str, reason: str) -> tuple[ReconcileRun, bool]:
    """A run that deploys a stored artifact again. Raises Fault NOT_FOUND without a valid one, CONFLICT as `start`."""
    artifact = CompiledArtifact.objects.filter(config_hash=target_hash, valid=True).first()
    if artifact is None:
        raise Fault(NOT_FOUND, "there is no artifact with this hash that could be deployed")
    return _begin(
        request_id, started_by, reason, kind="rollback", state=State.RECORDING, target_hash=target_hash,
        config_hash=target_hash, rule_count=artifact.rule_count, valid=True, diagnostics=artifact.diagnostics,
    )  # fmt: skip


def _begin(request_id: str, started_by: str, reason: str, **fields: Any) -> tuple[ReconcileRun, bool]:
    known = ReconcileRun.objects.filter(request_id=request_id).first()
    if known is None:
        try:
            with transaction.atomic():
                known = ReconcileRun.objects.create(
                    request_id=request_id,
                    gateway=settings.OA.oa_lightning_ops_deploy_driver,
                    started_by=started_by,
                    reason=reason,
                    deployment_id=f"dep_reconcile_{reconciling.run_name(request_id)}",
                    lease_expires_at=_lease(),
                    **fields,
                )
            LEASE_OPS.labels("lightning", "reconcile", "acquired").inc()
            return known, True
        except IntegrityError:
            known = ReconcileRun.objects.filter(request_id=request_id).first()
            if known is None:
                raise Fault(CONFLICT, "another run is under way", reason_code="reconcile_in_progress") from None
    if (known.kind, known.target_hash) != (fields["kind"], fields.get("target_hash", "")):
        raise Fault(CONFLICT, "this request id was another run", reason_code="request_conflict")
    return known, False


def run(row: ReconcileRun, gateway: Driver | None = None) -> ReconcileRun:
    """Go on with a run until its end. Raises nothing: what goes wrong is what the run ends with."""
    conduct = Conduct(row, gateway)
    while row.state not in TERMINAL:
        conduct.step()
    telling.deliver()
    return row


def take_abandoned() -> ReconcileRun | None:
    """An open run whose worker is gone, now leased to the caller."""
    with transaction.atomic():
        row = (
            ReconcileRun.objects.select_for_update(skip_locked=True)
            .filter(Q(state__in=sorted(reconciling.OPEN_STATES)), lease_expires_at__lt=Now())
            .first()
        )
        if row is not None:
            row.lease_expires_at = _lease()
            row.save(update_fields=["lease_expires_at"])
    if row is not None:
        LEASE_OPS.labels("lightning", "reconcile", "stolen").inc()
    return row


def due() -> str:
    """Why a run should start now; empty when there is no reason, or control cannot be asked."""
    _measure_age()
    last = ReconcileRun.objects.filter(kind="reconcile").order_by("-created_at", "-pk").first()
    if last is None:
        return "first"
    if last.state not in TERMINAL:
        return ""
    age = (timezone.now() - last.created_at).total_seconds()
    if age >= settings.OA.oa_lightning_ops_reconcile_interval_secs:
        return "interval"
    try:
        return "changed" if compiling.compile_now().config_hash != last.config_hash else ""
    except (peers.ControlUnavailable, peers.ControlRefused):
        return ""


def _measure_age() -> None:
    """Since the configuration that is served was applied: runs that found it in place do not make it younger."""
    applied = ReconcileRun.objects.filter(gateway=settings.OA.oa_lightning_ops_deploy_driver, state=State.APPLIED)
    row = applied.filter(noop=False).order_by("-ended_at").first() or applied.order_by("ended_at").first()
    if row is not None and row.ended_at is not None:
        metrics.CONFIG_AGE.set((timezone.now() - row.ended_at).total_seconds())


def _lease() -> Any:
    return timezone.now() + timedelta(seconds=LEASE_SECONDS)


@dataclass(slots=True)
class Conduct:
    """One worker's hold on a run."""

    row: ReconcileRun
    gateway: Driver | None = None

    def step(self) -> None:
        """Do what the state asks for, then store where that leads."""
        state = State(self.row.state)
        began = self._note(state)
        faults.point("lightning.reconcile.before_step")
        try:
            if self.gateway is None and state not in (State.COMPILING, State.RECORDING):
                self.gateway = driver()
            to = _WORK[state](self)
        except (StepFailed, GatewayFailed) as failure:
            faults.point("lightning.reconcile.after_step")
            self._failed(state, began, str(failure))
            return
        faults.point("lightning.reconcile.after_step")
        self._succeeded(state, began, to or reconciling.after(state, ok=True))

    @property
    def door(self) -> Driver:
        assert self.gateway is not None
        return self.gateway

    # Work of the states; each returns where to go when that is not the next state of the table

    def compile(self) -> State | None:
        row = self.row
        artifact = _control(compiling.compile_now)
        compiling.store(artifact)
        row.config_hash, row.valid = artifact.config_hash, artifact.valid
        row.rule_count = len(artifact.compiled.rules)
        row.diagnostics = compiling.diagnostics_of(artifact.compiled.diagnostics)
        if not artifact.valid:
            row.config_hash = artifact.snapshot_hash
            row.deployment_id = f"dep_compile_{reconciling.run_name(row.request_id)}"
            raise StepFailed("the paywalls do not compile")
        return None

    def record(self) -> State | None:
        _control(lambda: peers.mutation(RECORD, **self._intent("pending")))
        return None

    def look_up(self) -> State | None:
        active = self.door.active()
        row = self.row
        row.noop = active is not None and active.config_hash == row.config_hash
        if row.noop:
            return State.CHECKING_HEALTH
        row.previous = (
            None
            if active is None
            else {
                "deploymentId": active.deployment_id,
                "configHash": active.config_hash,
                "imageDigest": active.image_digest,
            }
        )
        return None

    def apply(self) -> State | None:
        row = self.row
        if self._resumed():
            active = self.door.active()
            if active is not None and active.config_hash == row.config_hash:
                row.image_digest = active.image_digest
                return None
        artifact = CompiledArtifact.objects.get(config_hash=row.config_hash)
        done = self.door.apply(row.request_id, row.deployment_id, row.config_hash, artifact.yaml)
        if done.config_hash != row.config_hash:
            raise GatewayFailed("the gateway serves something else than it was given")
        row.image_digest = done.image_digest
        return None

    def check_health(self) -> State | None:
        probing.check_health(self.door)
        self.row.health_ok = True
        if self.row.noop:
            return State.FINISHING
        if self.row.rule_count == 0:
            self.row.challenge_ok = self.row.proxy_ok = True
            return State.FINISHING
        return None

    def check_challenge(self) -> State | None:
        probing.check_challenge(self.door, self._prices())
        self.row.challenge_ok = True
        return None

    def check_proxy(self) -> State | None:
        # A repeated probe buys another token: under the first one's id the executor would refuse another invoice.
        tries = self.row.steps.filter(name=State.CHECKING_PROXY).count()
        suffix = ":probe" if tries == 1 else f":probe:{tries}"
        probing.check_proxy(self.door, self.row.request_id[: 128 - len(suffix)] + suffix, self._prices())
        self.row.proxy_ok = True
        return None

    def finish(self) -> State | None:
        return None

    def roll_back(self) -> State | None:
        previous = self.row.previous
        assert previous is not None
        target = Deployment(previous["deploymentId"], previous["configHash"], previous["imageDigest"])
        done = self.door.rollback(self.row.request_id, target.deployment_id, target)
        if done.config_hash != target.config_hash:
            raise GatewayFailed("the gateway serves something else than what it should return to")
        self.row.rolled_back_from = target.config_hash
        return None

    # Storing

    def _note(self, state: State) -> ReconcileStep:
        with transaction.atomic():
            n = self.row.steps.count() + 1
            ReconcileRun.objects.filter(pk=self.row.pk).update(lease_expires_at=_lease())
            step = ReconcileStep.objects.create(run=self.row, n=n, name=str(state))
        LEASE_OPS.labels("lightning", "reconcile", "renewed").inc()
        return step

    def _resumed(self) -> bool:
        """Whether somebody has been in this state before."""
        return self.row.steps.filter(name=self.row.state).count() > 1

    def _succeeded(self, state: State, began: ReconcileStep, to: State) -> None:
        event = STEPS[state].event
        with transaction.atomic():
            self._end_step(began, "ok", "")
            if event and to is not State.ROLLED_BACK and state is not State.FINISHING:
                self._event(event, "info")
            self._move(to, event)

    def _failed(self, state: State, began: ReconcileStep, reason: str) -> None:
        row, code = self.row, STEPS[state].failure
        if state is State.ROLLING_BACK:
            row.failure_reason = f"{row.failure_reason}; {reason}"
        else:
            row.failure_reason = reason
        row.failure_code = code or row.failure_code
        to = reconciling.after(state, ok=False, has_previous=row.previous is not None)
        with transaction.atomic():
            self._end_step(began, "failed", reason)
            self._move(to, f"gateway_reconcile_failed_{code}" if code else "")

    def _end_step(self, began: ReconcileStep, outcome: str, detail: str) -> None:
        began.outcome, began.detail = outcome, detail
        ReconcileStep.objects.filter(pk=began.pk).update(outcome=outcome, detail=detail, ended_at=Now())

    def _move(self, to: State, event: str) -> None:
        row = self.row
        row.state = str(to)
        if to in TERMINAL:
            row.ended_at = timezone.now()
            row.lease_expires_at = None
            self._told(to, event)
        row.save()

    def _told(self, to: State, event: str) -> None:
        """What control hears of the end. Without the record of a start (control was away) there is nothing to end."""
        row = self.row
        recorded = row.steps.filter(name=State.RECORDING, outcome="ok").exists()
        if recorded or row.failure_code == STEPS[State.COMPILING].failure:
            telling.later(RECORD, row.request_id, self._intent(str(to)))
        if event and recorded:
            self._event(event, LEVELS[to])
        name = {State.ROLLED_BACK: "rolled_back"}.get(to, "reconciled")
        audit.record(
            f"lightning.ops.{name}", outcome=str(to), run=row.request_id, config_hash=row.config_hash,
            failure=row.failure_code or None, started_by=row.started_by,
        )  # fmt: skip
        metrics.RECONCILES.labels(str(to)).inc()
        metrics.RECONCILE_SECONDS.observe((timezone.now() - row.created_at).total_seconds())
        metrics.RECONCILE_DRIFT.set(0 if to is State.APPLIED else 1)

    def _event(self, event: str, level: str) -> None:
        """Events belong to a paywall: the first one that is served; without any there is none to tell."""
        row = self.row
        rule = (
            CompiledArtifact.objects.filter(config_hash=row.config_hash)
            .order_by("pk")
            .values_list("rules__paywall_id", "rules__owner_id")
            .filter(rules__position=0)
            .first()
        )
        if rule is not None:
            told = {
                "paywallId": rule[0],
                "ownerId": rule[1],
                "eventType": event,
                "level": level,
                "requestId": row.request_id,
                "deploymentId": row.deployment_id,
                "configHash": row.config_hash,
                "executionPath": reconciling.EXECUTION_PATH,
            }
            telling.later(EVENT, row.request_id, told)

    def _intent(self, status: str) -> dict[str, Any]:
        row = self.row
        facts: dict[str, Any] = {
            "configHash": row.config_hash,
            "status": status,
            "deploymentId": row.deployment_id,
            "requestId": row.request_id,
            "diagnostics": row.diagnostics,
            "metadata": metadata_of(row),
        }
        if status == State.APPLIED:
            facts["appliedAtMs"] = int(timezone.now().timestamp() * 1000)
        if row.image_digest:
            facts["imageDigest"] = row.image_digest
        if row.rolled_back_from:
            facts["rolledBackFrom"] = row.rolled_back_from
        return facts

    def _prices(self) -> frozenset[int]:
        found = CompiledArtifact.objects.filter(config_hash=self.row.config_hash)
        return frozenset(found.values_list(F("rules__price_sats") * 1000, flat=True))


def metadata_of(row: ReconcileRun) -> dict[str, Any]:
    """What a deployment's record carries: correlation, progress, failure, rollback (16.1)."""
    metadata: dict[str, Any] = {
        "executionPath": reconciling.EXECUTION_PATH,
        "correlation": {
            "requestId": row.request_id,
            "deploymentId": row.deployment_id,
            "configHash": row.config_hash,
            "paritySchemaVersion": reconciling.PARITY_SCHEMA,
            "parityKeys": list(reconciling.PARITY_KEYS),
        },
        "progress": {"healthOk": row.health_ok, "challengeOk": row.challenge_ok, "proxyOk": row.proxy_ok},
    }
    if row.failure_code:
        stage = {step.failure: str(state) for state, step in STEPS.items() if step.failure}.get(row.failure_code, "")
        metadata["failure"] = {"code": row.failure_code, "stage": stage, "reason": row.failure_reason}
    if row.rolled_back_from:
        metadata["rollback"] = {"rolledBackFrom": row.rolled_back_from}
    if row.noop:
        metadata["noop"] = True
    if row.rule_count == 0 and row.valid:
        metadata["probesSkipped"] = True
    if row.reason:
        metadata["reason"] = row.reason
    return metadata


def _control(work: Callable[[], T]) -> T:
    try:
        return work()
    except peers.ControlUnavailable:
        raise StepFailed("the control plane does not answer") from None
    except peers.ControlRefused as refused:
        raise StepFailed(f"the control plane refused: {refused.code} {refused.message}".strip()) from None


_WORK: Final[dict[State, Callable[[Conduct], State | None]]] = {
    State.COMPILING: Conduct.compile,
    State.RECORDING: Conduct.record,
    State.LOOKING_UP: Conduct.look_up,
    State.APPLYING: Conduct.apply,
    State.CHECKING_HEALTH: Conduct.check_health,
    State.CHECKING_CHALLENGE: Conduct.check_challenge,
    State.CHECKING_PROXY: Conduct.check_proxy,
    State.FINISHING: Conduct.finish,
    State.ROLLING_BACK: Conduct.roll_back,
}
