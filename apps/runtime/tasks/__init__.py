"""Beat jobs of the runtime, one module per subject. Any number of workers may run them: the state is in tables."""

from typing import Any

from apps.runtime.tasks import canary, interop, journal, marketplace, projections, retention, workers

SCHEDULE: dict[str, dict[str, Any]] = {
    **canary.SCHEDULE,
    **interop.SCHEDULE,
    **journal.SCHEDULE,
    **projections.SCHEDULE,
    **retention.SCHEDULE,
    **workers.SCHEDULE,
    **marketplace.SCHEDULE,
}
