"""Open seats that fit a person, with the reasons; who nominated himself for a seat."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api import presenting
from api import schemas as out
from api import seat_schemas as seating
from api.fitting import fit_out
from api.position_map import holds_on
from api.problems import Problem, Refused
from domain import rules
from domain.ranks import post_level
from domain.refusals import RefusalCode, refuse
from domain.vocabulary import Kind, Origin, RuleOutcome
from store import preferences, registers, vacancies
from store.gathering import Gatherer
from store.people import positions
from store.vacancies import Judged, Seeker
from store.viewing import Viewer


async def opportunities_of(
    gatherer: Gatherer,
    connection: AsyncConnection,
    viewer: Viewer,
    person: str,
    now: datetime,
    language: str,
    limit: int,
) -> seating.OpportunitiesOut:
    """Vacant posts a person may move to and fits, best first; for himself and HR."""
    if viewer.person != person and not viewer.is_hr:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="seek"))
    facts = await gatherer.for_person(connection, now, viewer.person, person)
    if facts is None or facts.dossier is None:
        raise Problem("not_found")
    wished = await preferences.stated(connection, person)
    seeker = Seeker(facts, facts.dossier, Kind.INTERNAL, Origin.OWN_REQUEST, wished)
    here = facts.dossier.position.code if facts.dossier.position else None
    rows = await registers.positions(connection, facts.today, vacant=True, limit=None)
    vacant = [row for row in rows if row.code != here]
    qualified = await vacancies.qualified(connection, seeker, vacant)
    found, judged = vacancies.first(seeker, qualified, limit)
    held = await holds_on(gatherer, connection, viewer, [j.vacancy.row for j in found], facts.today)
    return seating.OpportunitiesOut(
        preferences=list(wished),
        policy=facts.policy.hash,
        considered=len(vacant),
        qualified=len(qualified),
        judged=judged,
        items=[
            _opportunity(rank, j, seeker, *held[j.vacancy.row.code], language) for rank, j in enumerate(found, start=1)
        ],
    )


def _opportunity(
    rank: int, judged: Judged, seeker: Seeker, holds: list[out.SeatHoldOut], waiting: int, language: str
) -> seating.OpportunityOut:
    row, post, wished = judged.vacancy.row, judged.vacancy.post, seeker.preferences
    return seating.OpportunityOut(
        rank=rank,
        position_code=row.code,
        title=row.title,
        unit=row.unit,
        agency_code=row.agency_code,
        level=post_level(post.kind, post.tier),
        vacant=row.vacant,
        holds=holds,
        waiting=waiting,
        outcome=judged.outcome,
        choice=wished.index(row.code) + 1 if row.code in wished else None,
        fit=fit_out(judged.vacancy.fit, language),
        remarks=[
            presenting.rule(r, seeker.facts.policy, language)
            for r in judged.results
            if r.outcome in (RuleOutcome.WARN, RuleOutcome.UNKNOWN) and r.rule != rules.VACANCY
        ],
    )


async def nominations_of(connection: AsyncConnection, viewer: Viewer, code: str) -> seating.NominationsOut:
    """Who nominated himself for a post, and who prefers it; for HR."""
    if not viewer.is_hr:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="rank"))
    if code not in await positions(connection, [code]):
        raise Problem("not_found")
    return seating.NominationsOut(
        items=[
            seating.NominationOut(
                case_id=n.case_id,
                case_number=n.number,
                employee=out.PersonOut(id=n.person, name=n.name, nip=n.nip),
                stage=n.stage,
                status=n.status,
                opened_at=n.opened_at,
            )
            for n in await preferences.nominations(connection, code)
        ],
        preferred_by=[
            seating.PreferringOut(
                employee=out.PersonOut(id=p.person, name=p.name, nip=p.nip), choice=p.choice, since=p.since
            )
            for p in await preferences.preferring(connection, code)
        ],
    )
