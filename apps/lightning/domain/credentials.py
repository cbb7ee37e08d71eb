"""Callers of the executor: scopes, default grants and the life of a credential (3.3)."""

from __future__ import annotations

from enum import StrEnum

READ = "wallet:read"
PAY = "wallet:pay"
RECEIVE = "wallet:receive"
ONCHAIN = "wallet:onchain"
SUBWALLETS = "wallet:subwallets"
ADMIN = "wallet:admin"
OPS_READ = "ops:read"
OPS_RUN = "ops:run"
OPS_NODE = "ops:node"
OPS_SECURITY = "ops:security"

ALL: frozenset[str] = frozenset(
    {READ, PAY, RECEIVE, ONCHAIN, SUBWALLETS, ADMIN, OPS_READ, OPS_RUN, OPS_NODE, OPS_SECURITY}
)
ENVIRONMENT_TOKEN: frozenset[str] = ALL - {ADMIN, OPS_NODE, OPS_SECURITY}
"""What the one token of the environment may do."""

GRANTS: dict[str, frozenset[str]] = {
    "hydra": frozenset({READ, PAY, RECEIVE, ONCHAIN, OPS_READ, OPS_NODE}),
    "lightning": frozenset({READ, PAY}),
    "ops": ALL,
}
"""Default scopes by issuer. Who is not named here may do nothing."""

AGENT_PAYMENTS: frozenset[str] = frozenset({READ, SUBWALLETS})
"""What control may do while the agent-payments lane is on."""

TOKEN_BYTES_MIN = 32
VERSION_MAX = 1_000_000


class CredentialState(StrEnum):
    STAGED = "staged"
    ACTIVE = "active"
    RETIRING = "retiring"
    REVOKED = "revoked"


C = CredentialState

NEXT: dict[CredentialState, frozenset[CredentialState]] = {
    C.STAGED: frozenset({C.ACTIVE, C.REVOKED}),
    C.ACTIVE: frozenset({C.RETIRING, C.REVOKED}),
    C.RETIRING: frozenset({C.REVOKED}),
    C.REVOKED: frozenset(),
}


def may_become(before: str, after: CredentialState) -> bool:
    return after in NEXT[CredentialState(before)]


def granted(issuer: str, agent_payments: bool) -> frozenset[str]:
    """Default scopes of a signed caller."""
    if issuer == "control" and agent_payments:
        return AGENT_PAYMENTS
    return GRANTS.get(issuer, frozenset())
