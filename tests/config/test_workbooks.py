"""Workbooks as they come: sheets, stray cells, and damage. Nothing in a file may end the process that reads it."""

import io
import random
import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from config.tables import TableError
from config.workbooks import read_sheet
from tests.config.tables import HEADER, MORE_XLSX, TEA, as_xlsx, only
from tests.config.town import faults, lay_out

ROWS = [HEADER.split(","), TEA.split(",")]
SHEET = "xl/worksheets/sheet1.xml"
DAMAGED = "cannot be read as a workbook; open it in a spreadsheet and save it as .xlsx"


def edited(change: Callable[[str], str], part: str = SHEET, book: bytes | None = None) -> bytes:
    """A workbook of which one part is changed."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(book or as_xlsx(ROWS))) as old, ZipFile(file, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return file.getvalue()


def with_cell(cell: str) -> bytes:
    """A workbook with one more cell behind its rows."""
    return edited(lambda text: text.replace("</sheetData>", f'<row r="3">{cell}</row></sheetData>'))


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576999", "ZZ1048576", "XFD99999", "a99999999"])
def test_a_stray_cell_far_from_the_table_is_a_fault(place: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE_XLSX: with_cell(f'<c r="{place}"><v>1</v></c>')})
    ((name, line, column, message),) = faults(tmp_path)
    assert (name, line, column) == (MORE_XLSX, 1, 1)
    assert re.fullmatch(r"reaches to [A-Z]+\d+, which is too far; delete what stands far from the table", message)


@pytest.mark.parametrize("cell", ['<c r="XFD1048576" s="0"/>', '<c r="C500000" t="s"><v>0</v></c>'])
def test_a_blank_cell_far_away_and_a_full_one_not_too_far_do_no_harm(cell: str) -> None:
    rows = [row for row in read_sheet(with_cell(cell), None) if any(row[1])]
    assert [line for line, _ in rows[:2]] == [1, 2]


def broken(column: str, row: int, formula: str) -> str:
    """A cell whose formula failed, as spreadsheets write it."""
    return f'<c r="{column}{row}" s="1" t="e"><f>{formula}</f><v>#N/A</v></c>'


@pytest.mark.parametrize(
    "formula",
    [
        "NA()",
        "&quot;" * 8_192,
        "&#x20000;" * 8_192,
        "CONCAT('甲 乙'!A1," + '" r=""' * 1_000 + ")",
        'VLOOKUP(A1,"x>y",2)',
    ],
    ids=[
        "a short one",
        "the longest of quotation marks",
        "the longest of rare characters",
        "as a cell",
        "a comparison",
    ],
)
def test_the_error_of_a_formula_is_found_however_long_the_formula_is(formula: str) -> None:
    rows = dict(read_sheet(with_cell(broken("B", 3, formula)), None))
    assert rows[3] == ["", "#N/A", ""]


def test_the_errors_of_formulas_are_found_wherever_the_sheet_is_cut_for_reading() -> None:
    """Cells of 30,000 bytes, so that many lie across the borders of the pieces."""
    count = 200
    cells = "".join(f'<row r="{row}">{broken("A", row, "&lt;" * 7_000)}</row>' for row in range(3, count))
    rows = dict(read_sheet(edited(lambda text: text.replace("</sheetData>", f"{cells}</sheetData>")), None))
    assert [row for row in range(3, count) if rows[row][0] != "#N/A"] == []


def test_an_error_without_its_word_is_not_told_by_the_word_of_the_next_cell() -> None:
    cells = '<c r="A3" t="e"><f>NA()</f></c><c r="B3" t="n"><v>5</v></c>'
    assert dict(read_sheet(with_cell(cells), None))[3][:2] == ["", "5"]


def test_a_workbook_that_announces_more_texts_than_there_are_is_damaged() -> None:
    book = edited(lambda text: text.replace("uniqueCount=", 'uniqueCount="999999999999" x='), "xl/sharedStrings.xml")
    with pytest.raises(TableError, match="cannot be read as a workbook"):
        read_sheet(book, None)


def test_a_workbook_that_unpacks_to_more_than_there_is_room_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.workbooks.LARGEST_UNPACKED", 1_000)
    with pytest.raises(TableError, match="unpacks to more than 1,000 bytes; split it into several files"):
        read_sheet(as_xlsx(ROWS), None)


def test_the_first_sheet_that_is_shown_is_read(tmp_path: Path) -> None:
    hidden = as_xlsx(ROWS, others=["旧台账"])
    book = edited(lambda text: text.replace('name="旧台账"', 'name="旧台账" state="hidden"'), "xl/workbook.xml", hidden)
    assert only(tmp_path, {MORE_XLSX: book}).id == "ent-tea"


def test_a_sheet_is_found_where_the_workbook_says_it_lies() -> None:
    book = edited(lambda text: text.replace('"worksheets/', '"/xl/worksheets/'), "xl/_rels/workbook.xml.rels")
    assert list(read_sheet(book, "Sheet1")) == [(1, ROWS[0]), (2, ROWS[1])]


def outcome(book: bytes) -> int | str:
    """How many rows are read, or why none are."""
    try:
        return len(list(read_sheet(book, None)))
    except TableError as error:
        return str(error)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET, "xl/sharedStrings.xml"])
@pytest.mark.parametrize(
    "change", [lambda _: "", lambda text: text[: len(text) // 2], lambda text: text + "<", str.upper]
)
def test_a_damaged_part_of_a_workbook_is_a_fault_or_does_no_harm(part: str, change: Callable[[str], str]) -> None:
    assert outcome(edited(change, part)) in {0, 1, 2, DAMAGED}


@pytest.mark.parametrize("seed", range(20))
def test_damaged_bytes_of_a_workbook_are_a_fault_or_do_no_harm(seed: int) -> None:
    pick = random.Random(seed)  # noqa: S311 # the same damage every time
    book = bytearray(as_xlsx(ROWS))
    for _ in range(5):
        book[pick.randrange(len(book))] = pick.randrange(256)
    assert outcome(bytes(book)) in {0, 1, 2, DAMAGED}
