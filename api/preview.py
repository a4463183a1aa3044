"""The preview: a person for a post, judged by the same rules as an opening, with nothing opened."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api import presenting
from api import schemas as out
from api.accessing import Access
from api.fitting import fit_out
from api.position_map import holds_of, holds_on
from api.problems import Refused, explain
from domain import lines, rules
from domain.authority import HR, TASK_OFFICE, may_open
from domain.commands import Proposal
from domain.decide.evaluation import severities
from domain.decide.opening import may_open as has_route
from domain.decide.opening import way_of
from domain.facts import Dossier, Facts, Position
from domain.fit import Fit
from domain.passages import Passage
from domain.ranks import post_level
from domain.refusals import Refusal, RefusalCode, refuse
from domain.rules import Question
from domain.vocabulary import Act, Authority, Eligibility, Office, Stage
from store import registers, shortlist, vacancies
from store.gathering import Gatherer, open_case_of
from store.preferences import stated
from store.vacancies import Judged, Seeker
from store.viewing import Viewer

_STAGES = (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.APPROVAL)
ALTERNATIVES = 3


async def preview_of(
    gatherer: Gatherer,
    connection: AsyncConnection,
    access: Access,
    proposal: Proposal,
    now: datetime,
    language: str,
) -> out.PreviewOut:
    """Everything an opening would find. Raises `Refused` for a caller who may not open such a case."""
    viewer = access.viewer
    facts, _ = await gatherer.for_proposal(connection, now, viewer.person, proposal)
    allowed = may_open(proposal, facts)
    if isinstance(allowed, Refusal):
        raise Refused(allowed)
    dossier, target = facts.dossier, facts.target
    no_route = has_route(proposal, facts)
    if dossier is not None:
        await access.person(connection, dossier.person, dossier.position.agency if dossier.position else None)
    if dossier is None or target is None:
        assert no_route is not None, "an unknown person or post has no route"
        raise Refused(no_route)
    obstacle = no_route or await _open_already(connection, dossier)
    if not proposal.preferences:
        proposal = proposal.model_copy(update={"preferences": await stated(connection, dossier.person)})
    seeker = Seeker(facts, dossier, proposal.kind, proposal.origin, tuple(proposal.preferences))
    results = rules.judge(Question(facts, dossier, target, proposal.kind, proposal.origin), _STAGES)
    outcome = rules.eligibility(results, severities(facts), ())
    return out.PreviewOut(
        eligible=outcome is Eligibility.ELIGIBLE and obstacle is None,
        outcome=outcome,
        refusal=out.WhyNotOut(code=obstacle.code, detail=explain(obstacle, language)) if obstacle else None,
        rules=[presenting.rule(r, facts.policy, language) for r in results],
        seat=await _seat(gatherer, connection, viewer, facts),
        fit=None if target.outside else fit_out(_fit(seeker, target), language),
        place=await _place(connection, viewer, facts),
        alternatives=[]
        if target.outside
        else await _alternatives(gatherer, connection, viewer, seeker, target, language),
        approval_route=_route(facts, proposal),
        policy=facts.policy.hash,
    )


async def _place(connection: AsyncConnection, viewer: Viewer, facts: Facts) -> out.PlaceOut | None:
    """Before a case is opened, HR knows whether it will be asked why this person and not another."""
    length = facts.policy.fit.list
    if not viewer.is_hr or length is None or facts.seats is None or facts.target is None or facts.target.outside:
        return None
    place = await shortlist.place(connection, facts, length)
    return out.PlaceOut.model_validate(place.model_dump(include=set(out.PlaceOut.model_fields)))


async def _open_already(connection: AsyncConnection, dossier: Dossier) -> Refusal | None:
    number = await open_case_of(connection, dossier.person)
    return refuse(RefusalCode.OPEN_CASE_EXISTS, number=number) if number else None


async def _seat(gatherer: Gatherer, connection: AsyncConnection, viewer: Viewer, facts: Facts) -> out.SeatsOut | None:
    seats = facts.seats
    if seats is None or facts.target is None or facts.target.outside:
        return None
    origin = seats.origin
    holds, waiting = await holds_of(gatherer, connection, viewer, seats.target.code, facts.today)
    return out.SeatsOut(
        required=seats.target.required,
        occupied=seats.target.occupied,
        held=seats.target.held,
        vacant=seats.target.vacant,
        free=seats.free_seat is not None and lines.left_for_others(seats),
        origin_required=origin.required if origin else None,
        origin_occupied=origin.occupied if origin else None,
        origin_shortage=origin is not None and origin.occupied - 1 < origin.required,
        holds=holds,
        waiting=waiting,
        ahead=len(seats.line),
    )


def _fit(seeker: Seeker, target: Position) -> Fit:
    return vacancies.fit_of(seeker, target, seeker.facts.seats.target.vacant if seeker.facts.seats else 0)


async def _alternatives(
    gatherer: Gatherer,
    connection: AsyncConnection,
    viewer: Viewer,
    seeker: Seeker,
    target: Position,
    language: str,
) -> list[out.AlternativeOut]:
    """Other vacant posts that no rule forbids him: those of the same title, then others of the same kind and level.

    In each group the best fit comes first.
    """
    today, dossier = seeker.facts.today, seeker.dossier
    here = dossier.position.code if dossier.position else None
    same = await registers.positions(connection, today, title=target.title, vacant=True, limit=None)
    others = await registers.positions(connection, today, kind=target.kind, vacant=True, limit=None)
    elsewhere = [p for p in (*same, *others) if p.code not in (target.code, here)]
    qualified = await vacancies.qualified(connection, seeker, elsewhere)
    near = [v for v in qualified if _comparable(v.post, target)]
    near.sort(key=lambda v: v.post.title != target.title)
    found, _ = vacancies.first(seeker, near, ALTERNATIVES)
    held = await holds_on(gatherer, connection, viewer, [j.vacancy.row for j in found], today)
    return [
        _alternative(rank, judged, held[judged.vacancy.row.code][1], language)
        for rank, judged in enumerate(found, start=1)
    ]


def _comparable(post: Position, target: Position) -> bool:
    return post_level(post.kind, post.tier) == post_level(target.kind, target.tier)


def _alternative(rank: int, judged: Judged, waiting: int, language: str) -> out.AlternativeOut:
    row, fit = judged.vacancy.row, judged.vacancy.fit
    return out.AlternativeOut(
        position_code=row.code,
        title=row.title,
        unit=row.unit,
        agency_code=row.agency_code,
        vacant=row.vacant,
        waiting=waiting,
        outcome=judged.outcome,
        score=fit.score,
        rank=rank,
        fit=fit_out(fit, language),
    )


def _route(facts: Facts, proposal: Proposal) -> list[out.RouteStepOut]:
    """The steps of approval with today's holders; who is related to the person takes no part."""
    route = facts.policy.routes.get(proposal.kind)
    passage = (route.passages.get(way_of(proposal)) if route else None) or Passage()
    steps = []
    kind = facts.target.kind if facts.target else None
    considered = not passage.consideration_kinds or kind in passage.consideration_kinds
    for act in _steps(passage, considered):
        office = passage.office_of(act) or TASK_OFFICE[act]
        offices = HR if office is Office.HR_OFFICER else {office}
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
                party=_party(act, passage),
            )
        )
    return steps


def _steps(passage: Passage, considered: bool) -> list[Act]:
    """The acts of approval on a passage, in order. What other agencies answer HR records."""
    asked = {
        Act.VERIFY: True,
        Act.CONSIDER: passage.board,
        Act.PROPOSE: True,
        Act.AUTHORISE: passage.letter is not None,
        Act.RECORD_CONSENT: bool(passage.outside),
        Act.SUBMIT_FILE: considered and passage.consideration is not None,
        Act.RECORD_CONSIDERATION: considered and passage.consideration is not None,
        Act.DECIDE: not passage.decided_outside,
        Act.RECORD_OUTSIDE_DECISION: passage.decided_outside,
    }
    return [act for act, is_asked in asked.items() if is_asked]


def _party(act: Act, passage: Passage) -> Authority | None:
    if act is Act.RECORD_CONSIDERATION:
        return passage.consideration
    return passage.decided_by if act is Act.RECORD_OUTSIDE_DECISION else None
