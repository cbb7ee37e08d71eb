"""django-ninja for our planes: strict bodies in, derived models out, every refusal in the lane's envelope.

StartIn = schema(pb.StartRunRequest, required=("run_id",))
RunOut = schema(pb.RunResponse)

@router.post("/runs", response={201: RunOut})
def start(request: HttpRequest, body: Annotated[WireModel, StartIn]) -> HttpResponse:
    return respond(RunOut, 201, run=runs.start(caller=request.auth, run_id=body.run_id))
"""

from __future__ import annotations

import functools
import inspect
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.constants import NOT_SET
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.responses import Status
from ninja.router import BoundRouter

from openagents.wire.bodies import BODY_BYTES_MAX, invalid, read_json
from openagents.wire.envelopes import ENVELOPES, Envelope, Rendered, render
from openagents.wire.faults import (
    DEPENDENCY_UNAVAILABLE,
    FORBIDDEN,
    INTERNAL,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    RATE_LIMITED,
    Fault,
    kind_of_status,
)
from openagents.wire.model import WireModel, to_json
from openagents.wire.openapi import ERROR_SCHEMAS, FLAT_ERROR, PlaneOpenAPI

LOG = logging.getLogger("openagents.wire")

F = TypeVar("F", bound=Callable[..., Any])


def plane_api(
    *,
    title: str,
    version: str,
    envelope: str | Envelope = "flat",
    description: str = "",
    auth: Any = NOT_SET,
    security_schemes: Mapping[str, Any] | None = None,
    max_body_bytes: int = BODY_BYTES_MAX,
    openapi_url: str | None = "/openapi.json",
    docs_url: str | None = None,
    namespace: str | None = None,
) -> PlaneAPI:
    """An API of one error lane: `envelope` is a name of `envelopes.ENVELOPES` or a function of that kind.

    `namespace` is the Django URL namespace; a process with several APIs gives each its own. `security_schemes` go
    into the document beside those of the auth classes. `docs_url` (a page that loads scripts from elsewhere) is off.
    """
    return PlaneAPI(
        envelope=ENVELOPES[envelope] if isinstance(envelope, str) else envelope,
        error_schema=ERROR_SCHEMAS[envelope] if isinstance(envelope, str) else FLAT_ERROR,
        security_schemes=security_schemes or {},
        max_body_bytes=max_body_bytes,
        title=title,
        version=version,
        description=description,
        auth=auth,
        openapi_url=openapi_url,
        docs_url=docs_url,
        urls_namespace=namespace,
    )


def respond(model: type[WireModel] | WireModel, status: int = 200, /, **fields: Any) -> HttpResponse:
    """The JSON answer of `model`: built and validated from `fields`, or an instance as it is.

    Nested messages may be dicts, models or protobuf messages. A field that does not fit is our bug: the
    pydantic.ValidationError ends as INTERNAL.
    """
    instance = model if isinstance(model, WireModel) else model(**fields)
    return HttpResponse(to_json(instance), status=status, content_type="application/json")


def respond_stored(body: str | bytes, status: int = 200, /, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON text that was stored with its effect (a receipt, an idempotent answer), byte for byte."""
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def body_limit(bytes_max: int) -> Callable[[F], F]:
    """Give one handler its own body limit. Stands below the route decorator."""

    def mark(handler: F) -> F:
        handler.oa_body_bytes_max = bytes_max  # type: ignore[attr-defined]
        return handler

    return mark


def error_response(request: HttpRequest, fault: Fault, envelope: Envelope | None = None) -> HttpResponse:
    """The fault as a response; without `envelope` the lane of the request's path."""
    request_id = str(getattr(request, "oa_request_id", ""))
    rendered: Rendered = render(request.path, fault, request_id) if envelope is None else envelope(fault, request_id)
    # Never the hot path, and details may hold anything a service put there.
    content = json.dumps(rendered.body, separators=(",", ":"), default=str)
    return HttpResponse(content, status=rendered.status, content_type="application/json", headers=rendered.headers)


def not_found_view(request: HttpRequest, exception: Exception | None = None, **kwargs: Any) -> HttpResponse:
    """For `handler404` and a catch-all route, in a process whose lanes follow from the path."""
    return error_response(request, Fault(NOT_FOUND))


def bad_request_view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For `handler400`."""
    return error_response(request, fault_of(exception) if exception else Fault(MALFORMED_REQUEST))


def forbidden_view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """For `handler403`."""
    return error_response(request, Fault(FORBIDDEN))


def server_error_view(request: HttpRequest) -> HttpResponse:
    """For `handler500`: what no API caught."""
    return error_response(request, Fault(INTERNAL))


def fault_of(error: Exception) -> Fault:
    """What an exception says to the caller. Anything unforeseen is INTERNAL and says nothing."""
    match error:
        case Fault():
            return error
        case ValidationError():
            return invalid(error.errors)
        case Throttled():
            wait_ms = None if error.wait is None else int(error.wait * 1000)
            return Fault(RATE_LIMITED, retry_after_ms=wait_ms)
        case HttpError():
            return Fault(kind_of_status(error.status_code))
        case Http404():
            return Fault(NOT_FOUND)
        case PermissionDenied():
            return Fault(FORBIDDEN)
        case RequestDataTooBig():
            return Fault(PAYLOAD_TOO_LARGE)
        case SuspiciousOperation() | UnreadablePostError():
            return Fault(MALFORMED_REQUEST)
        case OperationalError() | InterfaceError():
            return Fault(DEPENDENCY_UNAVAILABLE)
        case _:
            return Fault(INTERNAL)


class PlaneAPI(NinjaAPI):
    """See `plane_api`."""

    def __init__(
        self,
        *,
        envelope: Envelope,
        error_schema: Mapping[str, Any],
        security_schemes: Mapping[str, Any],
        max_body_bytes: int,
        **options: Any,
    ) -> None:
        self.envelope = envelope
        self.error_schema = dict(error_schema)
        self.security_schemes = dict(security_schemes)
        self.max_body_bytes = max_body_bytes
        self._documents: dict[str, PlaneOpenAPI] = {}
        super().__init__(**options)

    def error(self, request: HttpRequest, fault: Fault) -> HttpResponse:
        return error_response(request, fault, self.envelope)

    def not_found_view(self, request: HttpRequest, exception: Exception | None = None, **kwargs: Any) -> HttpResponse:
        """`not_found_view` in this API's lane whatever the path, for a process with a single API."""
        return self.error(request, Fault(NOT_FOUND))

    def openapi_view(self, request: HttpRequest) -> HttpResponse:
        """The document, for a second address of it."""
        return HttpResponse(json.dumps(self.get_openapi_schema()), content_type="application/json")

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        handler = self._lookup_exception_handler(exc)
        if handler is not None:
            return handler(request, exc)
        fault = fault_of(exc)
        if fault.kind is INTERNAL and not isinstance(exc, Fault):
            LOG.error("unhandled exception in %s %s", request.method, request.path, exc_info=exc)
        elif isinstance(exc, OperationalError | InterfaceError):
            LOG.warning("database failed in %s %s", request.method, request.path, exc_info=exc)
        return self.error(request, fault)

    def set_default_exception_handlers(self) -> None:
        """None: `on_exception` answers what no handler of the plane claims."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._documents:
            self._documents[prefix] = PlaneOpenAPI(
                self, prefix, error=self.error_schema, security_schemes=self.security_schemes
            )
        return self._documents[prefix]

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """`<resource module>_<handler>`: short, and stable while routes move."""
        handler = operation.view_func
        return f"{handler.__module__.rpartition('.')[2]}_{handler.__name__}"

    def _get_bound_routers(self) -> list[BoundRouter]:
        fresh = self._bound_routers_cache is None
        routers = super()._get_bound_routers()
        if fresh:
            for router in routers:
                for view in router.path_operations.values():
                    for operation in view.operations:
                        self._prepare(operation)
        return routers

    def _prepare(self, operation: Operation) -> None:
        """Read bodies our way, and write derived models our way."""
        limit = getattr(operation.view_func, "oa_body_bytes_max", self.max_body_bytes)
        operation.models = [
            _strict_body(model, limit) if model.__ninja_param_source__ == "body" else model
            for model in operation.models
        ]
        ninjas_way = operation._result_to_response

        def write(request: HttpRequest, result: Any, temporal_response: HttpResponse) -> HttpResponseBase:
            if isinstance(result, WireModel):
                return respond(result)
            if isinstance(result, Status) and isinstance(result.value, WireModel):
                return respond(result.value, result.status_code)
            return ninjas_way(request, result, temporal_response)

        operation._result_to_response = write  # type: ignore[method-assign]

    def _get_urls(self) -> list[Any]:
        patterns = super()._get_urls()
        for pattern in patterns:
            pattern.callback = self._enveloped(cast(Callable[..., Any], pattern.callback))
        return patterns

    def _enveloped(self, view: Callable[..., Any]) -> Callable[..., Any]:
        """Ninja answers a wrong method in plain text; every refusal belongs into the envelope."""

        def checked(request: HttpRequest, response: Any) -> Any:
            if not isinstance(response, HttpResponseNotAllowed):
                return response
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            return self.error(request, Fault(METHOD_NOT_ALLOWED, headers={"Allow": allowed}))

        if inspect.iscoroutinefunction(view):

            @functools.wraps(view)
            async def asynchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return checked(request, await view(request, *args, **kwargs))

            return asynchronous

        @functools.wraps(view)
        def synchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return checked(request, view(request, *args, **kwargs))

        return synchronous


def _strict_body(model: Any, bytes_max: int) -> Any:
    """Ninja's wrapper of the body parameters, reading through `read_json`."""

    def get_request_data(cls: Any, request: HttpRequest, api: NinjaAPI, path_params: Any) -> dict[str, Any]:
        data = read_json(request, bytes_max)
        name = getattr(cls, "__read_from_single_attr__", None)
        return {name: data} if name else data

    return type(model.__name__, (model,), {"get_request_data": classmethod(get_request_data)})
