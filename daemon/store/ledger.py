"""The ledger: every fact and every sending, append-only, each row chained to the one before by its hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from daemon.store.bulk import Asking, adding
from daemon.store.tables import ledger, micros

BEGINNING = "0" * 64
"""What the first row names as its predecessor's hash."""


class Entry(NamedTuple):
    """One row to be written: what kind of thing happened, to which task or other thing, and the particulars."""

    kind: str
    about: str
    body: Mapping[str, Any] | str
    """A text is what `encoded` makes of such a mapping."""


_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


quoted = encode_basestring
"""A text as it stands in JSON."""


def encoded(body: Mapping[str, Any]) -> str:
    """The particulars as they stand in a row: a JSON object."""
    return _COMPACT.encode(body)


_LAST = Asking(select(ledger.c.seq, ledger.c.hash).order_by(ledger.c.seq.desc()).limit(1))
_APPEND = adding(ledger)
_AT_ONCE = 500
"""How many rows one query asks for."""


def append(connection: Connection, at: datetime, entries: Sequence[Entry]) -> None:
    """Write rows at the end of the chain, in the caller's transaction."""
    if not entries:
        return
    seq, previous = end(connection) or (0, BEGINNING)
    rows, moment, number = [], at.isoformat(), micros(at)
    for kind, subject, said in entries:
        seq += 1
        body = said if isinstance(said, str) else encoded(said)
        digest = _hash(previous, seq, moment, kind, subject, body)
        rows.append((seq, number, kind, subject, body, previous, digest))
        previous = digest
    _APPEND.execute(connection, rows)


def row_hash(previous: str, seq: int, at: datetime, kind: str, about: str, body: str) -> str:
    """SHA-256, in hex, over everything in a row and the hash of the row before: over a JSON array of them."""
    return _hash(previous, seq, at.isoformat(), kind, about, body)


def _hash(previous: str, seq: int, at: str, kind: str, about: str, body: str) -> str:
    # to encode the whole array takes several times as long as its texts; two of them are never to be escaped
    text = f'["{previous}", {seq}, "{at}", {quoted(kind)}, {quoted(about)}, {quoted(body)}]'
    return hashlib.sha256(text.encode()).hexdigest()


def end(connection: Connection) -> tuple[int, str] | None:
    """The last row's number and hash; None while the ledger is empty."""
    last = _LAST.execute(connection)
    return (last[0][0], last[0][1]) if last else None


def seq_at_end(connection: Connection) -> int:
    """The last row's number; 0 while the ledger is empty."""
    last = end(connection)
    return last[0] if last is not None else 0


def last_moment(connection: Connection) -> datetime | None:
    """The instant of the last row; None while the ledger is empty."""
    moment: datetime | None = connection.execute(select(ledger.c.at).order_by(ledger.c.seq.desc()).limit(1)).scalar()
    return moment


def hashes(connection: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """The hashes of some rows, of those that are there."""
    found: dict[int, str] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        rows = connection.execute(select(ledger.c.seq, ledger.c.hash).where(ledger.c.seq.in_(some)))
        found |= {row.seq: row.hash for row in rows}
    return found


def about(connection: Connection, subject: str) -> list[Row[Any]]:
    """The rows about one task or other thing, in order."""
    return list(connection.execute(select(ledger).where(ledger.c.about == subject).order_by(ledger.c.seq)))


def since(connection: Connection, seq: int) -> list[Row[Any]]:
    """The rows after one, in order."""
    return list(connection.execute(select(ledger).where(ledger.c.seq > seq).order_by(ledger.c.seq)))
