"""Settings of the bridge plane."""

from settings.base import build

globals().update(build("bridge"))
