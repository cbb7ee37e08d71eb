"""Routes of the runtime plane: what every process serves, and the API of the plane."""

from django.urls import include, path

from apps.runtime.api import api
from openagents.wire.ninja import not_found_view

urlpatterns = [
    path("", include("openagents.ops.urls")),
    path("", api.urls),
]
handler404 = not_found_view
