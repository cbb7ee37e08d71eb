"""A local L402 server with real macaroons and invoices, and the wallet that can pay them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.lightning import peers
from apps.lightning.domain import l402
from apps.lightning.gateways.l402_http import Answer, FetchFailed
from openagents.bolt11.decoder import decode
from openagents.bolt11.encoder import encode

SERVICE = "pw-test"


@dataclass
class PaidServer:
    """`request` is the server's door, `pay` the wallet's; `refuse`, `unclear`, `wrong` say how a payment goes wrong."""

    price: int = 2000
    network: str = "regtest"
    expiry: int = 3600
    validity: int = 3600
    answers: int = 200
    lost_after_paying: bool = False
    refuse: str = ""
    unclear: bool = False
    wrong: bool = False
    challenged: bool = True
    roots: dict[str, bytes] = field(default_factory=dict)
    preimages: dict[str, bytes] = field(default_factory=dict)
    paid: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    seen: list[Mapping[str, str]] = field(default_factory=list)

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.seen.append(headers)
        credential = l402.credential_of(headers.get("authorization", ""))
        if credential is not None:
            if self.lost_after_paying:
                raise FetchFailed("unreachable")
            token = l402.decode(credential.token)
            root = self.roots.get(l402.identifier_key(token.identifier), b"")
            if l402.refusal(token, credential.preimage, root, SERVICE, int(time.time())):
                return Answer(401, {}, (), b"", False)
            return Answer(self.answers, {}, (), b"paid content", False)
        if not self.challenged:
            return Answer(402, {}, ("Basic realm=x",), b"", False)
        return Answer(402, {}, l402.challenge_headers(*self.challenge()), b"", False)

    def challenge(self) -> tuple[str, str]:
        preimage, root = os.urandom(32), os.urandom(32)
        payment_hash = hashlib.sha256(preimage).hexdigest()
        token = l402.mint(root, payment_hash, os.urandom(32), SERVICE, int(time.time()) + self.validity)
        self.roots[l402.identifier_key(token.identifier)] = root
        self.preimages[payment_hash] = preimage
        invoice = encode(
            bytes([7]) * 32, network=self.network, timestamp=int(time.time()) - (7200 if self.expiry == 1 else 0),
            payment_hash=payment_hash, payment_secret="22" * 32, amount_msats=self.price, description="paid",
            expiry_secs=self.expiry,
        )  # fmt: skip
        return l402.encode(token), invoice

    def pay(self, request_id: str, invoice: str, max_amount_msats: int, host: str) -> Mapping[str, Any]:
        if self.refuse:
            raise peers.PaymentRefused(self.refuse, "", {})
        payment_hash = decode(invoice).payment_hash
        self.paid[request_id] = payment_hash
        if self.unclear:
            raise peers.PaymentUnclear(request_id)
        return {"payment": {"preimageHex": "00" * 32 if self.wrong else self.preimages[payment_hash].hex()}}

    def payment(self, request_id: str) -> Mapping[str, Any] | None:
        state = self.states.get(request_id)
        return {"state": state} if state else None
