"""Fault rules: which one hits this call. A rule is used up as it is taken, whatever the call does then."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from apps.lightning.domain import simulation
from apps.lightning.domain.simulation import Asked, Condition, Effect
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import SimFault

DOWN = "the simulated node is down"


def add(network: Network, condition: Condition, effect: Effect, **terms: Any) -> SimFault:
    """A further rule; `terms` are value_ms, times and rate."""
    return SimFault.objects.create(
        network_id=network.name,
        rule_id=network.draw("rules"),
        effect=effect,
        payment_hash=condition.payment_hash,
        host=condition.host,
        description_prefix=condition.description_prefix,
        amount_msats=condition.amount_msats,
        nth=condition.nth,
        **terms,
    )


def condition_of(rule: SimFault) -> Condition:
    return Condition(rule.payment_hash, rule.host, rule.description_prefix, rule.amount_msats, rule.nth)


def take(network: Network, asked: Asked) -> SimFault | None:
    """The first rule that hits this payment, used once."""
    for rule in _open_rules(network):
        if condition_of(rule).matches(asked) and _drawn(network, rule, asked.payment_hash) and _used(rule):
            return rule
    return None


def check_up(network: Network, payment_hash: str | None = None) -> None:
    """For calls that are no payment: rules of a node that is down. Raises GatewayError (`connect_failed`)."""
    for rule in _open_rules(network).filter(effect=Effect.GATEWAY_DOWN):
        condition = condition_of(rule)
        meant = condition == Condition(payment_hash=payment_hash) or not condition.names_a_payment
        if meant and _drawn(network, rule, payment_hash or "") and _used(rule):
            raise GatewayError("connect_failed", DOWN)


def _open_rules(network: Network) -> QuerySet[SimFault]:
    return SimFault.objects.filter(network_id=network.name, times__gt=0).order_by("rule_id")


def _drawn(network: Network, rule: SimFault, payment_hash: str) -> bool:
    return rule.rate is None or simulation.applies(network.seed, rule.rule_id, payment_hash, rule.rate)


def _used(rule: SimFault) -> bool:
    with transaction.atomic():
        return SimFault.objects.filter(pk=rule.pk, times__gt=0).update(times=F("times") - 1) == 1
