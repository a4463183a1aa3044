"""Terms of office: what a file says of an office takes the place of what the register held to the contrary."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.vocabulary import SINGLE_HOLDER_OFFICES, Capacity
from store.imports.comparing import Difference, Values, compare
from store.imports.findings import Code, Finding
from store.imports.layouts import file_name
from store.imports.supplied import Filed, Weighed

COLUMNS = ("office", "unit_code", "person_id", "capacity", "valid_from", "holder_name", "valid_to", "instrument")
_IDENTITY = 5


def compare_terms(current: Sequence[tuple[int, Values]], incoming: Sequence[Values]) -> tuple[Difference, list[int]]:
    """What the files change, and the terms to supersede because a file term contradicts them.

    A term whose first day was corrected is another row. Left beside the old one, an office of one holder would have
    two, or a holder his office twice.
    """
    difference = compare(current, incoming, _IDENTITY)
    matched = {number for number, _ in difference.changed}
    said = set(incoming)
    others = [(number, values) for number, values in current if number not in matched and values not in said]
    added: list[Values] = []
    changed = list(difference.changed)
    for values in difference.added:
        contradicted = next((other for other in others if _contradict(other[1], values)), None)
        if contradicted is None:
            added.append(values)
            continue
        others.remove(contradicted)
        number, held = contradicted
        if _succeeds(values, held):
            added.append(values)
            changed.append((number, _ended(held, values[4] - timedelta(days=1))))
        else:
            changed.append((number, values))
    wrong = [number for number, held in others if any(_contradict(held, values) for values in incoming)]
    return Difference(added, changed, difference.unchanged), wrong


def weigh_terms(signed: Sequence[Values], filed: Sequence[Filed]) -> Weighed:
    """What two people of HR signed stands: a file that contradicts it is not followed, and says so."""
    incoming: list[Values] = []
    stale: list[Finding] = []
    agreed = 0
    for values, line in filed:
        if values in signed:
            agreed += 1
        elif any(_contradict(held, values) for held in signed):
            stale.append(Finding(file_name("offices"), line, "to", Code.STALE_OFFICE, {}))
        else:
            incoming.append(values)
    return Weighed([], incoming, agreed, stale)


def _contradict(one: Values, other: Values) -> bool:
    """Whether two terms of an office cannot both hold: the same person's, or two definitive ones of one holder."""
    office, unit, person, capacity = one[:4]
    if (office, unit, capacity) != (other[0], other[1], other[3]) or not _overlap(one, other):
        return False
    return bool(person == other[2] or (office in SINGLE_HOLDER_OFFICES and capacity == Capacity.DEFINITIVE))


def _succeeds(values: Values, held: Values) -> bool:
    """Whether a term is that of a successor: until his first day the office stays with whoever holds it."""
    return bool(values[2] != held[2] and values[4] > held[4])


def _ended(held: Values, last: date) -> Values:
    return (*held[:6], last, *held[7:])


def _overlap(one: Values, other: Values) -> bool:
    return bool(one[4] <= (other[6] or date.max) and other[4] <= (one[6] or date.max))
