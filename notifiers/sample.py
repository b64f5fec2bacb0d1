"""A notice with every field in use, on which templates are tried before they come into force."""

from datetime import UTC, date, datetime, time

from notifiers.views import NoticeView
from obligations.changes import Change
from obligations.policies import Stage

SAMPLE = NoticeView(
    key="sample/organization/2026-H1/urge/organization.safety_officer",
    task="sample/organization/2026-H1",
    stage=Stage.URGE,
    step="urge",
    title="Title",
    instruction="Instruction",
    clause="1",
    basis="policy",
    subject="Subject",
    bearer="Bearer",
    post="Post",
    due=date(2026, 6, 30),
    due_time=time(16, 20),
    window="2026-H1",
    working_days_left=-2,
    provisional=True,
    change=Change.MOVED,
    previous_due=date(2026, 6, 29),
    missing=1,
    times=2,
    derivation=("Derivation",),
    contact="Contact",
    stands_in_for="Somebody",
)
SAMPLE_NOW = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
