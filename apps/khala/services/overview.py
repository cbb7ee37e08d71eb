"""The operator's picture of delivery over all processes, from what each of them writes down every few seconds."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count
from django.utils import timezone

from apps.khala.models import AuditRow, ConnectionRow, NodeRow
from apps.khala.services.orders import NODE_ALIVE
from apps.khala.services.reconnects import reason_of

WINDOW: Final = timedelta(minutes=10)
TOPICS_SHOWN: Final = 40
SLOW_SHOWN: Final = 20
DENIALS_SHOWN: Final = 40


def overview() -> dict[str, Any]:
    """JSON for the operator page: nodes, totals, topics, slow consumers, denials and ends of the last minutes."""
    now = timezone.now()
    nodes = list(NodeRow.objects.filter(heartbeat_at__gt=now - NODE_ALIVE).order_by("started_at"))
    topics = _topics(nodes)
    slow = [row | {"node_id": node.node_id} for node in nodes for row in _live(node).get("slow", ())]
    denials = AuditRow.objects.filter(outcome="deny", at__gt=now - WINDOW)
    by_reason = denials.values("reason_code").annotate(count=Count("id")).order_by("-count")
    return {
        "at": now.isoformat(),
        "nodes": [_node(node, now) for node in nodes],
        "connections": sum(node.connections for node in nodes),
        "rows_per_s": round(sum(topic["rows_per_s"] for topic in topics), 1),
        "worst_lag": max((topic["lag"] for topic in topics), default=0),
        "lanes": dict(sum((Counter(_live(node).get("lanes", {})) for node in nodes), Counter())),
        "topics_watched": sum(_live(node).get("topics_watched", 0) for node in nodes),
        "topics": topics[:TOPICS_SHOWN],
        "slow": sorted(slow, key=lambda row: (-row["strikes"], -row["lag"]))[:SLOW_SHOWN],
        "denials_10m": sum(row["count"] for row in by_reason),
        "denial_reasons": [[row["reason_code"] or "none", row["count"]] for row in by_reason[:8]],
        "denials": [_denial(row) for row in denials.order_by("-at")[:DENIALS_SHOWN]],
        "ends": _ends(now),
    }


def _live(node: NodeRow) -> dict[str, Any]:
    found = node.stats.get("live") if isinstance(node.stats, dict) else None
    return found if isinstance(found, dict) else {}


def _node(node: NodeRow, now: datetime) -> dict[str, Any]:
    live = _live(node)
    return {
        "node_id": node.node_id,
        "state": node.state,
        "connections": node.connections,
        "started_at": node.started_at.isoformat(),
        "beat_seconds": round((now - node.heartbeat_at).total_seconds(), 1),
        "driver": live.get("driver", ""),
        "driver_up": bool(live.get("driver_up")),
        "deaf": live.get("deaf", []),
    }


def _topics(nodes: list[NodeRow]) -> list[dict[str, Any]]:
    """Topics over all nodes: each node tells its watchers once, so a topic flows as fast as its fastest node says."""
    found: dict[str, dict[str, Any]] = {}
    for node in nodes:
        for row in _live(node).get("topics", ()):
            known = found.setdefault(row["topic"], {**row, "watchers": 0})
            known["watchers"] += row["watchers"]
            for name in ("head", "rows_per_s", "lag"):
                known[name] = max(known[name], row[name])
    return sorted(found.values(), key=lambda row: (-row["rows_per_s"], -row["lag"], row["topic"]))


def _denial(row: AuditRow) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(),
        "event": row.event,
        "reason": row.reason_code or "",
        "topic": row.topic or "",
        "principal_key": row.principal_key or "",
        "connection_id": row.connection_id or "",
    }


def _ends(now: datetime) -> list[list[Any]]:
    """Why connections ended lately: (reason, count), most frequent first."""
    rows = ConnectionRow.objects.filter(closed_at__gt=now - WINDOW).values_list("close_code", "close_reason")
    words: Counter[str] = Counter(str(word or reason_of(code or 1006)) for code, word in rows[:20_000])
    return [[word, count] for word, count in words.most_common(8)]
