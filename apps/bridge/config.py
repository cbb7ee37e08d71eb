"""Configuration of the bridge plane."""

from openagents.ops.config import BaseConfig


class Config(BaseConfig):
    """What every process reads; the plane has no variable of its own yet."""
