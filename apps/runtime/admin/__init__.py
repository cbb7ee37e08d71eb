"""The operator's view of the runtime, one module per subject: to read, never to edit the log."""

from apps.runtime.admin import marketplace, projections, runs, threads, topics, workers

__all__ = ["marketplace", "projections", "runs", "threads", "topics", "workers"]
