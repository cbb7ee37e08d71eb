"""LND's transport and words: the pinned certificate, both error shapes, and every way an answer can go missing."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from apps.lightning.config import Config
from apps.lightning.gateways.lnd import administration, driver
from apps.lightning.gateways.lnd import gateway as lnd_gateway
from apps.lightning.gateways.lnd.gateway import LndGateway
from apps.lightning.gateways.lnd.rest import BadPin, Rest
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, Outcome, Tracked
from apps.lightning.tests.executor import lnd_double
from apps.lightning.tests.executor.lnd_double import LndDouble, answer, cut, messages, raw, refusal, silence
from apps.lightning.tests.executor.networks import FEE_LIMIT, gateway, make_network
from openagents.bolt11.decoder import decode
from openagents.bolt11.invoice import Invoice

HASH = "ab" * 32
SEND = ("POST", "/v2/router/send")
TRACK = ("GET", "/v2/router/track/")


@pytest.fixture
def double() -> Iterator[LndDouble]:
    with LndDouble(gateway(make_network())) as made:
        yield made


def node_of(double: LndDouble, **changes: Any) -> LndGateway:
    terms = {"cert": double.cert, "macaroon": double.macaroon, "timeout_s": 5.0, "url": double.url} | changes
    return LndGateway(Rest(terms["url"], terms["cert"], terms["macaroon"], timeout_s=terms["timeout_s"]))


@pytest.fixture
def node(double: LndDouble) -> LndGateway:
    return node_of(double)


def send(node: LndGateway, payment_hash: str = HASH) -> Any:
    return node.send("lnbcrt1any", payment_hash, None, FEE_LIMIT, 1)


def payment(**changes: Any) -> dict[str, Any]:
    return {
        "payment_hash": HASH, "value_msat": "45000", "fee_msat": "1004", "payment_preimage": "cd" * 32,
        "status": "SUCCEEDED", "failure_reason": "FAILURE_REASON_NONE", "creation_time_ns": "1771618000000000000",
        "payment_index": "1",
        "htlcs": [
            {"status": "FAILED", "resolve_time_ns": "1771618009999999999"},
            {"status": "SUCCEEDED", "resolve_time_ns": "1771618000456999999"},
            {"status": "SUCCEEDED", "resolve_time_ns": "1771618000123999999"},
        ],
    } | changes  # fmt: skip


# Transport


def test_only_the_pinned_certificate_is_accepted(double: LndDouble) -> None:
    other, _ = lnd_double.certificate()
    with pytest.raises(GatewayError) as refused:
        node_of(double, cert=other).info()
    assert refused.value.code == "connect_failed"
    assert double.requests == []
    sent = send(node_of(double, cert=other))
    assert (sent.outcome, sent.code) == (Outcome.FAILED, "connect_failed")
    assert double.requests == []


def test_what_is_no_certificate_or_macaroon_is_refused_without_quoting_it(double: LndDouble) -> None:
    for terms in ({"cert": b"secret-cert"}, {"cert": b"\xff"}, {"macaroon": "secret-macaroon"}):
        with pytest.raises(BadPin) as refused:
            node_of(double, **terms)
        assert "secret" not in str(refused.value)


def test_a_wrong_macaroon_is_an_auth_failure_and_nothing_is_sent(double: LndDouble) -> None:
    node = node_of(double, macaroon="00")
    with pytest.raises(GatewayError, match="macaroon"):
        node.info()
    sent = send(node)
    assert (sent.outcome, sent.code) == (Outcome.FAILED, "connect_failed")
    assert node.track(HASH).tracked is Tracked.UNREACHABLE


def test_a_locked_wallet_does_not_connect(double: LndDouble, node: LndGateway) -> None:
    double.state = "LOCKED"
    with pytest.raises(GatewayError, match="locked"):
        node.connect()
    assert send(node).code == "connect_failed"
    double.state = "SERVER_ACTIVE"
    node.connect()


def test_a_node_that_is_not_there_was_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    cert, _ = lnd_double.certificate()
    node = LndGateway(Rest(f"https://127.0.0.1:{port}", cert, "00", timeout_s=2))
    assert (send(node).outcome, send(node).code) == (Outcome.FAILED, "connect_failed")
    assert node.track(HASH).tracked is Tracked.UNREACHABLE
    with pytest.raises(GatewayError):
        node.create_invoice(1, "", 60)


# Payments


def test_a_payment_is_ordered_as_lnd_wants_it(double: LndDouble, node: LndGateway) -> None:
    double.script(*SEND, messages(payment()))
    node.send("lnbcrt1any", HASH, 45_000, 7_000, 30, host="ignored.test")
    assert double.asked(*SEND) == [
        {
            "payment_request": "lnbcrt1any", "amt_msat": "45000", "fee_limit_msat": "7000", "timeout_seconds": 30,
            "no_inflight_updates": True, "allow_self_payment": False, "max_parts": 16,
        }
    ]  # fmt: skip
    double.script(*SEND, messages(payment()))
    send(node)
    assert "amt_msat" not in double.asked(*SEND)[1]


def test_the_time_of_a_payment_is_that_of_its_last_part(double: LndDouble, node: LndGateway) -> None:
    double.script(*SEND, messages(payment(status="IN_FLIGHT"), payment(), payment(status="FAILED")))
    sent = send(node)
    assert sent.outcome is Outcome.SUCCEEDED
    assert sent.settled.paid_at_ms == 1_771_618_000_456
    assert sent.settled.payment_id == f"lnd_pay_{HASH[:32]}"
    double.script(*SEND, messages(payment(htlcs=[])))
    assert send(node).settled.paid_at_ms == 1_771_618_000_000


@pytest.mark.parametrize("preimage", ["0" * 64, "", "xyz"])
def test_a_preimage_of_zeros_is_none(double: LndDouble, node: LndGateway, preimage: str) -> None:
    double.script(*SEND, messages(payment(payment_preimage=preimage)))
    assert send(node).settled.preimage is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("TIMEOUT", "timeout"),
        ("NO_ROUTE", "no_route"),
        ("ERROR", "error"),
        ("INCORRECT_PAYMENT_DETAILS", "incorrect_payment_details"),
        ("INSUFFICIENT_BALANCE", "insufficient_balance"),
        ("CANCELED", "canceled"),
        ("NONE", "none"),
        ("OF_TOMORROW", "error"),
    ],
)
def test_each_failure_reason_has_its_word(double: LndDouble, node: LndGateway, name: str, reason: str) -> None:
    failed = payment(status="FAILED", failure_reason=f"FAILURE_REASON_{name}", payment_preimage="0" * 64)
    double.script(*SEND, messages(failed))
    double.script(*TRACK, messages(failed))
    sent, tracked = send(node), node.track(HASH)
    assert (sent.outcome, sent.code, sent.reason) == (Outcome.FAILED, "payment_failed", reason)
    assert (tracked.tracked, tracked.code, tracked.reason) == (Tracked.FAILED, "payment_failed", reason)


@pytest.mark.parametrize(
    "reply",
    [
        cut,
        raw(b"<html>bad gateway</html>", 502),
        raw(b"{}", 503),
        raw(b"{}", 504),
        raw(b"no json"),
        raw(b"[]"),
        refusal(503, 14, "transport is closing", streamed=True),
        refusal(504, 4, "context deadline exceeded"),
        messages(),
        messages(payment(payment_hash="00" * 32)),
        messages(payment(status="OF_TOMORROW")),
        messages(payment(value_msat="many")),
        messages({"status": 7}),
    ],
)
def test_no_answer_or_a_wrong_one_is_unknown_never_failed(
    double: LndDouble, node: LndGateway, reply: lnd_double.Reply
) -> None:
    double.script(*SEND, reply)
    assert send(node).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("then", [None, cut])
def test_an_end_of_the_stream_after_an_update_is_in_flight(
    double: LndDouble, node: LndGateway, then: lnd_double.Reply | None
) -> None:
    double.script(*SEND, messages(payment(status="IN_FLIGHT"), then=then))
    assert send(node).outcome is Outcome.IN_FLIGHT


def test_a_node_that_never_answers_is_unknown_after_its_time(
    double: LndDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lnd_gateway, "READ_GRACE_SECONDS", -0.8)
    double.script(*SEND, silence)
    double.script(*TRACK, silence)
    node = node_of(double, timeout_s=0.5)
    assert send(node).outcome is Outcome.UNKNOWN
    assert node.track(HASH).tracked is Tracked.UNREACHABLE


TRANSITION = "payment is in transition"
SETTLED, FAILED, FLYING = payment(), payment(status="FAILED"), payment(status="IN_FLIGHT")
NOT_INITIATED = refusal(404, 5, "payment isn't initiated", streamed=True)


@pytest.mark.parametrize(
    ("told", "tracked", "outcome", "code"),
    [
        (refusal(409, 6, TRANSITION, streamed=True), messages(FLYING), Outcome.IN_FLIGHT, ""),
        (refusal(409, 6, "invoice is already paid"), messages(SETTLED), Outcome.SUCCEEDED, ""),
        (refusal(409, 6, "payment already exists"), messages(FAILED), Outcome.FAILED, "payment_failed"),
        (refusal(409, 6, TRANSITION), NOT_INITIATED, Outcome.UNKNOWN, ""),
        (refusal(409, 6, TRANSITION), cut, Outcome.UNKNOWN, ""),
        (refusal(500, 2, "some trouble", streamed=True), NOT_INITIATED, Outcome.FAILED, "send_failed"),
        (refusal(400, 3, "bad invoice"), NOT_INITIATED, Outcome.FAILED, "send_failed"),
        (refusal(500, 2, "some trouble"), messages(SETTLED), Outcome.SUCCEEDED, ""),
        (refusal(500, 2, "some trouble"), messages(FLYING), Outcome.IN_FLIGHT, ""),
        (refusal(500, 2, "some trouble"), cut, Outcome.UNKNOWN, ""),
        (refusal(500, 2, "invoice expired. Valid until"), cut, Outcome.FAILED, "invoice_expired"),
        (refusal(403, 7, "permission denied"), cut, Outcome.FAILED, "connect_failed"),
        (refusal(401, 16, "no macaroon"), cut, Outcome.FAILED, "connect_failed"),
        (refusal(500, 2, "expected 1 macaroon, got 0"), cut, Outcome.FAILED, "connect_failed"),
    ],
)
def test_a_refusal_is_believed_only_as_far_as_the_node_confirms_it(
    double: LndDouble,
    node: LndGateway,
    told: lnd_double.Reply,
    tracked: lnd_double.Reply,
    outcome: Outcome,
    code: str,
) -> None:
    double.script(*SEND, told)
    double.script(*TRACK, tracked)
    sent = send(node)
    assert (sent.outcome, sent.code) == (outcome, code)


def test_a_refusal_after_the_first_message_is_unknown(double: LndDouble, node: LndGateway) -> None:
    def then(handler: lnd_double.Handler) -> None:
        handler.put({"error": {"code": 2, "message": "the node is going down", "details": []}})

    double.script(*SEND, messages(payment(status="IN_FLIGHT"), then=then))
    assert send(node).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "reply", [cut, raw(b"", 404), raw(b"nothing", 200), messages(), refusal(500, 2, "trouble"), raw(b"{}", 502)]
)
def test_tracking_never_takes_silence_for_not_known(
    double: LndDouble, node: LndGateway, reply: lnd_double.Reply
) -> None:
    double.script(*TRACK, reply)
    assert node.track(HASH).tracked is Tracked.UNREACHABLE


def test_hashes_stand_in_paths_as_padded_url_safe_base64(double: LndDouble, node: LndGateway) -> None:
    payment_hash = "fb" * 32
    double.script(*TRACK, messages(payment(payment_hash=payment_hash)))
    assert node.track(payment_hash).tracked is Tracked.SUCCEEDED
    ((_, path, query),) = double.requests
    encoded = path.removeprefix(TRACK[1])
    assert base64.urlsafe_b64decode(encoded).hex() == payment_hash
    assert encoded.endswith("=")
    assert "+" not in encoded
    assert query == {"no_inflight_updates": "false"}


# The other calls

POINT = f"{'ab' * 32}:1"
CHANGES: dict[str, tuple[str, str, Callable[[LndGateway], Any]]] = {
    "create_invoice": ("POST", "/v1/invoices", lambda node: node.create_invoice(1_000, "", 60)),
    "send_onchain": ("POST", "/v1/transactions", lambda node: node.send_onchain("bcrt1q", 1, 1, "l", plan_id="p")),
    "open_channel": ("POST", "/v1/channels", lambda node: node.open_channel("02" * 33, 1, 1, False, "m")),
    "close_channel": ("DELETE", "/v1/channels/", lambda node: node.close_channel(POINT, False, 1)),
    "update_policy": ("POST", "/v1/chanpolicy", lambda node: node.update_policy(POINT, 0, 1, 40)),
    "connect_peer": ("POST", "/v1/peers", lambda node: node.connect_peer("02" * 33, "host:9735")),
}
READS: dict[str, tuple[str, Callable[[LndGateway], Any]]] = {
    "connect": ("/v1/state", lambda node: node.connect()),
    "info": ("/v1/getinfo", lambda node: node.info()),
    "lookup_invoice": ("/v1/invoice/", lambda node: node.lookup_invoice(HASH)),
    "subscribe": ("/v1/invoices", lambda node: list(node.subscribe_settled(0, 0))),
    "receive_address": ("/v1/newaddress", lambda node: node.receive_address()),
    "estimate": ("/v1/transactions/fee", lambda node: node.estimate_onchain("bcrt1q", 1, "fast")),
    "find_onchain": ("/v1/transactions", lambda node: node.find_onchain("x")),
    "balances": ("/v1/balance/", lambda node: node.node_balances()),
    "channels": ("/v1/channels", lambda node: node.channels()),
    "pending": ("/v1/channels/pending", lambda node: node.pending()),
    "opened": ("/v1/channels/pending", lambda node: node.opened("m")),
    "backup": ("/v1/channels/backup", lambda node: node.backup()),
}
LOST = [cut, raw(b"oops"), raw(b"{}", 502), refusal(503, 14, "unavailable"), raw(b"[]")]


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("reply", LOST)
def test_a_change_without_an_answer_may_have_happened(
    double: LndDouble, node: LndGateway, name: str, reply: lnd_double.Reply
) -> None:
    method, path, call = CHANGES[name]
    double.script(method, path, reply)
    with pytest.raises(GatewayUnclear):
        call(node)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_that_the_node_refuses_us_did_not_happen(double: LndDouble, node: LndGateway, name: str) -> None:
    method, path, call = CHANGES[name]
    double.script(method, path, refusal(500, 2, "verification failed: cannot get macaroon", streamed=True))
    with pytest.raises(GatewayError) as refused:
        call(node)
    assert refused.value.code == "connect_failed"


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("reply", [*LOST, refusal(500, 2, "trouble")])
def test_a_read_that_fails_fails_as_one_thing(
    double: LndDouble, node: LndGateway, name: str, reply: lnd_double.Reply
) -> None:
    path, call = READS[name]
    double.script("GET", path, reply)
    with pytest.raises(GatewayError):
        call(node)


@pytest.mark.parametrize(
    ("name", "path", "body"),
    [
        ("balances", "/v1/balance/", {"local_balance": "many"}),
        ("channels", "/v1/channels", {"channels": "many"}),
        ("find_onchain", "/v1/transactions", {"transactions": [{"label": "x", "time_stamp": True}]}),
        ("subscribe", "/v1/invoices", {"invoices": [{"state": "SETTLED", "r_hash": "!"}]}),
        ("info", "/v1/getinfo", {"identity_pubkey": 7}),
    ],
)
def test_an_answer_of_another_shape_is_a_failure_not_a_value(
    double: LndDouble, node: LndGateway, name: str, path: str, body: Any
) -> None:
    double.script("GET", path, answer(200, body))
    with pytest.raises(GatewayError):
        READS[name][1](node)


def test_an_unfamiliar_refusal_of_a_change_is_unclear(double: LndDouble, node: LndGateway) -> None:
    double.script("POST", "/v1/transactions", refusal(500, 2, "something new"))
    with pytest.raises(GatewayUnclear):
        node.send_onchain("bcrt1q", 1, 1, "l", plan_id="p")
    double.script("POST", "/v1/transactions", refusal(500, 2, "Insufficient funds available"))
    with pytest.raises(GatewayError):
        node.send_onchain("bcrt1q", 1, 1, "l", plan_id="p")


def test_an_invoice_with_another_hash_than_its_text_is_unclear(double: LndDouble, node: LndGateway) -> None:
    made = double.node.create_invoice(1_000, "", 60)
    double.script(
        "POST",
        "/v1/invoices",
        answer(200, {"r_hash": base64.b64encode(bytes(32)).decode(), "payment_request": made.invoice}),
    )
    with pytest.raises(GatewayUnclear):
        node.create_invoice(1_000, "", 60)


def test_funding_ids_come_in_either_form(double: LndDouble, node: LndGateway) -> None:
    txid = bytes(range(32))
    plain = {"funding_txid_str": txid.hex(), "output_index": 2}
    reversed_bytes = {"funding_txid_bytes": base64.b64encode(txid[::-1]).decode(), "output_index": 2}
    double.script("POST", "/v1/channels", answer(200, plain), answer(200, reversed_bytes), answer(200, {}))
    opened = [node.open_channel("02" * 33, 1, 1, False, "m") for _ in range(2)]
    assert opened[0] == opened[1]
    assert opened[0].funding_txid == txid.hex()
    with pytest.raises(GatewayUnclear):
        node.open_channel("02" * 33, 1, 1, False, "m")
    asked = double.asked("POST", "/v1/channels")[0]
    assert base64.b64decode(asked["node_pubkey"]).hex() == "02" * 33


def test_a_forced_close_names_no_fee(double: LndDouble, node: LndGateway) -> None:
    txid = base64.b64encode(bytes(range(32))[::-1]).decode()
    double.script("DELETE", "/v1/channels/", messages({"chan_close": {"closing_txid": txid, "success": True}}))
    assert node.close_channel(POINT, True, 5) == bytes(range(32)).hex()
    assert double.asked("DELETE", "/v1/channels/") == [{"force": "true"}]


def test_a_peer_that_is_connected_already_is_connected(double: LndDouble, node: LndGateway) -> None:
    double.script("POST", "/v1/peers", refusal(500, 2, "already connected to peer: 02…@host:9735"))
    node.connect_peer("02" * 33, "host:9735")


# What operators ask


def payreq(invoice: Invoice, **changes: Any) -> Any:
    body = {
        "destination": invoice.payee_pubkey, "payment_hash": invoice.payment_hash,
        "num_satoshis": str((invoice.amount_msats or 0) // 1000), "num_msat": str(invoice.amount_msats or 0),
        "timestamp": str(invoice.timestamp), "expiry": str(invoice.expiry_secs), "description": invoice.description,
        "description_hash": "", "fallback_addr": "", "cltv_expiry": str(invoice.min_final_cltv), "route_hints": [],
        "payment_addr": "", "features": {}, "blinded_paths": [],
    }  # fmt: skip
    return answer(200, body | changes)


def test_the_node_reads_an_invoice_as_we_do_or_not(double: LndDouble, node: LndGateway) -> None:
    text = double.node.create_invoice(45_000, "both", 60).invoice
    invoice = decode(text)
    double.script("GET", "/v1/payreq/", payreq(invoice), payreq(invoice, num_msat="1"), payreq(invoice, expiry="1"))
    assert [node.reads_alike(text, invoice) for _ in range(3)] == [True, False, False]


def test_the_books_of_the_node_are_read_page_by_page(
    double: LndDouble, node: LndGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(administration, "PAYMENTS_PAGE", 2)
    pages = [
        {"payments": [payment(payment_index="1"), payment(payment_index="2")], "last_index_offset": "2"},
        {"payments": [payment(payment_index="5", status="IN_FLIGHT")], "last_index_offset": "5"},
    ]
    double.script("GET", "/v1/payments", *(answer(200, page) for page in pages))
    found = list(node.payments())
    assert [(one.payment_index, one.status) for one in found] == [(1, "SUCCEEDED"), (2, "SUCCEEDED"), (5, "IN_FLIGHT")]
    assert [query["index_offset"] for query in double.asked("GET", "/v1/payments")] == ["0", "2"]
    assert double.asked("GET", "/v1/payments")[0]["include_incomplete"] == "true"


def test_an_invoice_is_withdrawn_once_and_stays_so(double: LndDouble, node: LndGateway) -> None:
    double.script(
        "POST",
        "/v2/invoices/cancel",
        answer(200, {}),
        refusal(400, 3, "invoice already canceled"),
        refusal(500, 2, "invoice already settled"),
    )
    node.cancel_invoice(HASH)
    node.cancel_invoice(HASH)
    with pytest.raises(GatewayError):
        node.cancel_invoice(HASH)
    (first, _, _) = double.asked("POST", "/v2/invoices/cancel")
    assert base64.b64decode(first["payment_hash"]).hex() == HASH


def test_macaroons_are_baked_for_a_generation_and_revoked_with_it(double: LndDouble, node: LndGateway) -> None:
    double.script("POST", "/v1/macaroon", answer(200, {"macaroon": "0201ab"}))
    assert node.bake_macaroon([("info", "read"), ("invoices", "write")], 7) == "0201ab"
    assert double.asked("POST", "/v1/macaroon") == [
        {
            "permissions": [{"entity": "info", "action": "read"}, {"entity": "invoices", "action": "write"}],
            "root_key_id": "7",
        }
    ]
    double.script("POST", "/v1/macaroon", answer(200, {"macaroon": "02"}))
    node.bake_macaroon([*administration.EXECUTOR_PERMISSIONS, administration.ONCHAIN_SEND], 8)
    assert len(double.asked("POST", "/v1/macaroon")[1]["permissions"]) == 8
    double.script("DELETE", "/v1/macaroon/7", answer(200, {"deleted": True}), answer(200, {"deleted": False}))
    assert [node.revoke_macaroons(7), node.revoke_macaroons(7)] == [True, False]
    double.script("DELETE", "/v1/macaroon/7", cut)
    with pytest.raises(GatewayUnclear):
        node.revoke_macaroons(7)


def config(**changes: Any) -> Any:
    fields = {
        "oa_lightning_lnd_rest_base_url": "https://127.0.0.1:8080",
        "oa_lightning_lnd_macaroon_hex": "00",
        "oa_lightning_lnd_macaroon_file": "",
        "oa_lightning_lnd_tls_cert_base64": base64.b64encode(lnd_double.certificate()[0]).decode(),
        "oa_lightning_lnd_tls_cert_file": "",
        "oa_lightning_lnd_timeout_ms": 1_000,
    }
    return SimpleNamespace(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"oa_lightning_lnd_rest_base_url": ""}, "OA_LIGHTNING_LND_REST_BASE_URL"),
        ({"oa_lightning_lnd_rest_base_url": "http://127.0.0.1"}, "https"),
        ({"oa_lightning_lnd_macaroon_hex": ""}, "OA_LIGHTNING_LND_MACAROON_HEX"),
        ({"oa_lightning_lnd_macaroon_hex": "zz"}, "macaroon"),
        ({"oa_lightning_lnd_tls_cert_base64": ""}, "OA_LIGHTNING_LND_TLS_CERT_BASE64"),
        ({"oa_lightning_lnd_tls_cert_base64": "!"}, "certificate"),
        ({"oa_lightning_lnd_macaroon_hex": "", "oa_lightning_lnd_macaroon_file": "/nowhere/x"}, "macaroon"),
    ],
)
def test_without_its_secrets_the_driver_ends_the_process_by_name(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        driver.build(config(**changes), lambda: "")


def test_a_macaroon_file_is_read_in_either_form(tmp_path: Any) -> None:
    for content in (b"\x02\x01\x03lnd\xff", b"0201036c6e64ff\n"):
        path = tmp_path / "admin.macaroon"
        path.write_bytes(content)
        changes = {"oa_lightning_lnd_macaroon_hex": "", "oa_lightning_lnd_macaroon_file": str(path)}
        built = driver.build(config(**changes), lambda: "")
        assert built.rest._http.headers["Grpc-Metadata-macaroon"] == "0201036c6e64ff"


def test_the_environment_names_of_the_reference_are_aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BASE_URL": "https://lnd.test", "MACAROON_HEX": "00", "TIMEOUT_MS": "300"}.items():
        monkeypatch.setenv(f"LND_REST_{name}", value)
    found = Config.load()
    assert found.oa_lightning_lnd_rest_base_url == "https://lnd.test"
    assert (found.oa_lightning_lnd_macaroon_hex, found.oa_lightning_lnd_timeout_ms) == ("00", 300)
