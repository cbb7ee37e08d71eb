"""A control plane for tests of lightning ops: answers the functions of section 11 from memory, and can be away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.lightning import peers


def paywall(name: str, *, price: int = 2000, path: str | None = None, status: str = "active", **policy: Any) -> Any:
    """A paywall as control tells it."""
    ids = {"paywallId": f"pw_{name}", "ownerId": f"owner_{name}"}
    return {
        **ids,
        "name": name,
        "status": status,
        "policy": {**ids, "pricingMode": "fixed", "fixedAmountMsats": price, "killSwitch": False, **policy},
        "routes": [
            {
                **ids,
                "routeId": f"route_{name}",
                "hostPattern": f"{name}.paid.example",
                "pathPattern": path or f"/{name}/premium",
                "upstreamUrl": f"https://{name}.vendor.example.com/v1",
                "protocol": "https",
                "timeoutMs": 6000,
                "priority": 10,
            }
        ],
    }


@dataclass
class ControlDouble:
    """`calls` in order; `away` makes every call fail, `refuses` maps a function to (status, code, message)."""

    paywalls: list[Any] = field(default_factory=list)
    security: dict[str, Any] = field(
        default_factory=lambda: {"ok": True, "global": {"stateId": "global", "globalPause": False}, "ownerControls": []}
    )
    away: bool = False
    away_for: set[str] = field(default_factory=set)
    refuses: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    settlements: dict[str, dict[str, Any]] = field(default_factory=dict)
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)

    def call(self, lane: str, function: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {name: value for name, value in args.items() if value is not None}
        short = function.partition(":")[2]
        if self.away or short in self.away_for:
            raise peers.ControlUnavailable(function)
        self.calls.append((short, given))
        if short in self.refuses:
            raise peers.ControlRefused(*self.refuses[short])
        match short:
            case "listPaywallControlPlaneState":
                return {"ok": True, "paywalls": self.paywalls}
            case "getControlPlaneSecurityState":
                return self.security
            case "recordGatewayCompileIntent":
                known = self.deployments.setdefault(given["deploymentId"], {})
                known.update(given)
                return {"ok": True, "deployment": known}
            case "ingestInvoiceLifecycle":
                before = self.invoices.get(given["invoiceId"])
                self.invoices[given["invoiceId"]] = given
                return {"ok": True, "changed": before != given, "invoice": given}
            case "ingestSettlement":
                before = self.settlements.get(given["settlementId"])
                if before is not None and before["amountMsats"] != given["amountMsats"]:
                    raise peers.ControlRefused(409, "conflict", "settlement_conflict")
                self.settlements.setdefault(given["settlementId"], given)
                reference = "lightning_preimage:" + given["paymentProofValue"][:24]
                shown = {"settlementId": given["settlementId"], "paymentProofRef": reference}
                return {"ok": True, "existed": before is not None, "settlement": shown}
            case "setGlobalPause":
                self.security["global"]["globalPause"] = given["active"]
                return {"ok": True, "global": self.security["global"]}
            case "setOwnerKillSwitch":
                control = {"ownerId": given["ownerId"], "killSwitch": given["active"]}
                others = [one for one in self.security["ownerControls"] if one["ownerId"] != given["ownerId"]]
                self.security["ownerControls"] = [*others, control]
                return {"ok": True, "ownerControl": control}
            case "rotateCredentialRole" | "activateCredentialRole" | "revokeCredentialRole":
                status = {"rotate": "rotating", "activate": "active", "revoke": "revoked"}[short.split("Credential")[0]]
                role = {"role": given["role"], "status": status, "version": 1}
                others = [one for one in self.security.get("credentialRoles", []) if one["role"] != given["role"]]
                self.security["credentialRoles"] = [*others, role]
                return {"ok": True, "role": role}
        return {"ok": True, "event": {"eventId": "evt_1"}}

    def told(self, function: str) -> list[dict[str, Any]]:
        """The arguments of every call of a function, in order."""
        return [args for name, args in self.calls if name == function]

    def events(self) -> list[str]:
        return [args["eventType"] for args in self.told("recordGatewayDeploymentEvent")]
