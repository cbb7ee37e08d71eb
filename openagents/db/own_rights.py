"""What this process's own login may do, as it sees it itself: the part of `role_check` that needs no superuser."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from openagents.ops import metrics

_QUESTION = """
SELECT current_user, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
       has_schema_privilege(current_schema(), 'CREATE'),
       ARRAY(SELECT roleid::regrole::text FROM pg_auth_members WHERE member = pg_roles.oid)
  FROM pg_roles WHERE rolname = current_user
"""


def problems() -> list[str]:
    """What the login is or may beyond its process's entry in the registry; empty: nothing."""
    process = settings.OA_PROCESS
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION)
        login, special, creates, groups = cursor.fetchone()
    found = []
    if login != process.login:
        found.append(f"logged in as {login}, not {process.login}")
    if special:
        found.append(f"{login} has a special attribute")
    if creates:
        found.append(f"{login} may create objects")
    if set(groups) != {process.writer_group}:
        found.append(f"{login} is a member of {', '.join(sorted(groups)) or 'nothing'}")
    return found


def measure() -> list[str]:
    """Set `oa_role_check_ok` and return the problems."""
    found = problems()
    metrics.ROLE_CHECK_OK.labels(settings.OA_PROCESS.plane).set(0 if found else 1)
    return found
