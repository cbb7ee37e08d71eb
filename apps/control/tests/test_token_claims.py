"""Claims and signatures of tokens: the worked example, the settings that stop minting, the second of issue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import jwt
import pytest

from apps.control.domain.claims import Holder, Mint, claims, issue_second
from apps.control.domain.topics import Grant
from apps.control.services import secrets

MINT = Mint(
    kind="sync",
    enabled=True,
    keys={"sync-auth-v1": "example-sync-key-not-real"},
    issuer="https://openagents.com",
    audience="openagents-sync",
    claims_version="oa_sync_claims_v1",
    ttl=300,
    ttl_min=60,
    ttl_max=900,
    allowed_scopes=("runtime.codex_worker_events",),
    default_scopes=("runtime.codex_worker_events",),
)
HOLDER = Holder("user_0001", "user:user_0001", "sess_0001", "desktop:alpha", "desktop")


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_the_worked_example_has_its_signature() -> None:
    body = claims(
        MINT,
        HOLDER,
        jti="sync_00000000000000000000000000000001",
        issued_at=1772000000,
        ttl=300,
        scopes=["runtime.codex_worker_events"],
        grants=[Grant("org:user:user_0001:worker_events", "runtime.codex_worker_events")],
        ceiling=False,
    )
    kid, secret = MINT.signing_key
    token = jwt.encode(body, secret, algorithm="HS256", headers={"kid": kid})
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "sync-auth-v1", "typ": "JWT"}
    assert token.rpartition(".")[2] == "ZjdLQBrbdp_e5sBlJafnwisV53nM08eHarcRnpIJUP4"


def test_what_is_not_given_is_not_claimed() -> None:
    body = claims(MINT, HOLDER, jti="j", issued_at=1, ttl=60, scopes=[], grants=[], ceiling=False)
    assert not {"oa_topic_ceiling", "scope", "oa_workspace_id", "oa_role", "oa_guest_scope"} & body.keys()
    body = claims(
        MINT, HOLDER, jti="j", issued_at=1, ttl=60, scopes=[], grants=[], ceiling=True, scope=["codex:read"],
        workspace_id="w", role="member",
    )  # fmt: skip
    assert body["oa_topic_ceiling"] is True
    assert (body["scope"], body["oa_workspace_id"], body["oa_role"]) == (["codex:read"], "w", "member")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"enabled": False}, "disabled"),
        ({"keys": {}}, "no_signing_key"),
        ({"keys": {" ": "x" * 40}}, "blank_setting"),
        ({"issuer": " "}, "blank_setting"),
        ({"audience": ""}, "blank_setting"),
        ({"claims_version": ""}, "blank_setting"),
        ({"ttl_min": 0}, "bad_ttl_bounds"),
        ({"ttl_max": 0}, "bad_ttl_bounds"),
        ({"ttl_max": 59}, "bad_ttl_bounds"),
    ],
)
def test_settings_that_stop_minting(change: dict[str, object], fault: str | None) -> None:
    assert replace(MINT, **change).fault(production=False) == fault  # type: ignore[arg-type]


def test_production_wants_keys_of_32_bytes() -> None:
    assert MINT.fault(production=True) == "weak_signing_key"
    assert replace(MINT, keys={"k": "x" * 32}).fault(production=True) is None


def test_a_token_is_issued_after_the_second_in_which_its_device_was_revoked() -> None:
    now = datetime(2026, 3, 1, 12, 0, 0, 400_000, tzinfo=UTC)
    second = int(now.timestamp())
    assert issue_second(now, None) == second
    assert issue_second(now, datetime(2026, 3, 1, 11, 59, tzinfo=UTC)) == second
    assert issue_second(now, now) == second + 1


def test_bearer_secrets_are_stored_as_their_digest() -> None:
    token = "oa_rt_00000000000000000000000000000001"
    assert secrets.digest(token) == "fdd14856ad3b427108956d91ab508b60df45fbeb35c18aca111fcaa3dce68a9d"


def test_a_sealed_pair_opens_for_the_parent_alone() -> None:
    sealed = secrets.seal_pair("oa_rt_parent", "rtid_a", "rtid_b", "oa_at_x", "oa_rt_y")
    assert sealed.startswith("enc:v1:p:")
    assert secrets.open_pair("oa_rt_parent", "rtid_a", "rtid_b", sealed) == ("oa_at_x", "oa_rt_y")
    for parent, own, child in (("oa_rt_other", "rtid_a", "rtid_b"), ("oa_rt_parent", "rtid_a", "rtid_c")):
        with pytest.raises(secrets.SecretUnreadable):
            secrets.open_pair(parent, own, child, sealed)
