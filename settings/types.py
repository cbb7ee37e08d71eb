"""Every plane at once, without a database: for tools that read the code (mypy), never to serve."""

from typing import Any

from openagents.peers.keys import KeyRing
from openagents.planes import PLANES, PROCESSES, Process
from settings.base import GROUND_APPS
from settings.base import ROOT as ROOT

INSTALLED_APPS = [*GROUND_APPS, "channels", *(plane.app for plane in PLANES.values())]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "types"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "types-only"
USE_TZ = True
ROOT_URLCONF = "openagents.ops.urls"

OA: Any = None
OA_PROCESS: Process = PROCESSES["control"]
OA_AUDIENCE: str = "control"
OA_INTERNAL_KEYRING: KeyRing = KeyRing.from_csv("")
ASGI_APPLICATION = "apps.khala.asgi.application"
ASGI_WEBSOCKETS = "apps.khala.server:Protocol"
