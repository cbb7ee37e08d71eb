"""Settings of the runtime plane."""

from settings.base import build

globals().update(build("runtime"))
