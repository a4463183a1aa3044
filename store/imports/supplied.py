"""Facts that were supplied in a case: they stand until the personnel system says the same. No SQL.

A dossier is completed in a case with a document behind it, and the personnel system learns of it later if at all; its
next export must not undo that.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from domain.facts import REGISTER
from store.imports.comparing import Values
from store.imports.findings import Code, Finding
from store.imports.layouts import file_name

RATING_COLUMNS = ("person_id", "year", "rating", "work_result", "behaviour", "rater_id", "source")
CONDITION_COLUMNS = ("person_id", "kind", "valid_from", "reference", "valid_to", "source")


HISTORY_COLUMNS = ("person_id", "valid_from", "title", "kind", "tier", "unit", "valid_to", "source")


class Filed(NamedTuple):
    """A row of a file as the register would hold it, and the line it stands on."""

    values: Values
    line: int


class Weighed(NamedTuple):
    """What is left to compare with rows that came by import, and what the rows of cases settle."""

    current: list[tuple[int, Values]]
    incoming: list[Values]
    agreed: int
    stale: list[Finding]


def weigh_ratings(current: Sequence[tuple[int, Values]], filed: Sequence[Filed]) -> Weighed:
    """A rating of a case stands for its year; what the case left open contradicts nothing."""

    def agree(case: Values, file: Values) -> bool:
        return all(known is None or known == given for known, given in zip(case[2:5], file[2:5], strict=True))

    return _weigh("ratings", "rating", current, filed, 2, agree)


def weigh_conditions(current: Sequence[tuple[int, Values]], filed: Sequence[Filed]) -> Weighed:
    """A case that ended a condition gave it a reference of its own: it is known by person, kind and first day."""

    def agree(case: Values, file: Values) -> bool:
        return bool(case[4] == file[4])

    return _weigh("conditions", "to", current, filed, 3, agree)


def weigh_history(current: Sequence[tuple[int, Values]], filed: Sequence[Filed]) -> Weighed:
    """A post held is known by person, first day and title."""

    def agree(case: Values, file: Values) -> bool:
        return case[3:7] == file[3:7]

    return _weigh("history", "to", current, filed, 3, agree)


def _weigh(
    table: str,
    column: str,
    current: Sequence[tuple[int, Values]],
    filed: Sequence[Filed],
    identity: int,
    agree: Callable[[Values, Values], bool],
) -> Weighed:
    imported = [row for row in current if row[1][-1] == REGISTER]
    of_cases: defaultdict[Values, list[Values]] = defaultdict(list)
    for _, values in current:
        if values[-1] != REGISTER:
            of_cases[values[:identity]].append(values)
    incoming: list[Values] = []
    stale: list[Finding] = []
    agreed = 0
    for values, line in filed:
        cases = of_cases.get(values[:identity])
        if not cases:
            incoming.append(values)
        elif any(agree(case, values) for case in cases):
            agreed += 1
        else:
            facts = {"source": str(cases[-1][-1])}
            stale.append(Finding(file_name(table), line, column, Code.STALE_VALUE, facts))
    return Weighed(imported, incoming, agreed, stale)
