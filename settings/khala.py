"""Settings of the Khala plane: ASGI, and the journal of the runtime as a second, read-only connection."""

from openagents.db.url import database_settings
from settings.base import build, or_refuse

globals().update(build("khala", first_apps=("daphne",), extra_apps=("channels",)))

ASGI_APPLICATION = "apps.khala.asgi.application"
# Writes frames that were encoded once straight to the transport; plain uvicorn and daphne work too, more slowly.
ASGI_WEBSOCKETS = "apps.khala.server:Protocol"
JOURNAL_URL = OA.journal_url()  # type: ignore[name-defined]  # noqa: F821
DATABASES["journal"] = or_refuse(  # type: ignore[name-defined]  # noqa: F821
    "OA_KHALA_JOURNAL_URL", database_settings, JOURNAL_URL, read_only=True, persistent=True
)
