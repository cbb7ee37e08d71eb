"""The registry of planes holds together; the router and the connection settings refuse what crosses planes."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import pytest
from django.conf import settings
from django.db import models

from openagents.db.models import Heartbeat
from openagents.db.roles import groups, logins
from openagents.db.router import CrossPlaneAccess, PlaneRouter
from openagents.db.url import database_settings
from openagents.planes import ISSUERS, PLANES, PROCESSES, processes_of


class TestRegistry:
    def test_names_ports_logins_and_queues_are_unique(self) -> None:
        processes = list(PROCESSES.values())
        for values in (
            [process.port for process in processes],
            [process.login for process in processes],
            [process.env_name for process in processes],
            [process.writer_group for process in processes],
            [queue for process in processes for queue in process.queues],
            logins(),
            groups(),
            logins() + groups(),
        ):
            assert len(values) == len(set(values)), values

    def test_each_process_serves_a_known_plane_with_its_settings_and_group(self) -> None:
        for name, process in PROCESSES.items():
            assert name == process.name
            assert process.settings == f"settings.{process.plane}"
            assert find_spec(process.settings) is not None
            assert process.writer_group in PLANES[process.plane].writer_groups
            assert 1024 < process.port < 65536
            assert process.server in ("wsgi", "asgi")

    def test_each_plane_has_an_app_a_config_and_at_least_one_process(self) -> None:
        for name, plane in PLANES.items():
            assert name == plane.name == plane.database
            assert find_spec(plane.app) is not None
            assert find_spec(f"{plane.app}.config") is not None
            assert processes_of(name)
            served = {process.writer_group for process in processes_of(name)}
            assert served == set(plane.writer_groups)

    def test_the_documented_numbers(self) -> None:
        assert [process.port for process in PROCESSES.values()] == list(range(8000, 8008))
        assert (PROCESSES["runtime"].worker_port, PROCESSES["runtime"].beat_port) == (8101, 8201)
        assert {*PLANES, "ops"} == ISSUERS
        assert processes_of("lightning") == (PROCESSES["lightning-executor"], PROCESSES["lightning-ops"])
        with pytest.raises(KeyError):
            processes_of("lightning-ops")

    def test_no_two_roles_share_a_name(self) -> None:
        readers = [plane.reader_role for plane in PLANES.values()]
        assert "oa_khala_ro" not in readers  # that one reads the runtime's journal


class TestRouter:
    @pytest.fixture
    def foreign(self) -> type[models.Model]:
        class JournalRow(models.Model):
            reads_journal = True

            class Meta:
                app_label = "ground"
                managed = False

        yield JournalRow
        from django.apps import apps

        del apps.all_models["ground"]["journalrow"]
        apps.clear_cache()

    def test_own_models_live_on_the_default_connection(self) -> None:
        router = PlaneRouter()
        assert router.db_for_read(Heartbeat) == router.db_for_write(Heartbeat) == "default"
        assert router.allow_relation(Heartbeat(), Heartbeat()) is True

    def test_the_journal_is_read_and_never_written(self, foreign: Any) -> None:
        router = PlaneRouter()
        assert router.db_for_read(foreign) == "journal"
        with pytest.raises(CrossPlaneAccess, match="JournalRow"):
            router.db_for_write(foreign)
        with pytest.raises(CrossPlaneAccess):
            foreign.objects.create()

    def test_relations_across_the_two_are_refused(self, foreign: Any) -> None:
        assert PlaneRouter().allow_relation(Heartbeat(), foreign()) is False
        assert PlaneRouter().allow_relation(foreign(), Heartbeat()) is False

    def test_only_the_own_database_is_migrated(self) -> None:
        assert PlaneRouter().allow_migrate("default", "ground") is True
        assert PlaneRouter().allow_migrate("journal", "ground") is False

    def test_this_process_knows_one_database(self) -> None:
        assert set(settings.DATABASES) == {"default"}
        assert settings.DATABASE_ROUTERS == ["openagents.db.router.PlaneRouter"]


class TestDatabaseUrl:
    def test_every_part_is_read(self) -> None:
        url = "postgresql://us%40er:p%2Fw%3A@db.test:6432/na%20me?sslmode=verify-full&sslrootcert=/ca.pem&options=-c%20a%3Db"
        made = database_settings(url, read_only=True)
        assert (made["USER"], made["PASSWORD"], made["NAME"]) == ("us@er", "p/w:", "na me")
        assert (made["HOST"], made["PORT"]) == ("db.test", "6432")
        assert made["OPTIONS"]["sslmode"] == "verify-full"
        assert made["OPTIONS"]["sslrootcert"] == "/ca.pem"
        assert made["OPTIONS"]["options"] == "-c a=b -c default_transaction_read_only=on -c statement_timeout=2000"
        assert made["OPTIONS"]["tcp_user_timeout"] <= 30_000

    def test_a_socket_folder_wins_over_the_authority(self) -> None:
        made = database_settings("postgresql://u:p@ignored/name?host=/run/my%20sockets&port=5433", persistent=True)
        assert (made["HOST"], made["PORT"], made["CONN_MAX_AGE"]) == ("/run/my sockets", "5433", None)

    @pytest.mark.parametrize(
        "url",
        ["mysql://u:hunter2@h/n", "postgresql://u:hunter2@h", "postgresql://u:hunter2/@h/n", "hunter2", ""],
    )
    def test_a_wrong_url_is_refused_without_showing_it(self, url: str) -> None:
        with pytest.raises(ValueError, match=r".") as caught:
            database_settings(url)
        assert "hunter2" not in str(caught.value)
