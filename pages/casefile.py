"""A case as a page shows it: gathered from what the API answers the same person, and no more."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from starlette.responses import Response

from api import schemas as out
from api.fitting import fit_of_case
from api.problems import Problem, Refused
from api.routes.cases import get_case, list_case_events
from api.routes.documents import list_case_documents
from domain.calendar import local_day
from domain.refusals import RefusalCode
from domain.vocabulary import Act, RuleOutcome
from pages.frame import Page
from pages.words import Term, term
from store import cases

BESIDE = frozenset({Act.COMMENT, Act.UNDO, Act.ADD_DOCUMENT})
"""Acts that have a place of their own on the page, or none: files are handed in through the API."""
_RULE_ORDER = (RuleOutcome.FAIL, RuleOutcome.UNKNOWN, RuleOutcome.WARN, RuleOutcome.PASS)


class CaseFile(NamedTuple):
    """Everything a page about a case may tell whoever looks."""

    case: out.CaseOut
    events: list[out.EventOut] | None
    """None for whoever may not read the history."""
    documents: list[out.DocumentOut]
    fit: out.FitOut | None
    term: Term | None


async def seen(asked: Page, case_id: str) -> out.CaseOut:
    """The case as whoever looks sees it. Raises `Refused` where there is none for him."""
    found: out.CaseOut = await get_case(
        case_id, asked.services, asked.viewer, asked.access, frozenset(), asked.now, asked.language, Response()
    )
    return found


async def opened(asked: Page, case_id: str) -> CaseFile:
    """The whole file of a case."""
    case = await seen(asked, case_id)
    async with asked.services.reading() as connection:
        row = await cases.find_case(connection, asked.viewer, case.id)
        assert row is not None, "it was seen a moment ago"
        documents = await list_case_documents(
            case.id, asked.services, connection, asked.access, asked.viewer, asked.now, asked.language
        )
        fit = await fit_of_case(asked.services.gatherer, connection, asked.viewer, row, asked.now, asked.language)
        calendar = await asked.services.gatherer.calendar(connection, local_day(asked.now))
    due = term(case.due.at, asked.now, calendar, asked.language) if case.due and case.outcome is None else None
    return CaseFile(case, await history(asked, case.id), documents.items, fit, due)


async def history(asked: Page, case_id: str) -> list[out.EventOut] | None:
    """What happened, or None for whoever may not read it."""
    try:
        async with asked.services.reading() as connection:
            return (await list_case_events(case_id, connection, asked.access, asked.viewer, asked.language)).items
    except Refused as refused:
        if refused.refusal.code is not RefusalCode.NOT_AUTHORISED:
            raise
        return None


class Offer(NamedTuple):
    """The acts open to whoever looks: what is asked of him, and what he may do besides."""

    asked: list[Act]
    besides: list[Act]


def offer(case: out.CaseOut) -> Offer:
    """Sort the acts this person may do now by whether a task asks for them."""
    allowed = [a.act for a in case.acts if a.allowed and a.act not in BESIDE]
    wanted = {act for task in case.tasks for act in task.acts}
    asked = [a for a in allowed if a in wanted]
    # Whoever is asked to decide may also return; that is no task of its own.
    return Offer([a for a in asked if a is not Act.RETURN], [a for a in allowed if a not in asked])


def may(case: out.CaseOut, act: Act) -> out.ActOut:
    """Whether an act is open, and why not. Raises `Problem` for one that is none."""
    found = next((a for a in case.acts if a.act is act), None)
    if found is None:
        raise Problem("not_found")
    return found


def by_weight(rules: Sequence[out.RuleOut]) -> list[out.RuleOut]:
    """Rules that stop first, then those that lack data or warn, then those that hold; the rest is left out."""
    return sorted((r for r in rules if r.outcome in _RULE_ORDER), key=lambda r: (_RULE_ORDER.index(r.outcome), r.rule))


def as_context(found: CaseFile) -> dict[str, Any]:
    """What the template of a case is given from the file itself."""
    case = found.case
    rules = by_weight(case.rules)
    return {
        "c": case,
        "term": found.term,
        "rules": [r for r in rules if r.outcome is not RuleOutcome.PASS],
        "passed": [r for r in rules if r.outcome is RuleOutcome.PASS],
        "documents": [d for d in found.documents if d.needed or d.versions],
        "fit": found.fit,
    }
