"""Tables as people keep them: the same rows as CSV and as a workbook."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from config.loader import load
from obligations.organizations import Organization
from tests.config.town import Files, lay_out

Cell = str | int | float | bool | date | None
Rows = Iterable[Sequence[Cell]]

HEADER = "id,kind,name"
TEA = "ent-tea,enterprise,青山茶厂"
MORE_CSV, MORE_XLSX, MORE_MAPPING = (f"organizations/more{ending}" for ending in (".csv", ".xlsx", ".mapping.yaml"))


def as_csv(rows: Rows, delimiter: str = ",") -> str:
    """The rows as a spreadsheet exports them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return text.getvalue()


def as_xlsx(rows: Rows, sheet: str = "Sheet1", others: Sequence[str] = (), *, formulas: bool = False) -> bytes:
    """The rows as a workbook; other sheets stand before that of the rows.

    If `formulas` are asked for, a text that begins with `=` is one, and one that begins with `#` is what came of one.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": formulas}) as workbook:
        for other in others:
            workbook.add_worksheet(other).write(0, 0, "说明")
        worksheet = workbook.add_worksheet(sheet)
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date) and not isinstance(cell, datetime):
                    worksheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day))  # noqa: DTZ001 # a day
                elif formulas and isinstance(cell, str) and cell.startswith("#"):
                    worksheet.write_formula(line, column, "=NA()", value=cell)
                elif cell is not None and cell != "":
                    worksheet.write(line, column, cell)
    return file.getvalue()


def organizations(directory: Path, files: Files) -> dict[str, Organization]:
    """The organizations that these files add to the town."""
    found = load(lay_out(directory, files)).organizations
    return {key: each for key, each in found.items() if key not in {"off-city", "ent-chem"}}


def only(directory: Path, files: Files) -> Organization:
    """The one organization that these files add to the town."""
    (found,) = organizations(directory, files).values()
    return found
