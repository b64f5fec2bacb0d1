"""A channel that is configured no more: what still waits for it is refused for good, and so goes another way."""

from notifiers.channel import Message, Outcome, Permanent, Rate
from obligations.organizations import AddressKind

WHY = "duban.yaml has no such channel any more"


class RemovedChannel:
    """Sends nothing to anybody."""

    address = AddressKind.EMAIL
    connections = 1
    rate: Rate | None = None

    def __init__(self, name: str) -> None:
        self.name = name

    async def send(self, message: Message) -> Outcome:  # noqa: ARG002 - of any message
        """Refuse it."""
        return Permanent(WHY)

    async def probe(self) -> Outcome:
        """There is nobody to reach."""
        return Permanent(WHY)

    async def close(self) -> None:
        """Nothing to let go of."""
