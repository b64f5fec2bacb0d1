"""Whatever organizations there are, a table that is written from them is read as the same ones; so is YAML."""

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config import assembling
from config.columns import OF_A_POST, PLAIN, cells_of
from config.documents import parse_document
from config.roster_reading import read_roster
from config.schema import OrganizationEntry, PostEntry
from config.validation import validate_data
from obligations.mobile_numbers import domestic
from obligations.organizations import RELATIONS, Kind, Organization, Post
from tests.config.tables import as_csv, as_xlsx

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
words = st.text("安全生产ABC1é𬭚.-_（）&<>'\"#=", min_size=1, max_size=8).filter(lambda text: not text.startswith("#"))
texts = st.text("青山厂 A1,;；、\n\"'“&<>=|\t", min_size=1, max_size=12).map(str.strip).filter(bool)
days = st.dates(date(1990, 1, 1), date(2099, 12, 31))
persons = st.dictionaries(st.text("李敏王五·Ab0._-", min_size=1, max_size=5), days, min_size=1, max_size=3)
names_of_dates = st.sampled_from(["permit", "licence_expires", "复审", "a.b"])
posts = st.tuples(
    texts,
    st.none() | st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.cn", fullmatch=True),
    st.none() | st.from_regex(r"\+?[0-9]{6,15}", fullmatch=True).map(domestic),
    st.none() | ids,
).map(lambda said: Post(*said))


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    dates: Mapping[str, date | Mapping[str, date]] = draw(st.dictionaries(names_of_dates, days | persons, max_size=3))
    return Organization(
        id=draw(ids),
        kind=draw(st.sampled_from(Kind)),
        name=draw(texts),
        posts=draw(st.dictionaries(st.sampled_from(["principal", "safety_officer", "duty.night", "p-1"]), posts)),
        relations=draw(st.dictionaries(st.sampled_from(RELATIONS), ids)),
        traits=tuple(draw(st.lists(words, max_size=3))),
        region=draw(st.none() | texts),
        industry=draw(st.none() | texts),
        headcount=draw(st.none() | st.integers(0, 10_000_000)),
        since=draw(st.none() | days),
        dates={name: day for name, day in dates.items() if isinstance(day, date)},
        person_dates={name: each for name, each in dates.items() if not isinstance(each, date)},
    )


rosters = st.lists(organizations(), min_size=1, max_size=5, unique_by=lambda each: each.id)


def table_of(roster: list[Organization]) -> list[list[str]]:
    rows = [cells_of(each) for each in roster]
    header = list(dict.fromkeys(("id", "kind", "name", *(name for row in rows for name in row))))
    return [header, *([row.get(name, "") for name in header] for row in rows)]


def read(name: str, data: bytes) -> list[Organization]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / name
        path.write_bytes(data)
        found = read_roster(path, lambda _: None, lambda _: None)
        assert list(found.faults) == []
        return list(found.organizations.values())


@given(rosters)
def test_csv_says_the_same_as_the_organizations_it_is_written_from(roster: list[Organization]) -> None:
    assert read("a.csv", as_csv(table_of(roster)).encode()) == roster


@given(rosters)
@settings(max_examples=30)
def test_a_workbook_says_the_same_as_the_organizations_it_is_written_from(roster: list[Organization]) -> None:
    assert read("a.xlsx", as_xlsx(table_of(roster))) == roster


@given(rosters)
@settings(max_examples=30)
def test_yaml_says_the_same_as_the_organizations_it_is_written_from(roster: list[Organization]) -> None:
    document, faults = parse_document(
        yaml.safe_dump([entry_of(each) for each in roster], allow_unicode=True), Path("a")
    )
    assert not faults
    assert document is not None
    assert isinstance(document.data, list)
    read_back = [validate_data(OrganizationEntry, raw, document) for raw in document.data]
    assert [assembling.organization(each) for each, _ in read_back if each is not None] == roster


def entry_of(organization: Organization) -> dict[str, object]:
    plain = {name: getattr(organization, name, None) for name in PLAIN}
    found = (
        plain | {"kind": organization.kind.value, "traits": list(organization.traits)} | dict(organization.relations)
    )
    found["dates"] = dict(organization.dates) | {name: dict(each) for name, each in organization.person_dates.items()}
    found["posts"] = {
        key: {name: getattr(post, name) for name in OF_A_POST if getattr(post, name) is not None}
        for key, post in organization.posts.items()
    }
    return {name: value for name, value in found.items() if value is not None}


def test_the_columns_are_the_fields_of_an_organization() -> None:
    """A field that the schema gains must be read from tables, too."""
    assert set(OrganizationEntry.model_fields) == {*PLAIN, "posts", "dates"}
    assert {*Organization._fields} == {*PLAIN, "posts", "relations", "dates", "person_dates"} - {*RELATIONS}
    assert Post._fields == OF_A_POST


@pytest.mark.parametrize("schema", [OrganizationEntry, PostEntry])
def test_the_schema_has_no_rule_that_looks_at_several_fields(schema: type[OrganizationEntry]) -> None:
    """The reading of tables validates each column by itself; such a rule would pass it by."""
    assert not schema.__pydantic_decorators__.model_validators
    assert not schema.__pydantic_decorators__.field_validators
    assert not schema.__pydantic_decorators__.root_validators
