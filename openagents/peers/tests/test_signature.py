"""Signing and verifying: the examples, the reasons, their order, and that nothing else gets through."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from openagents.peers.keys import Key, KeyRing
from openagents.peers.signature import (
    BODY_SHA256,
    GUEST_SCOPE,
    KEY_ID,
    REASONS,
    SIGNATURE,
    TOKEN_LENGTH_MAX,
    USER_ID,
    Act,
    Caller,
    Rejected,
    seal,
    sign,
    verify,
)
from openagents.peers.tests.signing import (
    ABSENT,
    ACT,
    BODY,
    ISSUED,
    KEY,
    NOW,
    OTHER_KEY,
    PATH,
    RING,
    Nonces,
    check,
    claims,
    headers_of,
)

RUNTIME_EXAMPLE = (
    '{"iat":1767225600,"exp":1767225660,"nonce":"nonce-00112233445566778899aabbccddeeff","iss":"control",'
    '"aud":"runtime","kid":"demo-1","mth":"POST","pth":"/internal/v1/runs",'
    '"bsh":"8b05318da1486078fe860184c4397a05fa4869eb85fe5e668247a21b762a1123",'
    '"act":{"user_id":"u_demo","org_id":"org_demo"}}'
)
CONTROL_EXAMPLE = (
    '{"act":{"device_id":"desktop:alpha","org_id":"user:user_0001","roles":["owner"],"session_id":"sess_0001",'
    '"user_id":"user_0001"},"aud":"runtime","bsh":"cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176",'
    '"exp":1772000060,"iat":1772000000,"iss":"control","kid":"runtime-v1","mth":"POST",'
    '"nonce":"nonce-00000000000000000000000000000001","pth":"/internal/v1/threads/thread-1/messages"}'
)


def reason_of(headers: Any, **changes: Any) -> str | None:
    try:
        check(headers, **changes)
    except Rejected as rejected:
        return rejected.reason_code
    return None


# The worked examples


@pytest.mark.parametrize(
    ("text", "secret", "mac"),
    [
        (RUNTIME_EXAMPLE, b"demo-not-a-secret", "Ga8eZbQXLddg9zgHQZqPdDKYf9tsooHy3CXifI1dii8"),
        (CONTROL_EXAMPLE, b"example-runtime-key-not-real", "AaICUe_5rz3q8snI0nl6jWUxh0V26drS6FG2UoPfbE8"),
    ],
)
def test_the_worked_examples_seal_byte_for_byte(text: str, secret: bytes, mac: str) -> None:
    payload = base64.urlsafe_b64encode(text.encode()).rstrip(b"=")
    by_hand = base64.urlsafe_b64encode(hmac.new(secret, payload, hashlib.sha256).digest()).rstrip(b"=").decode()
    assert by_hand == mac
    assert seal(text, secret) == f"v1.{payload.decode()}.{mac}"


def test_the_runtime_example_verifies() -> None:
    caller = verify(
        {SIGNATURE: seal(RUNTIME_EXAMPLE, b"demo-not-a-secret")},
        aud="runtime",
        method="POST",
        path_with_query="/internal/v1/runs",
        body=b'{"metadata":{}}',
        keys=KeyRing.from_csv("demo-1:control:demo-not-a-secret"),
        claim_nonce=Nonces(),
        now=datetime.fromtimestamp(1767225630, UTC),
    )
    assert caller == Caller("control", "demo-1", Act(user_id="u_demo", org_id="org_demo"))


def test_signing_reproduces_the_control_example() -> None:
    key = Key("runtime-v1", "control", b"example-runtime-key-not-real")
    act = Act(
        user_id="user_0001",
        org_id="user:user_0001",
        session_id="sess_0001",
        device_id="desktop:alpha",
        roles=("owner",),
    )
    call: dict[str, Any] = {
        "aud": "runtime",
        "method": "POST",
        "path_with_query": "/internal/v1/threads/thread-1/messages",
        "body": b'{"text":"hello"}',
        "now": datetime.fromtimestamp(1772000000, UTC),
    }
    headers = sign(key, act=act, nonce="nonce-00000000000000000000000000000001", **call)
    assert headers == {
        SIGNATURE: seal(CONTROL_EXAMPLE, key.secret),
        KEY_ID: "runtime-v1",
        BODY_SHA256: "cbbbdcd27692344de5dbab3abcaba413fb0f45307267de7081401576df1cb176",
    }
    assert verify(headers, keys=KeyRing([key]), claim_nonce=Nonces(), **call).act == act


# Signing


def signed(**changes: Any) -> dict[str, str]:
    call: dict[str, Any] = {"aud": "runtime", "method": "POST", "path_with_query": PATH, "body": BODY, "now": NOW}
    return sign(KEY, **{**call, **changes})


def test_what_is_signed_is_what_is_verified() -> None:
    caller = check(signed(act=ACT, rid="req_12345678", shadow=True))
    assert caller == Caller("control", KEY.kid, ACT, "req_12345678", True)
    assert check(signed()) == Caller("control", KEY.kid)


def test_every_signature_has_a_nonce_of_its_own() -> None:
    nonces = Nonces()
    for _ in range(20):
        check(signed(), claim_nonce=nonces)
    assert len({nonce for _, _, nonce, _ in nonces.claimed}) == 20


@pytest.mark.parametrize("ttl", [0, -1, 301])
def test_a_lifetime_out_of_bounds_is_not_signed(ttl: int) -> None:
    with pytest.raises(ValueError, match="ttl"):
        signed(ttl=ttl)


def test_header_names_are_read_in_any_case_and_pairs_are_accepted() -> None:
    headers = signed(act=ACT)
    assert check({name.upper(): value for name, value in headers.items()}).act == ACT
    assert check([("Accept", "*/*"), *headers.items()]).act == ACT


def test_the_operator_is_the_ops_key_or_a_role() -> None:
    assert Caller("ops", "k").is_operator
    assert Caller("control", "k", Act(user_id="u", roles=("owner", "operator"))).is_operator
    assert not Caller("control", "k", ACT).is_operator and not Caller("control", "k").is_operator


# The reasons, one by one


def token(text: str) -> str:
    return seal(text, KEY.secret)


OPEN = {"user_id": "u_1"}
REFUSALS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    # (what, reason, headers, call)
    ("no header", "missing_signature", headers_of(claims(), **{SIGNATURE: ABSENT}), {}),
    ("empty header", "missing_signature", headers_of(claims(), **{SIGNATURE: ""}), {}),
    ("other version", "malformed_signature", headers_of(claims(), **{SIGNATURE: "v2.e30.AAAA"}), {}),
    ("two parts", "malformed_signature", headers_of(claims(), **{SIGNATURE: "v1.e30"}), {}),
    ("padding", "malformed_signature", headers_of(claims(), **{SIGNATURE: "v1.e30=.AAAA"}), {}),
    ("trailing newline", "malformed_signature", headers_of(claims(), **{SIGNATURE: token("{}") + "\n"}), {}),
    ("impossible base64", "malformed_signature", headers_of(claims(), **{SIGNATURE: "v1.e.AAAA"}), {}),
    ("not JSON", "malformed_signature", headers_of("{"), {}),
    ("not an object", "malformed_signature", headers_of("[]"), {}),
    ("duplicate claim", "malformed_signature", headers_of('{"kid":"control-1","kid":"hydra-1"}'), {}),
    ("too deep", "malformed_signature", headers_of('{"x":' + "[" * 20 + "]" * 20 + "}"), {}),
    ("too long", "malformed_signature", headers_of(claims(x="x" * TOKEN_LENGTH_MAX)), {}),
    ("no kid", "unknown_key", headers_of(claims(kid=ABSENT)), {}),
    ("kid of a wrong type", "unknown_key", headers_of(claims(kid=["control-1"])), {}),
    ("strange kid", "unknown_key", headers_of(claims(kid="nobody-1"), **{KEY_ID: ABSENT}), {}),
    ("kid and header differ", "unknown_key", headers_of(claims(), **{KEY_ID: OTHER_KEY.kid}), {}),
    ("key of another issuer", "unknown_key", headers_of(claims(iss="runtime")), {}),
    ("wrong secret", "bad_signature", headers_of(claims(), OTHER_KEY.secret), {}),
    ("short mac", "bad_signature", headers_of(claims(), **{SIGNATURE: token(json.dumps(claims()))[:-4]}), {}),
    *(
        (f"no {name}", "missing_claim", headers_of(claims(**{name: ABSENT})), {})
        for name in ("iat", "exp", "nonce", "iss", "aud", "mth", "pth", "bsh")
    ),
    ("iat is text", "missing_claim", headers_of(claims(iat=str(ISSUED))), {}),
    ("iat is a fraction", "missing_claim", headers_of(claims(iat=ISSUED + 0.5)), {}),
    ("exp is true", "missing_claim", headers_of(claims(exp=True)), {}),
    ("short nonce", "missing_claim", headers_of(claims(nonce="n" * 15)), {}),
    ("long nonce", "missing_claim", headers_of(claims(nonce="n" * 129)), {}),
    ("hash is no hash", "missing_claim", headers_of(claims(bsh="ABC")), {}),
    ("act is text", "missing_claim", headers_of(claims(act="u_1")), {}),
    ("user is empty", "missing_claim", headers_of(claims(act={"user_id": ""})), {}),
    ("user is a number", "missing_claim", headers_of(claims(act={"user_id": 7})), {}),
    ("roles are text", "missing_claim", headers_of(claims(act={"roles": "operator"})), {}),
    ("role is a number", "missing_claim", headers_of(claims(act={"roles": [1]})), {}),
    ("shadow is text", "missing_claim", headers_of(claims(shadow="true")), {}),
    ("rid is a number", "missing_claim", headers_of(claims(rid=1)), {}),
    ("301 seconds", "ttl_too_long", headers_of(claims(exp=ISSUED + 301)), {}),
    ("ends when it begins", "ttl_too_long", headers_of(claims(exp=ISSUED)), {}),
    ("configured limit", "ttl_too_long", headers_of(claims()), {"ttl_max": 59}),
    ("from the future", "not_yet_valid", headers_of(claims(iat=ISSUED + 31, exp=ISSUED + 90)), {}),
    ("31 seconds late", "expired", headers_of(claims()), {"now": NOW + timedelta(seconds=91)}),
    ("for another plane", "audience_mismatch", headers_of(claims(aud="hydra")), {}),
    ("another method", "method_mismatch", headers_of(claims(mth="PUT")), {}),
    ("method in lower case", "method_mismatch", headers_of(claims(mth="post")), {}),
    ("another path", "path_mismatch", headers_of(claims(pth="/internal/v1/runs")), {}),
    ("without the query", "path_mismatch", headers_of(claims(pth=PATH.partition("?")[0])), {}),
    ("escaped otherwise", "path_mismatch", headers_of(claims(pth=PATH.replace("%3A", "%3a"))), {}),
    ("another body", "body_hash_mismatch", headers_of(claims()), {"body": b"{}"}),
    ("hash header differs", "body_hash_mismatch", headers_of(claims(), **{BODY_SHA256: "0" * 64}), {}),
    ("another user", "principal_mismatch", headers_of(claims(act=OPEN), **{USER_ID: "u_2"}), {}),
    ("user twice", "principal_mismatch", headers_of(claims(act=OPEN), **{USER_ID: "u_1,u_1"}), {}),
    ("empty user", "principal_mismatch", headers_of(claims(act=OPEN), **{USER_ID: ""}), {}),
    ("user of nobody", "principal_mismatch", headers_of(claims(act=ABSENT), **{USER_ID: "u_1"}), {}),
    ("another guest", "principal_mismatch", headers_of(claims(act={"guest_scope": "g"}), **{GUEST_SCOPE: "h"}), {}),
    ("guest of nobody", "principal_mismatch", headers_of(claims(act=OPEN), **{GUEST_SCOPE: "g"}), {}),
    ("used nonce", "nonce_replayed", headers_of(claims()), {"claim_nonce": lambda *_: False}),
]


@pytest.mark.parametrize(("what", "reason", "headers", "call"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_a_refusal_names_its_reason(what: str, reason: str, headers: dict[str, Any], call: dict[str, Any]) -> None:
    assert reason_of(headers, **call) == reason


def test_every_reason_of_the_verifier_has_a_negative_case() -> None:
    assert {row[1] for row in REFUSALS} == set(REASONS) - {"issuer_not_allowed"}


@pytest.mark.parametrize(
    ("headers", "call"),
    [
        (headers_of(claims()), {}),
        (headers_of(claims(), **{KEY_ID: ABSENT, BODY_SHA256: ABSENT}), {}),
        (headers_of(claims(act=None, rid=None, shadow=None)), {}),
        (headers_of(claims(act={})), {}),
        (headers_of(claims(future_claim={"any": "thing"})), {}),
        (headers_of(claims(exp=ISSUED + 300)), {}),
        (headers_of(claims(iat=ISSUED + 30, exp=ISSUED + 60)), {}),
        (headers_of(claims()), {"now": NOW + timedelta(seconds=90)}),
        (headers_of(claims(nonce="n" * 16)), {}),
        (headers_of(claims(nonce="\u00e9" * 128)), {}),
        (headers_of(claims(), **{USER_ID: "u_1"}), {}),
        (headers_of(claims(act={"guest_scope": "g"}), **{GUEST_SCOPE: "g"}), {}),
    ],
)
def test_the_edges_are_inside(headers: dict[str, Any], call: dict[str, Any]) -> None:
    assert reason_of(headers, **call) is None


def test_checks_run_in_their_order() -> None:
    """A call that breaks every rule from the n-th on is refused for the n-th."""
    broken: dict[str, Any] = {
        "iat": ISSUED + 3600, "exp": ISSUED + 3600 + 299, "aud": "hydra", "mth": "PUT", "pth": "/", "bsh": "0" * 64,
    }  # fmt: skip
    late = NOW + timedelta(hours=3)
    refuse: dict[str, Any] = {"claim_nonce": lambda *_: False}
    user = {USER_ID: "u_2"}
    no_secret = b"wrong"
    steps: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("missing_signature", headers_of(claims(), **{SIGNATURE: ABSENT, KEY_ID: "x"}, **user), refuse),
        ("malformed_signature", headers_of("[", no_secret, **{KEY_ID: "x"}), refuse),
        ("unknown_key", headers_of({"kid": "x"}, no_secret, **user), refuse),
        ("bad_signature", headers_of({"kid": KEY.kid}, no_secret, **user), refuse),
        ("missing_claim", headers_of(claims(**{**broken, "exp": 1}, nonce=1), **user), refuse),
        ("ttl_too_long", headers_of(claims(**{**broken, "exp": ISSUED + 9999}), **user), refuse),
        ("not_yet_valid", headers_of(claims(**broken), **user), refuse),
        ("expired", headers_of(claims(**broken), **user), {**refuse, "now": late}),
    ]
    for reason, headers, call in steps:
        assert reason_of(headers, **call) == reason
    on_time = {"iat": ISSUED, "exp": ISSUED + 60}
    for name, reason in (
        ("aud", "audience_mismatch"),
        ("mth", "method_mismatch"),
        ("pth", "path_mismatch"),
        ("bsh", "body_hash_mismatch"),
    ):
        assert reason_of(headers_of(claims(**{**broken, **on_time}), **user), **refuse) == reason
        del broken[name]
    assert reason_of(headers_of(claims(), **user), **refuse) == "principal_mismatch"
    assert reason_of(headers_of(claims()), **refuse) == "nonce_replayed"


# Nonces and the body


def test_a_refused_call_spends_no_nonce() -> None:
    nonces = Nonces()
    for _, reason, headers, call in REFUSALS:
        if reason != "nonce_replayed":
            assert reason_of(headers, claim_nonce=nonces, **call) == reason
    assert nonces.claimed == []


def test_a_nonce_serves_once_per_key_and_audience() -> None:
    nonces = Nonces()
    expires = NOW + timedelta(seconds=60)
    assert reason_of(headers_of(claims()), claim_nonce=nonces) is None
    assert reason_of(headers_of(claims()), claim_nonce=nonces) == "nonce_replayed"
    other = headers_of(claims(kid=OTHER_KEY.kid, iss="hydra"), OTHER_KEY.secret, **{KEY_ID: OTHER_KEY.kid})
    assert reason_of(other, claim_nonce=nonces) is None
    assert reason_of(headers_of(claims(aud="aegis")), claim_nonce=nonces, aud="aegis") is None
    assert [row[:2] for row in nonces.claimed] == [
        (KEY.kid, "runtime"),
        (OTHER_KEY.kid, "runtime"),
        (KEY.kid, "aegis"),
    ]
    assert {row[3] for row in nonces.claimed} == {expires}


def test_the_body_is_read_only_for_a_genuine_token() -> None:
    read: list[int] = []

    def body() -> bytes:
        read.append(1)
        return BODY

    assert reason_of(headers_of(claims(), b"wrong"), body=body) == "bad_signature"
    assert read == []
    assert reason_of(headers_of(claims()), body=body) is None
    assert read == [1]


def test_an_error_of_the_nonce_store_passes_through() -> None:
    def broken(*_: Any) -> bool:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        check(headers_of(claims()), claim_nonce=broken)


def test_header_pairs_that_repeat_are_refused() -> None:
    good = headers_of(claims())
    for name, reason in (
        (SIGNATURE, "malformed_signature"),
        (KEY_ID, "unknown_key"),
        (BODY_SHA256, "body_hash_mismatch"),
    ):
        assert reason_of([*good.items(), (name.upper(), good[name])]) == reason
    assert reason_of([*good.items(), (USER_ID, "u_1"), ("X-OA-User-Id", "u_1")]) == "principal_mismatch"


# Rotation


def test_keys_rotate_without_a_gap() -> None:
    old, new = Key("c-1", "control", b"old-secret"), Key("c-2", "control", b"new-secret")
    by_old = headers_of(claims(kid="c-1"), old.secret, **{KEY_ID: "c-1"})
    by_new = headers_of(claims(kid="c-2"), new.secret, **{KEY_ID: "c-2"})
    rings = {"before": KeyRing([old]), "both": KeyRing([old, new]), "after": KeyRing([new])}
    answers = {name: (reason_of(by_old, keys=ring), reason_of(by_new, keys=ring)) for name, ring in rings.items()}
    assert answers == {"before": (None, "unknown_key"), "both": (None, None), "after": ("unknown_key", None)}
    crossed = headers_of(claims(kid="c-2"), old.secret, **{KEY_ID: "c-2"})
    assert reason_of(crossed, keys=rings["both"]) == "bad_signature"


def test_an_empty_ring_knows_nobody() -> None:
    assert reason_of(headers_of(claims()), keys=KeyRing()) == "unknown_key"


# Minimal tokens

BARE = {"iat": ISSUED, "exp": ISSUED + 60, "nonce": "nonce-0123456789abcdef"}


def test_a_minimal_token_is_bound_by_its_companion_headers() -> None:
    assert check(headers_of(BARE), allow_minimal=True) == Caller("control", KEY.kid)
    refusals = [
        (headers_of(BARE, **{BODY_SHA256: ABSENT}), {}, "body_hash_mismatch"),
        (headers_of(BARE), {"body": b""}, "body_hash_mismatch"),
        (headers_of(BARE, **{KEY_ID: ABSENT}), {}, "unknown_key"),
        (headers_of(BARE, **{USER_ID: "u_1"}), {}, "principal_mismatch"),
        (headers_of(BARE, b"wrong"), {}, "bad_signature"),
        (headers_of({**BARE, "nonce": "short"}), {}, "missing_claim"),
        (headers_of(BARE), {"now": NOW + timedelta(hours=1)}, "expired"),
        (headers_of(BARE), {"claim_nonce": lambda *_: False}, "nonce_replayed"),
        (headers_of({**BARE, "kid": KEY.kid}), {}, "missing_claim"),
    ]
    for headers, call, reason in refusals:
        assert reason_of(headers, allow_minimal=True, **call) == reason


def test_a_minimal_token_is_refused_unless_allowed() -> None:
    assert reason_of(headers_of(BARE)) == "unknown_key"
    assert reason_of(headers_of({**BARE, "kid": KEY.kid})) == "missing_claim"


def test_allowing_minimal_tokens_loosens_nothing_for_full_ones() -> None:
    for _, reason, headers, call in REFUSALS:
        assert reason_of(headers, allow_minimal=True, **call) == reason


# Any single change

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@given(st.sampled_from(["aud", "mth", "pth"]), TEXT)
def test_any_other_text_of_a_binding_claim_is_refused(name: str, value: str) -> None:
    assume(value != claims()[name])
    expected = {"aud": "audience_mismatch", "mth": "method_mismatch", "pth": "path_mismatch"}[name]
    assert reason_of(headers_of(claims(**{name: value}))) == expected


@given(TEXT)
def test_any_other_request_target_is_refused(path: str) -> None:
    assume(path != PATH)
    assert reason_of(headers_of(claims()), path_with_query=path) == "path_mismatch"


@given(TEXT)
def test_any_other_method_or_audience_is_refused(value: str) -> None:
    assume(value not in ("POST", "runtime"))
    assert reason_of(headers_of(claims()), method=value) == "method_mismatch"
    assert reason_of(headers_of(claims()), aud=value) == "audience_mismatch"


@given(st.binary(max_size=64))
def test_any_other_body_is_refused(body: bytes) -> None:
    assume(body != BODY)
    assert reason_of(headers_of(claims()), body=body) == "body_hash_mismatch"


@given(st.sampled_from([KEY_ID, BODY_SHA256, USER_ID, GUEST_SCOPE]), TEXT)
def test_any_other_companion_header_is_refused(name: str, value: str) -> None:
    good: dict[str, str] = {**headers_of(claims()), USER_ID: "u_1"}
    assume(good.get(name) != value)
    expected = {KEY_ID: "unknown_key", BODY_SHA256: "body_hash_mismatch"}.get(name, "principal_mismatch")
    assert reason_of({**good, name: value}) == expected


@given(st.integers(-(2**63), 2**64 - 1), st.integers(-(2**63), 2**64 - 1))
def test_times_are_accepted_exactly_inside_their_window(issued: int, expires: int) -> None:
    reason = reason_of(headers_of(claims(iat=issued, exp=expires)))
    inside = 0 < expires - issued <= 300 and issued <= ISSUED + 30 and expires + 30 >= ISSUED
    assert (reason is None) == inside


@given(st.integers(-400, 400), st.integers(-10, 310))
def test_times_near_now_are_refused_for_the_right_reason(offset: int, ttl: int) -> None:
    issued = ISSUED + offset
    expected = (
        "ttl_too_long"
        if not 0 < ttl <= 300
        else "not_yet_valid"
        if offset > 30
        else "expired"
        if offset + ttl < -30
        else None
    )
    assert reason_of(headers_of(claims(iat=issued, exp=issued + ttl))) == expected


@given(st.data())
def test_any_flipped_character_of_the_token_is_refused(data: st.DataObject) -> None:
    good = headers_of(claims())
    whole = good[SIGNATURE]
    position = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda character: character != whole[position]))
    changed = {**good, SIGNATURE: whole[:position] + other + whole[position + 1 :]}
    in_mac = position > whole.rindex(".")
    allowed = (
        {"malformed_signature", "bad_signature"} if in_mac else {"malformed_signature", "unknown_key", "bad_signature"}
    )
    assert reason_of(changed) in allowed


@given(st.text(max_size=200))
def test_no_header_text_breaks_the_verifier(text: str) -> None:
    assert reason_of({SIGNATURE: text}) in ("missing_signature", "malformed_signature", "unknown_key")
    assert reason_of({SIGNATURE: "v1." + text}) in ("missing_signature", "malformed_signature", "unknown_key")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(claims())), JSON)
def test_no_signed_nonsense_breaks_the_verifier(name: str, value: Any) -> None:
    reason = reason_of(headers_of(claims(**{name: value})))
    assert reason is None or reason in REASONS


def test_the_ring_of_the_suite_is_as_assumed() -> None:
    assert {key.kid for key in RING} == {KEY.kid, OTHER_KEY.kid}
