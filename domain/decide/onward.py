"""What a case waits for next on its way to a decision, by the passage it takes and the letters that are there."""

from datetime import date

from domain.case import Case
from domain.decide.draft import Draft
from domain.events import Event
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import ConsentOutcome, Status


def next_status(case: Case, today: date) -> Status:
    """What a case that the secretary has forwarded waits for next: the first that is not there yet."""
    passage, asked = case.passage, case.consideration
    if ConsentOutcome.REFUSED in case.consents.values():
        return Status.REFUSED_OUTSIDE
    if passage.letter is not None and not case.authorised:
        return Status.AWAITING_AUTHORISATION
    if case.consents_wanted:
        return Status.AWAITING_CONSENTS
    if case.considered_by is not None and not asked.good_on(today):
        pending = asked.rounds > 0 and asked.outcome is None
        return Status.AWAITING_TECHNICAL_CONSIDERATION if pending else Status.AWAITING_SUBMISSION
    return Status.AWAITING_OUTSIDE_DECISION if passage.decided_outside else Status.AWAITING_DECISION


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
    until = case.consideration.valid_until
    return refuse(RefusalCode.CONSIDERATION_EXPIRED, valid_until=until.isoformat() if until else "-")
