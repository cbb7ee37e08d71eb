"""`manage.py playground`: keeps one run busy against the running system, for the playground page to look at."""

from __future__ import annotations

import asyncio
import contextlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
from django.core.management.base import BaseCommand, CommandError

from openagents.embedded import credentials as installation
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.embedded.provision import ROOT, clean_environment, process_environment
from openagents.embedded.readiness import base_url
from openagents.embedded.story import development_code, fresh_home
from openagents.embedded.supervision import manage
from openagents.planes import PROCESSES
from openagents.receipts.ids import new_id
from openagents.sdk.client import Client
from openagents.sdk.config import Config

TEXT: Final = (
    "Khala gives every reader the same rows in the same order, each one bound to all before it by a hash. "
    "Cut the connection on the right: the rows go on without it. Connect it again, and it asks for what it lacks "
    "from its own position, proves what it already has, and ends exactly where its neighbour is."
)


class Command(BaseCommand):
    help = "Append to a new run of the running system until Ctrl-C, and say where to watch it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", default=str(ROOT / ".oa"), help="the folder of the running `up`")
        parser.add_argument("--rate", type=float, default=8.0, help="events a second")
        parser.add_argument("--events", type=int, default=0, help="stop after so many; 0: never")

    def handle(self, *, folder: str, rate: float, events: int, **options: Any) -> None:
        for name in ("control", "runtime", "khala"):
            try:
                httpx.get(f"{base_url(PROCESSES[name])}/readyz", timeout=5).raise_for_status()
            except httpx.HTTPError as error:
                raise CommandError(f"{name} is not ready ({error}). Start the system first: make up") from None
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self._write(Path(folder), max(rate, 0.1), events))

    async def _write(self, home: Path, rate: float, events: int) -> None:
        config = Config(
            base_url=base_url(PROCESSES["control"]),
            khala_ws_url=base_url(PROCESSES["khala"]).replace("http", "ws", 1) + "/khala/v1/ws",
            home=fresh_home(home),
            profile="default",
        )
        async with Client(config) as client:
            await self._sign_in(client, home)
            run = await client.start_run(metadata={"title": "playground"}, idempotency_key=new_id("play"))
            topic = f"run:{run['id']}:events"
            page = f"{base_url(PROCESSES['khala'])}/khala/playground?topic={quote(topic)}"
            self.stdout.write(self.style.SUCCESS(f"watch it at {page}; Ctrl-C stops"))
            self.stdout.flush()
            words, written = TEXT.split(), 0
            while not events or written < events:
                payload = {"delta": words[written % len(words)]}
                await client.append(run["id"], "text.delta", payload, idempotency_key=f"word-{written}")
                written += 1
                await asyncio.sleep(1 / rate)

    async def _sign_in(self, client: Client, home: Path) -> None:
        credentials = installation.load(home / "credentials.json")
        server = EmbeddedPostgres(home / "postgres")
        environment = {**clean_environment(), **process_environment(PROCESSES["control"], server, credentials)}
        email = f"{new_id('play')}@example.com"
        await client.send_code(email)
        code = await asyncio.to_thread(development_code, email, environment, manage())
        await client.sign_in(email, code)
