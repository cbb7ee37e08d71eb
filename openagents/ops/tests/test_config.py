"""Configuration: typed, explained, refused by the variable's name, and silent about secrets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field
from pydantic_settings import NoDecode

from openagents.ops.config import BaseConfig, CsvList, explain, split_csv
from openagents.planes import PROCESSES

ROOT = Path(__file__).resolve().parents[3]
SECRET = "hunter2-is-not-for-your-eyes"


class Sample(BaseConfig):
    """A plane's configuration with every kind of secret."""

    oa_sample_signing_key: str = ""
    oa_sample_signing_key_id: str = "v1"
    oa_sample_token_keys: CsvList = []
    oa_sample_journal_url: str = ""
    oa_sample_token_ttl_seconds: int = Field(60, ge=1, description="life")
    oa_sample_mnemonic: str = ""
    oa_sample_codex_mode: str = "plain"
    oa_sample_table: Annotated[dict[str, str], NoDecode] = {}
    oa_sample_json: dict[str, str] = {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OA_ENV", SECRET),
        ("OA_BODY_LIMIT_BYTES", SECRET),
        ("OA_BODY_LIMIT_BYTES", "0"),
        ("OA_RUNTIME_SIGNATURE_TTL_SECONDS", "301"),
        ("OA_LOG_LEVEL", SECRET),
        ("OA_LOG_FORMAT", SECRET),
        ("FANOUT_DRIVER", SECRET),
        ("FANOUT_DRIVER", "redis"),
        ("OA_SAMPLE_TOKEN_TTL_SECONDS", SECRET),
        ("OA_SAMPLE_JSON", SECRET),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_never_shown(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv(variable, value)
    with pytest.raises(SystemExit) as end:
        Sample.load()
    said = capsys.readouterr().err + str(end.value.code)
    assert end.value.code not in (0, None)
    assert variable in said.upper()
    assert SECRET not in said


def test_every_wrong_value_is_named_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OA_ENV", "moon")
    monkeypatch.setenv("OA_BODY_LIMIT_BYTES", "many")
    with pytest.raises(SystemExit):
        BaseConfig.load()
    said = capsys.readouterr().err
    assert "configuration: OA_ENV: " in said
    assert "configuration: OA_BODY_LIMIT_BYTES: " in said


def test_explain_hides_secrets_of_every_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OA_SAMPLE_SIGNING_KEY": SECRET,
        "OA_SAMPLE_TOKEN_KEYS": f"k1={SECRET},k2={SECRET}",
        "OA_SAMPLE_JOURNAL_URL": f"postgresql://reader:{SECRET}@db:5432/runtime",
        "REDIS_URL": f"redis://:{SECRET}@cache:6379/0",
        "OA_SAMPLE_MNEMONIC": SECRET,
        "OA_INTERNAL_KEYS": f"k:control:{SECRET}",
        "OA_RUNTIME_SIGNING_KEY": SECRET,
        "OA_DJANGO_SECRET_KEY": SECRET,
        "OA_METRICS_TOKEN": SECRET,
    }.items():
        monkeypatch.setenv(name, value)
    rows = {variable: (shown, source) for variable, shown, source, _meaning in explain(Sample.load())}
    assert SECRET not in str(rows)
    assert rows["OA_SAMPLE_SIGNING_KEY"] == ("(set)", "environment")
    assert rows["OA_SAMPLE_TOKEN_KEYS"] == ("(set)", "environment")
    assert rows["OA_SAMPLE_SIGNING_KEY_ID"] == ("v1", "default")
    assert rows["OA_SAMPLE_TOKEN_TTL_SECONDS"] == ("60", "default")
    assert rows["OA_SAMPLE_JOURNAL_URL"] == ("postgresql://***@db:5432/runtime", "environment")
    assert rows["REDIS_URL"] == ("redis://***@cache:6379/0", "environment")
    assert rows["OA_SAMPLE_CODEX_MODE"] == ("plain", "default")
    monkeypatch.delenv("OA_METRICS_TOKEN")
    assert {row[0]: row[1] for row in explain(Sample.load())}["OA_METRICS_TOKEN"] == "(unset)"


def test_the_processs_own_database_variable_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    process = PROCESSES["lightning-ops"]
    config = BaseConfig.load()
    monkeypatch.delenv("OA_LIGHTNING_DATABASE_URL", raising=False)
    monkeypatch.setenv("OA_LIGHTNING_DATABASE_URL", "postgresql://plane")
    assert config.database_url("lightning", process) == "postgresql://plane"
    monkeypatch.setenv("OA_LIGHTNING_OPS_DATABASE_URL", "postgresql://process")
    assert config.database_url("lightning", process) == "postgresql://process"


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_a_server_needs_its_database_url(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OA_ENV", environment)
    monkeypatch.delenv("OA_HYDRA_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit, match="OA_HYDRA_DATABASE_URL"):
        BaseConfig.load().database_url("hydra", PROCESSES["hydra"])


def test_drivers_and_formats_follow_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REDIS_URL", "FANOUT_DRIVER", "OA_LOG_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OA_ENV", "dev")
    assert (BaseConfig.load().hint_driver(), BaseConfig.load().log_format()) == ("postgres", "pretty")
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    monkeypatch.setenv("OA_ENV", "staging")
    assert (BaseConfig.load().hint_driver(), BaseConfig.load().log_format()) == ("redis", "json")
    monkeypatch.setenv("FANOUT_DRIVER", "postgres_notify")
    monkeypatch.setenv("OA_LOG_LEVEL", "WARNING")
    assert (BaseConfig.load().hint_driver(), BaseConfig.load().oa_log_level) == ("postgres", "warning")


def test_every_process_has_a_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OA_LIGHTNING_OPS_BASE_URL", "http://ops.test/")
    config = BaseConfig.load()
    assert config.base_url("lightning-ops") == "http://ops.test"
    assert all(config.base_url(name).startswith("http://") for name in PROCESSES)
    with pytest.raises(KeyError):
        config.base_url("moon")


def test_csv_values_are_trimmed_and_blanks_dropped() -> None:
    assert split_csv(" a, b,,c ,") == ["a", "b", "c"]
    assert split_csv(["a "]) == ["a "]


def settings_of(plane: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import settings.{plane}"],
        env={**os.environ, "OA_PLANE": plane, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OA_CONTROL_DATABASE_URL", f"postgresql://u:{SECRET}/x@h/db"),
        ("OA_CONTROL_DATABASE_URL", f"mysql://u:{SECRET}@h/db"),
        ("OA_INTERNAL_KEYS", f"kid:nobody:{SECRET}"),
    ],
)
def test_settings_refuse_a_wrong_value_in_one_line(variable: str, value: str) -> None:
    done = settings_of("control", **{variable: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"configuration: {variable}: ")
    assert done.stderr.count("\n") == 1
    assert SECRET not in done.stderr


def test_a_process_of_another_plane_is_refused() -> None:
    done = settings_of("control", OA_PLANE="hydra")
    assert done.returncode == 1
    assert "OA_PLANE='hydra'" in done.stderr
