"""The vacant posts for a person: those his route fills and he is trained for, best fit first, judged from the top."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from domain import rules
from domain.decide.evaluation import severities
from domain.events import RuleResult
from domain.facts import Dossier, Facts, Position
from domain.fit import Fit, fit
from domain.rules import Question
from domain.vocabulary import Eligibility, Kind, Origin
from store.people import positions
from store.registers import PositionRow
from store.shortlist import JUDGED_AT


class Seeker(NamedTuple):
    """Who looks for a post, on which route, and the posts he would rather have."""

    facts: Facts
    dossier: Dossier
    kind: Kind
    origin: Origin
    preferences: tuple[str, ...]


class Vacancy(NamedTuple):
    """A vacant post and how well it fits, before anything is judged."""

    row: PositionRow
    post: Position
    ancestors: frozenset[str]
    fit: Fit


class Judged(NamedTuple):
    """A vacant post that no rule forbids. That its seat is free today is no matter of who the person is."""

    vacancy: Vacancy
    results: tuple[RuleResult, ...]
    outcome: Eligibility


async def qualified(connection: AsyncConnection, seeker: Seeker, rows: Iterable[PositionRow]) -> list[Vacancy]:
    """Of some posts those the route fills and the person is trained for, by fit; equal ones by code."""
    route = seeker.facts.policy.routes.get(seeker.kind)
    if route is None or seeker.origin not in route.origins:
        return []
    found = {row.code: row for row in rows}
    posts = await positions(connection, list(found))
    vacancies = [
        Vacancy(found[code], post, ancestors, fit_of(seeker, post, found[code].vacant))
        for code, (post, ancestors) in posts.items()
        if route.fills(post.kind, post.tier) and rules.holds_qualification(seeker.dossier, post)
    ]
    return sorted(vacancies, key=lambda v: (-(v.fit.score or 0), v.row.code))


def fit_of(seeker: Seeker, post: Position, vacant: int) -> Fit:
    """How well a post fits, given how many of its seats are vacant."""
    return fit(
        seeker.dossier,
        post,
        seeker.facts.policy,
        last_closed_year=seeker.facts.last_closed_rating_year,
        preferences=seeker.preferences,
        vacant=vacant,
    )


def first(seeker: Seeker, vacancies: Iterable[Vacancy], limit: int) -> tuple[list[Judged], int]:
    """The first that no rule forbids, as far as the limit, and how many were judged to find them."""
    found: list[Judged] = []
    looked_at = 0
    for vacancy in vacancies:
        if len(found) == limit:
            break
        looked_at += 1
        judged = _judged(seeker, vacancy)
        if judged.outcome is not Eligibility.INELIGIBLE:
            found.append(judged)
    return found, looked_at


def _judged(seeker: Seeker, vacancy: Vacancy) -> Judged:
    facts = replace(seeker.facts, target=vacancy.post, target_ancestors=vacancy.ancestors, seats=None)
    question = Question(facts, seeker.dossier, vacancy.post, seeker.kind, seeker.origin)
    results = rules.judge(question, JUDGED_AT)
    return Judged(vacancy, results, rules.eligibility(results, severities(facts), (rules.VACANCY,)))
