"""Values that may be used once: across processes, and across a crash of the database server."""

from __future__ import annotations

import multiprocessing
import secrets
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg

from openagents.embedded.testbed import TESTBED
from tests.chaos.conftest import OwnServer
from tests.system import until

SCOPE = "runtime:drill"
EFFECT = "INSERT INTO cache_entry (key, value, stored_at, expires_at) VALUES (%s, '1', now(), now())"
"""Something that is committed durably after its claim, as every effect of a signed call is."""


def claims_won(url: str, statement: str, values: list[str]) -> list[str]:
    """What this process was the first to claim."""
    expires_at = datetime.now(UTC) + timedelta(seconds=60)
    with psycopg.connect(url, autocommit=True) as connection:
        return [
            value
            for value in values
            if connection.execute(statement, [SCOPE, value, expires_at]).fetchone() is not None
        ]


def test_of_many_processes_each_value_lets_one_in() -> None:
    from openagents.db.stores import CLAIM_WITHOUT_FLUSH  # not at the top: the processes know nothing of Django

    url = TESTBED.server.url("runtime_svc", TESTBED.credentials.passwords["runtime_svc"], TESTBED.clone("runtime"))
    values = [secrets.token_hex(16) for _ in range(200)]
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        won = pool.map(claims_won, [url] * 4, [CLAIM_WITHOUT_FLUSH] * 4, [values] * 4)
    assert sorted(value for winners in won for value in winners) == sorted(values)


def test_no_effect_survives_a_crash_without_its_claim(own_server: OwnServer) -> None:
    """Claims are not flushed, effects are: a crash may forget a claim only with everything that came after it."""
    from openagents.db.stores import CLAIM_WITHOUT_FLUSH

    url = own_server.server.url("runtime_svc", own_server.credentials.passwords["runtime_svc"], "runtime")
    claimed: list[str] = []
    acknowledged: list[str] = []
    expires_at = datetime.now(UTC) + timedelta(seconds=60)

    def call() -> None:
        connection = psycopg.connect(url, autocommit=True)
        try:
            while True:
                value = secrets.token_hex(16)
                connection.execute(CLAIM_WITHOUT_FLUSH, [SCOPE, value, expires_at])
                claimed.append(value)
                connection.execute(EFFECT, [value])
                acknowledged.append(value)
        except psycopg.OperationalError:
            connection.close()

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    until(lambda: len(acknowledged) > 400, 60, "effects")
    own_server.server.stop(signal.SIGQUIT)
    for caller in callers:
        caller.join(30)
    own_server.server.start()
    with psycopg.connect(url, autocommit=True) as connection:
        kept = {row[0] for row in connection.execute("SELECT nonce FROM internal_nonce WHERE scope = %s", [SCOPE])}
        effects = {row[0] for row in connection.execute("SELECT key FROM cache_entry")} & set(claimed)
    assert set(acknowledged) <= effects
    assert effects <= kept
