"""Custody's secrets at rest (section 9): a data key for each, the data keys under the key-encryption ring.

Values exist in plain only in this process's memory, and only while they are used.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Model, QuerySet

from apps.lightning.domain.fingerprints import sha256_text
from apps.lightning.gateways import kek
from apps.lightning.models import CustodySecret, InvoiceIntent, L402Token, PaymentIntent, ServiceCredential
from apps.lightning.services.executor.clock import database_now
from apps.lightning.services.executor.refusals import CUSTODY_SEALED
from openagents.db import audit
from openagents.ops.metrics import SECRETBOX_FAILURES, SECRETBOX_STALE_ROWS
from openagents.secretbox.box import NoKeyRing, SecretBox, SecretUnreadable
from openagents.wire.faults import Fault

log = structlog.get_logger("oa.custody")

DEK_ID = "dek"
RECEIPT_KEY = "receipt_signing_key"
STATES = ("staged", "active", "retired", "destroyed")


class IdentityChange(ValueError):
    """Rotating this secret gives the wallet another identity: it must be said explicitly."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a secret as a list shows it."""

    name: str
    version: int
    kek_id: str
    state: str
    fingerprint: str
    public: str


@cache
def _box(ring: str) -> SecretBox:
    return SecretBox.from_csv(ring)


def box() -> SecretBox:
    """The box over the key-encryption ring; without a ring it is sealed and refuses everything."""
    return _box(kek.ring(settings.OA))


def sealed() -> bool:
    """Whether no key can be used at present."""
    return not box().ready


def require_open() -> None:
    """Raises Fault CUSTODY_SEALED, before anything that would need a key has an effect."""
    if sealed():
        raise Fault(CUSTODY_SEALED)


def kek_id() -> str | None:
    """The id of the key that seals, or None."""
    return box().current_prefix.split(":")[2] if box().ready else None


def purpose(table: str, column: str, key: object) -> str:
    """What a sealed column is for, down to its row."""
    return f"oa.lightning.{table}.{column}.v1|{key}"


def seal_column(text: str, table: str, column: str, key: object) -> str:
    """Raises Fault CUSTODY_SEALED."""
    return _or_sealed(lambda: box().seal(text, purpose(table, column, key)))


def open_column(sealed_text: str, table: str, column: str, key: object) -> str:
    """Raises Fault CUSTODY_SEALED, also when the ring lacks the key or the text was changed."""
    return _or_sealed(lambda: box().open(sealed_text, purpose(table, column, key)))


def _or_sealed(work: Callable[[], str]) -> str:
    try:
        return work()
    except NoKeyRing:
        raise Fault(CUSTODY_SEALED) from None
    except SecretUnreadable as error:
        log.error("secret_unreadable")
        raise Fault(CUSTODY_SEALED, reason_code=str(error)) from None


def _purpose(name: str, version: int, *, dek: bool = False) -> str:
    return f"oa.lightning.custody.v1|{name}|{version}" + ("|dek" if dek else "")


def _data_box(dek: bytes) -> SecretBox:
    return SecretBox.from_csv(f"{DEK_ID}:{base64.b64encode(dek).decode()}")


def store(name: str, value: str, *, public: str = "", activate: bool = True) -> CustodySecret:
    """Keep a new version of a secret; `activate` retires the one before it. Raises Fault CUSTODY_SEALED."""
    require_open()
    with transaction.atomic():
        _lock(name)
        newest = CustodySecret.objects.filter(name=name).aggregate(Max("version"))["version__max"] or 0
        version = newest + 1
        dek = os.urandom(32)
        now = database_now()
        if activate:
            CustodySecret.objects.filter(name=name, state="active").update(state="retired", retired_at=now)
        return CustodySecret.objects.create(
            name=name,
            version=version,
            kek_id=kek_id() or "",
            sealed_dek=box().seal_bytes(dek, _purpose(name, version, dek=True)),
            sealed_value=_data_box(dek).seal(value, _purpose(name, version)),
            fingerprint="sha256:" + sha256_text(value),
            public=public,
            state="active" if activate else "staged",
            activated_at=now if activate else None,
        )


def load(name: str, version: int | None = None) -> str:
    """The active version's value, or the named one's. Raises Fault CUSTODY_SEALED, KeyError."""
    found = CustodySecret.objects.filter(name=name)
    row = (found.filter(version=version) if version else found.filter(state="active")).first()
    if row is None or row.state == "destroyed":
        raise KeyError(name)
    return _open(row)


def _open(row: CustodySecret) -> str:
    def work() -> str:
        dek = box().open_bytes(row.sealed_dek, _purpose(row.name, row.version, dek=True))
        return _data_box(dek).open(row.sealed_value, _purpose(row.name, row.version))

    return _or_sealed(work)


def load_or_create(name: str, make: Callable[[], str], public_of: Callable[[str], str] = lambda _: "") -> str:
    """The active value, made and kept at the first use. Several processes get the same one."""
    if (row := CustodySecret.objects.filter(name=name, state="active").first()) is not None:
        return _open(row)
    require_open()
    with transaction.atomic():
        _lock(name)
        if (row := CustodySecret.objects.filter(name=name, state="active").first()) is not None:
            return _open(row)
        value = make()
        store(name, value, public=public_of(value))
    return value


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lightning.custody:{name}"])


def changes_identity(name: str) -> bool:
    """Whether another value makes another wallet of it: seeds and mnemonics."""
    return "mnemonic" in name or "seed" in name


def rotate(
    name: str, value: str, *, public: str = "", reason: str, confirm_identity_change: bool = False, actor: str
) -> CustodySecret:
    """Replace a secret. Raises IdentityChange where that must be confirmed and is not; ValueError without a reason."""
    if not reason.strip():
        raise ValueError("a rotation needs a reason")
    if changes_identity(name) and not confirm_identity_change:
        raise IdentityChange(f"{name}: a new value is a new wallet; confirm the change of identity")
    with transaction.atomic():
        row = store(name, value, public=public)
        audit.record("lightning.custody.rotated", secret_name=name, version=row.version, actor=actor, reason=reason)
    return row


def destroy(name: str, version: int, actor: str) -> None:
    """Forget a retired version for good, when the operator signs off. Raises ValueError for one in use."""
    with transaction.atomic():
        row = CustodySecret.objects.select_for_update().get(name=name, version=version)
        if row.state != "retired":
            raise ValueError(f"{name} v{version} is {row.state}; only what is retired can be destroyed")
        row.state, row.sealed_dek, row.sealed_value = "destroyed", "", ""
        row.save()
        audit.record("lightning.custody.destroyed", secret_name=name, version=version, actor=actor)


def rewrap(actor: str = "command") -> tuple[int, int]:
    """Bring everything under the ring's first key. Returns (changed, unreadable); may be repeated at any time."""
    require_open()
    changed = unreadable = 0
    for secret in CustodySecret.objects.exclude(state="destroyed").order_by("pk"):
        bound = _purpose(secret.name, secret.version, dek=True)
        try:
            if not box().is_stale(secret.sealed_dek):
                continue
            fresh = box().rewrap(secret.sealed_dek, bound)
        except SecretUnreadable:
            unreadable += 1
            continue
        found = CustodySecret.objects.filter(pk=secret.pk, sealed_dek=secret.sealed_dek)
        changed += found.update(sealed_dek=fresh, kek_id=kek_id() or "")
    for column in SEALED_COLUMNS:
        done, lost = column.rewrap()
        changed, unreadable = changed + done, unreadable + lost
    if changed:
        audit.record("lightning.custody.rewrapped", changed=changed, unreadable=unreadable, actor=actor)
    measure_stale()
    return changed, unreadable


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column under the ring itself; empty means nothing is kept. `key`: the fields that bind a text to its row."""

    model: type[Model]
    table: str
    column: str
    key: tuple[str, ...] = ("pk",)

    def stale(self) -> QuerySet[Model]:
        """Rows that the ring's first key did not seal; without a ring that is all."""
        rows = self.model._default_manager.exclude(**{self.column: ""})
        return rows.exclude(**{f"{self.column}__startswith": box().current_prefix}) if box().ready else rows

    def rewrap(self) -> tuple[int, int]:
        """Bring it under the ring's first key; (changed, unreadable). Only what was read is replaced."""
        changed = unreadable = 0
        for pk, text, *key in self.stale().values_list("pk", self.column, *self.key).iterator():
            try:
                fresh = box().rewrap(text, purpose(self.table, self.column, "|".join(str(part) for part in key)))
            except SecretUnreadable:
                log.error("secret_unreadable", table=self.table, column=self.column, row=pk)
                SECRETBOX_FAILURES.labels("lightning").inc()
                unreadable += 1
                continue
            found = self.model._default_manager.filter(pk=pk, **{self.column: text})
            changed += found.update(**{self.column: fresh})
        return changed, unreadable


SEALED_COLUMNS = (
    SealedColumn(PaymentIntent, "payment_intent", "preimage_enc"),
    SealedColumn(PaymentIntent, "payment_intent", "result_enc"),
    SealedColumn(InvoiceIntent, "invoice_intent", "preimage_enc"),
    SealedColumn(ServiceCredential, "service_credential", "secret_enc"),
    SealedColumn(L402Token, "l402_token", "root_key_enc", ("identifier_sha256",)),
)
"""Columns of the executor under the ring itself."""


def measure_stale() -> int:
    """Set the gauge of what another key than the ring's first sealed in the executor's tables, and return it."""
    secrets_kept = CustodySecret.objects.exclude(state="destroyed")
    if box().ready:
        secrets_kept = secrets_kept.exclude(sealed_dek__startswith=box().current_prefix)
    left = secrets_kept.count() + sum(column.stale().count() for column in SEALED_COLUMNS)
    SECRETBOX_STALE_ROWS.labels("lightning").set(left)
    return left


def versions() -> Iterator[Version]:
    """Everything that is kept, without anything secret."""
    for row in CustodySecret.objects.order_by("name", "version"):
        yield Version(row.name, row.version, row.kek_id, row.state, row.fingerprint, row.public)


def new_hex_secret() -> str:
    return secrets.token_hex(32)
