"""Django's PostgreSQL backend, which also counts its connections and times its transactions."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from openagents.ops import metrics


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection."""

    _counted = False
    _began: float | None = None

    def connect(self) -> None:
        super().connect()
        if not self._counted:
            self._counted = True
            metrics.DB_POOL_IN_USE.labels(settings.OA_PROCESS.plane).inc()

    def _close(self) -> None:
        if self._counted:
            self._counted = False
            metrics.DB_POOL_IN_USE.labels(settings.OA_PROCESS.plane).dec()
        super()._close()  # type: ignore[misc]  # the stubs know only the public close

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:
        """`atomic` turns it off where a transaction begins and on again where it has ended."""
        super().set_autocommit(autocommit, *args, **kwargs)
        if not autocommit:
            self._began = time.perf_counter()
        elif self._began is not None:
            metrics.DB_TX_SECONDS.labels(settings.OA_PROCESS.plane).observe(time.perf_counter() - self._began)
            self._began = None
