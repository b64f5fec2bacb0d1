"""Messages are in words for administrators: no pattern, and no wording of the libraries, is ever shown."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from config.documents import did_you_mean
from config.fields import HOW_TO_WRITE
from config.notices import CalendarNotice
from config.policy_schema import PolicyEntry
from config.schema import EventEntry, ObligationEntry, OrganizationEntry
from config.settings import Settings
from tests.config import test_bad_duties, test_bad_events, test_bad_policies, test_bad_rosters, test_bad_settings
from tests.config.town import faults, lay_out

SCHEMAS = [Settings, OrganizationEntry, ObligationEntry, PolicyEntry, EventEntry, CalendarNotice]
FIELD_TYPES = ("^([01]", "^(([01]")
"""The beginnings of patterns that only the schemas for editors hold; a validator with words of its own checks them."""


def patterns(node: object) -> set[str]:
    if isinstance(node, list):
        return {found for part in node for found in patterns(part)}
    if not isinstance(node, dict):
        return set()
    own = {node["pattern"]} if isinstance(node.get("pattern"), str) else set()
    names = set(node.get("patternProperties", {}))
    return own | names | {found for part in node.values() for found in patterns(part)}


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.__name__)
def test_every_pattern_of_a_schema_has_words(schema: type[BaseModel]) -> None:
    found = {each for each in patterns(schema.model_json_schema()) if not each.startswith(FIELD_TYPES)}
    assert found <= set(HOW_TO_WRITE)


@pytest.mark.parametrize("pattern", HOW_TO_WRITE)
def test_every_word_on_a_pattern_shows_an_example_that_fits(pattern: str) -> None:
    examples = re.findall(r"[^\s,\"()]+", HOW_TO_WRITE[pattern])
    assert any(re.search(pattern, example) for example in examples)


def test_no_message_of_the_corpus_leaks_the_wording_of_a_library() -> None:
    corpora = [each.FAULTS for each in (test_bad_settings, test_bad_rosters, test_bad_duties, test_bad_policies)]
    messages = [
        message for corpus in [*corpora, test_bad_events.FAULTS] for _, *words in corpus.values() for message in words
    ]
    assert len(messages) > 200
    leaks = re.compile(r"input should|unable to|should match|validation|pydantic|dictionary|string|NoneType|None\b|\^")
    assert [message for message in messages if leaks.search(message)] == []


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        pytest.param("nmae", ["name", "kind"], "; did you mean 'name'?", id="a near word is named"),
        pytest.param("colour", ["name", "kind"], "; known: kind, name", id="a few words are listed in order"),
        pytest.param("colour", [str(n) for n in range(13)], "", id="many words are not listed"),
        pytest.param("colour", [], "", id="no words are not listed"),
    ],
)
def test_a_hint_helps_as_far_as_it_can(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint


def test_a_fault_reads_as_file_line_column_and_message(tmp_path: Path) -> None:
    lay_out(tmp_path, {"organizations/more.yaml": "- id: ent-tea\n  kind: enterprize\n  name: 青山茶厂\n"})
    assert [f"{name}:{line}:{column}: {message}" for name, line, column, message in faults(tmp_path)] == [
        "organizations/more.yaml:2:9: kind: 'enterprize' is not possible; did you mean 'enterprise'?"
    ]
