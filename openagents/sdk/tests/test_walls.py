"""The client stands alone: importing it loads neither Django nor a plane."""

from __future__ import annotations

import subprocess
import sys

from openagents.sdk.tests.test_refresh_race import ROOT


def test_the_client_imports_no_django_and_no_plane() -> None:
    script = (
        "import sys, openagents.sdk.cli.app, openagents.sdk.sync_api;"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'django', 'apps', 'ninja', 'settings'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
