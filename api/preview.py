"""The preview: a person for a post, judged by the same rules as an opening, with nothing opened."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api import presenting
from api import schemas as out
from api.problems import Refused, explain
from domain import rules
from domain.authority import HR, TASK_OFFICE, may_open
from domain.commands import Proposal
from domain.decide.evaluation import may_open as has_route
from domain.decide.evaluation import severities
from domain.facts import Dossier, Facts, Position
from domain.fit import Fit, fit
from domain.ranks import post_level
from domain.refusals import Refusal, RefusalCode, refuse
from domain.rules import Question
from domain.vocabulary import Act, Eligibility, Office, Stage
from runtime import i18n
from store import registers
from store.gathering import Gatherer, open_case_of
from store.people import positions
from store.registers import PositionRow
from store.viewing import Viewer

_STAGES = (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.APPROVAL)
_ROUTE = (Act.VERIFY, Act.CONSIDER, Act.PROPOSE, Act.DECIDE)
ALTERNATIVES = 3


async def preview_of(
    gatherer: Gatherer,
    connection: AsyncConnection,
    viewer: Viewer,
    proposal: Proposal,
    now: datetime,
    language: str,
) -> out.PreviewOut:
    """Everything an opening would find. Raises `Refused` for a caller who may not open such a case."""
    facts, _ = await gatherer.for_proposal(connection, now, viewer.person, proposal)
    allowed = may_open(proposal, facts)
    if isinstance(allowed, Refusal):
        raise Refused(allowed)
    dossier, target = facts.dossier, facts.target
    no_route = has_route(proposal, facts)
    if dossier is None or target is None:
        assert no_route is not None, "an unknown person or post has no route"
        raise Refused(no_route)
    obstacle = no_route or await _open_already(connection, dossier)
    results = rules.judge(Question(facts, dossier, target, proposal.kind, proposal.origin), _STAGES)
    outcome = rules.eligibility(results, severities(facts), ())
    return out.PreviewOut(
        eligible=outcome is Eligibility.ELIGIBLE and obstacle is None,
        outcome=outcome,
        refusal=out.WhyNotOut(code=obstacle.code, detail=explain(obstacle, language)) if obstacle else None,
        rules=[presenting.rule(r, facts.policy, language) for r in results],
        seat=_seat(facts),
        fit=_fit(_fit_of(facts, dossier, target, proposal), language),
        alternatives=await _alternatives(connection, facts, dossier, target, proposal),
        approval_route=_route(facts),
        policy=facts.policy.hash,
    )


async def _open_already(connection: AsyncConnection, dossier: Dossier) -> Refusal | None:
    number = await open_case_of(connection, dossier.person)
    return refuse(RefusalCode.OPEN_CASE_EXISTS, number=number) if number else None


def _seat(facts: Facts) -> out.SeatsOut | None:
    seats = facts.seats
    if seats is None:
        return None
    origin = seats.origin
    return out.SeatsOut(
        required=seats.target.required,
        occupied=seats.target.occupied,
        held=seats.target.held,
        vacant=seats.target.vacant,
        free=seats.free_seat is not None,
        origin_required=origin.required if origin else None,
        origin_occupied=origin.occupied if origin else None,
        origin_shortage=origin is not None and origin.occupied - 1 < origin.required,
    )


def _fit_of(facts: Facts, dossier: Dossier, target: Position, proposal: Proposal) -> Fit:
    return fit(
        dossier,
        target,
        facts.policy,
        last_closed_year=facts.last_closed_rating_year,
        preferences=proposal.preferences,
        vacant=facts.seats.target.vacant if facts.seats else 0,
    )


def _fit(found: Fit, language: str) -> out.FitOut:
    return out.FitOut(
        score=found.score,
        criteria=[
            out.CriterionOut(
                code=c.code,
                title=i18n.text(f"fit.{c.code}", language),
                weight=c.weight,
                percent=c.percent,
                points=c.points,
                value=c.value,
            )
            for c in found.criteria
        ],
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


async def _alternatives(
    connection: AsyncConnection, facts: Facts, dossier: Dossier, target: Position, proposal: Proposal
) -> list[out.AlternativeOut]:
    """Other vacant posts, best fit first: those of the same title, then others of the same kind and level."""
    here = dossier.position.code if dossier.position else None
    same = await registers.positions(connection, facts.today, title=target.title, vacant=True, limit=50)
    others = await registers.positions(connection, facts.today, kind=target.kind, vacant=True, limit=500)
    found = {p.code: p for p in (*same, *others) if p.code not in (target.code, here)}
    posts = await positions(connection, list(found))
    scored = [
        (code, post, _score(facts, dossier, post, proposal, found[code].vacant))
        for code, (post, _) in posts.items()
        if _comparable(post, target) and rules.holds_qualification(dossier, post)
    ]
    scored.sort(key=lambda s: (s[1].title != target.title, -(s[2] or 0), s[0]))
    return [_alternative(found[code], score) for code, _, score in scored[:ALTERNATIVES]]


def _comparable(post: Position, target: Position) -> bool:
    return post_level(post.kind, post.tier) == post_level(target.kind, target.tier)


def _score(facts: Facts, dossier: Dossier, post: Position, proposal: Proposal, vacant: int) -> int | None:
    return fit(
        dossier,
        post,
        facts.policy,
        last_closed_year=facts.last_closed_rating_year,
        preferences=proposal.preferences,
        vacant=vacant,
    ).score


def _alternative(row: PositionRow, score: int | None) -> out.AlternativeOut:
    return out.AlternativeOut(
        position_code=row.code,
        title=row.title,
        unit=row.unit,
        agency_code=row.agency_code,
        vacant=row.vacant,
        score=score,
    )


def _route(facts: Facts) -> list[out.RouteStepOut]:
    """The steps of approval with today's holders; who is related to the person takes no part."""
    steps = []
    for act in _ROUTE:
        office = TASK_OFFICE[act]
        offices = HR if act is Act.VERIFY else {office}
        holders = [h for h in facts.holders if h.office in offices]
        related = [h for h in holders if h.person in facts.kin]
        alone = office is not Office.HR_OFFICER and bool(related) and len(related) == len(holders)
        steps.append(
            out.RouteStepOut(
                step=act,
                office=office,
                holders=[h.name for h in holders],
                recused=bool(related),
                instead=facts.policy.authority.superiors.get(office) if alone else None,
            )
        )
    return steps
