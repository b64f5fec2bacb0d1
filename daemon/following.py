"""Following: which node's config the tasks follow, while an edit has not reached every node yet."""

from datetime import datetime


class Turn:
    """Whether the tasks may follow the config of this node.

    They follow the files that were read last, by whichever node or command. A node that had its turn, and finds that
    the tasks follow other files since, does not take them back: two nodes with different files would go on so for
    ever, and tell people of it each time.
    """

    def __init__(self, config: str) -> None:
        """Begin when a config is taken over.

        Args:
            config: its version.
        """
        self._config = config
        self._before: str | None = ""
        """What the tasks followed when they were first looked at; no version is empty."""
        self.overtaken_at: datetime | None = None
        """Since when the tasks have followed other files than this node's."""

    def has_come(self, followed: str | None, now: datetime) -> bool:
        """Look at which config the tasks follow; None if they follow none yet."""
        if self._before == "" or followed == self._config:
            self._before = followed
        if followed in {self._config, self._before}:
            self.overtaken_at = None
        elif self.overtaken_at is None:
            self.overtaken_at = now
        return self.overtaken_at is None
