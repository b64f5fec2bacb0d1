"""Reconciling: what should exist against what does; what happened stays, and doing it twice changes nothing more."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations.reconciling import Changes, Move, reconcile
from obligations.states import TASK_TRANSITIONS, TaskAction, TaskState, advance
from obligations.tasks import PlannedTask, Task
from tests.obligations.building import due_days, plan, unhurried

NOTHING = Changes((), (), (), ())
KEYS = tuple(f"ent-01/ent/{number}" for number in range(6))
expectations = st.dictionaries(st.sampled_from(KEYS), due_days).map(
    lambda days: {key: plan(due, key=key) for key, due in days.items()}
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, PlannedTask], dict[str, Task]]:
    """What should exist and what does, some of it under the plan it should have."""
    expected = draw(expectations)
    standing = draw(expectations) | {key: each for key, each in expected.items() if draw(st.booleans())}
    states = st.sampled_from(TaskState)
    return expected, {key: Task(each, draw(states), fired=frozenset({"-30d"})) for key, each in standing.items()}


def apply(changes: Changes, existing: Mapping[str, Task]) -> dict[str, Task]:
    """What exists after the changes, by the transitions of a task."""
    after = dict(existing) | {each.id: Task(each) for each in changes.added}
    for move in changes.moved:
        after[move.plan.id] = move.task.with_plan(move.plan)
    for task in changes.withdrawn:
        after[task.id] = replace(task, state=advance(TASK_TRANSITIONS, task.state, TaskAction.WITHDRAW))
    for move in changes.restored:
        state = advance(TASK_TRANSITIONS, move.task.state, TaskAction.RESTORE)
        after[move.plan.id] = replace(move.task.with_plan(move.plan), state=state)
    return after


def in_state(state: TaskState, of: PlannedTask | None = None) -> dict[str, Task]:
    task = Task(of or plan(), state)
    return {task.id: task}


@given(situations())
@unhurried
def test_after_the_changes_are_made_there_is_nothing_left_to_change(
    situation: tuple[dict[str, PlannedTask], dict[str, Task]],
) -> None:
    expected, existing = situation
    after = apply(reconcile(expected.values(), existing), existing)
    assert reconcile(expected.values(), after) == NOTHING


@given(situations())
@unhurried
def test_after_the_changes_what_should_exist_stands_under_its_plan_unless_it_is_over(
    situation: tuple[dict[str, PlannedTask], dict[str, Task]],
) -> None:
    expected, existing = situation
    after = apply(reconcile(expected.values(), existing), existing)
    over = {TaskState.CLOSED, TaskState.WAIVED}
    assert {key for key, task in after.items() if task.state in {TaskState.OPEN, TaskState.REPORTED}} == {
        key for key in expected if key not in existing or existing[key].state not in over
    }
    assert all(after[key].plan == each for key, each in expected.items() if after[key].state not in over)


@given(situations())
@unhurried
def test_a_task_changes_in_one_way_at_most_and_none_is_lost(
    situation: tuple[dict[str, PlannedTask], dict[str, Task]],
) -> None:
    expected, existing = situation
    changes = reconcile(expected.values(), existing)
    changed = [
        *(each.id for each in changes.added),
        *(move.plan.id for move in (*changes.moved, *changes.restored)),
        *(task.id for task in changes.withdrawn),
    ]
    assert len(set(changed)) == len(changed)
    assert set(apply(changes, existing)) == set(existing) | set(expected)
    assert bool(changes) is bool(changed)


@given(situations())
@unhurried
def test_the_order_of_what_should_exist_makes_no_difference(
    situation: tuple[dict[str, PlannedTask], dict[str, Task]],
) -> None:
    expected, existing = situation
    one, other = reconcile(expected.values(), existing), reconcile(reversed(expected.values()), existing)
    assert (set(one.added), {move.plan for move in one.moved}) == (
        set(other.added),
        {move.plan for move in other.moved},
    )
    assert (one.withdrawn, len(one.restored)) == (other.withdrawn, len(other.restored))


def test_what_should_exist_and_does_not_is_added() -> None:
    assert reconcile([plan()], {}) == Changes((plan(),), (), (), ())


@pytest.mark.parametrize("state", TaskState)
def test_a_task_under_the_plan_it_should_have_is_left_alone_unless_it_was_withdrawn(state: TaskState) -> None:
    assert bool(reconcile([plan()], in_state(state))) is (state is TaskState.WITHDRAWN)


@pytest.mark.parametrize("state", [TaskState.OPEN, TaskState.REPORTED])
def test_a_standing_task_with_another_plan_is_moved_and_one_that_should_not_exist_withdrawn(state: TaskState) -> None:
    existing = in_state(state)
    (task,) = existing.values()
    assert reconcile([plan("2026-07-31")], existing) == Changes((), (Move(task, plan("2026-07-31")),), (), ())
    assert reconcile([], existing) == Changes((), (), (task,), ())


@pytest.mark.parametrize("state", [TaskState.CLOSED, TaskState.WAIVED])
def test_what_is_closed_or_waived_stays_as_it_is(state: TaskState) -> None:
    assert reconcile([plan("2026-07-31")], in_state(state)) == NOTHING
    assert reconcile([], in_state(state)) == NOTHING


def test_a_withdrawn_task_that_should_exist_again_is_restored_under_its_plan() -> None:
    existing = in_state(TaskState.WITHDRAWN)
    (task,) = existing.values()
    for wanted in (plan(), plan("2026-07-31")):
        assert reconcile([wanted], existing) == Changes((), (), (), (Move(task, wanted),))
    assert reconcile([], existing) == NOTHING


@pytest.mark.parametrize(
    ("changes", "moves"),
    [
        ({"due": "2026-07-01"}, True),
        ({"ends_at": plan().ends_at - timedelta(hours=1)}, True),
        ({"bearer": "reg"}, False),
        ({"assignee": "duty"}, False),
        ({"policy": "urgent"}, False),
        ({"times": 2}, False),
        ({"opens": "2026-06-01"}, False),
        ({"calendar_version": "cn-2027-000000"}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_move_moves_the_deadline_only_if_its_end_changes(changes: dict[str, str], moves: bool) -> None:
    standard = {"due": "2026-06-30", "opens": "2026-05-01"}
    (move,) = reconcile([plan(**(standard | changes))], in_state(TaskState.OPEN)).moved
    assert move.moves_deadline is moves
