"""Stand-ins: what does not reach its reader goes to somebody else, once for each step; what nobody gets is told of."""

from collections.abc import Collection
from pathlib import Path

import pytest

from config.loader import load
from daemon.store import returned
from notifiers.channel import Message, Outcome, Permanent
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.cli.shell import lay_out
from tests.stories.telling import Life, life_from

pytestmark = pytest.mark.usefixtures("either_database")
TASK = "drill/ent/2026-03"
SHARED = "{name: 李敏, email: li@example.com}"
FILES = {
    "duban.yaml": "start: 2026-03-01\ncatalogues: []\nchannels:\n  email: {kind: memory}\n"
    "  sms: {kind: memory, address: mobile}\n",
    "organizations/town.yaml": f"""\
- id: gov
  kind: government
  name: 县政府
  posts: {{principal: {{name: 郑卫东, email: zheng@example.com}}, duty: {{name: 吴敏, email: wu@example.com}}}}
- id: reg
  kind: regulator
  name: 应急局
  government: gov
  posts: {{duty: {{name: 褚平, email: chu@example.com}}}}
- id: ent
  kind: enterprise
  name: 滨海化工
  regulator: reg
  government: gov
  posts:
    principal: {{name: 王建国, email: wang@example.com}}
    safety_officer: {SHARED}
    technician: {SHARED}
""",
    "obligations/own.yaml": "- {id: drill, title: 演练, applies_to: {kind: enterprise}, every: month, policy: own}\n",
    "policies/own.yaml": "- id: own\n  steps:\n    - {at: -7wd, stage: remind, tell: [assignee, technician]}\n",
}
EVENING_BEFORE, DAY = "2026-03-19T18:00", "2026-03-20T18:00"
"""Around the first step of March."""


class Refusing(MemoryChannel):
    """Refuses some addresses for good."""

    def __init__(self, refused: Collection[str], *, bad_address: bool = False) -> None:
        super().__init__("email", AddressKind.EMAIL, connections=5)
        self.refused = refused
        self.refusal = Permanent("550 no such user", bad_address)

    async def send(self, message: Message) -> Outcome:
        if message.address not in self.refused:
            return await super().send(message)
        self.attempts.append(message)
        return self.refusal


def living(directory: Path, mail: MemoryChannel | None = None, **files: str) -> Life:
    life = life_from(load(lay_out(directory, {**FILES, **files})), "2026-03-02T08:00")
    sms = MemoryChannel("sms", AddressKind.MOBILE)
    return Life(life.config, life.clock, life.database, {"email": mail or Refusing([]), "sms": sms})


def notices(life: Life, step: str = "-7wd") -> list[tuple[str, str, str]]:
    """Holder, state and reason of the notices of a step, in the order in which they were written."""
    query = f"SELECT holder, state, reason FROM notices WHERE step = '{step}' ORDER BY id"  # noqa: S608 - our own
    with life.database.read() as connection:
        return [(holder, state, reason) for holder, state, reason in connection.exec_driver_sql(query)]


def standing_in(holder: str, why: str) -> tuple[str, str, str]:
    return holder, "undeliverable", f"a stand-in is told (ent.principal): {why}"


@pytest.mark.parametrize("bad_address", [False, True])
def test_where_two_of_a_step_cannot_be_reached_and_have_one_stand_in_he_is_told_once(
    tmp_path: Path, *, bad_address: bool
) -> None:
    mail = Refusing(["li@example.com"], bad_address=bad_address)
    life = living(tmp_path, mail).go_to(DAY)
    assert [message.address for message in mail.attempts] == ["li@example.com", "wang@example.com"]
    assert notices(life) == [
        standing_in("ent.safety_officer", "550 no such user"),
        standing_in("ent.technician", "550 no such user"),
        ("ent.principal", "sent", "the channel accepted it"),
    ]


def test_it_is_so_too_where_their_address_is_known_to_be_bad_when_the_step_speaks(tmp_path: Path) -> None:
    life = living(tmp_path).go_to(EVENING_BEFORE)
    with life.database.write() as connection:
        returned.mark(connection, "li@example.com", "550", life.clock.now())
    life.go_to(DAY)
    assert life.engine.undecided == {}
    assert life.diary(TASK) == ["03-20 09:00 remind -7wd ent.principal"]
    assert [state for _, state, _ in notices(life)] == ["undeliverable", "undeliverable", "sent"]
