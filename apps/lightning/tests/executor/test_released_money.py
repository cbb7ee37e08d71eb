"""What failed for certain holds nothing any more: neither room under a cap nor the invoice's payment hash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.lightning.tests.executor.scripted import Scripted

Pay = Callable[..., Any]


def test_what_failed_gives_its_room_back(pay: Pay, gateway: Scripted, configure: Callable[..., None]) -> None:
    configure(oa_lightning_wallet_window_cap_msats=50_000)
    gateway.script = gateway.fail
    assert pay("req-1", gateway.invoice("lost")).status_code == 502
    gateway.script = gateway.succeed
    answer = pay("req-2", gateway.invoice("kept"))
    assert answer.status_code == 200
    assert answer.json()["result"]["windowSpendMsatsAfterPayment"] == 45_000


def test_a_failed_invoice_may_be_paid_under_another_id(pay: Pay, gateway: Scripted) -> None:
    invoice = gateway.invoice("twice")
    gateway.script = gateway.fail
    assert pay("req-1", invoice).status_code == 502
    gateway.script = gateway.succeed
    assert pay("req-2", invoice).status_code == 200
    assert pay("req-1", invoice).status_code == 409
    assert len(gateway.sends) == 2
