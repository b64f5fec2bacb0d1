"""Coverage: what each duty asks of each kind of organization, and where somebody would not be told.

Organizations of one shape (the same posts held and reachable, the same relations, the same duties) have the same gaps,
so each shape is looked at once, however many organizations there are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.loader import Config
from config.slips import Words, misspelt_in_duties
from obligations.festivals import Festival
from obligations.matching import Matcher
from obligations.organizations import RELATIONS, Kind, Organization
from obligations.planning import assignee_of
from obligations.policies import Policy
from obligations.recipients import Directory
from obligations.rules import (
    EventAnchor,
    HolidayAnchor,
    Obligation,
    OrganizationAnchor,
    RosterAnchor,
    StageAnchor,
    TaskAnchor,
)
from obligations.windows import Every

_NAMED = 3
"""Organizations that a line names of those that share a problem."""


@dataclass(frozen=True, slots=True)
class Duty:
    """How an obligation is covered.

    Args:
        subjects: how many organizations of each kind it is about.
        festivals: those that the calendar knows.
    """

    obligation: Obligation
    subjects: dict[Kind, int]
    festivals: frozenset[Festival]

    @property
    def total(self) -> int:
        """How many organizations it is about."""
        return sum(self.subjects.values())

    @property
    def tasks_a_year(self) -> dict[Kind, float] | None:
        """How many tasks its subjects have in a year; None where something starts them that nobody can foresee."""
        match self.obligation:
            case Obligation(every=Every(months=months)):
                each = 12 / months
            case Obligation(anchor=HolidayAnchor(festivals)):
                each = len(self.festivals.intersection(festivals))
            case _:
                return None
        return {kind: each * count for kind, count in self.subjects.items()}


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A place where nobody would be told, or not the one who is named; in words for the administrator.

    Args:
        problem: what is wrong, the same for all of `organizations`.
        organizations: their ids; none where it is wrong whatever the roster says.
    """

    problem: str
    organizations: tuple[str, ...]

    def __str__(self) -> str:
        more = len(self.organizations) - _NAMED
        whose = f": {', '.join(self.organizations[:_NAMED])}" if self.organizations else ""
        return f"{self.problem}{whose}{f' and {more} more' if more > 0 else ''}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a config covers: every duty in the order of the files, those that are about nobody too, and the gaps."""

    duties: tuple[Duty, ...]
    gaps: tuple[Gap, ...]

    @property
    def idle(self) -> list[Obligation]:
        """The obligations that are about nobody."""
        return [duty.obligation for duty in self.duties if not duty.total]


def start_words(obligation: Obligation) -> str:
    """What starts a duty's tasks, in a few words: `every month`, `event accident`, `task ent-09a`."""
    match obligation.anchor:
        case EventAnchor(kind, count=1):
            return f"event {kind}"
        case EventAnchor(kind, count=count, span=span):
            return f"event {kind}, {count} in {span}"
        case OrganizationAnchor(name):
            return f"date {name}"
        case HolidayAnchor(festivals):
            return f"holiday {', '.join(festival.value for festival in festivals)}"
        case TaskAnchor(followed):
            return f"task {', '.join(followed)}"
        case StageAnchor(stage):
            return f"stage {stage.value}"
        case RosterAnchor():
            return "roster"
        case None:
            return f"every {obligation.every.text if obligation.every else ''}"


def coverage(config: Config) -> Coverage:
    """Look at every duty of every organization; those that are alike are looked at together."""
    matcher = Matcher(config.obligations.values())
    examine = _Examiner(config)
    sets: dict[int, tuple[Obligation, ...]] = {}
    alike: Counter[tuple[int, Kind]] = Counter()
    having: dict[tuple[str, ...], list[int]] = {}
    names = list(config.organizations)
    for number, organization in enumerate(config.organizations.values()):
        duties = matcher.duties_of(organization)
        sets[id(duties)] = duties  # the matcher gives the same set of duties as the same object; to hash it takes long
        alike[id(duties), organization.kind] += 1
        having.setdefault(examine.gaps_of(organization, duties), []).append(number)
    gaps = [Gap(problem, tuple(names[each] for each in found)) for problem, found in _by_problem(having)]
    gaps += (Gap(problem, ()) for problem in misspelt_in_duties(config))
    counts: dict[str, Counter[Kind]] = {each: Counter() for each in config.obligations}
    for (key, kind), number in alike.items():
        for duty in sets[key]:
            counts[duty.id][kind] += number
    festivals = _festivals(config)
    duties_found = tuple(Duty(each, dict(counts[each.id]), festivals) for each in config.obligations.values())
    return Coverage(duties_found, tuple(sorted(gaps)))


def _festivals(config: Config) -> frozenset[Festival]:
    return frozenset(festival for festival, _ in config.calendar.festivals)


def _by_problem(having: Mapping[tuple[str, ...], list[int]]) -> Iterator[tuple[str, list[int]]]:
    """Every problem with the numbers of the organizations that have it, in their order."""
    found: dict[str, list[int]] = {}
    for problems, numbers in having.items():
        for problem in problems:
            found.setdefault(problem, []).extend(numbers)
    return ((problem, sorted(numbers)) for problem, numbers in found.items())


class _Examiner:
    """Finds the gaps of organizations, each shape of organization once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._directory = Directory(config.organizations, config.channels, personal=config.personal_channels)
        self._known: dict[object, tuple[str, ...]] = {}
        self._words = Words.of(config)
        self._festivals = _festivals(config)

    def gaps_of(self, organization: Organization, duties: tuple[Obligation, ...]) -> tuple[str, ...]:
        """The problems of one organization as a subject and as a holder of posts."""
        misspelt = tuple(self._words.misspelt(organization))
        posts, relations = tuple(self._posts(organization)), tuple(organization.relations.items())
        shape = (id(duties), organization.kind, posts, relations, misspelt)
        if shape not in self._known:
            found = [*misspelt, *self._unreachable(organization), *self._of_duties(organization, duties)]
            self._known[shape] = tuple(dict.fromkeys(found))
        return self._known[shape]

    def _posts(self, organization: Organization) -> Iterator[tuple[object, ...]]:
        for name, post in organization.posts.items():
            yield name, post.deputy, post.email is None, post.mobile is None, post.wecom is None, post.prefers

    def _unreachable(self, organization: Organization) -> Iterator[str]:
        for name, post in organization.posts.items():
            if not any(post.address(kind) for kind in self._config.channels.values()):
                yield f"the {name} has no address on any configured channel"

    def _of_duties(self, subject: Organization, duties: Iterable[Obligation]) -> Iterator[str]:
        ladders: dict[tuple[str, str, str], None] = {}
        for duty in duties:
            if duty.bearer.startswith("event."):
                continue
            yield from self._unknown_festivals(duty)
            bearer = self._bearer(duty, subject)
            if bearer is None:
                yield f"{duty.id} is borne by the {duty.bearer}, and none is named"
                continue
            assignee = assignee_of(duty, bearer)
            if not bearer.holds(assignee):
                whose = "" if bearer is subject else f" of its {duty.bearer}"
                yield f"nobody holds the post {assignee}{whose}; {duty.id} falls to a stand-in"
            ladders[bearer.id, assignee, duty.policy] = None
            if (
                duty.verify is not None
                and bearer.relations.get(duty.verify, subject.relations.get(duty.verify)) is None
            ):
                yield f"{duty.id} is confirmed by the {duty.verify}, and none is named"
        for bearer_id, assignee, policy in ladders:
            yield from self._of_ladder(policy, subject, self._config.organizations[bearer_id], assignee)

    def _unknown_festivals(self, duty: Obligation) -> Iterator[str]:
        """The festivals that start a duty and that the calendar does not know: they give no tasks."""
        if isinstance(duty.anchor, HolidayAnchor):
            calendar = self._config.calendar.version
            for festival in duty.anchor.festivals:
                if festival not in self._festivals:
                    yield f"{duty.id} waits for {festival.value}, which the calendar {calendar} lacks"

    def _bearer(self, duty: Obligation, subject: Organization) -> Organization | None:
        if duty.bearer == "self":
            return subject
        return self._config.organizations.get(subject.relations.get(duty.bearer, ""))

    def _of_ladder(self, policy: str, subject: Organization, bearer: Organization, assignee: str) -> tuple[str, ...]:
        """The problems of one ladder: the same for all who can be reached alike and who name the same others."""
        named = tuple(bearer.relations.items()), tuple(subject.relations.items())
        people = tuple(self._posts(bearer)) if bearer is subject else bearer.id
        key = policy, assignee, people, named
        if key not in self._known:
            self._known[key] = tuple(self._climb(self._config.policies[policy], subject, bearer, assignee))
        return self._known[key]

    def _climb(self, policy: Policy, subject: Organization, bearer: Organization, assignee: str) -> Iterator[str]:
        ladder = [(step.name, step.tell, step.channels) for step in policy.steps]
        ladder += [(f"{step.name}.approval", (step.approval,), step.channels) for step in policy.steps if step.approval]
        if policy.repeat is not None:
            ladder.append(("repeat", policy.repeat.tell, policy.repeat.channels))
        for step, tells, channels in ladder:
            for tell in tells:
                organization, _ = self._directory.locate(tell, bearer, subject, assignee)
                whose = "" if bearer is subject else f" of {bearer.id}"
                if organization is None and tell.partition(".")[0] in RELATIONS:
                    yield f"{policy.id} {step} tells the {tell}{whose}, and none is named"
                if self._directory.find(tell, bearer, subject, assignee, channels) is None:
                    yield f"{policy.id} {step} tells {tell}{whose}, and nobody can be reached"
