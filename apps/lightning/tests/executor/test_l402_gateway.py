"""The embedded paid gateway on its own network: 402, pay, 200, and everything that must not get through."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.test import Client

from apps.lightning.domain import l402
from apps.lightning.gateways import control_pause
from apps.lightning.gateways.protocol import Outcome
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import L402Token
from apps.lightning.services.executor import custody, l402_gateway, node
from apps.lightning.tests.executor.conftest import signed_call
from apps.lightning.tests.executor.networks import advance, gateway, make_network
from openagents.bolt11.decoder import decode
from openagents.embedded.testbed import TESTBED
from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.receipts.ids import new_id

RULE = """INSERT INTO compiled_rule (artifact_id, position, service_name, paywall_id, owner_id, route_id, host, path,
    host_regexp, path_regexp, upstream_url, amount_msats, price_sats, validity_seconds, quota_per_minute)
    VALUES (%s, 0, %s, 'pw', 'owner', 'route', 'h', '/p', %s, '^/paid$', 'https://x.example', 2000, 2, 600, %s)"""


@dataclass
class Served:
    network: Network
    service: str
    host: str

    def get(self, authorization: str = "", path: str = "paid") -> Any:
        headers = {"x-sim-host": self.host} | ({"authorization": authorization} if authorization else {})
        return Client().get(f"/sim/l402/{path}", headers=headers)

    def challenge(self) -> l402.Challenge:
        answer = self.get()
        assert answer.status_code == 402 and answer["cache-control"] == "no-store"
        found = l402.challenge_of([answer["www-authenticate"]])
        assert found is not None
        return found

    def buy(self) -> l402.Credential:
        found = self.challenge()
        sent = gateway(self.network).send(found.invoice, decode(found.invoice).payment_hash, None, 10_000, 10)
        assert sent.outcome is Outcome.SUCCEEDED and sent.settled is not None and sent.settled.preimage
        return l402.Credential(found.token, sent.settled.preimage)


def serve(quota: int | None) -> tuple[str, str]:
    """What lightning ops would deploy, written with its login."""
    name = new_id("svc")[4:28]
    host = f"{name}.example"
    url = TESTBED.environment("lightning-ops")["OA_LIGHTNING_OPS_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "INSERT INTO compiled_artifact (config_hash, snapshot_hash, yaml, route_text, valid, diagnostics, excluded,"
            " rule_count) VALUES (%s, '', '', '', true, '[]', '[]', 1) RETURNING id",
            [f"cfg_{name}"],
        ).fetchone()
        assert row is not None
        connection.execute(RULE, [row[0], f"pw-{name}", f"^{name}\\.example$", quota])
        connection.execute("DELETE FROM served_config")
        connection.execute(
            "INSERT INTO served_config (gateway, deployment_id, config_hash, updated_at)"
            " VALUES ('embedded', 'dep', %s, now())",
            [f"cfg_{name}"],
        )
    return f"pw-{name}", host


@pytest.fixture
def served(configure: Callable[..., None]) -> Iterator[Served]:
    configure(oa_lightning_wallet_executor_mode="simulated")
    network = make_network()
    service, host = serve(quota=2)
    with node.use(gateway(network)):
        yield Served(network, service, host)


class Control:
    """Stands for the client of control; `stopped` goes into its answer, None: away."""

    def __init__(self) -> None:
        self.stopped: dict[str, Any] | None = None

    def get(self, path: str) -> PeerAnswer:
        if self.stopped is None:
            raise PeerUnavailable("control", "unreachable", sent=False)
        body = {"ok": True, "global": {"stateId": "global", "globalPause": False}, **self.stopped}
        return PeerAnswer("control", 200, {}, json.dumps(body).encode())


@pytest.fixture(autouse=True)
def control(monkeypatch: pytest.MonkeyPatch) -> Iterator[Control]:
    """Control is away unless the test says otherwise, and asked for every request."""
    double = Control()
    monkeypatch.setattr(control_pause, "peer", lambda name: double)
    monkeypatch.setattr(control_pause, "GATE_SECONDS", 0.0)
    control_pause.forget()
    yield double
    control_pause.forget()


def test_pay_and_be_served(served: Served) -> None:
    answer = served.get(served.buy().header)
    assert answer.status_code == 200
    assert answer.json() == {
        "echo": {"method": "GET", "host": served.host, "path": "/paid"},
        "service": served.service,
    }


def test_a_quota_holds(served: Served) -> None:
    header = served.buy().header
    assert [served.get(header).status_code for _ in range(3)] == [200, 200, 429]
    assert 1 <= int(served.get(header)["retry-after"]) <= 60


def test_what_must_not_get_through(served: Served) -> None:
    bought, unpaid = served.buy(), served.challenge()
    assert served.get(path="other").status_code == 404
    assert served.get(f"L402 {unpaid.token}:{bought.preimage}").json() == {"error": "preimage_mismatch"}
    forged = l402.decode(bought.token)
    stolen = l402.encode(forged.__class__(forged.identifier, forged.caveats, bytes(32), forged.location))
    assert served.get(f"L402 {stolen}:{bought.preimage}").json() == {"error": "bad_signature"}
    assert served.get(f"L402 AgE=:{bought.preimage}").status_code == 401
    L402Token.objects.filter(identifier_sha256=l402.identifier_key(forged.identifier)).delete()
    assert served.get(bought.header).json() == {"error": "unknown_token"}


def test_another_service_is_not_opened(served: Served) -> None:
    bought = served.buy()
    service, host = serve(quota=None)
    other = Served(served.network, service, host)
    assert other.get(bought.header).json() == {"error": "wrong_service"}
    assert served.get(bought.header).status_code == 404


def test_an_expired_token_is_asked_to_pay_again(served: Served) -> None:
    bought = served.buy()
    advance(served.network, 601_000)
    assert served.get(bought.header).status_code == 402


STOPS: list[tuple[dict[str, Any], str]] = [
    ({"global": {"stateId": "global", "globalPause": True}}, "global_pause_active"),
    (
        {"ownerControls": [{"ownerId": "owner", "killSwitch": True, "denyReason": "by hand"}]},
        "owner_kill_switch_active",
    ),
]


@pytest.mark.parametrize(("stopped", "code"), STOPS)
def test_what_was_stopped_since_the_deploy_is_not_served(
    served: Served, control: Control, stopped: dict[str, Any], code: str
) -> None:
    bought = served.buy()
    control.stopped = stopped
    for answer in (served.get(), served.get(bought.header)):
        assert answer.status_code == 403 and answer.json()["error"] == code and answer.json()["reason"]
        assert not answer.has_header("www-authenticate"), "nobody is asked to pay"
    control.stopped = None
    assert served.get(bought.header).status_code == 403, "the last answer holds for a minute"
    control_pause.forget()
    assert served.get(bought.header).status_code == 200, "what is deployed stays when nobody can say"
    control.stopped = {"ownerControls": [{"ownerId": "another", "killSwitch": True}]}
    assert served.get(bought.header).status_code == 200


def test_root_keys_follow_the_rings_first_key(served: Served, configure: Callable[..., None], settings: Any) -> None:
    bought = served.buy()
    old = settings.OA.oa_lightning_custody_kek
    fresh = "fresh:" + base64.b64encode(bytes(32)).decode()
    configure(oa_lightning_custody_kek=f"{fresh},{old}")
    before = custody.measure_stale()
    changed, unreadable = custody.rewrap()
    assert changed == before > 0 and unreadable == 0 and custody.measure_stale() == 0
    assert L402Token.objects.get(service=served.service).root_key_enc.startswith("enc:v1:fresh:")
    configure(oa_lightning_custody_kek=fresh)
    assert served.get(bought.header).status_code == 200
    configure(oa_lightning_custody_kek=f"{old},{fresh}")
    assert custody.rewrap()[1] == 0


def test_nothing_is_here_on_a_real_node(served: Served, configure: Callable[..., None]) -> None:
    configure(oa_lightning_wallet_executor_mode="lnd")
    assert served.get().status_code == 404


def test_the_feed_tells_ops_what_was_bought(served: Served) -> None:
    bought = served.buy()
    answer = signed_call("GET", "/sim/l402-feed", issuer="lightning")
    assert answer.status_code == 200, answer.content
    (item,) = answer.json()["result"]["settled"]
    assert (item["service"], item["preimageHex"], item["amountPaidMsats"]) == (served.service, bought.preimage, 2000)
    after = signed_call("GET", "/sim/l402-feed", params={"after": str(item["settleIndex"])}, issuer="lightning")
    assert after.json()["result"]["settled"] == []
    assert signed_call("GET", "/sim/l402-feed", issuer="hydra").status_code == 403


def test_a_token_outlives_its_validity_until_the_feed_has_passed(served: Served) -> None:
    served.buy()
    before = L402Token.objects.filter(service=served.service).count()
    l402_gateway.prune()
    assert L402Token.objects.filter(service=served.service).count() == before == 1
