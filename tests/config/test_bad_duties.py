"""Mistakes in obligations/*.yaml. The mark ▸ stands where the fault is expected."""

from pathlib import Path

import pytest

from config.loader import load
from obligations.rules import TaskAnchor
from tests.config.town import DUTY, SETTINGS, check_fault, faults, lay_out, marked

EITHER = "write either `every` (it recurs) or `anchor` with `limit` (something starts it)"
FORMS = (
    "{event: KIND, date: FIELD}; {organization: DATE}; {holiday: spring_festival}; {task: OBLIGATION}; "
    "{stage: report}; {roster: matched}"
)
OF_AN_EVENT = "is named by an event, and so goes with `anchor: {event: …}`, or with what follows such a duty"
UNITS = (
    "write a whole number and a unit: 2h (hours), 7d (days), 10wd (working days), 1w (weeks), 6m (months), 1y (years), "
    "or 10个工作日, 6个月 …"
)
ONE_KEY = "some of these duties give tasks of one key; write an entry of its own for each"
ACCIDENT = "  anchor: {event: accident, date: occurred_at}\n"


def applying_to(selector: str) -> str:
    return f"- id: city-01\n  title: 安全生产专题研究\n  every: month\n  applies_to: {selector}\n"


def anchored(anchor: str) -> str:
    return f"{DUTY}  limit: 1w\n  anchor: {anchor}\n"


FAULTS: dict[str, tuple[str, ...]] = {
    "an unknown field": (DUTY + "  ▸evry: month\n", "unknown field 'evry'; did you mean 'every'?"),
    "an unknown field of an anchor": (
        anchored("{▸evnt: accident, date: occurred_at}"),
        "unknown field 'evnt'; did you mean 'event'?",
    ),
    "neither recurring nor anchored": (DUTY.replace("- id", "- ▸id"), EITHER),
    "an empty clock": (DUTY.replace("- id", "- ▸id") + "  every:\n", EITHER),
    "recurring and anchored": (
        DUTY + "  every: month\n  anchor: ▸{event: accident, date: occurred_at}\n  limit: 1w\n",
        f"anchor: {EITHER}; an empty `every:` or `anchor:` drops what a shipped duty says",
    ),
    "an anchor without a limit": (
        DUTY + ACCIDENT.replace("{", "▸{"),
        "anchor: goes with `limit`, the time that runs from it, as `limit: 10wd`",
    ),
    "a limit without an anchor": (
        DUTY + "  every: month\n  limit: ▸1w\n",
        "limit: goes with `anchor`, which starts it; what recurs is due at its window's end",
    ),
    "an anchor with a count of windows": (
        DUTY + ACCIDENT + "  limit: 1w\n  times: ▸2\n",
        "times: goes with `every`",
    ),
    "an anchored duty with an earlier clock": (
        DUTY + ACCIDENT + "  limit: 1w\n  by: ▸-1d\n",
        "by: goes with `every`",
    ),
    "a recurring duty that opens late": (
        DUTY + "  every: year\n  opens: ▸10m\n",
        "opens: goes with `anchor`; what recurs opens with its window",
    ),
    "a clock that is not earlier": (
        DUTY + "  every: year\n  by: ▸1m\n",
        "by: counts back from the window's end, in days or longer; write, say, -1m",
    ),
    "a clock earlier by hours": (
        DUTY + "  every: year\n  by: ▸-5h\n",
        "by: counts back from the window's end, in days or longer; write, say, -1m",
    ),
    "a clock as early as the month is long": (
        DUTY + "  every: month\n  by: ▸-1m\n",
        "by: -1m may reach back beyond the first day of the window; at most -27d or -15wd is possible",
    ),
    "a clock earlier than a month by weeks": (
        DUTY + "  every: month\n  by: ▸-5w\n",
        "by: -5w may reach back beyond the first day of the window; at most -27d or -15wd is possible",
    ),
    "a clock as early as some months are long": (
        DUTY + "  every: month\n  by: ▸-30d\n",
        "by: -30d may reach back beyond the first day of the window; at most -27d or -15wd is possible",
    ),
    "a clock earlier than some quarters by working days": (
        DUTY + "  every: quarter\n  by: ▸-59wd\n",
        "by: -59wd may reach back beyond the first day of the window; at most -89d or -58wd is possible",
    ),
    "a clock as early as three years": (
        DUTY + "  every: 3 years\n  by: ▸-3y\n",
        "by: -3y may reach back beyond the first day of the window; at most -1094d or -740wd is possible",
    ),
    "a window that rolls on": (
        DUTY + "  every: month\n  roll: ▸next\n",
        "roll: a window never rolls into the next one; write `previous`, or drop it",
    ),
    "an anchored duty that opens hours later": (
        DUTY + ACCIDENT + "  limit: 1w\n  opens: ▸10h\n",
        "opens: 10h is no day to open on; count in days or longer, as 10d",
    ),
    "a shipped duty that opens hours later": (
        "- {id: off-28b, opens: ▸2小时}\n",
        "opens: 2h is no day to open on; count in days or longer, as 10d",
    ),
    "a duty that opens after its day": (
        DUTY + ACCIDENT + "  limit: 0d\n  opens: ▸1m\n",
        "opens: 1m lies after the due day, which `limit: 0d` sets; open it earlier",
    ),
    "a duty that opens nearer to its anchor than it is due": (
        DUTY + ACCIDENT + "  limit: -3m\n  opens: ▸-2m\n",
        "opens: -2m lies after the due day, which `limit: -3m` sets; open it earlier",
    ),
    "a shipped duty whose shorter limit ends before it opens": (
        "- ▸id: off-28b\n  limit: 9m\n",
        "opens: 10m lies after the due day, which `limit: 9m` sets; open it earlier",
    ),
    "a limit of four hundred years": (
        DUTY + ACCIDENT + "  limit: ▸400y\n",
        "limit: '400y' is beyond sense; at most 50y is allowed",
    ),
    "half a working day": (
        DUTY + ACCIDENT + "  limit: ▸0.5wd\n",
        f"limit: '0.5wd' is not a time limit; {UNITS}",
    ),
    "a limit without a unit": (DUTY + ACCIDENT + "  limit: ▸5\n", f"limit: '5' is not a time limit; {UNITS}"),
    "a list of limits": (
        DUTY + ACCIDENT + "  limit: ▸[1w]\n",
        "limit: expected a time limit, as 10wd or 6m, found a list",
    ),
    "an unknown period": (
        DUTY + "  every: ▸monthly\n",
        "every: 'monthly' is not a period; write month, quarter, half_year, year or, say, 3 years",
    ),
    "a list of periods": (DUTY + "  every: ▸[month]\n", "every: expected text, found a list"),
    "a word for a number": (
        DUTY + "  every: month\n  times: ▸twice\n",
        "times: expected a whole number, found 'twice'",
    ),
    "not even once": (
        DUTY + "  every: month\n  times: ▸0\n",
        "times: '0' is too small; at least 1 is allowed",
    ),
    "a year of two digits": (
        DUTY + "  every: 3 years\n  cycle_start: ▸25\n",
        "cycle_start: '25' is too small; at least 1900 is allowed",
    ),
    "an unknown bearer": (
        DUTY + "  every: month\n  bearer: ▸regualtor\n",
        "bearer: 'regualtor' is not possible; write self, regulator, government, office, or event.FIELD",
    ),
    "a bearer from an event that does not start it": (
        DUTY + "  every: month\n  bearer: ▸event.investigator\n",
        f"bearer: {OF_AN_EVENT}",
    ),
    "a bearer from an event on a day of the organization": (
        DUTY + "  anchor: {organization: licence_expires}\n  limit: 0d\n  bearer: ▸event.investigator\n",
        f"bearer: {OF_AN_EVENT}",
    ),
    "an unknown way to roll": (
        DUTY + "  every: month\n  roll: ▸forward\n",
        "roll: 'forward' is not possible; known: next, none, previous",
    ),
    "one who verifies himself": (
        DUTY + "  every: month\n  verify: ▸self\n",
        "verify: 'self' is not possible; known: government, office, regulator",
    ),
    "an unknown basis": (
        DUTY + "  every: month\n  basis: ▸policies\n",
        "basis: 'policies' is not possible; did you mean 'policy'?",
    ),
    "maybe enabled": (
        DUTY + "  every: month\n  enabled: ▸maybe\n",
        "enabled: expected true or false, found 'maybe'",
    ),
    "enabled by nothing": (
        DUTY + "  every: month\n  enabled:▸\n",
        "enabled: expected true or false, found nothing",
    ),
    "an unknown policy": (
        DUTY + "  every: month\n  policy: ▸standart\n",
        "there is no policy 'standart'; did you mean 'standard'?",
    ),
    "an assignee whose post nobody holds": (
        DUTY + "  every: month\n  assignee: ▸safety_oficer\n",
        "nobody holds a post 'safety_oficer' in any organization; did you mean 'safety_officer'?",
    ),
    "an unknown policy beside another fault of the same entry": (
        DUTY + "  ▸evry: month\n  policy: ▸standart\n",
        "unknown field 'evry'; did you mean 'every'?",
        "there is no policy 'standart'; did you mean 'standard'?",
    ),
    "an empty title": (
        "- id: city-01\n  title: ▸''\n  applies_to: {kind: enterprise}\n  every: month\n",
        "title: expected text, found ''",
    ),
    "nobody to apply to": (
        "- ▸id: city-01\n  title: 安全生产专题研究\n  every: month\n",
        "the field 'applies_to' is missing",
    ),
    "text for an anchor": (anchored("▸accident"), "anchor: expected fields with values, found 'accident'"),
    "a list of anchors": (anchored("▸[accident]"), "anchor: expected fields with values, found a list"),
    "an anchor of nothing": (anchored("▸{}"), f"anchor: write {FORMS}"),
    "an anchor without a date": (
        anchored("{event: ▸accident}"),
        "event: write the field to count from too, as {event: KIND, date: FIELD}",
    ),
    "an anchor without an event": (anchored("▸{date: occurred_at}"), f"anchor: write {FORMS}"),
    "two anchors in one": (
        anchored("{event: accident, date: occurred_at, organization: ▸licence_expires}"),
        f"organization: one anchor has one form: {FORMS}",
    ),
    "a count without a span": (
        anchored("{event: accident, count: ▸2}"),
        "count: write both, as {event: accident, count: 2, in: 1y}",
    ),
    "a span without a count": (
        anchored("{event: accident, date: occurred_at, in: ▸1y}"),
        "in: write both, as {event: accident, count: 2, in: 1y}",
    ),
    "a span that counts back": (
        anchored("{event: accident, count: 2, in: ▸-1y}"),
        "in: is a span of days or longer that counts on; write, say, 1y",
    ),
    "a count of one": (
        anchored("{event: accident, count: ▸1, in: 1y}"),
        "count: '1' is too small; at least 2 is allowed",
    ),
    "a condition on a holiday": (
        anchored("{holiday: spring_festival, where: ▸{deaths: 1}}"),
        "where: goes with `event`, not with `holiday`",
    ),
    "a holiday that there is not": (
        anchored("{holiday: ▸spring_festivel}"),
        "holiday, item 1: 'spring_festivel' is not possible; did you mean 'spring_festival'?",
    ),
    "a holiday twice": (
        anchored("{holiday: ▸[new_year, qingming, new_year]}"),
        "holiday: 'new_year' stands twice; name each once",
    ),
    "no holiday in particular": (
        anchored("{holiday: ▸[]}"),
        "holiday: is empty; at least one is needed",
    ),
    "a duty to wait for twice": (
        anchored("{task: ▸[ent-09a, ent-09a]}"),
        "task: 'ent-09a' stands twice; name each once",
    ),
    "no duty to wait for": (
        anchored("{task: ▸[]}"),
        "task: is empty; at least one is needed",
    ),
    "a task of an obligation that there is not": (
        anchored("{task: ▸ent-9a}"),
        "there is no obligation 'ent-9a' in force; did you mean 'ent-09a'?",
    ),
    "a duty that waits for itself": (
        anchored("{task: ▸city-01}"),
        "'city-01' itself waits for 'city-01', so neither would ever start",
    ),
    "two duties of one period that start one": (
        anchored("{task: ▸[ent-01a, reg-15a, off-28a]}"),
        ONE_KEY,
    ),
    "a stage that there is not": (
        anchored("{stage: ▸reprot}"),
        "stage: 'reprot' is not possible; did you mean 'report'?",
    ),
    "a roster that does what it cannot": (
        anchored("{roster: ▸changed}"),
        "roster: 'changed' is not possible; known: matched",
    ),
    "a grade that there is not": (
        anchored("{event: accident, date: occurred_at, where: {grade: ▸large}}"),
        "grade: 'large' is no grade of accidents; did you mean 'larger'?",
    ),
    "a pace for what is done once": (
        DUTY + "  every: year\n  pace: ▸even\n",
        "pace: `even` spreads what is done several times; write `times: 4`, say, or drop it",
    ),
    "a due day of an event where there is none": (
        DUTY + "  every: year\n  until: ▸rectify_by\n",
        "until: is a field of an event, and so goes with `anchor: {event: …}`, or with what follows such a duty",
    ),
    "a day that no organization has": (
        anchored("{organization: ▸licence_expire}"),
        "no organization has a date 'licence_expire'; did you mean 'licence_expires'?",
    ),
    "an event with a kind that is no id": (
        anchored("{event: ▸事故, date: occurred_at}"),
        "event: '事故' is not possible; write letters, digits, dots, hyphens and underscores, as in ent-binhai-chem",
    ),
    "a condition on an event that is none": (
        anchored("{event: accident, date: occurred_at, where: ▸[liability]}"),
        "where: expected fields with values, found a list",
    ),
    "an unknown bound on an event": (
        anchored("{event: accident, date: occurred_at, where: {deaths: {mni: ▸1}}}"),
        "deaths: 'mni' is no condition; known: min, max, lacks",
    ),
    "selecting by text": (
        applying_to("▸enterprise"),
        "applies_to: expected fields with values, found 'enterprise'",
    ),
    "selecting by nothing": (
        DUTY.replace(" {kind: enterprise}", "▸") + "  every: month\n",
        "applies_to: expected fields with values, found nothing",
    ),
    "selecting by an unknown field": (
        applying_to("{knid: ▸enterprise}"),
        "organizations have no field 'knid'; did you mean 'kind'?",
    ),
    "selecting by an unknown field deep within": (
        applying_to("{kind: enterprise, any: [{traits: key}, {not: {hedcount: ▸5}}]}"),
        "organizations have no field 'hedcount'; did you mean 'headcount'?",
    ),
    "selecting by a field like no other": (
        applying_to("{colour: ▸red}"),
        (
            "organizations have no field 'colour'; known: government, headcount, id, industry, kind, licence_expires, "
            "name, office, region, regulator, since, traits"
        ),
    ),
    "selecting an unknown kind": (
        applying_to("{kind: [enterprise, ▸oficce]}"),
        "kind: no organization can match 'oficce'; did you mean 'office'?",
    ),
    "selecting by an unknown organization": (
        applying_to("{office: ▸off-ctiy}"),
        "office: no organization can match 'off-ctiy'; did you mean 'off-city'?",
    ),
    "selecting by no value": (applying_to("{kind: ▸}"), "kind: expected a value, found nothing"),
    "selecting by an empty list": (
        applying_to("{traits: ▸[]}"),
        "traits: an empty list matches nothing; name at least one value",
    ),
    "selecting by a list of lists": (applying_to("{traits: [key, ▸[a]]}"), "traits: expected a value, found a list"),
    "selecting by a day that does not exist": (
        applying_to("{since: ▸2026-02-30}"),
        "since: '2026-02-30' is no day of the calendar (day is out of range for month)",
    ),
    "selecting by no bounds": (
        applying_to("{headcount: ▸{}}"),
        "headcount: expected a value, a list, or {min: …, max: …}",
    ),
    "selecting by an unknown bound": (
        applying_to("{headcount: {mni: ▸300}}"),
        "headcount: 'mni' is no condition; known: min, max, lacks",
    ),
    "selecting by bounds that are no numbers": (
        applying_to("{headcount: {min: ▸many, max: ▸2026-02-30}}"),
        "min: expected a number, found 'many'",
        "max: expected a number, found '2026-02-30'",
    ),
    "selecting by bounds the wrong way round": (
        applying_to("{headcount: {min: 300, max: ▸100}}"),
        "max: 100 is less than min, so nothing matches",
    ),
    "any of nothing": (
        applying_to("{any: ▸[]}"),
        "any: expected a list of conditions, as any: [{traits: high_risk}, {traits: key}]",
    ),
    "any of one mapping": (
        applying_to("{any: ▸{traits: key}}"),
        "any: expected a list of conditions, as any: [{traits: high_risk}, {traits: key}]",
    ),
    "any of a word": (
        applying_to("{any: [{traits: key}, ▸high_risk]}"),
        "expected conditions such as {kind: enterprise}, found 'high_risk'",
    ),
    "not a list": (
        applying_to("{not: ▸[{traits: key}]}"),
        "expected conditions such as {kind: enterprise}, found a list",
    ),
    "lacking a list": (applying_to("{lacks: ▸[duty]}"), "lacks: expected the name of a post, found a list"),
    "lacking and more": (
        applying_to("{posts: {lacks: duty, min: ▸3}}"),
        "posts: 'min' does not go with `lacks`; write a condition of its own",
    ),
    "an id twice": (
        DUTY + "  every: month\n" + DUTY.replace("city-01", "▸city-01") + "  every: year\n",
        "the id 'city-01' is taken by {0}/obligations/own.yaml:1; ids are unique",
    ),
    "one duty instead of a list": ("▸id: city-01\n", "expected a list of obligations (- id: …)"),
    "a shipped duty with an unknown field and an unknown policy": (
        "- id: ent-09b\n  ▸evry: month\n  policy: ▸standart\n",
        "unknown field 'evry'; did you mean 'every'?",
        "there is no policy 'standart'; did you mean 'standard'?",
    ),
    "a shipped recurring duty that is anchored too": (
        "- id: ent-09b\n  anchor: ▸{event: accident, date: occurred_at}\n  limit: 1w\n",
        f"anchor: {EITHER}; an empty `every:` or `anchor:` drops what a shipped duty says",
    ),
    "a shipped anchored duty that recurs too": (
        "- ▸id: reg-15a\n  every: month\n",
        f"anchor: {EITHER}; an empty `every:` or `anchor:` drops what a shipped duty says",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_in_a_duty_is_shown_at_its_line_and_column(name: str, tmp_path: Path) -> None:
    text, *messages = FAULTS[name]
    placed = [message.replace("{0}", str(tmp_path)) for message in messages]
    check_fault(tmp_path, "obligations/own.yaml", text, *placed)


def test_an_id_in_two_files_is_a_fault_of_the_later_file(tmp_path: Path) -> None:
    first, second = DUTY + "  every: month\n", DUTY.replace("city-01", "▸city-01") + "  every: year\n"
    lay_out(tmp_path, {"obligations/a.yaml": first, "obligations/b.yaml": second})
    message = f"the id 'city-01' is taken by {tmp_path}/obligations/a.yaml:1; ids are unique"
    assert faults(tmp_path) == marked("obligations/b.yaml", second, [message])


def test_a_shipped_duty_is_overridden_in_one_file_only(tmp_path: Path) -> None:
    first, second = "- {id: ent-09b, every: month}\n", "- {id: ▸ent-09b, every: quarter}\n"
    lay_out(tmp_path, {"obligations/a.yaml": first, "obligations/b.yaml": second})
    message = f"the id 'ent-09b' is taken by {tmp_path}/obligations/a.yaml:1; ids are unique"
    assert faults(tmp_path) == marked("obligations/b.yaml", second, [message])


def test_no_fault_is_ever_shown_in_a_shipped_file(tmp_path: Path) -> None:
    spoilt = "- id: reg-15a\n  every: month\n- id: ent-09b\n  limit: 1w\n- id: ent-01a\n  times: 0\n"
    lay_out(tmp_path, {"obligations/own.yaml": spoilt})
    places = [(name, line, column) for name, line, column, _ in faults(tmp_path)]
    assert places == [("obligations/own.yaml", 1, 3), ("obligations/own.yaml", 4, 10), ("obligations/own.yaml", 6, 10)]


def followed(one: str, other: str) -> str:
    """A duty that follows two others, of which the clocks are given."""
    duty = "- {{id: city-0{}, title: 查, applies_to: {{kind: enterprise}}, {}}}\n"
    return anchored("{task: [city-02, city-03]}") + duty.format(2, one) + duty.format(3, other)


OF_ACCIDENT = "limit: 1w, anchor: {event: accident, date: occurred_at}"
BEFORE_HOLIDAY = "limit: -5wd, anchor: {holiday: [spring_festival, national_day]}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("every: year", "every: 1 years"),
        ("every: 3 years, cycle_start: 2025", "every: 3 years, cycle_start: 2022"),
        (OF_ACCIDENT, OF_ACCIDENT),
        (BEFORE_HOLIDAY, "limit: 0d, anchor: {holiday: national_day}"),
        ("limit: 1w, anchor: {organization: licence_expires}", "limit: 1w, anchor: {roster: matched}"),
        ("limit: 1w, anchor: {stage: letter}", "limit: 1w, anchor: {stage: urge}"),
        ("limit: 1w, anchor: {task: ent-01a}", "every: month"),
    ],
)
def test_duties_that_may_give_tasks_of_one_key_do_not_start_one(one: str, other: str, tmp_path: Path) -> None:
    found = faults(lay_out(tmp_path, {"obligations/own.yaml": followed(one, other)}))
    assert [message for _, _, _, message in found] == [ONE_KEY]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (BEFORE_HOLIDAY, OF_ACCIDENT),
        (OF_ACCIDENT, "limit: 1w, anchor: {event: case_closed, date: closed_at}"),
        ("limit: 0d, anchor: {holiday: new_year}", "limit: 0d, anchor: {holiday: qingming}"),
        ("every: year", "every: 2 years"),
        ("every: 3 years, cycle_start: 2025", "every: 3 years, cycle_start: 2026"),
        ("limit: 1w, anchor: {roster: matched}", "limit: 1w, anchor: {stage: urge}"),
        ("limit: 1w, anchor: {task: ent-01a}", "every: quarter"),
    ],
)
def test_duties_whose_tasks_never_have_one_key_may_start_one(one: str, other: str, tmp_path: Path) -> None:
    config = load(lay_out(tmp_path, {"obligations/own.yaml": followed(one, other)}))
    assert config.obligations["city-01"].anchor == TaskAnchor(("city-02", "city-03"))


def test_duties_that_wait_for_each_other_are_all_named(tmp_path: Path) -> None:
    second = "- {id: city-02, title: 二, applies_to: {kind: enterprise}, anchor: {task: city-01}, limit: 1w}\n"
    found = faults(lay_out(tmp_path, {"obligations/own.yaml": anchored("{task: city-02}") + second}))
    assert [message for _, _, _, message in found] == [
        "'city-02' itself waits for 'city-01', so neither would ever start",
        "'city-01' itself waits for 'city-02', so neither would ever start",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            DUTY + "  every: ▸99 years\n  cycle_start: 2025\n",
            (
                "every: counted from `start` in duban.yaml, 2026-01-01: 2123-12-31 lies outside the calendar, "
                "which covers 2004-01-01 to 2099-12-31"
            ),
        ),
        (
            DUTY + "  anchor: {event: drill, date: held_on}\n  limit: ▸10y\n",
            (
                "limit: counted from `start` in duban.yaml, 2026-01-01: 2036-01-01 lies outside the calendar, "
                "which covers 2004-01-01 to 2035-12-31"
            ),
        ),
    ],
)
def test_a_duty_is_counted_within_the_calendar(text: str, message: str, tmp_path: Path) -> None:
    settings = SETTINGS + ("calendar: {workalendar: asia.HongKong}\n" if "2035" in message else "")
    directory = lay_out(tmp_path, {"duban.yaml": settings, "obligations/own.yaml": text})
    assert faults(directory) == marked("obligations/own.yaml", text, [message])
