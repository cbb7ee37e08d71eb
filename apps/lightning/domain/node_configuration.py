"""The nodes that the environment names (`OA_LIGHTNING_OPS_NODES`). Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel


class Configured(BaseModel):
    """One entry of `OA_LIGHTNING_OPS_NODES`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    node_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")
    backend: str = Field(pattern="^(simulated|lnd)$")
    purpose: str = Field("liquidity", pattern="^(executor|gateway|liquidity)$")
    endpoint: str = ""
    credential_refs: dict[str, str] = Field(default_factory=dict)
    enabled: bool = True


class BadNodes(ValueError):
    """`OA_LIGHTNING_OPS_NODES` cannot be read. The text names the entry and field."""


def configured(text: str) -> list[Configured]:
    """The nodes of the variable. Raises BadNodes."""
    try:
        return TypeAdapter(list[Configured]).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadNodes(f"{where or 'the list'}: {first['msg']}") from None
