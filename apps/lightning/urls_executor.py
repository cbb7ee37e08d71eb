"""Routes of the wallet executor: what every process serves, and the executor's API at the root."""

from django.urls import include, path

from openagents.wire.ninja import not_found_view, plane_api

api = plane_api(title="OpenAgents Wallet Executor", version="1", envelope="executor", max_body_bytes=65_536)

urlpatterns = [
    path("", include("openagents.ops.urls")),
    path("", api.urls),
]
handler404 = not_found_view
