"""Settings of a test process: those of one plane, on clones of migrated databases.

The plane is `OA_PLANE`, or the one whose folder pytest was asked to run; the ground's own suites run as control.
"""

import importlib
import os
import sys

from openagents.embedded.testbed import put_on_plane
from openagents.planes import PROCESSES, processes_of


def _plane_of_arguments() -> str:
    for argument in sys.argv[1:]:
        parts = argument.replace(os.getcwd() + os.sep, "").split("::")[0].split(os.sep)
        if "apps" in parts[:-1]:
            return processes_of(parts[parts.index("apps") + 1])[0].name
    return "control"


os.environ.setdefault("OA_PLANE", _plane_of_arguments())
put_on_plane(os.environ["OA_PLANE"])
os.environ["DJANGO_SETTINGS_MODULE"] = "settings.test"  # what the plane's environment names is for serving

globals().update(vars(importlib.import_module(PROCESSES[os.environ["OA_PLANE"]].settings)))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
