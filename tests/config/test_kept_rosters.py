"""Rosters that have not changed are not read anew; what comes of them is the same."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config import kept_rosters
from config.kept_rosters import KeptRosters
from config.loader import examine, load
from tests.config.tables import HEADER, MORE_CSV, MORE_MAPPING, TEA
from tests.config.town import ROSTER, SETTINGS, lay_out

OTHER_CSV, MILL_YAML, DUTY_YAML = "organizations/other.csv", "organizations/mill.yaml", "obligations/own.yaml"
MILL = """\
- id: ent-mill
  kind: enterprise
  name: 磨坊
  office: off-city
  dates: {permit_expires: 2027-03-01}
  posts:
    miller: {name: 石磨, email: shi@example.com, prefers: [email]}
"""
PERMIT = """\
- id: city-02
  title: 换证
  assignee: miller
  applies_to: {kind: enterprise}
  anchor: {organization: permit_expires}
  due: 0d
"""
TEXTS: Mapping[str, Sequence[str | None]] = {
    "duban.yaml": [SETTINGS, SETTINGS.replace("email:", "mail:")],
    "organizations/city.yaml": [
        ROSTER, ROSTER.replace("ent-chem", "ent-tea"), ROSTER.replace("off-city", "off-town"),
        ROSTER.replace("kind: office", "kind: regulator"), ROSTER.replace("headcount: 320", "headcount: many"),
    ],
    MILL_YAML: [
        None, MILL, MILL.replace("ent-mill", "ent-tea"), MILL.replace("off-city", "ent-chem"), "", "[",
        MILL.replace("miller", "principal"),
    ],
    DUTY_YAML: [None, PERMIT],
    MORE_CSV: [None, f"{HEADER}\n{TEA}\n", f"{HEADER},office\n{TEA},off-city\n", f"{HEADER}\n{TEA},\n", "编号,名称\n"],
    MORE_MAPPING: [
        None,
        "defaults: {office: off-city}\n",
        "columns: {编号: id, 名称: name}\n",
        "defaults: {offic: x}\n",
    ],
    OTHER_CSV: [
        None, f"{HEADER}\n{TEA}\n", f"{HEADER}\nent-mill,enterprise,磨坊\n",
        f"{HEADER},office\nent-inn,enterprise,旅馆,ent-mill\n",
    ],
}  # fmt: skip
"""What may stand in each file (None: the file is not there), with faults of its own, of others, and without."""
town = st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in TEXTS.items()})


@st.composite
def edits(draw: st.DrawFn) -> Sequence[Mapping[str, str | None]]:
    """A town without a fault, and what becomes of it, mostly file by file."""
    states: list[Mapping[str, str | None]] = [{name: texts[0] for name, texts in TEXTS.items()} | {MILL_YAML: MILL}]
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            name = draw(st.sampled_from(sorted(TEXTS)))
            states.append({**states[-1], name: draw(st.sampled_from(TEXTS[name]))})
        else:
            states.append(draw(town))
    return states


@given(edits())
@settings(max_examples=200)
def test_after_any_edits_the_files_say_what_they_say_to_one_who_reads_them_for_the_first_time(
    states: Sequence[Mapping[str, str | None]],
) -> None:
    before = KeptRosters()
    with TemporaryDirectory() as directory:
        for files in states:
            lay_out(Path(directory), {name: text for name, text in files.items() if text is not None})
            for name in [name for name, text in files.items() if text is None]:
                (Path(directory) / name).unlink(missing_ok=True)
            kept, anew = examine(Path(directory), before), examine(Path(directory))
            assert kept.faults == anew.faults
            assert kept.config == anew.config


def test_a_table_is_read_once_while_another_file_is_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {MORE_CSV: f"{HEADER}\n{TEA}\n"})
    kept = KeptRosters()
    before = load(tmp_path, kept)
    monkeypatch.setattr(kept_rosters, "read_roster", None)  # to read one anew would be an error
    (tmp_path / "organizations" / "city.yaml").write_text(ROSTER.replace("张三", "张五"), encoding="utf-8")
    after = load(tmp_path, kept)
    assert after.version != before.version
    assert after.organizations["ent-tea"] is before.organizations["ent-tea"]


def test_a_file_in_yaml_is_read_once_while_another_is_edited(tmp_path: Path) -> None:
    lay_out(tmp_path, {MILL_YAML: MILL})
    kept = KeptRosters()
    before = load(tmp_path, kept)
    (tmp_path / MILL_YAML).write_text(MILL.replace("石磨", "石碾"), encoding="utf-8")
    after = load(tmp_path, kept)
    assert after.organizations["off-city"] is before.organizations["off-city"]
    assert after.organizations["ent-mill"].posts["miller"].name == "石碾"


def test_what_an_edit_elsewhere_makes_wrong_in_a_kept_file_is_said_where_it_is(tmp_path: Path) -> None:
    lay_out(tmp_path, {MILL_YAML: MILL})
    kept = KeptRosters()
    load(tmp_path, kept)
    (tmp_path / "organizations" / "city.yaml").write_text(ROSTER.replace("off-city", "off-town"), encoding="utf-8")
    (fault,) = examine(tmp_path, kept).faults
    assert (Path(fault.path).name, fault.line, fault.column) == ("mill.yaml", 4, 11)


def test_an_id_of_a_kept_file_that_a_file_before_it_takes_is_refused(tmp_path: Path) -> None:
    lay_out(tmp_path, {MILL_YAML: MILL})
    kept = KeptRosters()
    load(tmp_path, kept)
    (tmp_path / "organizations" / "city.yaml").write_text(ROSTER.replace("ent-chem", "ent-mill"), encoding="utf-8")
    (fault,) = examine(tmp_path, kept).faults
    assert "the id 'ent-mill' is taken by" in fault.message


@pytest.mark.parametrize("name", [MORE_CSV, MILL_YAML])
def test_a_pipe_in_place_of_a_kept_file_keeps_nobody_waiting(name: str, tmp_path: Path) -> None:
    kept = KeptRosters()
    load(lay_out(tmp_path, {"duban.yaml": SETTINGS, MILL_YAML: MILL, MORE_CSV: f"{HEADER}\n{TEA}\n"}), kept)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    found = [fault.message for fault in examine(tmp_path, kept).faults]
    assert found == ["cannot be read: it is a pipe, a socket or a device; put an ordinary file here"]
