"""Beat jobs of the runtime, one module per subject. Any number of workers may run them: the state is in tables."""

from typing import Any

from apps.runtime.tasks import journal

SCHEDULE: dict[str, dict[str, Any]] = {
    **journal.SCHEDULE,
}
