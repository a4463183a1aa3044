"""Kinds of columns: how the text of a cell becomes a value, or which codes it earns instead."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from domain.facts import KIND_SCOPE, UNIT_SCOPE
from domain.ranks import GRADES
from domain.vocabulary import Kind, PositionKind
from store.imports.findings import Code, Fault, shown

TEXT_LIMIT = 120
LONG_TEXT_LIMIT = 300
LIST_LIMIT = 400
EVERYWHERE = "ALL"

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,30}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_COMPETENCE = re.compile(r"[mst]\.[a-z_]+")
_LEVELLED = re.compile(r"([mst]\.[a-z_]+):([1-5])")


class CellError(ValueError):
    """The text of a cell is no value of its column; `faults` says why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__([fault.code for fault in faults])
        self.faults = faults


Reader: TypeAlias = Callable[[str], object]
"""Makes a value of the text of a cell that is not empty. Raises `CellError`."""


class Column(NamedTuple):
    """A column of a file. `optional`: the contract says it may be empty, which then means `blank`."""

    name: str
    read: Reader
    optional: bool = False
    blank: object = None


def raw(cell: str) -> str:
    """Text that a rule judges, by looking it up elsewhere: a reference, a NIP, a grade."""
    return cell


def free_text(limit: int = TEXT_LIMIT, formula_allowed: bool = False) -> Reader:
    def read(cell: str) -> str:
        faults = []
        if len(cell) > limit:
            faults.append(Fault(Code.TOO_LONG, {"length": str(len(cell)), "limit": str(limit)}))
        if not formula_allowed and cell.startswith(_FORMULA):
            faults.append(Fault(Code.TEXT_FORMULA))
        if not cell.strip():
            faults.append(Fault(Code.REQUIRED))
        if faults:
            raise CellError(*faults)
        return cell

    return read


def one_of(vocabulary: Iterable[str]) -> Reader:
    """A word of a closed vocabulary, as plain text."""
    words = {str(word): str(word) for word in vocabulary}
    allowed = ", ".join(words)

    def read(cell: str) -> str:
        if cell not in words:
            raise CellError(Fault(Code.VOCAB, {"value": shown(cell), "allowed": allowed}))
        return words[cell]

    return read


def yes_no(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise CellError(Fault(Code.VOCAB, {"value": shown(cell), "allowed": "yes, no"}))
    return cell == "yes"


def code(cell: str) -> str:
    """A unit or position code that a row gives itself."""
    if not _CODE.fullmatch(cell):
        raise CellError(Fault(Code.CODE_FORMAT, {"value": shown(cell)}))
    return cell


def whole_number(low: int, high: int) -> Reader:
    """A plain whole number from `low` to `high`, both included."""

    def read(cell: str) -> int:
        if not _WHOLE.fullmatch(cell) or not low <= int(cell) <= high:
            raise CellError(Fault(Code.NUMBER_RANGE, {"value": shown(cell), "low": str(low), "high": str(high)}))
        return int(cell)

    return read


@lru_cache(maxsize=65536)
def day(cell: str) -> date:
    parts = _DAY.fullmatch(cell)
    try:
        if parts:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
    except ValueError:
        pass
    raise CellError(Fault(Code.DATE_INVALID))


def grade(cell: str) -> str:
    """A grade of permanent servants."""
    if cell not in GRADES:
        raise CellError(Fault(Code.GRADE_UNKNOWN, {"value": shown(cell)}))
    return cell


_listed = free_text(LIST_LIMIT)


def listed_text(cell: str) -> tuple[str, ...]:
    """Texts separated by semicolons."""
    _listed(cell)
    return _items(cell)


def competence_key(cell: str) -> str:
    if not _COMPETENCE.fullmatch(cell):
        facts = {"value": shown(cell), "form": "[mst].[a-z_]+", "example": "t.budgeting"}
        raise CellError(Fault(Code.COMPETENCE_SYNTAX, facts))
    if len(cell) > TEXT_LIMIT:
        raise CellError(Fault(Code.TOO_LONG, {"length": str(len(cell)), "limit": str(TEXT_LIMIT)}))
    return cell


def competence_levels(cell: str) -> dict[str, int]:
    """Competences a post asks for, each with its level 1 to 5."""
    _listed(cell)
    levels: dict[str, int] = {}
    for item in cell.split(";"):
        match = _LEVELLED.fullmatch(item)
        if match is None:
            facts = {"value": shown(item), "form": "key:level (1–5)", "example": "m.integrity:3;t.budgeting:2"}
            raise CellError(Fault(Code.COMPETENCE_SYNTAX, facts))
        if match[1] in levels:
            raise CellError(Fault(Code.COMPETENCE_SYNTAX, {"value": match[1]}, "twice"))
        levels[match[1]] = int(match[2])
    return levels


def window_scope(cell: str) -> tuple[str, ...]:
    """`ALL`, or kinds of posts, `unit:CODE` and `kind:KIND`; whether the units exist is judged later."""
    if cell == EVERYWHERE:
        return (EVERYWHERE,)
    items = _items(cell)
    for item in items:
        is_kind = item.startswith(KIND_SCOPE) and item.removeprefix(KIND_SCOPE) in list(Kind)
        if item not in PositionKind.__members__ and not item.startswith(UNIT_SCOPE) and not is_kind:
            allowed = ", ".join((EVERYWHERE, *PositionKind, f"{UNIT_SCOPE}<code>", *(f"{KIND_SCOPE}{k}" for k in Kind)))
            raise CellError(Fault(Code.VOCAB, {"value": shown(item), "allowed": allowed}))
    return items


def _items(cell: str) -> tuple[str, ...]:
    items = tuple(cell.split(";"))
    if not all(item.strip() for item in items):
        raise CellError(Fault(Code.REQUIRED, variant="item"))
    return items
