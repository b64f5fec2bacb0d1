"""State machines: every pair of a state and an action is in the table or is refused, and final states are final."""

import ast
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obligations import states
from obligations.states import (
    DELIVERY_TRANSITIONS,
    NOTICE_TRANSITIONS,
    TASK_TRANSITIONS,
    DeliveryAction,
    DeliveryState,
    NoticeAction,
    NoticeState,
    TaskAction,
    TaskState,
    TransitionError,
    advance,
)
from tests.obligations.building import unhurried

Table = Mapping[tuple[Enum, Enum], Enum]


@dataclass(frozen=True)
class Machine:
    """A state machine and, besides its table, where it begins and what can never be undone in it."""

    states: type[Enum]
    actions: type[Enum]
    table: Table
    begins: frozenset[Enum]
    final: frozenset[Enum]

    def pairs(self) -> Iterable[tuple[Enum, Enum]]:
        return ((state, action) for state in self.states for action in self.actions)

    def after(self, state: Enum) -> set[Enum]:
        return {to for (came_from, _), to in self.table.items() if came_from is state}

    def reachable(self, *begins: Enum) -> set[Enum]:
        found: set[Enum] = set()
        waiting = set(begins)
        while waiting:
            state = waiting.pop()
            found.add(state)
            waiting |= self.after(state) - found
        return found


TASK = Machine(
    TaskState,
    TaskAction,
    dict[tuple[Enum, Enum], Enum](TASK_TRANSITIONS.items()),
    begins=frozenset({TaskState.OPEN}),
    final=frozenset({TaskState.CLOSED, TaskState.WAIVED}),
)
NOTICE = Machine(
    NoticeState,
    NoticeAction,
    dict[tuple[Enum, Enum], Enum](NOTICE_TRANSITIONS.items()),
    begins=frozenset({NoticeState.PENDING, NoticeState.HELD}),
    final=frozenset({NoticeState.SUPERSEDED}),
)
DELIVERY = Machine(
    DeliveryState,
    DeliveryAction,
    dict[tuple[Enum, Enum], Enum](DELIVERY_TRANSITIONS.items()),
    begins=frozenset({DeliveryState.PENDING}),
    final=frozenset({DeliveryState.CANCELLED}),
)
MACHINES = {"task": TASK, "notice": NOTICE, "delivery": DELIVERY}
each_machine = pytest.mark.parametrize("machine", [pytest.param(each, id=name) for name, each in MACHINES.items()])
each_pair = pytest.mark.parametrize(
    ("machine", "state", "action"),
    [
        pytest.param(machine, state, action, id=f"{name}-{state.value}-{action.value}")
        for name, machine in MACHINES.items()
        for state, action in machine.pairs()
    ],
)

TASKS_GO = {
    ("open", "report", "reported"),
    ("open", "close", "closed"),
    ("open", "waive", "waived"),
    ("open", "withdraw", "withdrawn"),
    ("reported", "verify", "closed"),
    ("reported", "reject", "open"),
    ("reported", "waive", "waived"),
    ("reported", "withdraw", "withdrawn"),
    ("withdrawn", "restore", "open"),
}
NOTICES_GO = {
    ("pending", "send", "sent"),
    ("pending", "supersede", "superseded"),
    ("pending", "give_up", "undeliverable"),
    ("undeliverable", "resend", "pending"),
    ("sent", "return", "pending"),
    ("held", "approve", "pending"),
    ("held", "supersede", "superseded"),
}
DELIVERIES_GO = {
    ("accepted", "return", "failed"),
    ("delivered", "return", "failed"),
    ("pending", "claim", "sending"),
    ("unknown", "claim", "sending"),
    ("sending", "claim", "sending"),
    ("sending", "accept", "accepted"),
    ("sending", "postpone", "pending"),
    ("sending", "refuse", "failed"),
    ("sending", "break_off", "unknown"),
    ("sending", "exhaust", "dead"),
    ("sending", "cancel", "cancelled"),
    ("failed", "resend", "pending"),
    ("dead", "resend", "pending"),
    ("accepted", "confirm", "delivered"),
}


@each_pair
def test_an_action_leads_where_the_table_says_or_is_refused_with_what_is_possible(
    machine: Machine, state: Enum, action: Enum
) -> None:
    if (state, action) in machine.table:
        assert advance(machine.table, state, action) is machine.table[state, action]
        return
    possible = [each.value for each in machine.actions if (state, each) in machine.table]
    with pytest.raises(TransitionError) as refusal:
        advance(machine.table, state, action)
    said, _, named = str(refusal.value).partition("; possible: ")
    assert said == f"cannot {action.value} what is {state.value}"
    assert sorted(named.split(", ")) == sorted(possible or ["nothing"])


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        pytest.param(TASK, TASKS_GO, id="task"),
        pytest.param(NOTICE, NOTICES_GO, id="notice"),
        pytest.param(DELIVERY, DELIVERIES_GO, id="delivery"),
    ],
)
def test_the_table_has_exactly_the_transitions_that_were_agreed(
    machine: Machine, expected: set[tuple[str, str, str]]
) -> None:
    assert {(state.value, action.value, to.value) for (state, action), to in machine.table.items()} == expected


@each_machine
def test_no_transition_leaves_a_final_state_and_one_leaves_every_other(machine: Machine) -> None:
    assert {state for state in machine.states if not machine.after(state)} == machine.final


@each_machine
def test_every_state_can_be_reached_and_every_action_taken(machine: Machine) -> None:
    assert machine.reachable(*machine.begins) == set(machine.states)
    assert {action for _, action in machine.table} == set(machine.actions)


@each_machine
def test_from_everywhere_an_end_can_still_be_reached(machine: Machine) -> None:
    assert all(machine.reachable(state) & machine.final for state in machine.states)


@each_machine
@given(data=st.data())
@unhurried
def test_whatever_is_tried_a_machine_stays_in_its_states_and_ends_for_good(
    machine: Machine, data: st.DataObject
) -> None:
    state = data.draw(st.sampled_from(sorted(machine.begins, key=str)))
    tries: Sequence[Enum] = data.draw(st.lists(st.sampled_from(machine.actions), max_size=30))
    for action in tries:
        try:
            after = advance(machine.table, state, action)
        except TransitionError:
            continue
        assert state not in machine.final
        assert after in machine.reachable(*machine.begins)
        state = after


@each_machine
def test_each_state_is_described_in_one_sentence(machine: Machine) -> None:
    tree = ast.parse(inspect.getsource(states))
    body = next(
        each.body for each in tree.body if isinstance(each, ast.ClassDef) and each.name == machine.states.__name__
    )
    described = {
        before.targets[0].id: after.value.value
        for before, after in pairwise(body)
        if isinstance(before, ast.Assign) and isinstance(before.targets[0], ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    }
    assert described.keys() == {state.name for state in machine.states}
    assert all(sentence.endswith(".") and sentence.count(". ") == 0 for sentence in described.values())


def test_a_withdrawn_task_can_come_back_and_do_nothing_else() -> None:
    assert TASK.after(TaskState.WITHDRAWN) == {TaskState.OPEN}


def test_nothing_is_sent_that_was_held_and_not_approved() -> None:
    assert NOTICE.after(NoticeState.HELD) == {NoticeState.PENDING, NoticeState.SUPERSEDED}


def test_a_delivery_is_accepted_only_by_the_worker_that_holds_it() -> None:
    before = {state for (state, _), to in DELIVERY.table.items() if to is DeliveryState.ACCEPTED}
    assert before == {DeliveryState.SENDING}
