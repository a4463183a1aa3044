"""Consultation and socialisation: the employee is heard and informed before anybody decides."""

from domain.authority import recusals
from domain.commands import Acknowledge, AnswerObjection, RecordBriefing, Respond, UnitOpinion
from domain.decide.draft import Draft
from domain.events import (
    AcknowledgementMissed,
    BriefingAcknowledged,
    BriefingRecorded,
    Event,
    GroundAnswer,
    ObjectionAnswered,
    OfficialRecused,
    ResponseGiven,
    ResponseMissed,
    UnitOpined,
)
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Answer, Flag, Status

_AFTER_ANSWER = {
    Answer.ACCEPT: Status.AWAITING_BRIEFING,
    Answer.OBJECT: Status.AWAITING_ANSWER,
    Answer.ACCEPT_WITH_CONDITIONS: Status.AWAITING_SETTLEMENT,
    Answer.REQUEST_ALTERNATIVE: Status.AWAITING_SETTLEMENT,
}
_RAISED_BY = {Answer.ACCEPT_WITH_CONDITIONS: ("conditions",), Answer.REQUEST_ALTERNATIVE: ("alternative",)}
"""What an answer asks to be settled besides the grounds it names."""
_SETTLED_AS = {
    Answer.OBJECT: Flag.OBJECTION_CARRIED,
    Answer.ACCEPT_WITH_CONDITIONS: Flag.CONDITIONS_SETTLED,
    Answer.REQUEST_ALTERNATIVE: Flag.ALTERNATIVE_DECLINED,
}


def respond(draft: Draft, command: Respond) -> Refusal | None:
    """The employee's answer; anything but a plain acceptance goes to HR first."""
    draft.add(
        ResponseGiven(
            answer=command.answer,
            grounds=tuple(dict.fromkeys(command.grounds)),
            preferences=command.preferences,
            conditions=command.conditions,
            text=command.text,
            move=draft.move_to(_AFTER_ANSWER[command.answer]),
        )
    )
    return None


def response_missed(draft: Draft) -> None:
    """Silence at the due date: recorded, flagged to all who decide, never taken for consent."""
    draft.add(ResponseMissed(move=draft.move_to(Status.AWAITING_BRIEFING)))


def answer_objection(draft: Draft, command: AnswerObjection) -> Refusal | None:
    """HR answers every ground; the case goes on with both views."""
    raised = (*draft.case.grounds, *_RAISED_BY.get(draft.case.answer or Answer.OBJECT, ()))
    answered = tuple(dict.fromkeys(a.ground for a in command.answers))
    if missing := tuple(g for g in raised if g not in answered):
        return refuse(RefusalCode.UNANSWERED_GROUNDS, grounds=missing)
    if beside := tuple(g for g in answered if g not in raised):
        return refuse(RefusalCode.GROUND_NOT_RAISED, grounds=beside)
    draft.add(
        ObjectionAnswered(
            grounds=answered,
            answers=tuple(GroundAnswer(ground=a.ground, text=a.text) for a in command.answers),
            flag=_SETTLED_AS.get(draft.case.answer) if draft.case.answer else None,
            move=draft.move_to(Status.AWAITING_BRIEFING),
        )
    )
    return None


def unit_opinion(draft: Draft, command: UnitOpinion) -> Refusal | None:
    """The opinion of the head of one of the two agencies; it never blocks."""
    assert draft.office is not None and draft.office.unit is not None, "a head of a unit acts in office"
    draft.add(UnitOpined(opinion=command.opinion, agency=draft.office.unit))
    return None


def record_briefing(draft: Draft, command: RecordBriefing) -> Refusal | None:
    """A briefing counts once everyone the policy names was reached; until then more are needed."""
    if command.held_on > draft.facts.today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="held_on")
    opened_on = draft.facts.calendar.local_day(draft.case.opened_at)
    if command.held_on < opened_on:
        return refuse(RefusalCode.DATE_TOO_EARLY, field="held_on", earliest=opened_on.isoformat())
    reached = {*draft.case.reached, *command.audience}
    enough = draft.facts.policy.socialisation.minimum_audience <= reached
    waiting = draft.case.status is Status.AWAITING_BRIEFING
    draft.add(
        BriefingRecorded(
            held_on=command.held_on,
            channel=command.channel,
            audience=tuple(dict.fromkeys(command.audience)),
            move=draft.move_to(Status.AWAITING_ACKNOWLEDGEMENT) if enough and waiting else None,
        )
    )
    return None


def acknowledge(draft: Draft, command: Acknowledge) -> Refusal | None:
    """The employee was briefed and says so: the case goes to approval."""
    enter_approval(draft, BriefingAcknowledged(move=draft.move_to(Status.AWAITING_VERIFICATION)))
    return None


def acknowledgement_missed(draft: Draft) -> None:
    """No acknowledgement in time though the person was reached: partial, flagged, and on."""
    enter_approval(draft, AcknowledgementMissed(move=draft.move_to(Status.AWAITING_VERIFICATION)))


def enter_approval(draft: Draft, event: Event) -> None:
    draft.add(event)
    recuse(draft)


def recuse(draft: Draft) -> None:
    """Send the tasks of officials with a conflict of interest to their superiors, where not done yet."""
    for office, superior, ground in recusals(draft.case, draft.facts):
        if office not in draft.case.recusals:
            draft.add(OfficialRecused.model_validate({"office": office, "in_favour_of": superior, "ground": ground}))
