"""A simulated node as lightning ops reaches it: over the executor's door, for its tables are closed to ops."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from apps.lightning.gateways.nodes import Pending
from apps.lightning.gateways.protocol import (
    Balances,
    Channel,
    GatewayError,
    GatewayUnclear,
    NodeInfo,
    OpenedChannel,
)
from openagents.peers.calls import PeerUnavailable
from openagents.peers.client import peer

SECONDS_MAX = 10.0
_UNREACHABLE = "connect_failed"
_DEFINITE = frozenset({400, 401, 403, 404, 502, 503})
"""Answers after which certainly nothing happened: the executor refused, or says that its node did."""


class SimulatedDoor:
    """The simulated node `name` of the executor's network."""

    def __init__(self, name: str) -> None:
        self._path = f"/sim/node/{quote(name, safe='')}"

    def info(self) -> NodeInfo:
        seen = self._seen()
        return NodeInfo(
            identity_pubkey=str(seen["identityPubkey"]),
            balance_msats=int(seen["balanceMsats"]),
            network=str(seen["network"]),
            block_height=int(seen["blockHeight"]),
            synced=seen["synced"] is True,
        )

    def node_balances(self) -> Balances:
        seen = self._seen()
        return Balances(
            onchain_confirmed_sats=int(seen["onchainConfirmedSats"]),
            onchain_unconfirmed_sats=int(seen["onchainUnconfirmedSats"]),
            local_msats=int(seen["localMsats"]),
            remote_msats=int(seen["remoteMsats"]),
            unsettled_msats=int(seen["unsettledMsats"]),
        )

    def channels(self) -> list[Channel]:
        return [
            Channel(
                channel_point=str(one["channelPoint"]),
                channel_id=str(one["channelId"]),
                peer_id=str(one["peerId"]),
                active=one["active"] is True,
                capacity_sats=int(one["capacitySats"]),
                local_sats=int(one["localSats"]),
                remote_sats=int(one["remoteSats"]),
            )
            for one in self._seen()["channels"]
        ]

    def pending(self) -> Pending:
        seen = self._seen()
        return Pending(tuple(seen["pendingOpening"]), tuple(seen["pendingClosing"]), int(seen["pendingForced"]))

    def backup(self) -> bytes:
        try:
            return base64.b64decode(str(self._seen()["backup"]), validate=True)
        except (binascii.Error, ValueError):
            raise GatewayError(_UNREACHABLE, "the executor's backup is no base64") from None

    def opened(self, memo: str) -> OpenedChannel | None:
        return _opened(self._read("/opened", {"memo": memo}))

    def open_channel(
        self, peer_id: str, amount_sats: int, sat_per_vbyte: int | None, private: bool, memo: str
    ) -> OpenedChannel:
        order = {"peerId": peer_id, "amountSats": amount_sats, "private": private, "memo": memo}
        if sat_per_vbyte is not None:
            order["satPerVbyte"] = sat_per_vbyte
        made = _opened(self._change("/open", order))
        if made is None:
            raise GatewayUnclear("the executor named no channel")
        return made

    def close_channel(self, channel_point: str, force: bool, sat_per_vbyte: int | None) -> str:
        order: dict[str, Any] = {"channelPoint": channel_point, "force": force}
        if sat_per_vbyte is not None:
            order["satPerVbyte"] = sat_per_vbyte
        return str(self._change("/close", order).get("txid", ""))

    def update_policy(self, channel_point: str, base_fee_msat: int, fee_rate_ppm: int, time_lock_delta: int) -> None:
        self._change(
            "/policy",
            {
                "channelPoint": channel_point,
                "baseFeeMsat": base_fee_msat,
                "feeRatePpm": fee_rate_ppm,
                "timeLockDelta": time_lock_delta,
            },
        )

    def connect_peer(self, peer_id: str, host: str) -> None:
        self._change("/connect", {"peerId": peer_id, "host": host})

    def _seen(self) -> Mapping[str, Any]:
        seen = self._read("")
        if not isinstance(seen.get("channels"), list) or "identityPubkey" not in seen:
            raise GatewayError(_UNREACHABLE, "the executor's answer has another shape")
        return seen

    def _read(self, path: str, params: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        try:
            answer = peer("lightning-executor").get(self._path + path, params=params, timeout=SECONDS_MAX)
            document = answer.json
        except PeerUnavailable as error:
            raise GatewayError(_UNREACHABLE, error.reason) from None
        if not answer.ok:
            raise _refusal(document, answer.status)
        return _result(document)

    def _change(self, path: str, order: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = peer("lightning-executor").post(self._path + path, json=order, timeout=SECONDS_MAX)
            document = answer.json
        except PeerUnavailable as error:
            if not error.sent:
                raise GatewayError(_UNREACHABLE, error.reason) from None
            raise GatewayUnclear(error.reason) from None
        if answer.ok:
            return _result(document)
        if answer.status in _DEFINITE and isinstance(document, Mapping) and "error" in document:
            raise _refusal(document, answer.status)
        raise GatewayUnclear(f"the executor answered {answer.status}")


def _result(document: Any) -> Mapping[str, Any]:
    result = document.get("result") if isinstance(document, Mapping) else None
    if not isinstance(result, Mapping):
        raise GatewayError(_UNREACHABLE, "the executor's answer has another shape")
    return result


def _refusal(document: Any, status: int) -> GatewayError:
    error = document.get("error") if isinstance(document, Mapping) else None
    known = error if isinstance(error, Mapping) else {}
    details = known.get("details")
    reason = details.get("reason") if isinstance(details, Mapping) else None
    code = str(known.get("code", ""))
    words = str(reason or known.get("message") or f"the executor answered {status}")
    return GatewayError(code if code == "send_failed" else _UNREACHABLE, words)


def _opened(result: Mapping[str, Any]) -> OpenedChannel | None:
    txid = result.get("fundingTxid")
    return OpenedChannel(str(txid), int(result.get("outputIndex") or 0)) if txid else None
