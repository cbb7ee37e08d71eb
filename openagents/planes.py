"""The one registry of planes and processes: settings, roles, supervisor, health and peer clients all read it.

It holds names and numbers only, no behaviour, and imports nothing of the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Server = Literal["wsgi", "asgi"]


@dataclass(frozen=True, slots=True)
class Plane:
    """An authority: one Django app, one database, one signing identity (`iss`/`aud` of internal calls)."""

    name: str
    writer_groups: tuple[str, ...]
    """Database groups that may write. Most planes have one; lightning splits custody from operations."""

    @property
    def app(self) -> str:
        return f"apps.{self.name}"

    @property
    def database(self) -> str:
        return self.name

    @property
    def owner_role(self) -> str:
        return f"oa_{self.name}_owner"

    @property
    def reader_role(self) -> str:
        """Who may read everything of the plane. Khala's has another name: `oa_khala_ro` reads the runtime's journal."""
        name = f"oa_{self.name}_ro"
        return "oa_khala_plane_ro" if name == JOURNAL_GROUP else name

    @property
    def migrate_login(self) -> str:
        return f"{self.name}_migrate"


@dataclass(frozen=True, slots=True)
class Process:
    """One deployable of a plane (`OA_PLANE`). `port` is the development port on 127.0.0.1."""

    name: str
    plane: str
    server: Server
    port: int
    login: str
    writer_group: str
    queues: tuple[str, ...] = ()
    settings: str = ""
    urlconf: str = ""
    threads: int = 8
    """Requests that one worker serves at once (WSGI). Concurrent writers share a commit; a stream holds a thread."""

    @property
    def env_name(self) -> str:
        """Infix of its infrastructure variables: `OA_<env_name>_BASE_URL`, `_BIND`, `_WORKER_BIND`, `_BEAT_BIND`."""
        return self.name.upper().replace("-", "_")

    @property
    def worker_port(self) -> int:
        """Development port at which its Celery worker answers probes."""
        return self.port + 100

    @property
    def beat_port(self) -> int:
        """Development port at which its Celery beat answers probes."""
        return self.port + 200


def _plane(name: str, *groups: str) -> Plane:
    return Plane(name, groups or (f"oa_{name}_rw",))


PLANES: dict[str, Plane] = {
    plane.name: plane
    for plane in (
        _plane("control"),
        _plane("runtime"),
        _plane("khala"),
        _plane("hydra"),
        _plane("aegis"),
        _plane("lightning", "oa_lightning_executor_rw", "oa_lightning_ops_rw"),
        _plane("bridge"),
    )
}


def _process(name: str, plane: str, port: int, *queues: str, server: Server = "wsgi", threads: int = 8) -> Process:
    group = f"oa_{name.replace('-', '_')}_rw"
    role = name.removeprefix(plane).replace("-", "_")  # "" where a plane is one process, "_executor" where it is two
    return Process(
        name=name,
        plane=plane,
        server=server,
        port=port,
        login=f"{name.replace('-', '_')}_svc",
        writer_group=group,
        queues=queues,
        settings=f"settings.{plane}",
        urlconf=f"apps.{plane}.urls{role}",
        threads=threads,
    )


PROCESSES: dict[str, Process] = {
    process.name: process
    for process in (
        _process("control", "control", 8000, "control"),
        _process("runtime", "runtime", 8001, "runtime", "runtime.projectors", threads=24),
        _process("khala", "khala", 8002, "khala", server="asgi"),
        _process("hydra", "hydra", 8003, "hydra"),
        _process("aegis", "aegis", 8004, "aegis"),
        _process("lightning-executor", "lightning", 8005, threads=24),
        _process("lightning-ops", "lightning", 8006, "lightning.ops"),
        _process("bridge", "bridge", 8007, "bridge.publish", "bridge.ingest"),
    )
}

ISSUERS: frozenset[str] = frozenset({*PLANES, "ops"})
"""Who may sign an internal call: every plane, and the operator."""

JOURNAL_LOGIN = "khala_reader"
JOURNAL_GROUP = "oa_khala_ro"
JOURNAL_TABLES: tuple[str, ...] = ("sync_topic_sequences", "sync_stream_events", "sync_topic_docs")
"""Khala's one window into the runtime database: this login may SELECT these tables and nothing else."""


def processes_of(plane: str) -> tuple[Process, ...]:
    """The processes that serve `plane`, in registry order. Raises KeyError for an unknown plane."""
    PLANES[plane]
    return tuple(process for process in PROCESSES.values() if process.plane == plane)
