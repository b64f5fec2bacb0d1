"""How long a roster of 100,000 enterprises takes, and how much memory, beside what reading the bare files takes.

Every measurement runs in a process of its own, ours and the bare reader in turn, and the best of three is shown. The
same organizations stand in CSV, XLSX and YAML, and must all be found. The exit status is 1 if an aim is missed.

    .venv/bin/python -m benchmarks.rosters
"""

import csv
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from benchmarks.bare_yaml import SmallBuilder

COUNT = 100_000
ROUNDS = 3
A_FILE = 3_500
"""Organizations in one file of YAML, which may have 2 MB."""

SETTINGS = "start: 2026-01-01\nchannels:\n  email: {kind: memory}\n"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
GIVEN = "建国敏强伟芳娜秀英丽军磊洋艳勇杰娟涛明超霞平刚桂"
REGIONS = ("滨海县", "临江区", "青山县", "高新区", "港城区")
INDUSTRIES = ("hazardous_chemicals", "construction", "mining", "fireworks", "metallurgy", "trade")
TRAITS = ("", "high_risk", "high_risk、key", "crowded_place")
PLAIN = (
    "id",
    "kind",
    "name",
    "region",
    "industry",
    "headcount",
    "traits",
    "regulator",
    "government",
    "office",
    "since",
)
POSTS = ("principal", "safety_officer")
OF_POSTS = tuple(f"{post}.{field}" for post in POSTS for field in ("name", "email", "mobile"))
DATES = ("dates.safety_license_expires", "dates.certificate_expires")
COLUMNS = (*PLAIN, *DATES, *OF_POSTS, "safety_officer.deputy")
NUMBERS = {"headcount", "principal.mobile", "safety_officer.mobile"}


Writer = Callable[[Path, Iterator[dict[str, str]]], None]


class Cost(NamedTuple):
    seconds: float
    megabytes: float


AIMS = {"csv": Cost(6, 450), "xlsx": Cost(10, 450)}
COMMANDS = {"check": Cost(20, 1000), "plan --organization ent-000123": Cost(20, 1000)}
"""Whole commands on the roster in CSV, each with its aim."""


def main(*arguments: str) -> int:
    if arguments:
        print(json.dumps(measure(*arguments)))
        return 0
    print(f"{COUNT:,} enterprises of {len(COLUMNS)} columns")
    print(f"{'':6}{'MB':>6}{'ours s':>9}{'bare s':>9}{'ratio':>8}{'ours peak MB':>15}{'bare peak MB':>15}   aim")
    with tempfile.TemporaryDirectory() as scratch:
        missed = [show(name, write, Path(scratch) / name) for name, write in WRITERS.items()]
        missed += [show_command(words, Path(scratch) / "csv", aim) for words, aim in COMMANDS.items()]
    return int(any(missed))


def show_command(words: str, directory: Path, aim: Cost) -> bool:
    """Run a command on a roster, print what it took; True if the aim is missed."""
    duban = str(Path(sys.executable).with_name("duban"))
    begun = time.perf_counter()
    process = subprocess.Popen([duban, "--config", str(directory), *words.split()], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    cost = Cost(time.perf_counter() - begun, usage.ru_maxrss / 1e3)
    assert os.waitstatus_to_exitcode(status) == 0
    print(
        f"duban {words}: {cost.seconds:.1f} s, {cost.megabytes:,.0f} MB   ≤ {aim.seconds:g} s, ≤ {aim.megabytes:g} MB"
    )
    return cost.seconds > aim.seconds or cost.megabytes > aim.megabytes


def show(kind: str, write: Writer, directory: Path) -> bool:
    """Write the files, measure, print; True if the aim is missed."""
    roster = directory / "organizations"
    roster.mkdir(parents=True)
    (directory / "duban.yaml").write_text(SETTINGS, encoding="utf-8")
    (roster / "city.yaml").write_text(supervisors(), encoding="utf-8")
    write(roster, rows())
    size = sum(path.stat().st_size for path in roster.iterdir()) / 1e6
    found = [(run("ours", kind, directory), run("bare", kind, directory)) for _ in range(ROUNDS)]
    ours, bare = (min(each) for each in zip(*found, strict=True))
    aim = AIMS.get(kind)
    promise = f"≤ {aim.seconds:g} s, ≤ {aim.megabytes:g} MB" if aim else ""
    print(
        f"{kind:6}{size:>6,.0f}{ours.seconds:>9.2f}{bare.seconds:>9.2f}{ours.seconds / bare.seconds:>7.1f}×"
        f"{ours.megabytes:>15,.0f}{bare.megabytes:>15,.0f}   {promise}"
    )
    return aim is not None and (ours.seconds > aim.seconds or ours.megabytes > aim.megabytes)


def run(what: str, kind: str, directory: Path) -> Cost:
    command = [sys.executable, "-m", "benchmarks.rosters", what, kind, str(directory)]
    return Cost(**json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def measure(what: str, kind: str, directory: str) -> dict[str, float]:
    """In a process of its own: seconds, without those of the imports, and the highest memory of the whole process."""
    read = load_ours if what == "ours" else BARE[kind]
    seconds = read(Path(directory))
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return {"seconds": seconds, "megabytes": peak / 1e3}


def load_ours(directory: Path) -> float:
    from config.loader import load

    begun = time.perf_counter()
    found = load(directory).organizations
    seconds = time.perf_counter() - begun
    assert sum(each.kind.value == "enterprise" for each in found.values()) == COUNT
    return seconds


def read_csv(directory: Path) -> float:
    begun = time.perf_counter()
    with (directory / "organizations" / "big.csv").open(encoding="utf-8", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) == COUNT + 1
    return time.perf_counter() - begun


def read_xlsx(directory: Path) -> float:
    from python_calamine import CalamineWorkbook

    begun = time.perf_counter()
    workbook = CalamineWorkbook.from_path(directory / "organizations" / "big.xlsx")
    assert sum(1 for _ in workbook.get_sheet_by_index(0).iter_rows()) == COUNT + 1
    return time.perf_counter() - begun


def read_yaml(directory: Path) -> float:
    gc.disable()  # as ours does
    begun, found = time.perf_counter(), 0
    for path in (directory / "organizations").iterdir():
        entries = SmallBuilder(path.read_text(encoding="utf-8")).build()
        assert isinstance(entries, list)
        found += len(entries) if path.name != "city.yaml" else 0
    assert found == COUNT
    return time.perf_counter() - begun


def rows() -> Iterator[dict[str, str]]:
    """The same enterprises every time."""
    pick = random.Random(20260918)
    for number in range(COUNT):
        row = {
            "id": f"ent-{number:06}",
            "kind": "enterprise",
            "name": f"{pick.choice(GIVEN)}{pick.choice(GIVEN)}{number % 977}化工有限公司",
            "region": pick.choice(REGIONS),
            "industry": pick.choice(INDUSTRIES),
            "headcount": str(pick.randrange(2_000)),
            "traits": pick.choice(TRAITS),
            "regulator": f"reg-{pick.randrange(10)}",
            "government": f"gov-{pick.randrange(20)}",
            "office": f"off-{pick.randrange(20)}",
            "since": "2026-01-01",
            "dates.safety_license_expires": day(pick),
            "safety_officer.deputy": "principal",
            "dates.certificate_expires": day(pick)
            if pick.random() < 0.9
            else f"{person(pick)}={day(pick)}；备用={day(pick)}",
        }
        for index, post in enumerate(POSTS):
            row[f"{post}.name"] = person(pick)
            row[f"{post}.email"] = f"p{number}.{index}@example.com"
            row[f"{post}.mobile"] = f"13{8 + index}{number:08}"
        yield row


def day(pick: random.Random) -> str:
    return str(date(2026, 1, 1) + timedelta(pick.randrange(1_500)))


def person(pick: random.Random) -> str:
    return pick.choice(SURNAMES) + pick.choice(GIVEN) + pick.choice(GIVEN)


def supervisors() -> str:
    kinds = [("regulator", "reg", 10), ("government", "gov", 20), ("office", "off", 20)]
    return "".join(
        f"- {{id: {short}-{number}, kind: {kind}, name: {short}{number}, office: off-0, government: gov-0, posts: "
        f"{{principal: {{name: 严守诚, email: p{number}@{short}.example}}, "
        f"duty: {{name: 苗立华, email: d{number}@{short}.example}}}}}}\n"
        for kind, short, count in kinds
        for number in range(count)
    )


BOTH = "{email: {kind: memory}, sms: {kind: memory}}"


def write_city(directory: Path, count: int, channels: str = BOTH, start: str = "2026-01-01", more: str = "") -> None:
    """A config directory with so many enterprises in CSV, and who supervises them.

    Args:
        more: what else duban.yaml says.
    """
    roster = directory / "organizations"
    roster.mkdir(parents=True)
    (directory / "duban.yaml").write_text(f"start: {start}\nchannels: {channels}\n{more}", encoding="utf-8")
    (roster / "city.yaml").write_text(supervisors(), encoding="utf-8")
    write_csv(roster, islice(rows(), count))


def write_csv(directory: Path, found: Iterator[dict[str, str]]) -> None:
    with (directory / "big.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(found)


def write_yaml(directory: Path, found: Iterator[dict[str, str]]) -> None:
    number = 0
    while entries := [as_yaml(row) for row in islice(found, A_FILE)]:
        (directory / f"big-{number:02}.yaml").write_text("".join(entries), encoding="utf-8")
        number += 1


def as_yaml(row: dict[str, str]) -> str:
    plain = [f"{name}: {row[name]}" for name in PLAIN if name != "traits"]
    plain.append(f"traits: [{row['traits'].replace('、', ', ')}]")
    certificates = row["dates.certificate_expires"]
    if "=" in certificates:
        certificates = "{" + certificates.replace("=", ": ").replace("；", ", ") + "}"
    licence = row["dates.safety_license_expires"]
    plain.append(f"dates: {{safety_license_expires: {licence}, certificate_expires: {certificates}}}")
    plain.append("posts:")
    for post in POSTS:
        fields = {name.partition(".")[2]: text for name, text in row.items() if name.startswith(post)}
        plain.append(f"  {post}: {{{', '.join(f'{name}: {text!r}' for name, text in fields.items())}}}")
    return "- " + "\n  ".join(plain) + "\n"


def write_xlsx(directory: Path, found: Iterator[dict[str, str]]) -> None:
    """As spreadsheets write it: texts shared, numbers as numbers, days as numbers with the format of a day."""
    texts: dict[str, int] = {}
    with ZipFile(directory / "big.xlsx", "w", ZIP_DEFLATED) as packed:
        for name, text in PARTS.items():
            packed.writestr(name, XML + text)
        with packed.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            sheet.write(as_xml(1, {name: name for name in COLUMNS}, texts).encode())
            for line, row in enumerate(found, 2):
                sheet.write(as_xml(line, row, texts).encode())
            sheet.write(b"</sheetData></worksheet>")
        shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        packed.writestr("xl/sharedStrings.xml", f'{XML}<sst xmlns="{MAIN}">{shared}</sst>')


def as_xml(line: int, row: dict[str, str], texts: dict[str, int]) -> str:
    cells = [as_cell(f"{letter}{line}", name, row[name], texts) for letter, name in zip(LETTERS, COLUMNS, strict=False)]
    return f'<row r="{line}">{"".join(cells)}</row>'


def as_cell(place: str, name: str, text: str, texts: dict[str, int]) -> str:
    if not text:
        return ""
    if name in NUMBERS and text.isdigit():
        return f'<c r="{place}"><v>{text}</v></c>'
    if len(text) == 10 and text[4] == "-":
        return f'<c r="{place}" s="1"><v>{(date.fromisoformat(text) - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{place}" t="s"><v>{texts.setdefault(text, len(texts))}</v></c>'


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OPEN = "http://schemas.openxmlformats.org"
MAIN = f"{OPEN}/spreadsheetml/2006/main"
OFFICE = f"{OPEN}/officeDocument/2006/relationships"
PACKAGE = f"{OPEN}/package/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{OPEN}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    "</styleSheet>",
}

WRITERS: dict[str, Writer] = {"csv": write_csv, "xlsx": write_xlsx, "yaml": write_yaml}
BARE = {"csv": read_csv, "xlsx": read_xlsx, "yaml": read_yaml}

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
