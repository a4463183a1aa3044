"""Passages: the way of a mutation between agencies, as the policy of its day has it.

Who proposes, consents, considers and decides is data of a route (PP 11/2017 Pasal 191-197; `domain.md` 2). Offices of
the province act themselves; other agencies are parties whose letters HR records.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.vocabulary import (
    SINGLE_HOLDER_OFFICES,
    Act,
    Authority,
    Office,
    Origin,
    OutsideWord,
    OwnLetter,
    PositionKind,
    Tier,
    Way,
)

OFFICES_OF_STEPS: dict[Act, Office] = {
    Act.CONSIDER: Office.BOARD_MEMBER,
    Act.PROPOSE: Office.REGIONAL_SECRETARY,
    Act.AUTHORISE: Office.GOVERNOR,
    Act.DECIDE: Office.GOVERNOR,
}
"""Whose steps they are on a passage that names nobody else."""


LETTERS = frozenset({Act.RECORD_CONSENT, Act.RECORD_CONSIDERATION, Act.RECORD_OUTSIDE_DECISION})
"""Acts that record what another agency wrote."""


class Passage(BaseModel):
    """How a case goes. As it stands without a word it is the way inside the province: board, secretary, governor."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    way: Way = Way.INSIDE
    offices: dict[Act, Office] = {}
    """Offices of the province that take a step in place of those in `OFFICES_OF_STEPS`."""
    strategic: tuple[Act, ...] = ()
    """Acts that acting holders may not do on this passage, besides those of `authority.strategic`."""
    board: bool = True
    """Whether the board considers: always where the province fills a post of its own."""
    letter: OwnLetter | None = None
    """What the governor signs before the case leaves the house."""
    outside: tuple[OutsideWord, ...] = ()
    """Letters of other appointing authorities without which nothing is decided."""
    consideration: Authority | None = None
    """Who gives the technical consideration (Pertek), where one is asked for."""
    consideration_kinds: tuple[PositionKind, ...] = ()
    """Kinds of target post for which it is; none named is all."""
    decided_by: Authority = Authority.GOVERNOR

    @property
    def decided_outside(self) -> bool:
        return self.decided_by is not Authority.GOVERNOR

    def office_of(self, step: Act) -> Office | None:
        """The office of the province whose step an act is."""
        return self.offices.get(step) or OFFICES_OF_STEPS.get(step)


class PassagePolicy(Passage):
    """A passage as the policy sets it out; `way` is the name of its section."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    consideration_months: Annotated[int, Field(ge=1, le=60)] | None = None
    """How long a technical consideration is good, from its date."""
    documented: tuple[Act, ...] = ()
    """Letters of others that carry a case on only with the document of the case that shows them, by the act."""

    @model_validator(mode="after")
    def _steps_have_single_offices_of_the_province(self) -> "PassagePolicy":
        if unknown := set(self.offices) - set(OFFICES_OF_STEPS):
            raise ValueError(f"no step of a passage: {sorted(unknown)}")
        if self.offices.get(Act.CONSIDER, Office.BOARD_MEMBER) in SINGLE_HOLDER_OFFICES:
            raise ValueError("a consideration is of several")
        if Office.AGENCY_HEAD in self.offices.values():
            raise ValueError("a head of an agency is no office of a passage")
        return self

    @model_validator(mode="after")
    def _a_passage_between_agencies_says_so(self) -> "PassagePolicy":
        if self.consideration in (Authority.GOVERNOR, Authority.HOME_MINISTER):
            raise ValueError("a technical consideration is BKN's")
        if undocumented := set(self.documented) - LETTERS:
            raise ValueError(f"no letter of another agency: {sorted(undocumented)}")
        if self.consideration is None and (self.consideration_months is not None or self.consideration_kinds):
            raise ValueError("months or kinds of post without a consideration")
        return self


class Route(BaseModel):
    """An open way through the stages for one kind of mutation, the posts it may fill, and the passages it has.

    A policy pinned before passages existed has the one inside the province.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ground: str
    origins: frozenset[Origin]
    position_kinds: frozenset[PositionKind]
    excluded_tiers: frozenset[Tier] = frozenset()
    passages: dict[Way, PassagePolicy] = {Way.INSIDE: PassagePolicy()}

    @model_validator(mode="after")
    def _passages_know_their_way(self) -> "Route":
        if any(passage.way is not way for way, passage in self.passages.items()):
            raise ValueError("the way of a passage is the name of its section")
        for way, passage in self.passages.items():
            if way is Way.INSIDE and (passage.letter or passage.outside):
                raise ValueError("inside the province no other authority consents")
            if way is Way.INSIDE and (passage.decided_outside or not passage.board):
                raise ValueError("inside the province the board considers and the governor decides")
            if way is Way.ARRIVING and not passage.board:
                raise ValueError("the board considers whoever takes a post of the province")
        return self

    @model_validator(mode="before")
    @classmethod
    def _ways_from_the_names_of_sections(cls, data: Any) -> Any:
        passages = data.get("passages") if isinstance(data, Mapping) else None
        if not isinstance(passages, Mapping):
            return data
        named = {way: {"way": way, **p} if isinstance(p, Mapping) else p for way, p in passages.items()}
        return {**data, "passages": named}

    def fills(self, kind: PositionKind, tier: Tier | None) -> bool:
        """Whether the governor may fill such a post on this route."""
        return kind in self.position_kinds and tier not in self.excluded_tiers
