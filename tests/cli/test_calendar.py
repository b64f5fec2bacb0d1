"""`duban calendar`: a year drawn, a notice taken over, the data sets compared."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from daemon.cli.calendars import draw_year
from tests.calendars.verified_table import shipped_notices
from tests.calendars.whole_notices import whole
from tests.cli.shell import Duban, run_script

FAR = 1 + max(notice.year for notice in shipped_notices() if notice.region is None and notice.year is not None)
"""The first year without a notice."""
NOTICE = whole(f"""\
id: cn-{FAR}
paper: 国办发明电〔{FAR - 1}〕99号
published: {FAR - 1}-11-20
year: {FAR}
holidays:
  - {{name: 元旦, off: {FAR}-01-01}}
""")


def test_a_year_is_drawn_with_its_days_off_and_its_make_up_days(duban: Duban) -> None:
    drawn = duban.done("calendar", "show", "2026").out
    assert drawn.startswith("2026: 248 working days")
    assert "(16)(17)(18)(19)(20) 21  22 " in drawn
    assert " 14  15  16  17  18  19 [20]" in drawn
    assert "2026-09-20 Sun worked 国庆节  国办发明电〔2025〕7号" in drawn


def test_every_month_of_a_drawn_year_has_all_its_days(duban: Duban) -> None:
    grid = duban.done("calendar", "show", "2028").out.split("\n\n20")[0]
    numbers = [int(word) for line in grid.splitlines()[1:] for word in line.replace("(", " ").replace(")", " ")
               .replace("[", " ").replace("]", " ").split() if word.isdecimal()]  # fmt: skip
    assert len(numbers) == 366
    assert sum(numbers) == sum(sum(range(1, days + 1)) for days in (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))


def test_a_year_without_a_notice_says_that_it_is_provisional(duban: Duban) -> None:
    first = duban.done("calendar", "show", "2040").out.splitlines()[0]
    assert "PROVISIONAL" in first


def test_a_region_shows_its_own_holidays(duban: Duban) -> None:
    assert "三月三" in duban.done("calendar", "show", "2026", "--region", "guangxi").out
    assert "三月三" not in duban.done("calendar", "show", "2026").out


def test_a_region_without_holidays_of_its_own_is_not_drawn_as_if_it_had_them(duban: Duban) -> None:
    answer = duban("calendar", "show", "2026", "--region", "火星")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("duban: no calendar is for the region '火星'; known: ")


def test_the_drawn_year_counts_as_many_working_days_as_the_calendar(duban: Duban) -> None:
    from config.calendars import compile_calendar

    compiled = compile_calendar(shipped_notices())
    worked = sum(compiled.is_working(date(2026, 1, 1) + timedelta(days=offset)) for offset in range(365))
    assert next(iter(draw_year(compiled, 2026))).startswith(f"2026: {worked} working days")
    assert duban.done("calendar", "show", "2026").out.startswith(f"2026: {worked} working days")


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    file = tmp_path / "notice.yaml"
    file.write_text(NOTICE, encoding="utf-8")
    return file


def test_a_dry_run_says_what_would_move_and_changes_nothing(duban: Duban, town: Path, notice: Path) -> None:
    answer = duban.done("--config", town, "calendar", "import", notice, "--dry-run")
    assert "deadlines move" in answer.out
    assert not (town / "calendars").exists()


def test_a_notice_that_is_taken_over_is_in_force(duban: Duban, town: Path, notice: Path) -> None:
    before = duban.done("--config", town, "deadline", f"{FAR}-01-04", "5wd", "--json").rows[0]
    duban.done("--config", town, "calendar", "import", notice)
    after = duban.done("--config", town, "deadline", f"{FAR}-01-04", "5wd", "--json").rows[0]
    assert (before["provisional"], after["provisional"]) == (True, False)
    assert (town / "calendars" / f"cn-{FAR}.yaml").read_text(encoding="utf-8") == NOTICE


def test_a_notice_that_is_in_force_already_changes_nothing(duban: Duban, town: Path, notice: Path) -> None:
    duban.done("--config", town, "calendar", "import", notice)
    assert "changes nothing" in duban.done("--config", town, "calendar", "import", notice).out


def test_a_broken_notice_is_refused_at_its_place_and_the_version_in_force_stays(
    duban: Duban, town: Path, notice: Path
) -> None:
    notice.write_text(NOTICE + f"  - {{name: 春节, off: {FAR}-02-30}}\n", encoding="utf-8")
    answer = duban("--config", town, "calendar", "import", notice)
    assert answer.status == 1
    assert answer.out == ""
    assert answer.err.startswith(f"{notice}:{1 + NOTICE.count(chr(10))}:")
    assert not (town / "calendars").exists()


def test_a_notice_that_is_not_there_is_named(duban: Duban, town: Path) -> None:
    answer = duban("--config", town, "calendar", "import", "nowhere.yaml")
    assert (answer.status, answer.err) == (1, "duban: nowhere.yaml cannot be read: No such file or directory\n")


def test_the_data_sets_that_are_installed_agree_but_for_one_day_that_the_paper_decides(duban: Duban) -> None:
    answer = duban("calendar", "check")
    differing = [line for line in answer.out.splitlines() if " here, " in line]
    assert differing == [
        "2005-12-31: worked here, off in chinesecalendar (国办发明电〔2005〕35号 has that Saturday worked)"
    ]
    assert "compared with holidays: 8401 days" in answer.out


def test_more_lines_than_one_chunk_are_answered_in_their_order(tmp_path: Path) -> None:
    lines = [f"2025-01-01 {days}d" for days in range(1, 366)] * 14
    answer = run_script("deadline", "-", "--jsonl", directory=tmp_path, stdin="\n".join(lines))
    assert answer.status == 0
    assert [each["limit"] for each in answer.lines] == [line.split()[1] for line in lines]
