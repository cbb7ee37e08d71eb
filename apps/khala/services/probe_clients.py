"""Clients that a node is of itself, one per lane: they connect through the address that peers use, as anybody would."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import httpx
import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from apps.khala.config import Config
from openagents.receipts.ids import new_id
from openagents.sync.v1 import sync_pb2 as pb

CANARY: Final = "ops:canary:summary"
TOKEN_SECONDS: Final = 240
LIFE_SECONDS: Final = 120.0
"""A probe connects anew that often: doors are part of the path."""
POLL_SECONDS: Final = 2.0
NATIVE: Final = Subprotocol("oa.khala.v1.pb")
TOPIC_PATH: Final = quote(CANARY, safe="")

Bring = Callable[[int], None]
Follow = Callable[[int, Bring], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Client:
    """`follow(after, bring)` hears the canary through one lane until its life is over, or raises."""

    name: str
    follow: Follow


def clients(config: Config, node_id: str, base_url: str) -> list[Client]:
    """One client per lane; none without an address or a key to sign their tokens with."""
    families = [family for family in config.verifier().families if family.requires_session and family.keys]
    if not base_url or not families:
        return []
    family = families[0]
    kid, secret = next(iter(family.keys.items()))

    def token() -> str:
        now = int(time.time())
        claims = {
            "iss": family.issuer,
            "aud": family.audience,
            "sub": "user:probe",
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            "jti": new_id("sync"),
            "oa_claims_version": family.claims_version,
            "oa_user_id": "probe",
            "oa_org_id": "user:probe",
            "oa_session_id": f"probe-{node_id}",
            "oa_device_id": node_id,
            "oa_sync_scopes": ["ops.read"],
            "oa_client_surface": "operator",
        }
        return jwt.encode(claims, secret, "HS256", headers={"kid": kid})

    ws = base_url.replace("http", "ws", 1)

    async def native(after: int, bring: Bring) -> None:
        async with _opened(f"{ws}/khala/v1/ws", token(), [NATIVE]) as socket, asyncio.timeout(LIFE_SECONDS):
            await _say(socket, hello=pb.ClientHello(client="probe", schema_version=2))
            cursor = pb.TopicCursor(topic_name=CANARY, watermark=after)
            await _say(socket, subscribe=pb.Subscribe(topic_names=[CANARY], resume_after=[cursor]))
            async for message in socket:
                frame = pb.KhalaFrame.FromString(message if isinstance(message, bytes) else message.encode())
                if frame.kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH:
                    for update in pb.UpdateBatch.FromString(frame.payload_bytes).updates:
                        bring(update.watermark)
                        reached = pb.TopicCursor(topic_name=CANARY, watermark=update.watermark)
                        await _say(socket, ack=pb.Ack(applied=[reached]))

    async def poll(after: int, bring: Bring) -> None:
        url = f"{base_url}/internal/v1/khala/topics/{TOPIC_PATH}/messages"
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http, asyncio.timeout(LIFE_SECONDS):
            while True:
                answer = await http.get(
                    url, params={"after_seq": after}, headers={"Authorization": f"Bearer {token()}"}
                )
                answer.raise_for_status()
                after = int(answer.json()["next_cursor"])
                bring(after)
                await asyncio.sleep(POLL_SECONDS)

    async def channel(after: int, bring: Bring) -> None:
        url = f"{ws}/sync/socket/websocket?vsn=2.0.0&token={token()}"
        async with connect(url, compression=None, proxy=None) as socket, asyncio.timeout(LIFE_SECONDS):
            await socket.send(json.dumps([None, "1", "sync:v1", "phx_join", {}]))
            wanted = {"topics": [CANARY], "resume_after": {CANARY: after}}
            await socket.send(json.dumps(["1", "2", "sync:v1", "sync:subscribe", wanted]))
            async for message in socket:
                _, _, _, event, payload = json.loads(message)
                for update in payload["updates"] if event == "sync:update_batch" else ():
                    bring(int(update["watermark"]))
                if event == "sync:heartbeat":
                    await socket.send(json.dumps(["1", "3", "sync:v1", "sync:heartbeat", {}]))

    async def topic_socket(after: int, bring: Bring) -> None:
        url = f"{ws}/internal/v1/khala/topics/{TOPIC_PATH}/ws?after_seq={after}"
        async with _opened(url, token(), None) as socket, asyncio.timeout(LIFE_SECONDS):
            async for message in socket:
                said = json.loads(message)
                if said["type"] == "message":
                    bring(int(said["message"]["sequence"]))

    lanes: dict[str, Follow] = {"lane_n": native, "lane_p": channel, "lane_t": topic_socket, "poll": poll}
    return [Client(name, follow) for name, follow in lanes.items()]


def _opened(url: str, token: str, subprotocols: list[Subprotocol] | None) -> connect:
    headers = {"Authorization": f"Bearer {token}"}
    return connect(url, subprotocols=subprotocols, additional_headers=headers, compression=None, proxy=None)


async def _say(socket: ClientConnection, **body: object) -> None:
    await socket.send(pb.ClientMessage(**body).SerializeToString())  # type: ignore[arg-type]
