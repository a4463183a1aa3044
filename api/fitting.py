"""The fit in words: every criterion with its sentence, and the people for a seat as HR sees them."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api import presenting
from api import schemas as out
from api import seat_schemas as seating
from api.position_map import holds_of
from api.problems import Problem, Refused
from domain.calendar import local_day
from domain.facts import Facts
from domain.fit import Criterion, Fit, fit
from domain.refusals import RefusalCode, refuse
from domain.vocabulary import RuleOutcome
from runtime import i18n
from store import registers
from store.cases import CaseRow
from store.gathering import Gatherer
from store.people import positions
from store.shortlist import Judged, Shortlist, shortlist
from store.surroundings import surroundings
from store.viewing import Viewer

ENOUGH = 3
"""Fewer people than this on a list want an explanation."""


def fit_out(found: Fit, language: str) -> out.FitOut:
    """The fit with words in one language."""
    return out.FitOut(
        score=found.score,
        criteria=[_criterion(c, language) for c in found.criteria],
        counterfactuals=[
            out.CounterfactualOut(
                competence=c.competence,
                level=c.level,
                score=c.score,
                text=i18n.text("fit.counterfactual", language, score=c.score, competence=c.competence, level=c.level),
            )
            for c in found.counterfactuals
        ],
    )


async def fit_of_case(
    gatherer: Gatherer, connection: AsyncConnection, viewer: Viewer, row: CaseRow, now: datetime, language: str
) -> out.FitOut | None:
    """How well the person fits the post of his case, by the policy of the case, as the register stands today.

    None for whoever may not see it, for a post of another agency, and once the decree has moved the register.
    """
    case = row.case
    if case.to_post.outside or case.decree_on or case.closed or not presenting.is_informed(viewer, case.subject):
        return None
    around = await surroundings(connection, local_day(now), viewer.person)
    facts = await gatherer.for_case(connection, now, case, viewer.person, None, around)
    person = await gatherer.for_person(connection, now, viewer.person, case.subject)
    posts = await positions(connection, [case.to_post.position])
    seats = await registers.positions(connection, facts.today, code=case.to_post.position, limit=1)
    if person is None or person.dossier is None or case.to_post.position not in posts or not seats:
        return None
    found = fit(
        person.dossier,
        posts[case.to_post.position][0],
        facts.policy,
        last_closed_year=facts.last_closed_rating_year,
        preferences=case.preferences,
        vacant=seats[0].vacant + (case.seat is not None),
    )
    return fit_out(found, language)


def _criterion(c: Criterion, language: str) -> out.CriterionOut:
    words = {"value": c.value or "", "percent": c.percent or 0, "points": c.points or 0, "weight": c.weight}
    return out.CriterionOut(
        code=c.code,
        title=i18n.text(f"fit.{c.code}", language),
        weight=c.weight,
        percent=c.percent,
        points=c.points,
        value=c.value,
        finding=c.finding,
        text=i18n.text(f"fit_finding.{c.finding}", language, **words),
    )


async def candidates_of(
    gatherer: Gatherer,
    connection: AsyncConnection,
    viewer: Viewer,
    code: str,
    now: datetime,
    language: str,
    limit: int,
) -> seating.CandidatesOut:
    """The people for a post, best first, for HR."""
    if not viewer.is_hr:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="rank"))
    facts = await gatherer.for_post(connection, now, viewer.person, code)
    if facts is None or facts.target is None or facts.seats is None:
        raise Problem("not_found")
    found = await shortlist(connection, facts, limit)
    staffing = facts.seats.target
    holds, waiting = await holds_of(gatherer, connection, viewer, code, facts.today)
    return seating.CandidatesOut(
        position_code=facts.target.code,
        title=facts.target.title,
        unit=facts.target.unit_name,
        required=staffing.required,
        occupied=staffing.occupied,
        held=staffing.held,
        vacant=staffing.vacant,
        holds=holds,
        waiting=waiting,
        policy=facts.policy.hash,
        rating_years=[facts.last_closed_rating_year - 1, facts.last_closed_rating_year],
        items=[_candidate(n, judged, found, facts, viewer, language) for n, judged in enumerate(found.items, start=1)],
        order=i18n.text("fit.order", language),
        considered=found.considered,
        qualified=found.qualified,
        judged=found.judged,
        open_cases=found.busy,
        left_out=[
            seating.LeftOutOut(rule=rule, count=count, title=facts.policy.rules[rule].title.in_(language))
            for rule, count in found.left_out.items()
            if rule in facts.policy.rules
        ],
        fewer=_fewer(found, language) if len(found.items) < min(ENOUGH, limit) else None,
    )


def _fewer(found: Shortlist, language: str) -> str:
    return i18n.text("fit.fewer", language, found=len(found.items), considered=found.considered)


def _candidate(
    rank: int, judged: Judged, found: Shortlist, facts: Facts, viewer: Viewer, language: str
) -> seating.CandidateOut:
    dossier = judged.dossier
    post = dossier.position
    return seating.CandidateOut(
        rank=rank,
        employee=out.PersonOut(
            id=dossier.person, name=dossier.name, nip=presenting.nip_for(viewer, dossier.person, dossier.nip)
        ),
        grade=dossier.grade,
        position_code=post.code if post else None,
        position=post.title if post else None,
        unit=post.unit_name if post else None,
        position_since=dossier.position_since,
        outcome=judged.outcome,
        fit=fit_out(found.yardstick.measure(judged.applicant), language),
        remarks=[
            presenting.rule(r, facts.policy, language)
            for r in judged.results
            if r.outcome in (RuleOutcome.WARN, RuleOutcome.UNKNOWN)
        ],
    )
