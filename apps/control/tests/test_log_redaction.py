"""What arrives in headers and bodies of the machines' lanes never leaves through a log, the audit trail or an answer.

The lines are those that a production process writes: rendered by the house's own processors.
"""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
import structlog

from apps.control.services import integrations, lightning_ops, mail_webhooks
from apps.control.tests import test_lightning_ops as lightning
from apps.control.tests import test_mail_webhooks as mail
from apps.control.tests.world import Double, Person, call, configure, fresh
from openagents.db.models import AuditEvent

OPS_SECRET = "example-ops-secret-that-leaks-nowhere"


class Lines:
    """Everything logged since the start, as text."""

    def __init__(self, stream: StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The process's own log handler at its most talkative, writing into memory."""
    root = logging.getLogger()
    (own,) = [
        handler for handler in root.handlers if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    copy = logging.StreamHandler(StringIO())
    copy.setFormatter(own.formatter)
    level = root.level
    root.addHandler(copy)
    root.setLevel(logging.DEBUG)
    logging.getLogger("django.db").setLevel(logging.WARNING)
    try:
        yield Lines(copy.stream)
    finally:
        root.removeHandler(copy)
        root.setLevel(level)
        logging.getLogger("django.db").setLevel(logging.NOTSET)


@pytest.fixture(autouse=True)
def configured(settings: Any, nobody_listens: None) -> None:
    configure(settings, oa_lightning_ops_secret=OPS_SECRET, oa_mail_webhook_secrets=f"resend={mail.SECRET}")


def audited() -> str:
    return json.dumps(list(AuditEvent.objects.order_by("-occurred_at").values_list("attributes", flat=True)[:40]))


def fails(*args: Any, **options: Any) -> Any:
    raise RuntimeError(f"planted: {args!r} {options!r}")


HEADERS = {
    "svix-signature": f"v1,{'c2lnbmF0dXJl' * 4}",
    "x-oa-lightning-ops-secret": OPS_SECRET,
    "x-oa-runtime-signature": f"v1.{'a' * 40}.{'b' * 43}",
    "x-oa-internal-signature": "ab" * 32,
    "authorization": f"Bearer oa_at_{'0a' * 32}",
    "cookie": "oa_maintenance_bypass=1772000900.d5gWzG8GfbJSUfDxHakcq3P4sCIfzDUlHJzupwCEgkc",
}
FIELDS = {
    "secret": "re_live_0123456789",
    "token": "a-token-of-some-kind",
    "refresh_token": f"oa_rt_{'1b' * 32}",
    "refreshToken": f"oa_rt_{'2c' * 32}",
    "code": "482913",
    "paymentProofValue": "3d" * 32,
}


@pytest.mark.parametrize("name", [*HEADERS, *FIELDS])
def test_a_careless_log_line_is_redacted_by_name(lines: Lines, name: str) -> None:
    value = {**HEADERS, **FIELDS}[name]
    log = structlog.get_logger("oa.control.test")
    log.warning("careless", **{name: value})
    log.warning("careless", headers=dict(HEADERS), body={"args": [dict(FIELDS)]})
    log.warning("careless", **{name.replace("-", "_"): value})
    log.warning("careless", **{name.title() if "-" in name else name: value})
    assert lines.text.count("careless") == 4
    assert value not in lines.text


def test_a_webhooks_signature(lines: Lines, runtime: Double) -> None:
    runtime.answer("POST", mail.FORWARD, 202, {"event_id": "e"})
    event_id, body = fresh("msg"), json.dumps(mail.event()).encode()
    wrong = f"v1,{secrets.token_hex(24)}"
    answers = [mail.send(body, event_id=event_id), mail.send(body, svix_signature=wrong)]
    assert [answer.status for answer in answers] == [200, 401]
    shown = lines.text + audited() + "".join(answer.content.decode() for answer in answers)
    assert "v1," not in shown, "neither the right signature nor a wrong one"
    for secret in (wrong, mail.SECRET, "dev@example.com"):
        assert secret not in shown


def test_a_lightning_secret_and_a_proof(lines: Lines) -> None:
    preimage = secrets.token_hex(32)
    owner, paywall = fresh("owner"), lightning_paywall()
    args = {
        "settlementId": fresh("set"),
        "paywallId": paywall,
        "ownerId": owner,
        "amountMsats": 1000,
        "paymentProofType": "lightning_preimage",
        "paymentProofValue": preimage,
        "paymentHash": hashlib.sha256(bytes.fromhex(preimage)).hexdigest(),
    }
    settled = ops("lightning/settlements:ingestSettlement", args)
    other = secrets.token_hex(32)
    mismatch = ops("lightning/settlements:ingestSettlement", {**args, "paymentProofValue": other})
    in_args = ops("lightning/settlements:ingestSettlement", {**args, "secret": "wrong-" + OPS_SECRET}, header=None)
    in_header = ops("lightning/settlements:ingestSettlement", args, header="wrong-" + OPS_SECRET)
    assert [row.status for row in (settled, mismatch, in_args, in_header)] == [200, 422, 401, 401]
    shown = lines.text + audited() + "".join(row.content.decode() for row in (settled, mismatch, in_args, in_header))
    for secret in (preimage, other, OPS_SECRET):
        assert secret not in shown


@pytest.mark.parametrize(
    ("module", "name", "send"),
    [
        (mail_webhooks, "_read", lambda person: mail.send(mail.event())),
        (lightning_ops, "_changed", lambda person: ops("lightning/security:setGlobalPause", {"secret": OPS_SECRET})),
        (
            integrations,
            "_key_id",
            lambda person: person.post("/api/integrations/resend", {"secret": "re_live_0123456789"}),
        ),
    ],
    ids=["webhook", "lightning", "integration"],
)
def test_an_unforeseen_error_tells_no_secret(
    lines: Lines,
    monkeypatch: pytest.MonkeyPatch,
    person: Person,
    module: Any,
    name: str,
    send: Callable[[Person], Any],
) -> None:
    monkeypatch.setattr(module, name, lambda *args: fails())
    answer = send(person)
    assert answer.status == 500 and b"planted" not in answer.content
    assert "planted" in lines.text, "the operator sees what happened"
    for secret in (mail.SECRET, OPS_SECRET, "re_live_0123456789", person.access, "v1,"):
        assert secret not in lines.text


def ops(function: str, args: dict[str, Any], header: str | None = OPS_SECRET) -> Any:
    headers = {} if header is None else {"x_oa_lightning_ops_secret": header}
    return call("POST", f"{lightning.BASE}/mutation", {"functionName": function, "args": args}, **headers)


def lightning_paywall() -> str:
    answer = ops("lightning/ops:upsertPaywall", lightning.paywall())
    assert answer.status == 200, answer.content
    return str(answer.json["paywall"]["paywallId"])
