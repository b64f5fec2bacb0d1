"""Schemas: one for each kind of file, where they stand in a config directory, and the line that leads editors there."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from config.editors.patterns import VALUE
from config.editors.plain import Node, plain_schema
from config.notices import CalendarNotice
from config.schema import EventEntry, ObligationEntry, OrganizationEntry, PolicyEntry
from config.settings import Settings
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
_OVERRIDING = ("obligations", "policies", "calendars")
"""The kinds whose entries may override single fields of a shipped one, so that only the id is required."""
DIRECTORY = ".schemas"
"""Where the schemas stand in a config directory."""


def schema_of(kind: str) -> Node:
    """The JSON Schema (draft 7) of one kind of file, as editors read YAML 1.2."""
    entry = plain_schema(MODELS[kind])
    if kind in _OVERRIDING:
        entry["required"] = ["id"]
    if kind == "events":
        wrong = "write a day or moment, as 2026-09-18 or 2026-09-18T14:20:00+08:00"
        entry["additionalProperties"] = {"pattern": VALUE, "patternErrorMessage": wrong}
    found: Node = {"type": ["array", "null"], "items": entry} if kind in LISTS else entry
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": f"Duban: {kind}", **found}


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
