"""docs/configuration.md: what it says is what the schema says, and all its examples hold."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from config.configuration_page import PARTS, Part, examples, page
from config.documents import Mapping as YamlMapping
from config.documents import read_document
from config.editors.schemas import MODELS
from config.flow import flow
from config.selecting import of_events, selector_faults
from obligations.limits import parse_limit

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def titled(part: Part) -> str:
    return part.title


def test_the_page_shows_what_the_schema_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m config.configuration_page"


def test_the_page_has_a_section_for_every_kind_of_file_and_every_model_in_it() -> None:
    shown = {part.model for part in PARTS}
    assert shown >= set(MODELS.values())
    inner = {name for model in shown for name in model.model_json_schema().get("$defs", {})}
    models = {name for name in inner if name.endswith(("Entry", "Settings", "Secret", "Holiday"))}
    assert models <= {model.__name__ for model in shown}


@pytest.mark.parametrize("part", PARTS, ids=titled)
def test_every_field_has_an_example(part: Part) -> None:
    assert {name for name, _ in examples(part.model)} == {
        field.alias or name for name, field in part.model.model_fields.items()
    }


@pytest.mark.parametrize("part", PARTS, ids=titled)
def test_every_example_holds_as_it_is_written_in_a_file(part: Part, tmp_path: Path) -> None:
    for name, example in examples(part.model):
        file = tmp_path / "example.yaml"
        file.write_text(f"{name}: {flow(example)}\n", encoding="utf-8")
        document, faults = read_document(file)
        assert faults == []
        assert document is not None
        assert isinstance(document.data, YamlMapping)
        TypeAdapter(annotation(part.model, name)).validate_python(document.data[name])


def annotation(model: type[BaseModel], name: str) -> Any:
    fields = {field.alias or key: field for key, field in model.model_fields.items()}
    return fields[name].rebuild_annotation()


def test_every_condition_and_limit_that_the_page_names_is_one(tmp_path: Path) -> None:
    text = page()
    conditions = re.findall(r"`(\{[^`]*\})`", text.partition("## Conditions")[2].partition("## Time limits")[0])
    assert len(conditions) >= 8
    for condition in conditions:
        file = tmp_path / "condition.yaml"
        file.write_text(f"where: {condition}\n", encoding="utf-8")
        document, faults = read_document(file)
        assert faults == []
        assert document is not None
        assert isinstance(document.data, YamlMapping)
        assert list(selector_faults(document.data["where"], ("where",), of_events)) == []
    for limit in re.findall(r"`([-0-9][^`]*)`", text.partition("## Time limits")[2]):
        parse_limit(limit)


def test_every_link_within_the_page_leads_to_a_heading() -> None:
    text = page()
    headings = {re.sub(r"[^\w-]", "", each.lower().replace(" ", "-")) for each in re.findall(r"(?m)^## (.+)$", text)}
    assert set(re.findall(r"\(#([^)]+)\)", text)) <= headings
