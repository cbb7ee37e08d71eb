"""Money events on their way to control: order, repeats, proofs, refusals, control away, a death in between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from apps.lightning.models import IngestEvent
from apps.lightning.services.ops import settlements
from apps.lightning.tests.ops.control_double import ControlDouble
from openagents.ops import faults
from openagents.receipts.ids import new_id

INGEST = "/internal/v1/lightning-ops/settlements/ingest"
POINTS = ["lightning.ingest.before_telling", "lightning.ingest.after_telling"]


class Died(BaseException):
    """The process ends here."""


def settlement(**changes: Any) -> dict[str, Any]:
    name = new_id("set")
    preimage = hashlib.sha256(name.encode()).hexdigest()
    return {
        "kind": "settlement",
        "occurredAtMs": 1_771_618_000_000,
        "settlementId": name,
        "invoiceId": name.replace("set_", "inv_"),
        "paywallId": "pw_a",
        "ownerId": "owner_a",
        "amountMsats": 2000,
        "paymentHash": hashlib.sha256(bytes.fromhex(preimage)).hexdigest(),
        "paymentProofType": "lightning_preimage",
        "paymentProofValue": preimage,
        **changes,
    }


def invoice(of: dict[str, Any], **changes: Any) -> dict[str, Any]:
    names = ("occurredAtMs", "invoiceId", "paywallId", "ownerId", "amountMsats", "paymentHash")
    return {"kind": "invoice_lifecycle", **{name: of[name] for name in names}, "status": "open", **changes}


def test_a_batch_is_told_in_the_order_of_what_happened(control: ControlDouble, call: Callable[..., Any]) -> None:
    paid = settlement(taskId="task_1", requestId="req_1")
    later = settlement(occurredAtMs=1_771_618_000_001)
    found = call("POST", INGEST, {"events": [later, paid, invoice(paid)]})
    assert found.status_code == 200, found.content
    answer = found.json()
    assert [name for name, _ in control.calls] == ["ingestInvoiceLifecycle", "ingestSettlement", "ingestSettlement"]
    assert [args["settlementId"] for args in control.told("ingestSettlement")] == [
        paid["settlementId"],
        later["settlementId"],
    ]
    assert answer["processed"] == 3 and answer["waiting"] == 0 and answer["rejected"] == []
    assert answer["invoiceTransitions"] == [{"invoiceId": paid["invoiceId"], "status": "open", "changed": True}]
    assert answer["correlationRefs"][0] == {
        "settlementId": paid["settlementId"],
        "paymentProofRef": "lightning_preimage:" + paid["paymentProofValue"][:24],
        "requestId": "req_1",
        "taskId": "task_1",
    }
    assert control.told("ingestSettlement")[0]["metadata"] == {"proofVerified": True}


def test_a_repeat_is_one_row_and_existed(control: ControlDouble) -> None:
    paid = settlement()
    assert settlements.ingest([paid]).settlements[0]["existed"] is False
    assert settlements.ingest([paid]).settlements[0]["existed"] is True
    assert IngestEvent.objects.filter(external_id=paid["settlementId"]).count() == 1


@pytest.mark.parametrize(
    ("proof", "reason"),
    [("zz", "invalid_preimage"), ("ab" * 31, "invalid_preimage"), ("00" * 32, "proof_mismatch")],
)
def test_a_bad_proof_is_never_sent_and_holds_up_nobody(control: ControlDouble, proof: str, reason: str) -> None:
    bad, good = settlement(paymentProofValue=proof), settlement()
    summary = settlements.ingest([bad, good])
    assert summary.rejected == [{"kind": "settlement", "external_id": bad["settlementId"], "reason": reason}]
    assert [args["settlementId"] for args in control.told("ingestSettlement")] == [good["settlementId"]]
    row = IngestEvent.objects.get(external_id=bad["settlementId"])
    assert (row.state, row.error) == ("rejected", reason)


def test_another_content_is_a_conflict(control: ControlDouble) -> None:
    paid, other = settlement(), settlement()
    settlements.ingest([paid])
    summary = settlements.ingest([{**paid, "amountMsats": 1}, other])
    assert [one["reason"] for one in summary.rejected] == ["settlement_conflict"]
    assert summary.processed == 1
    states = IngestEvent.objects.filter(external_id=paid["settlementId"]).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["delivered", "rejected"]


def test_what_control_could_not_hear_is_told_when_it_is_back(control: ControlDouble) -> None:
    control.away = True
    paid = settlement()
    assert settlements.ingest([invoice(paid), paid]).waiting == 2
    assert settlements.deliver_waiting().processed == 0
    control.away = False
    assert settlements.deliver_waiting().processed == 2
    assert [name for name, _ in control.calls] == ["ingestInvoiceLifecycle", "ingestSettlement"]
    assert settlements.deliver_waiting().processed == 0


@pytest.mark.parametrize("point", POINTS)
def test_a_death_while_telling_loses_nothing(
    control: ControlDouble, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(name: str) -> None:
        if name == point:
            raise Died

    paid = settlement()
    with monkeypatch.context() as patch, pytest.raises(Died):
        patch.setattr(faults, "point", die)
        settlements.ingest([paid])
    assert IngestEvent.objects.get(external_id=paid["settlementId"]).state == "pending"
    summary = settlements.deliver_waiting()
    assert summary.processed == 1 and summary.settlements[0]["existed"] is (point == POINTS[1])
    assert len(control.settlements) == 1


def test_a_proof_is_nowhere_in_the_open(control: ControlDouble, capsys: pytest.CaptureFixture[str]) -> None:
    paid = settlement(paymentHash=hashlib.sha256(b"another").hexdigest())
    settlements.ingest([paid])
    row = IngestEvent.objects.get(external_id=paid["settlementId"])
    assert row.proof_enc and paid["paymentProofValue"] not in json.dumps([row.body, row.proof_enc, row.error])
    out = capsys.readouterr()
    assert paid["paymentProofValue"] not in out.out + out.err


BAD: list[dict[str, Any]] = [
    {"events": []},
    {"events": [{"kind": "refund"}]},
    {"events": [{**settlement(), "ownerId": ""}]},
    {"events": [{**settlement(), "paymentProofType": "cash"}]},
    {"events": [invoice(settlement(), status="lost")]},
    {"events": "none"},
]


@pytest.mark.parametrize("body", BAD)
def test_what_is_no_event_is_refused_before_anything_is_stored(
    control: ControlDouble, call: Callable[..., Any], body: Any
) -> None:
    before = IngestEvent.objects.count()
    assert call("POST", INGEST, body).status_code == 400
    assert IngestEvent.objects.count() == before and control.calls == []


@pytest.mark.parametrize(("issuer", "status"), [("hydra", 403), ("control", 403), ("runtime", 403)])
def test_only_operators_ingest(control: ControlDouble, call: Callable[..., Any], issuer: str, status: int) -> None:
    assert call("POST", INGEST, {"events": [settlement()]}, issuer=issuer).status_code == status
    assert control.calls == []
