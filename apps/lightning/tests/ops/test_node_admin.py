"""The operator's pages of nodes: they show, and a node can be added; nothing secret is on them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.lightning.models import ChannelBackup, ChannelOperation, Node, NodeSnapshot
from apps.lightning.services.ops import node_snapshots
from apps.lightning.tests.ops.doors import channel, standing
from openagents.db.models import AuditEvent
from openagents.receipts.ids import new_id


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser(new_id("op")))
    return client


@pytest.mark.parametrize("page", ["node", "nodesnapshot", "nodecondition", "channeloperation", "channelbackup"])
def test_every_list_opens(operator: Client, page: str) -> None:
    with standing(held=[channel("a:0", active=False)]) as (node, _):
        node_snapshots.look_at(node)
    answer = operator.get(reverse(f"admin:lightning_{page}_changelist"))
    assert answer.status_code == 200


def test_a_node_is_added_and_that_is_audited(operator: Client) -> None:
    name = new_id("node")
    form = {"node_id": name, "backend": "lnd", "purpose": "gateway", "endpoint": "https://lnd.test:8080"}
    answer = operator.post(
        reverse("admin:lightning_node_add"), form | {"credential_refs": '{"macaroon": "env:X"}', "enabled": "on"}
    )
    assert answer.status_code == 302, answer.content
    assert Node.objects.get(node_id=name).credential_refs == {"macaroon": "env:X"}
    assert AuditEvent.objects.filter(event_name="lightning.node.added", attributes__node_id=name).exists()


def test_history_is_not_editable_and_a_backup_not_shown(operator: Client) -> None:
    with standing() as (node, _):
        snapshot = node_snapshots.look_at(node)
    assert snapshot is not None
    backup = ChannelBackup.objects.create(node=node, sha256="ab" * 32, sealed="enc:v1:secret")
    for model, key in ((NodeSnapshot, snapshot.pk), (ChannelBackup, backup.pk)):
        page = reverse(f"admin:lightning_{model.__name__.lower()}_change", args=[key])
        answer = operator.get(page)
        assert answer.status_code == 200
        assert b"enc:v1" not in answer.content
        assert operator.post(page, {}).status_code == 403
    assert operator.post(reverse("admin:lightning_node_delete", args=[node.pk])).status_code == 403
    assert ChannelOperation.objects.filter(node=node).count() == 0
