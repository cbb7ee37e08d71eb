"""The paid gateway end to end, on real processes: a paywall at control, deployed, paid, served, settled at control."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from openagents.embedded.provision import ROOT, clean_environment
from openagents.embedded.supervision import manage
from openagents.embedded.testbed import TESTBED
from openagents.peers.keys import Key
from openagents.peers.signature import sign
from openagents.receipts.ids import new_id
from tests.system import System, until

CONTROL = "/api/internal/lightning-ops/control-plane"
OPS = "/internal/v1/lightning-ops"


class Caller:
    """Signed calls to a process."""

    def __init__(self, url: str, issuer: str, audience: str) -> None:
        self.url = url
        self.audience = audience
        self.key = Key(f"{issuer}-dev-1", issuer, TESTBED.credentials.internal[issuer].encode())

    def post(self, path: str, body: Any) -> Any:
        content = json.dumps(body).encode()
        headers = sign(self.key, aud=self.audience, method="POST", path_with_query=path, body=content)
        headers["content-type"] = "application/json"
        answer = httpx.post(self.url + path, content=content, headers=headers, timeout=90.0, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()


def command(system: System, name: str) -> Any:
    """A run of `manage.py lightning_ops` as the process's own login."""
    environment = {
        **clean_environment(),
        **TESTBED.environment("lightning-ops"),
        "OA_CONTROL_BASE_URL": system["control"].url,
        "OA_LIGHTNING_EXECUTOR_BASE_URL": system["lightning-executor"].url,
        "OA_ENV": "test",
        "OA_LOG_LEVEL": "error",
    }
    done = subprocess.run(
        manage("lightning_ops", name, "--json", "--plane", "lightning-ops"),
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def the_gate_is_asked(system: System, control: Caller, ops: Caller) -> None:
    """A pause at control shuts what is served before any deploy; an archived last paywall is not served."""

    def change(function: str, **args: Any) -> Any:
        return control.post(f"{CONTROL}/mutation", {"functionName": f"lightning/{function}", "args": args})

    def deploy() -> None:
        run = ops.post(f"{OPS}/reconcile", {"requestId": new_id("e2e")})
        assert run["state"] == "applied", run

    def answers(status: int) -> bool:
        url = f"{system['lightning-executor'].url}/sim/l402/gate"
        return httpx.get(url, headers={"x-sim-host": "gate.example.com"}, trust_env=False).status_code == status

    facts = {
        "name": "Gate",
        "hostRegexp": "gate.example.com",
        "pathRegexp": "^/gate$",
        "upstream": "https://example.com",
    }
    paywall = change("ops:upsertPaywall", ownerUserId="e2e", priceMsats=2000, **facts)["paywall"]
    deploy()
    assert answers(402)
    for active, status in ((True, 403), (False, 402)):
        change("security:setGlobalPause", active=active, updatedBy="e2e")
        until(partial(answers, status), 10, f"the gateway answers {status}")
    change("ops:setPaywallStatus", paywallId=paywall["paywallId"], status="archived")
    deploy()
    assert answers(404)


def test_a_paywall_is_deployed_paid_served_and_settled(tmp_path: Path) -> None:
    system = System(tmp_path, TESTBED.environment)
    try:
        system.up("control", "lightning-executor", "lightning-ops")
        control = Caller(system["control"].url, "lightning", "control")
        ops = Caller(system["lightning-ops"].url, "ops", "lightning")
        found = ops.post(f"{OPS}/smoke/ep212-routes", {"mode": "mock", "requestId": new_id("e2e")})
        summary = found["summary"]
        assert found["ok"], summary
        assert summary["routeA"]["status"] == 200 and summary["routeA"]["paidMsats"] == 2000
        assert summary["routeB"]["blocked"] and summary["routeB"]["payerCallsAfter"] == 1
        full = ops.post(f"{OPS}/smoke/full-flow", {"mode": "mock", "requestId": new_id("e2e")})
        assert full["ok"], full["summary"]
        state = control.post(
            f"{CONTROL}/query", {"functionName": "lightning/security:getControlPlaneSecurityState", "args": {}}
        )
        assert state["global"]["globalPause"] is False
        assert command(system, "settlements:read")["delivered"] >= 2
        assert command(system, "settlements:read")["delivered"] == 0
        the_gate_is_asked(system, control, ops)
    finally:
        system.down()
