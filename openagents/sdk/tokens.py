"""Where tokens rest: files of mode 0600 in directories of mode 0700, replaced atomically and flushed (surfaces 4).

`RefreshLock` is the lock across processes under which the one refresh of a token happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from openagents.sdk.credentials import SESSION_FIELDS, SESSION_SCHEMA, Session
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.vaults import Vault, chosen_vault

KEYRING = "keyring"
SECRET_FIELDS = ("access_token", "refresh_token")
LOCK_WAIT_SECONDS = 30.0
"""Longer than the slowest refresh under the lock: two sends of 4 s and a pause."""
LOCK_POLL_SECONDS = 0.02


def write_private(path: Path, document: Mapping[str, Any]) -> None:
    """Replace `path` by `document`: a crash leaves the old or the new file, on disk, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.chmod(path.parent, 0o700)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(document, stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _flush_directory(path.parent)


def read_document(path: Path) -> dict[str, Any] | None:
    """The JSON object in `path`; None when absent, unreadable as JSON or no object."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return document if isinstance(document, dict) else None


class TokenStore:
    """The token files of one profile, and the device id of the installation."""

    def __init__(self, home: Path, profile: str, vault: Vault | None = None) -> None:
        """`vault`: where the tokens go instead of the file; by default what `OA_TOKEN_STORE` and this machine say."""
        self._home = home
        self._dir = home / "profiles" / profile
        self._vault = vault if vault is not None else chosen_vault(os.environ)
        self._account = f"{home.absolute()}#{profile}"

    @property
    def kind(self) -> str:
        """Where the next tokens are written: `keyring` or `file`."""
        return "file" if self._vault is None else KEYRING

    @property
    def directory(self) -> Path:
        return self._dir

    @property
    def session_path(self) -> Path:
        return self._dir / "session.json"

    def load(self) -> Session | None:
        """The stored session. None when signed out or when the file is of another schema."""
        document = read_document(self.session_path)
        if document is None or document.get("schema") != SESSION_SCHEMA:
            return None
        if document.get("stored_in") == KEYRING:
            document = {**document, **self._secrets()}
        values = {name: value for name in SESSION_FIELDS if isinstance(value := document.get(name), str)}
        if len(values) != len(SESSION_FIELDS) or not values["access_token"]:
            return None
        return Session(**values)

    def save(self, session: Session) -> None:
        document: dict[str, Any] = {"schema": SESSION_SCHEMA, **asdict(session)}
        if self._vault is not None:
            # The vault first: a crash in between leaves the new tokens beside old times, and times are only hints.
            self._vault.put(self._account, json.dumps({name: document[name] for name in SECRET_FIELDS}))
            document |= {**dict.fromkeys(SECRET_FIELDS, ""), "stored_in": KEYRING}
        write_private(self.session_path, document)

    def wipe(self) -> None:
        """Drop both tokens; who was signed in, where and on which device stays, so signing in again is one step."""
        document = read_document(self.session_path)
        if document is None:
            return
        kept = {name: document.get(name, "") for name in ("base_url", "email", "user_id", "org_id", "device_id")}
        blank = dict.fromkeys(SESSION_FIELDS, "")
        write_private(self.session_path, {"schema": SESSION_SCHEMA, **blank, **kept})
        if document.get("stored_in") == KEYRING and self._vault is not None:
            self._vault.drop(self._account)

    def saved_base_url(self) -> str | None:
        return self._remembered("base_url")

    def saved_email(self) -> str | None:
        return self._remembered("email")

    def device_id(self) -> str:
        """`desktop:<uuid4>`, made once per installation; two processes that race for it end with the same one."""
        path = self._home / "device.json"
        stored = read_document(path)
        if stored is not None and isinstance(stored.get("device_id"), str):
            return str(stored["device_id"])
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._home / f".device.{uuid.uuid4().hex}"
        write_private(fresh, {"device_id": f"desktop:{uuid.uuid4()}"})
        try:
            # link() fails when the name exists: the first process wins, and no reader ever sees half a file.
            os.link(fresh, path)
        except FileExistsError:
            if read_document(path) is None:
                os.replace(fresh, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(fresh)
        winner = read_document(path)
        if winner is None:
            raise SdkError(ErrorKind.UNKNOWN, f"cannot keep a device id in {path}")
        return str(winner["device_id"])

    def save_challenge(self, challenge: Challenge) -> None:
        write_private(self._dir / "challenge.json", asdict(challenge))

    def load_challenge(self) -> Challenge | None:
        document = read_document(self._dir / "challenge.json")
        if document is None:
            return None
        try:
            return Challenge(**document)
        except TypeError:
            return None

    def drop_challenge(self) -> None:
        (self._dir / "challenge.json").unlink(missing_ok=True)

    def _secrets(self) -> dict[str, str]:
        """The tokens of a session that lies in the keyring. Raises SdkError when that cannot be opened."""
        if self._vault is None:
            message = "the session lies in the keyring, which is not there now; sign in again: oa login"
            raise SdkError(ErrorKind.MISSING_CREDENTIAL, message, code="keyring_unavailable")
        try:
            held = json.loads(self._vault.get(self._account) or "{}")
        except ValueError:
            held = {}
        return {name: str(held.get(name, "")) for name in SECRET_FIELDS} if isinstance(held, dict) else {}

    def _remembered(self, name: str) -> str | None:
        value = (read_document(self.session_path) or {}).get(name)
        return value if isinstance(value, str) and value else None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent and not yet answered; `expires_at_unix` by the clock of this machine."""

    base_url: str
    email: str
    challenge_id: str
    expires_at_unix: float


@dataclass(frozen=True, slots=True)
class RefreshAttempt:
    """What the lock file remembers of the refresh of one token, so that a successor can send the same nonce.

    `token_id` is a digest, never the token. `sends` counts requests that may have reached the server.
    """

    token_id: str
    client_nonce: str
    sends: int
    first_sent_at_unix: float


def token_id(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode()).hexdigest()[:32]


class RefreshLock:
    """Exclusive `flock` on `session.lock` of a profile; the file carries the attempt in progress."""

    def __init__(self, store: TokenStore) -> None:
        self._path = store.directory / "session.lock"
        self._handle = -1

    @asynccontextmanager
    async def held(self) -> AsyncIterator[RefreshLock]:
        """Hold the lock; the kernel releases it when the process dies. Raises SdkError (network) after 30 s."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + LOCK_WAIT_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        message = f"another process has been refreshing the session for {LOCK_WAIT_SECONDS:.0f} s"
                        raise SdkError(ErrorKind.NETWORK, message, code="session_locked") from None
                    # Polled, not blocked in a thread: a cancelled waiter must not go on to take the lock.
                    await asyncio.sleep(LOCK_POLL_SECONDS)
            self._handle = handle
            yield self
        finally:
            self._handle = -1
            os.close(handle)

    def attempt(self) -> RefreshAttempt | None:
        """The recorded attempt; None when there is none or the record is torn."""
        raw = os.pread(self._handle, 4096, 0)
        try:
            document = json.loads(raw)
            return RefreshAttempt(
                str(document["token_id"]),
                str(document["client_nonce"]),
                int(document["sends"]),
                float(document["first_sent_at_unix"]),
            )
        except (ValueError, KeyError, TypeError):
            return None

    def record(self, attempt: RefreshAttempt) -> None:
        """Write and flush before the request leaves. In place: replacing the file would replace the lock."""
        content = json.dumps(asdict(attempt)).encode()
        os.pwrite(self._handle, content, 0)
        os.ftruncate(self._handle, len(content))
        os.fsync(self._handle)


def _flush_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
