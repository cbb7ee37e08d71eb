"""Routes for monitoring alone: health, readiness, metrics, build. Workers and beats serve these and nothing else."""

from django.urls import path

from openagents.ops import build, health
from openagents.wire.ninja import not_found_view

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics_view),
    path("internal/v1/ops/build", build.build_view),
]
handler404 = not_found_view
