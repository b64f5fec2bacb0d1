"""Leftovers: files that editors and spreadsheets leave beside those that they write."""

_BACKUPS = (".bak", ".orig", ".rej", ".swp", "~")
_LEFT_BEHIND = (".", "#", "~$")
"""What their names begin with."""


def is_left_behind(name: str) -> bool:
    """Whether a file of that name is taken for one that an editor or a spreadsheet leaves behind, and is not read."""
    return name.startswith(_LEFT_BEHIND) or name.endswith(_BACKUPS)
