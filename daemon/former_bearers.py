"""Former bearers: which organization reported a task that another has to do by now. The ledger says it."""

import json

from sqlalchemy import Connection

from daemon.store import ledger
from obligations.tasks import PlannedTask

_REPORTS = frozenset({"done", "task reported"})
_TAKES_FROM = frozenset({"task changed", "task moved", "task restored"})
"""The entries that say from whom a task was taken while its report waited; what is open is reassigned, and says so."""


def former_bearer(connection: Connection, plan: PlannedTask) -> str | None:
    """The organization that reported a task last, if another has to do it now.

    None too where it became another's under a version whose ledger did not say from whom it was taken.
    """
    taken_from = list[str]()
    for row in ledger.about(connection, plan.id):
        if row.kind in _REPORTS:
            taken_from.clear()
        elif row.kind in _TAKES_FROM and (bearer := json.loads(row.body).get("from_bearer")) is not None:
            taken_from.append(bearer)
    return taken_from[0] if taken_from and taken_from[0] != plan.bearer else None
