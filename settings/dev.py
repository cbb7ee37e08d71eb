"""Settings of the commands that run beside the planes (`up`, `demo`, `doctor`): no plane, no database."""

import os

INSTALLED_APPS = ["openagents.ops", "openagents.embedded"]
DATABASES: dict[str, dict[str, str]] = {}
SECRET_KEY = "beside-the-planes-nothing-is-signed"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None
OA_ENV = os.environ.get("OA_ENV", "dev")
