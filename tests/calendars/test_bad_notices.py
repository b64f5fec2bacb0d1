"""A broken calendar file is refused: every fault in one run, each with its line and column. See the files in bad/."""

import re
import shutil
from pathlib import Path

import pytest

from config.calendars import load_notices, shipped_calendar_directory

BAD = Path(__file__).parent / "bad"
FAULTS = {
    "another_year_under_a_shipped_id": [
        "4:7: year: 'cn-2026' is the shipped notice for 2026; give the notice for 2027 an id of its own, as cn-2027"
    ],
    "change_of_an_unknown_paper": ["5:10: changes: no paper '国办发明电〔2025〕99号' is known"],
    "change_of_itself": ["5:10: changes: 国办发明电〔2026〕9号 is not older than this paper"],
    "change_without_date": ["4:10: changes: say when the paper was published"],
    "day_both_off_and_worked": ["6:64: 2027-01-03 is both off and worked (元旦)"],
    "day_of_another_year": ["7:52: 2026-02-14 lies outside 2027"],
    "december_without_a_day_of_the_year": ["7:21: 2026-12-30 lies outside 2027"],
    "festival_on_another_day": [
        "8:22: off: none of these days is one that the law gives; 清明节 falls on 2027-04-05",
        "11:26: off: none of these days is one that the law gives; 中秋节 falls on 2027-09-15",
    ],
    "festivals_left_out": ["6:3: holidays: nothing of 清明节、中秋节; the paper names each festival of the law"],
    "fields_for_a_day": ["6:21: {'from': '2027-02-05'} is neither a day nor a span"],
    "holiday_without_days": ["6:5: 春节 has no days"],
    "list_of_notices": ["1:1: expected one notice with an id (id: cn-2027)"],
    "make_up_day_on_a_weekday": ["6:52: 2027-01-05 is a Tuesday, worked anyway; a make-up day is a Saturday or Sunday"],
    "name_twice": ["8:12: name: '元旦' is listed twice"],
    "no_holidays": ["5:11: holidays: expected at least one"],
    "no_such_day": ["6:21: '2027-02-30' is no day of the calendar"],
    "not_a_day": ["6:21: '5 February' is not a day"],
    "overlapping_holidays": ["9:9: 2027-10-01 is named twice; first under 中秋节"],
    "paper_of_another_year": ["4:7: year: a paper of 2026 does not arrange 2029"],
    "paper_without_number": ["2:8: paper: '国务院办公厅通知' has no number"],
    "published_in_another_year": ["3:12: published: a paper of 2026 was not published on 2025-11-03"],
    "restored_weekday_never_off": ["7:36: 2026-05-06 is a weekday that 国办发明电〔2025〕7号 does not make a day off"],
    "same_paper_twice": ["2:8: paper: 国办发明电〔2025〕7号 is in "],
    "second_paper_for_a_year": ["3:7: year: 2026 is arranged by 国办发明电〔2025〕7号 already"],
    "several_faults": [
        "3:12: published: a paper of 2026 was not published on 2027-11-03",
        "6:52: 2027-01-05 is a Tuesday, worked anyway",
        "7:64: 2027-02-11 is both off and worked (春节)",
        "8:22: 2028-05-01 lies outside 2027",
    ],
    "span_backwards": ["6:21: '2027-02-11..2027-02-05' ends before it begins"],
    "span_too_long": ["6:21: '2027-02-05..2027-12-11' is longer than 31 days"],
    "unknown_field": ["6:16: unknown field 'of'; did you mean 'off'?"],
    "year_before_the_calendar": ["4:7: year: '2003' is too small; at least 2004 is allowed"],
    "year_missing": ["1:1: the field 'year' is missing"],
    "year_of_none_of_its_days": [
        "4:7: year: 2026 is arranged by 国办发明电〔2025〕7号 already",
        "4:7: year: none of the days lies in 2026",
    ],
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_notice_is_refused_with_every_fault_at_its_line_and_column(name: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(BAD / f"{name}.yaml", tmp_path))
    _, faults = load_notices([shipped_calendar_directory(), tmp_path])
    expected = FAULTS[name]
    assert len(faults) == len(expected), faults
    for fault, start in zip(faults, expected, strict=True):
        assert str(fault).startswith(f"{path}:{start}")


def test_every_bad_notice_has_its_faults_listed_here() -> None:
    assert sorted(path.stem for path in BAD.glob("*.yaml")) == sorted(FAULTS)


def test_the_faults_of_several_files_come_in_one_run(tmp_path: Path) -> None:
    for name in ("no_such_day", "year_missing"):
        text = (BAD / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(re.sub("^id: .*", f"id: {name}", text), encoding="utf-8")
    _, faults = load_notices([tmp_path])
    assert [(Path(fault.path).stem, fault.line, fault.column) for fault in faults] == [
        ("no_such_day", 6, 21),
        ("year_missing", 1, 1),
    ]


def test_a_fault_beside_a_shipped_field_stands_in_the_file_that_overrides_it(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("# ours\nid: cn-2026\npaper: 国办发明电〔2021〕9号\n", encoding="utf-8")
    _, faults = load_notices([shipped_calendar_directory(), tmp_path])
    assert {fault.path for fault in faults} == {str(own)}
    assert f"{own}:2:1: year: a paper of 2021 does not arrange 2026" in map(str, faults)


def test_one_id_in_two_files_of_a_directory_is_a_fault_at_the_second(tmp_path: Path) -> None:
    text = (shipped_calendar_directory() / "cn" / "cn-2026.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("# once more\n" + text, encoding="utf-8")
    notices, faults = load_notices([tmp_path])
    assert [str(fault) for fault in faults] == [
        f"{tmp_path}/b.yaml:2:5: the id 'cn-2026' is taken by {tmp_path}/a.yaml:1; ids are unique"
    ]
    assert [each.id for each in notices] == ["cn-2026"]
