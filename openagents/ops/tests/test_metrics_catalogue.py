"""No metric may carry an id, a secret or a raw path as a label; names follow one rule (operations 9)."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

ROOT = Path(__file__).resolve().parents[3]
KINDS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
FORBIDDEN = {
    *("run", "run_id", "thread", "thread_id", "frame", "frame_id", "tool_call", "tool_call_id", "authorization"),
    *("authorization_id", "worker", "worker_id", "user", "user_id", "org", "org_id", "device", "device_id", "session"),
    *("session_id", "receipt", "receipt_id", "guest_scope", "scope", "lease_owner", "traceparent", "tracestate"),
    *("trace_id", "span_id", "request_id", "seq", "cursor", "email", "pubkey", "topic", "path", "ip", "key", "nonce"),
}
SERIES_MAX = 200
NAMED_WITHOUT_TOTAL = {"oa_control_client_builds"}
"""Counters that operations 9 names so; the client library appends the suffix in the exposition."""


def declared() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """(file, kind, name, labels) of every metric that the source declares."""
    for folder in ("openagents", "apps"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tests" in path.parts or path.name.endswith("_pb2.py"):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                    texts = [item.value for item in node.args if isinstance(item, ast.Constant)]
                    lists = [item for item in node.args[2:] if isinstance(item, ast.List | ast.Tuple)]
                    lists += [word.value for word in node.keywords if word.arg == "labelnames"]  # type: ignore[misc]
                    labels = tuple(label.value for item in lists for label in item.elts)  # type: ignore[attr-defined]
                    if texts and isinstance(texts[0], str):
                        yield str(path.relative_to(ROOT)), node.func.id, texts[0], labels


DECLARED = list(declared())


def test_the_walk_finds_the_metrics() -> None:
    names = {name for _, _, name, _ in DECLARED}
    assert {"oa_http_requests_total", "oa_ready_check", "oa_fanout_hints_total"} <= names
    assert len(names) == len(DECLARED), "a name is declared twice"


@pytest.mark.parametrize(("file", "kind", "name", "labels"), DECLARED, ids=[name for _, _, name, _ in DECLARED])
def test_names_and_labels_of_the_source(file: str, kind: str, name: str, labels: tuple[str, ...]) -> None:
    assert name.startswith("oa_"), file
    assert name.endswith("_total") == (kind == "Counter") or name in NAMED_WITHOUT_TOTAL, file
    assert not FORBIDDEN & set(labels), file


def test_the_registry_of_a_live_process_has_no_forbidden_label_and_few_series() -> None:
    importlib.import_module("openagents.ops.metrics")
    for metric in REGISTRY.collect():
        if not metric.name.startswith("oa_"):
            continue
        series = {tuple(sorted(sample.labels.items())) for sample in metric.samples if "le" not in sample.labels}
        assert len(series) <= SERIES_MAX, metric.name
        for sample in metric.samples:
            assert not FORBIDDEN & set(sample.labels), metric.name
