"""Threads and messages: ids, roles, limits."""

from __future__ import annotations

import re
from enum import StrEnum

THREAD_ID = re.compile(r"[A-Za-z0-9_.~-]{1,64}", re.ASCII)
TEXT_CHARS_MAX = 20_000
TITLE_CHARS_MAX = 200
AUTOPILOT_CHARS_MAX = 160
CLIENT_MESSAGE_ID_CHARS_MAX = 160


class Role(StrEnum):
    """Who speaks. Only `user` is open to the message route; the others come from the runtime and its workers."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"
