"""`manage.py demo`: the whole story against the running system, with progress on screen, judged by its exit status."""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import httpx
from circus.exc import CallError
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from openagents.embedded import credentials as installation
from openagents.embedded.history.checker import check
from openagents.embedded.history.recorder import read
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.embedded.provision import ROOT, clean_environment, process_environment
from openagents.embedded.readiness import base_url
from openagents.embedded.story import EVENTS, Story, development_code, fresh_home
from openagents.embedded.story_lightning import LightningStory, StoryFailed
from openagents.embedded.supervision import Supervisor, manage
from openagents.planes import PROCESSES
from openagents.sdk.config import Config


class Command(BaseCommand):
    help = "Tell the story against the system that `manage.py up` runs, and judge it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", default=str(ROOT / ".oa"), help="the folder of the running `up`")
        parser.add_argument("--events", type=int, default=EVENTS, help="how many events to append")

    def handle(self, *, folder: str, events: int, **options: Any) -> None:
        home = Path(folder)
        self._running()
        console = Console()
        story = self._story(home, events, console)
        started = time.monotonic()
        problems = asyncio.run(self._watched(story, console))
        verdict = check(read(story.history))
        console.print(f"\n{verdict.counts()}")
        console.print(verdict.line(), style="bold green" if verdict.ok else "bold red")
        console.print("receipt and replay recompute" if not problems else "\n".join(problems))
        problems += self._lightning(home, story.settings.home, console)
        console.print(f"{time.monotonic() - started:.1f} s; history, bundle and receipts in {story.settings.home}")
        if not verdict.ok:
            console.print(verdict.report(), style="red", markup=False)
        if problems or not verdict.ok or verdict.chain != "equal":
            sys.exit(1)

    def _running(self) -> None:
        for name in ("control", "runtime", "khala", "lightning-executor"):
            try:
                httpx.get(f"{base_url(PROCESSES[name])}/readyz", timeout=5).raise_for_status()
            except httpx.HTTPError as error:
                raise CommandError(f"{name} is not ready ({error}). Start the system first: make up") from None

    def _lightning(self, home: Path, told: Path, console: Console) -> list[str]:
        """The part in which money moves; what is wrong with it."""
        console.print()
        story = LightningStory(
            base_url(PROCESSES["lightning-executor"]),
            installation.load(home / "credentials.json"),
            told / "receipts",
            lambda text: console.print(f"[dim]·[/dim] {text}", highlight=False),
        )
        try:
            paid = story.tell()
        except (StoryFailed, httpx.HTTPError) as error:
            console.print(f"the payment story failed: {error}", style="bold red", markup=False)
            return [str(error)]
        for problem in paid.problems:
            console.print(problem, style="red", markup=False)
        if not paid.problems:
            console.print(f"paid once, receipt {paid.receipt['receiptId']} verified offline", style="bold green")
        return paid.problems

    def _story(self, home: Path, events: int, console: Console) -> Story:
        credentials = installation.load(home / "credentials.json")
        server = EmbeddedPostgres(home / "postgres")
        environment = {**clean_environment(), **process_environment(PROCESSES["control"], server, credentials)}
        settings = Config(
            base_url=base_url(PROCESSES["control"]),
            khala_ws_url=f"ws://127.0.0.1:{PROCESSES['khala'].port}/khala/v1/ws",
            home=fresh_home(home),
            profile="default",
        )
        supervisor = Supervisor(home / "run")
        try:
            supervisor.process_ids("khala")
        except CallError:
            raise CommandError(
                "the supervisor of `make up` does not answer; was it started from this checkout?"
            ) from None
        return Story(
            settings,
            supervisor,
            lambda email: development_code(email, environment, manage()),
            lambda text: console.print(f"[dim]·[/dim] {text}"),
            events,
        )

    async def _watched(self, story: Story, console: Console) -> list[str]:
        """Run the story with three bars: appended, and how far each subscriber is."""
        columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=not console.is_terminal) as bars:
            tasks = {name: bars.add_task(name, total=story.events + 2) for name in ("appended", "witness", "resumer")}

            async def draw() -> None:
                while True:
                    for name, task in tasks.items():
                        bars.update(task, completed=getattr(story.progress, name))
                    await asyncio.sleep(0.1)

            drawing = asyncio.create_task(draw())
            try:
                return await story.tell()
            finally:
                drawing.cancel()
                for name, task in tasks.items():
                    bars.update(task, completed=getattr(story.progress, name))
