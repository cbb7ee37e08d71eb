"""HTTP in: the executor under `executor/`, the operations under `ops/`."""
