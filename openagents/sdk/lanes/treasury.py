"""Intents to spend, votes on them, budgets (control 3.5.4). What settles is decided by the runtime alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command, given, mutation, named, present
from openagents.sdk.lanes.lane import Lane

PURPOSES = ("compute_job", "skill_call", "invoice_pay", "l402_fetch")
PERIODS = ("total", "day", "month")


def list_intents(
    *,
    view: str | None = None,
    run_id: str | None = None,
    state: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> Command:
    """`view` own or approvals (those that wait for one's vote)."""
    query = present(view=view, run_id=run_id, state=state, limit=limit, cursor=cursor)
    return Command("list_intents", query=query)


def get_intent(intent_id: str) -> Command:
    return Command("get_intent", _intent(intent_id))


def create_intent(
    run_id: str,
    *,
    purpose: str,
    amount_msats: int,
    max_fee_msats: int | None = None,
    payee: Mapping[str, Any] | None = None,
    work: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    idempotency_key: str | None = None,
    **more: Any,
) -> Command:
    """Ask for permission to spend for a run; `more`: further fields of `TreasuryIntentRequestV1`."""
    if purpose not in PURPOSES:
        message = f"a purpose is one of {', '.join(PURPOSES)}"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"purpose": ["choice"]})
    body = {
        "run_id": named(run_id, "run_id"),
        "purpose": purpose,
        "amount_msats": _msats(amount_msats, "amount_msats"),
        "dry_run": dry_run,
        **given(max_fee_msats=max_fee_msats, payee=payee, work=work, **more),
    }
    return mutation("create_intent", body, key=idempotency_key)


def verify_intent(
    intent_id: str,
    *,
    verification_id: str | None = None,
    request: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Command:
    """Show what the work was worth: either a verification of Aegis', or request and response of the job."""
    evidence = request is not None and response is not None
    if (verification_id is not None) == evidence or (request is None) != (response is None):
        message = "give either verification_id, or request and response"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"verification_id": ["one"]})
    body = given(verification_id=verification_id, request=request, response=response)
    return mutation("verify_intent", body, _intent(intent_id), key=idempotency_key)


def settle_intent(intent_id: str, *, idempotency_key: str | None = None) -> Command:
    return mutation("settle_intent", {}, _intent(intent_id), key=idempotency_key)


def cancel_intent(intent_id: str, *, reason: str | None = None, idempotency_key: str | None = None) -> Command:
    return mutation("cancel_intent", given(reason=reason), _intent(intent_id), key=idempotency_key)


def vote_intent(
    intent_id: str, decision: str, *, note: str | None = None, idempotency_key: str | None = None
) -> Command:
    """A person's vote. Never call this from a policy or a script's own judgement."""
    if decision not in {"approve", "reject"}:
        message = "a decision is approve or reject"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"decision": ["choice"]})
    return mutation("vote_intent", given(decision=decision, note=note), _intent(intent_id), key=idempotency_key)


def treasury_accounts() -> Command:
    return Command("treasury_accounts")


def get_budget(scope_type: str, scope_id: str) -> Command:
    return Command("get_budget", _scope(scope_type, scope_id))


def set_budget(
    scope_type: str,
    scope_id: str,
    *,
    limit_msats: int,
    period: str,
    expected_version: int,
    per_payment_max_msats: int | None = None,
) -> Command:
    """Replace a budget. A stale `expected_version` is a conflict, so this is never sent twice."""
    if period not in PERIODS:
        message = f"a period is one of {', '.join(PERIODS)}"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"period": ["choice"]})
    body = {
        "limit_msats": _msats(limit_msats, "limit_msats"),
        "period": period,
        "expected_version": expected_version,
        **given(per_payment_max_msats=per_payment_max_msats),
    }
    return mutation("set_budget", body, _scope(scope_type, scope_id))


class Treasury(Lane):
    """`client.treasury`. Without the planes behind it every call raises DependencyUnavailable."""

    async def intents(self, **filters: Any) -> dict[str, Any]:
        """`{intents[], next_cursor}`; filters of `list_intents`."""
        return await self._object(list_intents(**filters))

    async def intent(self, intent_id: str) -> dict[str, Any]:
        """`{intent, decision, reservation, approvals_required}`."""
        return await self._object(get_intent(intent_id))

    async def create(self, run_id: str, **fields: Any) -> dict[str, Any]:
        """Fields of `create_intent`. A denial is an answer, not an error: state `denied`."""
        return await self._object(create_intent(run_id, **fields))

    async def verify(self, intent_id: str, **fields: Any) -> dict[str, Any]:
        return await self._decided(intent_id, verify_intent(intent_id, **fields))

    async def settle(self, intent_id: str, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Pay. After a lost answer the intent is read, nothing is sent again; its state says what happened."""
        return await self._decided(intent_id, settle_intent(intent_id, idempotency_key=idempotency_key))

    async def cancel(
        self, intent_id: str, *, reason: str | None = None, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        return await self._object(cancel_intent(intent_id, reason=reason, idempotency_key=idempotency_key))

    async def vote(self, intent_id: str, decision: str, **fields: Any) -> dict[str, Any]:
        return await self._object(vote_intent(intent_id, decision, **fields))

    async def accounts(self) -> dict[str, Any]:
        """`{accounts[]}`: the budgets that own spending counts against."""
        return await self._object(treasury_accounts())

    async def budget(self, scope_type: str, scope_id: str) -> dict[str, Any]:
        return await self._object(get_budget(scope_type, scope_id))

    async def set_budget(self, scope_type: str, scope_id: str, **fields: Any) -> dict[str, Any]:
        return await self._object(set_budget(scope_type, scope_id, **fields))

    async def _decided(self, intent_id: str, command: Command) -> dict[str, Any]:
        try:
            return await self._object(command)
        except SdkError as error:
            if error.kind is not ErrorKind.NETWORK:
                raise
            return await self.intent(intent_id)


def _intent(intent_id: str) -> dict[str, str]:
    return {"intent_id": named(intent_id, "intent_id")}


def _scope(scope_type: str, scope_id: str) -> dict[str, str]:
    return {"scope_type": named(scope_type, "scope_type"), "scope_id": named(scope_id, "scope_id")}


def _msats(value: int, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SdkError(ErrorKind.VALIDATION, f"{name} is a whole number of msats", errors={name: ["integer"]})
    return value
