"""The read-only gateway to the planes of the economy (3.5.3): whose receipts who may see. Nothing is kept here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from apps.control import metrics, peers
from apps.control.services.authentication import Principal
from apps.control.services.forwarding import accepted
from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, FORBIDDEN, INVALID_REQUEST, NOT_FOUND, Fault

LANE: Final = "economy"
HIDDEN_WORDS: Final = ("secret", "address", "token", "macaroon", "mnemonic", "seed", "private", "password")
"""Members of a wallet's status that are not shown even if the plane behind should forget to take them out."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Where a plane keeps its receipts, and what it calls our query parameters."""

    process: str
    path: str
    kind: str = "class"
    cursor: str = "cursor"
    next_cursor: str = "next_cursor"


PLANES: Final = {
    "hydra": Plane("hydra", "/v1/hydra/receipts"),
    "aegis": Plane("aegis", "/v1/aegis/receipts", cursor="after_seq", next_cursor="next_after_seq"),
    "lightning": Plane("lightning-ops", "/internal/v1/lightning-ops/receipts", kind="kind"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page of receipts as the client asks for it."""

    plane: str
    receipt_class: str | None
    run_id: str | None
    limit: int
    cursor: str | None


def receipts(principal: Principal, wanted: Wanted) -> tuple[list[Any], str | None]:
    """A page and where the next one begins. Raises Fault: FORBIDDEN, INVALID_REQUEST (`run_id`, `cursor`)."""
    plane = PLANES[wanted.plane]
    params: dict[str, Any] = {plane.kind: wanted.receipt_class, "limit": wanted.limit}
    if wanted.plane != "lightning":  # a wallet knows no runs
        params["run_id"] = wanted.run_id
    if wanted.cursor is not None and wanted.plane == "aegis" and not wanted.cursor.isdigit():
        raise Fault(INVALID_REQUEST, errors={"cursor": ["is not one of this plane's"]})
    params[plane.cursor] = wanted.cursor
    if not principal.member.operator:
        params |= _own(principal, wanted)
    body = _object(_read(principal, plane, plane.path, params))
    rows, following = body.get("receipts"), body.get(plane.next_cursor)
    if not isinstance(rows, list):
        raise _unreadable()
    return rows, None if following is None else str(following)


def receipt(principal: Principal, plane_name: str, receipt_id: str) -> Mapping[str, Any]:
    """One receipt. Raises Fault NOT_FOUND also for one that the caller may not see."""
    plane = PLANES[plane_name]
    if plane_name == "lightning" and not principal.member.operator:
        raise Fault(FORBIDDEN)
    body = _object(_read(principal, plane, f"{plane.path}/{quote(receipt_id, safe='')}", None))
    found = body.get("receipt", body)
    if not isinstance(found, dict):
        raise _unreadable()
    if not principal.member.operator and not _is_own(principal, found):
        raise Fault(NOT_FOUND)
    return found


def wallet_status(principal: Principal) -> dict[str, Any]:
    """The wallet's state for an operator, without secrets and addresses. Raises Fault FORBIDDEN."""
    if not principal.member.operator:
        raise Fault(FORBIDDEN)
    path = "/internal/v1/lightning-ops/wallet/status"
    body = _object(_read(principal, PLANES["lightning"], path, None))
    data = body.get("data", body)
    if not isinstance(data, dict):
        raise _unreadable()
    shown: dict[str, Any] = _without_secrets(data)
    return shown


def _own(principal: Principal, wanted: Wanted) -> dict[str, Any]:
    """What narrows a page to the caller's own receipts."""
    if wanted.plane == "lightning":
        raise Fault(FORBIDDEN)
    if wanted.plane == "aegis":
        return {"owner_key": _owner_key(principal)}
    if not wanted.run_id:
        raise Fault(INVALID_REQUEST, errors={"run_id": ["is required"]})
    if not _owns_run(principal, wanted.run_id):
        raise Fault(FORBIDDEN)
    return {}


def _is_own(principal: Principal, found: Mapping[str, Any]) -> bool:
    owner, run_id = found.get("owner_key"), found.get("run_id")
    if isinstance(owner, str) and owner:
        return owner == _owner_key(principal)
    return isinstance(run_id, str) and bool(run_id) and _owns_run(principal, run_id)


def _owns_run(principal: Principal, run_id: str) -> bool:
    """The runtime's word. Raises Fault when it gives none."""
    if run_id in (".", ".."):
        return False
    owned = peers.owns("run", run_id, principal.act())
    if owned is None:
        raise Fault(DEPENDENCY_UNAVAILABLE)
    return owned


def _owner_key(principal: Principal) -> str:
    return f"user:{principal.user_id}"


def _read(principal: Principal, plane: Plane, path: str, params: Mapping[str, Any] | None) -> PeerAnswer:
    try:
        answer = peers.read_plane(plane.process, path, principal.act(), params)
    except PeerUnavailable as error:
        metrics.FORWARDED.labels(LANE, error.reason).inc()
        raise
    return accepted(LANE, answer)


def _object(answer: PeerAnswer) -> dict[str, Any]:
    body = answer.json
    if not isinstance(body, dict):
        raise _unreadable()
    return body


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(item) for name, item in value.items() if not _hidden(name)}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return value


def _hidden(name: str) -> bool:
    plain = name.lower().replace("_", "").replace("-", "")
    is_key = plain.endswith("key") and not plain.endswith(("pubkey", "publickey"))
    return is_key or any(word in plain for word in HIDDEN_WORDS)


def _unreadable() -> Fault:
    return Fault(DEPENDENCY_UNAVAILABLE, "The plane's answer cannot be read.")
