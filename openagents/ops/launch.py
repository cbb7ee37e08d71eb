"""`python -m openagents.ops.launch granian|uvicorn ARGS`: a web server that ends with its supervisor.

`serve` becomes this program. The server's main process follows the supervisor, and its workers follow the main
process (`openagents.ops.wsgi`): a chain in which nobody outlives a killed parent, holds its port, or is respawned by
a main process that nobody supervises any more.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from openagents.ops.supervised import SUPERVISOR_ENV, follow_supervisor

SERVERS = {"granian": ("openagents.ops.granian_server", "main"), "uvicorn": ("uvicorn.main", "main")}


def main(arguments: list[str]) -> None:
    """Run the named server's command line in this process. Raises KeyError for another name."""
    module, function = SERVERS[arguments[0]]
    follow_supervisor()
    os.environ[SUPERVISOR_ENV] = str(os.getpid())
    sys.argv = arguments
    getattr(import_module(module), function)()


if __name__ == "__main__":
    main(sys.argv[1:])
