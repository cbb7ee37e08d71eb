"""Releases of a gateway's configuration as files named by their hash, and an atomic link to the one that is served.

Used by the driver `file` and by the agent beside an Aperture. A reader sees one whole release or another, never half of
one; after a crash the link still points to a whole one.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from apps.lightning.domain.rendering import config_hash as hash_of
from apps.lightning.gateways.deploy.protocol import Deployment, GatewayFailed

KEPT: Final = 10
CURRENT: Final = "current.yaml"
DEPLOYED: Final = "deployment.json"
COMMAND_SECONDS_MAX: Final = 60
_HASH = re.compile(r"cfg_[0-9a-f]{64}")


class HashMismatch(GatewayFailed):
    """The text is not what its hash says."""


class AnotherDeployment(GatewayFailed):
    """The same deployment id with another configuration."""


class UnknownRelease(GatewayFailed):
    """There is no release with this hash any more."""


class Releases:
    """A folder of releases. `command`: what makes the gateway load the link's target; empty: it watches the file."""

    def __init__(self, folder: Path, command: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.command = command

    def active(self) -> Deployment | None:
        try:
            known = json.loads((self.folder / DEPLOYED).read_text())
            return Deployment(known["deploymentId"], known["configHash"], known.get("imageDigest", ""))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError):
            raise GatewayFailed("the record of the deployment cannot be read") from None

    def deploy(self, deployment_id: str, config_hash: str, yaml: str) -> Deployment:
        """Store, link, load. Raises HashMismatch, AnotherDeployment, GatewayFailed."""
        if hash_of(yaml) != config_hash:
            raise HashMismatch("the configuration is not what its hash says")
        before = self.active()
        if before is not None and before.deployment_id == deployment_id:
            if before.config_hash != config_hash:
                raise AnotherDeployment("this deployment has another configuration")
            return before
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(self._release(config_hash), yaml)
        except OSError as error:
            raise GatewayFailed(f"the release cannot be written: {error.strerror}") from None
        return self._switch(Deployment(deployment_id, config_hash))

    def rollback(self, deployment_id: str, config_hash: str, image_digest: str = "") -> Deployment:
        """Link an older release again. Raises UnknownRelease, GatewayFailed."""
        if not _HASH.fullmatch(config_hash) or not self._release(config_hash).exists():
            raise UnknownRelease("there is no such release")
        return self._switch(Deployment(deployment_id, config_hash, image_digest))

    def _switch(self, to: Deployment) -> Deployment:
        record = {"deploymentId": to.deployment_id, "configHash": to.config_hash, "imageDigest": to.image_digest}
        try:
            link = self.folder / f".{CURRENT}.new"
            link.unlink(missing_ok=True)
            link.symlink_to(self._release(to.config_hash).name)
            os.replace(link, self.folder / CURRENT)
            self._load()
            self._write(self.folder / DEPLOYED, json.dumps(record))
            self._forget_old(to.config_hash)
        except OSError as error:
            raise GatewayFailed(f"the release cannot be switched: {error.strerror}") from None
        return to

    def _load(self) -> None:
        if not self.command:
            return
        try:
            subprocess.run(
                self.command, check=True, timeout=COMMAND_SECONDS_MAX, stdin=subprocess.DEVNULL, capture_output=True
            )
        except (subprocess.SubprocessError, OSError) as error:
            raise GatewayFailed(f"the gateway did not load the release: {type(error).__name__}") from None

    def _forget_old(self, served: str) -> None:
        found = sorted(self.folder.glob("cfg_*.yaml"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in found[KEPT:]:
            if path.stem != served:
                path.unlink(missing_ok=True)

    def _release(self, config_hash: str) -> Path:
        if not _HASH.fullmatch(config_hash):
            raise HashMismatch("a hash has the form cfg_ and 64 hex digits")
        return self.folder / f"{config_hash}.yaml"

    def _write(self, path: Path, text: str) -> None:
        """All or nothing, also when the machine loses power."""
        handle, name = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
