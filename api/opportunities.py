"""Open seats that fit a person, with the reasons; who nominated himself for a seat."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api import presenting
from api import schemas as out
from api import seat_schemas as seating
from api.fitting import fit_out
from api.position_map import holds_on
from api.problems import Problem, Refused
from domain import rules
from domain.decide.evaluation import severities
from domain.fit import Fit, fit
from domain.ranks import post_level
from domain.refusals import RefusalCode, refuse
from domain.rules import Question
from domain.vocabulary import Eligibility, Kind, Origin, RuleOutcome
from store import preferences, registers
from store.gathering import Gatherer
from store.people import positions
from store.shortlist import JUDGED_AT
from store.viewing import Viewer

_SEATS = 1000
"""How many posts with a vacancy are looked at."""


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
    dossier, route = facts.dossier, facts.policy.routes.get(Kind.INTERNAL)
    wished = await preferences.stated(connection, person)
    here = dossier.position.code if dossier.position else None
    rows = await registers.positions(connection, facts.today, vacant=True, limit=_SEATS)
    vacant = {row.code: row for row in rows if row.code != here}
    posts = await positions(connection, list(vacant))
    scored: list[tuple[str, Fit]] = []
    for code, (post, _) in posts.items():
        open_to_all = route is not None and Origin.OWN_REQUEST in route.origins and route.fills(post.kind, post.tier)
        if open_to_all and rules.holds_qualification(dossier, post):
            found = fit(
                dossier,
                post,
                facts.policy,
                last_closed_year=facts.last_closed_rating_year,
                preferences=wished,
                vacant=vacant[code].vacant,
            )
            scored.append((code, found))
    scored.sort(key=lambda s: (-(s[1].score or 0), s[0]))
    items: list[seating.OpportunityOut] = []
    weight = severities(facts)
    for code, found in scored:
        post, ancestors = posts[code]
        judged = rules.judge(
            Question(replace(facts, target=post, target_ancestors=ancestors), dossier, post), JUDGED_AT
        )
        outcome = rules.eligibility(judged, weight, (rules.VACANCY,))
        if outcome is Eligibility.INELIGIBLE:
            continue
        row = vacant[code]
        items.append(
            seating.OpportunityOut(
                rank=len(items) + 1,
                position_code=code,
                title=row.title,
                unit=row.unit,
                agency_code=row.agency_code,
                level=post_level(post.kind, post.tier),
                vacant=row.vacant,
                outcome=outcome,
                choice=wished.index(code) + 1 if code in wished else None,
                fit=fit_out(found, language),
                remarks=[
                    presenting.rule(r, facts.policy, language)
                    for r in judged
                    if r.outcome in (RuleOutcome.WARN, RuleOutcome.UNKNOWN) and r.rule != rules.VACANCY
                ],
            )
        )
        if len(items) == limit:
            break
    chosen = [vacant[item.position_code] for item in items]
    held = await holds_on(gatherer, connection, viewer, chosen, facts.today)
    for item in items:
        item.holds, item.waiting = held[item.position_code]
    return seating.OpportunitiesOut(preferences=list(wished), policy=facts.policy.hash, items=items)


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
