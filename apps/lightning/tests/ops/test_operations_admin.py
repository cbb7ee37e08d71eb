"""The operator's pages of the paid gateway open, and show no proof, token or preimage."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.lightning.models import IngestEvent
from apps.lightning.services.ops import settlements
from apps.lightning.tests.ops.control_double import ControlDouble
from apps.lightning.tests.ops.test_settlement_feed import a_rule
from apps.lightning.tests.ops.test_settlements import settlement
from openagents.receipts.ids import new_id

PAGES = ["compiledartifact", "reconcilerun", "servedconfig", "ingestevent", "settlementcursor", "l402credential",
         "l402spend", "smokerun"]  # fmt: skip


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(new_id("op")))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_every_list_opens(operator: Client, page: str) -> None:
    a_rule()
    assert operator.get(reverse(f"admin:lightning_{page}_changelist")).status_code == 200


def test_an_artifact_shows_its_rules(operator: Client) -> None:
    rule = a_rule()
    page = operator.get(reverse("admin:lightning_compiledartifact_change", args=[rule.artifact_id]))
    assert page.status_code == 200 and rule.service_name.encode() in page.content


def test_a_settlement_is_shown_without_its_proof(operator: Client, control: ControlDouble) -> None:
    paid = settlement()
    settlements.ingest([paid])
    row = IngestEvent.objects.get(external_id=paid["settlementId"])
    page = reverse("admin:lightning_ingestevent_change", args=[row.pk])
    answer = operator.get(page)
    assert answer.status_code == 200
    assert paid["paymentProofValue"].encode() not in answer.content and row.proof_enc.encode() not in answer.content
    assert operator.post(page, {}).status_code == 403
