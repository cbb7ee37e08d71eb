"""The economy gateway: everybody's own receipts, everything for operators, never a secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apps.control.tests.world import NOWHERE, Double, Person, call, configure, double, sign_in

RECEIPT = {"receipt_id": "rc_1", "run_id": "r1", "schema": "s", "body": {"amount": 5}}
AEGIS = "/v1/aegis/receipts"
HYDRA = "/v1/hydra/receipts"
OPS = "/internal/v1/lightning-ops"


@pytest.fixture(autouse=True)
def nobody_else_listens(settings: Any) -> None:
    configure(settings, oa_hydra_base_url=NOWHERE, oa_aegis_base_url=NOWHERE, oa_lightning_ops_base_url=NOWHERE)


@pytest.fixture
def hydra(settings: Any) -> Iterator[Double]:
    with double("hydra") as found:
        configure(settings, oa_hydra_base_url=found.url)
        yield found


@pytest.fixture
def aegis(settings: Any) -> Iterator[Double]:
    with double("aegis") as found:
        configure(settings, oa_aegis_base_url=found.url)
        yield found


@pytest.fixture
def lightning(settings: Any) -> Iterator[Double]:
    with double("lightning") as found:
        configure(settings, oa_lightning_ops_base_url=found.url)
        yield found


@pytest.fixture
def operator(settings: Any) -> Person:
    person = sign_in()
    configure(settings, oa_admin_emails=[person.email])
    return person


def owns(runtime: Double, run_id: str, status: int = 200) -> None:
    runtime.answer("GET", f"/internal/v1/runs/{run_id}", status, {"run": {}} if status == 200 else {"error": "x"})


def test_hydras_receipts_of_an_own_run(runtime: Double, hydra: Double, person: Person) -> None:
    owns(runtime, "r1")
    hydra.answer("GET", HYDRA, 200, {"schema": "s", "receipts": [RECEIPT], "next_cursor": "c2"})
    data = person.get("/api/receipts?class=invoice_pay&run_id=r1&limit=3&cursor=c1").data
    assert data == {"receipts": [RECEIPT], "next_cursor": "c2"}
    (request,) = hydra.received
    assert request.target == f"{HYDRA}?class=invoice_pay&limit=3&run_id=r1&cursor=c1"
    assert request.act.user_id == person.user_id


def test_hydras_receipts_of_others_are_not_shown(runtime: Double, hydra: Double, person: Person) -> None:
    owns(runtime, "r2", 403)
    assert person.get("/api/receipts").fields == {"run_id"}
    assert person.get("/api/receipts?run_id=r2").status == 403
    assert person.get("/api/receipts?run_id=..").status == 403
    owns(runtime, "r3", 500)
    assert person.get("/api/receipts?run_id=r3").status == 503
    assert hydra.received == []


def test_aegis_shows_the_callers_own(aegis: Double, person: Person) -> None:
    aegis.answer("GET", AEGIS, 200, {"receipts": [], "next_after_seq": 9})
    assert person.get("/api/receipts?plane=aegis&cursor=5&owner_key=user:evil").data["next_cursor"] == "9"
    assert aegis.received[0].target == f"{AEGIS}?limit=50&after_seq=5&owner_key=user%3A{person.user_id}"
    assert person.get("/api/receipts?plane=aegis&cursor=x").fields == {"cursor"}


def test_lightning_is_for_operators(lightning: Double, person: Person) -> None:
    for path in ("/api/receipts?plane=lightning", "/api/receipts/x?plane=lightning", "/api/wallet/status"):
        assert person.get(path).status == 403
    assert lightning.received == []


def test_an_operator_sees_all(hydra: Double, aegis: Double, lightning: Double, operator: Person) -> None:
    for found, path in ((hydra, HYDRA), (aegis, AEGIS), (lightning, f"{OPS}/receipts")):
        found.answer("GET", path, 200, {"receipts": [RECEIPT]})
        plane = found.audience
        answer = operator.get(f"/api/receipts?plane={plane}&class=k")
        assert answer.data == {"receipts": [RECEIPT], "next_cursor": None}
        assert found.received[0].act.roles == ("owner", "operator")
    assert hydra.received[0].target == f"{HYDRA}?class=k&limit=50"
    assert aegis.received[0].target == f"{AEGIS}?class=k&limit=50"
    assert lightning.received[0].target == f"{OPS}/receipts?kind=k&limit=50"


@pytest.mark.parametrize(
    ("receipt", "owned", "status"),
    [
        ({**RECEIPT, "run_id": "r1"}, 200, 200),
        ({**RECEIPT, "run_id": "r1"}, 404, 404),
        ({**RECEIPT, "run_id": None}, 200, 404),
        ({**RECEIPT, "owner_key": "user:evil"}, 200, 404),
    ],
)
def test_a_single_receipt_is_there_for_its_owner(
    runtime: Double, hydra: Double, person: Person, receipt: dict[str, Any], owned: int, status: int
) -> None:
    owns(runtime, "r1", owned)
    hydra.answer("GET", f"{HYDRA}/rc_1", 200, receipt)
    answer = person.get("/api/receipts/rc_1")
    assert answer.status == status
    if status == 200:
        assert answer.data == {"receipt": receipt}


def test_a_receipt_with_the_callers_key(aegis: Double, person: Person) -> None:
    mine = {"receipt_id": "a:1", "owner_key": f"user:{person.user_id}"}
    aegis.answer("GET", f"{AEGIS}/a:1", 200, {"receipt": mine})
    assert person.get("/api/receipts/a%3A1?plane=aegis").data == {"receipt": mine}
    assert person.get("/api/receipts/unknown?plane=aegis").status == 404
    assert person.get("/api/receipts/..?plane=aegis").status == 404


def test_the_wallet_keeps_its_secrets(lightning: Double, operator: Person) -> None:
    status = {
        "state": "ready",
        "balance_sats": 5,
        "seedPhrase": "x",
        "onchain": {"depositAddress": "bc1", "confirmed_sats": 1},
        "peers": [{"alias": "a", "macaroon": "m", "adminKey": "x", "node_pubkey": "02", "api_key": "k"}],
    }
    lightning.answer("GET", f"{OPS}/wallet/status", 200, status)
    assert operator.get("/api/wallet/status").data == {
        "state": "ready",
        "balance_sats": 5,
        "onchain": {"confirmed_sats": 1},
        "peers": [{"alias": "a", "node_pubkey": "02"}],
    }


@pytest.mark.parametrize("plane", ["hydra", "aegis", "lightning"])
def test_an_absent_plane_is_503(operator: Person, plane: str) -> None:
    for path in (f"/api/receipts?plane={plane}", f"/api/receipts/x?plane={plane}"):
        answer = operator.get(path)
        assert (answer.status, answer.code) == (503, "service_unavailable")


def test_an_unreadable_answer_is_503(hydra: Double, operator: Person) -> None:
    for body in (b"[]", b"{}", b'{"receipts":5}', b"<html>"):
        hydra.answer("GET", HYDRA, 200, body)
        assert operator.get("/api/receipts").status == 503


def test_sessions_only(person: Person) -> None:
    assert call("GET", "/api/receipts").status == 401
    assert person.get("/api/receipts?plane=mars").fields == {"plane"}
    assert person.get("/api/receipts?limit=201").fields == {"limit"}
