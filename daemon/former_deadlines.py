"""Former deadlines: what a task's deadline was when somebody was told of it, and whose it was. The ledger says it."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from daemon.store import ledger
from obligations.tasks import PlannedTask, Terms

_BEGINS_REVISION = frozenset(
    {"task added", "task moved", "task restored", "task reassigned", "task recounted", "rejected"}
)
"""The entries with each of which a revision of a task begins, if they say its deadline (rejections did not always)."""
_ABOUT_TASK = _BEGINS_REVISION | {"task changed"}
"""Those, and the one that says whose a task became while its report waited."""


@dataclass(frozen=True, slots=True)
class FormerDeadline:
    """A deadline as the ledger keeps it, and the organization that had to meet it; entries of earlier versions do not
    say the instant."""

    due: date
    ends_at: datetime | None
    bearer: str | None
    """None where no entry says it."""
    since: datetime
    """When it became so."""

    def differs_from(self, plan: PlannedTask) -> bool:
        """Whether a task that was due then is due at another moment now."""
        return self.due != plan.due if self.ends_at is None else self.ends_at != plan.ends_at


def former_deadlines(connection: Connection, task: str) -> list[FormerDeadline]:
    """The deadlines of a task's revisions, in order, as far as the ledger has them."""
    former, bearer = list[FormerDeadline](), None
    for row in ledger.about(connection, task):
        body = json.loads(row.body) if row.kind in _ABOUT_TASK else {}
        bearer = body.get("bearer", bearer)
        if row.kind in _BEGINS_REVISION and "due" in body:
            due, ends_at = date.fromisoformat(body["due"]), _instant(body.get("ends_at"))
            former.append(FormerDeadline(due, ends_at, bearer, row.at))
    return former


def deadline_words(terms: Terms) -> dict[str, str]:
    """What an entry says of a task's deadline, so that later on it can be said what it was."""
    return {"due": str(terms.due), "ends_at": terms.ends_at.isoformat()}


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None
