"""The pages of the documentation, and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def page(name: str) -> str:
    """The text of a page, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks in one language."""
    return [body for word, body in _FENCED.findall(text) if word == language]


def sections(text: str) -> dict[str, str]:
    """The text under each heading of the second rank."""
    parts = _HEADING.split(text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def shell_commands(text: str) -> Iterator[str]:
    """Each command of the shell blocks, without its comment, continued lines joined."""
    for block in blocks(text, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            command = re.sub(r"\s+# .*$|\s{3,}# .*$", "", line).strip()
            if command and not command.startswith("#"):
                yield re.sub(r"\s+", " ", command)
