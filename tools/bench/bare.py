"""The floor of a connection's memory: uvicorn with the same protocol and an application that accepts and waits.

`python -m tools.bench.bare PORT`.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        continue


if __name__ == "__main__":
    uvicorn.run(
        application, port=int(sys.argv[1]), ws="websockets-sansio", ws_per_message_deflate=False, log_level="warning"
    )
