"""Channels of an LND node, and the two ways a call to it is made: one that only reads, one that changes something."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from apps.lightning.gateways.lnd import words
from apps.lightning.gateways.lnd.rest import INVALID_ARGUMENT, Lost, Refused, Rest, Unreachable
from apps.lightning.gateways.nodes import Pending
from apps.lightning.gateways.protocol import Channel, GatewayError, GatewayUnclear, OpenedChannel

PEER_TIMEOUT_SECONDS = 10
CLOSE_TIMEOUT_SECONDS = 60.0

_NEVER_OPENED = (
    "not online",
    "not connected",
    "not enough",
    "insufficient",
    "below",
    "above",
    "exceed",
    "too small",
    "too large",
    "pending channels",
    "cannot open channel to self",
    "not synced",
    "synced",
)
_NEVER_CLOSED = ("unable to find channel", "channel not found", "cannot close channel", "active htlcs", "offline")
_CONNECTED = "already connected"


F = TypeVar("F", bound=Callable[..., Any])


def reading(method: F) -> F:
    """An answer that makes no sense, to a call that changes nothing, is GatewayError like any other failure of it."""

    @functools.wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except Lost as error:
            raise GatewayError("connect_failed", str(error)) from None

    return cast(F, checked)


def changing(method: F) -> F:
    """An answer that makes no sense, to a call that changes something, is GatewayUnclear."""

    @functools.wraps(method)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return method(*args, **kwargs)
        except Lost as error:
            raise GatewayUnclear(str(error)) from None

    return cast(F, checked)


class LndCalls:
    """The two ways a call is made, over one connection pool."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest
        self.macaroon_hex = rest.macaroon_hex
        """For the one thing that is read from it: when it ends."""

    def _read(self, method: str, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A call that changes nothing: whatever goes wrong, nothing happened. Raises GatewayError."""
        try:
            return self.rest.call(method, path, params=params)
        except Refused as refused:
            raise self._refusal(refused, "connect_failed") from None
        except (Unreachable, Lost) as error:
            raise GatewayError("connect_failed", str(error)) from None

    def _change(
        self, method: str, path: str, body: Mapping[str, Any], certainly_not: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """A call that changes something. Raises GatewayError when it certainly did not, GatewayUnclear otherwise."""
        try:
            return self.rest.call(method, path, body or None)
        except Refused as refused:
            raise self._verdict(refused, certainly_not) from None
        except Unreachable as error:
            raise GatewayError("connect_failed", str(error)) from None
        except Lost as error:
            raise GatewayUnclear(str(error)) from None

    def _verdict(self, refused: Refused, certainly_not: tuple[str, ...]) -> GatewayError | GatewayUnclear:
        """A refusal of a call that changes something is definite only where its words are known."""
        definite = refused.is_auth or refused.is_locked or refused.code == INVALID_ARGUMENT
        if definite or any(known in refused.words for known in certainly_not):
            return self._refusal(refused, "send_failed")
        return GatewayUnclear(refused.words)

    def _refusal(self, refused: Refused, code: str) -> GatewayError:
        if refused.is_auth:
            return GatewayError("connect_failed", "the node does not accept the macaroon")
        if refused.is_locked:
            return GatewayError("connect_failed", "the wallet is locked")
        return GatewayError(code, refused.words)


class LndChannels(LndCalls):
    """The part of the gateway that opens, closes and watches channels."""

    @reading
    def channels(self) -> list[Channel]:
        return [words.channel(item) for item in words.items(self._read("GET", "/v1/channels"), "channels")]

    @reading
    def pending(self) -> Pending:
        found = self._read("GET", "/v1/channels/pending")

        def points(name: str) -> tuple[str, ...]:
            return tuple(words.text(words.part(item, "channel"), "channel_point") for item in words.items(found, name))

        forced = points("pending_force_closing_channels")
        closing = points("waiting_close_channels") + points("pending_closing_channels") + forced
        return Pending(points("pending_open_channels"), closing, len(forced))

    @reading
    def opened(self, memo: str) -> OpenedChannel | None:
        pending = words.items(self._read("GET", "/v1/channels/pending"), "pending_open_channels")
        open_ = words.items(self._read("GET", "/v1/channels"), "channels")
        for channel in [*(words.part(item, "channel") for item in pending), *open_]:
            if memo and words.text(channel, "memo") == memo:
                txid, _, output = words.text(channel, "channel_point").partition(":")
                return OpenedChannel(txid, int(output or 0))
        return None

    @reading
    def backup(self) -> bytes:
        found = words.part(self._read("GET", "/v1/channels/backup"), "multi_chan_backup")
        return words.octets(found, "multi_chan_backup")

    @changing
    def open_channel(
        self, peer_id: str, amount_sats: int, sat_per_vbyte: int | None, private: bool, memo: str
    ) -> OpenedChannel:
        order: dict[str, Any] = {
            "node_pubkey": base64.b64encode(bytes.fromhex(peer_id)).decode("ascii"),
            "local_funding_amount": str(amount_sats),
            "private": private,
            "memo": memo,
        }
        if sat_per_vbyte is not None:
            order["sat_per_vbyte"] = str(sat_per_vbyte)
        made = self._change("POST", "/v1/channels", order, _NEVER_OPENED)
        txid = words.text(made, "funding_txid_str") or words.txid(made, "funding_txid_bytes")
        if not txid:
            raise GatewayUnclear("the node named no funding transaction")
        return OpenedChannel(txid, words.number(made, "output_index"))

    @changing
    def close_channel(self, channel_point: str, force: bool, sat_per_vbyte: int | None) -> str:
        txid, _, output = channel_point.partition(":")
        asked: dict[str, Any] = {"force": "true" if force else "false"}
        if sat_per_vbyte is not None and not force:  # LND refuses a fee rate for a forced close
            asked["sat_per_vbyte"] = str(sat_per_vbyte)
        stream = self.rest.stream(
            "DELETE", f"/v1/channels/{txid}/{output}", params=asked, read_timeout_s=CLOSE_TIMEOUT_SECONDS
        )
        try:
            for update in stream:
                if pending := words.part(update, "close_pending"):
                    return words.txid(pending, "txid")
                if closed := words.part(update, "chan_close"):
                    return words.txid(closed, "closing_txid")
        except Unreachable as error:
            raise GatewayError("connect_failed", str(error)) from None
        except Refused as refused:
            raise self._verdict(refused, _NEVER_CLOSED) from None
        finally:
            stream.close()  # type: ignore[attr-defined]
        raise GatewayUnclear("the node said nothing")

    @changing
    def update_policy(self, channel_point: str, base_fee_msat: int, fee_rate_ppm: int, time_lock_delta: int) -> None:
        txid, _, output = channel_point.partition(":")
        order = {
            "chan_point": {"funding_txid_str": txid, "output_index": int(output)},
            "base_fee_msat": str(base_fee_msat),
            "fee_rate_ppm": fee_rate_ppm,
            "time_lock_delta": time_lock_delta,
        }
        answer = self._change("POST", "/v1/chanpolicy", order, ("not found", "unable to"))
        if failed := words.items(answer, "failed_updates"):
            raise GatewayError("send_failed", words.text(failed[0], "update_error") or "the policy was not taken")

    def connect_peer(self, peer_id: str, host: str) -> None:
        order = {"addr": {"pubkey": peer_id, "host": host}, "perm": True, "timeout": str(PEER_TIMEOUT_SECONDS)}
        try:
            self.rest.call("POST", "/v1/peers", order)
        except Refused as refused:
            if _CONNECTED not in refused.words:
                raise GatewayError("connect_failed", refused.words) from None
        except Unreachable as error:
            raise GatewayError("connect_failed", str(error)) from None
        except Lost as error:
            raise GatewayUnclear(str(error)) from None
