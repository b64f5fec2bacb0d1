"""One voice per person: other ways where one fails, and no more messages than a person wants or can bear."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from config.channels import SmtpSettings
from config.loader import Config
from daemon.leaving import forbidden, leaves_at
from daemon.situation import Situation
from daemon.store.notices import count_undeliverable
from daemon.store.tables import deliveries, delivery_notices, notices
from notifiers.channel import Outcome, Permanent, Stopped
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind, Post, QuietHours
from obligations.policies import OfficeHours, Speaking, SpeakingDays
from tests.stories.telling import Life, life_from, sample_city

pytestmark = pytest.mark.usefixtures("either_database")
AT = "2026-09-18T14:20"
DUTY = "reg-15a"
WORKING = Speaking(SpeakingDays.WORKING)
KINDS = {"email": AddressKind.EMAIL, "sms": AddressKind.MOBILE}


class Refusing(MemoryChannel):
    """Refuses some addresses for good."""

    def __init__(
        self,
        name: str,
        refused: Sequence[str] = (),
        script: Sequence[Outcome] = (),
        refusal: Permanent = Permanent("550 no such user"),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(name, KINDS[name], script)
        self.refused = refused
        self.refusal = refusal

    async def send(self, message: Any) -> Outcome:
        if message.address in self.refused:
            self.attempts.append(message)
            return self.refusal
        return await super().send(message)

    def attempts_at(self, address: str) -> list[Any]:
        return [message for message in self.attempts if message.address == address]


def city(**channel: Any) -> Config:
    """The sample city with no other duty than the joint meeting; its mail channel as told."""
    config = sample_city()
    mail = SmtpSettings.model_validate({"kind": "smtp", "host": "localhost", "sender": "a@example.com", **channel})
    settings = config.settings.model_copy(update={"channels": {**config.settings.channels, "email": mail}})
    return replace(config, settings=settings, obligations={DUTY: config.obligations[DUTY]})


def with_post(config: Config, organization: str, post: str, **changes: Any) -> Config:
    found = config.organizations[organization]
    held = found.posts[post]._replace(**changes)
    changed = found._replace(posts={**found.posts, post: held})
    return replace(config, organizations={**config.organizations, organization: changed})


def living(config: Config, **channels: MemoryChannel) -> Life:
    life = life_from(config, AT)
    usual = {name: Refusing(name) for name in KINDS}
    return Life(life.config, life.clock, life.database, {**usual, **channels})


def rows(life: Life, sql: str) -> list[tuple[object, ...]]:
    with life.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def regulator(config: Config) -> Post:
    return config.organizations["reg-emergency"].posts["duty"]


def first_step(config: Config, *channels: str, urgent: bool = False) -> Config:
    """The ladder begins by telling the assignee on some channels."""
    ladder = config.policies["urgent"]
    steps = (replace(ladder.steps[0], channels=channels, tell=("assignee",), urgent=urgent), *ladder.steps[1:])
    return replace(config, policies={**config.policies, "urgent": replace(ladder, steps=steps)})


def told(life: Life, channel: str) -> set[str]:
    return {message.address for message in life.channels[channel].sent}


def test_a_notice_that_its_channel_refuses_goes_to_its_readers_other_channel() -> None:
    config = first_step(city(), "email")
    reader = regulator(config)
    life = living(config, email=Refusing("email", [str(reader.email)])).go_to(AT)
    assert reader.email not in told(life, "email")
    assert reader.mobile in told(life, "sms")
    assert {state for (state,) in rows(life, "SELECT state FROM notices WHERE step = 'start'")} == {"sent"}


def test_where_no_channel_reaches_the_reader_a_stand_in_is_told_once_and_why_is_on_record() -> None:
    config = first_step(city(), "email")
    reader = regulator(config)
    deaf = [str(reader.email), str(reader.mobile)]
    life = living(config, email=Refusing("email", deaf), sms=Refusing("sms", deaf)).go_to(AT)
    found = rows(life, "SELECT holder, state, reason FROM notices WHERE step = 'start' ORDER BY id")
    first, second = found
    assert first[:2] == ("reg-emergency.duty", "undeliverable")
    assert str(first[2]).startswith(f"a stand-in is told ({second[0]}): ")
    assert second[1:] == ("sent", "the channel accepted it")
    with life.database.read() as connection:
        assert count_undeliverable(connection) == 0


def test_a_stand_in_reads_for_whom_he_stands_in() -> None:
    config = first_step(city(), "email")
    reader = regulator(config)
    deaf = [str(reader.email), str(reader.mobile)]
    life = living(config, email=Refusing("email", deaf), sms=Refusing("sms", deaf)).go_to(AT)
    assert any(f"本通知原应送达安全生产联络员 {reader.name}" in message.text for message in life.channels["email"].sent)


def test_a_preferred_channel_takes_the_place_of_those_of_a_reminder_and_stands_beside_those_of_a_graver_one() -> None:
    config = with_post(city(), "reg-emergency", "duty", prefers=("sms",))
    situation, post = Situation(config), regulator(config)
    stages = {step.stage for policy in config.policies.values() for step in policy.steps}
    assert len(stages) > 3
    for stage in stages:
        found = situation.channels_of(post, stage, ("email",))
        assert found == (("sms",) if stage.value in {"remind", "urge"} else ("email", "sms"))


def test_a_preferred_channel_without_an_address_changes_nothing() -> None:
    config = with_post(city(), "reg-emergency", "duty", prefers=("sms",), mobile=None)
    stage = config.policies["urgent"].steps[0].stage
    assert Situation(config).channels_of(regulator(config), stage, ("email",)) == ("email",)


def test_where_a_reader_has_an_address_on_none_of_a_steps_channels_the_first_other_one_is_taken() -> None:
    config = city()
    stage = config.policies["urgent"].steps[0].stage
    alone = with_post(config, "reg-emergency", "duty", prefers=("email",), email=None)
    assert Situation(alone).channels_of(regulator(alone), stage, ("email", "fax")) == ("sms",)
    nobody = with_post(alone, "reg-emergency", "duty", mobile=None)
    assert Situation(nobody).channels_of(regulator(nobody), stage, ("email",)) == ("email",)


def test_a_channel_whose_other_side_takes_nothing_stands_for_ten_minutes_and_then_tries_one() -> None:
    mail = Refusing("email", script=[Stopped("535 wrong password")] * 2)
    life = living(city(), email=mail).go_to(AT)
    assert len(mail.attempts) == 1
    assert life.engine.dispatcher.halts["email"].reason == "535 wrong password"
    life.go_to("2026-09-18T14:29")
    assert len(mail.attempts) == 1
    life.go_to("2026-09-18T14:31")
    assert len(mail.attempts) == 2
    life.go_to("2026-09-18T15:30")
    assert life.engine.dispatcher.halts == {}
    assert {state for (state,) in rows(life, "SELECT DISTINCT state FROM deliveries WHERE channel = 'email'")} == {
        "accepted"
    }


def test_other_channels_go_on_while_one_stands() -> None:
    config = first_step(city(), "email", "sms")
    life = living(config, email=Refusing("email", script=[Stopped("535")] * 50)).go_to(AT)
    assert regulator(config).mobile in told(life, "sms")


def write_to(life: Life, address: str, count: int, *, urgent: bool = False) -> None:
    """Put messages into the outbox that tell the same notice to the same address, each by itself."""
    now = life.clock.now()
    with life.database.write() as connection:
        connection.execute(update(deliveries).values(state="accepted", next_attempt_at=None))
        row = connection.execute(select(func.min(notices.c.id))).scalar_one()
        last = connection.execute(select(func.max(deliveries.c.id))).scalar_one()
        for number in range(last + 1, last + 1 + count):
            values = {"id": number, "channel": "email", "address": address, "name": "x", "message_id": f"<{number}@x>",
                      "urgent": urgent, "days": "working", "state": "pending", "reason": "x", "attempts": 0,
                      "next_attempt_at": now, "created_at": now, "reference": ""}  # fmt: skip
            connection.execute(insert(deliveries).values(**values))
            connection.execute(insert(delivery_notices).values(delivery_id=number, notice_id=row, carried=False))


def test_nobody_gets_more_messages_than_his_budget_in_any_span_of_time() -> None:
    life = living(city(budget=["2/minute", "3/hour"])).go_to("2026-09-18T15:00")
    before = len(life.channels["email"].sent)
    life.clock.set(life.moment("2026-09-21T09:30"))
    write_to(life, "x@example.com", 5)
    seen = []
    for _ in range(200):
        life.wake()
        seen.append(len(life.channels["email"].sent) - before)
        life.clock.set(life.clock.now() + timedelta(seconds=30))
    moments = [
        place * 30 for place, (was, now) in enumerate(zip([0, *seen], seen, strict=False)) for _ in range(now - was)
    ]
    assert len(moments) == 5
    assert moments[:2] == [0, 0]
    for limit, span in ((2, 60), (3, 3600)):
        assert all(later - earlier >= span for earlier, later in zip(moments, moments[limit:], strict=False))


def test_an_urgent_message_goes_beyond_the_budget_and_counts() -> None:
    life = living(city(budget=["1/day"])).go_to("2026-09-18T15:00")
    before = len(life.channels["email"].sent)
    life.clock.set(life.moment("2026-09-21T09:30"))
    write_to(life, "x@example.com", 3, urgent=True)
    life.wake()
    assert len(life.channels["email"].sent) - before == 3
    write_to(life, "x@example.com", 1)
    life.wake()
    assert len(life.channels["email"].sent) - before == 3


def at(moment: str) -> datetime:
    config = sample_city()
    return datetime.fromisoformat(moment).replace(tzinfo=config.settings.timezone)


def test_quiet_hours_put_a_message_off_until_they_end() -> None:
    config = with_post(city(), "reg-emergency", "duty", quiet=QuietHours(time(12), time(14)))
    situation, address = Situation(config), str(regulator(config).email)
    noon = at("2026-09-21T12:30")
    assert forbidden(situation, address, WORKING, noon) == "waits for the reader's quiet hours to end"
    assert forbidden(situation, "somebody.else@example.com", WORKING, noon) is None
    assert leaves_at(situation, "email", address, WORKING, noon) == at("2026-09-21T14:00")


def test_quiet_hours_that_begin_with_the_afternoon_put_it_off_to_the_next_working_morning() -> None:
    config = with_post(city(), "reg-emergency", "duty", quiet=QuietHours(time(12), time(8)))
    address = str(regulator(config).email)
    assert leaves_at(Situation(config), "email", address, WORKING, at("2026-09-18T13:00")) == at("2026-09-20T09:00")


def test_quiet_hours_that_leave_no_office_hour_do_not_silence_anybody() -> None:
    config = with_post(city(), "reg-emergency", "duty", quiet=QuietHours(time(6), time(22)))
    address = str(regulator(config).email)
    moment = at("2026-09-21T10:00")
    assert leaves_at(Situation(config), "email", address, WORKING, moment) == moment


def test_a_ladder_may_have_hours_of_its_own() -> None:
    situation = Situation(city())
    evening = Speaking(SpeakingDays.WORKING, OfficeHours(time(8), time(20)))
    assert forbidden(situation, "x", WORKING, at("2026-09-21T19:00")) == "waits for office hours"
    assert forbidden(situation, "x", evening, at("2026-09-21T19:00")) is None
    assert Speaking.parse(str(evening)) == evening


@given(st.sampled_from(SpeakingDays), st.times(), st.none() | st.times())
def test_hours_are_stored_to_the_minute(days: SpeakingDays, opens: time, closes: time | None) -> None:
    whole = OfficeHours(opens.replace(second=0, microsecond=0), closes and closes.replace(second=0, microsecond=0))
    assert Speaking.parse(str(Speaking(days, whole))) == Speaking(days, whole)


def test_messages_are_spread_over_the_first_minutes_of_a_morning_the_same_for_each_person() -> None:
    situation = Situation(city(spread=30))
    night, opening = at("2026-10-08T03:00"), at("2026-10-08T09:00")
    moments = {place: leaves_at(situation, "email", f"{place}@example.com", WORKING, night) for place in range(300)}
    assert all(opening <= moment < opening + timedelta(minutes=30) for moment in moments.values())
    assert len({moment.replace(second=0, microsecond=0) for moment in moments.values()}) == 30
    assert moments[7] == leaves_at(situation, "email", "7@example.com", WORKING, opening)


times = st.integers(0, 23 * 4 + 3).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
hours = st.lists(times, min_size=2, max_size=2, unique=True).map(lambda both: OfficeHours(*sorted(both)))


@given(
    hours | times.map(lambda opens: OfficeHours(opens, None)),
    st.sampled_from(SpeakingDays),
    st.none() | st.builds(QuietHours, times, times),
    st.integers(0, 240),
    st.datetimes(datetime(2026, 9, 1), datetime(2026, 10, 31)),  # noqa: DTZ001 - made aware below
    st.integers(0, 99),
)
def test_a_message_may_leave_at_the_moment_until_which_it_is_put_off(
    open_at: OfficeHours, days: SpeakingDays, quiet: QuietHours | None, spread: int, wall: datetime, reader: int
) -> None:
    address = f"{reader}@example.com"
    situation = Situation(with_post(city(spread=spread), "reg-emergency", "duty", quiet=quiet, email=address))
    speaking, now = Speaking(days, open_at), at(wall.isoformat())
    moment = leaves_at(situation, "email", address, speaking, now)
    assert moment >= now
    assert forbidden(situation, address, speaking, moment) is None
    if forbidden(situation, address, speaking, now) is not None:
        assert moment > now


def test_a_reader_whose_quiet_hours_leave_no_office_hour_is_told_in_office_hours() -> None:
    config = first_step(with_post(city(), "reg-emergency", "duty", quiet=QuietHours(time(6), time(22))), "email")
    life = living(config).go_to("2026-09-21T12:00")
    assert regulator(config).email in told(life, "email")


def test_what_comes_up_later_in_the_day_is_not_spread() -> None:
    noon = at("2026-10-08T12:00")
    assert leaves_at(Situation(city(spread=30)), "email", "x@example.com", WORKING, noon) == noon
