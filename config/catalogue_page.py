"""The page of the shipped catalogues and ladders: `python -m config.catalogue_page > docs/catalogue.md`."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from config import assembling
from config.catalogue_terms import DATES, EVENTS, TRAITS, EventKind
from config.catalogue_words import bearer_words, clock_words, limit_words, step_words, subject_words
from config.documents import Mapping as YamlMapping
from config.documents import read_document
from config.policy_schema import PolicyEntry
from config.schema import ObligationEntry
from config.shipped import shipped_directory
from obligations.organizations import AddressKind
from obligations.policies import Policy, SpeakingDays, Step
from obligations.rules import EventAnchor, Obligation, OrganizationAnchor
from obligations.selectors import mentioned_fields

CHANNELS = {"email": AddressKind.EMAIL, "sms": AddressKind.MOBILE}
"""The channels that the shipped ladders name."""

_INTRODUCTION = """\
# Catalogues and ladders

The duties and ladders that are shipped. `python -m config.catalogue_page > docs/catalogue.md` writes this page from
`config/catalogues` and `config/policies`.

`duban.yaml` chooses catalogues: `catalogues: [work-safety, national-law]`. An entry of the same id in
`obligations/*.yaml` or `policies/*.yaml` of the config directory overrides a shipped one field by field;
`enabled: false` switches a duty off.

*Bearer* is who must do it: the organization that the duty is about (*itself*) or another, by its usual post
(`safety_officer` of an enterprise, `duty` elsewhere, else `principal`) where none is named. *Basis* says where the time
limit comes from: `policy` (the city's opinions), `law`, or `local`, a default that each city sets for itself. The day
that a limit runs *from* is not counted.
"""
_CATALOGUES = {
    "work-safety": """\
The city's opinions on strengthening work safety. An id with a word behind it belongs to the duty whose id it begins
with.""",
    "national-law": "Limits that national law sets, whatever the city.",
}
_LADDERS = """\
Steps count from the due day; those in hours from the deadline's moment. `assignee` and `principal` are posts of the
bearer; `regulator`, `government` and `office` are the duty posts of the organizations that it names as such. What
somebody approves waits until then."""


def page() -> str:
    """The whole page, in Markdown."""
    duties = {name: shipped_duties(name) for name in _CATALOGUES}
    every = [duty for each in duties.values() for duty in each]
    sections = [
        *(f"## {name}\n\n{_CATALOGUES[name]}\n\n{_duties(each)}" for name, each in duties.items()),
        f"## Ladders\n\n{_LADDERS}",
        *(_ladder(policy) for policy in shipped_policies()),
        f"## Events\n\nWhat duties wait for, and the fields that they look at.\n\n{_events(every)}",
        f"## Words of the roster\n\nTraits and dates that duties look at.\n\n{_roster(every)}",
    ]
    return "\n\n".join([_INTRODUCTION.rstrip("\n"), *sections]) + "\n"


def shipped_duties(catalogue: str) -> list[Obligation]:
    """The duties of a shipped catalogue, in the order of its file."""
    entries = _entries(shipped_directory("catalogues") / f"{catalogue}.yaml")
    return [assembling.obligation(ObligationEntry.model_validate(each), each) for each in entries]


def shipped_policies() -> list[Policy]:
    """The shipped ladders, in the order of their ids."""
    entries = [each for path in sorted(shipped_directory("policies").glob("*.yaml")) for each in _entries(path)]
    return [assembling.policy(PolicyEntry.model_validate(each), each, CHANNELS)[0] for each in entries]


def _entries(path: Path) -> Iterator[YamlMapping]:
    document, faults = read_document(path)
    if faults or document is None or not isinstance(document.data, list):
        raise ValueError("\n".join(map(str, faults)) or f"{path} holds no list")
    yield from (each for each in document.data if isinstance(each, YamlMapping))


def _duties(duties: Iterable[Obligation]) -> str:
    rows = [
        (
            f"`{duty.id}`",
            duty.clause,
            duty.title,
            bearer_words(duty),
            subject_words(duty.applies_to),
            clock_words(duty),
            duty.basis.value,
            duty.policy,
        )
        for duty in duties
    ]
    return _table(("id", "clause", "duty", "bearer", "about", "due", "basis", "ladder"), rows)


def _ladder(policy: Policy) -> str:
    rows = [
        (step_words(step.at), step.stage.value, ", ".join(step.tell), ", ".join(step.channels), _remarks(step))
        for step in policy.steps
    ]
    if policy.repeat is not None:
        again = policy.repeat
        every = f"then every {limit_words(again.every).removeprefix('1 ')}"
        rows.append((every, again.stage.value, ", ".join(again.tell), ", ".join(again.channels), "until it is done"))
    days = "on all days" if policy.days is SpeakingDays.ALL else "on working days"
    table = _table(("when", "stage", "tells", "by", "remarks"), rows)
    return f"### {policy.id}\n\nSpeaks {days}, in office hours.\n\n{table}"


def _remarks(step: Step) -> str:
    remarks = (
        "at any hour of any day" if step.urgent else "",
        f"its {step.approval} approves it" if step.approval else "",
    )
    return "; ".join(filter(None, remarks))


def _events(duties: Sequence[Obligation]) -> str:
    rows = [(f"`{kind}`", each.meaning, _fields(each), _started_by(kind, duties)) for kind, each in EVENTS.items()]
    return _table(("kind", "what happened", "fields", "starts"), rows)


def _fields(kind: EventKind) -> str:
    return "; ".join(f"`{name}`: {meaning}" for name, meaning in kind.fields.items())


def _started_by(kind: str, duties: Iterable[Obligation]) -> str:
    return ", ".join(each.id for each in duties if isinstance(each.anchor, EventAnchor) and each.anchor.event == kind)


def _roster(duties: Sequence[Obligation]) -> str:
    looked_at: dict[str, list[str]] = {}
    for duty in duties:
        words = {str(value) for value in mentioned_fields(duty.applies_to).get("traits", ())}
        if isinstance(duty.anchor, OrganizationAnchor):
            words.add(duty.anchor.date)
        for word in words:
            looked_at.setdefault(word, []).append(duty.id)
    return "\n\n".join((_terms("trait", TRAITS, looked_at), _terms("date", DATES, looked_at)))


def _terms(head: str, terms: Mapping[str, str], looked_at: Mapping[str, Sequence[str]]) -> str:
    rows = [(f"`{word}`", meaning, ", ".join(looked_at.get(word, ()))) for word, meaning in terms.items()]
    return _table((head, "meaning", "looked at by"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
