"""Routes every process serves: health, readiness, metrics, admin. A plane's URLconf includes them first."""

from django.contrib import admin
from django.urls import path

from openagents.ops import build, health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics_view),
    path("internal/v1/ops/build", build.build_view),
    path("admin/", admin.site.urls),
]
