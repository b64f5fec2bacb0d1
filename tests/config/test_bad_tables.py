"""Mistakes in tables and their mapping files: each at its line and column, and what to do about it."""

from pathlib import Path

import pytest

from tests.config.tables import HEADER, MORE_CSV, MORE_MAPPING, MORE_XLSX, TEA, as_csv, as_xlsx
from tests.config.town import DUTY, ROSTER, Files, faults, lay_out

Place = tuple[int, int, str]
NOT_CLOSED = "is there a comma too many, or is a [ or { above not closed?"
MORE = "more.mapping.yaml"
WHICH_DAY = "say behind the dot which day it is, as dates.licence_expires"
ADVICE = f"map it under `columns` in {MORE}, or write `other_columns: ignore` there"
HOW = f"call one so, or map one to it under `columns` in {MORE}"
ID = "write letters, digits, dots, hyphens and underscores, as in ent-binhai-chem"
MOBILE = 'write the digits without spaces or hyphens, as "13800000001" or "+8613800000001"'
DAY = "write it as 2026-09-18, or one for each person as 李敏=2027-05-31；王五=2026-03-01"
PERSON = "write a person in letters, digits, dots, hyphens and underscores, as 李敏"


def row(name: str, text: str) -> str:
    """A table with one more column than it needs."""
    return as_csv([(*HEADER.split(","), name), (*TEA.split(","), text)])


IN_ROWS: dict[str, tuple[str, *tuple[Place, ...]]] = {
    "a blank id": (f"{HEADER}\n,enterprise,青山茶厂\n", (2, 1, "id: must not be blank")),
    "a blank kind": (f"{HEADER}\nent-tea,,青山茶厂\n", (2, 2, "kind: must not be blank")),
    "a blank name": (f"{HEADER}\nent-tea,enterprise, \n", (2, 3, "name: must not be blank")),
    "an id in Chinese": (
        f"{HEADER}\n青山茶厂,enterprise,青山茶厂\n",
        (2, 1, f"id: '青山茶厂' is not possible; {ID}"),
    ),
    "an unknown kind": (
        f"{HEADER}\nent-tea,enterprize,青山茶厂\n",
        (2, 2, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
    ),
    "a word for a number": (
        row("headcount", "many"),
        (2, 4, "headcount: expected a whole number, found 'many'"),
    ),
    "less than nobody": (row("headcount", "-3"), (2, 4, "headcount: '-3' is too small; at least 0 is allowed")),
    "a day that does not exist": (
        row("since", "2026年2月30日"),
        (2, 4, "since: '2026-02-30' is no day of the calendar (day is out of range for month)"),
    ),
    "a month for a day": (row("since", "2026年2月"), (2, 4, "since: '2026年2月' is not a day; write it as 2026-09-18")),
    "a moment for a day": (
        row("since", "2026-09-18 14:20"),
        (2, 4, "since: '2026-09-18 14:20' is not a day; write it as 2026-09-18"),
    ),
    "a word for a date": (row("dates.permit", "长期"), (2, 4, f"dates.permit: '长期' is not a day; {DAY}")),
    "two days for one date": (
        row("dates.permit", "2026-09-18；2027-09-18"),
        (2, 4, f"dates.permit: '2026-09-18；2027-09-18' is not a day; {DAY}"),
    ),
    "days of persons of whom one has no name": (
        row("dates.permit", "李敏=2026-09-18；2027-09-18"),
        (2, 4, "dates.permit: '2027-09-18' names no person; write 李敏=2027-05-31；王五=2026-03-01"),
    ),
    "days of persons of whom one has no day": (
        row("dates.permit", "李敏="),
        (2, 4, "dates.permit: '' is not a day; write it as 2026-09-18"),
    ),
    "a person twice": (
        row("dates.permit", "李敏=2026-09-18；李敏=2027-09-18"),
        (2, 4, "dates.permit: '李敏' stands here twice"),
    ),
    "a person with a slash": (
        row("dates.permit", "李/敏=2026-09-18"),
        (2, 4, f"dates.permit: '李/敏' is not possible; {PERSON}"),
    ),
    "two persons between commas": (
        row("dates.permit", "李敏=2026-09-18，王五=2027-09-18"),
        (2, 4, "dates.permit: '2026-09-18，王五=2027-09-18' is not a day; write it as 2026-09-18"),
    ),
    "addresses that are none": (
        f"{HEADER},principal.name,principal.email,principal.mobile\n{TEA},白露,bai,138-0000-0001\n",
        (2, 5, "principal.email: 'bai' is not possible; write an e-mail address, as wang@example.com"),
        (2, 6, f"principal.mobile: '138-0000-0001' is not possible; {MOBILE}"),
    ),
    "an absence of one day in words": (
        f"{HEADER},principal.name,principal.away\n{TEA},白露,2026-10-01\n",
        (
            2,
            5,
            "principal.away: '2026-10-01' is no absence; write the first and the last day, as 2026-10-01..2026-10-15",
        ),
    ),
    "a mobile number that a spreadsheet rounded": (
        f"{HEADER},principal.name,principal.mobile\n{TEA},白露,1.38E+10\n",
        (2, 5, f"principal.mobile: '1.38E+10' is not possible; {MOBILE}"),
    ),
    "an address of nobody": (
        f"{HEADER},principal.name,principal.email\n{TEA},,bai@example.com\n",
        (2, 4, "principal.name: must not be blank where other cells of the post are not"),
    ),
    "the error of a formula": (
        f"{HEADER},region\nent-tea,enterprise,#REF!,#N/A\n",
        (2, 3, "name: holds #REF!, the error of a formula; mend the formula, or write the value itself"),
        (2, 4, "region: holds #N/A, the error of a formula; mend the formula, or write the value itself"),
    ),
    "the error of a formula in all that a post has": (
        row("principal.name", "#VALUE!"),
        (2, 4, "principal.name: holds #VALUE!, the error of a formula; mend the formula, or write the value itself"),
    ),
    "an organization that cannot be an id": (row("office", "市办"), (2, 4, f"office: '市办' is not possible; {ID}")),
    "an unknown organization": (
        row("office", "off-ctiy"),
        (2, 4, "office: there is no organization 'off-ctiy'; did you mean 'off-city'?"),
    ),
    "an enterprise as supervisor": (
        row("office", "ent-chem"),
        (2, 4, "office: 'ent-chem' is an enterprise; name who supervises this organization"),
    ),
    "an unknown organization beside another fault of the same row": (
        f"{HEADER},headcount,office\n{TEA},many,off-ctiy\n",
        (2, 4, "headcount: expected a whole number, found 'many'"),
        (2, 5, "office: there is no organization 'off-ctiy'; did you mean 'off-city'?"),
    ),
    "a deputy whose post nobody holds": (
        f"{HEADER},principal.name,duty.name,duty.deputy\n{TEA},,白露,principal\n",
        (2, 6, "duty.deputy: nobody holds the post 'principal' here; known: duty"),
    ),
    "a deputy of oneself": (
        f"{HEADER},duty.name,duty.deputy\n{TEA},白露,duty\n",
        (2, 5, "duty.deputy: the duty cannot be the deputy of the duty; name another post"),
    ),
    "an id twice": (
        f"{HEADER}\n{TEA}\n{TEA}\n",
        (3, 1, "id: the id 'ent-tea' is taken by {0}/organizations/more.csv:2; ids are unique"),
    ),
    "an id twice, in rows with faults": (
        f"{HEADER}\nent-tea,x,y\nent-tea,enterprise,y\n",
        (2, 2, "kind: 'x' is not possible; known: enterprise, government, office, regulator"),
        (3, 1, "id: the id 'ent-tea' is taken by {0}/organizations/more.csv:2; ids are unique"),
    ),
    "an id of another file": (
        f"{HEADER}\nent-chem,enterprise,青山茶厂\n",
        (2, 1, "id: the id 'ent-chem' is taken by {0}/organizations/city.yaml:7; ids are unique"),
    ),
    "more cells than columns": (
        f"{HEADER}\nent-inn,enterprise,旅馆,青山县\n{TEA},,\n",
        (2, 4, "the row has more cells than there are columns (3); does a cell with a comma lack its quotes?"),
    ),
    "a cell in a column without a name": (
        f"{HEADER},,region\n{TEA},,\nent-b,enterprise,乙,白露,\nent-c,enterprise,丙,谷雨,\n",
        (
            3,
            4,
            f"the column of this cell has no name in line 1; give it one, or write `other_columns: ignore` into {MORE}",
        ),
    ),
    "a row after a cell of several lines": (
        f'{HEADER}\n{TEA}\nent-b,enterprise,"乙\n丙\n丁"\nent-c,enterprize,戊\n',
        (6, 2, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
    ),
    "a quotation mark that is not closed": (
        f'{HEADER}\n{TEA}\nent-b,enterprise,"乙\nent-c,enterprise,丙\n',
        (3, 1, "a quotation mark opens in this row and is not closed"),
    ),
    "text after a quotation mark": (
        f'{HEADER}\nent-b,enterprise,"乙"丙\nent-c,enterprize,丙\n',
        (2, 1, "text follows a closing quotation mark; double each quotation mark within a cell"),
        (3, 2, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
    ),
    "a cell without end": (
        f'{HEADER}\nent-b,enterprise,"{200_000 * "a"}\nent-c,enterprize,丙\n',
        (2, 1, "a cell has more than 131,072 characters; is a quotation mark before it not closed?"),
        (3, 2, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
    ),
    "several faults of one row, and one of another": (
        f"{HEADER},headcount\n青山,x,,many\n{TEA},1\nent-b,enterprise,乙,-1\n",
        (2, 1, f"id: '青山' is not possible; {ID}"),
        (2, 2, "kind: 'x' is not possible; known: enterprise, government, office, regulator"),
        (2, 3, "name: must not be blank"),
        (2, 4, "headcount: expected a whole number, found 'many'"),
        (4, 4, "headcount: '-1' is too small; at least 0 is allowed"),
    ),
    "an unknown column": (
        f"{HEADER},regoin,联系人\n{TEA},,\n",
        (1, 4, f"unknown column 'regoin'; did you mean 'region'? Otherwise {ADVICE}"),
        (1, 5, f"unknown column '联系人'; {ADVICE}"),
    ),
    "a column of a day without a name": (
        f"{HEADER},dates.\n{TEA},2026-01-01\n",
        (1, 4, f"unknown column 'dates.'; {WHICH_DAY}. Otherwise {ADVICE}"),
    ),
    "unknown columns of a post and of dates": (
        f"{HEADER},duty.name,duty.emial,date.permit,dates,负责人.name\n{TEA},,,,,\n",
        (1, 5, f"unknown column 'duty.emial'; did you mean 'duty.email'? Otherwise {ADVICE}"),
        (1, 6, f"unknown column 'date.permit'; did you mean 'dates.permit'? Otherwise {ADVICE}"),
        (1, 7, f"unknown column 'dates'; {ADVICE}"),
        (1, 8, f"unknown column '负责人.name'; {ADVICE}"),
    ),
    "a column twice": (
        f"{HEADER},name\n{TEA},青山茶厂\n",
        (1, 4, "the column 'name' stands twice, first as column 3; take one out"),
    ),
    "no columns that are needed": (
        "region,headcount\n青山县,3\n",
        (1, 1, f"there is no column 'id'; {HOW}"),
        (1, 1, f"there is no column 'kind'; {HOW}, or give it there for all rows as `defaults: {{kind: …}}`"),
        (1, 1, f"there is no column 'name'; {HOW}, or give it there for all rows as `defaults: {{name: …}}`"),
    ),
    "no column for the name of a holder": (
        f"{HEADER},duty.email\n{TEA},\n",
        (1, 1, f"there is no column 'duty.name'; a post needs the name of who holds it: {HOW}"),
    ),
}


@pytest.mark.parametrize("name", IN_ROWS)
def test_a_mistake_in_a_table_is_shown_at_its_cell(name: str, tmp_path: Path) -> None:
    text, *expected = IN_ROWS[name]
    places = [(MORE_CSV, line, column, message.replace("{0}", str(tmp_path))) for line, column, message in expected]
    assert faults(lay_out(tmp_path, {MORE_CSV: text})) == places


def test_a_fault_in_a_workbook_names_the_cell_too(tmp_path: Path) -> None:
    rows = [(), (None, "编号", "企业名称", "kind", "人数"), (None, "ent-tea", None, "enterprize", 3.5)]
    mapping = "header: 2\ncolumns: {编号: id, 企业名称: name, 人数: headcount}\n"
    lay_out(tmp_path, {MORE_XLSX: as_xlsx(rows), MORE_MAPPING: mapping})
    assert faults(tmp_path) == [
        (MORE_XLSX, 3, 3, "C3: 企业名称 (name): must not be blank"),
        (MORE_XLSX, 3, 4, "D3: kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
        (MORE_XLSX, 3, 5, "E3: 人数 (headcount): expected a whole number, found '3.5'"),
    ]


def test_a_cell_of_a_workbook_whose_formula_failed_is_a_fault_and_not_blank(tmp_path: Path) -> None:
    rows = as_xlsx([(*HEADER.split(","), "office"), (*TEA.split(","), "#N/A")], formulas=True)
    lay_out(tmp_path, {MORE_XLSX: rows})
    message = "D2: office: holds #N/A, the error of a formula; mend the formula, or write the value itself"
    assert faults(tmp_path) == [(MORE_XLSX, 2, 4, message)]


def test_the_columns_right_of_z_have_two_letters(tmp_path: Path) -> None:
    header = [*HEADER.split(","), *(f"p{n}.name" for n in range(700)), "headcount"]
    lay_out(tmp_path, {MORE_XLSX: as_xlsx([header, [*TEA.split(","), *[None] * 700, "x"]])})
    assert faults(tmp_path) == [(MORE_XLSX, 2, 704, "AAB2: headcount: expected a whole number, found 'x'")]


MAPPINGS: dict[str, tuple[str, *tuple[Place, ...]]] = {
    "an unknown field": ("colums: {}\n", (1, 1, "unknown field 'colums'; did you mean 'columns'?")),
    "a list instead of fields": ("- id: ent-tea\n", (1, 1, "the file: expected fields with values, found a list")),
    "a column of an unknown field": (
        "columns: {地区: regoin}\n",
        (1, 15, "地区: 'regoin' is no field of an organization; did you mean 'region'?"),
    ),
    "values of an unknown field": (
        "values: {duty.nmae: {甲: 乙}}\n",
        (1, 10, "duty.nmae: 'duty.nmae' is no field of an organization; did you mean 'duty.name'?"),
    ),
    "a column that the table has not": (
        "columns: {地区: region}\n",
        (1, 11, "the table has no column '地区'; known: id, kind, name"),
    ),
    "a column that the table calls a little otherwise": (
        "columns: {names: name}\n",
        (1, 11, "the table has no column 'names'; did you mean 'name'?"),
    ),
    "an impossible default": (
        "defaults: {region: 青山县, kind: enterprize}\n",
        (1, 31, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
    ),
    "a default that is no day": (
        "defaults: {since: 长期}\n",
        (1, 19, "since: '长期' is not a day; write it as 2026-09-18"),
    ),
    "a default for the id": (
        "defaults: {id: ent-tea}\n",
        (1, 16, "id: no two organizations have the same; the table needs a column for it"),
    ),
    "a default of several parts": (
        "defaults: {region: {a: b}}\n",
        (1, 20, "region: expected text, found fields with values"),
    ),
    "an impossible value": (
        "values:\n  kind: {企业: enterprize}\n  principal.email: {无: none}\n",
        (2, 14, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
        (3, 24, "principal.email: 'none' is not possible; write an e-mail address, as wang@example.com"),
    ),
    "a default organization that does not exist": (
        "defaults: {office: off-ctiy}\n",
        (1, 20, "office: there is no organization 'off-ctiy'; did you mean 'off-city'?"),
    ),
    "an unknown encoding": (
        "encoding: latin-1\n",
        (1, 11, "encoding: 'latin-1' is not possible; known: gb18030, gb2312, gbk, utf-8"),
    ),
    "a field twice, beside another mistake": (
        "header: 1\nheader: 0\nother_columns: ignroe\n",
        (2, 1, "'header' is set twice; first in line 1"),
        (3, 16, "other_columns: 'ignroe' is not possible; did you mean 'ignore'?"),
    ),
    "a header above all": ("header: 0\n", (1, 9, "header: '0' is too small; at least 1 is allowed")),
    "a word for other columns": (
        "other_columns: ignroe\n",
        (1, 16, "other_columns: 'ignroe' is not possible; did you mean 'ignore'?"),
    ),
}


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mistake_in_a_mapping_file_is_shown_at_its_place(name: str, tmp_path: Path) -> None:
    text, *expected = MAPPINGS[name]
    lay_out(tmp_path, {MORE_CSV: f"{HEADER}\n{TEA}\nent-b,enterprise,乙\n", MORE_MAPPING: text})
    assert faults(tmp_path) == [(MORE_MAPPING, *place) for place in expected]


def test_a_word_of_a_mapping_file_that_is_no_organization_is_shown_there_once(tmp_path: Path) -> None:
    table = f"{HEADER},office\nent-a,enterprise,甲,市办\nent-b,enterprise,乙,市办\nent-c,enterprise,丙,other\n"
    lay_out(tmp_path, {MORE_CSV: table, MORE_MAPPING: "values: {office: {市办: off-ctiy}}\n"})
    assert faults(tmp_path) == [
        (MORE_CSV, 4, 4, "office: there is no organization 'other'; known: off-city"),
        (MORE_MAPPING, 1, 23, "office: there is no organization 'off-ctiy'; did you mean 'off-city'?"),
    ]


def test_two_columns_of_one_field_are_a_fault_at_the_second(tmp_path: Path) -> None:
    table = f"{HEADER},电话,手机\n{TEA},,\n"
    mapping = "columns: {手机: principal.mobile, 电话: principal.mobile}\ndefaults: {principal.name: 值班室}\n"
    lay_out(tmp_path, {MORE_CSV: table, MORE_MAPPING: mapping})
    message = "'手机' is the field principal.mobile, and so is '电话'; a field has one column"
    assert faults(tmp_path) == [(MORE_CSV, 1, 5, message)]


def test_other_columns_are_ignored_where_the_mapping_file_says_so(tmp_path: Path) -> None:
    table = f"{HEADER},备注,备注,\n{TEA},甲,乙,丙\nent-b,enterprise,乙,,,,多\n"
    lay_out(tmp_path, {MORE_CSV: table, MORE_MAPPING: "other_columns: ignore\n"})
    message = "the row has more cells than there are columns (6); does a cell with a comma lack its quotes?"
    assert faults(tmp_path) == [(MORE_CSV, 3, 7, message)]


WHOLE: dict[str, tuple[Files, *tuple[tuple[str, *Place], ...]]] = {
    "GBK that is not declared": (
        {MORE_CSV: f"{HEADER}\nent-a,enterprise,A\n{TEA}\n".encode("gbk")},
        (MORE_CSV, 3, 3, f"is not UTF-8 but GBK, it seems; write `encoding: gbk` into {MORE} beside it"),
    ),
    "GBK that is not declared, after thousands of good rows": (
        {
            MORE_CSV: f"{HEADER}\nent-a,enterprize,A\n".encode()
            + b"".join(b"ent-%d,enterprise,A\n" % number for number in range(5_000))
            + TEA.encode("gbk")
        },
        (MORE_CSV, 2, 2, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
        (MORE_CSV, 5003, 3, f"is not UTF-8 but GBK, it seems; write `encoding: gbk` into {MORE} beside it"),
    ),
    "GBK that is not declared, right behind a fault and a row that breaks off": (
        {MORE_CSV: f'{HEADER}\nent-a,enterprize,A\nent-b,enterprise,"B\n'.encode() + TEA.encode("gbk") + b'"\n'},
        (MORE_CSV, 2, 2, "kind: 'enterprize' is not possible; did you mean 'enterprise'?"),
        (MORE_CSV, 4, 3, f"is not UTF-8 but GBK, it seems; write `encoding: gbk` into {MORE} beside it"),
    ),
    "UTF-8 that is declared to be GBK": (
        {MORE_CSV: f"{HEADER}\n{TEA}\n", MORE_MAPPING: "encoding: gbk\n"},
        (MORE_CSV, 1, 1, f"is UTF-8, and not GBK as {MORE} says; take `encoding` out there"),
    ),
    "bytes that are neither": (
        {MORE_CSV: f"{HEADER}\nent-a,".encode() + b"\xff\xff\n"},
        (MORE_CSV, 2, 2, "is not UTF-8; save it as CSV in UTF-8"),
    ),
    "bytes that are neither, declared as GBK": (
        {MORE_CSV: f"{HEADER}\nent-a,".encode() + b"\xff\xff\n", MORE_MAPPING: b"encoding: gb18030\n"},
        (MORE_CSV, 2, 2, "is neither GBK nor UTF-8 here; save it as CSV in UTF-8"),
    ),
    "UTF-16": (
        {MORE_CSV: f"{HEADER}\n{TEA}\n".encode("utf-16")},
        (MORE_CSV, 1, 1, "is not UTF-8 but UTF-16, it seems; save it as CSV in UTF-8"),
    ),
    "a workbook called CSV": (
        {MORE_CSV: as_xlsx([HEADER.split(",")])},
        (MORE_CSV, 1, 1, "is no CSV but a workbook, it seems; name it .xlsx"),
    ),
    "CSV called a workbook": (
        {MORE_XLSX: f"{HEADER}\n{TEA}\n"},
        (MORE_XLSX, 1, 1, "cannot be read as a workbook; open it in a spreadsheet and save it as .xlsx"),
    ),
    "half a workbook": (
        {MORE_XLSX: as_xlsx([HEADER.split(","), TEA.split(",")])[:2000]},
        (MORE_XLSX, 1, 1, "cannot be read as a workbook; open it in a spreadsheet and save it as .xlsx"),
    ),
    "an old workbook": (
        {MORE_XLSX: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000)},
        (MORE_XLSX, 1, 1, "is an old workbook or has a password; save it as .xlsx without one"),
    ),
    "no sheet of that name": (
        {MORE_XLSX: as_xlsx([HEADER.split(",")], "台账2026"), MORE_MAPPING: "header: 1\nsheet: 台账2025\n".encode()},
        (MORE_MAPPING, 2, 8, "the workbook has no sheet '台账2025'; did you mean '台账2026'?"),
    ),
    "a mapping file without its table": (
        {MORE_MAPPING: "encoding: gbk\n"},
        (MORE_MAPPING, 1, 1, "says how more.csv or more.xlsx is read, and neither is there"),
    ),
    "a mapping file called yml": (
        {MORE_CSV: f"{HEADER}\n{TEA}\n", "organizations/more.mapping.yml": ""},
        ("organizations/more.mapping.yml", 1, 1, "is not read; a mapping file ends in .mapping.yaml"),
    ),
    "two tables of one name": (
        {MORE_CSV: f"{HEADER}\n{TEA}\n".encode(), MORE_XLSX: as_xlsx([HEADER.split(","), ("b", "enterprise", "乙")])},
        (MORE_XLSX, 1, 1, "stands beside more.csv, the same roster by its name; keep one of them"),
    ),
    "an old workbook by its name": (
        {"organizations/more.xls": ""},
        ("organizations/more.xls", 1, 1, "is not read; organizations are kept in .yaml, .csv or .xlsx files"),
    ),
    "no row with the names of the columns": (
        {MORE_CSV: f"{HEADER}\n{TEA}\n", MORE_MAPPING: "header: 9\ndefaults: {kind: enterprise, name: 厂}\n"},
        (MORE_CSV, 9, 1, f"there is no column 'id'; {HOW}"),
    ),
    "a fault of YAML in a mapping file": (
        {MORE_CSV: f"{HEADER}\n{TEA}\n", MORE_MAPPING: "columns: {a: [\n"},
        (
            MORE_MAPPING,
            2,
            1,
            "malformed YAML: expected a value here; is there a comma too many, or is a [ or { above not closed?",
        ),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_table_that_cannot_be_read_says_what_to_do(name: str, tmp_path: Path) -> None:
    files, *expected = WHOLE[name]
    assert faults(lay_out(tmp_path, files)) == expected


def test_a_table_beyond_all_size_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.tables.LARGEST_TABLE", 50)
    lay_out(tmp_path, {MORE_CSV: f"{HEADER}\n{20 * TEA}\n"})
    assert faults(tmp_path) == [(MORE_CSV, 1, 1, "is larger than 50 bytes; split it into several files")]


def test_a_roster_of_which_a_table_cannot_be_read_says_where_a_missing_name_may_be(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "organizations/city.yaml": ROSTER.replace("office: off-city", "office: off-town"),
            "organizations/more.csv": f"{HEADER},office\n{TEA},off-town\n",
            "organizations/offices.xlsx": b"",
        },
    )
    doubt = "there is no organization 'off-town'; did you mean 'off-city'?"
    doubt += "; perhaps it is in the file that could not be read"
    assert [(name, message) for name, _, _, message in faults(tmp_path)] == [
        ("organizations/city.yaml", doubt),
        (MORE_CSV, f"office: {doubt}"),
        ("organizations/offices.xlsx", "cannot be read as a workbook; open it in a spreadsheet and save it as .xlsx"),
    ]


def test_a_row_with_a_fault_can_still_be_named_by_others(tmp_path: Path) -> None:
    table = f"{HEADER},regulator\nreg-a,regulator,,\nent-b,enterprise,乙,reg-a\n"
    assert faults(lay_out(tmp_path, {MORE_CSV: table})) == [(MORE_CSV, 2, 3, "name: must not be blank")]


@pytest.mark.parametrize(("column", "text"), [("headcount", "many"), ("office", "off-ctiy"), ("id", "ent-a")])
def test_a_hundred_faults_of_a_table_are_shown_and_the_others_counted(column: str, text: str, tmp_path: Path) -> None:
    names = ["id", "kind", "name", "headcount", "office"]
    rows = [[f"ent-{number}", "enterprise", "厂", "1", "off-city"] for number in range(1_000)]
    for row in rows[1:] if column == "id" else rows:
        row[names.index(column)] = text if column != "id" else "ent-0"
    found = faults(lay_out(tmp_path, {MORE_CSV: as_csv([names, *rows])}))
    assert len(found) == 101
    assert (
        found[-1][3] == f"at least {899 if column == 'id' else 900} more faults are not shown; mend those above first"
    )
    assert found[-1][1] == found[-2][1] + 1 == (103 if column == "id" else 102)


def test_events_and_obligations_name_the_organizations_of_tables(tmp_path: Path) -> None:
    event = "- {id: acc-1, kind: accident, organization: ent-tae, occurred_at: 2026-09-18}\n"
    lay_out(
        tmp_path,
        {
            MORE_CSV: f"{HEADER}\n{TEA}\n",
            "events/own.yaml": event,
            "obligations/own.yaml": DUTY.replace("{kind: enterprise}", "{id: ent-tae}") + "  every: month\n",
        },
    )
    assert [message for _, _, _, message in faults(tmp_path)] == [
        "there is no organization 'ent-tae'; did you mean 'ent-tea'?",
        "id: no organization can match 'ent-tae'; did you mean 'ent-tea'?",
    ]
