"""What the plane does: the executor under `executor/`, the operations under `ops/`."""
