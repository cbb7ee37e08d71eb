"""Nodes: which there are, how each is reached, and what was last seen of it (lightning 19)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.lightning.domain.node_configuration import Configured, configured
from apps.lightning.gateways import node_doors
from apps.lightning.gateways.nodes import NodeDoor
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import Node, NodeSnapshot
from openagents.wire.faults import BAD_GATEWAY, NOT_FOUND, Fault

SIMULATED_NODE = "wallet"
"""The node of the embedded network that every deployment of the simulation has: the executor's."""
LND_NODE = "lnd"


def ensure_configured() -> None:
    """Make the rows what the environment says; without it, the one node that the mode has. Raises BadNodes.

    A row that an operator added stays; one of the environment follows the environment.
    """
    config = settings.OA
    for entry in configured(config.oa_lightning_ops_nodes) if config.oa_lightning_ops_nodes else _by_default():
        Node.objects.update_or_create(
            node_id=entry.node_id,
            defaults={
                "backend": entry.backend,
                "purpose": entry.purpose,
                "endpoint": entry.endpoint,
                "credential_refs": entry.credential_refs,
                "enabled": entry.enabled,
            },
        )


def _by_default() -> list[Configured]:
    config = settings.OA
    if config.simulated:
        return [Configured(node_id=SIMULATED_NODE, backend="simulated", purpose="executor")]
    if not config.oa_lightning_lnd_rest_base_url:
        return []
    references = {
        name: f"file:{path}" if path else f"env:{variable}"
        for name, path, variable in (
            ("macaroon", config.oa_lightning_lnd_macaroon_file, "OA_LIGHTNING_LND_MACAROON_HEX"),
            ("tls_cert", config.oa_lightning_lnd_tls_cert_file, "OA_LIGHTNING_LND_TLS_CERT_BASE64"),
        )
    }
    endpoint = config.oa_lightning_lnd_rest_base_url
    return [
        Configured(node_id=LND_NODE, backend="lnd", purpose="executor", endpoint=endpoint, credential_refs=references)
    ]


_lock = threading.Lock()
_doors: dict[str, tuple[str, NodeDoor]] = {}
_instead: dict[str, NodeDoor] = {}


def door(node: Node) -> NodeDoor:
    """The way to a node, kept while its row stays the same. Raises GatewayError when it is not configured enough."""
    if node.node_id in _instead:
        return _instead[node.node_id]
    terms = json.dumps([node.backend, node.endpoint, node.credential_refs], sort_keys=True)
    with _lock:
        known = _doors.get(node.node_id)
        if known is not None and known[0] == terms:
            return known[1]
        try:
            made = node_doors.build(
                node.backend,
                node.node_id,
                node.endpoint,
                node.credential_refs,
                settings.OA.oa_lightning_lnd_timeout_ms / 1000,
            )
        except node_doors.NotConfigured as error:
            raise GatewayError("connect_failed", str(error)) from None
        _doors[node.node_id] = (terms, made)
        return made


@contextmanager
def use(node_id: str, other: Any) -> Iterator[None]:
    """Reach a node in another way inside the block (tests and drills)."""
    _instead[node_id] = other
    try:
        yield
    finally:
        del _instead[node_id]


@dataclass(frozen=True, slots=True)
class Seen:
    """A node with its newest snapshot, if there is one."""

    node: Node
    snapshot: NodeSnapshot | None


def listing() -> list[Seen]:
    """All nodes by id."""
    return [Seen(node, newest(node)) for node in Node.objects.order_by("node_id")]


def get(node_id: str) -> Node:
    """Raises Fault NOT_FOUND."""
    found = Node.objects.filter(node_id=node_id).first() if "\x00" not in node_id else None
    if found is None:
        raise Fault(NOT_FOUND)
    return found


def newest(node: Node) -> NodeSnapshot | None:
    return NodeSnapshot.objects.filter(node=node).order_by("-taken_at").first()


def seen(node_id: str) -> tuple[Node, NodeSnapshot]:
    """A node and its newest snapshot. Raises Fault NOT_FOUND, BAD_GATEWAY while there is none."""
    node = get(node_id)
    snapshot = newest(node)
    if snapshot is None:
        raise Fault(BAD_GATEWAY, "Nothing was seen of this node yet.")
    return node, snapshot
