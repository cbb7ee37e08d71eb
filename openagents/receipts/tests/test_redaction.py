"""What logs, audit events and published replays may not show (runtime 9.4, operations 8)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openagents.receipts.canonical import canonical_text
from openagents.receipts.redaction import REDACTED, redact, redact_published
from openagents.receipts.tests.strategies import values

BOTH = [redact, redact_published]
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzAwMDEifQ.c2lnbmF0dXJlLW5vdC1yZWFsLXJlYWxseQ"
SECRET = "correct-horse-battery-staple"

SECRET_NAMES = [
    *("authorization", "Authorization", "api_key", "apiKey", "x-api-key", "password", "preimage", "payment_preimage"),
    *("mnemonic", "macaroon", "invoice", "provider_invoice", "access_token", "refreshToken", "client_secret", "secret"),
    *("x-oa-lightning-ops-secret", "token", "cookie", "nsec", "private_key"),
    *("phone", "address", "deposit_address", "recipient", "recipients"),
]
LOG_NAMES = ["code", "admin_key", "signing_key", "svix-signature", "X-OA-RUNTIME-SIGNATURE", "paymentProofValue"]
KEPT_NAMES = [
    *("invoice_hash", "preimage_sha256", "payload_hash", "payload_sha256", "reason_code", "exit_code", "status_code"),
    *("idempotency_key", "owner_key", "doc_key", "tool", "session_id", "addressee_count", "tokenizer"),
]


@pytest.mark.parametrize("policy", BOTH)
@pytest.mark.parametrize("name", SECRET_NAMES)
def test_the_value_of_a_secret_name_is_hidden_at_any_depth(policy: Any, name: str) -> None:
    assert policy({"a": [{name: SECRET}, {name: {"nested": [SECRET]}}]}) == {"a": [{name: REDACTED}, {name: REDACTED}]}


@pytest.mark.parametrize("name", LOG_NAMES)
def test_logs_hide_more_names_than_replays(name: str) -> None:
    assert redact({name: SECRET}) == {name: REDACTED}


def test_a_published_replay_keeps_codes_keys_and_receipt_signatures() -> None:
    line = {"code": "not_found", "doc_key": "k", "idempotency_key": "i", "signature": {"signature_hex": "ab"}}
    assert redact_published(line) == line


@pytest.mark.parametrize("policy", BOTH)
@pytest.mark.parametrize("name", KEPT_NAMES)
def test_hashes_and_harmless_names_stay(policy: Any, name: str) -> None:
    assert policy({name: 4096, "b": {name: "sha256:ab"}}) == {name: 4096, "b": {name: "sha256:ab"}}


@pytest.mark.parametrize("policy", BOTH)
@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"Authorization: Bearer {SECRET}", SECRET),
        (f"authorization=L402 {SECRET}:abcdef", SECRET),
        (f"sent {JWT}, then failed", JWT),
        (f"({JWT})", JWT),
        ("key oa_pat_" + "ab" * 32, "oa_pat_"),
        ("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", "nsec1vl"),
        ("to dev@example.com, now", "dev@"),
        ("<Jörg.Müller+x@mail.exämple.co.uk>", "rg.M"),
        ("a" * 70 + "@example.com", "a@example"),
    ],
)
def test_secret_patterns_are_hidden_in_any_text(policy: Any, text: str, hidden: str) -> None:
    assert hidden not in policy(text)
    assert hidden not in policy({"note": [text]})["note"][0]


@pytest.mark.parametrize("policy", BOTH)
def test_a_number_of_tokens_is_no_secret(policy: Any) -> None:
    assert policy({"max_tokens": 4096, "tokens": "abc"}) == {"max_tokens": 4096, "tokens": REDACTED}


def test_an_address_in_a_log_keeps_its_first_letter_and_domain() -> None:
    assert redact("to dev@example.com, now") == "to d***@example.com, now"
    assert redact({"email": "dev@example.com"}) == {"email": "d***@example.com"}
    assert redact({"email": "no address"}) == {"email": REDACTED}


def test_an_address_in_a_published_replay_is_gone() -> None:
    assert redact_published("to dev@example.com, now") == f"to {REDACTED}, now"
    assert redact_published({"email": "dev@example.com"}) == {"email": REDACTED}


@pytest.mark.parametrize("policy", BOTH)
def test_ordinary_text_is_left_alone(policy: Any) -> None:
    for text in ("make test", "openagents.runtime.v1.RunStarted", "1.2.3", "the bearer of", "https://a.example/b?c=d"):
        assert policy(text) == text


@pytest.mark.parametrize("policy", BOTH)
def test_nothing_is_not_a_secret(policy: Any) -> None:
    assert policy({"invoice": None, "token": "", "email": None}) == {"invoice": None, "token": REDACTED, "email": None}


def test_containers_keep_their_kind_and_the_original_is_untouched() -> None:
    event = {"a": (1, ["x"]), 7: "y", "object": object, "password": "p"}
    assert redact(event) == {"a": (1, ["x"]), 7: "y", "object": object, "password": REDACTED}
    assert event["password"] == "p"


def test_a_value_that_contains_itself_ends() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    assert REDACTED in repr(redact(loop))


@settings(max_examples=300)
@given(values, st.lists(st.sampled_from(["wrap", "list"]), max_size=5), st.sampled_from(SECRET_NAMES))
def test_no_planted_secret_ever_survives(value: Any, path: list[str], name: str) -> None:
    planted: Any = {name: SECRET, "note": f"Bearer {SECRET} {JWT}", "rest": value}
    for step in path:
        planted = {step: planted} if step == "wrap" else [planted]
    for policy in BOTH:
        shown = canonical_text(policy(planted))
        assert SECRET not in shown and JWT not in shown


@given(values)
def test_redacting_twice_changes_nothing_more(value: Any) -> None:
    for policy in BOTH:
        once = policy(value)
        assert canonical_text(policy(once)) == canonical_text(once)


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a@" * 100_000, "a." * 100_000, "Bearer " * 50_000, "x@" + "a-." * 60_000]
)
def test_long_texts_take_linear_time(text: str) -> None:
    redact(text)
    redact_published(text)
