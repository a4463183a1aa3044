"""Rules of units and positions (`data-formats.md` 2 and 3)."""

from collections import defaultdict, deque
from collections.abc import Mapping

from domain.ranks import grade_rank
from domain.vocabulary import MANAGERIAL_KINDS, PositionKind
from store.imports.findings import Code, shown
from store.imports.rows import Report, Row, by_key

_CYCLE_SHOWN = 6


def judge_units(rows: list[Row], report: Report) -> dict[str, Row]:
    """Judge who stands below whom; the usable units by code. A unit below an unusable one is unusable."""
    first: dict[str, Row] = {}
    for row in rows:
        if row["code"] is not None:
            first.setdefault(row["code"], row)
    on_cycle = _judge_cycles(first, report)
    _judge_parents(rows, first, on_cycle, report)
    return by_key(rows, "code")


def _judge_cycles(first: Mapping[str, Row], report: Report) -> set[str]:
    """Report every unit on a cycle; their codes."""
    settled: set[str] = set()
    on_cycle: set[str] = set()
    for start in first:
        walked: dict[str, int] = {}
        at = start
        while at in first and at not in settled and at not in walked:
            walked[at] = len(walked)
            at = first[at]["parent_code"]
        if at in walked:
            on_cycle.update(list(walked)[walked[at] :])
        settled.update(walked)
    for code in on_cycle:
        report.add(first[code], "parent_code", Code.UNIT_CYCLE, cycle=_cycle_of(code, first))
    return on_cycle


def _cycle_of(code: str, first: Mapping[str, Row]) -> str:
    walked = [code]
    while len(walked) <= _CYCLE_SHOWN:
        walked.append(first[walked[-1]]["parent_code"])
        if walked[-1] == code:
            return " → ".join(walked)
    return " → ".join([*walked, "…"])


def _judge_parents(rows: list[Row], first: Mapping[str, Row], on_cycle: set[str], report: Report) -> None:
    """Report parents that are unknown or unusable, going down from the top, so that it is passed on to those below."""
    children: defaultdict[str, list[Row]] = defaultdict(list)
    waiting: deque[Row] = deque()
    for row in rows:
        hangs_below = row["parent_code"] in first and row["code"] not in on_cycle
        (children[row["parent_code"]] if hangs_below else waiting).append(row)
    while waiting:
        row = waiting.popleft()
        parent = row["parent_code"]
        if parent is not None and row["code"] not in on_cycle and (parent not in first or not first[parent].usable):
            report.add(row, "parent_code", Code.UNIT_PARENT_UNKNOWN, value=shown(parent))
        if row["code"] is not None and first[row["code"]] is row:
            waiting.extend(children[row["code"]])


def judge_positions(rows: list[Row], units: Mapping[str, Row], report: Report) -> dict[str, Row]:
    """Judge posts against units and their own columns; the usable posts by code."""
    for row in rows:
        unit = row["unit_code"]
        if unit is not None and unit not in units:
            report.add(row, "unit_code", Code.UNIT_UNKNOWN, value=shown(unit))
        if row["kind"] is not None:
            _judge_kind(row, PositionKind(row["kind"]), report)
        low, high = row["min_grade"], row["max_grade"]
        if low is not None and high is not None and grade_rank(low) > grade_rank(high):
            report.add(row, "min_grade", Code.GRADE_ORDER, low=low, high=high)
    return by_key(rows, "code")


def _judge_kind(row: Row, kind: PositionKind, report: Report) -> None:
    """Only and every functional post has a tier; only and every managerial one has an echelon."""
    if row.is_empty("tier") is (kind is PositionKind.FUNCTIONAL):
        report.add(row, "tier", Code.TIER_KIND, kind=kind)
    if kind in MANAGERIAL_KINDS and row.is_empty("echelon"):
        report.add(row, "echelon", Code.REQUIRED)
    if kind not in MANAGERIAL_KINDS and not row.is_empty("echelon"):
        report.add(row, "echelon", Code.VOCAB, "empty")
