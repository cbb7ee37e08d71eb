"""Secrets at rest open only under a known key, for their purpose, unchanged (README 4.15)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openagents.secretbox.box import NoKeyRing, SecretBox, SecretUnreadable, purpose
from openagents.secretbox.keyring import BadKeyRing, KeyRing


def entry(key_id: str, byte: int) -> str:
    return f"{key_id}:{base64.b64encode(bytes([byte]) * 32).decode()}"


K1, K2 = entry("k1", 0x11), entry("k2", 0x22)
PURPOSE = "control.integration_secret.v1|user_0001|resend|resend.primary"
TEXT = "example-secret-not-real"
SEALED = "enc:v1:k1:AAECAwQFBgcICQoL:dpvXfgvPUNln3bDtodvaSKbVLRpwFD6L821xPi2mm3gZ8zAC62WF"
BOX = SecretBox.from_csv(K1)


def test_the_worked_example_seals_to_its_text() -> None:
    box = SecretBox(KeyRing.from_csv(K1), random_bytes=lambda count: bytes(range(count)))
    assert box.seal(TEXT, PURPOSE) == SEALED
    assert purpose("control", "integration_secret", "user_0001", "resend", "resend.primary") == PURPOSE


def test_the_worked_example_opens_for_its_purpose_only() -> None:
    assert BOX.open(SEALED, PURPOSE) == TEXT
    with pytest.raises(SecretUnreadable, match=r"^secret_unreadable$"):
        BOX.open(SEALED, PURPOSE.replace("user_0001", "user_0002"))


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary(), st.text("abc|.", max_size=20))
def test_what_was_sealed_opens_again(text: str, data: bytes, row: str) -> None:
    assert BOX.open(BOX.seal(text, row), row) == text
    assert BOX.open_bytes(BOX.seal_bytes(data, row), row) == data


def test_two_seals_of_one_text_differ() -> None:
    assert BOX.seal(TEXT, PURPOSE) != BOX.seal(TEXT, PURPOSE)


@settings(max_examples=500)
@given(st.integers(0, len(SEALED) - 1), st.characters(min_codepoint=32, max_codepoint=126))
def test_any_changed_character_makes_it_unreadable(position: int, character: str) -> None:
    changed = SEALED[:position] + character + SEALED[position + 1 :]
    if changed == SEALED:
        return
    with pytest.raises(SecretUnreadable):
        BOX.open(changed, PURPOSE)


@pytest.mark.parametrize("last", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")
def test_no_second_spelling_of_the_last_byte_opens(last: str) -> None:
    sealed = BOX.seal("four", PURPOSE)  # 20 bytes with the tag: the last character has unused bits
    if sealed[-1] != last:
        with pytest.raises(SecretUnreadable):
            BOX.open(sealed[:-1] + last, PURPOSE)


@settings(max_examples=300)
@given(st.text(max_size=60) | st.text("encv1:k-_AQ=", max_size=60).map(lambda rest: f"enc:v1:k1:{rest}"))
def test_no_other_text_opens_or_fails_otherwise(text: str) -> None:
    with pytest.raises(SecretUnreadable):
        BOX.open(text, PURPOSE)


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        TEXT,
        SEALED + "=",
        SEALED + ":",
        SEALED + "\n",
        SEALED.replace("enc:v1", "enc:v2"),
        SEALED.replace(":k1:", ":k9:"),
        SEALED.replace("AAECAwQFBgcICQoL", "AAECAwQFBgcICQ"),
        "enc:v1:k1:AAECAwQFBgcICQoL:",
        SEALED[: SEALED.rindex(":")],
    ],
)
def test_other_forms_and_unknown_keys_are_one_error_without_detail(sealed: str) -> None:
    with pytest.raises(SecretUnreadable) as caught:
        BOX.open(sealed, PURPOSE)
    assert (str(caught.value), caught.value.__cause__) == ("secret_unreadable", None)


def test_bytes_that_are_no_text_are_unreadable_as_text() -> None:
    with pytest.raises(SecretUnreadable):
        BOX.open(BOX.seal_bytes(b"\xff", PURPOSE), PURPOSE)


def test_a_wrong_key_under_the_right_id_does_not_open() -> None:
    with pytest.raises(SecretUnreadable):
        SecretBox.from_csv(entry("k1", 0x12)).open(SEALED, PURPOSE)


# --- rotation ---


def test_the_first_key_seals_and_every_key_opens() -> None:
    rotated = SecretBox.from_csv(f"{K2}, {K1}")
    assert rotated.open(SEALED, PURPOSE) == TEXT
    assert rotated.seal(TEXT, PURPOSE).startswith("enc:v1:k2:") and rotated.current_prefix == "enc:v1:k2:"


def test_rewrapping_moves_a_secret_to_the_first_key_once() -> None:
    rotated = SecretBox.from_csv(f"{K2},{K1}")
    assert rotated.is_stale(SEALED) and not BOX.is_stale(SEALED)
    rewrapped = rotated.rewrap(SEALED, PURPOSE)
    assert not rotated.is_stale(rewrapped) and rotated.rewrap(rewrapped, PURPOSE) == rewrapped
    assert SecretBox.from_csv(K2).open(rewrapped, PURPOSE) == TEXT


def test_rewrapping_needs_the_purpose_and_the_old_key() -> None:
    with pytest.raises(SecretUnreadable):
        SecretBox.from_csv(f"{K2},{K1}").rewrap(SEALED, "other.kind.v1|row")
    with pytest.raises(SecretUnreadable):
        SecretBox.from_csv(K2).rewrap(SEALED, PURPOSE)


def test_a_key_id_that_begins_another_is_not_taken_for_it() -> None:
    assert SecretBox.from_csv(f"{entry('k', 1)},{K1}").is_stale(SEALED)


# --- the ring ---


@pytest.mark.parametrize(
    "csv",
    [
        "",
        ",",
        f"{K1},",
        "k1",
        "k1:",
        ":" + K1.partition(":")[2],
        f"{K1},{entry('k1', 0x22)}",
        entry("k 1", 1),
        entry("k" * 33, 1),
        entry("ä", 1),
        f"k1:{base64.b64encode(bytes(31)).decode()}",
        f"k1:{base64.b64encode(bytes(33)).decode()}",
        K1.rstrip("="),
        K1 + "\u00e9",
        "k1:" + base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        K1[:-2] + "F=",
    ],
)
def test_a_bad_ring_stops_the_process_without_showing_a_key(csv: str) -> None:
    with pytest.raises(BadKeyRing) as caught:
        KeyRing.from_csv(csv)
    assert "ERERER" not in str(caught.value) and caught.value.__cause__ is None


def test_a_key_id_may_use_every_allowed_character() -> None:
    assert KeyRing.from_csv(entry("Az09._-" + "k" * 25, 1)).sealing_id == "Az09._-" + "k" * 25


def test_neither_ring_nor_box_shows_its_keys() -> None:
    ring = KeyRing.from_csv(K1)
    assert "\\x11" not in repr(ring) and "ERER" not in repr(ring) and "\\x11" not in repr(SecretBox(ring))


def test_without_a_ring_everything_is_refused() -> None:
    box = SecretBox.from_csv(" ")
    assert not box.ready and BOX.ready
    for act in (
        lambda: box.seal(TEXT, PURPOSE),
        lambda: box.open(SEALED, PURPOSE),
        lambda: box.rewrap(SEALED, PURPOSE),
        lambda: box.is_stale(SEALED),
        lambda: box.current_prefix,
    ):
        with pytest.raises(NoKeyRing):
            act()


def test_parts_of_a_purpose_cannot_run_into_each_other() -> None:
    assert purpose("lightning", "preimage") == "lightning.preimage.v1"
    with pytest.raises(ValueError, match="purpose"):
        purpose("control", "integration_secret", "user|resend")
