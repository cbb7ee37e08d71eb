"""The other planes as Khala needs them: control, for leases and for revocations that a push missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from apps.khala.domain.access import Principal
from openagents.peers.async_client import AsyncPeerClient
from openagents.peers.calls import PeerUnavailable

INTROSPECT_ITEMS_MAX: Final = 200
FEED_LIMIT: Final = 500


class Control:
    """Control's internal lane. Every method raises PeerUnavailable when there is no usable answer."""

    def __init__(self, client: AsyncPeerClient) -> None:
        self._client = client

    async def introspect(self, principals: Sequence[Principal]) -> list[dict[str, Any]]:
        """One answer per principal, in order: `{active, reason?, org_active, scopes[]}`."""
        items = [
            {
                "session_id": principal.session_id,
                "device_id": principal.device_id,
                "user_id": principal.user_id,
                "org_id": principal.org_id,
            }
            for principal in principals
        ]
        answer = await self._client.post("/internal/v1/control/sync/introspect", json={"items": items}, repeatable=True)
        found = answer.json.get("data", {}).get("items") if answer.status == 200 and answer.json else None
        if not isinstance(found, list) or len(found) != len(items):
            raise PeerUnavailable("control", "undecodable", sent=True)
        return found

    async def revocations(self, after_seq: int) -> tuple[list[dict[str, Any]], int]:
        """Pushes after `after_seq`, ascending, and control's latest seq."""
        query = {"after_seq": after_seq, "limit": FEED_LIMIT}
        answer = await self._client.get("/internal/v1/control/revocations", params=query)
        data = answer.json.get("data") if answer.status == 200 and answer.json else None
        if not isinstance(data, dict) or not isinstance(data.get("revocations"), list):
            raise PeerUnavailable("control", "undecodable", sent=True)
        return data["revocations"], int(data.get("latest_seq") or 0)

    async def close(self) -> None:
        await self._client.aclose()
