"""The wallet executor dies before, during and after every call of its gateway; money moves once and is proven once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from openagents.embedded.testbed import TESTBED
from openagents.peers.keys import Key
from openagents.peers.signature import sign
from openagents.receipts.ids import new_id
from tests.judging import superuser
from tests.system import System, until

pytestmark = pytest.mark.slow

NAME = "lightning-executor"
AMOUNT_MSATS = 21_000
SETTLED_SECONDS_MAX = 40.0
AFTER_SEND = ("executor.send.after", "executor.conclude.before", "executor.conclude.in_tx", "executor.receipt.after")


class Executor:
    """The served process, called as hydra and as the operator."""

    def __init__(self, system: System) -> None:
        self.served = system[NAME]

    def call(self, method: str, path: str, body: Any = None, issuer: str = "hydra") -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        key = Key(f"{issuer}-dev-1", issuer, TESTBED.credentials.internal[issuer].encode())
        signed = sign(key, aud="lightning", method=method, path_with_query=path, body=content)
        headers = {**signed, "content-type": "application/json"}
        with httpx.Client(base_url=self.served.url, timeout=30.0, trust_env=False) as http:
            return http.request(method, path, content=content, headers=headers)

    def start(self, faults: str = "") -> None:
        extra = {"OA_LIGHTNING_SIM_CONTROL": "1", "OA_LIGHTNING_WALLET_RECOVERY_SECS": "0.3"}
        if faults:
            extra["OA_FAULTS"] = faults
        self.served.restart(**extra)
        until(self._writes, 20, "the executor is the active writer", self.served.log_tail)

    def _writes(self) -> bool:
        answer = self.call("GET", "/status")
        return answer.status_code == 200 and bool(answer.json()["status"]["activeWriter"])

    def invoice(self, description: str = "drill") -> str:
        body = {"node": "merchant", "amountMsats": AMOUNT_MSATS, "description": description, "expirySecs": 3600}
        answer = self.call("POST", "/sim/invoices", body, issuer="ops")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["result"]["invoice"])

    def pay(self, request_id: str, invoice: str) -> httpx.Response | None:
        """None: nobody knows, the process died."""
        payment = {"invoice": invoice, "maxAmountMsats": 50_000, "host": "sats4ai.com"}
        try:
            return self.call("POST", "/pay-bolt11", {"requestId": request_id, "payment": payment})
        except httpx.TransportError:
            return None

    def state(self, request_id: str) -> str:
        answer = self.call("GET", f"/payments/{request_id}")
        return "never" if answer.status_code == 404 else str(answer.json()["result"]["state"])


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[Executor]:
    system = System(tmp_path, TESTBED.environment)
    try:
        yield Executor(system)
    finally:
        system.down()


@pytest.fixture
def books() -> Iterator[psycopg.Connection[Any]]:
    with superuser(TESTBED.server, TESTBED.clone("lightning"), "lightning") as opened:
        yield opened


def let_minutes_pass(books: psycopg.Connection[Any], request_id: str) -> None:
    """What otherwise takes two minutes: nobody can still be sending, and no lease is alive."""
    books.execute(
        "UPDATE payment_intent SET lease_expires_at = now() WHERE request_id = %s AND state = 'reserved'", [request_id]
    )
    books.execute(
        "UPDATE payment_intent SET dispatch_started_at = dispatch_started_at - interval '5 minutes',"
        " first_not_found_at = first_not_found_at - interval '5 minutes', next_check_at = NULL"
        " WHERE request_id = %s",
        [request_id],
    )


def assert_paid_once(books: psycopg.Connection[Any], request_id: str) -> None:
    row = books.execute(
        "SELECT id, payment_hash, state FROM payment_intent WHERE request_id = %s", [request_id]
    ).fetchone()
    assert row is not None and row[2] == "succeeded"
    moved = books.execute(
        "SELECT count(*) FROM sim_payment WHERE payment_hash = %s AND state = 'succeeded'", [row[1]]
    ).fetchone()
    receipts = books.execute("SELECT count(*) FROM receipt WHERE intent_id = %s", [row[0]]).fetchone()
    assert (moved, receipts) == ((1,), (1,))
    held = books.execute("SELECT balance_msats FROM ledger_account WHERE account = 'pending'").fetchone()
    assert held == (0,)
    crooked = books.execute("SELECT tx_id FROM ledger_entry GROUP BY tx_id HAVING sum(amount_msats) <> 0").fetchall()
    assert crooked == []


def crash_at(executor: Executor, books: psycopg.Connection[Any], point: str) -> None:
    """Pay with the process dying at `point`; a fresh one finds out, and the repeated request is answered."""
    request_id = new_id("drill")
    invoice = executor.invoice(point)
    executor.start(f"{point}=crash")
    assert executor.pay(request_id, invoice) is None
    executor.served.kill9()
    executor.start()
    if point not in AFTER_SEND:
        assert executor.state(request_id) in ("in_flight", "failed")

    def certain() -> bool:
        if point not in AFTER_SEND:
            let_minutes_pass(books, request_id)
        return executor.state(request_id) == ("succeeded" if point in AFTER_SEND else "failed")

    until(certain, SETTLED_SECONDS_MAX, point, executor.served.log_tail)
    answer = executor.pay(request_id, invoice)
    assert answer is not None and answer.status_code == 200
    assert_paid_once(books, request_id)
    verdict = executor.call("POST", "/receipts/verify", {"receipt": answer.json()["result"]["receipt"]}).json()
    assert set(verdict["result"].values()) == {True}


def test_a_crash_at_every_step_of_a_payment(executor: Executor, books: psycopg.Connection[Any]) -> None:
    executor.start()
    for point in ("executor.dispatch.before", "executor.send.before", *AFTER_SEND):
        crash_at(executor, books, point)


def test_kill_9_under_payments_in_parallel(
    executor: Executor, books: psycopg.Connection[Any], in_parallel: Any
) -> None:
    executor.start()
    invoices = [executor.invoice(f"parallel {index}") for index in range(12)]
    requests = [new_id("drill") for _ in invoices]

    def work(index: int) -> str:
        if index == len(invoices):
            until(lambda: any(_settled(books, request) for request in requests), 20, "some payment went through")
            executor.served.kill9()
            return "killed"
        answer = executor.pay(requests[index], invoices[index])
        return "unknown" if answer is None else str(answer.status_code)

    in_parallel(len(invoices) + 1, work)
    executor.start()

    def all_certain() -> bool:
        for request_id in requests:
            let_minutes_pass(books, request_id)
        return all(executor.state(request_id) != "in_flight" for request_id in requests)

    until(all_certain, SETTLED_SECONDS_MAX, "every payment is certain", executor.served.log_tail)
    for request_id, invoice in zip(requests, invoices, strict=True):
        answer = executor.pay(request_id, invoice)
        assert answer is not None and answer.status_code == 200, answer
        assert_paid_once(books, request_id)


def _settled(books: psycopg.Connection[Any], request_id: str) -> bool:
    row = books.execute("SELECT state FROM payment_intent WHERE request_id = %s", [request_id]).fetchone()
    return row is not None and row[0] == "succeeded"


def test_a_standby_takes_over(tmp_path: Path, executor: Executor, books: psycopg.Connection[Any]) -> None:
    executor.start()
    other = System(tmp_path, TESTBED.environment)
    standby = Executor(other)
    standby.served.start(OA_LIGHTNING_SIM_CONTROL="1")
    try:
        standby.served.wait_ready()
        invoice = executor.invoice("standby")
        request_id = new_id("drill")
        refused = standby.pay(request_id, invoice)
        assert refused is not None and refused.status_code == 503
        assert standby.call("GET", "/status").json()["status"]["activeWriter"] is False
        executor.served.kill9()
        until(standby._writes, 20, "the standby writes", standby.served.log_tail)
        answer = standby.pay(request_id, invoice)
        assert answer is not None and answer.status_code == 200
        assert_paid_once(books, request_id)
    finally:
        other.down()
