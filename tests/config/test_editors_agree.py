"""What editors say by the schemas, next to what the loader says: of each field, of whole files, of what is shipped."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic import BaseModel, ValidationError

from config.configuration_page import PARTS, examples
from config.documents import Mapping as YamlMapping
from config.documents import read_document
from config.editors.plain import plain_schema
from config.editors.schemas import MODELS, definitions, schema_of
from config.flow import flow
from config.loader import load
from config.selecting import of_events, of_organizations, selector_faults
from config.shipped import shipped_directory
from tests.config.core_yaml import as_editors_read_it, is_as_written
from tests.config.town import ACCIDENT, DUTY, FIRM, SETTINGS, faults, lay_out

WORDS = (
    "''", "' '", "0", "-1", "1.5", "x", "a b", "a.b", "-a", "A_b", "9a", "a/b", "'a b'", "李敏", "李，敏", "x" * 81,
    "x" * 300, "1", "2", "12", "400", "2005", "99999", "99999999", "0.5", "'12'", "'12.0'", "'12.5'", "'-3'", "'0'",
    "'400'", "'99999'", "true", "false", "'true'", "yes", "no", "~", "null", "'null'", "2026-09-18", "2026-02-29",
    "2028-02-29", "2026-02-30", "'2026-09-18'", "1999-01-01", "2026-9-18", "2026-09-18 14:20",
    "2026-09-18T14:20:00+08:00", "2026-09-18T25:20", "2026-01-01..2026-01-03", "2026-01-01..2026-02-30",
    "2026-01-01..", "09:00", "9:00", "'09:60'", "24:00", "25:00", "0d", "-0d", "+0d", "5wd", "+5wd", "-7wd", "5 wd",
    "-1h", "2h", "999999999999d", "10个工作日", "-6个月", "start", "month", "3 years", "0 years", "100 years", "self",
    "event.x", "event.X", "event.", "office", "enterprise", "enterprize", "remind", "a@b", "a@b@c", "甲 <a@b>",
    "+8613800000001x", "13800000001", "'+86 138'", "'13800000001'", "https://x", "ftp://x", "'https:///x'",
    "'127.0.0.1:80'", "'a:'", "':80'", "sqlite:///x", "'sqlite://'", "Asia/Urumqi", "Asia/Shangai", "name", "dates.x",
    "dates.", "principal.name", "principal.nmae", "safety officer.name",
)  # fmt: skip
"""Values as they are written; there is hardly a field to which each of them is right, or wrong."""
PARTED = (
    "[]", "{}", "[a]", "[1]", "[[a]]", "[{}]", "[~]", "{a: 1}", "{a: {b: 1}}", "{min: 1}", "{a: {min: many}}",
    "{a: {min: '1', max: 2.5}}", "{a: {min: true}}", "{a: {}}", "{a: {max: 1, mni: 2}}", "{lacks: x}", "{lacks: []}",
    "{a: {lacks: x}}", "{a: {lacks: x, min: 1}}", "{a: []}", "{a: [enterprise, 1, true]}", "{a: [[1]]}", "{a: [~]}",
    "{a: ~}", "{any: []}", "{any: [{a: 1}]}", "{any: {a: 1}}", "{all: [1]}", "{not: {a: 2026-02-30}}", "{not: a}",
    "{not: {a: b}}",
)  # fmt: skip
NAMES = ("zzz", "a b", "李敏", "李+敏", "a/b", "x" * 81)
BEYOND_SHAPE = (
    "is less than min",
    "before it begins",
    "is longer than 31 days",
    "one anchor has one form",
    "write {event: KIND",
    "write the field to count from too",
)
"""What the loader says of values that fit each field by itself but not each other."""
STRICTER = {"by", "in", "away"}
"""Fields of which editors say more: rules of the whole entry for the first two; `away` in words is for tables."""
DEFINITIONS = definitions("obligations")


@st.composite
def spoilt(draw: st.DrawFn, example: object) -> str:
    """An example as a file has it, or with something in it that is otherwise."""
    if draw(st.integers(0, 3)) == 0 or not isinstance(example, Mapping | list) or not example:
        return draw(st.sampled_from((flow(example), *WORDS, *PARTED)))
    if isinstance(example, list):
        place = draw(st.integers(0, len(example) - 1))
        items = [draw(spoilt(each)) if index == place else flow(each) for index, each in enumerate(example)]
        return f"[{', '.join(items)}]"
    changed, change = draw(st.sampled_from(list(example))), draw(st.sampled_from(("value", "value", "name", "none")))
    fields = {flow(name): flow(each) for name, each in example.items()}
    if change == "value":
        fields[flow(changed)] = draw(spoilt(example[changed]))
    elif change == "name":
        fields[draw(st.sampled_from(NAMES))] = flow(example[changed])
    else:
        del fields[flow(changed)]
    return "{" + ", ".join(f"{name}: {each}" for name, each in fields.items()) + "}"


FIELDS = [(part.model, name) for part in PARTS for name in dict.fromkeys(name for name, _ in examples(part.model))]


@pytest.mark.parametrize(("model", "name"), FIELDS, ids=[f"{model.__name__}-{name}" for model, name in FIELDS])
def test_editors_and_the_loader_refuse_the_same_values(
    model: type[BaseModel], name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    schema = Draft7Validator({"allOf": [plain_schema(model)["properties"][name]], **DEFINITIONS})
    file = tmp_path_factory.mktemp("field") / "field.yaml"

    given_examples = [each for key, each in examples(model) if key == name]
    has_parts = any(isinstance(each, Mapping | list) for each in given_examples)

    @settings(max_examples=100 if has_parts else 30)
    @given(st.sampled_from(given_examples).flatmap(spoilt))
    def agree(text: str) -> None:
        written = f"{name}: {text}\n"
        assume(is_as_written(written))
        file.write_text(written, encoding="utf-8")
        found = as_editors_read_it(written)[name]
        theirs, ours = [each.message for each in schema.iter_errors(found)], complaints(model, name, file)
        if any(not rule_of_several(each) for each in ours):
            assert theirs, f"only the loader refuses {text}: {ours}"
        if theirs and not has_flag(found) and name not in STRICTER:
            assert ours, f"only editors refuse {text}: {theirs}"

    agree()


def complaints(model: type[BaseModel], name: str, file: Path) -> list[str]:
    """What the loader says of a field."""
    document, unread = read_document(file)
    assert unread == []
    assert document is not None
    assert isinstance(document.data, YamlMapping)
    meaning = {"applies_to": of_organizations, "where": of_events}.get(name)
    found = [message for _, message in selector_faults(document.data[name], (), meaning)] if meaning else []
    try:
        model.model_validate(document.data)
    except ValidationError as error:
        found += [each["msg"] for each in error.errors() if each["loc"][:1] == (name,)]
    return found


def rule_of_several(message: str) -> bool:
    return any(each in message for each in BEYOND_SHAPE)


def has_flag(data: object) -> bool:
    """Whether `true` or `false` stands there, which editors refuse as text; the loader cannot know them from text."""
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return isinstance(data, bool) or any(has_flag(each) for each in parts)


def kind_of(path: Path) -> str:
    """Whose schema a shipped file is to meet."""
    if path.name == "duban.yaml":
        return "duban"
    return next({"catalogues": "obligations"}.get(part, part) for part in reversed(path.parts) if part in DIRECTORIES)


DIRECTORIES = {*MODELS, "catalogues"}
SHIPPED = sorted(shipped_directory("catalogues").parent.rglob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=["/".join(path.parts[-2:]) for path in SHIPPED])
def test_what_is_shipped_meets_its_schema(path: Path) -> None:
    data = as_editors_read_it(path.read_text(encoding="utf-8"))
    assert [each.message for each in Draft7Validator(schema_of(kind_of(path))).iter_errors(data)] == []


def in_town(kind: str) -> str:
    return "duban.yaml" if kind == "duban" else f"{kind}/more.yaml"


BAD = {
    "an unknown setting": ("duban", SETTINGS + "langauge: en\n"),
    "an unknown channel kind": ("duban", "start: 2026-01-01\nchannels: {email: {kind: smpt}}\n"),
    "no channels": ("duban", "start: 2026-01-01\n"),
    "a password": ("duban", "start: 2026-01-01\nchannels: {e: {kind: smtp, host: m, sender: a@b, password: x}}\n"),
    "no place of a password": (
        "duban",
        "start: 2026-01-01\nchannels: {e: {kind: smtp, host: m, sender: a@b, password: {}}}\n",
    ),
    "a zone that is not there": ("duban", SETTINGS + "timezone: Asia/Shangai\n"),
    "an organization without a name": ("organizations", "- {id: a, kind: office}\n"),
    "an unknown field of a post": ("organizations", "- {id: a, kind: office, name: 办, posts: {duty: {nmae: 李四}}}\n"),
    "a post of two words": ("organizations", "- {id: a, kind: office, name: 办, posts: {on duty: {name: 李四}}}\n"),
    "dates of nobody": ("organizations", "- {id: a, kind: office, name: 办, dates: {permit: {}}}\n"),
    "one organization instead of a list": ("organizations", "{id: a, kind: office, name: 办}\n"),
    "an entry without an id": ("obligations", "- {title: 学, applies_to: {}, every: month}\n"),
    "a duty of one's own without a title": ("obligations", "- {id: own, applies_to: {}, every: month}\n"),
    "an unknown field of a shipped duty": ("obligations", "- {id: ent-09b, evrey: month}\n"),
    "an unknown condition": ("obligations", DUTY.replace("enterprise}", "enterprise, headcount: {mni: 1}}")),
    "a condition within a condition": (
        "obligations",
        DUTY.replace("{kind: enterprise}", "{not: {any: {kind: office}}}"),
    ),
    "a ladder of one's own without steps": ("policies", "- {id: own, days: all}\n"),
    "a shipped ladder whose steps tell nobody": ("policies", "- {id: standard, steps: [{at: 0d, stage: urge}]}\n"),
    "an event without an organization": ("events", "- {id: a, kind: accident}\n"),
    "parts of an event's field": ("events", ACCIDENT + "  site: {name: 罐区}\n"),
    "a notice without its paper": ("calendars", "id: cn-2027\nholidays: []\n"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_its_schema_refuses_the_loader_refuses_too(name: str, tmp_path: Path) -> None:
    kind, text = BAD[name]
    assert not Draft7Validator(schema_of(kind)).is_valid(as_editors_read_it(text))
    assert in_town(kind) in {file for file, *_ in faults(lay_out(tmp_path, {in_town(kind): text}))}


CONDITIONS = """
    kind: [enterprise, office]
    headcount: {min: 1, max: '900'}
    since: 2026-01-01
    not: {any: [{lacks: principal}, {all: [{traits: key}, {region: {lacks: duty}}]}]}"""
GOOD = {
    "one field of a shipped duty": ("obligations", "- {id: ent-09b, every: half_year}\n"),
    "what a shipped duty says, dropped": ("obligations", "- {id: ent-09b, clause: '', by: }\n"),
    "one field of a shipped ladder": ("policies", "- {id: standard, days: all}\n"),
    "a file of comments": ("obligations", "# none yet\n"),
    "a mobile number without quotes": (
        "organizations",
        "- {id: a, kind: office, name: 办, posts: {duty: {name: 李, mobile: 13800000001}}}\n",
    ),
    "numbers in quotes": ("organizations", FIRM + '  headcount: "120"\n'),
    "all sorts of fields of an event": (
        "events",
        ACCIDENT + "  occurred_at: 2026-09-18T14:20\n  liability: true\n  deaths: 1\n  note: \n  sites: [罐区, 泵房]\n",
    ),
    "conditions of all sorts": (
        "obligations",
        DUTY.replace("{kind: enterprise}", CONDITIONS) + "  every: year\n",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_the_loader_takes_meets_its_schema(name: str, tmp_path: Path) -> None:
    kind, text = GOOD[name]
    load(lay_out(tmp_path, {in_town(kind): text}))
    assert [each.message for each in Draft7Validator(schema_of(kind)).iter_errors(as_editors_read_it(text))] == []
