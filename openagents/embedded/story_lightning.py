"""The part of the demo in which money moves: a wallet pays another one's invoice over the simulated Lightning network,
and the receipt is verified by a program that knows nothing of us."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from openagents.embedded import stdlib_receipt
from openagents.embedded.credentials import Credentials
from openagents.peers.keys import Key
from openagents.peers.signature import sign
from openagents.receipts.ids import new_id

AMOUNT_MSATS = 45_000
PAYEE = "merchant"
SECONDS_MAX = 60.0

Say = Callable[[str], None]


class StoryFailed(RuntimeError):
    """The executor did not do what the story needs; the text is its answer."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What the story ends with: the receipt, where it was written, and what is wrong with it (nothing)."""

    receipt: dict[str, Any]
    path: Path
    problems: list[str]


class LightningStory:
    """One telling against the executor at `base_url`; `home` is a folder for the receipt."""

    def __init__(self, base_url: str, credentials: Credentials, home: Path, say: Say) -> None:
        self.base_url = base_url
        self.credentials = credentials
        self.home = home
        self.say = say

    def tell(self) -> Paid:
        """Invoice, payment, repetition, receipt. Raises StoryFailed, httpx.HTTPError."""
        with httpx.Client(base_url=self.base_url, timeout=SECONDS_MAX, trust_env=False) as http:
            before = self._balance(http)
            body = {"node": PAYEE, "amountMsats": AMOUNT_MSATS, "description": "demo", "expirySecs": 600}
            invoice = str(self._call(http, "ops", "POST", "/sim/invoices", body)["result"]["invoice"])
            self.say(f"{PAYEE} asks for {AMOUNT_MSATS} msat: {invoice[:40]}…")
            request = {
                "requestId": new_id("demo"),
                "payment": {"invoice": invoice, "maxAmountMsats": 2 * AMOUNT_MSATS, "host": "sats4ai.com"},
            }
            result = self._call(http, "hydra", "POST", "/pay-bolt11", request)["result"]
            again = self._call(http, "hydra", "POST", "/pay-bolt11", request)["result"]
            payment = result["payment"]
            self.say(f"paid {payment['amountMsats']} msat and {payment['feeMsats']} msat of fees over the hub")
            spent = before - self._balance(http)
            self.say(f"the wallet holds {spent} sat less; asked again, it answered the same and paid nothing")
        problems = [] if again == result else ["a repeated request had another answer"]
        return self._prove(result["receipt"], payment["preimageHex"], problems)

    def _balance(self, http: httpx.Client) -> int:
        return int(self._call(http, "hydra", "GET", "/status")["status"]["balanceSats"])

    def _prove(self, receipt: dict[str, Any], preimage: str, problems: list[str]) -> Paid:
        """Have the receipt read by a bare interpreter: no site packages, no project."""
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home / f"{receipt['receiptId']}.json"
        path.write_text(json.dumps(receipt, ensure_ascii=False, indent=1))
        program = [sys.executable, "-I", "-S", str(stdlib_receipt.__file__), str(path), preimage]
        done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=SECONDS_MAX)
        found = [*problems, *done.stdout.splitlines(), *done.stderr.splitlines()]
        if done.returncode and not found:
            found.append(f"the verifier ended with {done.returncode}")
        self.say(f"receipt {receipt['receiptId']}: {'verified offline' if not found else ', '.join(found)}")
        return Paid(receipt, path, found)

    def _call(self, http: httpx.Client, issuer: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body).encode()
        key = Key(f"{issuer}-dev-1", issuer, self.credentials.internal[issuer].encode())
        signed = sign(key, aud="lightning", method=method, path_with_query=path, body=content)
        headers = {**signed, "content-type": "application/json"}
        answer = http.request(method, path, content=content, headers=headers)
        if answer.status_code != 200:
            raise StoryFailed(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return dict(answer.json())
