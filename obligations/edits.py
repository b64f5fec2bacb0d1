"""Edits: which tasks may be other than they were, once rules or roster have been edited."""

from collections.abc import Iterator

from obligations.city import City
from obligations.organizations import Organization
from obligations.planning import EVERYTHING, Scope


def reach(before: City, after: City) -> Scope:
    """The tasks that the step from one city to the other can touch; what has happened is not compared.

    Where only the roster was edited these are the tasks about the organizations that were, and about those whose tasks
    they bear. Anything else may touch every task.
    """
    if not _same_rules(before, after):
        return EVERYTHING
    edited = {each for each, _, _ in _edited(before, after)}
    bearing = {each for each, old, new in _edited(before, after) if not _bears_alike(old, new)}
    if bearing:
        for city in (before, after):
            edited |= {each.id for each in city.organizations.values() if bearing & set(each.relations.values())}
    named = {event.organization for event in after.history.events if bearing & event.all_named()}
    return Scope(subjects=frozenset(edited | named))


def _same_rules(before: City, after: City) -> bool:
    return (
        before.calendar.version == after.calendar.version
        and before.obligations == after.obligations
        and before.policies == after.policies
        and (before.zone, before.start, before.office_hours, before.channels)
        == (after.zone, after.start, after.office_hours, after.channels)
    )


def _edited(before: City, after: City) -> Iterator[tuple[str, Organization | None, Organization | None]]:
    """The organizations that are new, gone or other than they were."""
    old, new = before.organizations, after.organizations
    for each in old.keys() | new.keys():
        was, becomes = old.get(each), new.get(each)
        if was is not becomes and was != becomes:  # what was not read anew is the same object
            yield each, was, becomes


def _bears_alike(before: Organization | None, after: Organization | None) -> bool:
    """Whether the tasks of others that an organization bears are the same as they were."""
    return before is not None and after is not None and before.default_assignee() == after.default_assignee()
