"""The hash of a row of the ledger: over a JSON array of what stands in it, as anybody can compute it."""

import hashlib
import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from daemon.store.ledger import BEGINNING, encoded, row_hash

AT = datetime(2026, 11, 26, 1, 2, 3, 4, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.integers(1), words, words, st.dictionaries(words, words))
def test_the_hash_is_that_of_the_json_array_that_any_library_writes(
    seq: int, kind: str, about: str, particulars: dict[str, str]
) -> None:
    body = encoded(particulars)
    assert json.loads(body) == particulars
    array = json.dumps([BEGINNING, seq, AT.isoformat(), kind, about, body], ensure_ascii=False)
    assert row_hash(BEGINNING, seq, AT, kind, about, body) == hashlib.sha256(array.encode()).hexdigest()
