"""Batching: the same SMS to many numbers goes to the provider in one request."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from notifiers.channel import Outcome, Permanent, Temporary, Unknown
from notifiers.error_classes import LATER
from notifiers.http_client import outcome_of

COMPANY = 0.005
"""Seconds that a batch waits for one more; whoever joins lets it wait as long again."""
Answer = Outcome | Mapping[str, Outcome]
"""What a provider says to a request: one word for all numbers, or one for each."""
ContentT = TypeVar("ContentT")


@dataclass(eq=False)
class _Batch:
    """Who waits for one another, and then for the answer."""

    numbers: list[str] = field(default_factory=list)
    answers: "asyncio.Task[Mapping[str, Outcome]] | None" = None


class Batches(Generic[ContentT]):
    """Sends what is the same, and is sent at the same moment, in one request; each sender hears of its own number.

    How many that may be is bounded by the provider, and by how many sends the channel has under way at once.

    Args:
        ask: one request: sends a content (hashable, equal where it is the same) to numbers, none of them twice.
        largest: how many numbers the provider takes in one.
        company: see `COMPANY`.
    """

    def __init__(
        self, ask: Callable[[ContentT, Sequence[str]], Awaitable[Answer]], largest: int, company: float = COMPANY
    ) -> None:
        self._ask = ask
        self._largest = largest
        self._company = company
        self._waiting: dict[ContentT, _Batch] = {}
        """The batch that one may still join, by content."""

    async def send(self, content: ContentT, number: str) -> Outcome:
        """Send together with whoever sends the same; a sender who is cancelled takes none of the others along."""
        batch = self._waiting.get(content)
        if batch is None or batch.answers is None or number in batch.numbers or len(batch.numbers) >= self._largest:
            batch = self._waiting[content] = _Batch()
            batch.answers = asyncio.create_task(self._leave(content, batch))
        batch.numbers.append(number)
        try:
            return (await asyncio.shield(batch.answers))[number]
        except asyncio.CancelledError:
            batch.numbers.remove(number)
            if not batch.numbers:
                batch.answers.cancel()
            raise

    async def alone(self, content: ContentT, number: str) -> Outcome:
        """Send to one number at once."""
        return (await self._sent(content, (number,)))[number]

    async def _leave(self, content: ContentT, batch: _Batch) -> Mapping[str, Outcome]:
        """Wait as long as somebody joins, then send."""
        joined = 0
        while joined < len(batch.numbers) < self._largest:
            joined = len(batch.numbers)
            await asyncio.sleep(self._company)
        if self._waiting.get(content) is batch:
            del self._waiting[content]
        return await self._sent(content, tuple(batch.numbers))

    async def _sent(self, content: ContentT, numbers: Sequence[str]) -> Mapping[str, Outcome]:
        """What became of each number; where a refusal of all may be the fault of one, each is sent alone."""
        answer = await outcome_of(self._ask(content, numbers))
        if isinstance(answer, Mapping):
            return {each: answer.get(each, _UNTOLD) for each in numbers}
        if len(numbers) == 1 or not _may_be_the_fault_of_one(answer):
            return dict.fromkeys(numbers, answer)
        each_alone = await asyncio.gather(*(self.alone(content, each) for each in numbers))
        return dict(zip(numbers, each_alone, strict=True))


_UNTOLD = Unknown("the provider's answer says nothing about this number")


def _may_be_the_fault_of_one(refusal: Outcome) -> bool:
    """Whether others may be taken where all were refused: a bad number, or one that was sent too much lately."""
    return isinstance(refusal, Permanent) or (isinstance(refusal, Temporary) and refusal.retry_after == LATER)
