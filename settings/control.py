"""Settings of the control plane."""

from settings.base import build

globals().update(build("control"))
