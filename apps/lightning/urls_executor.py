"""Routes of the wallet executor: what every process serves, and the executor's API at the root."""

from django.urls import include, path

from apps.lightning.api.executor import l402
from apps.lightning.api.executor.envelope import not_found_view
from apps.lightning.api.executor.surface import api

urlpatterns = [
    path("sim/l402/<path:path>", l402.gateway),
    path("", api.urls),  # first: its /admin/policy and the like are beside the pages of /admin/
    path("", include("openagents.ops.urls")),
]
handler404 = not_found_view
