"""The operator's view of the runtime, one module per subject: to read, never to edit the log."""

from apps.runtime.admin import runs

__all__ = ["runs"]
