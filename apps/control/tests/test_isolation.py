"""Who may reach what: roles by scopes by organisations by topics as a table, and a long random walk against an oracle.

The oracle below is written from the access rules alone. It shares no code with the plane.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from apps.control.tests.world import Double, Person, double, fresh, sign_in

AUTHORIZE = "/api/policy/authorize"
JSON = {"content-type": "application/json"}
ROLES = ("owner", "admin", "member", "viewer")
OWN = {"runtime.run_summaries", "runtime.run_events", "runtime.worker_lifecycle_events", "runtime.threads",
       "runtime.notifications", "runtime.treasury"}  # fmt: skip
MARKET, SUMMARIES, EVENTS = "runtime.marketplace", "runtime.codex_worker_summaries", "runtime.codex_worker_events"
LISTED = {
    "member": {"runtime.read", "sync.subscribe", "policy.evaluate", "org.membership.read"},
    "viewer": {"runtime.read", "sync.subscribe"},
}
SCOPES = [*sorted(OWN), MARKET, SUMMARIES, EVENTS, "runtime.read", "runtime.write", "sync.subscribe",
          "policy.evaluate", "org.membership.read", "org.membership.write", "aegis.anything", "ops.read"]  # fmt: skip
MINTABLE = {*OWN, SUMMARIES, EVENTS, "ops.read"}


@dataclass
class Actor:
    """Somebody in the model: a person with a role per organisation, acting in one of them, or their program."""

    person: Person
    roles: dict[str, str] = field(default_factory=dict)
    org_id: str = ""
    program: Person | None = None

    @property
    def user_id(self) -> str:
        return self.person.user_id


@dataclass(frozen=True)
class Thing:
    """A topic, the scopes that open it, and whose it is: a user id or, for `org` topics, an org id."""

    topic: str
    scopes: tuple[str, ...]
    owner: str


# --- the oracle ---


def holds(role: str | None, scope: str) -> bool:
    if role is None or scope.startswith("ops."):
        return False
    if role in ("owner", "admin"):
        return True
    extra = OWN | {MARKET, SUMMARIES} if role == "member" else {SUMMARIES}
    return scope in LISTED[role] | extra


def may_see(actor: Actor, org_id: str, thing: Thing) -> bool:
    role = actor.roles.get(org_id)
    return thing.owner in (actor.user_id, org_id) and any(holds(role, scope) for scope in thing.scopes)


def may_mint(actor: Actor, org_id: str, thing: Thing, scope: str) -> int:
    if scope not in MINTABLE or scope not in thing.scopes:
        return 422
    return 200 if may_see(actor, org_id, thing) and holds(actor.roles.get(org_id), scope) else 403


def may_use(actor: Actor, scope: str) -> bool:
    """Lanes whose scope the role in the active organisation must grant."""
    return holds(actor.roles.get(actor.org_id), scope)


ABILITIES = {
    "/api/me": "profile.read",
    "/api/orgs/memberships": "org.read",
    "/api/tokens": "tokens.manage",
    "/api/runtime/runs": "runtime.read",
    "/api/runtime/treasury/intents": "runtime.treasury",
    "/api/runtime/marketplace/catalog/job-types": "runtime.marketplace",
}
SESSIONS_ONLY = ("/api/auth/session", "/api/auth/sessions", "/api/auth/devices", "/api/integrations",
                 "/api/v1/control/status", "/api/receipts?plane=aegis")  # fmt: skip


def program_may(abilities: set[str], route: str) -> bool:
    """A program acts in its maker's own organisation, where the maker is the owner: abilities alone decide."""
    return route in ABILITIES and bool(abilities & {"*", ABILITIES[route]})


def may_change(actor: Actor, org_id: str, old: str, new: str) -> bool:
    own = actor.roles.get(org_id)
    return own == "owner" or (own == "admin" and "owner" not in (old, new))


# --- the system ---


def things_of(user_id: str, suffix: str) -> list[Thing]:
    lifecycle = ("runtime.worker_lifecycle_events", EVENTS)
    return [
        Thing(f"user:{user_id}:runs", ("runtime.run_summaries",), user_id),
        Thing(f"user:{user_id}:threads", ("runtime.threads",), user_id),
        Thing(f"user:{user_id}:notifications", ("runtime.notifications",), user_id),
        Thing(f"user:{user_id}:treasury", ("runtime.treasury",), user_id),
        Thing(f"fleet:user:{user_id}:workers", lifecycle, user_id),
        Thing(f"run:r-{suffix}:events", ("runtime.run_events",), user_id),
        Thing(f"worker:w@{suffix}:lifecycle", lifecycle, user_id),
        Thing(f"worker:w@{suffix}:events", lifecycle, user_id),
        Thing(f"thread:t-{suffix}:messages", ("runtime.threads",), user_id),
        Thing(f"org:user:{user_id}:workers", (SUMMARIES,), f"user:{user_id}"),
    ]


def org_things(org_id: str) -> list[Thing]:
    return [Thing(f"{org_id}:workers", (SUMMARIES,), org_id), Thing(f"{org_id}:worker_events", (EVENTS,), org_id)]


OPERATORS = [Thing("fraud:incidents", ("ops.read",), ""), Thing("ops:money:summary", ("ops.read",), "")]


def own_at_the_runtime(runtime: Double, user_id: str, suffix: str) -> None:
    """The runtime shows a run, a worker and a thread to their owner alone."""
    shown = {"run": {"id": f"r-{suffix}"}, "data": {"thread_id": f"t-{suffix}", "messages": []}}

    def reply(request: Any) -> tuple[int, dict[str, str], bytes]:
        owner = request.act.user_id == user_id
        return (200 if owner else 403), JSON, json.dumps(shown).encode() if owner else b"{}"

    for path in (f"runs/r-{suffix}", f"workers/w@{suffix}", f"workers/w%40{suffix}", f"threads/t-{suffix}/messages"):
        runtime.reply("GET", f"/internal/v1/{path}", reply)


def lists_of_the_runtime(runtime: Double) -> None:
    """Whatever is listed names its reader: control must have asked for nobody else."""

    def reply(request: Any) -> tuple[int, dict[str, str], bytes]:
        mine = {"runs": [{"id": f"of:{request.act.user_id}"}], "intents": [], "job_types": [], "threads": []}
        return 200, JSON, json.dumps(mine).encode()

    for path in ("runs", "treasury/intents", "marketplace/catalog/job-types", "threads"):
        runtime.reply("GET", f"/internal/v1/{path}", reply)


@dataclass
class System:
    orgs: list[str]
    actors: list[Actor]
    things: list[Thing]


def build(runtime: Double) -> System:
    orgs, actors, things = [], [], []
    lists_of_the_runtime(runtime)
    for _ in range(2):
        members = [Actor(sign_in()) for _ in ROLES]
        owner = members[0].person
        org_id = str(owner.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"])
        for actor, role in zip(members, ROLES, strict=True):
            if role != "owner":
                body = {"email": actor.person.email, "role": role}
                assert owner.post(f"/api/orgs/{org_id}/members", body).status == 201
            assert actor.person.post("/api/orgs/active", {"org_id": org_id}).status == 200
            actor.roles = {org_id: role, f"user:{actor.user_id}": "owner"}
            actor.org_id = org_id
            actor.program = actor.person.program()
        orgs.append(org_id)
        actors += members
        things += org_things(org_id)
    for number, actor in enumerate(actors):
        suffix = f"{number}-{fresh('s')}"
        own_at_the_runtime(runtime, actor.user_id, suffix)
        things += things_of(actor.user_id, suffix)
    guest = actors[2]  # a member of the first organisation is a viewer of the second
    owner = actors[4].person
    assert owner.post(f"/api/orgs/{orgs[1]}/members", {"email": guest.person.email, "role": "viewer"}).status == 201
    guest.roles[orgs[1]] = "viewer"
    return System(orgs, actors, things + OPERATORS)


@pytest.fixture(scope="module")
def peer() -> Iterator[Double]:
    with double("runtime") as found:
        yield found


@pytest.fixture(scope="module")
def system(peer: Double) -> System:
    return build(peer)


@pytest.fixture(autouse=True)
def listening(settings: Any, peer: Double, nobody_listens: None) -> None:
    settings.OA = settings.OA.model_copy(update={"oa_runtime_base_url": peer.url})


def test_every_scope_of_every_role_in_every_org(system: System) -> None:
    for actor in system.actors:
        for org_id in [*system.orgs, f"user:{actor.user_id}", f"user:{system.actors[0].user_id}", "org:nowhere"]:
            data = actor.person.post(AUTHORIZE, {"org_id": org_id, "required_scopes": SCOPES}).data
            role = actor.roles.get(org_id)
            if role is None:
                assert data["denied_reasons"] == ["org_scope_denied"]
                continue
            granted = [scope for scope in SCOPES if holds(role, scope)]
            assert data["granted_scopes"] == granted, (role, org_id)
            assert data["denied_reasons"] == [f"scope_denied:{scope}" for scope in SCOPES if scope not in granted]


def test_every_topic_for_everybody_in_every_org(system: System) -> None:
    for actor in system.actors:
        for org_id in [*system.orgs, f"user:{actor.user_id}"]:
            if org_id not in actor.roles:
                continue
            for thing in system.things:
                body = {"org_id": org_id, "requested_topics": [thing.topic]}
                allowed = actor.person.post(AUTHORIZE, body).data["allowed"]
                assert allowed is may_see(actor, org_id, thing), (actor.roles[org_id], org_id, thing)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_walk_never_leaves_what_the_oracle_allows(peer: Double, seed: int) -> None:
    system = build(peer)
    dice = random.Random(20261121 + seed)
    for step in range(250):
        actor, org_id = dice.choice(system.actors), dice.choice(system.orgs)
        move = dice.choice(MOVES)
        move(dice, system, actor, org_id, f"seed {seed}, step {step}: {move.__name__}")


def asks_for_a_topic(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    thing = dice.choice(system.things)
    allowed = actor.person.post(AUTHORIZE, {"org_id": org_id, "requested_topics": [thing.topic]}).data["allowed"]
    assert allowed is may_see(actor, org_id, thing), (where, thing, actor.roles.get(org_id))


def mints(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    thing, scope = dice.choice(system.things), dice.choice(SCOPES)
    if dice.random() < 0.7:
        scope = dice.choice(thing.scopes)
    program = dice.random() < 0.3
    caller = actor.program if program and actor.program else actor.person
    acting_in = f"user:{actor.user_id}" if program else actor.org_id
    answer = caller.post("/api/sync/token", {"scopes": [scope], "topics": [thing.topic]})
    assert answer.status == may_mint(actor, acting_in, thing, scope), (where, thing, scope, answer.content)
    if answer.status == 200:
        assert [row["topic"] for row in answer.data["granted_topics"]] == [thing.topic], where
        assert answer.data["org_id"] == acting_in, where


def mints_the_defaults(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    scopes = dice.sample(sorted(MINTABLE), 2)
    route, field_name = dice.choice([("/api/sync/token", "scopes"), ("/api/khala/token", "scope")])
    answer = actor.person.post(route, {field_name: scopes})
    role = actor.roles.get(actor.org_id)
    assert answer.status == (200 if all(holds(role, scope) for scope in scopes) else 403), (where, scopes, role)
    if answer.status == 200:
        known = {thing.topic: thing for thing in system.things}
        for row in answer.data["granted_topics"]:
            if row["topic"] in known:
                assert may_see(actor, actor.org_id, known[row["topic"]]), (where, row)
            else:
                assert row["topic"].startswith((f"org:user:{actor.user_id}:", "runtime.")), (where, row)


def chooses_an_org(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    status = actor.person.post("/api/orgs/active", {"org_id": org_id}).status
    assert status == (200 if org_id in actor.roles else 403), where
    if status == 200:
        actor.org_id = org_id


def looks_at_members(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    status = actor.person.get(f"/api/orgs/{org_id}/members").status
    assert status == (200 if holds(actor.roles.get(org_id), "org.membership.read") else 403), where


def changes_a_role(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    target, new = dice.choice(system.actors), dice.choice(ROLES)
    old = target.roles.get(org_id)
    owners = sum(other.roles.get(org_id) == "owner" for other in system.actors)
    answer = actor.person.patch(f"/api/orgs/{org_id}/members/{target.user_id}", {"role": new})
    if not holds(actor.roles.get(org_id), "org.membership.write"):
        expected = 403
    elif old is None:
        expected = answer.status if answer.status in (404, 409) else 404
    elif not may_change(actor, org_id, old, new):
        expected = 403
    else:
        expected = 409 if old == "owner" != new and owners == 1 else 200
    assert answer.status == expected, (where, old, new, answer.content)
    if answer.status == 200 and old is not None:
        lost = ROLES.index(new) > ROLES.index(old)
        target.roles[org_id] = new
        if lost and target.org_id == org_id:
            target.org_id = f"user:{target.user_id}"


def removes_or_adds(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    target, new = dice.choice(system.actors), dice.choice(ROLES[1:])
    old = target.roles.get(org_id)
    if old is None:
        body = {"email": target.person.email, "role": new}
        answer = actor.person.post(f"/api/orgs/{org_id}/members", body)
        assert answer.status == (201 if may_change(actor, org_id, new, new) else 403), where
        if answer.status == 201:
            target.roles[org_id] = new
        return
    owners = sum(other.roles.get(org_id) == "owner" for other in system.actors)
    answer = actor.person.delete(f"/api/orgs/{org_id}/members/{target.user_id}")
    refused = 403 if not may_change(actor, org_id, old, old) else 409
    fine = refused == 409 and not (old == "owner" and owners == 1)
    assert answer.status == (200 if fine else refused), (where, old, answer.content)
    if answer.status == 200:
        del target.roles[org_id]
        if target.org_id == org_id:
            target.org_id = f"user:{target.user_id}"


def reaches_for_anothers_credentials(
    dice: random.Random, system: System, actor: Actor, org_id: str, where: str
) -> None:
    other = dice.choice(system.actors)
    if other is actor or other.program is None:
        return
    listed = other.program.get("/api/tokens").data
    assert actor.person.delete(f"/api/tokens/{listed[0]['id']}").status == 404, where
    revoked = actor.person.post("/api/auth/sessions/revoke", {"session_id": other.person.session_id})
    assert revoked.status == 422, where
    assert other.person.get("/api/auth/session").data["user"]["id"] == other.user_id, where


def reads_through_the_lanes(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    thing = dice.choice([row for row in system.things if row.topic.startswith(("run:", "thread:"))])
    kind, name, _ = thing.topic.split(":")
    path = f"/api/runtime/runs/{name}" if kind == "run" else f"/api/runtime/threads/{name}/messages"
    caller = actor.program if dice.random() < 0.3 and actor.program else actor.person
    answer = caller.get(path)
    assert answer.status == (200 if thing.owner == actor.user_id else 403), (where, thing, answer.content)


def uses_a_lane_of_the_role(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    path, scope = dice.choice([("treasury/intents", "runtime.treasury"), ("marketplace/catalog/job-types", MARKET)])
    status = actor.person.get(f"/api/runtime/{path}").status
    assert status == (200 if may_use(actor, scope) else 403), (where, path, actor.roles.get(actor.org_id))


def lists_what_is_its_own(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    runs = actor.person.get("/api/runtime/runs").data["runs"]
    assert [row["id"] for row in runs] == [f"of:{actor.user_id}"], where
    devices = actor.person.get("/api/auth/devices").data["devices"]
    assert [row["device_id"] for row in devices] == [actor.person.device_id], where
    sessions = actor.person.get("/api/auth/sessions").data["sessions"]
    assert {row["user_id"] for row in sessions} == {actor.user_id}, where
    held = actor.person.get("/api/orgs/memberships").data
    assert {row["org_id"]: row["role"] for row in held["memberships"]} == actor.roles, where
    assert held["activeOrgId"] == actor.org_id, where


def acts_by_a_limited_program(dice: random.Random, system: System, actor: Actor, org_id: str, where: str) -> None:
    abilities = set(dice.sample(sorted({*ABILITIES.values(), "sync.subscribe"}), dice.randint(1, 3)))
    program = actor.person.program(*sorted(abilities))
    for route in [*dice.sample(sorted(ABILITIES), 3), dice.choice(SESSIONS_ONLY)]:
        refused = 401 if route in SESSIONS_ONLY else 403
        status = program.get(route).status
        assert status == (200 if program_may(abilities, route) else refused), (where, route, abilities)
    status = program.post("/api/sync/token", {}).status
    assert status == (200 if "sync.subscribe" in abilities else 403), (where, abilities)
    assert program.post("/api/tokens", {"name": "more"}).status == 401, where


MOVES = [asks_for_a_topic, asks_for_a_topic, mints, mints, mints_the_defaults, chooses_an_org, looks_at_members,
         changes_a_role, removes_or_adds, reaches_for_anothers_credentials, reads_through_the_lanes,
         uses_a_lane_of_the_role, lists_what_is_its_own, acts_by_a_limited_program]  # fmt: skip
