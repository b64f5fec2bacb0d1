"""`duban deadline`: one date, with the derivation."""

from pathlib import Path

import pytest

from tests.cli.shell import Duban

KEYS = ["start", "limit", "roll", "due", "rolled", "ends_at", "provisional", "derivation"]


@pytest.mark.parametrize(
    ("words", "due", "provisional"),
    [
        pytest.param("2024-02-08 10wd", "2024-02-28", False, id="across the spring festival of 2024"),
        pytest.param("2026-09-18 10wd", "2026-10-09", False, id="across the national day of 2026"),
        pytest.param("2026-09-18 10个工作日", "2026-10-09", False, id="in the Chinese form"),
        pytest.param("2026-09-18 1w", "2026-09-25", False, id="a week, which holidays do not stretch"),
        pytest.param("2026-09-18 0d", "2026-09-18", False, id="the day itself"),
        pytest.param("2026-08-31 -6m", "2026-02-28", False, id="six months before a day that February lacks"),
        pytest.param("2026-12-20 10wd", "2027-01-04", True, id="beyond the published calendar"),
        pytest.param("2027-05-31 -3m", "2027-02-28", True, id="three months before, beyond the calendar"),
    ],
)
def test_a_deadline_falls_on(words: str, due: str, provisional: bool, duban: Duban) -> None:
    answer = duban.done("deadline", *words.split(), "--json")
    [row] = answer.rows
    assert (row["due"], row["provisional"]) == (due, provisional)


def test_the_json_of_a_deadline_is_one_array_with_the_keys_of_the_contract(duban: Duban) -> None:
    [row] = duban.done("deadline", "2026-09-19", "1w", "--json").rows
    assert list(row) == KEYS
    assert row["derivation"]
    assert all(isinstance(line, str) for line in row["derivation"])
    assert {key: row[key] for key in KEYS[:-1]} == {
        "start": "2026-09-19",
        "limit": "1w",
        "roll": "none",
        "due": "2026-09-26",
        "rolled": "2026-09-28",
        "ends_at": "2026-09-27T00:00:00+08:00",
        "provisional": False,
    }


def test_people_read_the_day_first_and_then_why(duban: Duban) -> None:
    lines = duban.done("deadline", "2026-09-18", "10wd").out.splitlines()
    assert lines[0] == "2026-10-09"
    assert "  2026-09-20 (Sun) counted: make-up working day for 国庆节 (国办发明电〔2025〕7号)" in lines


def test_people_read_that_a_day_is_provisional(duban: Duban) -> None:
    assert duban.done("deadline", "2026-12-20", "10wd").out.splitlines()[0] == "2027-01-04 (provisional)"


def test_the_derivation_is_also_in_chinese(duban: Duban) -> None:
    english = duban.done("deadline", "2026-09-18", "10wd").out
    chinese = duban.done("deadline", "2026-09-18", "10wd", "--lang", "zh").out
    assert chinese.splitlines()[0] == english.splitlines()[0]
    assert "工作日" in chinese
    assert "working day" not in chinese


@pytest.mark.parametrize(
    "words",
    [["2026-09-18T14:20", "-2h"], ["-2h", "--json", "2026-09-18T14:20"], ["--", "2026-09-18T14:20", "-2h"]],
    ids=" ".join,
)
def test_hours_that_count_back_are_no_call_for_help(words: list[str], duban: Duban) -> None:
    assert "2026-09-18T12:20:00+08:00" in duban.done("deadline", *words).out


@pytest.mark.parametrize(("roll", "due"), [("none", "2026-10-03"), ("next", "2026-10-08"), ("previous", "2026-09-30")])
def test_a_last_day_that_is_not_worked_rolls_as_asked(roll: str, due: str, duban: Duban) -> None:
    [row] = duban.done("deadline", "2026-09-26", "1w", "--roll", roll, "--json").rows
    assert (row["roll"], row["due"], row["rolled"]) == (roll, due, "2026-10-08")


def test_excluded_days_do_not_count(duban: Duban) -> None:
    [row] = duban.done("deadline", "2026-09-18", "7d", "--exclude", "3", "--json").rows
    assert row["due"] == "2026-09-28"


def test_a_region_has_holidays_of_its_own(duban: Duban) -> None:
    [national] = duban.done("deadline", "2026-04-17", "1wd", "--json").rows
    [regional] = duban.done("deadline", "2026-04-17", "1wd", "--region", "广西", "--json").rows
    assert (national["due"], regional["due"]) == ("2026-04-20", "2026-04-21")


def test_many_deadlines_are_answered_line_by_line_with_each_error_in_its_place(duban: Duban) -> None:
    questions = [
        "2024-02-08 10wd",
        "rubbish",
        "2026-09-26 1w roll=next",
        "2026-02-30 1w",
        "",
        "2026-09-18 7d exclude=3",
        "2026-09-18 10wd rol=next",
        "2026-04-17 1wd region=广西",
        "2026-04-17 1wd region=火星",
        "2026-09-18 400y",
        "2026-09-18 10wd",
    ]
    answer = duban("deadline", "-", "--jsonl", stdin="\n".join(questions))
    assert (answer.status, answer.err) == (0, "")
    assert [line.get("due", line.get("error")) for line in answer.lines] == [
        "2024-02-28",
        "'rubbish': expected START LIMIT [roll=R] [exclude=N] [region=R]",
        "2026-10-08",
        "'2026-02-30' is no day of the calendar (day is out of range for month)",
        "2026-09-28",
        "'rol=next': expected roll=R, exclude=N or region=R",
        "2026-04-21",
        "no calendar is for the region '火星'; known: guangxi, 广西",
        "'400y' is beyond sense; at most 50y is allowed",
        "2026-10-09",
    ]
    assert all(list(line) in (KEYS, ["error"]) for line in answer.lines)


def test_options_hold_for_each_line_that_does_not_say_otherwise(duban: Duban) -> None:
    lines = ["2026-09-26 1w", "2026-09-26 1w roll=previous exclude=0", "2026-04-17 1wd exclude=0"]
    options = ["--roll", "next", "--exclude", "1", "--region", "广西"]
    answer = duban("deadline", "-", *options, stdin="\n".join(lines))
    assert [line["due"] for line in answer.lines] == ["2026-10-08", "2026-09-30", "2026-04-21"]
    assert [line["roll"] for line in answer.lines] == ["next", "previous", "next"]


def test_an_option_that_is_wrong_for_all_lines_is_said_once(duban: Duban) -> None:
    answer = duban("deadline", "-", "--region", "火星", stdin="2026-09-26 1w\n" * 2)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == "duban: no calendar is for the region '火星'; known: guangxi, 广西\n"


def test_a_mark_of_the_byte_order_before_the_first_line_is_passed_over(duban: Duban) -> None:
    answer = duban("deadline", "-", stdin="\ufeff2026-09-18 10wd\n2026-09-18 1w\n")
    assert [line.get("due") for line in answer.lines] == ["2026-10-09", "2026-09-25"]
    assert duban("deadline", "-", stdin="\ufeff\n").out == duban("deadline", "-", stdin="").out == ""


def test_a_saturday_worked_after_a_holiday_counts(duban: Duban) -> None:
    """2024-05-11, a Saturday, was worked for 劳动节."""
    [row] = duban.done("deadline", "2024-05-06", "10wd", "--json").rows
    assert row["due"] == "2024-05-17"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("2026-13-01 10wd", "'2026-13-01' is no day of the calendar (month must be in 1..12)"),
        ("18.9.2026 10wd", "'18.9.2026' is not a day or moment; write it as 2026-09-18 or 2026-09-18T14:20:00+08:00"),
        ("2026-09-18 400y", "'400y' is beyond sense; at most 50y is allowed"),
        ("2026-09-18 10wd --roll up", "'up' is no way to roll; known: none, next, previous"),
        ("2026-09-18 10wd --exclude -1", "'-1' is not a number of days to exclude; write a whole number up to 3660"),
        ("2026-09-18 10wd --region 火星", "no calendar is for the region '火星'; known: guangxi, 广西"),
    ],
)
def test_a_question_that_has_no_answer_says_why(words: str, message: str, duban: Duban) -> None:
    answer = duban("deadline", *words.split())
    assert answer.status == 1
    assert (answer.out, answer.err) == ("", f"duban: {message}\n")


def test_the_configured_calendar_is_used_where_there_is_one(duban: Duban, town: Path) -> None:
    settings = town / "duban.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "calendar: {region: 广西}\n", encoding="utf-8")
    [row] = duban.done("--config", town, "deadline", "2026-04-17", "1wd", "--json").rows
    assert row["due"] == "2026-04-21"
