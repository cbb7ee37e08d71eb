"""What an invoice says, as values; and why a text is none."""

from __future__ import annotations

from dataclasses import dataclass

HRP_BY_NETWORK = {"mainnet": "bc", "testnet": "tb", "signet": "tbs", "regtest": "bcrt"}
NETWORK_BY_HRP = {prefix: network for network, prefix in HRP_BY_NETWORK.items()}

DEFAULT_EXPIRY_SECS = 3600
DEFAULT_MIN_FINAL_CLTV = 18
MSATS_PER_BITCOIN = 10**11
AMOUNT_MSATS_MAX = 2**64 - 1

TIMESTAMP_WORDS = 7
SIGNATURE_WORDS = 104
HASH_WORDS = 52
PUBKEY_WORDS = 53
HOP_BYTES = 51


class Invalid(ValueError):
    """The text is no invoice that could be paid. `reason` is a short snake_case word; the text is never quoted."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"not a payable invoice: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of a private route. `short_channel_id` is `<block>x<transaction>x<output>`."""

    pubkey: str
    short_channel_id: str
    fee_base_msat: int
    fee_proportional_millionths: int
    cltv_expiry_delta: int


@dataclass(frozen=True, slots=True)
class Fallback:
    """Where to pay on chain: witness version 0..16 with its program, 17 for P2PKH, 18 for P2SH; `program` is hex."""

    version: int
    program: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """A decoded invoice (lightning 8.2). Hashes, keys and metadata are lower-case hex; `features` are bits, ascending.

    Exactly one of `description` and `description_hash` is set; `amount_msats` None means that the payer chooses.
    """

    network: str
    amount_msats: int | None
    timestamp: int
    expiry_secs: int
    payment_hash: str
    payment_secret: str
    description: str | None
    description_hash: str | None
    payee_pubkey: str
    min_final_cltv: int
    features: tuple[int, ...]
    route_hints: tuple[tuple[Hop, ...], ...]
    fallbacks: tuple[Fallback, ...]
    metadata: str | None
    signature_hex: str

    @property
    def expires_at_ms(self) -> int:
        return (self.timestamp + self.expiry_secs) * 1000
