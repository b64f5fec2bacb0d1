"""Schemas: one for each kind of file, where they stand in a config directory, and the line that leads editors there."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from config.documents import Mapping as YamlMapping
from config.documents import read_document
from config.editors.conditions import VALUE_NODE, conditions, conditions_on_organizations
from config.editors.plain import Node, plain_schema
from config.notices import CalendarNotice
from config.policy_schema import PolicyEntry
from config.schema import EventEntry, ObligationEntry, OrganizationEntry
from config.settings import Settings
from config.shipped import shipped_directory
from config.table_mappings import TableMapping

MODELS: Mapping[str, type[BaseModel]] = {
    "duban": Settings,
    "organizations": OrganizationEntry,
    "obligations": ObligationEntry,
    "policies": PolicyEntry,
    "events": EventEntry,
    "calendars": CalendarNotice,
    "mapping": TableMapping,
}
"""The kinds of files, each with what one entry of it is."""
LISTS = ("organizations", "obligations", "policies", "events")
"""The kinds whose files are lists of entries."""
_SHIPPED = {"obligations": "catalogues", "policies": "policies", "calendars": "calendars"}
"""The kinds whose entries may override single fields of a shipped one, and where those are."""
_WORD: Node = {"type": ["string", "number", "boolean"]}
DIRECTORY = ".schemas"
"""Where the schemas stand in a config directory."""


def schema_of(kind: str) -> Node:
    """The JSON Schema (draft 7) of one kind of file, as editors read YAML 1.2."""
    entry = plain_schema(MODELS[kind])
    if kind in _SHIPPED:
        shipped: Node = {"properties": {"id": {"enum": _shipped_ids(kind)}}}
        entry |= {"required": ["id"], "if": shipped, "else": {"required": entry["required"]}}
    if kind == "events":
        entry["additionalProperties"] = VALUE_NODE | {"type": [*VALUE_NODE["type"], "array", "null"], "items": _WORD}
    found: Node = {"type": ["array", "null"], "items": entry} if kind in LISTS else entry
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"Duban: {kind}",
        **found,
        **definitions(kind),
    }


def _shipped_ids(kind: str) -> list[str]:
    """The ids that an entry has which overrides a shipped one."""
    documents = (read_document(path)[0] for path in shipped_directory(_SHIPPED[kind]).rglob("*.yaml"))
    data = (document.data for document in documents if document is not None)
    entries = (entry for each in data for entry in (each if isinstance(each, list) else [each]))
    return sorted({str(entry["id"]) for entry in entries if isinstance(entry, YamlMapping)})


def definitions(kind: str) -> Node:
    """What the schema of duties refers to."""
    if kind != "obligations":
        return {}
    own = "#/definitions/conditions"
    return {
        "definitions": {
            "conditions": conditions(own),
            "conditions-on-organizations": conditions_on_organizations(f"{own}-on-organizations"),
        }
    }


def write_schemas(directory: Path) -> list[Path]:
    """Write every schema into a config directory."""
    written = []
    for kind in MODELS:
        path = directory / DIRECTORY / f"{kind}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(schema_of(kind), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        written.append(path)
    return written


def modeline(file: Path) -> str:
    """The first line of a file, by which the YAML language server finds its schema.

    Args:
        file: relative to the config directory.
    """
    kind = "duban" if file.name == "duban.yaml" else "mapping" if ".mapping." in file.name else file.parts[0]
    return f"# yaml-language-server: $schema={'../' * (len(file.parts) - 1)}{DIRECTORY}/{kind}.json\n"
