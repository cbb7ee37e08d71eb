"""What makes two requests the same (6.2): trimmed parts joined by `|`, SHA-256, lower-case hex."""

from __future__ import annotations

import re
from hashlib import sha256

REQUEST_ID = re.compile(r"[A-Za-z0-9._:@/+-]{1,128}", re.ASCII)
"""The one form of an idempotency key: nothing in it can be trimmed or escaped into another key."""


def sha256_text(text: str) -> str:
    """Lower-case hex SHA-256 of the UTF-8 bytes."""
    return sha256(text.encode()).hexdigest()


def lower(text: str) -> str:
    """Trimmed, ASCII letters lower-cased and nothing else: other scripts have case rules that differ by version."""
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text.strip())


def _joined(*parts: str | int) -> str:
    return sha256_text("|".join(str(part).strip() for part in parts))


def payment(
    wallet_id: str,
    host: str,
    invoice_hash: str,
    max_amount_msats: int,
    amount_msats: int | None = None,
    max_fee_msats: int | None = None,
) -> str:
    """Of a payment; `invoice_hash` is the SHA-256 of the normalised invoice text."""
    parts: list[str | int] = [wallet_id, lower(host), lower(invoice_hash), max_amount_msats]
    if amount_msats is not None:
        parts.append(f"a={amount_msats}")
    if max_fee_msats is not None:
        parts.append(f"f={max_fee_msats}")
    return _joined(*parts)


def invoice(wallet_id: str, amount_sats: int, description: str | None, expiry_secs: int | None) -> str:
    """Of an incoming invoice, by what was sent: defaults do not enter."""
    return _joined(wallet_id, amount_sats, description or "", "" if expiry_secs is None else expiry_secs)


def plan(wallet_id: str, address: str, amount_sats: int, speed: str) -> str:
    """Of an on-chain quote."""
    return _joined(wallet_id, lower(address), amount_sats, lower(speed))


def compat_payment(wallet_id: str, mnemonic: str | None, host: str | None, invoice: str, max_amount_msats: int) -> str:
    """Of a sub-wallet's payment; a mnemonic that was not sent counts as the empty text."""
    return _joined(
        wallet_id, sha256_text(mnemonic or ""), lower(host or ""), sha256_text(invoice.strip()), max_amount_msats
    )


def spark(wallet_id: str, address: str, amount_sats: int) -> str:
    """Of a transfer between sub-wallets."""
    return _joined(wallet_id, lower(address), amount_sats)
