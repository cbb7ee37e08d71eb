"""One bench in a process of its own: `python -m tools.bench.child NAME`. Progress and figures leave as JSON lines."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any

from tools.bench.catalogue import BENCHES
from tools.bench.place import Place, template_of


def tell(kind: str, content: Any) -> None:
    sys.stdout.write(json.dumps({kind: content}) + "\n")
    sys.stdout.flush()


def main(name: str) -> None:
    (bench,) = (bench for bench in BENCHES if bench.name == name)
    place = Place(bench.process)
    os.environ.update(place.environment(template_of(place.plane.name)))
    import django

    django.setup()
    for figure in import_module(bench.module).run(place, lambda text: tell("progress", text)):
        tell("figure", figure.as_json())


if __name__ == "__main__":
    main(sys.argv[1])
