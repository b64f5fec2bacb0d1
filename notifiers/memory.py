"""A channel that keeps what it is given: the dry run, and the tests' correspondent."""

from collections.abc import Iterable

from notifiers.channel import Message, Outcome, Rate, Sent
from obligations.organizations import AddressKind


class MemoryChannel:
    """Keeps every message.

    Args:
        script: what to answer to the first messages, in order; after them, Sent.

    Attributes:
        attempts: every message it was asked to send.
        sent: those it answered Sent.
    """

    def __init__(
        self,
        name: str,
        address: AddressKind,
        script: Iterable[Outcome] = (),
        connections: int = 1,
        rate: Rate | None = None,
    ) -> None:
        self.name = name
        self.address = address
        self.connections = connections
        self.rate = rate
        self.attempts: list[Message] = []
        self.sent: list[Message] = []
        self._script = iter(script)

    async def send(self, message: Message) -> Outcome:
        """Keep the message and answer the next outcome of the script."""
        self.attempts.append(message)
        outcome = next(self._script, Sent(message.message_id))
        if isinstance(outcome, Sent):
            self.sent.append(message)
        return outcome

    async def probe(self) -> Outcome:
        """Always there."""
        return Sent("in memory")

    async def close(self) -> None:
        """Nothing to let go of."""
