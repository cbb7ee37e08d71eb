"""The embedded paid gateway as its clients meet it: `ANY /sim/l402/{path}`, in simulated mode only.

Plain views beside the API: the answers are the gateway's, not the executor's, and whoever pays may come.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from apps.lightning.gateways.simulated.gateway import SimulatedGateway
from apps.lightning.services.executor import l402_gateway, node

HOST_HEADER = "x-sim-host"


@csrf_exempt
def gateway(request: HttpRequest, path: str) -> HttpResponse:
    """The host is the one of `X-Sim-Host`, else of the request."""
    door = node.gateway() if settings.OA.simulated else None
    if not isinstance(door, SimulatedGateway):
        return JsonResponse({"error": "not_found"}, status=404)
    host = request.headers.get(HOST_HEADER) or request.get_host().partition(":")[0]
    reply = l402_gateway.serve(
        door.network, request.method or "GET", host, f"/{path}", request.headers.get("authorization", "")
    )
    answer = JsonResponse(dict(reply.body), status=reply.status, headers=dict(reply.headers))
    if reply.challenges:
        # WSGI servers send one line per name: both schemes go into it, as the grammar of the header allows.
        answer["WWW-Authenticate"] = ", ".join(reply.challenges)
    return answer
