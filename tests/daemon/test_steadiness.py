"""The wall clock jumps: an adjustment is followed, a leap is believed when it is seen twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from config.loader import load
from daemon.clock import SystemClock, VirtualClock
from daemon.service import Service
from daemon.steadiness import BELIEVED, CLOCKS_DIFFER, Reading, Steadiness
from daemon.store import deliveries
from daemon.store.database import Database
from tests.cli.shell import TOWN, lay_out

NOON = datetime(2026, 9, 18, 4, tzinfo=UTC)
BEAT = timedelta(seconds=5)
NOTHING = timedelta(0)
LEAPS = st.one_of(
    st.timedeltas(BELIEVED + BEAT, timedelta(days=4000)), st.timedeltas(-timedelta(days=4000), -BELIEVED - BEAT)
)
"""Jumps of more than an hour, both ways."""


def reading(beats: int, jumped: timedelta = NOTHING) -> Reading:
    return Reading(NOON + beats * BEAT + jumped, timedelta(days=3) + beats * BEAT)


def test_a_clock_that_goes_on_as_time_does_is_believed_at_every_reading() -> None:
    steadiness = Steadiness()
    assert [steadiness.look(reading(beats)) for beats in range(100)] == [NOTHING] * 100


@given(st.timedeltas(-BELIEVED, BELIEVED))
def test_an_adjustment_of_up_to_an_hour_needs_no_second_reading(by: timedelta) -> None:
    steadiness = Steadiness()
    steadiness.look(reading(0))
    assert steadiness.look(reading(1, by)) == (by if by < -CLOCKS_DIFFER else NOTHING)  # some moments come once more


@given(LEAPS, st.integers(0, 100))
def test_while_a_leap_is_in_doubt_the_time_that_was_believed_goes_on(leap: timedelta, beats: int) -> None:
    steadiness = Steadiness()
    steadiness.look(reading(0))
    assert steadiness.believed(reading(beats, leap)) == reading(beats).wall
    assert steadiness.believed(reading(beats)) == reading(beats).wall


@given(LEAPS)
def test_a_leap_is_in_doubt_until_a_second_reading_shows_it_and_is_then_told_once(leap: timedelta) -> None:
    steadiness = Steadiness()
    steadiness.look(reading(0))
    doubts = []
    for beat, found in ((1, None), (2, leap), (3, NOTHING)):
        before = steadiness.doubts(reading(beat, leap))
        assert steadiness.look(reading(beat, leap)) == found
        doubts.append((before, steadiness.doubts(reading(beat, leap))))
    assert doubts == [(True, True), (True, False), (False, False)]


@given(LEAPS)
def test_a_leap_that_is_gone_at_the_second_reading_was_none(leap: timedelta) -> None:
    steadiness = Steadiness()
    steadiness.look(reading(0))
    assert [steadiness.look(reading(1, leap)), steadiness.look(reading(2))] == [None, NOTHING]


@given(LEAPS, LEAPS)
def test_a_clock_that_leaps_at_every_reading_is_never_believed(first: timedelta, second: timedelta) -> None:
    steadiness = Steadiness()
    steadiness.look(reading(0))
    steadiness.look(reading(1, first))
    again = steadiness.look(reading(2, first + second))
    assert again is None or again == NOTHING  # the second leap led back


def test_a_machine_that_slept_for_days_has_no_leaping_clock() -> None:
    steadiness = Steadiness()
    steadiness.look(Reading(NOON, timedelta(days=3)))
    assert steadiness.look(Reading(NOON + timedelta(days=9), timedelta(days=12))) == NOTHING


def test_the_time_since_the_start_goes_on() -> None:
    clock = SystemClock()
    first, second = clock.running(), clock.running()
    assert timedelta(0) < first <= second


class SettableClock(VirtualClock):
    """A wall clock that somebody sets, and the time since the start, which goes on by itself."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(moment)
        self._running = timedelta(days=3)

    def running(self) -> timedelta:
        return self._running

    def go_on(self, by: timedelta, jump: timedelta = NOTHING) -> None:
        self._running += by
        self.set(self.now() + by + jump)


def waiting(database: Database) -> list[datetime]:
    with database.read() as connection:
        moment = deliveries.next_moment(connection)
    return [moment] if moment else []


def test_while_the_clock_is_in_doubt_nothing_is_decided_and_what_waits_is_looked_at_anew_when_it_is_believed(
    tmp_path: Path,
) -> None:
    config = load(lay_out(tmp_path, TOWN))
    clock, database = SettableClock(datetime(2024, 1, 19, 3, tzinfo=UTC)), Database.in_memory()
    service = Service(config, database, clock)

    def beat(jump: timedelta = NOTHING) -> None:
        clock.go_on(BEAT, jump)
        asyncio.run(service.wake())

    def decided() -> int:
        with database.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM notices").scalar_one())

    beat()
    before = decided()
    beat(timedelta(days=3))
    assert decided() == before
    beat(timedelta(days=-3))
    assert decided() == before
    beat(timedelta(days=3))
    beat()
    assert decided() > before
    assert waiting(database)
    beat(timedelta(days=-30))
    beat()
    assert waiting(database) == [clock.now()]
    with database.read() as connection:
        kinds = connection.exec_driver_sql("SELECT body FROM ledger WHERE kind = 'clock set' ORDER BY seq").scalars()
        assert list(kinds) == ['{"by seconds":259200.0}', '{"by seconds":-2592000.0}']
