"""Which on-chain addresses may be sent to: bech32 (v0) and bech32m (v1+) of the configured network (6.5).

The receipt's canonical form lower-cases the address, which would corrupt base58; such addresses are refused.
"""

from __future__ import annotations

import bech32

HUMAN = {"mainnet": "bc", "testnet": "tb", "signet": "tb", "regtest": "bcrt"}
_BECH32M = 0x2BC830A3
_CHECKSUM = 6
_LENGTH_MAX = 90
_ALPHABET = bech32.CHARSET


def is_supported(address: str, network: str) -> bool:
    """Whether `address` is a witness address of `network` (mainnet, testnet, signet, regtest)."""
    text = address.strip()
    if text not in (text.lower(), text.upper()) or len(text) > _LENGTH_MAX:
        return False
    human, separator, data = text.lower().rpartition("1")
    if not separator or human != HUMAN[network] or any(letter not in _ALPHABET for letter in data):
        return False
    values = [_ALPHABET.index(letter) for letter in data]
    if len(values) < _CHECKSUM + 1:
        return False
    remainder = bech32.bech32_polymod(bech32.bech32_hrp_expand(human) + values)
    version, program = values[0], bech32.convertbits(values[1:-_CHECKSUM], 5, 8, False)
    if program is None or version > 16 or not 2 <= len(program) <= 40:
        return False
    if version == 0:
        return remainder == 1 and len(program) in (20, 32)
    return bool(remainder == _BECH32M)
