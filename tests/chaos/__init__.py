"""Crash drills: processes die and PostgreSQL stops under load; the log checker judges what clients sent and saw."""
