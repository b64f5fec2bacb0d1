"""Kept tables: a roster in a table that is as it was when it was read before is not read anew.

A great city's tables take nearly all of the time that reading its files takes, and most edits are of other files.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.roster_reading import Digest, Taken, read_roster
from config.rosters import Roster
from config.table_mappings import mapping_of


@dataclass(slots=True)
class KeptTables:
    """The tables without a fault that were read last, by their paths."""

    _kept: dict[Path, tuple[bytes, Roster]] = field(default_factory=dict)
    """Each with the hash of its file and its mapping file."""

    def read(self, path: Path, taken: Taken, digest: Digest) -> Roster:
        """As `read_roster`. One whose ids are taken by now is read anew, so that it is said where."""
        hashed, kept = self._kept.pop(path, (b"", None))
        raw = _raw(path) if kept is not None else []
        if kept is not None and _hash(raw) == hashed and not any(map(taken, kept.lines)):
            for each in raw:
                digest(each)
            return self._keep(path, hashed, kept)
        seen: list[bytes] = []

        def note(raw: bytes) -> None:
            digest(raw)
            seen.append(raw)

        roster = read_roster(path, taken, note)
        return self._keep(path, _hash(seen), roster) if roster.is_whole and not any(roster.faults) else roster

    def _keep(self, path: Path, hashed: bytes, roster: Roster) -> Roster:
        """Keep a table; what is given out is a copy, to which faults may be added that other files are the cause of."""
        self._kept[path] = (hashed, roster)
        return replace(roster, spoilt=[], _faults={})


def _raw(path: Path) -> Sequence[bytes]:
    """What the files of a table hold, in the order in which they are read; nothing if they cannot be read."""
    try:
        return [each.read_bytes() for each in (mapping_of(path), path) if each.exists()]
    except OSError:
        return []


def _hash(raw: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in raw)).digest()
