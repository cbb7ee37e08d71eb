"""The operator's view of the runtime, one module per subject: to read, never to edit the log."""

from apps.runtime.admin import interop, marketplace, projections, runs, threads, topics, workers

__all__ = ["interop", "marketplace", "projections", "runs", "threads", "topics", "workers"]
