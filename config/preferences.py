"""Preferences: the channels that people want to be told by must be there."""

from collections.abc import Iterable, Iterator, Mapping

from config.assembling import no_channel
from config.documents import Fault, fault_at
from config.documents import Mapping as YamlMapping
from config.rosters import Roster
from obligations.organizations import AddressKind


def unknown_preferences(
    raw: Iterable[YamlMapping], rosters: Iterable[Roster], channels: Mapping[str, AddressKind]
) -> Iterator[Fault]:
    """The channels that somebody prefers in vain; those of tables are noted in their rosters."""
    for entry in raw:
        posts = entry.get("posts")
        for post, held in posts.items() if isinstance(posts, YamlMapping) else ():
            named = held.get("prefers") if isinstance(held, YamlMapping) else None
            for index, name in enumerate(named if isinstance(named, list) else ()):
                if isinstance(name, str) and name not in channels:
                    yield fault_at(entry, ("posts", post, "prefers", index), no_channel(name, channels), entry.mark)
    for roster in rosters:
        if roster.has_preferences:
            _check_preferences(roster, channels)


def _check_preferences(roster: Roster, channels: Mapping[str, AddressKind]) -> None:
    for key, organization in roster.organizations.items():
        for post_id, post in organization.posts.items():
            for name in post.prefers or ():
                if name not in channels and roster.has_room():
                    roster.spoil(roster.lines[key], ("posts", post_id, "prefers"), no_channel(name, channels))
