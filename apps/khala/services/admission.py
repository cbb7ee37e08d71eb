"""Who gets in: the denial order of a handshake (14.2, 15.4).

What is asked before the token is read (all handshakes, those of an address) and the caps on open connections are of
this process, in memory: shedding a storm must cost no database. The rates of a user and a device are kept in the window
seam, so that several processes share them.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog

from apps.khala import metrics
from apps.khala.config import Config
from apps.khala.domain import handshake, tokens
from apps.khala.domain.access import Principal
from apps.khala.domain.handshake import Denial, Offer
from apps.khala.domain.rates import Buckets, Rate
from apps.khala.domain.revocation import DENIES_HANDSHAKE, Holder
from apps.khala.domain.tokens import Grant, Verifier
from apps.khala.services.database import DatabaseThreads
from apps.khala.services.revocations import RevocationBook
from openagents.db.stores import StoreUnavailable, single_use, window

JTI_SCOPE: Final = "khala:jti"
FAILURES_MAX: Final = 3
FAILURE_SECONDS: Final = 60
PENALTY_SECONDS: Final = 10
"""A device that keeps failing may try once in this time."""
USERS: Final = "khala.handshakes.user"
DEVICES: Final = "khala.handshakes.device"
FAILURES: Final = "khala.handshakes.failed"
PENALTIES: Final = "khala.handshakes.penalty"

log = structlog.get_logger("oa.khala.admission")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A handshake that holds. `soft_failure`: accepted only to be told `reauth_required`."""

    grant: Grant
    soft_failure: str = ""

    @property
    def holder(self) -> Holder:
        grant = self.grant
        return Holder(grant.principal, grant.jti, grant.kid, grant.issued_at)


class Admission:
    """Decides handshakes. Counts of open connections are told by `entered` and `left`."""

    def __init__(self, config: Config, verifier: Verifier, book: RevocationBook, database: DatabaseThreads) -> None:
        self.config = config
        self.verifier = verifier
        self.book = book
        self.database = database
        self.draining = False
        self.origins = frozenset(handshake.normal_origin(origin) for origin in config.khala_allowed_origins)
        self._all = Buckets(Rate(config.khala_handshake_rate, config.khala_handshake_burst), 1)
        self._address = Buckets(Rate(config.khala_handshake_ip_rate, config.khala_handshake_ip_burst))
        self._open: Counter[str] = Counter()
        self._notes: set[asyncio.Task[None]] = set()

    async def decide(self, offer: Offer, *, consume: bool = True) -> Admitted | Denial:
        """The outcome of one handshake, in the fixed order. `consume` False: the jti is not used up (diagnosis)."""
        early = self._before_crypto(offer)
        if early is not None:
            return early
        grant = self._verified(offer)
        if isinstance(grant, Denial):
            return grant
        admitted = Admitted(grant)
        revoked = self.book.against(admitted.holder)
        if revoked is not None and revoked.kind in DENIES_HANDSHAKE:
            return handshake.unauthorized("token_revoked")
        full = self._over_caps(grant.principal)
        if full is not None:
            return full
        refused = await self.database.run(self._refused_by_stores, grant, consume)
        if refused is not None:
            return refused
        return Admitted(grant, revoked.reason if revoked is not None else "")

    def _before_crypto(self, offer: Offer) -> Denial | None:
        now = time.monotonic()
        if self.draining:
            return handshake.draining()
        for bucket, key, reason in ((self._all, "", "handshake_rate"), (self._address, offer.address, "address_rate")):
            wait = bucket.take(key, now)
            if wait > 0:
                return handshake.rate_limited(reason, wait)
        if self.config.khala_enforce_origin and not self._origin_allowed(offer.origin):
            return handshake.FORBIDDEN_ORIGIN
        return None

    def _origin_allowed(self, origin: str | None) -> bool:
        """Pages of this machine count only in development and tests: the playground is one."""
        at_home = self.config.oa_env in ("dev", "test") and handshake.is_local(origin or "")
        return at_home or handshake.origin_allowed(origin, self.origins)

    def _verified(self, offer: Offer) -> Grant | Denial:
        carrier = tokens.carried(offer.authorization, offer.subprotocols, offer.query_token)
        if not carrier.token:
            metrics.AUTH.labels("error", carrier.reason).inc()
            if carrier.status == 400:
                return handshake.bad_request(carrier.reason, "two different tokens in one request")
            return handshake.unauthorized(carrier.reason)
        try:
            grant = self.verifier.verify(carrier.token, int(time.time()))
        except tokens.Refused as refused:
            metrics.AUTH.labels("error", refused.internal).inc()
            return handshake.unauthorized(refused.reason, refused.internal)
        metrics.AUTH.labels("ok", "none").inc()
        return grant

    def fresh(self, token: str) -> Grant | str:
        """The grant of a token that extends a live connection, or the reason of refusal. The jti is not used up."""
        try:
            grant = self.verifier.verify(token, int(time.time()))
        except tokens.Refused as refused:
            return refused.reason
        if self.book.against(Admitted(grant).holder) is not None:
            return "token_revoked"
        return grant

    def _over_caps(self, principal: Principal) -> Denial | None:
        config = self.config
        if self._open["all"] >= config.khala_connections_max:
            return handshake.overloaded()
        caps = {
            "user": config.khala_connections_user_max,
            "device": config.khala_connections_device_max,
            "org": config.khala_connections_org_max,
        }
        for key in _keys(principal):
            kind = key.partition(":")[0]
            if kind in caps and self._open[key] >= caps[kind]:
                return handshake.rate_limited(f"{kind}_connections", 5.0)
        return None

    def _refused_by_stores(self, grant: Grant, consume: bool) -> Denial | None:
        """Rates of user and device, then the single use of the token. Blocking. Raises StoreUnavailable."""
        config, hit = self.config, window().hit
        user, device = f"user:{grant.principal.owner_key}", _device_key(grant.principal)
        rates = [
            (USERS, user, config.khala_handshake_user_rate, config.khala_handshake_user_burst, "user_rate"),
            (DEVICES, device, config.khala_handshake_device_rate, config.khala_handshake_device_burst, "device_rate"),
        ]
        for bucket, key, rate, burst, reason in rates:
            if wait := hit(bucket, key, burst, window_seconds(rate, burst)):
                return handshake.rate_limited(reason, wait)
        # A cost of nothing only asks: is the log over the limit?
        failing = hit(FAILURES, device, FAILURES_MAX - 1, FAILURE_SECONDS, 0) > 0
        if failing and (wait := hit(PENALTIES, device, 1, PENALTY_SECONDS - 1)):
            return handshake.rate_limited("repeated_failures", wait)
        if consume and grant.jti:
            expires_at = datetime.fromtimestamp(grant.expires_at, UTC)
            if not single_use().claim(JTI_SCOPE, grant.jti, expires_at):
                return handshake.unauthorized("token_replayed")
        return None

    # Counts

    def entered(self, principal: Principal) -> None:
        self._open.update(_keys(principal))
        metrics.CONNECTIONS.inc()

    def left(self, principal: Principal, *, failed: bool) -> None:
        """The connection ended; `failed`: by a compatibility or reauthorization refusal."""
        self._open.subtract(_keys(principal))
        for key in _keys(principal):
            if self._open[key] <= 0:
                del self._open[key]
        metrics.CONNECTIONS.dec()
        if failed:
            note = asyncio.ensure_future(self._note_failure(_device_key(principal)))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)

    async def _note_failure(self, device: str) -> None:
        await self.database.run(lambda: window().hit(FAILURES, device, FAILURES_MAX, FAILURE_SECONDS))

    async def stop(self) -> None:
        """Until what was to be remembered is remembered."""
        await asyncio.gather(*self._notes, return_exceptions=True)


def window_seconds(rate: int, burst: int) -> int:
    """The window in which `burst` handshakes make `rate` per second; the log counts the running second beside it."""
    return max(round(burst / rate) - 1, 1)


def _device_key(principal: Principal) -> str:
    """A device of a user: fallback device ids are shared between users."""
    return f"device:{principal.owner_key}|{principal.device_id}"


def _keys(principal: Principal) -> list[str]:
    keys = ["all", f"user:{principal.owner_key}"]
    if principal.device_id:
        keys.append(_device_key(principal))
    if principal.org_id:
        keys.append(f"org:{principal.org_id}")
    return keys


__all__ = ["Admission", "Admitted", "StoreUnavailable"]
