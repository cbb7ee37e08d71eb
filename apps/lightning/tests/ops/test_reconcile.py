"""The reconcile of a gateway: every row of the table, every failure, crashes in between, repeats and races."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from apps.lightning import peers
from apps.lightning.domain import reconciling
from apps.lightning.domain.l402 import challenge_headers
from apps.lightning.domain.reconciling import State
from apps.lightning.gateways.deploy import drivers
from apps.lightning.gateways.deploy.drivers import Memory
from apps.lightning.gateways.deploy.protocol import Deployment
from apps.lightning.models import CompiledArtifact, Outbox, ReconcileRun
from apps.lightning.services.ops import control_state, reconcile, telling
from apps.lightning.tests.ops.control_double import ControlDouble, paywall
from openagents.bolt11.encoder import encode
from openagents.receipts.ids import new_id

OPS = "/internal/v1/lightning-ops"


def an_invoice(amount_msats: int = 2000, network: str = "regtest") -> str:
    return encode(
        bytes([7]) * 32, network=network, timestamp=1_771_618_000, payment_hash="11" * 32, payment_secret="22" * 32,
        amount_msats=amount_msats, description="probe", expiry_secs=3600,
    )  # fmt: skip


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch) -> Iterator[ControlDouble]:
    """The control plane of this test; nothing that others left waits for it."""
    double = ControlDouble(paywalls=[paywall(new_id("p")[2:14])])
    monkeypatch.setattr(peers, "_call", double.call)
    monkeypatch.setattr(peers, "QUERY_PAUSES", ())
    Outbox.objects.filter(destination=telling.CONTROL, delivered_at__isnull=True).delete()
    ReconcileRun.objects.filter(state__in=sorted(reconciling.OPEN_STATES)).update(state=State.FAILED)
    control_state.forget()
    yield double
    control_state.forget()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, configure: Callable[..., None]) -> Memory:
    """A gateway in memory that asks for the right price."""
    made = Memory(challenge_headers("AgE=", an_invoice()))
    made.proxy_headers = {"x-oa-smoke-auth": "L402 smoke"}
    monkeypatch.setattr(drivers, "_memory", made)
    configure(oa_lightning_ops_deploy_driver="memory")
    return made


def ended(gateway: Memory, request_id: str | None = None) -> ReconcileRun:
    row, _ = reconcile.start(request_id or new_id("run"), "test")
    return reconcile.run(row, gateway)


def test_every_state_leads_where_the_table_says() -> None:
    assert set(reconciling.STEPS) | reconciling.TERMINAL == set(State)
    for state, step in reconciling.STEPS.items():
        assert reconciling.after(state, ok=True) is step.success
        undone = State.ROLLING_BACK if step.undo else State.FAILED
        assert reconciling.after(state, ok=False, has_previous=True) is undone
        assert reconciling.after(state, ok=False) is State.FAILED


def test_a_run_to_its_end(control: ControlDouble, gateway: Memory) -> None:
    row = ended(gateway)
    assert (row.state, row.failure_code, row.failure_reason) == ("applied", "", "")
    assert row.health_ok and row.challenge_ok and row.proxy_ok
    assert gateway.calls == ["active_lookup", "apply", "health", "challenge", "challenge", "proxy"]
    assert gateway.deployed == Deployment(row.deployment_id, row.config_hash)
    assert [args["status"] for args in control.told("recordGatewayCompileIntent")] == ["pending", "applied"]
    assert control.events() == [
        "gateway_reconcile_health_ok",
        "gateway_reconcile_challenge_ok",
        "gateway_reconcile_proxy_ok",
        "gateway_reconcile_applied",
    ]
    last = control.deployments[row.deployment_id]
    assert last["metadata"]["progress"] == {"healthOk": True, "challengeOk": True, "proxyOk": True}
    assert last["appliedAtMs"] > 0 and last["metadata"]["correlation"]["requestId"] == row.request_id


FAILURES = [
    ("active_lookup", "active_lookup_failed", "failed"),
    ("apply", "deploy_apply_failed", "rolled_back"),
    ("health", "health_check_failed", "rolled_back"),
    ("challenge", "challenge_check_failed", "rolled_back"),
    ("proxy", "proxy_check_failed", "rolled_back"),
]


@pytest.mark.parametrize(("stage", "code", "end"), FAILURES)
def test_a_failure_restores_what_was_served(
    control: ControlDouble, gateway: Memory, stage: str, code: str, end: str
) -> None:
    before = ended(gateway)
    control.calls.clear()
    control.paywalls.append(paywall(new_id("p")[2:14]))
    gateway.fail = {stage}
    row = ended(gateway)
    assert (row.state, row.failure_code) == (end, code)
    assert gateway.deployed is not None and gateway.deployed.config_hash == before.config_hash
    last = control.deployments[row.deployment_id]
    assert last["status"] == end and last["metadata"]["failure"]["code"] == code
    if end == "rolled_back":
        assert last["rolledBackFrom"] == before.config_hash and control.events()[-1] == "gateway_reconcile_rolled_back"
    else:
        assert control.events()[-1] == f"gateway_reconcile_failed_{code}"


def test_without_anything_before_there_is_nothing_to_restore(control: ControlDouble, gateway: Memory) -> None:
    gateway.fail = {"health"}
    row = ended(gateway)
    assert (row.state, row.failure_code) == ("failed", "health_check_failed")
    assert control.events() == ["gateway_reconcile_failed_health_check_failed"]


def test_a_rollback_that_fails_is_an_error(control: ControlDouble, gateway: Memory) -> None:
    ended(gateway)
    control.paywalls.append(paywall(new_id("p")[2:14]))
    gateway.fail = {"health", "rollback"}
    row = ended(gateway)
    assert (row.state, row.failure_code) == ("failed", "rollback_failed")
    assert control.events()[-1] == "gateway_reconcile_failed_rollback_failed"


def test_what_does_not_compile_never_reaches_the_gateway(control: ControlDouble, gateway: Memory) -> None:
    control.paywalls = [paywall(new_id("p")[2:14], pricingMode="metered")]
    row = ended(gateway)
    assert (row.state, row.failure_code) == ("failed", "compile_validation_failed")
    assert gateway.calls == [] and control.events() == []
    assert row.deployment_id.startswith("dep_compile_") and control.deployments[row.deployment_id]["status"] == "failed"


def test_the_same_configuration_again_is_only_looked_at(control: ControlDouble, gateway: Memory) -> None:
    ended(gateway)
    gateway.calls.clear()
    row = ended(gateway)
    assert row.state == "applied" and row.noop and gateway.calls == ["active_lookup", "health"]
    assert control.deployments[row.deployment_id]["metadata"]["noop"] is True


def test_an_empty_gateway_is_not_probed_for_a_price(control: ControlDouble, gateway: Memory) -> None:
    control.security["global"]["globalPause"] = True
    control_state.forget()
    row = ended(gateway)
    assert row.state == "applied" and row.rule_count == 0 and row.challenge_ok and row.proxy_ok
    assert gateway.calls == ["active_lookup", "apply", "health"]
    assert control.deployments[row.deployment_id]["metadata"]["probesSkipped"] is True


def test_the_last_paywall_that_is_archived_is_no_longer_served(control: ControlDouble, gateway: Memory) -> None:
    before = ended(gateway)
    control.paywalls = []
    assert reconcile.due() == "changed"
    row = ended(gateway)
    assert (row.state, row.rule_count, row.valid) == ("applied", 0, True)
    assert [one["code"] for one in row.diagnostics] == ["all_routes_disabled"]
    assert gateway.deployed is not None and gateway.deployed.config_hash == row.config_hash != before.config_hash
    assert reconcile.due() == "", "an empty gateway stays as it is"
    assert ended(gateway).noop


def test_a_gateway_that_never_served_anything_needs_a_paywall(
    control: ControlDouble, gateway: Memory, configure: Callable[..., None]
) -> None:
    configure(oa_lightning_ops_deploy_driver="file")
    control.paywalls = []
    row = ended(gateway)
    assert (row.state, row.failure_code) == ("failed", "compile_validation_failed")
    assert [one["code"] for one in row.diagnostics] == ["no_compilable_routes"] and gateway.calls == []


def test_the_age_of_what_is_served(control: ControlDouble, gateway: Memory) -> None:
    row = ended(gateway)
    ReconcileRun.objects.filter(gateway="memory").exclude(pk=row.pk).update(ended_at="2020-01-01T00:00:00Z")
    hour = timedelta(hours=1)
    ReconcileRun.objects.filter(pk=row.pk).update(created_at=row.created_at - hour, ended_at=timezone.now() - hour)
    assert ended(gateway).noop
    reconcile.due()
    age = REGISTRY.get_sample_value("oa_lnops_gateway_config_age_seconds")
    assert age is not None and 3600 <= age < 3660
    control.paywalls.append(paywall(new_id("p")[2:14]))
    assert not ended(gateway).noop
    reconcile.due()
    age = REGISTRY.get_sample_value("oa_lnops_gateway_config_age_seconds")
    assert age is not None and 0 <= age < 60


@pytest.mark.parametrize(
    "headers",
    [
        (),
        ('L402 macaroon="AgE=", invoice="rubbish"',),
        challenge_headers("AgE=", an_invoice(network="mainnet")),
        challenge_headers("AgE=", an_invoice(amount_msats=3000)),
    ],
)
def test_a_402_with_the_wrong_challenge_is_no_402(
    control: ControlDouble, gateway: Memory, headers: tuple[str, ...]
) -> None:
    gateway.challenge_headers = headers
    assert ended(gateway).failure_code == "challenge_check_failed"


def test_control_away_before_the_start_is_recorded_changes_nothing(control: ControlDouble, gateway: Memory) -> None:
    control.away_for = {"recordGatewayCompileIntent"}
    row = ended(gateway)
    assert row.state == "failed" and gateway.calls == []
    assert Outbox.objects.filter(request_id=row.request_id).count() == 0


def test_control_away_after_the_deploy_hears_of_it_later(
    control: ControlDouble, gateway: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = gateway.health

    def away() -> Any:
        control.away = True
        return healthy()

    monkeypatch.setattr(gateway, "health", away)
    row = ended(gateway)
    assert row.state == "applied" and control.deployments[row.deployment_id]["status"] == "pending"
    control.away = False
    assert telling.deliver() == 5
    assert control.deployments[row.deployment_id]["status"] == "applied"
    assert control.events()[-1] == "gateway_reconcile_applied"
    assert telling.deliver() == 0


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("stage", ["active", "apply", "health", "challenge", "proxy"])
def test_a_worker_that_dies_is_followed_by_another(
    control: ControlDouble, gateway: Memory, monkeypatch: pytest.MonkeyPatch, leases: Any, stage: str
) -> None:
    work = getattr(gateway, stage)

    def dies(*arguments: Any) -> Any:
        work(*arguments)
        raise Crash

    row, _ = reconcile.start(new_id("run"), "test")
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(gateway, stage, dies)
        reconcile.run(row, gateway)
    assert reconcile.take_abandoned() is None, "its lease still runs"
    ReconcileRun.objects.filter(pk=row.pk).update(lease_expires_at="2020-01-01T00:00:00Z")
    taken = reconcile.take_abandoned()
    assert taken is not None and taken.pk == row.pk
    counted = leases("reconcile")
    assert counted.pop("renewed") == row.steps.count() and counted == {"acquired": 1, "stolen": 1}
    assert reconcile.run(taken, gateway).state == "applied"
    assert gateway.calls.count("apply") == 1, "what was deployed is not deployed again"
    assert [args["status"] for args in control.told("recordGatewayCompileIntent")][-1] == "applied"


def test_one_run_at_a_time_and_a_repeat_is_the_same_run(
    control: ControlDouble, gateway: Memory, call: Callable[..., Any]
) -> None:
    name = new_id("run")
    body = {"requestId": name, "reason": "by hand"}
    first = call("POST", f"{OPS}/reconcile", body)
    assert first.status_code == 200, first.content
    assert first.json()["summary"]["deploymentStatus"] == "applied" and first.json()["state"] == "applied"
    again = call("POST", f"{OPS}/reconcile", body)
    assert again.json() == first.json() == call("GET", f"{OPS}/reconcile/{name}").json()
    open_row, _ = reconcile.start(new_id("run"), "test")
    refused = call("POST", f"{OPS}/reconcile", {"requestId": new_id("run")})
    assert refused.status_code == 409 and refused.json()["reason_code"] == "reconcile_in_progress"
    reconcile.run(open_row, gateway)


def test_back_to_a_stored_artifact(control: ControlDouble, gateway: Memory, call: Callable[..., Any]) -> None:
    first = ended(gateway)
    control.paywalls.append(paywall(new_id("p")[2:14]))
    second = ended(gateway)
    assert second.config_hash != first.config_hash
    body = {"requestId": new_id("back"), "targetConfigHash": first.config_hash, "reason": "wrong price"}
    answer = call("POST", f"{OPS}/rollback", body)
    assert answer.status_code == 200 and answer.json()["summary"]["configHash"] == first.config_hash
    assert gateway.deployed is not None and gateway.deployed.config_hash == first.config_hash
    missing = call("POST", f"{OPS}/rollback", {**body, "requestId": new_id("b"), "targetConfigHash": "cfg_" + "0" * 64})
    assert missing.status_code == 404


def test_artifacts_and_deployments_are_read(control: ControlDouble, gateway: Memory, call: Callable[..., Any]) -> None:
    row = ended(gateway)
    artifact = call("GET", f"{OPS}/artifacts/{row.config_hash}").json()
    assert artifact["yaml"] == CompiledArtifact.objects.get(config_hash=row.config_hash).yaml
    assert [rule["position"] for rule in artifact["rules"]] == [0]
    assert call("GET", f"{OPS}/artifacts/cfg_none").status_code == 404
    runs = call("GET", f"{OPS}/deployments").json()["runs"]
    assert runs[0]["summary"]["requestId"] == row.request_id
    assert [step["name"] for step in runs[0]["steps"]][:2] == ["compiling", "recording"]


def test_due_when_something_else_is_compiled(control: ControlDouble, gateway: Memory) -> None:
    ended(gateway)
    assert reconcile.due() == ""
    control.paywalls.append(paywall(new_id("p")[2:14]))
    assert reconcile.due() == "changed"
    control.away = True
    assert reconcile.due() == ""


@pytest.mark.parametrize("issuer", ["hydra", "control"])
def test_readers_may_not_run(control: ControlDouble, call: Callable[..., Any], issuer: str) -> None:
    answer = call("POST", f"{OPS}/reconcile", {"requestId": "x"}, issuer=issuer)
    assert answer.status_code == 403 and answer.json()["reason_code"] == "forbidden_scope"
    assert call("GET", f"{OPS}/deployments", issuer=issuer).status_code == 200
