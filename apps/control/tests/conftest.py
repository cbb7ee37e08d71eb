"""Doubles of the peers, and a control that calls nobody unless a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User as Operator
from django.test import Client

from apps.control.tests import world


@pytest.fixture(autouse=True)
def nobody_listens(settings: Any) -> None:
    world.configure(settings, oa_runtime_base_url=world.NOWHERE, oa_khala_base_url=world.NOWHERE)


@pytest.fixture
def runtime(settings: Any, nobody_listens: None) -> Iterator[world.Double]:
    with world.double("runtime") as found:
        world.configure(settings, oa_runtime_base_url=found.url)
        yield found


@pytest.fixture
def khala(settings: Any, nobody_listens: None) -> Iterator[world.Double]:
    with world.double("khala") as found:
        found.answer("POST", "/internal/v1/sync/sessions/revoke", 202, {"ok": True})
        world.configure(settings, oa_khala_base_url=found.url)
        yield found


@pytest.fixture
def person() -> world.Person:
    return world.sign_in()


@pytest.fixture
def operator() -> Iterator[Client]:
    """The admin's pages as somebody who may see and do everything there."""
    user = Operator.objects.create_superuser(world.fresh("operator"), password=world.fresh("password"))
    client = Client()
    client.force_login(user)
    yield client
    user.delete()
