#!/usr/bin/env python
"""Every command of the project. `manage.py up` is the main one; `--plane NAME` puts any command on a plane."""

from __future__ import annotations

import os
import sys


def take_plane(arguments: list[str]) -> str | None:
    """Remove `--plane NAME` or `--plane=NAME` from `arguments` and return the name, if there is one."""
    for index, argument in enumerate(arguments):
        if argument == "--plane" and index + 1 < len(arguments):
            name = arguments[index + 1]
            del arguments[index : index + 2]
            return name
        if argument.startswith("--plane="):
            del arguments[index]
            return argument.removeprefix("--plane=")
    return None


def main() -> None:
    from openagents.planes import PLANES, PROCESSES, processes_of

    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        sys.argv[1] = sys.argv[1].replace("-", "_")  # `verify-bundle` and `verify_bundle` are one command
    name = take_plane(sys.argv) or os.environ.get("OA_PLANE", "")
    if name and name not in PROCESSES and name in PLANES:
        name = processes_of(name)[0].name
    if name and name not in PROCESSES:
        sys.exit(f"unknown plane {name!r}; one of: {', '.join(PROCESSES)}")
    if name:
        os.environ["OA_PLANE"] = name
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", PROCESSES[name].settings)
        if len(sys.argv) == 2 and sys.argv[1] == "runserver":
            sys.argv.append(str(PROCESSES[name].port))
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.dev")

    from openagents.ops.supervised import follow_supervisor

    follow_supervisor()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
