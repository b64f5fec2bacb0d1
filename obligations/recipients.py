"""Recipients: who is told, when a step says `assignee`, `principal` or `regulator`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import NamedTuple

from obligations.organizations import RELATIONS, AddressKind, Organization, Post
from obligations.tasks import PlannedTask


class Via(Enum):
    """Why it is this holder who is told."""

    NAMED = "named"
    """The step names the post, and its holder can be reached."""
    DEPUTY = "deputy"
    """The named post is vacant, its holder is away or cannot be reached; its deputy stands in."""
    PRINCIPAL = "principal"
    """Neither the post nor its deputy can be told; the organization's principal stands in."""
    SUPERVISOR = "supervisor"
    """Nobody in the organization can be reached; the duty post of the one that supervises it is told."""


class Holder(NamedTuple):
    """The holder of one post of one organization, and why it is this one."""

    organization: Organization
    post_id: str
    post: Post
    via: Via

    @classmethod
    def of(cls, organization: Organization | None, post_id: str | None) -> "Holder | None":
        """The present holder of a post, if the organization and the holder exist."""
        if organization is None or post_id is None or post_id not in organization.posts:
            return None
        return cls(organization, post_id, organization.posts[post_id], Via.NAMED)

    @property
    def key(self) -> str:
        """`organization.post`, the post-holder in notice keys."""
        return f"{self.organization.id}.{self.post_id}"


@dataclass(frozen=True, slots=True)
class Directory:
    """Finds the holders of posts."""

    organizations: Mapping[str, Organization]
    channels: Mapping[str, AddressKind]
    today: date | None = None
    """The day on which people may be away; None where it is not about a day."""
    without: frozenset[str] = frozenset()
    """Holders (`organization.post`) who could not be reached, whatever their addresses."""
    personal: Sequence[str] = ()
    """The channels that reach one person alone, in the order in which they are tried where a step's lead nowhere."""

    def on(self, day: date) -> "Directory":
        """The same people on one day."""
        return self if day == self.today else replace(self, today=day)

    def resolve(self, tell: str, task: PlannedTask, channels: Sequence[str]) -> Holder | None:
        """Who is told when a step of `task` says `tell`; None if nobody in the whole chain can be reached.

        The chain is: the post, its deputy, the organization's principal, the duty post (else the principal) of the
        organization that supervises it, and so on up. Whoever is away today is passed over for somebody of the same
        organization who is not; where there is nobody, the one who is away is told nevertheless.
        """
        bearer, subject = self.organizations[task.bearer], self.organizations[task.subject]
        return self.find(tell, bearer, subject, task.assignee, channels)

    def find(
        self, tell: str, bearer: Organization, subject: Organization, assignee: str, channels: Sequence[str]
    ) -> Holder | None:
        """As `resolve`, for a task that is known by its bearer, subject and assignee only."""
        organization, post = self.locate(tell, bearer, subject, assignee)
        if organization is None:
            return self._first_reachable(self._supervisor(bearer), channels)
        return self._first_reachable_post(organization, post, channels)

    def target(self, tell: str, task: PlannedTask) -> tuple[Organization | None, str]:
        """The organization and the post that `tell` names, whether or not anybody holds it."""
        return self.locate(tell, self.organizations[task.bearer], self.organizations[task.subject], task.assignee)

    def locate(
        self, tell: str, bearer: Organization, subject: Organization, assignee: str
    ) -> tuple[Organization | None, str]:
        """As `target`; a relation is the bearer's, else the subject's."""
        relation, _, post = tell.partition(".")
        if relation not in RELATIONS:
            return bearer, assignee if tell == "assignee" else tell
        found = bearer.relations.get(relation) or subject.relations.get(relation) or ""
        organization = self.organizations.get(found)
        return organization, post or (organization.default_duty() if organization else "duty")

    def reachable(self, post: Post, channels: Sequence[str]) -> bool:
        """Whether the holder has an address on at least one of the channels, of those that he prefers, or another."""
        named = (*channels, *post.prefers) if post.prefers else channels
        return self.has_address(post, named) or self.another_channel(post) is not None

    def has_address(self, post: Post, channels: Iterable[str]) -> bool:
        """Whether the holder has an address on at least one of the channels."""
        kinds = self.channels
        for name in channels:  # noqa: SIM110 - as `any`, and quicker: each notice asks
            if name in kinds and post.address(kinds[name]):
                return True
        return False

    def another_channel(self, post: Post) -> str | None:
        """The channel by which the holder is told who has no address on those of a step; None if none reaches him."""
        return next((name for name in self.personal if post.address(self.channels[name])), None)

    def _first_reachable_post(self, organization: Organization, post: str, channels: Sequence[str]) -> Holder | None:
        found = self._told(organization, self._chain(organization, post), channels)
        return found or self._first_reachable(self._supervisor(organization), channels)

    def _told(
        self, organization: Organization, chain: Iterable[tuple[str, Via]], channels: Sequence[str]
    ) -> Holder | None:
        """The first in a chain of posts who can be reached and is not away, else the first who can be reached."""
        away: Holder | None = None
        for post_id, via in chain:
            post = organization.posts.get(post_id)
            if post is None or not self.reachable(post, channels):
                continue
            holder = Holder(organization, post_id, post, via)
            if self.without and holder.key in self.without:
                continue
            if not post.is_away(self.today):
                return holder
            away = away or holder
        return away

    def _first_reachable(self, organization: Organization | None, channels: Sequence[str]) -> Holder | None:
        seen: set[str] = set()
        while organization is not None and organization.id not in seen:
            seen.add(organization.id)
            duty = (("duty", Via.SUPERVISOR), ("principal", Via.SUPERVISOR))
            found = self._told(organization, duty, channels)
            if found is not None:
                return found
            organization = self._supervisor(organization)
        return None

    def _chain(self, organization: Organization, post: str) -> Iterator[tuple[str, Via]]:
        yield post, Via.NAMED
        named = organization.posts.get(post)
        if named is not None and named.deputy is not None:
            yield named.deputy, Via.DEPUTY
        yield "principal", Via.PRINCIPAL

    def _supervisor(self, organization: Organization) -> Organization | None:
        for relation in RELATIONS:
            found = self.organizations.get(organization.relations.get(relation, ""))
            if found is not None and found.id != organization.id:
                return found
        return None
