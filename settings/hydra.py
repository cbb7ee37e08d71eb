"""Settings of the hydra plane."""

from settings.base import build

globals().update(build("hydra"))
