"""Markdown, and the product's own words in it."""

from collections.abc import Iterable

from runtime import i18n


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(head), *([_cell(c) for c in row] for row in rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def codes(values: Iterable[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def state_diagram(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```"])


def label(key: str, language: str = "en") -> str:
    """A sentence of the catalogue as it stands there, its placeholders unfilled."""
    return i18n._catalogue(language)[key]


def both(key: str) -> str:
    return f"{label(key)} / *{label(key, 'id')}*"
