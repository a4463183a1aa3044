"""The need of the posts, and the choice of a person for one."""

from typing import Annotated, Any, Literal

from domain.events.parts import PRIVATE, Event, PostRef, RuleMark, RuleResult, Staffing, _Part
from domain.vocabulary import (
    Flag,
    Opinion,
)


class NeedChecked(Event):
    """The target post and the staffing of both units were checked; without a vacancy the case waits."""

    type: Literal["need_checked"] = "need_checked"
    target: Staffing
    origin: Staffing | None = None
    marks: tuple[RuleMark, ...]
    results: Annotated[tuple[RuleResult, ...], PRIVATE] = ()
    inputs: Annotated[dict[str, Any] | None, PRIVATE] = None
    """What the rules were asked with; none where the judgement just before in the same act tells it."""
    flags: tuple[Flag, ...] = ()


class Listed(_Part):
    """Somebody on the ranked list, by id, with his score."""

    person: str
    score: int | None = None


class Choice(_Part):
    """Where the person chosen stood in the ranking of that day, and on which ground he was taken from off the list."""

    agency: str
    """Code of the agency of the post."""
    length: int
    """How many the list that binds has, by the policy."""
    field: int
    """How many passed the hard requirements of the post and had no other open case."""
    busy: int
    """How many more had another open case and were left out."""
    rank: int | None = None
    """Place in the order of fit, before the rules of evaluation; none for who does not pass the hard requirements."""
    on_list: bool
    ground: str | None = None


class ChoosingEvent(Event):
    """What puts a person to a post: with the ranking as it was then, so that the choice can be judged again.

    Cases whose policy has no list have no `choice`.
    """

    choice: Choice | None = None
    choice_score: Annotated[int | None, PRIVATE] = None
    choice_list: Annotated[tuple[Listed, ...] | None, PRIVATE] = None
    """The list: the first who may be chosen, best first."""
    choice_reason: Annotated[str | None, PRIVATE] = None


class NeedConfirmed(ChoosingEvent):
    """HR confirmed that the target needs the person and the origin can let him go."""

    type: Literal["need_confirmed"] = "need_confirmed"
    target: Staffing
    origin: Staffing | None = None
    shortage: bool | None = None
    """Whether the origin falls under its need; not told by entries from before it was asked."""
    backfill_plan: Annotated[str | None, PRIVATE] = None
    backfill_reference: Annotated[str | None, PRIVATE] = None


class AlternativeProposed(ChoosingEvent):
    """HR proposed another post; the case goes on with it as its target."""

    type: Literal["alternative_proposed"] = "alternative_proposed"
    to_post: PostRef
    overrides_void: tuple[str, ...] = ()
    """Overrides that held for the former target only."""


class UnitOpined(Event):
    """The head of the origin or destination gave an opinion; it never blocks an internal case."""

    type: Literal["unit_opined"] = "unit_opined"
    opinion: Opinion
    agency: str
