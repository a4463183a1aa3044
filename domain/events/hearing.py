"""Consultation and socialisation: the employee is heard and briefed."""

from datetime import date
from typing import Annotated, Literal

from domain.events.parts import ERASED, PRIVATE, Event, _Part
from domain.vocabulary import (
    Answer,
    Audience,
    Flag,
    ObjectionGround,
)


class ResponseGiven(Event):
    """The employee answered the proposal."""

    type: Literal["response_given"] = "response_given"
    answer: Answer
    grounds: tuple[ObjectionGround, ...] = ()
    preferences: tuple[str, ...] = ()
    conditions: Annotated[tuple[str, ...], PRIVATE] = ()
    text: Annotated[str | None, PRIVATE] = None


class ResponseMissed(Event):
    """The employee did not answer in time. Silence is recorded, never taken for consent."""

    type: Literal["response_missed"] = "response_missed"


class GroundAnswer(_Part):
    ground: str
    text: str


class ObjectionAnswered(Event):
    """HR answered every ground of an objection, or settled what was asked; the case goes on with both views."""

    type: Literal["objection_answered"] = "objection_answered"
    grounds: tuple[str, ...]
    answers: Annotated[tuple[GroundAnswer, ...], PRIVATE] = ()
    flag: Flag | None = None


class BriefingRecorded(Event):
    """HR recorded who was briefed, when and how."""

    type: Literal["briefing_recorded"] = "briefing_recorded"
    held_on: date
    channel: Annotated[str, PRIVATE] = ERASED
    audience: tuple[Audience, ...]


class BriefingAcknowledged(Event):
    """The employee acknowledged the briefing."""

    type: Literal["briefing_acknowledged"] = "briefing_acknowledged"


class AcknowledgementMissed(Event):
    """No acknowledgement came in time though the employee was reached: the briefing counts as partial."""

    type: Literal["acknowledgement_missed"] = "acknowledgement_missed"
