"""The memory channel: it keeps what it is given."""

import asyncio

from notifiers.channel import Channel, Outcome, Permanent, Sent, Temporary
from notifiers.memory import MemoryChannel
from obligations.organizations import AddressKind
from tests.notifiers.letters import letter


def answers(channel: Channel, count: int) -> list[Outcome]:
    async def send() -> list[Outcome]:
        outcomes = [await channel.send(letter(message_id=f"<d-{number}@duban.example>")) for number in range(count)]
        await channel.close()
        return outcomes

    return asyncio.run(send())


def test_every_message_is_kept_and_answered_sent() -> None:
    channel = MemoryChannel("email", AddressKind.EMAIL)
    assert answers(channel, 2) == [Sent("<d-0@duban.example>"), Sent("<d-1@duban.example>")]
    assert [each.message_id for each in channel.sent] == ["<d-0@duban.example>", "<d-1@duban.example>"]


def test_a_script_is_answered_in_order_and_then_everything_is_sent() -> None:
    channel = MemoryChannel("email", AddressKind.EMAIL, [Temporary("later"), Permanent("never")])
    assert answers(channel, 3) == [Temporary("later"), Permanent("never"), Sent("<d-2@duban.example>")]
    assert [each.message_id for each in channel.sent] == ["<d-2@duban.example>"]
    assert len(channel.attempts) == 3
