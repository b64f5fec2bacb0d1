"""The schema of office hours: of the city, or of one ladder."""

from collections.abc import Iterator
from datetime import time

from pydantic import Field

from config.consistency import Consistent, rule
from config.fields import ClosingTime, TimeOfDay
from config.validation import FieldError
from obligations.policies import OfficeHours


class OfficeHoursSettings(Consistent):
    """The hours in which notices may go out."""

    from_: TimeOfDay = Field(
        alias="from", default=time(9), description="when the first notice of a day may go", examples=["08:30"]
    )
    to: ClosingTime = Field(
        default=time(17, 30),
        description='when no more may go; "24:00" is midnight',
        examples=["18:00"],
    )

    @property
    def hours(self) -> OfficeHours:
        """What they mean."""
        return OfficeHours(self.from_, self.to)

    @rule
    def _closes_after_opening(self) -> Iterator[ValueError]:
        if self.to is not None and self.to <= self.from_:
            yield FieldError("to", f'{self.to:%H:%M} is not after {self.from_:%H:%M}; for midnight write "24:00"')
