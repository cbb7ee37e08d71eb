"""Where settlements of the paid gateway are read: from the embedded one's executor, or from LND and Aperture (17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

import httpx

from apps.lightning.gateways.protocol import GatewayError, SettledInvoice
from openagents.peers.calls import PeerUnavailable
from openagents.peers.client import peer

FEED_PATH: Final = "/sim/l402-feed"
TRANSACTIONS_PATH: Final = "/api/admin/transactions"
MACAROON_HEADER: Final = "Grpc-Metadata-Macaroon"
SECONDS_MAX: Final = 15.0
PAGE: Final = 100
TRANSACTIONS_MAX: Final = 10_000


class FeedFailed(Exception):
    """The feed cannot be read now. The text is a short reason."""


@dataclass(frozen=True, slots=True)
class Item:
    """A settled invoice. `service`: what it paid for; empty: nothing of ours (`foreign`), or not known yet."""

    invoice: SettledInvoice
    service: str
    foreign: bool = False


class Feed(Protocol):
    """One source of settlements."""

    source: str

    def page(self, add_index: int, settle_index: int) -> list[Item]:
        """What follows the indices, in order; empty: nothing at present. Raises FeedFailed."""


class EmbeddedFeed:
    """The embedded gateway, asked over the executor's door."""

    source = "embedded"

    def page(self, add_index: int, settle_index: int) -> list[Item]:
        try:
            answer = peer("lightning-executor").get(FEED_PATH, params={"after": str(settle_index)}, timeout=SECONDS_MAX)
            if not answer.ok:
                raise FeedFailed(f"the executor answered {answer.status}")
            return [_item(one) for one in answer.json["result"]["settled"]]
        except PeerUnavailable as error:
            raise FeedFailed(error.reason) from None
        except (KeyError, TypeError, ValueError):
            raise FeedFailed("the executor's answer has another shape") from None


class Subscribable(Protocol):
    """The part of a node's gateway that the feed needs."""

    def subscribe_settled(self, add_index: int, settle_index: int) -> Iterator[SettledInvoice]: ...


class NodeFeed:
    """A node's own invoices, with Aperture's list of transactions saying what each was for."""

    def __init__(
        self, node_id: str, node: Subscribable, base_url: str, macaroon_hex: str, http: httpx.Client | None = None
    ) -> None:
        self.source = f"node:{node_id}"
        self._node = node
        self._url = base_url.rstrip("/") + TRANSACTIONS_PATH
        self._headers = {MACAROON_HEADER: macaroon_hex}
        self._http = http or httpx.Client(timeout=SECONDS_MAX, trust_env=False)

    def page(self, add_index: int, settle_index: int) -> list[Item]:
        try:
            found = list(islice(self._node.subscribe_settled(add_index, settle_index), PAGE))
        except GatewayError as error:
            raise FeedFailed(str(error)) from None
        services = self.services() if found else {}
        return [Item(one, services.get(one.payment_hash, "")) for one in found]

    def services(self) -> dict[str, str]:
        """Service by payment hash, of everything Aperture lists. Raises FeedFailed."""
        found: dict[str, str] = {}
        for offset in range(0, TRANSACTIONS_MAX, PAGE):
            listed = self._transactions(offset)
            found |= {str(one.get("payment_hash")): str(one.get("service_name") or "") for one in listed}
            if len(listed) < PAGE:
                break
        return found

    def _transactions(self, offset: int) -> list[Mapping[str, Any]]:
        try:
            answer = self._http.get(self._url, params={"limit": PAGE, "offset": offset}, headers=self._headers)
            document = answer.json() if answer.is_success else None
        except (httpx.HTTPError, ValueError) as error:
            raise FeedFailed(f"the admin API did not answer: {type(error).__name__}") from None
        listed = document.get("transactions") if isinstance(document, dict) else None
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise FeedFailed("the admin API did not list its transactions")
        return listed


def _item(one: Mapping[str, Any]) -> Item:
    service = str(one["service"])
    return Item(
        SettledInvoice(
            payment_hash=str(one["paymentHash"]),
            amount_paid_msats=int(one["amountPaidMsats"]),
            settled_at_ms=int(one["settledAtMs"]),
            add_index=int(one["addIndex"]),
            settle_index=int(one["settleIndex"]),
            preimage=str(one["preimageHex"]),
        ),
        service,
        foreign=not service,
    )
