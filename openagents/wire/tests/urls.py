"""A plane in miniature: a flat lane, a public one and an executor, for the tests of the glue."""

from __future__ import annotations

from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from ninja import Router
from ninja.errors import AuthorizationError
from ninja.responses import Status
from ninja.security import HttpBearer

from openagents.wire.faults import CONFLICT, RATE_LIMITED, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import body_limit, not_found_view, plane_api, respond, respond_stored
from openagents.wire.schema import schema
from openagents.wire.tests.samples import kitchen

SpoonIn = schema(kitchen.Spoon, required=("made_of",))
StrictSpoonIn = schema(kitchen.Spoon, required=("made_of",), forbid_unknown=True)
SpoonOut = schema(kitchen.Spoon)
KitchenOut = schema(kitchen.Kitchen)
CamelOut = schema(kitchen.Kitchen, "camel")
SpoonBody = Annotated[WireModel, SpoonIn]

FAULTS: dict[str, Exception] = {
    "conflict": Fault(CONFLICT, "already there", reason_code="taken", details={"at": 3}),
    "limited": Fault(RATE_LIMITED, retry_after_ms=2500),
    "bug": RuntimeError("the secret is hunter2"),
    "database": OperationalError("connection to 10.0.0.3 refused"),
    "missing": Http404("a table name"),
    "denied": PermissionDenied("internal words"),
    "ninja": AuthorizationError(),
}


class Token(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        return token if token == "good" else None


router = Router()


@router.post("/spoons", response={201: SpoonOut})
def create(request: HttpRequest, body: SpoonBody) -> HttpResponse:
    """Make a spoon."""
    return respond(SpoonOut, 201, made_of=body.made_of, weight_mg=body.weight_mg, owner=body.owner)


@router.post("/strict", response={200: SpoonOut})
def strict(request: HttpRequest, body: Annotated[WireModel, StrictSpoonIn]) -> HttpResponse:
    return respond(SpoonOut, made_of=body.made_of)


@router.put("/spoons/{name}", response={200: SpoonOut})
@body_limit(4000)
def put(request: HttpRequest, name: str, body: Annotated[WireModel, schema(kitchen.Spoon)]) -> HttpResponse:
    return respond(SpoonOut, made_of=name)


@router.get("/spoons", response={200: KitchenOut, 206: SpoonOut})
def listing(request: HttpRequest, limit: int = 50) -> HttpResponse:
    return respond(KitchenOut, i32=limit, tree={"label": "root", "children": [{}]})


@router.get("/camel", response={200: CamelOut})
def camel(request: HttpRequest) -> WireModel:
    return CamelOut(u64=2**63, cooked_at="2026-01-01T00:00:00Z")


@router.get("/partial", response={206: SpoonOut})
def partial(request: HttpRequest) -> Status:
    return Status(206, SpoonOut(weight_mg=2**60))


@router.get("/stored")
def stored(request: HttpRequest) -> HttpResponse:
    return respond_stored('{"b": 1,"a":2}', 200, {"Idempotency-Replayed": "true"})


@router.get("/fail/{how}")
def fail(request: HttpRequest, how: str) -> HttpResponse:
    raise FAULTS[how]


@router.get("/unfit")
def unfit(request: HttpRequest) -> HttpResponse:
    return respond(SpoonOut, weight_mg="heavy")


@router.get("/guarded", auth=Token())
def guarded(request: HttpRequest) -> HttpResponse:
    return respond(SpoonOut)


@router.get("/later")
async def later(request: HttpRequest) -> HttpResponse:
    return respond(SpoonOut, made_of="later")


def _api(lane: str, limit: int):  # type: ignore[no-untyped-def]
    made = plane_api(
        title=f"Test {lane}",
        version="1",
        envelope=lane,
        max_body_bytes=limit,
        namespace=f"wire-{lane}",
        security_schemes={"Signature": {"type": "apiKey", "in": "header", "name": "X-OA-RUNTIME-SIGNATURE"}},
    )
    made.add_router("", router)
    return made


flat_api = _api("flat", 2000)
public_api = _api("public", 2000)
executor_api = _api("executor", 2000)

urlpatterns = [
    path("internal/v1/", flat_api.urls),
    path("api/", public_api.urls),
    path("wallet/", executor_api.urls),
    path("openapi.json", flat_api.openapi_view),
    path("wallet/<path:rest>", executor_api.not_found_view),
]
handler404 = not_found_view
