"""Tables that have not changed are not read anew; what comes of them is the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import kept_tables
from config.kept_tables import KeptTables
from config.loader import examine, load
from tests.config.tables import HEADER, MORE_CSV, MORE_MAPPING, TEA
from tests.config.town import ROSTER, lay_out

OTHER_CSV = "organizations/other.csv"
TEXTS: Mapping[str, Sequence[str | None]] = {
    "organizations/city.yaml": [ROSTER, ROSTER.replace("ent-chem", "ent-tea"), ROSTER.replace("off-city", "off-town")],
    MORE_CSV: [None, f"{HEADER}\n{TEA}\n", f"{HEADER},office\n{TEA},off-city\n", f"{HEADER}\n{TEA},\n", "编号,名称\n"],
    MORE_MAPPING: [
        None,
        "defaults: {office: off-city}\n",
        "columns: {编号: id, 名称: name}\n",
        "defaults: {offic: x}\n",
    ],
    OTHER_CSV: [None, f"{HEADER}\n{TEA}\n", f"{HEADER}\nent-mill,enterprise,磨坊\n"],
}
"""What may stand in each file (None: the file is not there), with faults of its own, of others, and without."""


@given(edits=st.lists(st.fixed_dictionaries({name: st.sampled_from(texts) for name, texts in TEXTS.items()})))
def test_after_any_edits_the_files_say_what_they_say_to_one_who_reads_them_for_the_first_time(
    edits: Sequence[Mapping[str, str | None]],
) -> None:
    tables = KeptTables()
    with TemporaryDirectory() as directory:
        for files in edits:
            lay_out(Path(directory), {name: text for name, text in files.items() if text is not None})
            for name in [name for name, text in files.items() if text is None]:
                (Path(directory) / name).unlink(missing_ok=True)
            kept, anew = examine(Path(directory), tables), examine(Path(directory))
            assert kept.faults == anew.faults
            assert kept.config == anew.config


def test_a_table_is_read_once_while_another_file_is_edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {MORE_CSV: f"{HEADER}\n{TEA}\n"})
    tables = KeptTables()
    before = load(tmp_path, tables)
    monkeypatch.setattr(kept_tables, "read_roster", None)  # to read one anew would be an error
    (tmp_path / "organizations" / "city.yaml").write_text(ROSTER.replace("张三", "张五"), encoding="utf-8")
    after = load(tmp_path, tables)
    assert after.version != before.version
    assert after.organizations["ent-tea"] is before.organizations["ent-tea"]
