"""Endings whatever the stage: death, retirement, resignation, study leave (`domain.md` 17)."""

from domain.commands import CloseForCause
from domain.decide.draft import Draft
from domain.decide.objection import unfinished
from domain.events import CaseClosedForCause
from domain.refusals import Refusal, RefusalCode, refuse
from domain.terms import closing
from domain.vocabulary import EndingCause, Outcome

OUTCOMES: dict[EndingCause, Outcome] = {
    EndingCause.DEATH: Outcome.DECEASED,
    EndingCause.RETIREMENT: Outcome.RETIRED,
    EndingCause.RESIGNATION: Outcome.RESIGNED,
    EndingCause.STUDY_LEAVE: Outcome.STUDY_LEAVE,
}


def close_for_cause(draft: Draft, command: CloseForCause) -> Refusal | None:
    """End the case and free its seat. An objection dies with the person; anybody else's is answered first."""
    case, cause = draft.case, command.cause
    if cause is EndingCause.DEATH and command.on > draft.facts.today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="on")
    if cause is not EndingCause.DEATH and (refused := unfinished(case) or _misdated(draft, command)):
        return refused
    if command.cause is EndingCause.STUDY_LEAVE and case.decree_on is not None:
        return refuse(RefusalCode.DECREE_ISSUED, act=command.act, status=case.status)
    draft.add(
        CaseClosedForCause(
            cause=command.cause,
            reference=command.reference,
            on=command.on,
            move=closing(OUTCOMES[command.cause]),
        )
    )
    draft.release_seat()
    return None


def _misdated(draft: Draft, command: CloseForCause) -> Refusal | None:
    """Who left before the case was opened had none, and who leaves after the decree takes effect is placed first."""
    opened = draft.facts.calendar.local_day(draft.case.opened_at)
    if command.on < opened:
        return refuse(RefusalCode.DATE_TOO_EARLY, field="on", earliest=opened.isoformat())
    effect = draft.case.effective_on if draft.case.decree_on else None
    if effect is not None and draft.case.placed_on is None and command.on > effect:
        return refuse(RefusalCode.DATE_TOO_LATE, field="on", latest=effect.isoformat())
    return None
