"""The decision: a task, its policy and the present moment give the notices to be written and the next moment."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache
from itertools import chain, takewhile
from typing import NamedTuple

from obligations.deadlines import local_day
from obligations.ladders import REPEAT_PREFIX, Rung, SpeakingTime, is_repeat, ladder, repeat_of
from obligations.policies import Policy, Stage, Step
from obligations.recipients import Directory, Holder
from obligations.states import NoticeState, TaskState
from obligations.tasks import Task, Terms


class Reason(Enum):
    """Why a notice is sent, held or not sent."""

    DUE = "its moment came"
    CAUGHT_UP = "its moment came while nothing could be sent"
    GRAVER = "a graver step told the same post-holder at the same time"
    NEEDS_APPROVAL = "it waits for approval"
    APPROVAL_ASKED = "a notice waits for this post-holder's approval"
    APPROVED = "it was approved"
    NOBODY = "nobody in the chain of stand-ins can be reached"
    MOVED = "the due day moved after this post-holder was told"
    WITHDRAWN = "the task was withdrawn after this post-holder was told"
    RESTORED = "the task was withdrawn and stands again"
    REASSIGNED = "another organization has to do the task now"
    CHANGED = "the task changed before this post-holder was told"
    LATE = "the task changed before this post-holder was told what others were"
    REPORTED = "the task was reported as done and waits to be confirmed"
    NO_LONGER_OPEN = "the task was no longer open"
    RESENT = "somebody asked for it to be sent once more"
    ACCEPTED = "the channel accepted it"
    DOUBTFUL = "the gateway's answer was lost; not sent again"
    NO_CHANNEL_LEFT = "every channel refused it for good"
    STAND_IN = "a stand-in is told"
    CAME_BACK = "all mail that carried it came back"
    FAULT = "a fault of the program is in its way"


class Notice(NamedTuple):
    """What one step tells one post-holder about one task.

    Args:
        holder: None when nobody can be reached; then `tell` says who should have been told.
    """

    task: str
    step: str
    stage: Stage
    tell: str
    holder: Holder | None
    channels: tuple[str, ...]
    state: NoticeState
    reason: Reason
    urgent: bool

    @property
    def key(self) -> str:
        """Its name in headers and in the ledger."""
        return notice_key(self.task, self.step, self.holder.key if self.holder else "nobody")


def notice_key(task: str, step: str, holder: str) -> str:
    """What a notice is called in headers and in the ledger: `task/step/post-holder`."""
    return f"{task}/{step}/{holder}"


class Decision(NamedTuple):
    """What a tick does with one task.

    Args:
        fired: the steps that are now behind it.
        next_at: the instant (UTC) of the next step; None if no step will ever speak again.
    """

    notices: tuple[Notice, ...]
    fired: frozenset[str]
    next_at: datetime | None


def decide(task: Task, policy: Policy, speaking: SpeakingTime, directory: Directory, now: datetime) -> Decision:
    """Decide what is said about `task` at `now` (aware), and when to look at it again.

    No rung is skipped: everybody who should have been told by now is told once, at the gravest rung that names him.
    """
    if task.state is not TaskState.OPEN:
        return Decision((), task.fired, None)
    speaks, out_of_turn, fired, next_at = _outlook(task.plan.terms, task.fired, task.completions, policy, speaking, now)
    present = directory.on(_day(now, speaking.zone))
    return Decision(tuple(_notices(task, speaks, out_of_turn, present)), fired, next_at)


_day = lru_cache(maxsize=16)(local_day)  # of one moment, for very many tasks
Outlook = tuple[tuple[Rung, ...], tuple[Rung, ...], frozenset[str], datetime | None]
"""The rungs that speak, gravest first, later ones that spoke before them already, the steps that are behind the task
then, and when to look at it again."""


@lru_cache(maxsize=4096)
def _outlook(
    terms: Terms, fired: frozenset[str], completions: int, policy: Policy, speaking: SpeakingTime, now: datetime
) -> Outlook:
    """What a task on these terms has to say at a moment; the same for all that stand alike."""
    due, following = _due_rungs(terms, fired, completions, policy, speaking, now)
    may_speak = speaking.allows(now)
    speaks = tuple(rung for rung in due if may_speak or rung.step.urgent)
    next_at = following.moment if following else None
    if len(speaks) < len(due):
        opening = speaking.next_from(now)
        next_at = min(next_at, opening) if next_at else opening
    gravest_first = tuple(sorted(speaks, key=lambda each: (each.step.stage.gravity, each.moment), reverse=True))
    return gravest_first, _out_of_turn(terms, fired, policy, speaking, speaks), _fired(fired, speaks), next_at


def _out_of_turn(
    terms: Terms, fired: frozenset[str], policy: Policy, speaking: SpeakingTime, speaks: Sequence[Rung]
) -> tuple[Rung, ...]:
    """The rungs that spoke already although one that speaks only now stands before them: an urgent one spoke by night,
    or the earlier one is new in the ladder. Of repeats the last stands for those before it."""
    if not speaks:
        return ()
    once = takewhile(lambda rung: not is_repeat(rung.step.name), ladder(terms, policy, speaking))
    repeats = (repeat_of(_number(name), terms, policy, speaking) for name in fired if is_repeat(name))
    spoke = [rung for rung in chain(once, repeats) if rung is not None and rung.step.name in fired]
    return tuple(rung for rung in spoke if rung.moment >= speaks[0].moment)


def next_moment(task: Task, policy: Policy, speaking: SpeakingTime) -> datetime | None:
    """The instant (UTC) of the first step not spoken yet; None if there is none, or the task is not open."""
    return next((rung.moment for rung in ahead(task, policy, speaking)), None)


def ahead(task: Task, policy: Policy, speaking: SpeakingTime) -> Iterator[Rung]:
    """The rungs that will speak if nothing changes, in their order; without end where the policy repeats."""
    if task.state is TaskState.OPEN:
        yield from _unfired(task.plan.terms, task.fired, task.completions, policy, speaking)


def rearmed(task: Task, policy: Policy, speaking: SpeakingTime, now: datetime) -> frozenset[str]:
    """The steps that stay behind a task whose deadline has moved: those spoken whose moment is still past.

    Steps whose new moment lies ahead speak again for the new deadline; nothing that was said is said again now.
    """
    behind: set[str] = set()
    for rung in ladder(task.plan.terms, policy, speaking):
        if is_repeat(rung.step.name) and rung.moment > now:
            break
        if rung.moment <= now and _has_fired(rung.step.name, task.fired):
            behind.add(rung.step.name)
    return frozenset(behind)


def recounted(task: Task, policy: Policy, speaking: SpeakingTime, now: datetime) -> frozenset[str]:
    """The steps behind a task, its repeats counted anew if the last one lies ahead.

    So it does where the ladder was edited to repeat more rarely, or from a later step on: a number of the former count
    would silence the task until the new count has come so far.
    """
    last = max((_number(name) for name in task.fired if is_repeat(name)), default=0)
    spoken = repeat_of(last, task.plan.terms, policy, speaking) if last else None
    if spoken is None or spoken.moment <= now:
        return task.fired
    until = (repeat_of(number, task.plan.terms, policy, speaking) for number in range(1, last))
    past = [rung.step.name for rung in until if rung is not None and rung.moment <= now]
    return task.fired - {spoken.step.name} | set(past[-1:])


def _unfired(
    terms: Terms, fired: frozenset[str], completions: int, policy: Policy, speaking: SpeakingTime
) -> Iterator[Rung]:
    for rung in ladder(terms, policy, speaking):
        has_nothing_to_say = rung.unless_done is not None and completions >= rung.unless_done
        if not has_nothing_to_say and not _has_fired(rung.step.name, fired):
            yield rung


def _due_rungs(
    terms: Terms, fired: frozenset[str], completions: int, policy: Policy, speaking: SpeakingTime, now: datetime
) -> tuple[list[Rung], Rung | None]:
    due: list[Rung] = []
    for rung in _unfired(terms, fired, completions, policy, speaking):
        if rung.moment > now:
            return due, rung
        due.append(rung)
    return due, None


def _has_fired(name: str, fired: frozenset[str]) -> bool:
    if name in fired or not is_repeat(name):
        return name in fired
    return any(is_repeat(each) and _number(each) >= _number(name) for each in fired)


def _number(repeat: str) -> int:
    return int(repeat.removeprefix(REPEAT_PREFIX))


def _fired(before: frozenset[str], rungs: Iterable[Rung]) -> frozenset[str]:
    """All steps behind the task; of the repeats only the last, which stands for those before it."""
    names = before.union([rung.step.name for rung in rungs])
    repeats = [name for name in names if is_repeat(name)]
    return names if len(repeats) < 2 else names - set(sorted(repeats, key=_number)[:-1])


def _notices(task: Task, rungs: Sequence[Rung], out_of_turn: Sequence[Rung], directory: Directory) -> Iterator[Notice]:
    """The first notice for a holder is the one he gets; held ones stand beside.

    Args:
        rungs: gravest first.
        out_of_turn: rungs that spoke out of their turn; to a holder whom one as grave named, nothing before it is said.
    """
    reason = Reason.DUE if len(rungs) == 1 else Reason.CAUGHT_UP
    told: set[str] = set()
    for rung in rungs:
        if rung.step.approval is not None:
            yield from _held(task, rung.step, directory)
            continue
        heard = _heard(task, rung, out_of_turn, directory) if out_of_turn else set()
        for notice in _for_step(task, rung.step, directory, NoticeState.PENDING, reason):
            holder = notice.holder.key if notice.holder is not None else None
            if holder is None:
                yield notice
            elif holder not in told and holder not in heard:
                told.add(holder)
                yield notice
            else:
                yield _with(notice, NoticeState.SUPERSEDED, Reason.GRAVER)


def _heard(task: Task, rung: Rung, out_of_turn: Sequence[Rung], directory: Directory) -> set[str]:
    """Whom rungs that are as grave, and stand after this one, have told already."""
    stage = rung.step.stage
    return {
        notice.holder.key
        for each in out_of_turn
        if each.moment >= rung.moment and each.step.stage.gravity >= stage.gravity and each.step.approval is None
        for notice in _for_step(task, each.step, directory, NoticeState.PENDING, Reason.DUE)
        if notice.holder is not None
    }


def _for_step(task: Task, step: Step, directory: Directory, state: NoticeState, reason: Reason) -> Iterator[Notice]:
    """One notice for each holder that the step names; the same holder once."""
    seen: set[str] = set()
    for tell in step.tell:
        holder = directory.resolve(tell, task.plan, step.channels)
        notice = Notice(task.id, step.name, step.stage, tell, holder, step.channels, state, reason, step.urgent)
        if holder is None:
            yield _with(notice, NoticeState.UNDELIVERABLE, Reason.NOBODY)
        elif (key := holder.key) not in seen:
            seen.add(key)
            yield notice


def _held(task: Task, step: Step, directory: Directory) -> Iterator[Notice]:
    """The notices that wait for approval, and one that asks for it."""
    yield from _for_step(task, step, directory, NoticeState.HELD, Reason.NEEDS_APPROVAL)
    asking = Step(request_of(step.name), step.at, step.stage, (step.approval or "",), step.channels, step.urgent)
    yield from _for_step(task, asking, directory, NoticeState.PENDING, Reason.APPROVAL_ASKED)


def request_of(step: str) -> str:
    """The step whose notices ask for the approval of a step's."""
    return f"{step}.approval"


def _with(notice: Notice, state: NoticeState, reason: Reason) -> Notice:
    return Notice(
        notice.task,
        notice.step,
        notice.stage,
        notice.tell,
        notice.holder,
        notice.channels,
        state,
        reason,
        notice.urgent,
    )
