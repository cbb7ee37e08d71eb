"""Routes of the Khala plane: what every process serves, and the API of the plane. WebSockets are routed in `asgi`."""

from django.urls import include, path

from apps.khala.api import compat, connections, fanout, messages, playground, revoke, snapshot, telemetry
from openagents.wire.ninja import not_found_view, plane_api

api = plane_api(title="OpenAgents Khala", version="1", envelope="flat")
api.add_router("", compat.router)
api.add_router("", revoke.router)
api.add_router("", fanout.router)
api.add_router("", connections.router)
api.add_router("", messages.router)
api.add_router("", snapshot.router)
api.add_router("", telemetry.router)

urlpatterns = [
    path("", include("openagents.ops.urls")),
    *playground.routes(),
    path("", api.urls),
]
handler404 = not_found_view
