"""L402: the challenge of a 402 answer, the credential that answers it, and what an L402 token allows (section 20).

Pure: minting needs a root key and randomness from the caller, checking needs the root key from whoever keeps it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from apps.lightning.domain import macaroon
from apps.lightning.domain.macaroon import Macaroon, Malformed

LOCATION: Final = "lsat"
IDENTIFIER_VERSION: Final = 0
IDENTIFIER_BYTES: Final = 66
TIER: Final = 0
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s+(?=[A-Za-z0-9!#$%&'*+.^_`|~-]+\s*=)")
_PARAMETER = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_PREIMAGE = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks: a token (base64) that becomes valid with the preimage of a paid invoice."""

    token: str
    invoice: str


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client answers with."""

    token: str
    preimage: str

    @property
    def header(self) -> str:
        """The `Authorization` value."""
        return f"L402 {self.token}:{self.preimage}"


def challenge_of(headers: Iterable[str]) -> Challenge | None:
    """The challenge among `WWW-Authenticate` lines; L402 before LSAT; None when there is none with both parts.

    Several challenges may share a line; parameters come in any order, quoted or bare, and unknown ones are ignored.
    """
    found: dict[str, Challenge] = {}
    for line in headers:
        schemes = list(_SCHEME.finditer(line))
        for index, match in enumerate(schemes):
            name = match.group(1).upper()
            if name not in ("L402", "LSAT") or name in found:
                continue
            end = schemes[index + 1].start() if index + 1 < len(schemes) else len(line)
            values = {
                key.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
                for key, quoted, bare in _PARAMETER.findall(line[match.end() : end])
            }
            token = (values.get("token") or values.get("macaroon") or "").strip()
            invoice = values.get("invoice", "").strip()
            if token and invoice:
                found[name] = Challenge(token, invoice)
    return found.get("L402") or found.get("LSAT")


def challenge_headers(token: str, invoice: str) -> tuple[str, str]:
    """Values of `WWW-Authenticate` as Aperture sends them: the legacy scheme, then the current one."""
    parameters = f'macaroon="{token}", invoice="{invoice}"'
    return f"LSAT {parameters}", f"L402 {parameters}"


def credential_of(authorization: str) -> Credential | None:
    """The credential of an `Authorization` value; None when it is none."""
    scheme, _, rest = authorization.strip().partition(" ")
    token, colon, preimage = rest.strip().rpartition(":")
    if scheme.upper() not in ("L402", "LSAT") or not colon or not token or not _PREIMAGE.fullmatch(preimage):
        return None
    return Credential(token, preimage.lower())


# Tokens


def identifier(payment_hash: str, token_id: bytes) -> bytes:
    """Version, payment hash, token id: 66 bytes. `token_id`: 32 random bytes."""
    made = IDENTIFIER_VERSION.to_bytes(2, "big") + bytes.fromhex(payment_hash) + token_id
    if len(made) != IDENTIFIER_BYTES:
        raise ValueError("a payment hash and a token id have 32 bytes each")
    return made


def identifier_key(token_identifier: bytes) -> str:
    """Under what a root key is kept: SHA-256 of the identifier, hex."""
    return hashlib.sha256(token_identifier).hexdigest()


def mint(
    root_key: bytes, payment_hash: str, token_id: bytes, service: str, valid_until: int, capabilities: str = ""
) -> Macaroon:
    """A token for one service. `valid_until`: unix seconds."""
    caveats = (
        f"services={service}:{TIER}",
        f"{service}_capabilities={capabilities}",
        f"{service}_valid_until={valid_until}",
    )
    return macaroon.mint(root_key, identifier(payment_hash, token_id), caveats, LOCATION)


def encode(token: Macaroon) -> str:
    return base64.b64encode(token.serialize()).decode()


def decode(text: str) -> Macaroon:
    """Raises Malformed, also for an identifier that is not one of ours."""
    try:
        token = macaroon.parse(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise Malformed("base64") from None
    if len(token.identifier) != IDENTIFIER_BYTES or token.identifier[:2] != IDENTIFIER_VERSION.to_bytes(2, "big"):
        raise Malformed("identifier")
    return token


def payment_hash_of(token: Macaroon) -> str:
    return token.identifier[2:34].hex()


def refusal(token: Macaroon, preimage: str, root_key: bytes, service: str, now: int) -> str | None:
    """Why the token does not open `service` at `now` (unix seconds), or None. The invoice's state is another matter."""
    proof = hashlib.sha256(bytes.fromhex(preimage)).hexdigest()
    if not hmac.compare_digest(proof, payment_hash_of(token)):
        return "preimage_mismatch"
    if not macaroon.genuine(token, root_key):
        return "bad_signature"
    return _caveat_refusal(token.caveats, service, now)


def _caveat_refusal(caveats: Sequence[str], service: str, now: int) -> str | None:
    """Repeated caveats may only narrow: each holds by itself, and none allows more than the one before it."""
    services: set[str] | None = None
    until: int | None = None
    capabilities: set[str] | None = None
    for caveat in caveats:
        name, _, value = caveat.partition("=")
        if name == "services":
            named = {part.rpartition(":")[0] for part in value.split(",") if ":" in part}
            if services is not None and not named <= services:
                return "caveat_widened"
            services = named
        elif name == f"{service}_valid_until":
            if not value.isascii() or not value.isdigit() or (until is not None and int(value) > until):
                return "caveat_widened"
            until = int(value)
        elif name == f"{service}_capabilities":
            named = set(filter(None, value.split(",")))
            if capabilities and not named <= capabilities:
                return "caveat_widened"
            capabilities = named
    if services is None or service not in services:
        return "wrong_service"
    return "expired" if until is None or until <= now else None
