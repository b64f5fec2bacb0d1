"""What channels have in common that send each message as a request over HTTP."""

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass

from notifiers.channel import Message, Outcome, Rate
from notifiers.http_client import HttpClient, outcome_of


@dataclass(eq=False)
class HttpChannel(ABC):
    """Sends by `_send`, which may raise what the client raises.

    Args:
        url: where the other side is.
        timeout: seconds for the whole exchange; connecting may take half of it.
    """

    name: str
    _: KW_ONLY
    url: str
    timeout: float = 20.0
    connections: int = 2
    rate: Rate | None = None

    def __post_init__(self) -> None:
        self._client = HttpClient(self.timeout, self.connections)

    async def send(self, message: Message) -> Outcome:
        """Send once."""
        return await outcome_of(self._send(message))

    async def probe(self) -> Outcome:
        """Whether the other side can be reached."""
        return await self._client.reach(self.url)

    async def close(self) -> None:
        """Drop what is open."""
        await self._client.close()

    @abstractmethod
    async def _send(self, message: Message) -> Outcome:
        """Send once, and say what the answer means."""
