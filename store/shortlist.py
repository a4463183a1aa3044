"""The people for a seat, best first: ranked by fit, and judged in full from the top down until the list is full."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import rules
from domain.decide.evaluation import severities
from domain.events import Listed, RuleResult
from domain.facts import Dossier, Facts, Place, Position, Seats
from domain.fit import Applicant, Yardstick
from domain.ranking import Ranked, hard_requirements, ranked
from domain.rules import Question
from domain.vocabulary import Eligibility, RuleOutcome, Severity, Stage
from store import contenders, people

JUDGED_AT = (Stage.EVALUATION, Stage.NEEDS_CHECK)
_FIRST_LOOK, _NEXT_LOOK = 50, 500


class Judged(NamedTuple):
    """Somebody of the ranking, judged by the rules in full."""

    score: int | None
    applicant: Applicant
    dossier: Dossier
    results: tuple[RuleResult, ...]
    outcome: Eligibility


class Shortlist(NamedTuple):
    """The list, and why it is no longer than it is.

    `left_out` counts people by the code of the rule that leaves them out, each once; where not all were `judged`, those
    further down were not looked at because the list was full.
    """

    items: list[Judged]
    yardstick: Yardstick
    considered: int
    qualified: int
    judged: int
    left_out: dict[str, int]
    busy: int
    """How many have another open case."""


_BUSY = text("SELECT person_id FROM docket WHERE stage NOT IN ('review', 'closed')")


class _Field(NamedTuple):
    """Everybody who passes the hard requirements of a post and is free, best first by fit alone."""

    order: list[Ranked]
    yardstick: Yardstick
    busy: int


async def _field(connection: AsyncConnection, facts: Facts, subject: str | None = None) -> _Field:
    """The field for the post of `facts`; a `subject` counts as free, whatever case of his is open."""
    target, seats = _of(facts)
    year = facts.last_closed_rating_year
    applicants = await contenders.contenders(
        connection, facts.today, target, hard_requirements(target), (year - 1, year)
    )
    busy = {row.person_id for row in await connection.execute(_BUSY)} - {subject}
    free = [who for who in applicants if who.person not in busy]
    yardstick = Yardstick(target, facts.policy, year, seats.target.vacant)
    return _Field(ranked(yardstick, free), yardstick, len(applicants) - len(free))


async def _from_the_top(connection: AsyncConnection, facts: Facts, order: list[Ranked]) -> AsyncIterator[Judged]:
    """The ranked judged in full, best first, as far as somebody looks."""
    at = 0
    while at < len(order):
        look = order[at : at + (_NEXT_LOOK if at else _FIRST_LOOK)]
        for judged in await _judged(connection, facts, look):
            yield judged
        at += len(look)


async def place(connection: AsyncConnection, facts: Facts, length: int) -> Place:
    """Where the person of `facts` stands for the post of `facts`, and the list of so many that he is on or not.

    On the list are the first who are eligible. He himself is taken as he is: that he may move was judged in his case,
    with what was overridden there.
    """
    assert facts.dossier is not None, "the facts of a case name its person"
    subject = facts.dossier.person
    field = await _field(connection, facts, subject)
    listed: list[Listed] = []
    async for judged in _from_the_top(connection, facts, field.order):
        if judged.outcome is Eligibility.ELIGIBLE or judged.applicant.person == subject:
            listed.append(Listed(person=judged.applicant.person, score=judged.score))
            if len(listed) == length:
                break
    found = next(((n, r.score) for n, r in enumerate(field.order, 1) if r.applicant.person == subject), (None, None))
    return Place(
        length=length,
        listed=tuple(listed),
        field=len(field.order),
        busy=field.busy,
        rank=found[0],
        score=found[1],
        on_list=any(entry.person == subject for entry in listed),
    )


async def shortlist(connection: AsyncConnection, facts: Facts, length: int) -> Shortlist:
    """The best for the post of `facts`: the eligible first, then those of whom something is still unknown."""
    target, _ = _of(facts)
    counts = await contenders.considered(connection, facts.today, target, hard_requirements(target))
    field = await _field(connection, facts)
    found: list[Judged] = []
    waiting: list[Judged] = []
    missed: Counter[str] = Counter()
    at = 0
    async for judged in _from_the_top(connection, facts, field.order):
        at += 1
        if judged.outcome is Eligibility.ELIGIBLE:
            found.append(judged)
            if len(found) == length:
                break
        else:
            missed[_missing(judged, facts)] += 1
            if judged.outcome is Eligibility.INCOMPLETE:
                waiting.append(judged)
    hard_misses = {"E01": counts.status, "E15": counts.grade, "E11": counts.education}
    return Shortlist(
        items=[*found, *waiting[: length - len(found)]],
        yardstick=field.yardstick,
        considered=counts.considered,
        qualified=len(field.order) + field.busy,
        judged=at,
        left_out={code: n for code, n in sorted((Counter(hard_misses) + missed).items()) if n},
        busy=field.busy,
    )


async def _judged(connection: AsyncConnection, facts: Facts, look: list[Ranked]) -> list[Judged]:
    target, _ = _of(facts)
    weight = severities(facts)
    dossiers = await people.dossiers(connection, [r.applicant.person for r in look], facts.today)
    out = []
    for score, who in look:
        dossier = dossiers[who.person]
        results = rules.judge(Question(facts, dossier, target), JUDGED_AT)
        out.append(Judged(score, who, dossier, results, rules.eligibility(results, weight, (rules.VACANCY,))))
    return out


def _missing(judged: Judged, facts: Facts) -> str:
    """The first rule that leaves somebody out: a failure before a gap."""
    weight = severities(facts)
    binding = [r for r in judged.results if weight[r.rule] is not Severity.WARN and r.rule != rules.VACANCY]
    for outcome in (RuleOutcome.FAIL, RuleOutcome.UNKNOWN):
        for result in binding:
            if result.outcome is outcome:
                return result.rule
    raise ValueError("nothing leaves this person out")


def _of(facts: Facts) -> tuple[Position, Seats]:
    assert facts.target is not None and facts.seats is not None, "the facts of a post name it and its seats"
    return facts.target, facts.seats
