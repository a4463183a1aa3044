"""What happened to a case, told: each entry with who did it, in what capacity, and the words that were said."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from api import schemas as out
from domain.stages import CLOCK, STAGE_OF, TRANSITIONS
from domain.vocabulary import Capacity, Stage, Status
from pages.words import day
from runtime import i18n


class Show(StrEnum):
    """Which entries of the history."""

    ALL = "all"
    DECISIONS = "decisions"
    COMMENTS = "comments"


class Entry(NamedTuple):
    """One entry: what happened, when, by whom, what was said, and how it looks."""

    seq: int
    title: str
    at: datetime
    who: str
    says: list[str]
    quotes: list[str]
    icon: str
    tone: str
    gone: bool
    is_internal: bool


_LOOKS: dict[str, tuple[str, str]] = {
    "decision_made": ("gavel", "info"),
    "board_voted": ("gavel", "info"),
    "board_considered": ("gavel", "info"),
    "case_proposed": ("send", "info"),
    "case_verified": ("shield-check", "ok"),
    "comment_made": ("message", ""),
    "response_given": ("message", "info"),
    "objection_filed": ("flag", "soon"),
    "case_returned": ("arrow-back-up", "soon"),
    "case_set_back": ("arrow-back-up", "soon"),
    "act_undone": ("arrow-back-up", "soon"),
    "case_put_on_hold": ("player-pause", "soon"),
    "deadline_passed": ("alert-triangle", "late"),
    "case_escalated": ("alert-triangle", "late"),
    "placement_blocked": ("alert-triangle", "late"),
    "notice_undelivered": ("alert-triangle", "late"),
    "reminder_due": ("bell", ""),
    "document_added": ("file-text", ""),
    "document_judged": ("file-text", ""),
    "decree_issued": ("file-text", "ok"),
    "placement_made": ("circle-check", "ok"),
    "duty_confirmed": ("circle-check", "ok"),
    "need_confirmed": ("circle-check", "ok"),
    "case_closed": ("lock", ""),
}
_DECIDING = frozenset({
    "case_opened", "evaluation_judged", "need_confirmed", "override_confirmed", "response_given", "response_missed",
    "objection_answered", "case_verified", "board_considered", "case_proposed", "decision_made", "mutation_authorised",
    "decree_issued", "decree_corrected", "decree_revoked", "decree_annulled", "case_returned", "case_set_back",
    "objection_filed", "objection_decided", "placement_made", "duty_confirmed", "case_closed", "case_ended",
    "case_lapsed",
})  # fmt: skip
_SPEECH = frozenset({"comment_made", "unit_opined", "response_given", "objection_filed", "objection_answered"})

_VALUES = {
    "answer": "answer",
    "decision": "decision",
    "recommendation": "recommendation",
    "opinion": "opinion",
    "word": "word",
}
"""Fields of events that are words of a vocabulary, with the prefix of their words."""
_PLAIN = ("number", "channel")
_DATES = ("effective_on", "held_on", "started_on", "until")
_SPOKEN = ("text", "plan")


def told(items: Sequence[out.EventOut], show: Show, language: str) -> list[Entry]:
    """The entries one asked for, newest first."""
    kept = {Show.DECISIONS: _DECIDING, Show.COMMENTS: _SPEECH}.get(show)
    return [_entry(e, language) for e in reversed(items) if kept is None or e.type in kept]


def _entry(event: out.EventOut, language: str) -> Entry:
    icon, tone = _LOOKS.get(event.type, ("info-circle", ""))
    return Entry(
        seq=event.seq,
        title=event.label,
        at=event.at,
        who=who(event.actor, language),
        says=list(_says(event.data, language)),
        quotes=[text for text in (event.reason, event.note, *_spoken(event.data, language)) if text],
        icon=icon,
        tone=tone,
        gone=event.superseded,
        is_internal=event.type == "comment_made" and not event.data.get("visible_to_employee"),
    )


def who(actor: out.ActorOut, language: str) -> str:
    """Who acted, and as what: `Plt.` and `Plh.` act in another's place, and it is said by which order."""
    if actor.id == CLOCK:
        return i18n.text("page.system", language)
    name = actor.name or i18n.text("page.unnamed", language)
    if actor.office is None:
        return name
    office = i18n.text(f"office.{actor.office}", language)
    if actor.capacity in (Capacity.ACTING_VACANT, Capacity.ACTING_ABSENCE):
        capacity = i18n.text(f"capacity.{actor.capacity}", language)
        return i18n.text(
            "page.on_behalf", language, name=name, capacity=capacity, office=office, order=actor.instrument or "–"
        )
    return f"{name}, {office}"


def _says(data: dict[str, Any], language: str) -> Any:
    for field, prefix in _VALUES.items():
        if isinstance(value := data.get(field), str) and i18n.has(f"{prefix}.{value}", language):
            yield i18n.text(f"{prefix}.{value}", language)
    for ground in data.get("grounds") or ():
        if i18n.has(f"ground.{ground}", language):
            yield i18n.text(f"ground.{ground}", language)
    for field in _PLAIN:
        if isinstance(value := data.get(field), str) and not value.startswith("MUT-"):
            yield f"{i18n.text(f'page.field.{field}', language)}: {value}"
    for field in _DATES:
        if isinstance(value := data.get(field), str):
            said = day(date.fromisoformat(value), language)
            yield f"{i18n.text(f'page.field.{field}', language)}: {said}"
    if isinstance(stage := data.get("to_stage"), str):
        yield i18n.text("page.back_to", language, stage=i18n.text(f"stage.{stage}", language))


def _spoken(data: dict[str, Any], language: str) -> Any:
    for field in _SPOKEN:
        if isinstance(value := data.get(field), str):
            yield value
    for condition in data.get("conditions") or ():
        if isinstance(condition, str):
            yield condition
    for answer in data.get("answers") or ():
        if isinstance(answer, dict) and "text" in answer:
            ground = i18n.text(f"ground.{answer['ground']}", language)
            yield f"{ground}: {answer['text']}"


class Place(NamedTuple):
    """A status in the picture of the process: passed, present, or one the case may come to next."""

    text: str
    state: str
    on: datetime | None


class Leg(NamedTuple):
    """A stage in the picture of the process, with its statuses on this path."""

    stage: Stage
    state: str
    since: datetime | None
    places: list[Place]


def path(items: Sequence[out.EventOut], stage: Stage, status: Status, language: str) -> list[Leg]:
    """The process as the transition table has it, with the way this case took, and where it may go from here."""
    reached: dict[Status, datetime] = {}
    for event in items:
        move = event.data.get("move")
        if isinstance(move, dict) and move.get("status") in STAGE_OF:
            reached[Status(move["status"])] = event.at
    ahead = {to for t in TRANSITIONS if t.status is status for to in t.to}
    at = list(Stage).index(stage)
    legs = []
    for number, leg in enumerate(s for s in Stage if s is not Stage.CLOSED):
        places = []
        for candidate in (s for s, its in STAGE_OF.items() if its is leg):
            passed = candidate in reached
            state = "now" if candidate is status else "done" if passed else "ahead" if candidate in ahead else ""
            if state:
                words = i18n.text(f"status.{candidate}", language)
                places.append(Place(words, state, reached.get(candidate)))
        stands = "done" if number < at else "now" if number == at else "todo"
        first = min((at_ for s, at_ in reached.items() if STAGE_OF[s] is leg), default=None)
        legs.append(Leg(leg, stands, first, places))
    return legs
