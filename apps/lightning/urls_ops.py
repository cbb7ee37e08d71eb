"""Routes of lightning ops: what every process serves, and the API of the operations."""

from django.urls import include, path

from apps.lightning.api.ops.surface import api
from openagents.wire.ninja import not_found_view

urlpatterns = [
    path("", include("openagents.ops.urls")),
    path("", api.urls),
]
handler404 = not_found_view
