"""`manage.py aperture_agent`: the agent beside an Aperture, until it is told to end."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.lightning.gateways.deploy.agent_server import AgentServer
from apps.lightning.gateways.deploy.drivers import releases_of
from apps.lightning.gateways.deploy.protocol import GatewayFailed


class Command(BaseCommand):
    help = "Serve the gateway agent: OA_LIGHTNING_OPS_DEPLOY_DIR, _DEPLOY_COMMAND and _AGENT_TOKEN say how."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8090", metavar="HOST:PORT")

    def handle(self, *, bind: str, **options: Any) -> None:
        if settings.OA_PROCESS.name != "lightning-ops":
            raise CommandError("run it with --plane lightning-ops")
        config = settings.OA
        host, _, port = bind.rpartition(":")
        try:
            releases = releases_of(config.oa_lightning_ops_deploy_dir, config.oa_lightning_ops_deploy_command)
            server = AgentServer((host, int(port)), releases, config.oa_lightning_ops_agent_token)
        except (GatewayFailed, ValueError, OSError) as error:
            raise CommandError(str(error)) from None
        # `shutdown` waits for the loop that the signal interrupted: it must be asked from another thread.
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        self.stdout.write(f"listening on {host}:{server.server_address[1]}")
        server.serve_forever()
        server.server_close()
