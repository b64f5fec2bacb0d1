"""`duban plan`, `simulate`, `explain`: what will be, what would be, and why."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Duban, lay_out, run_script

PLAN_KEYS = [
    "task", "obligation", "clause", "title", "subject", "bearer", "assignee", "window", "event", "opens", "due",
    "last_working_day", "provisional", "times", "policy",
]  # fmt: skip
SIMULATE_KEYS = [
    "at", "task", "obligation", "subject", "bearer", "step", "stage", "post", "organization", "name", "channel",
    "address", "due",
]  # fmt: skip
FIRST, LAST = date(2026, 1, 1), date(2027, 6, 30)
MEETING = "reg-15a/ent-chem/acc-2024-001"
SPRING = ["--from", "2024-02-01", "--to", "2024-04-30"]


def plan(duban: Duban, directory: Path, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = duban.done("--config", directory, "plan", "--json", *arguments).rows
    return rows


def test_the_json_of_a_plan_has_the_keys_of_the_contract(duban: Duban, town: Path) -> None:
    [row] = plan(duban, town, "--from", "2024-02-15", "--to", "2024-02-15")
    assert list(row) == PLAN_KEYS
    assert row == {
        "task": MEETING,
        "obligation": "reg-15a",
        "clause": "二(二)15",
        "title": "召集事故联席会议，启动联合执法",
        "subject": "ent-chem",
        "bearer": "reg-emergency",
        "assignee": "duty",
        "window": None,
        "event": "acc-2024-001",
        "opens": "2024-02-08",
        "due": "2024-02-15",
        "last_working_day": "2024-02-09",
        "provisional": False,
        "times": 1,
        "policy": "urgent",
    }


def test_a_recurring_task_is_named_after_its_window(duban: Duban, town: Path) -> None:
    rows = plan(duban, town, "--from", "2024-06-30", "--to", "2024-06-30")
    enterprises = [row for row in rows if row["subject"] == "ent-chem"]
    assert [(row["task"], row["window"], row["opens"], row["last_working_day"]) for row in enterprises] == [
        ("city-renew/ent-chem/2024-09-30", None, "2024-01-01", "2024-06-28"),
        ("ent-01a/ent-chem/2024-06", "2024-06", "2024-06-01", "2024-06-28"),
        ("ent-01b/ent-chem/2024-Q2", "2024-Q2", "2024-04-01", "2024-06-28"),
        ("ent-07b/ent-chem/2024-Q2", "2024-Q2", "2024-04-01", "2024-06-28"),
        ("ent-09a/ent-chem/2024-H1", "2024-H1", "2024-01-01", "2024-06-28"),
    ]


def test_a_plan_can_be_that_of_one_organization(duban: Duban, town: Path) -> None:
    span = ["--from", "2024-01-01", "--to", "2024-12-31"]
    everything = plan(duban, town, *span)
    bearing = plan(duban, town, *span, "--organization", "reg-emergency")
    assert {MEETING, "reg-17/reg-emergency/2024"} < {row["task"] for row in bearing}
    assert [row for row in everything if "reg-emergency" in {row["subject"], row["bearer"]}] == bearing


def test_a_plan_line_by_line_is_the_same_as_the_array(duban: Duban, town: Path) -> None:
    span = ["--from", "2024-01-01", "--to", "2024-12-31"]
    assert duban.done("--config", town, "plan", "--jsonl", *span).lines == plan(duban, town, *span)


def test_a_plan_of_days_on_which_nothing_is_due_says_so(duban: Duban, town: Path) -> None:
    span = ["--from", "2024-01-02", "--to", "2024-01-03"]
    assert plan(duban, town, *span) == []
    answer = duban.done("--config", town, "plan", *span)
    assert answer.out == "nothing is due from 2024-01-02 to 2024-01-03\n"


def test_planning_and_simulating_write_nothing(duban: Duban, town: Path) -> None:
    before = sorted(town.rglob("*"))
    duban.done("--config", town, "plan")
    duban.done("--config", town, "simulate", *SPRING)
    duban.done("--config", town, "explain", MEETING)
    assert sorted(town.rglob("*")) == before


def simulated(duban: Duban, town: Path, *arguments: str | Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = duban.done("--config", town, "simulate", *SPRING, "--json", *arguments).rows
    return rows


def test_two_simulations_are_the_same_to_the_byte_whatever_the_seed_of_hashes(town: Path) -> None:
    first, second = (
        run_script("simulate", *SPRING, "--json", directory=town, PYTHONHASHSEED=seed) for seed in ("1", "2")
    )
    assert (first.status, first.err) == (0, "")
    assert len(first.rows) > 20
    assert first == second


def test_the_json_of_a_simulation_has_the_keys_of_the_contract(duban: Duban, town: Path) -> None:
    rows = simulated(duban, town)
    assert all(list(row) == SIMULATE_KEYS for row in rows)
    assert {"email", "sms"} == {row["channel"] for row in rows}
    assert next(row for row in rows if row["task"] == MEETING and row["organization"] == "reg-emergency") == {
        "at": "2024-02-08T14:20:00+08:00",
        "task": MEETING,
        "obligation": "reg-15a",
        "subject": "ent-chem",
        "bearer": "reg-emergency",
        "step": "start",
        "stage": "remind",
        "post": "duty",
        "organization": "reg-emergency",
        "name": "孙八",
        "channel": "email",
        "address": "sun@example.com",
        "due": "2024-02-15",
    }


def test_a_simulation_is_in_the_order_of_time(duban: Duban, town: Path) -> None:
    moments = [row["at"] for row in simulated(duban, town)]
    assert moments == sorted(moments)
    assert moments[0] >= "2024-02-01"
    assert moments[-1] < "2024-05-01"


def test_what_was_done_is_told_no_more(duban: Duban, town: Path, tmp_path: Path) -> None:
    done = lay_out(tmp_path, {"done.csv": f"task,date\n{MEETING},2024-02-19\n"}) / "done.csv"
    without, silenced = simulated(duban, town), simulated(duban, town, "--completions", done)
    about = [row for row in silenced if row["task"] == MEETING]
    assert max(row["at"][:10] for row in without if row["task"] == MEETING) > "2024-03-01"
    assert about == [row for row in without if row["task"] == MEETING and row["at"] < "2024-02-19"]
    others = [row for row in without if row["task"] != MEETING]
    assert [row for row in silenced if row["task"] != MEETING] == others


def test_the_faults_of_a_completions_file_are_shown_with_their_places(duban: Duban, town: Path, tmp_path: Path) -> None:
    text = f"task,date\n{MEETING},2024-02-30\nreg-15a/ent-chem/acc-2024-01,2024-02-19\n"
    done = lay_out(tmp_path, {"done.csv": text}) / "done.csv"
    answer = duban("--config", town, "simulate", *SPRING, "--completions", done)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.splitlines() == [
        f"{done}:2:31: '2024-02-30' is no day of the calendar (day is out of range for month)",
        f"{done}:3:1: there is no task 'reg-15a/ent-chem/acc-2024-01'; did you mean {MEETING!r}?",
    ]


def test_all_faults_of_a_completions_file_are_shown_in_one_run_those_that_only_its_days_show_among_them(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    january = "ent-01a/ent-chem/2024-01"
    text = (
        f"date,task\n\n\n2024-01-20,{january}\n2024-02-01,{january}\n\n"
        f"2024-02-01,{MEETING}\n2024-02-30,{MEETING}\n2024-02-19,{MEETING}x\n"
    )
    done = lay_out(tmp_path, {"done.csv": text}) / "done.csv"
    answer = duban("--config", town, "simulate", *SPRING, "--completions", done)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.splitlines() == [
        f"{done}:5:1: {january}: cannot close what is closed; possible: nothing",
        f"{done}:7:1: 2024-02-01 is too early: {MEETING} opens on 2024-02-08",
        f"{done}:8:1: '2024-02-30' is no day of the calendar (day is out of range for month)",
        f"{done}:9:12: there is no task '{MEETING}x'; did you mean {MEETING!r}?",
    ]


def test_a_completions_file_that_is_no_csv_is_a_fault_with_its_line(duban: Duban, town: Path, tmp_path: Path) -> None:
    done = lay_out(tmp_path, {"done.csv": f"task,date\n{MEETING},2024-02-19\n{'x' * 200_000},\n"}) / "done.csv"
    answer = duban("--config", town, "simulate", *SPRING, "--completions", done)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"{done}:3:1: cannot be read: field larger than field limit (131072)\n"


def test_a_completions_file_in_gbk_is_a_fault_at_its_line_that_says_what_to_do(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    done = tmp_path / "done.csv"
    done.write_bytes(f"task,date\n{MEETING},2024-02-19\n叉车,2024-02-19\n".encode("gbk"))
    answer = duban("--config", town, "simulate", *SPRING, "--completions", done)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"{done}:3:1: is not UTF-8; save it as such (in Excel: CSV UTF-8)\n"


def test_a_fault_in_completions_stands_where_its_row_begins_and_names_the_day(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    text = f'task,date\n"two\nlines",2024-02-19\n{MEETING},0001-01-01\n{MEETING}\n'
    done = lay_out(tmp_path, {"done.csv": text}) / "done.csv"
    answer = duban("--config", town, "simulate", *SPRING, "--completions", done)
    places = [line.removeprefix(f"{done}:").split(": ")[0] for line in answer.err.splitlines()]
    assert places == ["2:1", "4:31", "5:31"]
    assert "0001-01-01 lies outside the calendar" in answer.err


def test_an_unclosed_quotation_mark_in_completions_is_a_fault_where_its_row_begins(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    done = lay_out(tmp_path, {"done.csv": f'task,date\n{MEETING},2024-02-19\n"{MEETING},2024-02-19\n'}) / "done.csv"
    answer = duban("--config", town, "simulate", *SPRING, "--completions", done)
    assert answer.err.startswith(f"{done}:3:1: cannot be read: ")


def test_a_task_that_was_done_at_a_moment_speaks_until_then_and_what_is_done_later_than_shown_does_not_matter(
    duban: Duban, town: Path, tmp_path: Path
) -> None:
    text = f"task,date\n{MEETING},2024-02-20T11:00:00+08:00\nent-01a/ent-chem/2031-05,2031-05-06\n"
    done = lay_out(tmp_path, {"done.csv": text}) / "done.csv"
    without = duban.done("--config", town, "simulate", "--json", *SPRING).rows
    silenced = duban.done("--config", town, "simulate", "--json", *SPRING, "--completions", done).rows
    about = [row["at"] for row in silenced if row["task"] == MEETING]
    assert about == [row["at"] for row in without if row["task"] == MEETING and row["at"] < "2024-02-20T11"]


def test_a_completions_file_that_is_not_there_is_a_fault(duban: Duban, town: Path) -> None:
    answer = duban("--config", town, "simulate", *SPRING, "--completions", "nowhere.csv")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("nowhere.csv:1:1: cannot be read: ")


def test_a_completions_file_of_other_columns_is_a_fault(duban: Duban, town: Path, tmp_path: Path) -> None:
    done = lay_out(tmp_path, {"done.csv": f"Aufgabe,Tag\n{MEETING},2024-02-19\n"}) / "done.csv"
    answer = duban("--config", town, "simulate", *SPRING, "--completions", done)
    assert (answer.status, answer.out, answer.err) == (1, "", f"{done}:1:1: expected the columns task,date\n")


def test_explaining_a_task_says_why_it_is_there_and_what_comes_next(duban: Duban, town: Path) -> None:
    lines = duban.done("--config", town, "explain", MEETING).out.splitlines()
    assert lines[0] == f"{MEETING}  [open]"
    assert "  bearer  reg-emergency 市应急管理局, post duty" in lines
    assert "due 2024-02-15" in lines
    assert any(line.startswith("what comes next") for line in lines)


@pytest.mark.parametrize("arguments", [["explain", MEETING, "--lang", "zh"], ["explain", MEETING]])
def test_the_same_task_is_explained_in_both_languages(arguments: list[str], duban: Duban, town: Path) -> None:
    chinese = "--lang" in arguments
    derivation = duban.done("--config", town, *arguments).out
    assert ("Civil Code" in derivation) is not chinese
    assert ("民法典" in derivation) is chinese
