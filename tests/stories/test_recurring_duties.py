"""Duties that come round by the calendar: the half-year drill of a high-risk firm, the yearly inspection tour."""

from tests.stories.telling import life_from, sample_city, stages

DRILL = "ent-09a/ent-binhai-chem/2026-H1"
TOUR = "off-26a/off-qingshan/2026"
INSPECTION = "ent-01a/ent-binhai-chem/2026-02"


def test_the_half_year_drill_is_reminded_a_month_a_week_and_a_day_before_and_then_urged() -> None:
    life = life_from(sample_city("ent-09a"), "2026-01-01T00:00").go_to("2026-07-03T23:00")
    assert life.diary(DRILL) == [
        "05-29 09:00 remind -30d ent-binhai-chem.safety_officer",  # 31 May is a Sunday
        "06-18 09:00 remind -7wd ent-binhai-chem.principal",
        "06-18 09:00 remind -7wd ent-binhai-chem.safety_officer",
        "06-29 09:00 remind -1wd ent-binhai-chem.principal",
        "06-29 09:00 remind -1wd ent-binhai-chem.safety_officer",
        "07-01 09:00 urge +1wd ent-binhai-chem.principal",
        "07-01 09:00 urge +1wd ent-binhai-chem.safety_officer",
    ]


def test_a_drill_that_is_done_in_time_is_never_spoken_of_again() -> None:
    life = life_from(sample_city("ent-09a"), "2026-05-20T00:00").go_to("2026-06-01T12:00")
    life.done(DRILL).go_to("2026-09-30T23:00")
    assert life.diary(DRILL) == ["05-29 09:00 remind -30d ent-binhai-chem.safety_officer"]


def test_the_next_half_year_is_a_drill_of_its_own() -> None:
    life = life_from(sample_city("ent-09a"), "2026-05-20T00:00").go_to("2026-06-01T12:00")
    life.done(DRILL).go_to("2026-12-31T23:00")
    assert stages(life.diary("ent-09a/ent-binhai-chem/2026-H2")) == ["remind"]


def test_the_yearly_tour_that_a_county_forgets_is_supervised_by_nobody_below_the_city() -> None:
    life = life_from(sample_city("off-26a"), "2026-11-01T00:00").go_to("2027-01-31T23:00")
    told = {line.split()[4] for line in life.diary(TOUR)}
    assert told <= {
        "off-qingshan.duty",
        "off-qingshan.principal",
        "off-city.duty",
        "gov-qingshan.duty",
        "gov-city.duty",
    }
    assert stages(life.diary(TOUR))[:3] == ["remind", "urge", "supervise"]


def test_a_due_day_in_an_unpublished_week_is_reminded_a_week_earlier() -> None:
    life = life_from(sample_city("off-26a"), "2026-11-01T00:00").go_to("2026-12-31T23:00")
    assert next(line.split()[0] for line in life.diary(TOUR)) == "11-24"  # 1 December, a week earlier


def test_a_monthly_inspection_speaks_no_earlier_than_its_month() -> None:
    life = life_from(sample_city("ent-01a"), "2026-01-01T00:00").go_to("2026-02-28T23:00")
    assert life.diary(INSPECTION)[0] == "02-02 09:00 remind -30d ent-binhai-chem.principal"  # the first working day


def test_what_is_missed_is_urged_every_five_working_days_until_it_is_done() -> None:
    life = life_from(sample_city("ent-01a"), "2026-03-01T00:00").go_to("2026-05-31T23:00")
    repeats = [line for line in life.diary("ent-01a/ent-binhai-chem/2026-03") if "repeat" in line]
    assert [line.split()[0] for line in repeats[:3]] == ["04-22", "04-29", "05-09"]  # 9 May is a worked Saturday
    life.done("ent-01a/ent-binhai-chem/2026-03").go_to("2026-06-30T23:00")
    after = [line for line in life.diary("ent-01a/ent-binhai-chem/2026-03") if line > "06-01"]
    assert after == []
