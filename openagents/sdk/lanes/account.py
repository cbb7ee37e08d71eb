"""The signed-in account: sessions, devices, organisations, personal tokens, receipts, figures (control 3.2-3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openagents.sdk import commands
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command, given, mutation, named, present
from openagents.sdk.lanes.lane import Lane, Rows

PLANES = ("hydra", "aegis", "lightning")


def list_devices() -> Command:
    return Command("list_devices")


def revoke_device(device_id: str, *, block: bool = False, include_current: bool = False) -> Command:
    body = {"device_id": named(device_id, "device_id"), "block": block, "include_current": include_current}
    return mutation("revoke_device", body)


def unblock_device(device_id: str) -> Command:
    return mutation("unblock_device", {"device_id": named(device_id, "device_id")})


def list_memberships() -> Command:
    return Command("list_memberships")


def set_active_org(org_id: str) -> Command:
    return mutation("set_active_org", {"org_id": named(org_id, "org_id")})


def create_org(name: str, slug: str) -> Command:
    return mutation("create_org", {"name": named(name, "name"), "slug": named(slug, "slug")})


def list_members(org_id: str) -> Command:
    return Command("list_members", {"org_id": named(org_id, "org_id")})


def add_member(org_id: str, email: str, role: str) -> Command:
    body = {"email": named(email, "email"), "role": named(role, "role")}
    return mutation("add_member", body, {"org_id": named(org_id, "org_id")})


def change_member(
    org_id: str, user_id: str, *, role: str | None = None, role_scopes: Sequence[str] | None = None
) -> Command:
    body = given(role=role, role_scopes=None if role_scopes is None else list(role_scopes))
    return mutation("change_member", body, {"org_id": named(org_id, "org_id"), "user_id": named(user_id, "user_id")})


def remove_member(org_id: str, user_id: str) -> Command:
    return Command("remove_member", {"org_id": named(org_id, "org_id"), "user_id": named(user_id, "user_id")})


def authorize(*, org_id: str | None = None, scopes: Sequence[str] = (), topics: Sequence[str] = ()) -> Command:
    body = {"required_scopes": list(scopes), "requested_topics": list(topics), **given(org_id=org_id)}
    return mutation("authorize", body)


def list_tokens() -> Command:
    return Command("list_tokens")


def create_token(name: str, *, abilities: Sequence[str] = (), expires_at: str | None = None) -> Command:
    body = {"name": named(name, "name"), "abilities": list(abilities), **given(expires_at=expires_at)}
    return mutation("create_token", body)


def delete_token(token_id: str) -> Command:
    return Command("delete_token", {"token_id": named(token_id, "token_id")})


def list_receipts(
    *,
    plane: str = "hydra",
    receipt_class: str | None = None,
    run_id: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Command:
    query = {"plane": _plane(plane), **present(run_id=run_id, limit=limit, cursor=cursor)}
    return Command("list_receipts", query={**query, **({"class": receipt_class} if receipt_class else {})})


def get_receipt(receipt_id: str, *, plane: str = "hydra") -> Command:
    return Command("get_receipt", {"receipt_id": named(receipt_id, "receipt_id")}, {"plane": _plane(plane)})


def wallet_status() -> Command:
    return Command("wallet_status")


def stats() -> Command:
    return Command("stats", query={"format": "json"})


class Account(Lane):
    """`client.account`."""

    async def session(self) -> dict[str, Any]:
        return await self._object(commands.restore_session())

    async def sessions(self, *, device_id: str | None = None) -> dict[str, Any]:
        """`{currentSessionId, sessions[]}`, newest first."""
        return await self._object(commands.list_sessions(device_id))

    async def revoke_sessions(self, **target: Any) -> dict[str, Any]:
        """Exactly one target of `commands.revoke_sessions`."""
        return await self._object(commands.revoke_sessions(**target))

    async def devices(self) -> Rows:
        return await self._rows(list_devices(), "devices")

    async def revoke_device(self, device_id: str, *, block: bool = False) -> dict[str, Any]:
        return await self._object(revoke_device(device_id, block=block))

    async def unblock_device(self, device_id: str) -> dict[str, Any]:
        return await self._object(unblock_device(device_id))

    async def memberships(self) -> dict[str, Any]:
        """`{activeOrgId, memberships[]}`."""
        return await self._object(list_memberships())

    async def create_org(self, name: str, slug: str) -> dict[str, Any]:
        return await self._object(create_org(name, slug))

    async def members(self, org_id: str) -> Rows:
        return await self._rows(list_members(org_id), "members")

    async def add_member(self, org_id: str, email: str, role: str) -> dict[str, Any]:
        return await self._object(add_member(org_id, email, role))

    async def change_member(self, org_id: str, user_id: str, **fields: Any) -> dict[str, Any]:
        return await self._object(change_member(org_id, user_id, **fields))

    async def remove_member(self, org_id: str, user_id: str) -> dict[str, Any]:
        return await self._object(remove_member(org_id, user_id))

    async def authorize(self, **question: Any) -> dict[str, Any]:
        """`{allowed, resolved_org_id, granted_scopes, denied_reasons}`; a denial is an answer."""
        return await self._object(authorize(**question))

    async def tokens(self) -> Rows:
        return await self._rows(list_tokens())

    async def create_token(self, name: str, **fields: Any) -> dict[str, Any]:
        """The secret is in this answer and nowhere else."""
        return await self._object(create_token(name, **fields))

    async def delete_token(self, token_id: str) -> dict[str, Any]:
        return await self._object(delete_token(token_id))

    async def receipts(self, **filters: Any) -> dict[str, Any]:
        """`{receipts[], next_cursor}` of one plane; filters of `list_receipts`."""
        return await self._object(list_receipts(**filters))

    async def receipt(self, receipt_id: str, *, plane: str = "hydra") -> dict[str, Any]:
        answer = await self._object(get_receipt(receipt_id, plane=plane))
        receipt = answer.get("receipt")
        return receipt if isinstance(receipt, dict) else answer

    async def wallet(self) -> dict[str, Any]:
        return await self._object(wallet_status())

    async def stats(self) -> dict[str, Any]:
        """The public figures, `openagents.stats.v1`."""
        return await self._object(stats())


def _plane(plane: str) -> str:
    if plane not in PLANES:
        raise SdkError(ErrorKind.VALIDATION, f"a plane is one of {', '.join(PLANES)}", errors={"plane": ["choice"]})
    return plane
