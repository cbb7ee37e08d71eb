"""The embedded paid gateway on its own network: 402, pay, 200, and everything that must not get through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from django.test import Client

from apps.lightning.domain import l402
from apps.lightning.gateways.protocol import Outcome
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import L402Token
from apps.lightning.services.executor import l402_gateway, node
from apps.lightning.tests.executor.conftest import signed_call
from apps.lightning.tests.executor.networks import advance, gateway, make_network
from openagents.bolt11.decoder import decode
from openagents.embedded.testbed import TESTBED
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
