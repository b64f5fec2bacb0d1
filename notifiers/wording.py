"""Words for people that are not in a template: what each language says. Templates stand in `templates/LANGUAGE`."""

from collections.abc import Mapping
from dataclasses import dataclass

from obligations.changes import Change
from obligations.policies import Stage
from obligations.recipients import Via
from obligations.reconciling import Ground

STAGE_COLOURS: Mapping[Stage, str] = {
    Stage.REMIND: "#1d5fa6",
    Stage.URGE: "#8f5600",
    Stage.SUPERVISE: "#c2410c",
    Stage.LETTER: "#b3261e",
    Stage.SUMMON: "#9d174d",
    Stage.LIST: "#7a1212",
    Stage.REPORT: "#4a2470",
}
"""From blue through amber to red and beyond; white text on each has a contrast of 5 : 1 or more (WCAG 2.1 AA)."""
WITHDRAWN_COLOUR = "#525b68"
"""Of a notice that says that nothing need be done, whatever stage had been reached."""


class Count(int):
    """A number that chooses the word after it: `{0} {0:day|days}` becomes 1 day, or 2 days."""

    def __format__(self, spec: str) -> str:
        """`one|many` gives one of the two words; anything else formats the number."""
        one, bar, many = spec.partition("|")
        return (one if self == 1 else many) if bar else super().__format__(spec)


@dataclass(frozen=True, slots=True)
class StageWords:
    """What is said at one stage.

    Args:
        word: its name.
        heading: of a message about one notice.
        own: the opening towards the organization that bears the task; `ask_own` is its short form.
        others: the opening towards those who see to it; `ask_others` is its short form.
    """

    word: str
    heading: str
    own: str
    others: str
    ask_own: str
    ask_others: str


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is said of a change that is no step of a ladder; `ask` is the short form of the opening.

    Args:
        became: what the task has become by it, where that is the news, and not a due day.
        others, ask_others: in the place of the opening and its short form, towards those who see to the task.
    """

    tag: str
    heading: str
    opening: str
    ask: str
    became: str = ""
    others: str = ""
    ask_others: str = ""


@dataclass(frozen=True, slots=True, eq=False)  # so that it can be looked up by: there is one of each language
class Wording:
    """One language. Fields in braces are those of `str.format`; a number among them is a `Count`.

    A form of a day has `day`, `month` and `weekday`, the latter two in words.
    """

    stages: Mapping[Stage, StageWords]
    via: Mapping[Via, str]
    bases: Mapping[str, str]
    weekdays: tuple[str, ...]
    windows: Mapping[str, str]
    """Regular expression of a window's key to words."""
    months: tuple[str, ...]
    half_years: Mapping[str, str]
    quarters: Mapping[str, str]
    day: str
    day_with_weekday: str
    day_of_year: str
    moment: str
    overdue: str
    overdue_no_working_day: str
    due_today: str
    days_left: str
    no_working_day_left: str
    phrase: str
    phrase_today: str
    changes: Mapping[Change, ChangeWords]
    matter: str
    """The overdue task that a task is about: its title, its due day and its id."""
    moved_note: str
    grounds: Mapping[Ground, str]
    approval_tag: str
    approval_heading: str
    approval_opening: str
    approval_ask: str
    provisional_note: str
    periods: Mapping[str, str]
    """Regular expression of a window's key to what the current one is called."""
    period: str
    quota: str
    quota_past: str
    """The same of a period that is over, which is called by its name."""
    quota_left: str
    times_note: str
    pace_note: str
    stand_in_note: str
