"""What the rules were asked with, kept beside their results, so that anybody can ask them again.

Kept as plain data under the private content of the event: it is personal, and may be erased. Name and number of the
person are left out, since no rule asks for them.
"""

from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.calendar import PROVINCE, Calendar
from domain.facts import Actor, Dossier, Facts, OfficeHeld, Position, Seats, Window
from domain.policy import Policy
from domain.rules import Question
from domain.vocabulary import Kind, Origin

_NOON = time(12)


class Inputs(BaseModel):
    """A question to the rules, less the policy, which the case pins."""

    model_config = ConfigDict(frozen=True)

    today: date
    kind: Kind
    origin: Origin
    dossier: Dossier
    target: Position
    ancestors: tuple[str, ...]
    """Codes of the units above the target."""
    seats: Seats | None = None
    windows: tuple[Window, ...] = ()
    former: Position | None = None
    related: tuple[OfficeHeld, ...] = ()
    """Offices on the route whose holders are related to the person."""
    closed_year: int


def inputs(question: Question) -> dict[str, Any]:
    """What a question asks with, as plain data."""
    facts, seats = question.facts, question.facts.seats
    kept = Inputs(
        today=question.today,
        kind=question.kind,
        origin=question.origin,
        dossier=question.dossier.model_copy(update={"nip": "", "name": ""}),
        target=question.target,
        ancestors=tuple(sorted(facts.target_ancestors)),
        seats=seats.model_copy(update={"line": (), "holds": ()}) if seats else None,
        windows=facts.windows,
        former=facts.former,
        related=tuple(h.model_copy(update={"name": ""}) for h in facts.holders if h.person in facts.kin),
        closed_year=facts.last_closed_rating_year,
    )
    return kept.model_dump(mode="json")


def question(data: dict[str, Any], policy: Policy) -> Question:
    """The question again from what was kept, under the policy of the case. Raises `pydantic.ValidationError`."""
    kept = Inputs.model_validate(data)
    facts = Facts(
        now=datetime.combine(kept.today, _NOON, PROVINCE),
        policy=policy,
        calendar=Calendar((), (), ""),
        actor=Actor(person="", name=""),
        kin=frozenset(h.person for h in kept.related),
        holders=kept.related,
        dossier=kept.dossier,
        target=kept.target,
        target_ancestors=frozenset(kept.ancestors),
        seats=kept.seats,
        former=kept.former,
        windows=kept.windows,
        last_closed_rating_year=kept.closed_year,
    )
    return Question(facts, kept.dossier, kept.target, kept.kind, kept.origin)
