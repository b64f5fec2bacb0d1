"""The same roster in YAML, CSV and XLSX means the same."""

import codecs
from datetime import date
from pathlib import Path

import pytest

from config.loader import load
from config.sources import files_of
from obligations.organizations import Kind, Organization, Post
from tests.config.tables import HEADER, MORE_CSV, MORE_MAPPING, MORE_XLSX, TEA, as_csv, as_xlsx, organizations
from tests.config.town import Files, lay_out

YAML = """\
- id: reg-emergency
  kind: regulator
  name: 市应急管理局
  posts:
    duty: {name: 孙八, mobile: "13800000004"}
- id: ent-tea
  kind: enterprise
  name: 青山茶厂
  region: 青山县
  industry: food
  headcount: 41
  traits: [high_risk, key]
  regulator: reg-emergency
  office: off-city
  since: 2026-02-01
  dates:
    licence_expires: 2027-05-31
    certificate_expires: {李敏: 2027-05-31, 王五: 2026-03-01}
  posts:
    principal: {name: 白露, email: bai@example.com, mobile: "13800000001"}
    safety_officer: {name: 李敏, deputy: principal}
- id: "1001"
  kind: enterprise
  name: 青山旅馆
  posts:
    principal: {name: 谷雨, mobile: "13800000009"}
"""
NAMES = (
    "id", "kind", "name", "region", "industry", "headcount", "traits", "regulator", "office", "since",
    "dates.licence_expires", "dates.certificate_expires", "principal.name", "principal.email", "principal.mobile",
    "safety_officer.name", "safety_officer.deputy", "duty.name", "duty.mobile",
)  # fmt: skip
REGULATOR = ("reg-emergency", "regulator", "市应急管理局", *[None] * 14, "孙八", 13800000004)
PLANT = (
    "ent-tea", "enterprise", "青山茶厂", "青山县", "food", 41, "high_risk、key", "reg-emergency", "off-city",
    date(2026, 2, 1), date(2027, 5, 31), "李敏=2027-05-31；王五=2026-03-01", "白露", "bai@example.com", 13800000001,
    "李敏", "principal", None, None,
)  # fmt: skip
HOTEL = (1001, "enterprise", "青山旅馆", *[None] * 9, "谷雨", None, 13800000009, *[None] * 4)
TABLE = [NAMES, REGULATOR, PLANT, HOTEL]
HEADINGS = {"id": "编号", "name": "单位名称", "principal.mobile": "负责人\n电话"}
CHINESE = [tuple(HEADINGS.get(name, name) for name in NAMES), *TABLE[1:]]
MAPPING = "columns: {编号: id, 单位名称: name, 负责人 电话: principal.mobile}\n"

FORMS: dict[str, Files] = {
    "CSV": {MORE_CSV: as_csv(TABLE)},
    "CSV with a BOM": {MORE_CSV: codecs.BOM_UTF8 + as_csv(TABLE).encode()},
    "CSV with tabs": {MORE_CSV: as_csv(TABLE, "\t")},
    "CSV with semicolons": {MORE_CSV: as_csv(TABLE, ";")},
    "CSV with Unix line ends": {MORE_CSV: as_csv(TABLE).replace("\r\n", "\n")},
    "CSV with blank rows and blank columns": {
        MORE_CSV: "\n".join(f"{line},, " for line in ["", *as_csv(TABLE).splitlines(), ",,,,", " , "]),
        MORE_MAPPING: "header: 2\n",
    },
    "CSV in GBK with a mapping file": {
        MORE_CSV: as_csv(CHINESE).encode("gbk"),
        MORE_MAPPING: "encoding: gbk\n" + MAPPING,
    },
    "XLSX": {MORE_XLSX: as_xlsx(TABLE)},
    "XLSX with everything as text": {
        MORE_XLSX: as_xlsx([[None if cell is None else str(cell) for cell in row] for row in TABLE])
    },
    "XLSX with a mapping file, on another sheet, below a title, right of blank columns": {
        MORE_XLSX: as_xlsx([("安全生产台账",), (), *((None, None, *row) for row in CHINESE)], "台账", ["封面"]),
        MORE_MAPPING: MAPPING + "sheet: 台账\nheader: 3\n",
    },
    "a name in capitals": {"organizations/MORE.CSV": as_csv(TABLE)},
}


@pytest.fixture(scope="module")
def in_yaml(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Organization]:
    return organizations(tmp_path_factory.mktemp("yaml"), {"organizations/more.yaml": YAML})


@pytest.mark.parametrize("name", FORMS)
def test_a_table_means_what_the_same_roster_in_yaml_means(
    name: str, tmp_path: Path, in_yaml: dict[str, Organization]
) -> None:
    assert organizations(tmp_path, FORMS[name]) == in_yaml


def test_the_organizations_of_yaml_are_what_they_seem(in_yaml: dict[str, Organization]) -> None:
    assert in_yaml["ent-tea"] == Organization(
        "ent-tea", Kind.ENTERPRISE, "青山茶厂",
        {
            "principal": Post("白露", "bai@example.com", "13800000001"),
            "safety_officer": Post("李敏", deputy="principal"),
        },
        {"regulator": "reg-emergency", "office": "off-city"}, ("high_risk", "key"), "青山县", "food", 41,
        date(2026, 2, 1), {"licence_expires": date(2027, 5, 31)},
        {"certificate_expires": {"李敏": date(2027, 5, 31), "王五": date(2026, 3, 1)}},
    )  # fmt: skip


def test_the_order_of_columns_does_not_matter(tmp_path: Path, in_yaml: dict[str, Organization]) -> None:
    turned = [tuple(reversed(row)) for row in TABLE]
    assert organizations(tmp_path, {MORE_CSV: as_csv(turned)}) == in_yaml


def test_tables_and_yaml_files_make_one_roster(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        {
            "organizations/firms.csv": f"{HEADER},regulator\n{TEA},reg-emergency\n",
            "organizations/regulators.xlsx": as_xlsx([HEADER.split(","), ("reg-emergency", "regulator", "应急管理局")]),
            "organizations/inns.yaml": "- {id: ent-inn, kind: enterprise, name: 旅馆, regulator: reg-emergency}\n",
        },
    )
    found = load(tmp_path).organizations
    assert set(found) == {"off-city", "ent-chem", "ent-tea", "reg-emergency", "ent-inn"}
    assert found["ent-inn"].relations == found["ent-tea"].relations == {"regulator": "reg-emergency"}


def test_obligations_may_use_posts_and_dates_that_only_a_table_has(tmp_path: Path) -> None:
    duty = (
        "- {id: city-01, title: 换证, applies_to: {kind: enterprise}, assignee: keeper, limit: 0d, "
        "anchor: {organization: boiler_checked}}\n"
        "- {id: city-02, title: 换证, applies_to: {kind: enterprise}, limit: 0d, anchor: {organization: permit}}\n"
        "- {id: city-03, title: 换证, applies_to: {kind: enterprise}, limit: 0d, anchor: {organization: certified}}\n"
    )
    table = f"{HEADER},keeper.name,dates.boiler_checked,dates.permit\n{TEA},白露,,李敏=2026-09-18\n"
    yaml = "- {id: ent-inn, kind: enterprise, name: 旅馆, dates: {certified: {李敏: 2026-09-18}}}\n"
    files = {MORE_CSV: table, "organizations/inns.yaml": yaml, "obligations/own.yaml": duty}
    assert load(lay_out(tmp_path, files)).organizations


def test_a_table_alone_is_a_roster(tmp_path: Path) -> None:
    lay_out(tmp_path, {MORE_CSV: f"{HEADER}\n{TEA}\n"}, without="organizations/city.yaml")
    assert list(load(tmp_path).organizations) == ["ent-tea"]


def test_the_version_covers_tables_and_their_mapping_files(tmp_path: Path) -> None:
    def version(table: str, mapping: str) -> str:
        return load(lay_out(tmp_path, {MORE_CSV: table, MORE_MAPPING: mapping})).version

    table = f"{HEADER}\n{TEA}\n"
    versions = [version(table, ""), version(table + "\n", ""), version(table, "header: 1\n")]
    assert len(set(versions)) == 3
    assert version(table, "") == versions[0]


def test_the_files_of_a_config_include_tables_and_their_mapping_files(tmp_path: Path) -> None:
    names = ["organizations/a.csv", "organizations/a.mapping.yaml", "organizations/b.xlsx"]
    found = files_of(lay_out(tmp_path, dict.fromkeys(names, "")))
    assert {path.relative_to(tmp_path).as_posix() for path in found} >= set(names)


@pytest.mark.parametrize("name", ["~$more.xlsx", ".~lock.more.csv#", "more.csv~", "more.csv.bak", ".more.csv.swp"])
def test_what_a_spreadsheet_leaves_behind_is_not_read(name: str, tmp_path: Path) -> None:
    assert not organizations(tmp_path, {f"organizations/{name}": "no: roster"})


def test_words_that_recur_stand_in_memory_once(tmp_path: Path) -> None:
    rows = "".join(f"ent-{n},enterprise,厂,青山县,food,key,off-city,2026-09-18\n" for n in range(3))
    table = f"{HEADER},region,industry,traits,office,dates.checked\n{rows}"
    first, *others = organizations(tmp_path, {MORE_CSV: table}).values()
    for each in others:
        assert each.region is first.region
        assert each.industry is first.industry
        assert each.traits is first.traits
        assert each.relations is first.relations
        assert each.dates["checked"] is first.dates["checked"]
