"""What a case waits for next on its way to a decision, by the passage it takes and the letters that are there."""

from datetime import date

from domain.case import Case
from domain.decide.draft import Draft
from domain.events import Event
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Status


def next_status(case: Case, today: date) -> Status:
    """What a case that the secretary has forwarded waits for next: the first that is not there yet."""
    passage, asked = case.passage, case.consideration
    if case.refused_outside:
        return Status.REFUSED_OUTSIDE
    if passage.letter is not None and not case.authorised:
        return Status.AWAITING_AUTHORISATION
    if case.consents_wanted:
        return Status.AWAITING_CONSENTS
    if case.considered_by is not None and not asked.good_on(today):
        return Status.AWAITING_TECHNICAL_CONSIDERATION if asked.pending else Status.AWAITING_SUBMISSION
    return Status.AWAITING_OUTSIDE_DECISION if passage.decided_outside else Status.AWAITING_DECISION


_FORWARDED = frozenset(
    {
        Status.AWAITING_AUTHORISATION,
        Status.AWAITING_CONSENTS,
        Status.AWAITING_SUBMISSION,
        Status.AWAITING_TECHNICAL_CONSIDERATION,
        Status.AWAITING_DECISION,
        Status.AWAITING_OUTSIDE_DECISION,
        Status.DEFERRED,
    }
)
_ANSWERED_BY_LETTER = frozenset({Status.AWAITING_CONSENTS, Status.AWAITING_TECHNICAL_CONSIDERATION})


def after_hold(case: Case, status: Status, today: date) -> Status:
    """Where a case goes on that was put on hold in `status`: letters may have come meanwhile."""
    stopped = status in _FORWARDED and case.refused_outside
    return next_status(case, today) if stopped or status in _ANSWERED_BY_LETTER else status


def go_on(draft: Draft, event: Event) -> None:
    """Add the event with the move into what the case waits for once the event has happened."""
    trial = Draft(draft.case, draft.facts, draft.by, draft.office)
    trial.add(event)
    status = next_status(trial.case, draft.facts.today)
    draft.add(event.model_copy(update={"move": trial.move_to(status)}))


def undecidable(case: Case, today: date) -> Refusal | None:
    """Why nothing can be decided yet on a passage between agencies: a letter is missing or no longer good."""
    if case.considered_by is None or case.consideration.good_on(today):
        return None
    return refuse(RefusalCode.CONSIDERATION_EXPIRED, valid_until=_until(case))


def unconsidered(case: Case, dated: date) -> Refusal | None:
    """Why a decree of that date rests on no consideration: it ran out between decision and decree."""
    if case.considered_by is None or case.consideration.good_on(dated):
        return None
    return refuse(RefusalCode.DECREE_UNCONSIDERED, valid_until=_until(case))


def still_considered(case: Case, today: date) -> Refusal | None:
    """Why the file of a case that is decided is not handed in again: what BKN considered is still good."""
    if not case.consideration.good_on(today):
        return None
    return refuse(RefusalCode.CONSIDERATION_IN_FORCE, valid_until=_until(case))


def _until(case: Case) -> str:
    until = case.consideration.valid_until
    return until.isoformat() if until else "-"
