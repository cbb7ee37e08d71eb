"""Configuration of the hydra plane."""

from openagents.ops.config import BaseConfig


class Config(BaseConfig):
    """What every process reads; the plane has no variable of its own yet."""
