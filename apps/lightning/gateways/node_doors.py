"""Which door leads to a configured node. Secrets are read here, from where the row says they are, and never stored."""

from __future__ import annotations

import os
from collections.abc import Mapping

from apps.lightning.gateways.lnd.gateway import LndGateway
from apps.lightning.gateways.lnd.rest import BadPin, Rest, read_certificate, read_macaroon
from apps.lightning.gateways.nodes import NodeDoor
from apps.lightning.gateways.simulated_door import SimulatedDoor


class NotConfigured(Exception):
    """The row, or what it refers to, is not enough to reach the node. The text names the part, never a secret."""


def build(backend: str, node_id: str, endpoint: str, credential_refs: Mapping[str, str], timeout_s: float) -> NodeDoor:
    """A door. `endpoint` of a simulated node is its name in the network, by default its id. Raises NotConfigured."""
    if backend == "simulated":
        return SimulatedDoor(endpoint or node_id)
    if not endpoint.startswith("https://"):
        raise NotConfigured("endpoint: a node is spoken to over https only")
    try:
        return LndGateway(
            Rest(
                endpoint,
                _certificate(credential_refs.get("tls_cert", "")),
                _macaroon(credential_refs.get("macaroon", "")),
                timeout_s=timeout_s,
            )
        )
    except BadPin as error:
        raise NotConfigured(str(error)) from None


def _certificate(reference: str) -> bytes:
    kind, _, where = reference.partition(":")
    if kind == "env" and os.environ.get(where):
        return read_certificate(os.environ[where], "")
    if kind == "file" and where:
        return read_certificate("", where)
    raise NotConfigured("credentialRefs.tls_cert names nothing that is there")


def _macaroon(reference: str) -> str:
    kind, _, where = reference.partition(":")
    if kind == "env" and os.environ.get(where):
        return read_macaroon(os.environ[where], "")
    if kind == "file" and where:
        return read_macaroon("", where)
    raise NotConfigured("credentialRefs.macaroon names nothing that is there")
