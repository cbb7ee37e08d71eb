"""Entry point of `oa` and of `python -m openagents.sdk`."""

from __future__ import annotations

import sys

from openagents.sdk.cli.app import main

if __name__ == "__main__":
    sys.exit(main())
