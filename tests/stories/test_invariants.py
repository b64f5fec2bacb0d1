"""What holds whatever happens: a town lives through random events, amendments, completions and edits."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.loader import Config
from daemon.reconciling import preview
from daemon.recording import Recorder, RecordingError, Statement
from daemon.store import facts, notices, proving, tasks
from daemon.store.notices import StoredNotice
from daemon.store.tasks import StoredTask
from notifiers.channel import Message, Outcome
from notifiers.memory import MemoryChannel
from obligations.changes import Change, change_in
from obligations.decisions import Reason, next_moment
from obligations.ladders import ladder
from obligations.organizations import AddressKind
from obligations.planning import EVERYTHING
from obligations.policies import Policy, Stage
from obligations.rules import Pace, StageAnchor
from obligations.selectors import Value
from obligations.states import NoticeState, TaskState
from tests.obligations.building import policies
from tests.stories.telling import Life, life_from
from tests.stories.town import from_day, posts_of, town, version_after, with_duty, with_enterprise, with_ladder

DUTIES = (
    "ent-01b", "ent-03", "ent-09a", "ent-09c", "off-23-rectify", "off-24a", "off-28a", "off-29", "reg-13x", "reg-15a",
)  # fmt: skip
BEGINNING, MORNING, END = "2026-09-14T08:00", "2026-09-21T08:00", "2026-10-31T23:00"


def everything() -> Config:
    """One duty of each kind of start, and a stage that is reached within days."""
    config = from_day(town(*DUTIES), "2026-09-01")
    config = with_duty(config, "ent-01b", times=2, pace=Pace.EVEN)
    return with_duty(config, "off-29", anchor=StageAnchor(Stage.URGE))


FATAL: dict[str, Value] = {"occurred_at": date(2026, 9, 13), "deaths": 1, "liability": True}
accidents: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
    {
        "occurred_at": st.dates(date(2026, 9, 10), date(2026, 9, 20)),
        "deaths": st.integers(0, 4),
        "liability": st.booleans(),
    }
)
few = settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])


class Witness(MemoryChannel):
    """A channel that looks, as each message leaves, whether what it says is true."""

    def __init__(self, name: str, address: AddressKind) -> None:
        super().__init__(name, address)
        self.life: Life | None = None

    async def send(self, message: Message) -> Outcome:
        assert self.life is not None
        with self.life.database.read() as connection:
            for key in message.notices:
                task, step, _ = key.rsplit("/", 2)
                found = tasks.find(connection, task)
                assert found is not None
                change = change_in(step)
                told = {Change.WITHDRAWN: TaskState.WITHDRAWN, Change.REPORTED: TaskState.REPORTED}
                expected = told.get(change, TaskState.OPEN) if change else TaskState.OPEN
                assert found.task.state is expected, f"{key} left while the task was {found.task.state.value}"
        return await super().send(message)


def witnessed(config: Config) -> Life:
    life = life_from(config, BEGINNING)
    witnesses = {name: Witness(name, kind) for name, kind in config.channels.items()}
    watched = Life(config, life.clock, life.database, witnesses)
    for each in witnesses.values():
        each.life = watched
    return watched


def stored(life: Life) -> list[StoredTask]:
    with life.database.read() as connection:
        return list(tasks.in_scope(connection, EVERYTHING).values())


def notices_of(life: Life, task: StoredTask) -> list[StoredNotice]:
    with life.database.read() as connection:
        return notices.of_task(connection, task.row)


def try_to(life: Life, say: Callable[[Recorder], object]) -> bool:
    """Record something that may not be possible just now; then nothing has changed."""
    try:
        life.record(say)
    except RecordingError:
        return False
    return True


class LivingTown:
    """A town to which anything may happen at any hour."""

    def __init__(self) -> None:
        self.config = everything()
        self.life = record_all(witnessed(self.config).go_to(BEGINNING), {"acc-1": FATAL}).go_to("2026-09-15T10:00")

    # --- what happens

    def there_is_an_accident(self, number: int, fields: dict[str, Value]) -> None:
        try_to(self.life, lambda recorder: recorder.add_event(f"acc-{number}", "accident", "ent", fields))

    def an_accident_is_amended(self, number: int, fields: dict[str, Value]) -> None:
        try_to(self.life, lambda recorder: recorder.amend_event(f"acc-{number}", fields))

    def a_hazard_is_listed(self, by: date) -> None:
        fields: dict[str, Value] = {"listed_at": date(2026, 9, 10), "rectify_by": by}
        try_to(self.life, lambda recorder: recorder.add_event("haz-1", "hazard_listed", "ent", fields))
        try_to(self.life, lambda recorder: recorder.amend_event("haz-1", fields))

    def something_is_said_of_a_task(self, choice: int, what: str) -> None:
        found = sorted(each.task.id for each in stored(self.life))
        if found:
            key = found[choice % len(found)]
            try_to(self.life, lambda recorder: self._say(recorder, key, what))

    def _say(self, recorder: Recorder, key: str, what: str) -> None:
        said = Statement("某人", "说明")
        match what:
            case "done":
                recorder.done(key, self.life.now.date())
            case "extend":
                recorder.extend(key, self.life.now.date() + timedelta(days=9), said)
            case "approve":
                recorder.approve(key, "+5wd" if key.startswith("reg-15a") else "+10wd", said)
            case _:
                getattr(recorder, what)(key, said)

    def the_roster_is_edited(self, headcount: int, *, vacant: bool, high_risk: bool) -> None:
        posts = posts_of(self.config, *(("safety_officer",) if vacant else ()))
        traits = ("high_risk",) if high_risk else ()
        self._edit(with_enterprise(self.life.engine.config, headcount=headcount, posts=posts, traits=traits))

    def a_duty_is_switched_off_or_on(self, duty: str) -> None:
        before = self.life.engine.config
        duties = dict(before.obligations)
        if duties.pop(duty, None) is None:
            duties[duty] = self.config.obligations[duty]
        self._edit(replace(before, obligations=duties, version=version_after(before, duty)))

    def _edit(self, config: Config) -> None:
        self.life.engine.adopt(config)
        self.life.wake()

    def time_passes(self, hours: int) -> None:
        later = min(self.life.now + timedelta(hours=hours), self.life.moment(END).astimezone(self.life.now.tzinfo))
        self.life.go_to(f"{later:%Y-%m-%dT%H:%M}")

    # --- what holds all the time

    def check(self) -> None:
        self.what_was_looked_at_is_all_that_could_change()
        self.every_notice_has_a_reason()
        self.no_rung_of_an_open_task_is_lost()

    def what_was_looked_at_is_all_that_could_change(self) -> None:
        with self.life.database.read() as connection:
            assert not any(preview(connection, self.life.engine.situation, self.life.clock.now()))

    def every_notice_has_a_reason(self) -> None:
        for task in stored(self.life):
            assert all(each.reason for each in notices_of(self.life, task))

    def no_rung_of_an_open_task_is_lost(self) -> None:
        """Each step behind it reached somebody, waits, or gave way to a graver one."""
        for task in stored(self.life):
            if task.task.state is TaskState.OPEN:
                kept = {each.step for each in notices_of(self.life, task) if not _was_taken_back(each)}
                assert task.task.fired <= kept, f"{task.task.id}: {task.task.fired - kept}"

    # --- what holds in the end

    def end(self) -> None:
        self.life.go_to(f"{self.life.now + timedelta(days=10):%Y-%m-%dT12:00}")  # beyond the longest holiday
        with self.life.database.read() as connection:
            assert list(proving.verify(connection)) == []
        for task in stored(self.life):
            self._check_rungs(task)
            told = notices_of(self.life, task)
            assert not [each for each in told if each.state is NoticeState.PENDING]
            sent = sorted((each for each in told if each.state is NoticeState.SENT), key=lambda each: each.holder)
            for _, of_holder in groupby(sent, key=lambda each: each.holder):
                _check_what_one_was_told(task, list(of_holder))
        assert_each_is_sent_once_with_a_word_in_the_ledger(self.life)

    def _check_rungs(self, task: StoredTask) -> None:
        """An open task has spoken on every rung whose moment has come."""
        situation, now = self.life.engine.situation, self.life.clock.now()
        if task.task.state is not TaskState.OPEN or not situation.knows(task.task):
            return
        single = replace(situation.policy(task.task), repeat=None)
        for rung in ladder(task.task.plan.terms, single, situation.speaking_of(task.task)):
            done = rung.unless_done is not None and task.task.completions >= rung.unless_done
            assert done or rung.moment > now or rung.step.name in task.task.fired, f"{task.task.id} {rung.step.name}"


def _was_taken_back(notice: StoredNotice) -> bool:
    return notice.state is NoticeState.SUPERSEDED and notice.reason != Reason.GRAVER.value


_AFTER_A_REPORT = {TaskState.REPORTED, TaskState.CLOSED, TaskState.WAIVED}
"""What may have been withdrawn and come back without a word to those who reported it."""


def _check_what_one_was_told(task: StoredTask, told: list[StoredNotice]) -> None:
    """Of one task: a withdrawal after something else, a return after a withdrawal; and the last word is true."""
    assert change_in(told[0].step) not in {Change.WITHDRAWN, Change.RESTORED, Change.MOVED}
    for before, after in pairwise(told):
        was_gone = change_in(before.step) is Change.WITHDRAWN
        stands_again = change_in(after.step) in {Change.RESTORED, Change.REPORTED}
        assert stands_again if was_gone else change_in(after.step) is not Change.RESTORED, (
            f"{task.task.id}: {before.step}, {after.step}"
        )
    takes_for_gone, state = change_in(told[-1].step) is Change.WITHDRAWN, task.task.state
    assert takes_for_gone is (state is TaskState.WITHDRAWN) or state in _AFTER_A_REPORT


def assert_each_is_sent_once_with_a_word_in_the_ledger(life: Life) -> None:
    with life.database.read() as connection:
        sent = connection.exec_driver_sql(
            "SELECT notice_id, channel, address FROM delivery_notices JOIN deliveries ON deliveries.id = delivery_id "
            "WHERE carried AND sent_at IS NOT NULL"
        ).all()
        entries = connection.exec_driver_sql(
            "SELECT count(*) FROM ledger WHERE kind = 'delivery' AND json_extract(body, '$.result') = 'accept' "
            "AND json_extract(body, '$.reason') != ''"
        ).scalar_one()
    assert len(set(sent)) == len(sent) == entries


Happening = tuple[str, dict[str, Any]]
"""A method of a living town, and what it is given."""


def _happening(name: str, **given_to_it: st.SearchStrategy[Any]) -> st.SearchStrategy[Happening]:
    return st.tuples(st.just(name), st.fixed_dictionaries(given_to_it))


anything = st.one_of(
    _happening("there_is_an_accident", number=st.integers(1, 3), fields=accidents),
    _happening("an_accident_is_amended", number=st.sampled_from((1, 1, 2)), fields=accidents),
    _happening("a_hazard_is_listed", by=st.dates(date(2026, 9, 14), date(2026, 10, 10))),
    _happening(
        "something_is_said_of_a_task",
        choice=st.integers(0, 30),
        what=st.sampled_from(("done", "verify", "reject", "waive", "extend", "approve")),
    ),
    _happening(
        "the_roster_is_edited", headcount=st.sampled_from((80, 320)), vacant=st.booleans(), high_risk=st.booleans()
    ),
    _happening("a_duty_is_switched_off_or_on", duty=st.sampled_from(DUTIES)),
)
pauses = st.sampled_from((0, 0, 1, 5, 14, 24, 70))
"""Hours that pass after something happened."""


@given(st.lists(st.tuples(anything, pauses), min_size=6, max_size=12))
@few
def test_whatever_happens_the_town_keeps_its_word(course: list[tuple[Happening, int]]) -> None:
    living = LivingTown()
    for (name, given_to_it), hours in course:
        getattr(living, name)(**given_to_it)
        living.check()
        living.time_passes(hours)
    living.end()


# --- the order of events, and there and back again

happenings = st.lists(accidents, min_size=2, max_size=4)


def record_all(life: Life, events: Mapping[str, dict[str, Value]]) -> Life:
    def say(recorder: Recorder) -> None:
        for key, fields in events.items():
            recorder.add_event(key, "accident", "ent", fields)

    return life.record(say)


def as_it_stands(life: Life) -> list[tuple[object, ...]]:
    """The tasks that are not withdrawn; of what was said only in passing, withdrawn ones may be left over."""
    return sorted(
        (each.task.id, each.task.state.value, each.task.plan.due, each.task.plan.opens_at, sorted(each.task.fired))
        for each in stored(life)
        if each.task.state is not TaskState.WITHDRAWN
    )


def diary(life: Life) -> list[tuple[object, ...]]:
    return sorted((each.at, each.task, each.step, each.organization, each.post, each.channel) for each in life.told())


@given(happenings, st.randoms())
@few
def test_the_order_in_which_events_are_recorded_makes_no_difference(
    facts_of: list[dict[str, Value]], order: random.Random
) -> None:
    events = {f"acc-{number}": fields for number, fields in enumerate(facts_of)}
    shuffled = list(events)
    order.shuffle(shuffled)
    one = record_all(life_from(everything(), MORNING).go_to("2026-09-21T10:00"), events)
    other = record_all(
        life_from(everything(), MORNING).go_to("2026-09-21T10:00"), {key: events[key] for key in shuffled}
    )
    assert as_it_stands(one) == as_it_stands(other)
    assert diary(one.go_to("2026-09-30T12:00")) == diary(other.go_to("2026-09-30T12:00"))


@given(accidents, accidents, st.sampled_from(("2026-09-21T10:00", "2026-09-21T20:00", "2026-09-30T08:00")))
@few
def test_an_amendment_there_and_back_again_changes_no_task(
    fields: dict[str, Value], detour: dict[str, Value], when: str
) -> None:
    life = record_all(life_from(everything(), MORNING).go_to("2026-09-21T08:00"), {"acc-1": fields}).go_to(when)
    before = {each.task.id: each.task.plan for each in stored(life) if each.task.state is TaskState.OPEN}
    life.record(lambda recorder: recorder.amend_event("acc-1", detour))
    life.record(lambda recorder: recorder.amend_event("acc-1", fields))
    assert {each.task.id: each.task.plan for each in stored(life) if each.task.state is TaskState.OPEN} == before


@given(accidents, accidents)
@few
def test_who_has_not_heard_of_a_detour_hears_what_he_would_have_heard_without_it(
    fields: dict[str, Value], detour: dict[str, Value]
) -> None:
    def life() -> Life:
        return record_all(life_from(everything(), MORNING).go_to("2026-09-21T10:00"), {"acc-1": fields})

    direct, roundabout = life().go_to("2026-09-21T20:00"), life().go_to("2026-09-21T20:00")
    roundabout.record(lambda recorder: recorder.amend_event("acc-1", detour))
    roundabout.record(lambda recorder: recorder.amend_event("acc-1", fields))
    assert diary(roundabout.go_to("2026-09-30T12:00")) == diary(direct.go_to("2026-09-30T12:00"))


@given(happenings)
@few
def test_reconciling_twice_is_reconciling_once(facts_of: list[dict[str, Value]]) -> None:
    life = record_all(
        life_from(everything(), MORNING).go_to("2026-09-21T10:00"),
        {f"acc-{number}": fields for number, fields in enumerate(facts_of)},
    ).go_to("2026-09-22T12:00")
    before, said = as_it_stands(life), diary(life)
    with life.database.write() as connection:
        facts.remember(connection, "reconciled", "on something else")  # so that everything is looked at once more
    life.wake()
    assert (as_it_stands(life), diary(life)) == (before, said)


# --- an edited ladder


@given(policies(), policies(), st.integers(0, 200))
@few
def test_after_any_edit_of_a_ladder_the_next_step_of_every_open_task_has_its_moment_of_the_new_one(
    before: Policy, after: Policy, days: int
) -> None:
    life = life_from(town("ent-09a", "ent-09b"), "2026-05-01T08:00")
    former, edited = (with_ladder(life.config, replace(each, id="standard")) for each in (before, after))
    life.engine.adopt(former)
    life.go_to(f"{date.fromordinal(date(2026, 5, 1).toordinal() + days)}T12:00")
    life.engine.adopt(edited)
    life.engine.follow(life.clock.now())
    situation = life.engine.situation
    with life.database.read() as connection:
        found = tasks.standing(connection)
    assert found
    for each in found:
        assert each.next_step_at == next_moment(
            each.task, situation.policy(each.task), situation.speaking_of(each.task)
        )
