"""The ledger that docs/rosters.md shows, as a county keeps it: CSV in UTF-8 or GBK, or a workbook with merged cells."""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from config.loader import load
from obligations.organizations import Kind, Organization, Post
from tests.config.town import ROSTER, faults, lay_out
from tests.docs.pages import blocks, page

PAGE = page("docs/rosters.md")
(LEDGER,), (MAPPING,) = blocks(PAGE, "csv"), blocks(PAGE, "yaml")
SUPERVISORS = "".join(
    f"- {{id: {identifier}, kind: {kind}, name: {name}}}\n"
    for identifier, kind, name in [
        ("reg-emergency", "regulator", "县应急管理局"),
        ("reg-housing", "regulator", "县住房和城乡建设局"),
        ("reg-culture", "regulator", "县文化和旅游局"),
        ("gov-binhai", "government", "滨海县人民政府"),
        ("off-binhai", "office", "县安委办"),
    ]
)


def as_workbook(_: str) -> bytes:
    """The ledger with its title and the cells of townships, regulators and headings merged, and its days as days."""
    rows = list(csv.reader(io.StringIO(LEDGER)))
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": 'yyyy"年"m"月"d"日"'}) as book:
        book.add_worksheet("填表说明").write("A1", "每季度末前报送")
        sheet = book.add_worksheet("台账")
        for line, row in enumerate(rows):
            for column, text in enumerate(row):
                if text and text.count("/") == 2 and text[:4].isdigit():
                    sheet.write_datetime(line, column, date(*map(int, text.split("/"))))
                elif text:
                    sheet.write(line, column, int(text) if text.isdigit() else text)
        sheet.merge_range(0, 0, 0, 21, rows[0][0])
        for column, text in enumerate(rows[2][:9]):
            sheet.merge_range(2, column, 3, column, text)
        sheet.merge_range(2, 9, 2, 11, "主要负责人")
        sheet.merge_range(4, 1, 6, 1, "港口镇")
        sheet.merge_range(4, 8, 5, 8, "应急局")
    return file.getvalue()


FORMS: Mapping[str, tuple[str, str, Callable[[str], bytes]]] = {
    "CSV": ("binhai.csv", MAPPING, str.encode),
    "CSV in GBK": ("binhai.csv", MAPPING + "encoding: gbk\n", lambda text: text.encode("gbk")),
    "XLSX": ("binhai.xlsx", MAPPING + "sheet: 台账\n", as_workbook),
}


def ledger(directory: Path, form: str, text: str = LEDGER, mapping: str = "") -> Path:
    """The town with the ledger in one form."""
    name, usual, write = FORMS[form]
    return lay_out(
        directory,
        {
            f"organizations/{name}": write(text),
            "organizations/binhai.mapping.yaml": mapping or usual,
            "organizations/supervisors.yaml": SUPERVISORS,
        },
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_ledger_is_read_as_it_is(form: str, tmp_path: Path) -> None:
    found = load(ledger(tmp_path, form)).organizations
    names = [key for key in found if key.startswith("ent-binhai")]
    assert names == ["ent-binhai-chem", "ent-binhai-storage", "ent-binhai-hotel", "ent-binhai-build"]
    assert found["ent-binhai-chem"] == Organization(
        "ent-binhai-chem", Kind.ENTERPRISE, "滨海化工有限公司",
        {
            "principal": Post("王建国", "wang@example.com", "13800000001"),
            "safety_officer": Post("李敏", None, "13800000002", "principal"),
        },
        {"regulator": "reg-emergency", "government": "gov-binhai", "office": "off-binhai"},
        ("high_risk", "key"), "港口镇", "hazardous_chemicals", 320, date(2009, 6, 1),
        {"safety_license_expires": date(2027, 5, 31)},
        {"certificate_expires": {"李敏": date(2027, 5, 31), "王五": date(2026, 3, 1)}},
    )  # fmt: skip
    hotel = found["ent-binhai-hotel"]
    assert (hotel.region, hotel.dates, hotel.person_dates, list(hotel.posts)) == ("港口镇", {}, {}, ["principal"])
    assert hotel.relations["regulator"] == "reg-culture"
    assert found["ent-binhai-storage"].relations["regulator"] == "reg-emergency"
    assert found["ent-binhai-build"].region == "盐场镇"


@pytest.mark.parametrize("form", ["CSV", "CSV in GBK"])
def test_mistakes_in_the_ledger_are_shown_in_its_own_words(form: str, tmp_path: Path) -> None:
    spoilt = LEDGER.replace(",74,", ",约70人,").replace("文旅局", "旅游局").replace("13800000013", "1380000001３")
    identifier = "write letters, digits, dots, hyphens and underscores, as in ent-binhai-chem"
    mobile = 'write the digits without spaces or hyphens, as "13800000001" or "+8613800000001"'
    assert faults(ledger(tmp_path, form, spoilt)) == [
        ("organizations/binhai.csv", line, column, message)
        for line, column, message in [
            (6, 7, "从业人数 (headcount): expected a whole number, found '约70人'"),
            (7, 9, f"监管部门 (regulator): '旅游局' is not possible; {identifier}"),
            (8, 11, f"主要负责人 手机 (principal.mobile): '1380000001３' is not possible; {mobile}"),
        ]
    ]


def test_the_ledger_without_its_mapping_file_says_what_it_needs(tmp_path: Path) -> None:
    directory = ledger(tmp_path, "CSV", mapping="header: 3\n")
    messages = [message for _, _, _, message in faults(directory)]
    assert sum(message.startswith("unknown column ") for message in messages) == 19
    assert sum(message.startswith("there is no column ") for message in messages) == 3


def test_a_column_that_is_filled_down_must_be_there(tmp_path: Path) -> None:
    directory = ledger(tmp_path, "CSV", mapping=MAPPING.replace("  所属乡镇: region\n", ""))
    ((name, _, _, message),) = faults(directory)
    assert (name, message) == ("organizations/binhai.mapping.yaml", "no column of the table is the field region")


def test_the_town_stands_beside_the_ledger(tmp_path: Path) -> None:
    assert "ent-chem" in ROSTER
    assert "ent-chem" in load(ledger(tmp_path, "XLSX")).organizations
