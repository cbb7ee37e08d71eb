"""The embedded network is the executor's; nodes and their operations are those of ops. Tried with the real logins."""

from __future__ import annotations

import psycopg
import pytest

from openagents.embedded.testbed import TESTBED

SIMULATION = ["sim_channel", "sim_fault", "sim_invoice", "sim_network", "sim_node", "sim_payment", "sim_tx"]
NODES = ["channel_backup", "channel_operation", "node", "node_condition", "node_snapshot"]
VARIABLES = {
    "lightning-executor": "OA_LIGHTNING_EXECUTOR_DATABASE_URL",
    "lightning-ops": "OA_LIGHTNING_OPS_DATABASE_URL",
}


@pytest.mark.parametrize("process", VARIABLES)
@pytest.mark.parametrize("table", SIMULATION + NODES)
def test_each_process_reaches_its_own_tables_only(process: str, table: str) -> None:
    own = SIMULATION if process == "lightning-executor" else NODES
    with psycopg.connect(TESTBED.environment(process)[VARIABLES[process]], autocommit=True) as connection:
        for statement in (f"SELECT 1 FROM {table} LIMIT 1", f"DELETE FROM {table} WHERE false"):
            if table in own:
                connection.execute(statement)
            else:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement)
