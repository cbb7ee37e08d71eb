"""`manage.py lightning_ops <name>`: smoke flows, compile, reconcile and paywalls from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault

ARTIFACTS = "output/lightning-ops"
OTHERS = ("compile:api", "reconcile:api", "paywall:upsert", "paywall:status", "settlements:read")


class Command(BaseCommand):
    help = "Operations of the paid gateway. Ends with 0 exactly when the result is ok."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        from apps.lightning.services.ops.smoke import FLOWS

        parser.add_argument("name", choices=[*(f"smoke:{name}" for name in FLOWS), *OTHERS])
        parser.add_argument("--mode", choices=["mock", "api", "live"])
        parser.add_argument("--json", action="store_true", help="print the whole summary")
        parser.add_argument("--artifact-dir", type=Path, help=f"where flows write; full-flow: by default {ARTIFACTS}")
        parser.add_argument("--request-id", default="")
        parser.add_argument("--local-artifact", type=Path, help="summary of a local lane to compare with (full-flow)")
        parser.add_argument("--allow-missing-local-artifact", action="store_true")
        parser.add_argument("--fields", default="{}", help="JSON of the paywall functions, as control names the fields")

    def handle(self, *, name: str, request_id: str, **options: Any) -> None:
        if settings.OA_PROCESS.name != "lightning-ops":
            raise CommandError("run it with --plane lightning-ops")
        request_id = request_id or new_id("ops")
        try:
            found = self._run(name, request_id, options)
        except Fault as fault:
            raise CommandError(f"{fault.code}: {fault.message}") from None
        shown = found if options["json"] else {key: found[key] for key in found if key != "records"}
        self.stdout.write(json.dumps(shown, indent=None if options["json"] else 1, default=str))
        if not found["ok"]:
            raise SystemExit(1)

    def _run(self, name: str, request_id: str, options: dict[str, Any]) -> dict[str, Any]:
        lane, _, what = name.partition(":")
        if lane == "smoke":
            return self._smoke(what, request_id, options)
        if lane == "settlements":
            from apps.lightning.services.ops import settlement_feed

            return {"ok": True, "delivered": settlement_feed.read_all()}
        if lane == "paywall":
            return self._paywall(what, options["fields"])
        from apps.lightning import mapping_operations, peers
        from apps.lightning.services.ops import compiling, reconcile

        try:
            if lane == "compile":
                return compiling.compile_and_record(request_id, persist=True)
            row, fresh = reconcile.start(request_id, "command", "command")
            row = reconcile.run(row) if fresh else row
            return {"ok": row.state == "applied", **mapping_operations.run_summary(row)}
        except (peers.ControlUnavailable, peers.ControlRefused) as error:
            raise CommandError(f"control: {error}") from None

    def _smoke(self, name: str, request_id: str, options: dict[str, Any]) -> dict[str, Any]:
        from apps.lightning.services.ops import smoke

        folder = options["artifact_dir"]
        if folder is None and name.endswith("full-flow"):
            folder = Path(ARTIFACTS)
        row = smoke.run(name, options["mode"] or smoke.default_mode(), request_id, folder)
        found = {"name": name, "mode": row.mode, "requestId": request_id, **row.summary}
        if options["local_artifact"] is not None:
            found["parity"] = self._parity(options["local_artifact"], found, options["allow_missing_local_artifact"])
            found["ok"] = found["ok"] and found["parity"]["ok"]
        return found

    def _parity(self, path: Path, found: dict[str, Any], may_be_missing: bool) -> dict[str, Any]:
        """Whether the other lane's records name the same execution path and carry the same keys."""
        if not path.exists():
            return {"ok": may_be_missing, "missing": True}
        try:
            theirs = json.loads(path.read_text()).get("records", [])
        except (OSError, ValueError, AttributeError):
            raise CommandError(f"{path}: no summary of a flow") from None
        ours = found.get("records", [])
        same = {one.get("executionPath") for one in theirs} == {one["executionPath"] for one in ours}
        keys = all(set(one) == set(ours[0]) for one in theirs) if ours else not theirs
        return {"ok": same and keys, "missing": False}

    def _paywall(self, what: str, text: str) -> dict[str, Any]:
        from apps.lightning import peers

        try:
            args = json.loads(text)
            function = "upsertPaywall" if what == "upsert" else "setPaywallStatus"
            return dict(peers.mutation(f"lightning/ops:{function}", **args))
        except (ValueError, TypeError):
            raise CommandError("--fields is a JSON object") from None
        except (peers.ControlUnavailable, peers.ControlRefused) as error:
            raise CommandError(f"control: {error}") from None
