"""What may stand in the cells of a roster, and what it means."""

from datetime import date, datetime
from pathlib import Path

import pytest

from obligations.organizations import Absence
from tests.config.tables import (
    HEADER,
    MORE_CSV,
    MORE_MAPPING,
    MORE_XLSX,
    TEA,
    Cell,
    as_csv,
    as_xlsx,
    only,
    organizations,
)
from tests.config.town import faults, lay_out

DAY = date(2026, 9, 18)


def read(directory: Path, name: str, cell: Cell, mapping: str = "", *, workbook: bool = False) -> object:
    """What a cell means in a column of that name; a workbook has it typed, CSV as its text."""
    rows = [(*HEADER.split(","), name), (*TEA.split(","), cell)]
    files = {MORE_XLSX: as_xlsx(rows)} if workbook else {MORE_CSV: as_csv(rows)}
    found = only(directory, files | {MORE_MAPPING: mapping})
    post, _, attribute = name.rpartition(".")
    if post == "dates":
        return found.dates.get(attribute) or found.person_dates.get(attribute)
    return getattr(found.posts["principal"] if post else found, attribute)


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-18", "2026-9-18", "2026/9/18", "2026/09/18", "2026.9.18", "2026年9月18日", "2026年09月18日",
        "20260918", " 2026-09-18 ", "2026-09-18 00:00:00", "2026-09-18T00:00:00", "2026/9/18 0:00",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["since", "dates.checked"])
def test_a_day_is_read_in_the_forms_in_which_people_write_it(text: str, name: str, tmp_path: Path) -> None:
    assert read(tmp_path, name, text) == DAY


@pytest.mark.parametrize("cell", [DAY, datetime(2026, 9, 18), 20260918, "2026年9月18日"])  # noqa: DTZ001 # a cell has no zone
@pytest.mark.parametrize("name", ["since", "dates.checked"])
def test_a_day_of_a_workbook_is_read(cell: Cell, name: str, tmp_path: Path) -> None:
    assert read(tmp_path, name, cell, workbook=True) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "李敏=2027-05-31；王五=2026-03-01",
        "李敏=2027-05-31;王五=2026-03-01",
        "李敏=2027-05-31\n王五=2026-03-01",
        " 李敏 = 2027/5/31 ；\r\n 王五＝2026年3月1日； ",
        "李敏=20270531；；王五=2026.3.1",
    ],
)
@pytest.mark.parametrize("workbook", [False, True])
def test_a_day_of_each_of_several_persons_is_read(text: str, workbook: bool, tmp_path: Path) -> None:
    expected = {"李敏": date(2027, 5, 31), "王五": date(2026, 3, 1)}
    assert read(tmp_path, "dates.certificate_expires", text, workbook=workbook) == expected


@pytest.mark.parametrize("person", ["李敏", "Li.Min-2_b", "阿依古丽·买买提", "0042"])
def test_a_person_is_named_in_letters_digits_dots_hyphens_and_underscores(person: str, tmp_path: Path) -> None:
    assert read(tmp_path, "dates.checked", f"{person}=2026-09-18") == {person: DAY}


@pytest.mark.parametrize("text", ["a;b", "a；b", "a、b", "a,b", "a，b", "a|b", "a b", "a\nb", " a ;; b、", "a\u3000b"])
def test_traits_are_parted_as_people_part_words(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, "traits", text) == ("a", "b")


def mobile(directory: Path, cell: Cell, *, workbook: bool) -> str | None:
    """What a cell means as somebody's mobile number."""
    rows = [(*HEADER.split(","), "principal.name", "principal.mobile"), (*TEA.split(","), "白露", cell)]
    files = {MORE_XLSX: as_xlsx(rows)} if workbook else {MORE_CSV: as_csv(rows)}
    return only(directory, files).posts["principal"].mobile


@pytest.mark.parametrize("cell", [13800000001, 13800000001.0, "13800000001", " 13800000001 ", "13800000001.0"])
@pytest.mark.parametrize("workbook", [False, True])
def test_a_mobile_number_may_be_text_or_a_number(cell: Cell, workbook: bool, tmp_path: Path) -> None:
    assert mobile(tmp_path, cell, workbook=workbook) == "13800000001"


@pytest.mark.parametrize("cell", ["+8613800000001", "8613800000001", "008613800000001", 8613800000001])
@pytest.mark.parametrize("workbook", [False, True])
def test_a_mobile_number_is_the_same_with_the_country_before_it(cell: Cell, workbook: bool, tmp_path: Path) -> None:
    assert mobile(tmp_path, cell, workbook=workbook) == "13800000001"


@pytest.mark.parametrize("workbook", [False, True])
def test_a_number_of_another_country_stays_as_it_stands(workbook: bool, tmp_path: Path) -> None:
    assert mobile(tmp_path, "+85291234567", workbook=workbook) == "+85291234567"


@pytest.mark.parametrize(
    ("name", "cell", "expected"),
    [
        ("headcount", 320, 320), ("headcount", "320", 320), ("headcount", 320.0, 320), ("headcount", 0, 0),
        ("region", 330226, "330226"), ("region", 1.5, "1.5"), ("region", True, "true"),
        ("region", datetime(2026, 9, 18, 14, 20), "2026-09-18 14:20:00"),  # noqa: DTZ001 # a cell has no zone
    ],
)  # fmt: skip
def test_a_cell_of_a_workbook_may_be_typed(name: str, cell: Cell, expected: object, tmp_path: Path) -> None:
    assert read(tmp_path, name, cell, workbook=True) == expected


def test_a_formula_of_a_workbook_is_what_it_came_to(tmp_path: Path) -> None:
    """The writer of the tests lets each formula come to 0."""
    rows = [(*HEADER.split(","), "region"), (*TEA.split(","), '="青山"&"县"')]
    assert only(tmp_path, {MORE_XLSX: as_xlsx(rows, formulas=True)}).region == "0"


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\t", "\n"])
@pytest.mark.parametrize(("name", "nothing"), [("region", None), ("headcount", None), ("traits", ()), ("since", None)])
def test_a_blank_cell_says_nothing(text: str, name: str, nothing: object, tmp_path: Path) -> None:
    assert read(tmp_path, name, text) == nothing


@pytest.mark.parametrize("text", ["#1 矿井", "#", "##N/A"])
def test_a_text_may_begin_with_a_hash(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, "principal.name", text) == text


@pytest.mark.parametrize(
    ("name", "text", "mapping", "expected"),
    [
        ("industry", " 危化品 ", "values: {industry: {危化品: hazardous_chemicals}}", "hazardous_chemicals"),
        ("industry", "烟花", "values: {industry: {危化品: hazardous_chemicals}}", "烟花"),
        ("traits", "重点、高危；x", "values: {traits: {高危: high_risk, 重点: key}}", ("key", "high_risk", "x")),
        ("traits", "无", "values: {traits: {无: }}", ()),
        ("headcount", "无", "values: {headcount: {无: }}", None),
        ("headcount", "未知", "values: {headcount: {未知: 0}}", 0),
        ("headcount", "", "defaults: {headcount: 0}", 0),
        ("headcount", "无", "values: {headcount: {无: }}\ndefaults: {headcount: 5}", 5),
        ("dates.permit", "长期", "values: {dates.permit: {长期: }}", None),
        ("dates.permit", "长期", "values: {dates.permit: {长期: 2099-12-31}}", date(2099, 12, 31)),
        ("dates.permit", "", "defaults: {dates.permit: 2026年9月18日}", DAY),
        ("since", "", "defaults: {since: 2026-09-18}", DAY),
        ("region", "", "defaults: {region: 青山县}", "青山县"),
        ("region", "滨海县", "defaults: {region: 青山县}", "滨海县"),
        ("traits", "", "defaults: {traits: [high_risk, key]}", ("high_risk", "key")),
        ("traits", "", "defaults: {traits: 'high_risk；key'}", ("high_risk", "key")),
        ("region", "青山县", "defaults: {industry: food}", "青山县"),
        ("principal.name", "", "defaults: {principal.name: 值班室}", "值班室"),
    ],
)
def test_a_mapping_file_says_what_words_and_blanks_mean(
    name: str, text: str, mapping: str, expected: object, tmp_path: Path
) -> None:
    assert read(tmp_path, name, text, mapping) == expected


def test_a_default_stands_for_a_column_that_is_not_there(tmp_path: Path) -> None:
    mapping = "defaults: {kind: enterprise, office: off-city, traits: key, dates.permit: 2026-09-18}\n"
    found = only(tmp_path, {MORE_CSV: "id,name\nent-tea,青山茶厂\n", MORE_MAPPING: mapping})
    assert (found.kind.value, found.relations, found.traits) == ("enterprise", {"office": "off-city"}, ("key",))
    assert found.dates == {"permit": DAY}


def test_a_default_of_a_post_holds_only_where_somebody_holds_the_post(tmp_path: Path) -> None:
    table = (
        f"{HEADER},principal.name,duty.name,duty.deputy\nent-a,enterprise,甲,白露,,\nent-b,enterprise,乙,白露,谷雨,\n"
    )
    mapping = "defaults: {duty.deputy: principal, duty.email: duty@example.com}\n"
    found = organizations(tmp_path, {MORE_CSV: table, MORE_MAPPING: mapping})
    assert list(found["ent-a"].posts) == ["principal"]
    assert (found["ent-b"].posts["duty"].deputy, found["ent-b"].posts["duty"].email) == (
        "principal",
        "duty@example.com",
    )


@pytest.mark.parametrize("text", ["2026-10-01..2026-10-15", " 2026-10-01 .. 2026-10-15 ", "2026/10/1..2026年10月15日"])
@pytest.mark.parametrize("workbook", [False, True])
def test_an_absence_is_its_first_and_its_last_day(text: str, workbook: bool, tmp_path: Path) -> None:
    header, row = (*HEADER.split(","), "principal.name", "principal.away"), (*TEA.split(","), "白露", text)
    files = {MORE_XLSX: as_xlsx([header, row])} if workbook else {MORE_CSV: as_csv([header, row])}
    assert only(tmp_path, files).posts["principal"].away == Absence(date(2026, 10, 1), date(2026, 10, 15))


UNWANTED = {
    "\u200b": "an invisible character (U+200B) stands here; delete it",
    "\u202e": "a character that turns the direction of writing (U+202E) stands here, so that text looks other than it "
    "is; delete it",
    "\x1c": "a control character (U+001C) stands here; delete it",
    "\ufeff": "a byte order mark (U+FEFF) stands in the middle, as when files are joined; delete it",
    "\ufffd": "a character was lost here when the file was converted (U+FFFD stands in its place); write the word "
    "again",
    "\u2028": "a line break that most editors do not show (U+2028) stands here; delete it, or begin a line here",
}


@pytest.mark.parametrize("column", ["name", "traits", "region", "principal.name", "dates.checked"])
@pytest.mark.parametrize("workbook", [False, True], ids=["CSV", "XLSX"])
@pytest.mark.parametrize("character", UNWANTED, ids=lambda each: f"U+{ord(each):04X}")
def test_what_yaml_refuses_to_read_is_refused_in_a_cell(
    character: str, workbook: bool, column: str, tmp_path: Path
) -> None:
    if workbook and character == "\x1c":
        character = "\x7f"  # XML has no other control characters
    names = ["id", "kind", *dict.fromkeys(["name", "principal.name", column])]
    row = {"id": "ent-tea", "kind": "enterprise", "name": "茶厂", "principal.name": "白露"} | {column: f"茶{character}"}
    rows = [names, [row[name] for name in names]]
    name = MORE_XLSX if workbook else MORE_CSV
    lay_out(tmp_path, {name: as_xlsx(rows) if workbook else as_csv(rows)})
    ((path, line, place, message),) = faults(tmp_path)
    assert (path, line, place) == (name, 2, names.index(column) + 1)
    said = UNWANTED.get(character, "a control character (U+007F) stands here; delete it")
    assert message.endswith(f"{column}: {said}")


def test_a_null_byte_in_a_table_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE_CSV: f"{HEADER}\nent-tea,enterprise,青山\0茶厂\n"})
    message = "name: a null byte stands here; is the file UTF-16, or no text at all? save it as text in UTF-8"
    assert faults(tmp_path) == [(MORE_CSV, 2, 3, message)]


def test_an_invisible_character_in_the_name_of_a_column_is_a_fault(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE_CSV: f"{HEADER},re\u200bgion\n{TEA},青山县\n"})
    assert faults(tmp_path) == [(MORE_CSV, 1, 4, UNWANTED["\u200b"])]


@pytest.mark.parametrize("name", ["青山\n茶厂", "青山\u3000茶厂", "青山\r\n茶厂", "\ue000记"])
def test_lines_and_blanks_may_stand_in_a_name(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, "principal.name", name) == name
