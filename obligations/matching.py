"""Matching: which duties an organization has, for many organizations and many duties.

Duties ask the same few questions (is it an enterprise, is it high-risk, are there more than 100 people) in different
combinations. Each question is asked once an organization; what follows from one set of answers is worked out once.
"""

from collections.abc import Iterable, Iterator

from obligations.organizations import Organization
from obligations.rules import Obligation
from obligations.selectors import All, Any, Not, Selector


class Matcher:
    """Answers which of some obligations apply to an organization."""

    def __init__(self, obligations: Iterable[Obligation]) -> None:
        self._obligations = tuple(obligations)
        questions = (question for each in self._obligations for question in _questions(each.applies_to))
        self._questions = tuple(dict.fromkeys(questions))
        self._known: dict[tuple[bool, ...], tuple[Obligation, ...]] = {}

    def duties_of(self, organization: Organization) -> tuple[Obligation, ...]:
        """The obligations that apply to an organization, in the order in which they were given."""
        answers = tuple([question.matches(organization) for question in self._questions])
        found = self._known.get(answers)
        if found is None:
            found = tuple(each for each in self._obligations if each.applies_to.matches(organization))
            self._known[answers] = found
        return found


def _questions(selector: Selector) -> Iterator[Selector]:
    """The single conditions that a selector is made of."""
    match selector:
        case All(parts) | Any(parts):
            for part in parts:
                yield from _questions(part)
        case Not(part):
            yield from _questions(part)
        case _:
            yield selector
