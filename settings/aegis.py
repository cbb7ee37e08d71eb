"""Settings of the aegis plane."""

from settings.base import build

globals().update(build("aegis"))
