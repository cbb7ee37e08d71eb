"""What lightning ops keeps under the key-encryption ring: proofs, paid credentials, channel backups."""

from __future__ import annotations

from typing import Final

from apps.lightning.models import IngestEvent, L402Credential
from apps.lightning.services.executor import custody
from apps.lightning.services.executor.custody import SealedColumn
from apps.lightning.services.ops import channel_backups
from openagents.db import audit
from openagents.ops.metrics import SECRETBOX_STALE_ROWS

CREDENTIAL_KEY: Final = ("owner", "host", "scope")
COLUMNS: Final = (
    SealedColumn(IngestEvent, "ingest_event", "proof_enc"),
    SealedColumn(L402Credential, "l402_credential", "token_enc", CREDENTIAL_KEY),
    SealedColumn(L402Credential, "l402_credential", "preimage_enc", CREDENTIAL_KEY),
)


def rewrap() -> tuple[int, int]:
    """Bring everything of lightning ops under the ring's first key; (changed, unreadable). May be repeated.

    Raises Fault CUSTODY_SEALED.
    """
    custody.require_open()
    changed, unreadable = channel_backups.rewrap()
    for column in COLUMNS:
        done, lost = column.rewrap()
        changed, unreadable = changed + done, unreadable + lost
    if changed:
        audit.record("lightning.ops.rewrapped", changed=changed, unreadable=unreadable)
    measure_stale()
    return changed, unreadable


def measure_stale() -> int:
    """Set the gauge of rows that another key than the ring's first sealed, and return it; without a ring all count."""
    left = channel_backups.stale_rows() + sum(column.stale().count() for column in COLUMNS)
    SECRETBOX_STALE_ROWS.labels("lightning").set(left)
    return left
