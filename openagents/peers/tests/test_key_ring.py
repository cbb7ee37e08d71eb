"""The ring of verification keys as configuration spells it."""

from __future__ import annotations

import pytest

from openagents.peers.keys import Key, KeyRing


def test_an_empty_variable_is_an_empty_ring() -> None:
    for csv in ("", " ", ",", " , "):
        assert list(KeyRing.from_csv(csv)) == []


def test_entries_are_kid_issuer_and_secret() -> None:
    ring = KeyRing.from_csv("control-1:control:first-secret, ops-1:ops:second-secret")
    assert ring.get("control-1") == Key("control-1", "control", b"first-secret")
    assert ring.get("ops-1") == Key("ops-1", "ops", b"second-secret")
    assert ring.get("control-2") is None
    assert len(ring) == 2


def test_a_secret_may_contain_colons_and_text_beyond_ascii() -> None:
    ring = KeyRing.from_csv("k:runtime:a:b::c\u00e9")
    found = ring.get("k")
    assert found is not None and found.secret == "a:b::c\u00e9".encode()


def test_one_issuer_may_own_several_keys() -> None:
    assert len(KeyRing.from_csv("old:hydra:s1,new:hydra:s2")) == 2


@pytest.mark.parametrize(
    "entry",
    ["nocolon", "kid:control", ":control:hush", "kid::hush", "kid:nobody:hush", "kid:control:", "k d:control:hush"],
)
def test_a_bad_entry_is_refused_by_position_without_its_secret(entry: str) -> None:
    with pytest.raises(ValueError, match="entry 2") as raised:
        KeyRing.from_csv(f"good:control:fine,{entry}")
    assert "hush" not in str(raised.value) and "fine" not in str(raised.value)


def test_a_key_id_may_occur_once() -> None:
    with pytest.raises(ValueError, match="entry 3"):
        KeyRing.from_csv("a:control:s1,b:runtime:s2,a:ops:s3")
    with pytest.raises(ValueError, match="twice"):
        KeyRing([Key("a", "control", b"1"), Key("a", "control", b"2")])


def test_secrets_never_show() -> None:
    ring = KeyRing.from_csv("a:control:hush-hush")
    assert "hush" not in repr(ring) + str(ring) + repr(list(ring))
    assert "a" in repr(ring)
