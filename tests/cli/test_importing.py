"""`duban import`: a preview of what a file would change, and taking it over."""

import stat
from pathlib import Path

import pytest

from config.loader import load
from tests.cli.shell import TOWN, Duban
from tests.config.tables import Cell, Rows, as_csv, as_xlsx

HEADER: tuple[Cell, ...] = (
    "id",
    "kind",
    "name",
    "headcount",
    "traits",
    "regulator",
    "principal.name",
    "principal.mobile",
)
TEA: tuple[Cell, ...] = ("ent-tea", "enterprise", "青山茶厂", 41, "key", "reg-emergency", "白露", 13800000011)
INN: tuple[Cell, ...] = ("ent-inn", "enterprise", "青山旅馆", 12, "crowded_place", "reg-emergency", "谷雨", 13800000012)
MILL: tuple[Cell, ...] = ("ent-mill", "enterprise", "青山面粉厂", 30, "", "reg-emergency", "清明", 13800000013)
OLD = [HEADER, TEA, INN, MILL]
NEW = [HEADER, (*TEA[:3], 45, "", *TEA[5:7], 13900000011), INN, ("ent-dye", "enterprise", "青山染厂", *[None] * 5)]


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Where a spreadsheet exports to."""
    (tmp_path / "export").mkdir()
    return tmp_path / "export"


def csv_at(path: Path, rows: Rows) -> Path:
    path.write_text(as_csv(rows), encoding="utf-8")
    return path


@pytest.fixture
def kept(town: Path) -> Path:
    """The town with a table of enterprises."""
    csv_at(town / "organizations" / "firms.csv", OLD)
    return town


def files(town: Path) -> list[str]:
    return sorted(path.name for path in (town / "organizations").iterdir())


def test_a_preview_says_what_a_table_would_change_and_how_to_take_it_over(
    duban: Duban, kept: Path, export: Path
) -> None:
    file = csv_at(export / "firms.csv", NEW)
    before = (kept / "organizations" / "firms.csv").read_bytes()
    assert duban.done("--config", kept, "import", file).out.splitlines() == [
        f"{file} as {kept}/organizations/firms.csv",
        "3 rows: 1 new, 1 changed, 1 removed, 1 unchanged, 0 faults",
        "new:",
        "  ent-dye 青山染厂",
        "changed:",
        "  ent-tea",
        "    headcount: 41 → 45",
        "    traits: key → (blank)",
        "    principal.mobile: 13800000011 → 13900000011",
        "removed:",
        "  ent-mill 青山面粉厂",
        f"nothing was written; to take it over: duban --config {kept} import {file} --as firms.csv --write",
    ]
    assert (kept / "organizations" / "firms.csv").read_bytes() == before


def test_the_command_that_a_preview_ends_with_takes_the_file_over(duban: Duban, kept: Path, export: Path) -> None:
    file = csv_at(export / "Q3 export.csv", NEW)
    last = duban.done("--config", kept, "import", file, "--as", "firms").out.splitlines()[-1]
    assert last.endswith(f"import '{file}' --as firms.csv --write")
    done = duban.done("--config", kept, "import", file, "--as", "firms.csv", "--write").out.splitlines()
    assert done[-1] == f"wrote {kept}/organizations/firms.csv; a running daemon takes it over by itself"
    assert (kept / "organizations" / "firms.csv").read_bytes() == file.read_bytes()
    assert set(load(kept).organizations) >= {"ent-tea", "ent-inn", "ent-dye"}
    again = duban.done("--config", kept, "import", file, "--as", "firms.csv").out.splitlines()
    assert again[1] == "3 rows: 0 new, 0 changed, 0 removed, 3 unchanged, 0 faults"


def test_json_has_the_whole_preview(duban: Duban, kept: Path, export: Path) -> None:
    file = csv_at(export / "firms.csv", NEW)
    assert duban.done("--config", kept, "import", file, "--json").rows == [
        {
            "file": str(file),
            "as": f"{kept}/organizations/firms.csv",
            "mapping": None,
            "rows": 3,
            "new": ["ent-dye"],
            "changed": [
                {
                    "id": "ent-tea",
                    "fields": {
                        "headcount": {"old": "41", "new": "45"},
                        "traits": {"old": "key", "new": ""},
                        "principal.mobile": {"old": "13800000011", "new": "13900000011"},
                    },
                }
            ],
            "removed": ["ent-mill"],
            "unchanged": 1,
            "faults": [],
            "written": False,
        }
    ]
    (line,) = duban.done("--config", kept, "import", file, "--write", "--jsonl").lines
    assert line["written"] is True


def test_faults_are_shown_in_the_file_that_is_imported_and_nothing_is_written(
    duban: Duban, kept: Path, export: Path
) -> None:
    rows = [HEADER, (*TEA[:3], "many", *TEA[4:]), ("ent-chem", *INN[1:]), (*MILL[:5], "reg-emergncy", *MILL[6:])]
    file = csv_at(export / "firms.csv", rows)
    answer = duban("--config", kept, "import", file, "--write")
    assert answer.status == 1
    assert answer.err.splitlines() == [
        f"{file}:2:4: headcount: expected a whole number, found 'many'",
        f"{file}:3:1: id: the id 'ent-chem' is taken by {kept}/organizations/town.yaml:21; ids are unique",
        f"{file}:4:6: regulator: there is no organization 'reg-emergncy'; did you mean 'reg-emergency'?",
    ]
    assert answer.out.splitlines()[1] == "3 rows: 0 new, 1 changed, 1 removed, 0 unchanged, 3 faults"
    assert answer.out.splitlines()[-1] == "nothing was written: the config would have faults"
    assert load(kept).organizations["ent-tea"].headcount == 41
    (row,) = duban("--config", kept, "import", file, "--json").rows
    assert row["faults"][0] == {
        "file": str(file), "line": 2, "column": 4, "message": "headcount: expected a whole number, found 'many'"
    }  # fmt: skip


def test_a_workbook_names_the_cell_of_a_fault(duban: Duban, town: Path, export: Path) -> None:
    (export / "firms.xlsx").write_bytes(as_xlsx([HEADER, (*TEA[:3], "many")]))
    answer = duban("--config", town, "import", export / "firms.xlsx")
    assert answer.err == f"{export}/firms.xlsx:2:4: D2: headcount: expected a whole number, found 'many'\n"


def test_an_id_of_another_table_is_a_fault(duban: Duban, kept: Path, export: Path) -> None:
    file = csv_at(export / "more.csv", [HEADER, TEA])
    answer = duban("--config", kept, "import", file)
    assert answer.status == 1
    assert answer.err == (
        f"{file}:2:1: id: the id 'ent-tea' is taken by {kept}/organizations/firms.csv:2; ids are unique\n"
    )


def test_an_organization_that_others_need_cannot_be_removed(duban: Duban, kept: Path, export: Path) -> None:
    (kept / "organizations" / "inns.yaml").write_text(
        "- {id: reg-inn, kind: regulator, name: 旅游局}\n", encoding="utf-8"
    )
    csv_at(kept / "organizations" / "firms.csv", [HEADER, (*TEA[:5], "reg-inn", *TEA[6:])])
    (export / "inns.yaml").write_text("- {id: reg-culture, kind: regulator, name: 文旅局}\n", encoding="utf-8")
    answer = duban("--config", kept, "import", export / "inns.yaml", "--write")
    assert answer.status == 1
    assert answer.err.startswith(f"{kept}/organizations/firms.csv:2:6: regulator: there is no organization 'reg-inn'")
    assert "reg-inn" in load(kept).organizations


def test_faults_elsewhere_in_the_config_forbid_writing_too(duban: Duban, kept: Path, export: Path) -> None:
    (kept / "organisations").mkdir()
    file = csv_at(export / "firms.csv", NEW)
    answer = duban("--config", kept, "import", file, "--write")
    assert (answer.status, answer.err) == (1, f"{kept}/organisations:1:1: is not read; did you mean 'organizations'?\n")
    assert "ent-dye" not in (kept / "organizations" / "firms.csv").read_text(encoding="utf-8")


def test_a_faulty_file_can_be_replaced_by_a_good_one(duban: Duban, kept: Path, export: Path) -> None:
    csv_at(kept / "organizations" / "firms.csv", [HEADER, TEA, (*INN[:3], "many", *INN[4:])])
    done = duban.done("--config", kept, "import", csv_at(export / "firms.csv", OLD), "--write").out.splitlines()
    assert done[1] == "3 rows: 1 new, 0 changed, 0 removed, 1 unchanged, 0 faults"
    assert "ent-inn" in load(kept).organizations


CHINESE = as_csv([("企业编号", "企业名称", "备注"), ("ent-tea", "青山茶厂", "")])
MAPPING = """\
columns: {企业编号: id, 企业名称: name}
defaults: {kind: enterprise, regulator: reg-emergency}
other_columns: ignore
encoding: gbk
"""


def test_the_mapping_file_beside_a_table_is_taken_over_with_it(duban: Duban, town: Path, export: Path) -> None:
    (export / "台账.csv").write_bytes(CHINESE.encode("gbk"))
    (export / "台账.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    done = duban.done("--config", town, "import", export / "台账.csv", "--as", "firms", "--write").out.splitlines()
    assert done[0] == f"{export}/台账.csv as {town}/organizations/firms.csv, read by {export}/台账.mapping.yaml"
    assert done[-1] == (
        f"wrote {town}/organizations/firms.mapping.yaml and {town}/organizations/firms.csv; a running daemon takes "
        "them over by itself"
    )
    assert files(town) == ["firms.csv", "firms.mapping.yaml", "town.yaml"]
    assert load(town).organizations["ent-tea"].name == "青山茶厂"


def test_another_mapping_file_may_be_named_and_its_faults_are_shown_there(
    duban: Duban, town: Path, export: Path
) -> None:
    (export / "firms.csv").write_bytes(CHINESE.encode("gbk"))
    (export / "how.yaml").write_text(MAPPING.replace("enterprise", "enterprize"), encoding="utf-8")
    answer = duban("--config", town, "import", export / "firms.csv", "--mapping", export / "how.yaml", "--write")
    assert (answer.status, answer.err) == (
        1, f"{export}/how.yaml:2:18: kind: 'enterprize' is not possible; did you mean 'enterprise'?\n"
    )  # fmt: skip
    assert files(town) == ["town.yaml"]


def test_the_mapping_file_that_is_there_already_reads_the_next_table_too(
    duban: Duban, town: Path, export: Path
) -> None:
    (export / "firms.csv").write_bytes(CHINESE.encode("gbk"))
    (export / "firms.mapping.yaml").write_text(MAPPING, encoding="utf-8")
    duban.done("--config", town, "import", export / "firms.csv", "--write")
    (export / "firms.mapping.yaml").unlink()
    (export / "firms.csv").write_bytes(CHINESE.replace("茶厂", "茶园").encode("gbk"))
    done = duban.done("--config", town, "import", export / "firms.csv", "--write").out.splitlines()
    assert done[0].endswith(f"read by {town}/organizations/firms.mapping.yaml")
    assert "    name: 青山茶厂 → 青山茶园" in done
    assert files(town) == ["firms.csv", "firms.mapping.yaml", "town.yaml"]


def test_a_table_of_another_ending_is_replaced(duban: Duban, kept: Path, export: Path) -> None:
    (export / "firms.xlsx").write_bytes(as_xlsx(OLD))
    done = duban.done("--config", kept, "import", export / "firms.xlsx", "--write").out.splitlines()
    assert done[1] == "3 rows: 0 new, 0 changed, 0 removed, 3 unchanged, 0 faults"
    assert done[-1] == f"removed {kept}/organizations/firms.csv, whose place it takes"
    assert files(kept) == ["firms.xlsx", "town.yaml"]
    assert "ent-tea" in load(kept).organizations


def test_a_yaml_file_can_be_imported_too(duban: Duban, town: Path, export: Path) -> None:
    new = TOWN["organizations/town.yaml"].replace("name: 周九", "name: 郑十")
    (export / "town.yaml").write_text(new, encoding="utf-8")
    done = duban.done("--config", town, "import", export / "town.yaml", "--write").out.splitlines()
    assert done[1] == "4 rows: 0 new, 1 changed, 0 removed, 3 unchanged, 0 faults"
    assert "    principal.name: 周九 → 郑十" in done
    assert load(town).organizations["ent-chem"].posts["principal"].name == "郑十"


def test_long_lists_are_cut_in_the_table_and_whole_in_json(duban: Duban, town: Path, export: Path) -> None:
    file = csv_at(export / "many.csv", [HEADER[:3], *((f"ent-{n}", "enterprise", "厂") for n in range(25))])
    shown = duban.done("--config", town, "import", file).out.splitlines()
    assert shown[-2] == "  … and 5 more"
    assert len(shown) == 2 + 1 + 20 + 1 + 1
    assert len(duban.done("--config", town, "import", file, "--json").rows[0]["new"]) == 25


def test_the_directory_of_organizations_is_made_where_there_is_none(duban: Duban, town: Path, export: Path) -> None:
    file = export / "town.yaml"
    (town / "organizations" / "town.yaml").rename(file)
    (town / "organizations").rmdir()
    assert duban.done("--config", town, "import", file, "--write").out.splitlines()[-1].startswith("wrote ")
    assert files(town) == ["town.yaml"]


def test_a_config_in_the_current_directory_is_named_without_it(
    duban: Duban, kept: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kept)
    answer = duban("import", csv_at(export / "more.csv", [HEADER, TEA]))
    assert answer.err.endswith("is taken by organizations/firms.csv:2; ids are unique\n")
    assert answer.out.startswith(f"{export}/more.csv as organizations/more.csv\n")


def test_the_modes_of_the_former_file_stay(duban: Duban, kept: Path, export: Path) -> None:
    (kept / "organizations" / "firms.csv").chmod(0o640)
    duban.done("--config", kept, "import", csv_at(export / "firms.csv", NEW), "--write")
    assert stat.S_IMODE((kept / "organizations" / "firms.csv").stat().st_mode) == 0o640
    duban.done(
        "--config", kept, "import", csv_at(export / "own.csv", [HEADER[:3], ("ent-x", "enterprise", "厂")]), "--write"
    )
    usual = (kept / "duban.yaml").stat().st_mode
    assert (kept / "organizations" / "own.csv").stat().st_mode == usual


REFUSED = {
    "a file that is not there": (("none.csv",), "there is no file {0}/none.csv"),
    "a mapping file that is not there": (("a.csv", "--mapping", "{0}/none.yaml"), "there is no file {0}/none.yaml"),
    "a file of another kind": (
        ("a.txt",),
        "{0}/a.txt is no roster; organizations are kept in .yaml, .csv or .xlsx files",
    ),
    "another ending": (("a.csv", "--as", "a.xlsx"), "{0}/a.csv cannot be called a.xlsx; its ending is .csv"),
    "a name with a directory": (
        ("a.csv", "--as", "../a.csv"),
        "a file in organizations/ cannot be called '../a.csv'; choose another name with --as",
    ),
    "a name that would not be read": (
        ("a.csv", "--as", ".a.csv"),
        "a file in organizations/ cannot be called '.a.csv'; choose another name with --as",
    ),
    "a mapping file as the table": (
        ("a.mapping.yaml",),
        "a.mapping.yaml is the name of a mapping file; name its table, and the mapping file with --mapping",
    ),
    "a mapping file of YAML": (
        ("b.yaml", "--mapping", "{0}/a.mapping.yaml"),
        "a mapping file goes with a table, and {0}/b.yaml is none",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_import_refuses(name: str, duban: Duban, town: Path, export: Path) -> None:
    for each in ("a.csv", "a.txt", "b.yaml", "a.mapping.yaml"):
        (export / each).touch()
    (file, *words), message = REFUSED[name]
    answer = duban("--config", town, "import", export / file, *(word.replace("{0}", str(export)) for word in words))
    assert (answer.status, answer.err) == (1, f"duban: {message.replace('{0}', str(export))}\n")


def test_a_file_that_stands_in_the_config_is_not_imported(duban: Duban, kept: Path) -> None:
    file = kept / "organizations" / "firms.csv"
    answer = duban("--config", kept, "import", file)
    assert (answer.status, answer.err) == (
        1, f"duban: {file} stands in the config already; `duban check` looks at it\n"
    )  # fmt: skip
