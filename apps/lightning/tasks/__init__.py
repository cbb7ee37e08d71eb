"""Beat jobs of lightning ops, one module per subject. Any number of workers may run them: the state is in tables."""

from typing import Any

from apps.lightning.tasks import gateway, nodes

SCHEDULE: dict[str, dict[str, Any]] = {**nodes.SCHEDULE, **gateway.SCHEDULE}
