"""Tasks: how often something must still be done, and whether it was done late."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.tasks import Task
from tests.obligations.building import day, moment, plan, unhurried


@given(st.integers(1, 12), st.integers(0, 20))
@unhurried
def test_what_is_missing_is_what_was_asked_less_what_was_done_and_never_less_than_none(times: int, done: int) -> None:
    missing = Task(plan(times=times), completions=done).missing
    assert missing >= 0
    assert missing + done == max(times, done)


@pytest.mark.parametrize(
    ("closed", "late"), [(None, False), ("2026-06-29", False), ("2026-06-30", False), ("2026-07-01", True)]
)
def test_a_task_is_late_if_it_was_closed_after_its_due_day(closed: str | None, late: bool) -> None:
    assert Task(plan("2026-06-30"), closed_on=day(closed) if closed else None).is_late() is late


@pytest.mark.parametrize(
    ("at", "late"),
    [
        (None, False),
        ("2026-06-30T15:20", False),
        ("2026-06-30T15:21", True),
        ("2026-07-01T00:00", True),
    ],
)
def test_what_is_due_at_a_moment_is_late_after_it_if_it_is_known_when_it_was_done(at: str | None, late: bool) -> None:
    hours = plan("2026-06-30", ends_at=moment("2026-06-30T15:20"), exact=True)
    done = moment(at) if at else None
    assert Task(hours, closed_on=day(at[:10] if at else "2026-06-30")).is_late(done) is late


def test_what_is_due_on_a_day_is_in_time_at_any_moment_of_it() -> None:
    assert not Task(plan("2026-06-30"), closed_on=day("2026-06-30")).is_late(moment("2026-06-30T23:59"))


def test_a_changed_plan_leaves_what_happened_as_it_is() -> None:
    before = Task(plan(), revision=2, fired=frozenset({"-30d"}), completions=1)
    after = before.with_plan(plan("2026-07-31"))
    assert after == Task(plan("2026-07-31"), revision=2, fired=frozenset({"-30d"}), completions=1)
    assert after.id == before.id == "ent-01/ent/x"


def test_terms_of_thousands_of_events_at_one_moment_are_told_apart_by_their_hashes() -> None:
    terms = [plan(event=f"acc-{number}").terms for number in range(1_000)]
    assert len({hash(each) for each in terms}) > 990  # what is looked up by terms would be compared with all of them
