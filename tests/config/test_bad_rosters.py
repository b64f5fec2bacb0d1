"""Mistakes in organizations/*.yaml. The mark ▸ stands where the fault is expected."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from config.kept_rosters import KeptRosters
from config.loader import ConfigError, load
from tests.config.tables import as_csv, as_xlsx
from tests.config.town import DUTY, FIRM, check_fault, faults, lay_out, marked

ID = "write letters, digits, dots, hyphens and underscores, as in ent-binhai-chem"
MOBILE = 'write the digits without spaces or hyphens, as "13800000001" or "+8613800000001"'
KINDS = "enterprise, government, office, regulator"

FAULTS: dict[str, tuple[str, ...]] = {
    "an unknown field": (FIRM + "  ▸regoin: 青山县\n", "unknown field 'regoin'; did you mean 'region'?"),
    "an unknown field of a post": (
        FIRM + "  posts:\n    principal: {name: 白露, ▸emial: bai@example.com}\n",
        "unknown field 'emial'; did you mean 'email'?",
    ),
    "a misspelt field that is needed": (
        "- ▸id: ent-tea\n  kind: enterprise\n  ▸nmae: 青山茶厂\n",
        "the field 'name' is missing",
        "unknown field 'nmae'; did you mean 'name'?",
    ),
    "an unknown kind": (
        "- id: ent-tea\n  kind: ▸enterprize\n  name: 青山茶厂\n",
        "kind: 'enterprize' is not possible; did you mean 'enterprise'?",
    ),
    "a kind of nothing": (
        "- id: ent-tea\n  kind:▸\n  name: 青山茶厂\n",
        f"kind: expected one of {KINDS}; found nothing",
    ),
    "a list of kinds": (
        "- id: ent-tea\n  kind: ▸[enterprise]\n  name: 青山茶厂\n",
        f"kind: expected one of {KINDS}; found a list",
    ),
    "a name of nothing": ("- id: ent-tea\n  kind: enterprise\n  name:▸\n", "name: expected text, found nothing"),
    "an empty name": ("- id: ent-tea\n  kind: enterprise\n  name: ▸''\n", "name: expected text, found ''"),
    "fields for a name": (
        "- id: ent-tea\n  kind: enterprise\n  name: ▸{zh: 青山茶厂}\n",
        "name: expected text, found fields with values",
    ),
    "a word for a number": (FIRM + "  headcount: ▸many\n", "headcount: expected a whole number, found 'many'"),
    "a part of a person": (FIRM + "  headcount: ▸3.5\n", "headcount: expected a whole number, found '3.5'"),
    "less than nobody": (FIRM + "  headcount: ▸-3\n", "headcount: '-3' is too small; at least 0 is allowed"),
    "a number of five thousand digits": (
        FIRM + "  headcount: ▸" + 5000 * "9" + "\n",
        "headcount: expected a whole number, found '" + 60 * "9" + "…'",
    ),
    "text for the traits": (FIRM + "  traits: ▸high_risk\n", "traits: expected a list, found 'high_risk'"),
    "traits of nothing": (FIRM + "  traits:▸\n", "traits: expected a list, found nothing"),
    "traits that are no words": (
        FIRM + "  traits: [key, ▸[a], ▸{b: c}, ▸~]\n",
        "traits, item 2: expected text, found a list",
        "traits, item 3: expected text, found fields with values",
        "traits, item 4: expected text, found nothing",
    ),
    "days that do not exist": (
        FIRM + "  since: ▸2026-02-30\n  dates: {licence_expires: ▸2026-13-01, checked: ▸18.9.2026}\n",
        "since: '2026-02-30' is no day of the calendar (day is out of range for month)",
        "licence_expires: '2026-13-01' is no day of the calendar (month must be in 1..12)",
        "checked: '18.9.2026' is not a day; write it as 2026-09-18",
    ),
    "a list of days": (
        FIRM + "  dates: ▸[2027-05-31]\n",
        "dates: expected fields with values, found a list",
    ),
    "an unknown organization": (
        FIRM + "  office: ▸off-ctiy\n",
        "there is no organization 'off-ctiy'; did you mean 'off-city'?",
    ),
    "an organization like no other": (
        FIRM + "  regulator: ▸reg-emergency\n",
        "there is no organization 'reg-emergency'; known: off-city",
    ),
    "an unknown organization beside another fault of the same entry": (
        FIRM + "  ▸regoin: 青山县\n  office: ▸off-ctiy\n",
        "unknown field 'regoin'; did you mean 'region'?",
        "there is no organization 'off-ctiy'; did you mean 'off-city'?",
    ),
    "a list of supervisors": (FIRM + "  office: ▸[off-city]\n", "office: expected text, found a list"),
    "an enterprise as supervisor": (
        FIRM + "  regulator: ▸ent-chem\n",
        "regulator: 'ent-chem' is an enterprise; name who supervises this organization",
    ),
    "text for a post": (
        FIRM + "  posts:\n    principal: ▸白露\n",
        "principal: expected fields with values, found '白露'",
    ),
    "a post of nothing": (
        FIRM + "  posts:\n    principal:▸\n",
        "principal: expected fields with values, found nothing",
    ),
    "posts of nothing": (FIRM + "  posts:▸\n", "posts: expected fields with values, found nothing"),
    "a list of posts": (FIRM + "  posts: ▸[principal]\n", "posts: expected fields with values, found a list"),
    "a post that is no id": (
        FIRM + "  posts:\n    ▸负责人: {name: 白露}\n",
        f"负责人: '负责人' is not possible; {ID}",
    ),
    "a post twice": (
        FIRM + "  posts:\n    principal: {name: 白露}\n    ▸principal: {name: 谷雨}\n",
        "'principal' is set twice; first in line 5",
    ),
    "addresses that are none": (
        FIRM + "  posts:\n    principal: {name: 白露, email: ▸bai, mobile: ▸138-0000-0001}\n",
        "email: 'bai' is not possible; write an e-mail address, as wang@example.com",
        f"mobile: '138-0000-0001' is not possible; {MOBILE}",
    ),
    "two addresses in one": (
        FIRM + "  posts:\n    principal: {name: 白露, email: ▸'bai@example.com, gu@example.com'}\n",
        "email: 'bai@example.com, gu@example.com' is not possible; write an e-mail address, as wang@example.com",
    ),
    "a deputy whose post nobody holds": (
        FIRM + "  posts:\n    principal: {name: 白露, deputy: ▸duty}\n",
        "nobody holds the post 'duty' here; known: principal",
    ),
    "a misspelt deputy": (
        FIRM + "  posts:\n    duty: {name: 白露, deputy: ▸princpal}\n    principal: {name: 谷雨}\n",
        "nobody holds the post 'princpal' here; did you mean 'principal'?",
    ),
    "a deputy of oneself": (
        FIRM + "  posts:\n    principal: {name: 白露, deputy: ▸principal}\n",
        "the principal cannot be the deputy of the principal; name another post",
    ),
    "an id twice in a file": (
        FIRM + FIRM.replace("ent-tea", "▸ent-tea"),
        "the id 'ent-tea' is taken by {0}/organizations/more.yaml:1; ids are unique",
    ),
    "an id of another file": (
        "- id: ▸ent-chem\n  kind: enterprise\n  name: 青山茶厂\n",
        "the id 'ent-chem' is taken by {0}/organizations/city.yaml:7; ids are unique",
    ),
    "no id": ("- ▸kind: enterprise\n  name: 青山茶厂\n", "expected an entry with an id (- id: …)"),
    "an id of nothing": ("- ▸id:\n  kind: enterprise\n", "expected an entry with an id (- id: …)"),
    "an id in Chinese": (
        "- id: ▸青山茶厂\n  kind: enterprise\n  name: 青山茶厂\n",
        f"id: '青山茶厂' is not possible; {ID}",
    ),
    "an id that would split a task id": (
        "- id: ▸ent/tea\n  kind: enterprise\n  name: 青山茶厂\n",
        f"id: 'ent/tea' is not possible; {ID}",
    ),
    "an id that breaks the line": (
        '- id: ▸"ent-tea\\n"\n  kind: enterprise\n  name: 青山茶厂\n',
        f"id: 'ent-tea\\n' is not possible; {ID}",
    ),
    "an id of a hundred letters": (
        f"- id: ▸{100 * 'a'}\n  kind: enterprise\n  name: 青山茶厂\n",
        f"id: '{60 * 'a'}…' is longer than 80 characters",
    ),
    "one organization instead of a list": (
        "▸id: ent-tea\nkind: enterprise\nname: 青山茶厂\n",
        "expected a list of organizations (- id: …)",
    ),
    "text instead of a list": ("▸hello\n", "expected a list of organizations (- id: …)"),
    "text instead of an organization": ("- ▸ent-tea\n", "expected an entry with an id (- id: …)"),
    "nothing instead of an organization": ("-▸\n", "expected an entry with an id (- id: …)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_in_the_roster_is_shown_at_its_line_and_column(name: str, tmp_path: Path) -> None:
    text, *messages = FAULTS[name]
    placed = [message.replace("{0}", str(tmp_path)) for message in messages]
    check_fault(tmp_path, "organizations/more.yaml", text, *placed)


PERMIT = DUTY + "  anchor: {organization: permit}\n  limit: -3m\n"
BEYOND = (
    "lies outside the calendar, which covers 2004-01-01 to 2099-12-31, and city-01 counts from it; "
    "leave the date out where there is none or no end"
)


def test_a_date_that_a_duty_counts_from_lies_within_the_calendar(tmp_path: Path) -> None:
    text = FIRM + "  dates: {founded: 1998-05-01, permit: ▸9999-12-31}\n"
    more = text.replace("ent-tea", "ent-2").replace("▸9999-12-31", "{李敏: 2027-05-31, 王五: ▸2100-01-01}")
    lay_out(tmp_path, {"obligations/own.yaml": PERMIT, "organizations/more.yaml": text + more})
    messages = [f"permit: 9999-12-31 {BEYOND}", f"王五: 2100-01-01 {BEYOND}"]
    assert faults(tmp_path) == marked("organizations/more.yaml", text + more, messages)


@pytest.mark.parametrize("table", [as_csv, as_xlsx])
def test_a_date_in_a_table_lies_within_the_calendar(
    table: Callable[[Sequence[Sequence[str]]], str | bytes], tmp_path: Path
) -> None:
    rows = [("id", "kind", "name", "dates.permit"), ("ent-1", "enterprise", "一", "2027-05-31"),
            ("ent-2", "enterprise", "二", "9999-12-31"), ("ent-3", "enterprise", "三", "李敏=2100-01-01")]  # fmt: skip
    name = "organizations/more.csv" if table is as_csv else "organizations/more.xlsx"
    lay_out(tmp_path, {"obligations/own.yaml": PERMIT, name: table(rows)})
    assert faults(tmp_path) == [
        (name, line, 4, f"{f'D{line}: ' if table is as_xlsx else ''}dates.permit: {day} {BEYOND}")
        for line, day in ((3, "9999-12-31"), (4, "2100-01-01"))
    ]


def test_a_date_becomes_a_fault_where_it_stands_when_an_edit_elsewhere_makes_a_duty_count_from_it(
    tmp_path: Path,
) -> None:
    text, kept = FIRM + "  dates: {permit: ▸9999-12-31}\n", KeptRosters()
    load(lay_out(tmp_path, {"organizations/more.yaml": text}), kept)
    lay_out(tmp_path, {"organizations/more.yaml": text, "obligations/own.yaml": PERMIT})
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, kept)
    assert [(each.line, each.column) for each in caught.value.faults] == [(4, 19)]


def test_an_organization_has_duties_from_a_day_within_the_calendar_on(tmp_path: Path) -> None:
    message = (
        "since: 9999-12-31 lies outside the calendar, which covers 2004-01-01 to 2099-12-31; "
        "write the first day on which it has duties"
    )
    check_fault(tmp_path, "organizations/more.yaml", FIRM + "  since: ▸9999-12-31\n", message)
