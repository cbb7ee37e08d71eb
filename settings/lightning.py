"""Settings of the lightning plane."""

from settings.base import build

globals().update(build("lightning"))
