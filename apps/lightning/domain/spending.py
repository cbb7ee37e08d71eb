"""Custody's own limits (section 5): their bounds, the fee limit, and what an amount says to the caps.

Everything is integer msat. Windows are in milliseconds and count a payment while `now - paid_at <= window`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

PPM = 1_000_000

BOUNDS: dict[str, tuple[int, int]] = {
    "request_cap_msats": (1_000, 5_000_000_000),
    "window_cap_msats": (10_000, 5_000_000_000),
    "window_ms": (1_000, 86_400_000),
    "payment_timeout_secs": (1, 300),
    "daily_cap_msats": (0, 10**15),
    "fee_floor_msats": (0, 5_000_000_000),
    "fee_limit_ppm": (0, 100_000),
    "daily_fee_cap_msats": (0, 10**15),
    "max_payments_per_minute": (1, 10_000),
}
"""Smallest and largest value of each number (5.2). A daily cap of 0 is off."""

OPS_PAYMENT_CAP_MSATS = 100_000
"""What lightning-ops may pay at once (probes and smoke flows), whatever the wallet's own cap is."""


class BadLimit(ValueError):
    """A limit out of its bounds or of the wrong kind. `name` is the field."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name, self.reason = name, reason


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force. Maps are by caller or host, lists hold node ids (33-byte keys, hex)."""

    allowed_hosts: tuple[str, ...] = ()
    request_cap_msats: int = 200_000
    window_cap_msats: int = 1_000_000
    window_ms: int = 300_000
    payment_timeout_secs: int = 45
    daily_cap_msats: int = 0
    fee_floor_msats: int = 5_000
    fee_limit_ppm: int = 10_000
    daily_fee_cap_msats: int = 100_000
    max_payments_per_minute: int = 60
    caller_caps_msats: Mapping[str, int] = field(default_factory=lambda: {"lightning": OPS_PAYMENT_CAP_MSATS})
    caller_daily_caps_msats: Mapping[str, int] = field(default_factory=dict)
    host_daily_caps_msats: Mapping[str, int] = field(default_factory=dict)
    destination_allow: tuple[str, ...] = ()
    destination_deny: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool):
                raise BadLimit(name, "must be an integer")
            if not low <= value <= high:
                raise BadLimit(name, f"must be {low} to {high}")
        for name in ("caller_caps_msats", "caller_daily_caps_msats", "host_daily_caps_msats"):
            _check_map(name, getattr(self, name))
        for name in ("allowed_hosts", "destination_allow", "destination_deny"):
            if not all(isinstance(entry, str) and entry for entry in getattr(self, name)):
                raise BadLimit(name, "must be a list of texts")

    def changed(self, changes: Mapping[str, Any]) -> Limits:
        """These limits with some replaced. Raises BadLimit, for an unknown name too."""
        known = {entry.name for entry in fields(self)}
        for name in changes:
            if name not in known:
                raise BadLimit(name, "is no limit")
        given: dict[str, Any] = {}
        for name, value in changes.items():
            given[name] = tuple(value) if isinstance(value, list) else value
        try:
            return replace(self, **given)
        except TypeError as error:
            raise BadLimit("limits", "has a value of the wrong kind") from error

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, as stored."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def fee_limit_msats(self, quoted_msats: int, lowered_to: int | None = None) -> int:
        """`max(floor, ceil(quoted * ppm / 10^6))`, then never more than `lowered_to`."""
        limit = max(self.fee_floor_msats, -(-quoted_msats * self.fee_limit_ppm // PPM))
        return limit if lowered_to is None else min(limit, lowered_to)


def _check_map(name: str, value: Mapping[str, int]) -> None:
    if not isinstance(value, Mapping):
        raise BadLimit(name, "must be an object")
    for key, amount in value.items():
        if not isinstance(key, str) or not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
            raise BadLimit(name, "maps texts to amounts in msat")


@dataclass(frozen=True, slots=True)
class Spent:
    """What already counts against the caps, reserved and in flight included."""

    window_msats: int = 0
    day_msats: int = 0
    caller_day_msats: int = 0
    host_day_msats: int = 0
    fees_day_msats: int = 0


@dataclass(frozen=True, slots=True)
class Denial:
    """A refusal by policy: the code of section 13, the details a caller may see, and the cap's name for the metric."""

    code: str
    cap: str
    details: dict[str, Any] = field(default_factory=dict)


def check_host(limits: Limits, host: str) -> Denial | None:
    """Exact match on the lower-cased host. An empty list allows all; whether it may be empty is checked at start."""
    if not limits.allowed_hosts or host in limits.allowed_hosts:
        return None
    return Denial("host_not_allowed", "host", {"host": host})


def check_maximum(limits: Limits, host: str, max_amount_msats: int) -> Denial | None:
    """The caller's own bound against the request cap, before anything is known of the invoice."""
    if max_amount_msats <= limits.request_cap_msats:
        return None
    details = {"host": host, "maxAllowedMsats": limits.request_cap_msats, "quotedAmountMsats": max_amount_msats}
    return Denial("request_cap_exceeded", "request", details)


def check_destination(limits: Limits, payee: str) -> Denial | None:
    """Allow and deny lists of node ids; a denied node is denied even if it is also allowed."""
    if payee in limits.destination_deny or (limits.destination_allow and payee not in limits.destination_allow):
        return Denial("destination_not_allowed", "destination", {})
    return None


def check_quote(limits: Limits, host: str, caller: str, quoted_msats: int, max_amount_msats: int) -> Denial | None:
    """The invoice's amount against the smallest of the caller's bound, the request cap and the caller's own cap."""
    allowed = min(max_amount_msats, limits.request_cap_msats, limits.caller_caps_msats.get(caller, max_amount_msats))
    if quoted_msats <= allowed:
        return None
    details = {"host": host, "maxAllowedMsats": allowed, "quotedAmountMsats": quoted_msats}
    return Denial("quoted_amount_exceeds_cap", "quoted", details)


def check_caps(
    limits: Limits, spent: Spent, *, host: str, caller: str, quoted_msats: int, fee_limit_msats: int
) -> Denial | None:
    """Window, day, caller's day, host's day, the day's fees: in this order; reaching a cap exactly is allowed."""
    if spent.window_msats + quoted_msats > limits.window_cap_msats:
        details = {
            "host": host,
            "quotedAmountMsats": quoted_msats,
            "windowSpendMsats": spent.window_msats,
            "windowCapMsats": limits.window_cap_msats,
        }
        return Denial("window_cap_exceeded", "window", details)
    daily = [
        ("daily", spent.day_msats + quoted_msats, limits.daily_cap_msats or None),
        ("caller_daily", spent.caller_day_msats + quoted_msats, limits.caller_daily_caps_msats.get(caller)),
        ("host_daily", spent.host_day_msats + quoted_msats, limits.host_daily_caps_msats.get(host)),
        ("daily_fees", spent.fees_day_msats + fee_limit_msats, limits.daily_fee_cap_msats),
    ]
    for name, total, cap in daily:
        if cap is not None and total > cap:
            return Denial("daily_cap_exceeded", name, {"host": host, "quotedAmountMsats": quoted_msats})
    return None
