"""Routes of lightning ops: what every process serves, and the API of the operations."""

from django.urls import include, path

from openagents.wire.ninja import not_found_view, plane_api

api = plane_api(title="OpenAgents Lightning Ops", version="1", envelope="flat")

urlpatterns = [
    path("", include("openagents.ops.urls")),
    path("", api.urls),
]
handler404 = not_found_view
