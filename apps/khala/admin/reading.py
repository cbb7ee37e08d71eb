"""What all pages of this admin share: records are read here, never edited, and never counted whole."""

from __future__ import annotations

from openagents.ops.read_only import ReadOnly


class Records(ReadOnly):
    """Tables may be large: a page does not count them."""

    show_full_result_count = False
