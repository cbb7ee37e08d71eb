"""Routes every web process serves: health, readiness, metrics, build, admin. A plane's URLconf includes them first."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("openagents.ops.probe_urls")),
    path("admin/", admin.site.urls),
]
