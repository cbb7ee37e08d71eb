"""What every plane's settings share. A plane's module calls `build` and adds nothing but its name.

A process knows exactly one database, its own, as `default` (Khala also reads the journal). Everything that differs
between machines comes from the environment, through the plane's typed `Config` (`apps/<plane>/config.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from openagents.db.url import database_settings
from openagents.peers.keys import KeyRing
from openagents.planes import PLANES, PROCESSES, Process, processes_of

ROOT = Path(__file__).resolve().parent.parent

GROUND_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "openagents.db",
    "openagents.ops",
]

MIDDLEWARE = [
    "openagents.ops.middleware.RequestIdMiddleware",
    "openagents.ops.middleware.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "openagents.ops.middleware.BodyLimitMiddleware",
    "openagents.ops.middleware.AdminSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "openagents.ops.middleware.AdminCsrfMiddleware",
    "openagents.ops.middleware.AdminUserMiddleware",
    "openagents.ops.middleware.AdminMessageMiddleware",
]


def current_process(plane: str) -> Process:
    """The process named by `OA_PLANE`, which must serve `plane`; without it the plane's first process."""
    name = os.environ.get("OA_PLANE", "")
    if not name:
        return processes_of(plane)[0]
    process = PROCESSES.get(name)
    if process is None or process.plane != plane:
        raise SystemExit(f"OA_PLANE={name!r} is not a process of the plane {plane!r}")
    return process


def or_refuse(variable: str, read: Callable[..., Any], *values: Any, **options: Any) -> Any:
    """`read(...)`, or the end of the process with the variable's name and the reason, which never quotes the value."""
    try:
        return read(*values, **options)
    except ValueError as error:
        raise SystemExit(f"configuration: {variable}: {error}") from None


def build(plane: str, *, extra_apps: tuple[str, ...] = (), first_apps: tuple[str, ...] = ()) -> dict[str, Any]:
    """All settings of one plane's process. Raises SystemExit naming the variable when a value is invalid."""
    process = current_process(plane)
    config = import_string(f"apps.{plane}.config.Config").load()
    url = config.database_url(plane, process)
    database = or_refuse(config.database_variable(plane, process) or "", database_settings, url, persistent=True)
    return {
        "OA": config,
        "OA_PROCESS": process,
        "OA_AUDIENCE": plane,
        "OA_INTERNAL_KEYRING": or_refuse("OA_INTERNAL_KEYS", KeyRing.from_csv, config.oa_internal_keys),
        "ROOT": ROOT,
        "SECRET_KEY": config.oa_django_secret_key,
        "DEBUG": False,
        "ALLOWED_HOSTS": config.oa_allowed_hosts,
        "INSTALLED_APPS": [*first_apps, *GROUND_APPS, *extra_apps, PLANES[plane].app],
        "MIDDLEWARE": [*config.outer_middleware(), *MIDDLEWARE, *config.inner_middleware()],
        "ROOT_URLCONF": process.urlconf,
        "WSGI_APPLICATION": "openagents.ops.wsgi.application",
        "DATABASES": {"default": database},
        "DATABASE_ROUTERS": ["openagents.db.router.PlaneRouter"],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        "STATIC_URL": "/static/",
        "STATIC_ROOT": config.oa_static_root or None,
        "WHITENOISE_USE_FINDERS": True,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "USE_I18N": False,
        "LANGUAGE_CODE": "en-us",
        "APPEND_SLASH": False,
        "SESSION_COOKIE_SECURE": config.oa_env in ("staging", "prod"),
        "CSRF_COOKIE_SECURE": config.oa_env in ("staging", "prod"),
        "X_FRAME_OPTIONS": "DENY",
        "LOGGING_CONFIG": "openagents.ops.logs.configure",
        "LOGGING": {"plane": plane, "role": process.name, "level": config.oa_log_level, "format": config.log_format()},
        "DATA_UPLOAD_MAX_MEMORY_SIZE": config.oa_body_limit_bytes,
        "SILENCED_SYSTEM_CHECKS": ["security.W003", "security.W004", "security.W008"],
    }
