"""Routes of the Khala plane: what every process serves, and the API of the plane. WebSockets are routed in `asgi`."""

from django.urls import include, path

from apps.khala.api import compat, fanout, revoke
from openagents.wire.ninja import not_found_view, plane_api

api = plane_api(title="OpenAgents Khala", version="1", envelope="flat")
api.add_router("", compat.router)
api.add_router("", revoke.router)
api.add_router("", fanout.router)

urlpatterns = [
    path("", include("openagents.ops.urls")),
    path("", api.urls),
]
handler404 = not_found_view
