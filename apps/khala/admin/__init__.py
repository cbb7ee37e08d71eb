"""The operator's view of delivery: a live page, and the records behind it to read."""

from apps.khala.admin import journal, nodes, records

__all__ = ["journal", "nodes", "records"]
