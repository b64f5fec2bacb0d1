"""Kept rosters: a file of organizations that is as it was when it was read before is not read anew.

A great city's rosters take nearly all of the time that reading its files takes, and most edits are of other files.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.documents import Fault
from config.roster_reading import Digest, Taken, read_roster
from config.rosters import Roster
from config.table_mappings import mapping_of
from config.tables import TableError, read_bytes
from obligations.organizations import Organization


class KeptFile(Roster):
    """A file in YAML that had no fault; its organizations stand here as those of a table do.

    What becomes wrong in it by an edit elsewhere is said without its place: then the file is read anew, which says it.
    """

    @classmethod
    def of(cls, path: Path, organizations: Mapping[str, Organization]) -> "KeptFile":
        """What was read of a file."""
        found = dict(organizations)
        return cls(path, organizations=found, lines=dict.fromkeys(found, 1), rows=len(found))

    @property
    def posts(self) -> set[str]:
        """The posts that are filled."""
        return {post for each in self.organizations.values() for post in each.posts}

    @property
    def dates(self) -> set[str]:
        """The names of dates that are given."""
        return {name for each in self.organizations.values() for name in (*each.dates, *each.person_dates)}

    @property
    def has_preferences(self) -> bool:
        """Whether anybody prefers a channel."""
        return any(post.prefers for each in self.organizations.values() for post in each.posts.values())

    def spoil(self, line: int, loc: object, message: str) -> None:  # noqa: ARG002 - there are no places here
        """Note what is wrong."""
        self.add(Fault(str(self.path), line, 1, message))

    def spoil_relation(self, line: int, relation: str, other: str, message: str) -> None:  # noqa: ARG002 - as above
        """Note what is wrong with a relation."""
        self.add(Fault(str(self.path), line, 1, message))


@dataclass(slots=True)
class KeptRosters:
    """The rosters without a fault that were read last, by their paths."""

    _tables: dict[Path, tuple[bytes, Roster]] = field(default_factory=dict)
    """Each with the hash of its file and its mapping file."""
    _files: dict[Path, tuple[bytes, KeptFile]] = field(default_factory=dict)
    """Files in YAML, each with its hash."""

    def table(self, path: Path, taken: Taken, digest: Digest) -> Roster:
        """As `read_roster`. One whose ids are taken by now is read anew, so that it is said where."""
        hashed, kept = self._tables.pop(path, (b"", None))
        raw = _raw(mapping_of(path), path) if kept is not None else []
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

    def file(self, path: Path, taken: Taken, digest: Digest) -> KeptFile | None:
        """What stands in a file in YAML, if it is as it was and none of its ids is taken by now."""
        hashed, kept = self._files.get(path, (b"", None))
        raw = _raw(path) if kept is not None else []
        if kept is None or _hash(raw) != hashed or any(map(taken, kept.lines)):
            return None
        digest(raw[0])
        return kept

    def keep_files(self, files: Mapping[Path, tuple[bytes, KeptFile]]) -> None:
        """Keep what was read of files in YAML, given the bytes of each; those that were kept before are still there."""
        self._files |= {path: (_hash([raw]), file) for path, (raw, file) in files.items()}

    def forget_files(self) -> bool:
        """Let every file in YAML be read anew; whether any was kept."""
        some = bool(self._files)
        self._files = {}
        return some

    def _keep(self, path: Path, hashed: bytes, roster: Roster) -> Roster:
        """Keep a table; what is given out is a copy, to which faults may be added that other files are the cause of."""
        self._tables[path] = (hashed, roster)
        return replace(roster, spoilt=[], _faults={})


def _raw(*paths: Path) -> Sequence[bytes]:
    """What files hold, of those that are there; nothing if they cannot be read."""
    try:
        return [read_bytes(each) for each in paths if each.exists()]
    except (OSError, TableError):
        return []


def _hash(raw: Sequence[bytes]) -> bytes:
    return hashlib.sha256(b"".join(hashlib.sha256(each).digest() for each in raw)).digest()
