"""The WorkOS gateway against a local double that answers in the provider's recorded shape."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from apps.control.gateways import identity, workos
from apps.control.gateways.identity import AddressRejected, Attempt, CodeRejected, ProviderUnavailable
from apps.control.models import AuthChallenge, OrgProviderLink, User
from apps.control.tests.world import NOWHERE, call, configure, fresh, new_email, sign_in
from openagents.db.models import AuditEvent

API_KEY = "sk_test_local_double"
CLIENT_ID = "client_local_double"
CODE = "940713"
ACCESS, REFRESH = "eyJ-provider-access-token", "provider-refresh-token"
SEND, CHECK = "/user_management/magic_auth", "/user_management/authenticate"


def sent_body(email: str) -> dict[str, Any]:
    """As recorded, the code included."""
    return {
        "object": "magic_auth", "id": "magic_auth_01HW", "user_id": f"user_01{email.encode().hex()[:20]}",
        "email": email, "expires_at": "2026-02-20T18:00:00.000Z", "code": CODE,
        "created_at": "2026-02-20T17:50:00.000Z", "updated_at": "2026-02-20T17:50:00.000Z",
    }  # fmt: skip


def proven_body(email: str, **change: Any) -> dict[str, Any]:
    user = {
        "object": "user", "id": f"user_01{email.encode().hex()[:20]}", "email": email, "first_name": "Ada",
        "last_name": "Lovelace", "email_verified": True, "profile_picture_url": None, "external_id": None,
        "last_sign_in_at": "2026-02-20T17:50:00.000Z", "created_at": "2026-02-20T17:50:00.000Z",
        "updated_at": "2026-02-20T17:50:00.000Z", "metadata": {},
    }  # fmt: skip
    return {
        "user": user, "organization_id": None, "access_token": ACCESS, "refresh_token": REFRESH,
        "authentication_method": "MagicAuth", **change,
    }  # fmt: skip


@dataclass
class Provider:
    """What it got, and what it answers: a status and a body per path."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    received: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    sever: bool = False

    def at(self, path: str) -> list[tuple[str, dict[str, str], dict[str, Any]]]:
        return [request for request in self.received if request[0] == path]


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            found.received.append((self.path, headers, body))
            if found.sever:
                self.connection.close()
                return
            usual = sent_body(body["email"]) if self.path == SEND else proven_body(body["email"])
            status, answer = found.answers.get(self.path, (201 if self.path == SEND else 200, usual))
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    use(settings, found.url)
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


def use(settings: Any, url: str) -> None:
    configure(
        settings,
        oa_auth_provider_mode="workos",
        workos_client_id=CLIENT_ID,
        workos_api_key=API_KEY,
        oa_workos_api_base_url=url,
    )


def attempt(email: str, code: str = CODE) -> Attempt:
    return Attempt(email, code, None, "203.0.113.9", "agent/1")


def ask_for_code(email: str) -> Any:
    return call("POST", "/api/auth/email", {"email": email})


def enter(email: str, code: str = CODE, **headers: str) -> Any:
    challenge_id = ask_for_code(email).json["challengeId"]
    body = {"code": code, "challenge_id": challenge_id, "device_id": fresh("desktop:d")}
    return call("POST", "/api/auth/verify", body, **headers)


def test_the_two_calls_are_the_documented_ones(provider: Provider, settings: Any) -> None:
    gateway = identity.provider(settings.OA)
    email = new_email()
    started = gateway.start(email)
    assert started == identity.Started(sent_body(email)["user_id"])
    proven = gateway.verify(attempt(email))
    assert (proven.provider_user_id, proven.email) == (started.provider_user_id, email)
    assert (proven.first_name, proven.last_name, proven.organization_id) == ("Ada", "Lovelace", None)
    ((_, headers, body),) = provider.at(SEND)
    assert body == {"email": email}
    assert headers["authorization"] == f"Bearer {API_KEY}"
    ((_, _, body),) = provider.at(CHECK)
    assert body == {
        "client_id": CLIENT_ID, "client_secret": API_KEY, "email": email, "code": CODE,
        "grant_type": "urn:workos:oauth:grant-type:magic-auth:code", "ip_address": "203.0.113.9",
        "user_agent": "agent/1",
    }  # fmt: skip


def test_what_the_client_did_not_say_is_not_sent(provider: Provider, settings: Any) -> None:
    identity.provider(settings.OA).verify(Attempt(new_email(), CODE, None, "", ""))
    ((_, _, body),) = provider.at(CHECK)
    assert not {"ip_address", "user_agent"} & body.keys()


def test_the_named_fields_are_enough(provider: Provider, settings: Any) -> None:
    email = new_email()
    provider.answers[SEND] = (200, {"user_id": "user_01", "expires_at": "2026-02-20T18:00:00Z"})
    user = {"id": "user_01", "email": email, "first_name": None, "last_name": None}
    provider.answers[CHECK] = (
        200,
        {"access_token": "a", "refresh_token": "r", "user": user, "organization_id": "org_1"},
    )
    gateway = identity.provider(settings.OA)
    assert gateway.start(email).provider_user_id == "user_01"
    assert gateway.verify(attempt(email)) == identity.Identity("user_01", email, "", "", "org_1")


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, AddressRejected), (422, AddressRejected), (401, ProviderUnavailable), (403, ProviderUnavailable),
     (404, ProviderUnavailable), (429, ProviderUnavailable), (500, ProviderUnavailable), (503, ProviderUnavailable)],
)  # fmt: skip
def test_refusals_to_send(provider: Provider, settings: Any, status: int, raised: type[Exception]) -> None:
    provider.answers[SEND] = (status, {"code": CODE, "message": "no"})
    with pytest.raises(raised):
        identity.provider(settings.OA).start(new_email())
    assert len(provider.received) == 1, "never sent twice"


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, CodeRejected), (401, CodeRejected), (422, CodeRejected), (403, ProviderUnavailable),
     (404, ProviderUnavailable), (429, ProviderUnavailable), (500, ProviderUnavailable), (504, ProviderUnavailable)],
)  # fmt: skip
def test_refusals_of_a_code(provider: Provider, settings: Any, status: int, raised: type[Exception]) -> None:
    provider.answers[CHECK] = (status, {"error": "invalid_grant", "error_description": CODE})
    with pytest.raises(raised) as caught:
        identity.provider(settings.OA).verify(attempt(new_email()))
    assert CODE not in repr(caught.value) and caught.value.__cause__ is None
    assert len(provider.received) == 1, "a code is never presented twice"


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", b"[]", b"null", {}, {"user": None}, {"user": []},
     proven_body("a@b.c", access_token=""), proven_body("a@b.c", refresh_token=None),
     proven_body("a@b.c", user={"id": "", "email": "a@b.c"}), proven_body("a@b.c", user={"id": "u", "email": "x"}),
     proven_body("a@b.c", user={"id": "u" * 256, "email": "a@b.c"}), b"x" * (300 * 1024)],
)  # fmt: skip
def test_an_answer_of_another_shape_decides_nothing(provider: Provider, settings: Any, answer: Any) -> None:
    provider.answers[CHECK] = provider.answers[SEND] = (200, answer)
    gateway = identity.provider(settings.OA)
    with pytest.raises(ProviderUnavailable):
        gateway.verify(attempt(new_email()))
    with pytest.raises(ProviderUnavailable):
        gateway.start(new_email())


def test_no_answer_decides_nothing(provider: Provider, settings: Any) -> None:
    provider.sever = True
    with pytest.raises(ProviderUnavailable):
        identity.provider(settings.OA).start(new_email())
    use(settings, NOWHERE)
    with pytest.raises(ProviderUnavailable):
        identity.provider(settings.OA).verify(attempt(new_email()))


def test_a_dripping_answer_is_cut_by_the_whole_time(provider: Provider, settings: Any, monkeypatch: Any) -> None:
    moments = iter([0.0, 10.5])
    monkeypatch.setattr(workos, "monotonic", lambda: next(moments))
    with pytest.raises(ProviderUnavailable):
        identity.provider(settings.OA).start(new_email())


def test_a_redirect_is_not_followed(provider: Provider, settings: Any) -> None:
    provider.answers[SEND] = (307, {})
    with pytest.raises(ProviderUnavailable):
        identity.provider(settings.OA).start(new_email())
    assert len(provider.received) == 1


def test_signing_in_from_end_to_end(provider: Provider) -> None:
    email = new_email()
    owner = User.objects.create(
        id=fresh("user"), email=new_email(), name="o", provider="workos", provider_user_id=fresh("u")
    )
    answer = enter(email, user_agent="agent/2", x_client="autopilot-desktop")
    assert answer.status == 200, answer.content
    found = answer.json
    assert (found["newUser"], found["user"]["name"], found["user"]["workosId"]) == (
        True, "Ada Lovelace", proven_body(email)["user"]["id"],
    )  # fmt: skip
    assert call("GET", "/api/auth/session", token=found["token"]).status == 200
    assert owner.id != found["userId"]


def test_the_providers_organisation_is_joined(provider: Provider, settings: Any) -> None:
    configure(settings, oa_auth_provider_mode="local")
    person = sign_in()
    org_id = person.post("/api/orgs", {"name": "n", "slug": fresh("org")}).data["org_id"]
    use(settings, provider.url)
    OrgProviderLink.objects.create(provider_org_id=fresh("org_01"), org_id=org_id)
    link = OrgProviderLink.objects.get(org_id=org_id)
    email = new_email()
    provider.answers[CHECK] = (200, proven_body(email, organization_id=link.pk))
    answer = enter(email)
    held = call("GET", "/api/orgs/memberships", token=answer.json["token"]).data["memberships"]
    assert {row["org_id"]: row["role"] for row in held}[org_id] == "member"


@pytest.mark.parametrize(
    ("path", "status", "expected", "field"),
    [(SEND, 422, 422, {"email"}), (SEND, 403, 503, set()), (SEND, 500, 503, set()), (CHECK, 401, 422, {"code"}),
     (CHECK, 403, 503, set()), (CHECK, 500, 503, set())],
)  # fmt: skip
def test_refusals_in_our_own_words(provider: Provider, path: str, status: int, expected: int, field: set[str]) -> None:
    email = new_email()
    if path == CHECK:
        challenge_id = ask_for_code(email).json["challengeId"]
    provider.answers[path] = (status, {"message": CODE})
    if path == SEND:
        answer = ask_for_code(email)
    else:
        answer = call("POST", "/api/auth/verify", {"code": CODE, "challenge_id": challenge_id})
        attempts = AuthChallenge.objects.get(pk=challenge_id).attempts
        assert attempts == (0 if expected == 503 else 1), "what the provider could not judge is no attempt"
    assert (answer.status, answer.fields) == (expected, field)
    assert CODE.encode() not in answer.content


def test_nothing_of_the_provider_is_logged_or_stored(provider: Provider, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    email = new_email()
    assert enter(email).status == 200
    provider.answers[CHECK] = (500, {"message": f"{CODE} {ACCESS}"})
    assert enter(email).status == 503
    provider.answers[SEND] = (500, {"message": CODE})
    assert ask_for_code(email).status == 503
    secret = (CODE, ACCESS, REFRESH, API_KEY)
    logged = " ".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    stored = str([vars(row) for row in AuthChallenge.objects.filter(email=email)])
    stored += str([vars(row) for row in User.objects.filter(email=email)])
    user = User.objects.get(email=email)
    stored += str([row.attributes for row in AuditEvent.objects.filter(user_id=user.id)])
    for text in secret:
        assert text not in logged and text not in stored, text


@pytest.mark.parametrize("made_by", ["local", "api_bootstrap", "blank"])
def test_users_of_other_providers_have_to_sign_in_again(settings: Any, provider: Provider, made_by: str) -> None:
    configure(settings, oa_auth_provider_mode="local")
    person = sign_in()
    if made_by != "local":
        mark = "" if made_by == "blank" else f"api_bootstrap_{person.user_id}"
        User.objects.filter(pk=person.user_id).update(provider_user_id=mark)
    use(settings, provider.url)
    for path in ("/api/auth/session", "/api/me", "/api/orgs/memberships", "/api/tokens"):
        answer = person.get(path)
        assert (answer.status, answer.reason) == (401, "provider_session_required"), path
    signed_in = enter(person.email)
    assert (signed_in.status, signed_in.json["userId"]) == (200, person.user_id)
    assert call("GET", "/api/auth/session", token=signed_in.json["token"]).status == 200


def test_without_client_and_key_there_is_no_provider(settings: Any) -> None:
    configure(settings, oa_auth_provider_mode="workos", workos_client_id="", workos_api_key="")
    assert identity.problem(settings.OA) == "provider_not_configured"
    assert ask_for_code(new_email()).status == 503
