"""Roster changes: what a new version of a file of organizations would change, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.columns import cells_of
from config.loader import FileOfOrganizations
from obligations.organizations import Organization

Fields = Mapping[str, tuple[str, str]]
"""Field, as the column of a table is called, with what it was and what it becomes; nothing is an empty text."""


@dataclass(frozen=True, slots=True)
class RosterChanges:
    """The organizations that come, change, go and stay."""

    new: Mapping[str, Organization]
    changed: Mapping[str, Fields]
    removed: Mapping[str, Organization]
    unchanged: int


def roster_changes(before: FileOfOrganizations, after: FileOfOrganizations) -> RosterChanges:
    """Compare two versions of a file; organizations with a fault of their own are left out."""
    common = before.organizations.keys() & after.organizations.keys()
    changed = {
        key: _fields(before.organizations[key], each)
        for key, each in after.organizations.items()
        if key in common and before.organizations[key] != each
    }
    return RosterChanges(
        new={key: each for key, each in after.organizations.items() if key not in before.ids},
        changed=changed,
        removed={key: each for key, each in before.organizations.items() if key not in after.ids},
        unchanged=len(common) - len(changed),
    )


def _fields(before: Organization, after: Organization) -> Fields:
    old, new = cells_of(before), cells_of(after)
    names = dict.fromkeys((*old, *new))
    return {name: (old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)}
