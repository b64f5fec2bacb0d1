"""What a user can cause: said in words, without a traceback."""


class UserError(Exception):
    """Something that the user of a command can mend; the message says what is wrong and what to do."""

    def lines(self) -> list[str]:
        """What to print, line by line."""
        return [f"duban: {self}"]
