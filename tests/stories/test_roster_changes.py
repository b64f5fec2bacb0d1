"""The roster changes: a duty begins on the day on which it is seen to apply, and goes when it applies no more."""

from datetime import date

from obligations.states import TaskState
from tests.stories.conftest import Begin
from tests.stories.town import posts_of, town, with_enterprise

WITHOUT = posts_of(town(), "safety_officer")
CONFIG = with_enterprise(town("ent-03"), industry="food", headcount=80, traits=("part_time_officer",))
"""A small factory outside the dangerous trades may leave it at a part-time officer."""
ON_6_JULY, ON_20_JULY = "ent-03/ent/2026-07-06", "ent-03/ent/2026-07-20"


def test_a_factory_that_grows_past_a_hundred_needs_a_full_time_officer_from_the_day_that_is_seen(begin: Begin) -> None:
    life = begin(CONFIG, "2026-07-01T08:00").go_to("2026-07-06T10:00")
    assert life.standing() == {}
    life.adopt(with_enterprise(CONFIG, headcount=100)).go_to("2026-07-06T10:30")
    assert life.standing() == {}
    life.adopt(with_enterprise(CONFIG, headcount=120)).go_to("2026-07-06T11:00")
    assert life.standing() == {ON_6_JULY: "2026-08-03"}
    life.go_to("2026-07-31T12:00")
    assert life.diary(ON_6_JULY) == [
        "07-06 10:30 remind -30d ent.principal",
        "07-23 09:00 remind -7wd ent.principal",
        "07-31 09:00 remind -1wd ent.principal",
    ]


def test_an_officer_who_comes_ends_the_duty_and_who_was_told_is_told_so_once(begin: Begin) -> None:
    large = with_enterprise(CONFIG, headcount=120, traits=())
    vacant = with_enterprise(large, posts=WITHOUT)
    life = begin(large, "2026-07-01T08:00").go_to("2026-07-06T10:00")
    life.adopt(vacant).go_to("2026-07-10T10:00")
    assert life.standing() == {ON_6_JULY: "2026-08-03"}
    life.adopt(large).go_to("2026-09-30T12:00")
    assert life.state(ON_6_JULY) is TaskState.WITHDRAWN
    assert life.diary(ON_6_JULY) == [
        "07-06 10:00 remind -30d ent.principal",
        "07-10 10:00 remind withdrawn-0 ent.principal",
    ]


def test_an_officer_who_leaves_again_starts_the_clock_anew(begin: Begin) -> None:
    large = with_enterprise(CONFIG, headcount=120, traits=())
    vacant = with_enterprise(large, posts=WITHOUT)
    life = begin(large, "2026-07-01T08:00").go_to("2026-07-06T10:00")
    life.adopt(vacant).go_to("2026-07-10T10:00")
    life.adopt(large).go_to("2026-07-20T10:00")
    life.adopt(vacant).go_to("2026-07-21T10:00")
    assert life.standing() == {ON_20_JULY: "2026-08-17"}
    assert life.state(ON_6_JULY) is TaskState.WITHDRAWN


def test_what_applies_when_the_installation_begins_counts_from_the_citys_start(begin: Begin) -> None:
    life = begin(with_enterprise(CONFIG, headcount=120), "2026-01-05T08:00").go_to("2026-01-05T10:00")
    assert life.standing() == {"ent-03/ent/2026-01-01": "2026-01-29"}


def test_an_edit_that_leaves_the_duty_alone_leaves_its_clock_alone(begin: Begin) -> None:
    life = begin(with_enterprise(CONFIG, headcount=120), "2026-01-05T08:00").go_to("2026-01-08T10:00")
    said = life.diary("ent-03/ent/2026-01-01")
    life.adopt(with_enterprise(CONFIG, headcount=500)).go_to("2026-01-08T16:00")
    assert life.standing() == {"ent-03/ent/2026-01-01": "2026-01-29"}
    assert life.diary("ent-03/ent/2026-01-01") == said


# --- certificates, one for each person

EXPIRES = {"李敏": date(2026, 9, 30), "赵强": date(2026, 9, 30), "王芳": date(2027, 3, 31)}
CERTIFIED = with_enterprise(town("ent-05c"), person_dates={"certificate_expires": EXPIRES})


def certificate(key: str) -> str:
    return f"ent-05c/ent/{key}"


def test_each_persons_certificate_is_a_task_of_its_own_three_months_before_it_expires(begin: Begin) -> None:
    life = begin(CERTIFIED, "2026-06-29T08:00").go_to("2026-07-01T10:00")
    assert life.standing() == {
        certificate("2026-09-30.李敏"): "2026-09-30",
        certificate("2026-09-30.赵强"): "2026-09-30",
    }
    life.go_to("2026-08-31T09:00").done(certificate("2026-09-30.李敏")).go_to("2026-09-21T12:00")
    assert life.diary(certificate("2026-09-30.李敏")) == ["08-31 09:00 remind -30d ent.safety_officer"]
    assert [line.split()[0] for line in life.diary(certificate("2026-09-30.赵强"))] == ["08-31", "09-20", "09-20"]


def test_a_certificate_that_was_renewed_in_the_roster_ends_its_task_and_has_the_next_one_in_its_time(
    begin: Begin,
) -> None:
    life = begin(CERTIFIED, "2026-08-31T08:00").go_to("2026-09-02T10:00")
    renewed = {**EXPIRES, "赵强": date(2029, 9, 30)}
    life.adopt(with_enterprise(CERTIFIED, person_dates={"certificate_expires": renewed})).go_to("2026-09-02T12:00")
    assert life.standing() == {certificate("2026-09-30.李敏"): "2026-09-30"}
    assert life.diary(certificate("2026-09-30.赵强"))[-1] == "09-02 10:00 remind withdrawn-0 ent.safety_officer"
