"""Configuration from the environment, typed, explained, and refused by name when it is wrong.

A plane's `Config` (`apps/<plane>/config.py`) extends `BaseConfig`; field names are the variable names in lower case.
"""

from __future__ import annotations

import os
import re
import sys
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from openagents.planes import PLANES, PROCESSES, Process

Environment = Literal["dev", "test", "staging", "prod"]


def split_csv(value: Any) -> Any:
    """`"a, b,,c"` to `["a", "b", "c"]`; anything but text passes unchanged."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


CsvList = Annotated[list[str], NoDecode, BeforeValidator(split_csv)]
"""A comma-separated variable: trimmed, blanks dropped."""

LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["", "json", "pretty"]
FanoutDriver = Literal["", "memory", "postgres", "postgres_notify", "redis"]

DEVELOPMENT_SECRET = "development-only-not-a-secret"


class BaseConfig(BaseSettings):
    """Variables every process reads."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False, validate_default=True)

    oa_env: Environment = Field("dev", description="which guards are mandatory; prod refuses unsafe settings")
    oa_build_id: str = Field("00000000T000000Z", description="build of the image, YYYYMMDDTHHMMSSZ")
    oa_build_sha: str = Field("dev", description="commit of the image")
    oa_image_digest: str = Field("", description="digest of the image, sha256:<hex>")
    oa_log_level: LogLevel = Field("info", description="debug, info, warning or error")
    oa_log_format: LogFormat = Field("", description="json or pretty; pretty by default in dev")
    oa_django_secret_key: str = Field(DEVELOPMENT_SECRET, description="signs admin sessions")
    oa_allowed_hosts: CsvList = Field(["*"], description="host names the process answers to")
    oa_drain_seconds: int | None = Field(
        None, ge=0, le=20, description="how long an HTTP process serves as draining after SIGTERM; default 5, in dev 0"
    )
    oa_body_limit_bytes: int = Field(1_048_576, ge=1, description="largest request body")
    oa_static_root: str = Field("", description="folder of collected static files; empty: served from the packages")
    redis_url: str = Field("", description="production fan-out, broker and windows; empty: Postgres twins")
    fanout_driver: FanoutDriver = Field(
        "", description="memory, postgres or redis; redis when REDIS_URL is set, else postgres"
    )
    fanout_prefix: str = Field("oa", description="prefix of Redis channels")
    fanout_hint_interval_ms: int = Field(10, ge=1, description="at most one hint per topic in this time")
    oa_internal_keys: SecretStr | str = Field("", description="verification keys, CSV of kid:issuer:secret")
    oa_runtime_signing_key: str = Field("", description="own signing key of this process for internal calls")
    oa_runtime_signing_key_id: str = Field("", description="key id of the own signing key")
    oa_runtime_signature_ttl_seconds: int = Field(60, ge=1, le=300)
    oa_internal_max_ttl_seconds: int = Field(300, ge=1)
    oa_internal_max_skew_seconds: int = Field(30, ge=0)
    oa_metrics_token: str = Field("", description="bearer that /metrics demands, when set")
    oa_faults: str = Field("", description="armed fault points (tests): name=crash|error|delay:ms, CSV")
    oa_celery_dir: str = Field("", description="folder of the local task broker, without REDIS_URL")
    oa_control_base_url: str = "http://127.0.0.1:8000"
    oa_runtime_base_url: str = "http://127.0.0.1:8001"
    oa_khala_base_url: str = "http://127.0.0.1:8002"
    oa_hydra_base_url: str = "http://127.0.0.1:8003"
    oa_aegis_base_url: str = "http://127.0.0.1:8004"
    oa_lightning_executor_base_url: str = "http://127.0.0.1:8005"
    oa_lightning_ops_base_url: str = "http://127.0.0.1:8006"
    oa_bridge_base_url: str = "http://127.0.0.1:8007"

    @field_validator("oa_internal_keys")
    @classmethod
    def _plain(cls, value: SecretStr | str) -> str:
        return value.get_secret_value() if isinstance(value, SecretStr) else value

    @field_validator("oa_log_level", "oa_log_format", mode="before")
    @classmethod
    def _any_case(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("fanout_driver")
    @classmethod
    def _has_its_server(cls, value: FanoutDriver, info: ValidationInfo) -> FanoutDriver:
        if value == "redis" and not info.data.get("redis_url"):
            raise ValueError("the redis driver needs REDIS_URL")
        return value

    @classmethod
    def load(cls) -> Self:
        """Read the environment. Ends the process with the variable's name when a value is invalid."""
        try:
            return cls()
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_url=False):
                name = "_".join(str(part) for part in problem["loc"]).upper()
                reason = problem["msg"].removeprefix("Value error, ")
                sys.stderr.write(f"configuration: {name}: {reason}\n" if name else f"configuration: {reason}\n")
            raise SystemExit(1) from None
        except SettingsError as error:  # a value that should be JSON; the text names the field only
            raise SystemExit(f"configuration: {error}") from None

    def database_url(self, plane: str, process: Process) -> str:
        """URL of the process's own database: the process's variable first, then its plane's."""
        if variable := self.database_variable(plane, process):
            return os.environ[variable]
        if self.oa_env in ("staging", "prod"):
            raise SystemExit(f"configuration: OA_{plane.upper()}_DATABASE_URL is not set")
        return f"postgresql://{process.login}@127.0.0.1:5432/{PLANES[plane].database}"

    def database_variable(self, plane: str, process: Process) -> str | None:
        """The variable that names the process's own database, or None when none is set."""
        names = (f"OA_{name}_DATABASE_URL" for name in (process.env_name, plane.upper()))
        return next((name for name in names if os.environ.get(name)), None)

    def base_url(self, process: str) -> str:
        """Where a peer process answers. Raises KeyError for an unknown process."""
        url = getattr(self, f"oa_{PROCESSES[process].env_name.lower()}_base_url")
        return str(url).rstrip("/")

    def hint_driver(self) -> str:
        """The driver of hints by its own name: memory, postgres or redis."""
        if self.fanout_driver == "postgres_notify":
            return "postgres"
        return self.fanout_driver or ("redis" if self.redis_url else "postgres")

    def drain_seconds(self) -> int:
        """From SIGTERM to the end of accepting: one period of a readiness probe where there are probes."""
        if self.oa_drain_seconds is not None:
            return self.oa_drain_seconds
        return 5 if self.oa_env in ("staging", "prod") else 0

    def log_format(self) -> str:
        return self.oa_log_format or ("pretty" if self.oa_env == "dev" else "json")

    def outer_middleware(self) -> list[str]:
        """Middleware of the plane that runs before the shared one."""
        return []

    def inner_middleware(self) -> list[str]:
        """Middleware of the plane that runs after the shared one."""
        return []


SECRET_WORDS = frozenset(
    [
        "key",
        "secret",
        "token",
        "password",
        "passphrase",
        "macaroon",
        "mnemonic",
        "preimage",
        "pepper",
        "nsec",
        "kek",
        "code",
        "credential",
        "seed",
    ]
)
"""Words of a variable's name that make its value a secret, in singular or plural."""
PLAIN_ENDINGS = ("_id", "_enabled", "_issuer", "_audience", "_version", "_scopes", "_prefix", "_mode", "_algs")
PLAIN_TYPES = (bool, int, float, type(None))
_USER_IN_URL = re.compile(r"(?<=://)[^\s,]*@")


def _names_secret(name: str) -> bool:
    words = {word.removesuffix("s") for word in name.split("_")}
    return not words.isdisjoint(SECRET_WORDS) and not name.endswith(PLAIN_ENDINGS)


def explain(config: BaseConfig) -> list[tuple[str, str, str, str]]:
    """Rows of (variable, value, source, meaning) for `manage.py config`; secrets show as set or unset only."""
    rows = []
    for name, field in type(config).model_fields.items():
        variable = name.upper()
        value = getattr(config, name)
        if isinstance(value, SecretStr) or (_names_secret(name.lower()) and not isinstance(value, PLAIN_TYPES)):
            shown = "(set)" if value else "(unset)"
        else:
            shown = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            shown = _USER_IN_URL.sub("***@", shown)
        source = "environment" if variable in os.environ or name in os.environ else "default"
        rows.append((variable, shown, source, field.description or ""))
    return rows
