"""From an empty server to migrated databases with roles, for development and tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from openagents.db import roles
from openagents.embedded.credentials import Credentials
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.planes import JOURNAL_LOGIN, PLANES, PROCESSES, Plane, Process, processes_of

ROOT = Path(__file__).resolve().parents[2]
Progress = Callable[[str], None]


class MigrationFailed(RuntimeError):
    """A plane's migration ended with an error; the text is its output."""


def provision(server: EmbeddedPostgres, credentials: Credentials) -> None:
    """Create roles, the planes' databases and their schemas; harmless to repeat."""
    server.execute("postgres", roles.cluster_statements(credentials.passwords))
    for plane in PLANES.values():
        prepare_database(server, plane, plane.database)


def prepare_database(server: EmbeddedPostgres, plane: Plane, database: str) -> None:
    """Create one plane's database under any name, with its grants and schema."""
    if not server.has_database(database):
        server.execute("postgres", roles.create_database(plane, database))
    server.execute("postgres", roles.database_grants(plane, database))
    server.execute(database, roles.schema_statements(plane))


def process_environment(
    process: Process, server: EmbeddedPostgres, credentials: Credentials, databases: dict[str, str] | None = None
) -> dict[str, str]:
    """The environment of one process: its own database login and keys, nobody else's.

    `databases` maps plane to database name where it differs (tests).
    """
    names = databases or {}
    plane = PLANES[process.plane]
    database = names.get(plane.name, plane.database)
    issuer = process.plane
    environment = {
        "OA_PLANE": process.name,
        "DJANGO_SETTINGS_MODULE": process.settings,
        f"OA_{process.env_name}_DATABASE_URL": server.url(
            process.login, credentials.passwords[process.login], database
        ),
        "OA_INTERNAL_KEYS": credentials.internal_keys(),
        "OA_RUNTIME_SIGNING_KEY": credentials.internal[issuer],
        "OA_RUNTIME_SIGNING_KEY_ID": f"{issuer}-dev-1",
        "OA_DJANGO_SECRET_KEY": credentials.django_secret,
    }
    environment |= _plane_secrets(process, server, credentials, names)
    return environment


def _plane_secrets(
    process: Process, server: EmbeddedPostgres, credentials: Credentials, names: dict[str, str]
) -> dict[str, str]:
    tokens = {
        "OA_SYNC_TOKEN_KEYS": f"sync-auth-v1={credentials.sync_token_key}",
        "OA_KHALA_TOKEN_KEYS": f"khala-auth-v1={credentials.khala_token_key}",
    }
    match process.plane:
        case "control":
            return tokens | {
                "OA_AUTH_PROVIDER_MODE": "local",
                "OA_RUNTIME_INTERNAL_SHARED_SECRET": credentials.runtime_internal_secret,
                "OA_LIGHTNING_OPS_SECRET": credentials.lightning_ops_secret,
                "OA_INTEGRATION_SECRET_KEYS": credentials.secretbox_ring,
            }
        case "runtime":
            return {"RUNTIME_RECEIPT_SIGNING_KEY": credentials.receipt_keys["runtime"]}
        case "khala":
            journal = names.get("runtime", PLANES["runtime"].database)
            password = credentials.passwords[JOURNAL_LOGIN]
            return tokens | {"OA_KHALA_JOURNAL_URL": server.url(JOURNAL_LOGIN, password, journal)}
        case "lightning" if process.name == "lightning-executor":
            return {
                "OA_LIGHTNING_CUSTODY_KEK": credentials.secretbox_ring,
                "OA_LIGHTNING_RECEIPT_SIGNING_KEY": credentials.receipt_keys["lightning"],
                **_given(EXECUTOR_PROFILE),
            }
        case "lightning":
            return {
                "OA_LIGHTNING_CUSTODY_KEK": credentials.lightning_ops_ring,
                "OA_LIGHTNING_OPS_SECRET": credentials.lightning_ops_secret,
            }
        case _:
            return {}


EXECUTOR_PROFILE = {
    "OA_LIGHTNING_WALLET_REQUEST_CAP_MSATS": "300000000",
    "OA_LIGHTNING_WALLET_WINDOW_CAP_MSATS": "1000000000",
    "OA_LIGHTNING_WALLET_WINDOW_MS": "300000",
    "OA_LIGHTNING_WALLET_DAILY_FEE_CAP_MSATS": "10000000",
    "OA_LIGHTNING_SIM_CONTROL": "1",
}
"""The executor's development profile (lightning 5.2): caps above what the Treasury approves by itself, and the control
routes of the simulated network, which only operators may call."""


def _given(defaults: dict[str, str]) -> dict[str, str]:
    """The defaults, where our own environment does not say otherwise."""
    return {name: os.environ.get(name, value) for name, value in defaults.items()}


def migrate_environment(
    plane: Plane, server: EmbeddedPostgres, credentials: Credentials, database: str | None = None
) -> dict[str, str]:
    """The environment of one plane's migration: the migration login and nothing that serves."""
    process = processes_of(plane.name)[0]
    login = plane.migrate_login
    url = server.url(login, credentials.passwords[login], database or plane.database)
    environment = {
        "OA_PLANE": process.name,
        "DJANGO_SETTINGS_MODULE": process.settings,
        f"OA_{process.env_name}_DATABASE_URL": url,
    }
    if plane.name == "khala":
        environment["OA_KHALA_JOURNAL_URL"] = url
    return environment


def migrate(
    planes: Iterable[Plane],
    environment_of: Callable[[Plane], dict[str, str]],
    say: Progress,
) -> None:
    """Run each plane's migrations as a process of its own, two at a time. Raises MigrationFailed."""

    def run(plane: Plane) -> None:
        environment = {**clean_environment(), **environment_of(plane)}
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "--no-input", "-v", "0"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        if done.returncode != 0:
            raise MigrationFailed(f"{plane.name}: {(done.stdout + done.stderr)[-4000:]}")
        say(f"migrated {plane.name}")

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(run, planes))


def clean_environment() -> dict[str, str]:
    """Our environment without what belongs to a plane: a child gets only its own."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OA_", "RUNTIME_", "KHALA_", "HYDRA_", "AEGIS_")) and name != "DJANGO_SETTINGS_MODULE"
    }


def serving_processes() -> list[Process]:
    """Every process of the registry, in start order."""
    return list(PROCESSES.values())
