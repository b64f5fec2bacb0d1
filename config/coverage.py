"""Coverage: duties that nobody bears, posts that nobody holds, ladders that end in nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.loader import Config
from obligations.organizations import Organization
from obligations.planning import assignee_of, bearer_of, subjects
from obligations.policies import Policy
from obligations.recipients import Directory
from obligations.rules import Obligation


@dataclass(frozen=True, slots=True)
class Duty:
    """How an obligation is covered: how many subjects it has."""

    obligation: Obligation
    subjects: int


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """A place where somebody would not be told, or not the one who is named; in words for the administrator."""

    organization: str
    problem: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a config covers."""

    duties: tuple[Duty, ...]
    gaps: tuple[Gap, ...]


def coverage(config: Config) -> Coverage:
    """Look at every duty of every organization; events are left out, since they have not happened yet."""
    city = config.city()
    duties: list[Duty] = []
    gaps: set[Gap] = set()
    for obligation in config.obligations.values():
        about = list(subjects(obligation, city))
        duties.append(Duty(obligation, len(about)))
        gaps.update(_gaps(config, obligation, about))
    gaps.update(_unreachable(config))
    return Coverage(tuple(duties), tuple(sorted(gaps)))


def _gaps(config: Config, obligation: Obligation, about: Iterable[Organization]) -> Iterator[Gap]:
    if obligation.bearer.startswith("event."):
        return
    directory = Directory(config.organizations, config.channels)
    city = config.city()
    checked: set[tuple[str, str | None]] = set()
    for subject in about:
        bearer = bearer_of(obligation, subject, None, city)
        if bearer is None:
            yield Gap(subject.id, f"{obligation.id} is borne by the {obligation.bearer}, and none is named")
        elif (bearer.id, subject.relations.get("regulator")) not in checked:
            checked.add((bearer.id, subject.relations.get("regulator")))
            yield from _ladder_gaps(obligation, subject, bearer, config.policies[obligation.policy], directory)


def _ladder_gaps(
    obligation: Obligation, subject: Organization, bearer: Organization, policy: Policy, directory: Directory
) -> Iterator[Gap]:
    assignee = assignee_of(obligation, bearer)
    if not bearer.holds(assignee):
        yield Gap(bearer.id, f"nobody holds the post {assignee}; {obligation.id} falls to a stand-in")
    ladder = [(step.name, step.tell, step.channels) for step in policy.steps]
    if policy.repeat is not None:
        ladder.append(("repeat", policy.repeat.tell, policy.repeat.channels))
    for step, tells, channels in ladder:
        for tell in tells:
            organization, _ = directory.locate(tell, bearer, subject, assignee)
            if organization is None:
                yield Gap(bearer.id, f"{policy.id} {step} tells the {tell}, and none is named")
            if directory.find(tell, bearer, subject, assignee, channels) is None:
                yield Gap(
                    bearer.id, f"{policy.id} {step} tells {tell}, and nobody can be reached by {', '.join(channels)}"
                )


def _unreachable(config: Config) -> Iterator[Gap]:
    for organization in config.organizations.values():
        for name, post in organization.posts.items():
            if not any(post.address(kind) for kind in config.channels.values()):
                yield Gap(organization.id, f"the {name} {post.name} has no address on any configured channel")
