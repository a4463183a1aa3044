"""The transition table of a mutation: which act is open in which status, and where it may lead.

The one place that knows; the guards, the tasks, the diagrams and the properties are read from it.
"""

from typing import NamedTuple

from domain.vocabulary import Act, Stage, Status

_S, _A = Status, Act

STAGE_OF: dict[Status, Stage] = {
    _S.INCOMPLETE: Stage.EVALUATION,
    _S.INELIGIBLE: Stage.EVALUATION,
    _S.OVERRIDE_PENDING: Stage.EVALUATION,
    _S.RETURNED: Stage.EVALUATION,
    _S.AWAITING_CONFIRMATION: Stage.NEEDS_CHECK,
    _S.NO_VACANCY: Stage.NEEDS_CHECK,
    _S.AWAITING_RESPONSE: Stage.CONSULTATION,
    _S.AWAITING_ANSWER: Stage.CONSULTATION,
    _S.AWAITING_SETTLEMENT: Stage.CONSULTATION,
    _S.AWAITING_BRIEFING: Stage.SOCIALISATION,
    _S.AWAITING_ACKNOWLEDGEMENT: Stage.SOCIALISATION,
    _S.AWAITING_VERIFICATION: Stage.APPROVAL,
    _S.AWAITING_CONSIDERATION: Stage.APPROVAL,
    _S.AWAITING_PROPOSAL: Stage.APPROVAL,
    _S.AWAITING_AUTHORISATION: Stage.APPROVAL,
    _S.AWAITING_CONSENTS: Stage.APPROVAL,
    _S.AWAITING_SUBMISSION: Stage.APPROVAL,
    _S.AWAITING_TECHNICAL_CONSIDERATION: Stage.APPROVAL,
    _S.AWAITING_DECISION: Stage.APPROVAL,
    _S.AWAITING_OUTSIDE_DECISION: Stage.APPROVAL,
    _S.REFUSED_OUTSIDE: Stage.APPROVAL,
    _S.DEFERRED: Stage.APPROVAL,
    _S.AWAITING_DECREE: Stage.PLACEMENT,
    _S.AWAITING_EFFECTIVE_DATE: Stage.PLACEMENT,
    _S.PLACEMENT_BLOCKED: Stage.PLACEMENT,
    _S.AWAITING_DUTY: Stage.PLACEMENT,
    _S.BETWEEN_REVIEWS: Stage.REVIEW,
    _S.REVIEW_DUE: Stage.REVIEW,
    _S.CLOSED: Stage.CLOSED,
}
"""The stage of every status but `on_hold`, which keeps the stage the case was in."""

FIRST_STATUS: dict[Stage, Status] = {
    Stage.EVALUATION: _S.RETURNED,
    Stage.NEEDS_CHECK: _S.AWAITING_CONFIRMATION,
    Stage.CONSULTATION: _S.AWAITING_RESPONSE,
    Stage.SOCIALISATION: _S.AWAITING_BRIEFING,
    Stage.APPROVAL: _S.AWAITING_VERIFICATION,
}
"""Where a returned case re-enters a stage."""


class Transition(NamedTuple):
    """In `status`, `by` (an act, or `clock`) may lead to one of `to`."""

    status: Status
    by: Act | str
    to: tuple[Status, ...]


_JUDGED = (_S.INCOMPLETE, _S.INELIGIBLE, _S.AWAITING_CONFIRMATION, _S.NO_VACANCY)
_BACK_TO_EVALUATION = (_S.RETURNED,)
_BACK_TO_NEEDS = (_S.RETURNED, _S.AWAITING_CONFIRMATION, _S.NO_VACANCY)
_BACK_TO_CONSULTATION = (*_BACK_TO_NEEDS, _S.AWAITING_RESPONSE)
_BACK_TO_SOCIALISATION = (*_BACK_TO_CONSULTATION, _S.AWAITING_BRIEFING)
_BACK_TO_APPROVAL = (*_BACK_TO_SOCIALISATION, _S.AWAITING_VERIFICATION)

_DECIDING = (_S.AWAITING_DECISION, _S.AWAITING_OUTSIDE_DECISION)
_SUBMITTED = (_S.AWAITING_TECHNICAL_CONSIDERATION, *_DECIDING)
_CONSENTED = (_S.AWAITING_SUBMISSION, *_SUBMITTED)
_AUTHORISED = (_S.AWAITING_CONSENTS, *_CONSENTED)
_PROPOSED = (_S.AWAITING_AUTHORISATION, *_AUTHORISED)
"""Where a case that waits for others goes on: as far as the letters that are there already carry it."""

CLOCK = "clock"

TRANSITIONS: tuple[Transition, ...] = (
    Transition(_S.INCOMPLETE, _A.SUPPLY_DOSSIER, _JUDGED),
    Transition(_S.INCOMPLETE, _A.CONTEST_DATA, (_S.INCOMPLETE,)),
    Transition(_S.INCOMPLETE, CLOCK, (_S.CLOSED,)),
    Transition(_S.INELIGIBLE, _A.SUPPLY_DOSSIER, _JUDGED),
    Transition(_S.INELIGIBLE, _A.CONTEST_DATA, (_S.INELIGIBLE,)),
    Transition(_S.INELIGIBLE, _A.OVERRIDE_RULE, (_S.OVERRIDE_PENDING,)),
    Transition(_S.INELIGIBLE, _A.CLOSE_INELIGIBLE, (_S.CLOSED,)),
    Transition(_S.OVERRIDE_PENDING, _A.CONFIRM_OVERRIDE, _JUDGED),
    Transition(_S.OVERRIDE_PENDING, _A.SUPPLY_DOSSIER, _JUDGED),
    Transition(_S.OVERRIDE_PENDING, _A.CONTEST_DATA, (_S.OVERRIDE_PENDING,)),
    Transition(_S.OVERRIDE_PENDING, _A.OVERRIDE_RULE, (_S.OVERRIDE_PENDING,)),
    Transition(_S.OVERRIDE_PENDING, _A.CLOSE_INELIGIBLE, (_S.CLOSED,)),
    Transition(_S.RETURNED, _A.SUPPLY_DOSSIER, _JUDGED),
    Transition(_S.AWAITING_CONFIRMATION, _A.CONFIRM_NEED, (_S.AWAITING_RESPONSE,)),
    Transition(_S.AWAITING_CONFIRMATION, _A.PROPOSE_ALTERNATIVE, (_S.AWAITING_CONFIRMATION,)),
    Transition(_S.AWAITING_CONFIRMATION, _A.RETURN, _BACK_TO_EVALUATION),
    Transition(_S.NO_VACANCY, _A.CONFIRM_NEED, (_S.AWAITING_RESPONSE,)),
    Transition(_S.NO_VACANCY, _A.PROPOSE_ALTERNATIVE, (_S.AWAITING_CONFIRMATION,)),
    Transition(_S.NO_VACANCY, _A.RETURN, _BACK_TO_EVALUATION),
    Transition(_S.AWAITING_RESPONSE, _A.RESPOND, (_S.AWAITING_BRIEFING, _S.AWAITING_ANSWER, _S.AWAITING_SETTLEMENT)),
    Transition(_S.AWAITING_RESPONSE, CLOCK, (_S.AWAITING_BRIEFING,)),
    Transition(_S.AWAITING_ANSWER, _A.ANSWER_OBJECTION, (_S.AWAITING_BRIEFING,)),
    Transition(_S.AWAITING_ANSWER, _A.PROPOSE_ALTERNATIVE, (_S.AWAITING_RESPONSE,)),
    Transition(_S.AWAITING_ANSWER, _A.RETURN, _BACK_TO_NEEDS),
    Transition(_S.AWAITING_SETTLEMENT, _A.ANSWER_OBJECTION, (_S.AWAITING_BRIEFING,)),
    Transition(_S.AWAITING_SETTLEMENT, _A.PROPOSE_ALTERNATIVE, (_S.AWAITING_RESPONSE,)),
    Transition(_S.AWAITING_SETTLEMENT, _A.RETURN, _BACK_TO_NEEDS),
    Transition(
        _S.AWAITING_BRIEFING,
        _A.RECORD_BRIEFING,
        (_S.AWAITING_BRIEFING, _S.AWAITING_ACKNOWLEDGEMENT),
    ),
    Transition(_S.AWAITING_BRIEFING, _A.RETURN, _BACK_TO_CONSULTATION),
    Transition(_S.AWAITING_ACKNOWLEDGEMENT, _A.ACKNOWLEDGE, (_S.AWAITING_VERIFICATION,)),
    Transition(_S.AWAITING_ACKNOWLEDGEMENT, _A.RECORD_BRIEFING, (_S.AWAITING_ACKNOWLEDGEMENT,)),
    Transition(_S.AWAITING_ACKNOWLEDGEMENT, CLOCK, (_S.AWAITING_VERIFICATION,)),
    Transition(_S.AWAITING_VERIFICATION, _A.VERIFY, (_S.AWAITING_CONSIDERATION, _S.AWAITING_PROPOSAL)),
    Transition(_S.AWAITING_VERIFICATION, _A.RETURN, _BACK_TO_SOCIALISATION),
    Transition(_S.AWAITING_CONSIDERATION, _A.CONSIDER, (_S.AWAITING_CONSIDERATION, _S.AWAITING_PROPOSAL)),
    Transition(_S.AWAITING_CONSIDERATION, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(_S.AWAITING_PROPOSAL, _A.PROPOSE, (*_PROPOSED, _S.REFUSED_OUTSIDE)),
    Transition(_S.AWAITING_PROPOSAL, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(_S.AWAITING_AUTHORISATION, _A.AUTHORISE, (*_AUTHORISED, _S.CLOSED)),
    Transition(_S.AWAITING_AUTHORISATION, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(_S.AWAITING_CONSENTS, _A.RECORD_CONSENT, (*_AUTHORISED, _S.REFUSED_OUTSIDE)),
    Transition(_S.AWAITING_CONSENTS, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(_S.AWAITING_SUBMISSION, _A.SUBMIT_FILE, (_S.AWAITING_TECHNICAL_CONSIDERATION,)),
    Transition(_S.AWAITING_SUBMISSION, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(
        _S.AWAITING_TECHNICAL_CONSIDERATION,
        _A.RECORD_CONSIDERATION,
        (*_DECIDING, _S.AWAITING_SUBMISSION, _S.REFUSED_OUTSIDE),
    ),
    Transition(_S.AWAITING_OUTSIDE_DECISION, _A.RECORD_OUTSIDE_DECISION, (_S.AWAITING_DECREE, _S.REFUSED_OUTSIDE)),
    Transition(_S.AWAITING_OUTSIDE_DECISION, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(_S.REFUSED_OUTSIDE, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(_S.AWAITING_DECISION, _A.DECIDE, (_S.AWAITING_DECREE, _S.CLOSED, _S.DEFERRED)),
    Transition(_S.AWAITING_DECISION, _A.RETURN, _BACK_TO_APPROVAL),
    Transition(_S.DEFERRED, CLOCK, (_S.AWAITING_DECISION,)),
    Transition(
        _S.AWAITING_DECREE,
        _A.ISSUE_DECREE,
        (_S.AWAITING_EFFECTIVE_DATE, _S.AWAITING_DUTY, _S.PLACEMENT_BLOCKED),
    ),
    Transition(_S.AWAITING_EFFECTIVE_DATE, CLOCK, (_S.AWAITING_DUTY, _S.PLACEMENT_BLOCKED)),
    Transition(
        _S.PLACEMENT_BLOCKED, _A.ISSUE_DECREE, (_S.AWAITING_EFFECTIVE_DATE, _S.AWAITING_DUTY, _S.PLACEMENT_BLOCKED)
    ),
    Transition(_S.AWAITING_DUTY, _A.CONFIRM_DUTY, (_S.BETWEEN_REVIEWS,)),
    Transition(_S.BETWEEN_REVIEWS, CLOCK, (_S.REVIEW_DUE,)),
    Transition(_S.REVIEW_DUE, _A.RECORD_REVIEW, (_S.BETWEEN_REVIEWS, _S.REVIEW_DUE, _S.CLOSED)),
    Transition(_S.REVIEW_DUE, CLOCK, (_S.REVIEW_DUE,)),
)

_BEFORE_DECREE = tuple(
    s
    for s, stage in STAGE_OF.items()
    if stage in (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.CONSULTATION, Stage.SOCIALISATION, Stage.APPROVAL)
    or s is _S.AWAITING_DECREE
)
_OPEN = tuple(s for s in STAGE_OF if s is not _S.CLOSED)

_DECREED = (
    _S.AWAITING_EFFECTIVE_DATE,
    _S.PLACEMENT_BLOCKED,
    _S.AWAITING_DUTY,
    _S.BETWEEN_REVIEWS,
    _S.REVIEW_DUE,
)

ANYWHERE: dict[Act, tuple[Status, ...]] = {
    _A.WITHDRAW: (*_BEFORE_DECREE, _S.ON_HOLD),
    _A.CANCEL: (*_BEFORE_DECREE, _S.PLACEMENT_BLOCKED, _S.ON_HOLD),
    _A.HOLD: _OPEN,
    _A.RESUME: (_S.ON_HOLD,),
    # The days for contesting run on, and so does the right.
    _A.CONTEST_DATA: (_S.ON_HOLD,),
    _A.UNIT_OPINION: (
        *(s for s in _BEFORE_DECREE if s is not _S.AWAITING_DECREE),
        _S.ON_HOLD,
    ),
    _A.COMMENT: (*_OPEN, _S.ON_HOLD),
    _A.DECLARE_CONFLICT: (*_OPEN, _S.ON_HOLD),
    _A.ADD_DOCUMENT: (*_BEFORE_DECREE, _S.PLACEMENT_BLOCKED, _S.ON_HOLD),
    _A.JUDGE_DOCUMENT: (*_BEFORE_DECREE, _S.PLACEMENT_BLOCKED, _S.ON_HOLD),
    # An objection runs beside the stages, on hold too.
    _A.FILE_OBJECTION: (*_DECREED, _S.ON_HOLD),
    _A.DECIDE_OBJECTION: (*_DECREED, _S.ON_HOLD),
    _A.DECLARE_INADMISSIBLE: (*_DECREED, _S.ON_HOLD),
    _A.WITHDRAW_OBJECTION: (*_DECREED, _S.ON_HOLD),
    _A.CORRECT_DECREE: _DECREED,
    _A.REVOKE_DECREE: (*_DECREED, _S.ON_HOLD),
    _A.ANNUL_DECREE: (*_DECREED, _S.ON_HOLD),
    _A.ASSIGN_TEMPORARILY: (*_BEFORE_DECREE, _S.AWAITING_EFFECTIVE_DATE),
    _A.RATIFY_ASSIGNMENT: (*_BEFORE_DECREE, _S.AWAITING_EFFECTIVE_DATE, _S.PLACEMENT_BLOCKED, _S.ON_HOLD),
    _A.RENEW_ASSIGNMENT: (*_BEFORE_DECREE, _S.AWAITING_EFFECTIVE_DATE, _S.PLACEMENT_BLOCKED, _S.ON_HOLD),
    _A.SUSPEND_DECREE: (_S.AWAITING_EFFECTIVE_DATE, _S.PLACEMENT_BLOCKED),
    _A.LIFT_SUSPENSION: (_S.AWAITING_EFFECTIVE_DATE, _S.PLACEMENT_BLOCKED),
    _A.CLOSE_FOR_CAUSE: (*_OPEN, _S.ON_HOLD),
    # Another agency's letter comes when it comes, on hold too, and until the decision a consent may be taken back.
    _A.RECORD_CONSENT: (*(s for s in _BEFORE_DECREE if s is not _S.AWAITING_DECREE), _S.ON_HOLD),
    _A.RECORD_CONSIDERATION: (*_BEFORE_DECREE, _S.PLACEMENT_BLOCKED, _S.ON_HOLD),
    # A consideration that ran out before the decree is asked for again beside the stage.
    _A.SUBMIT_FILE: (_S.AWAITING_DECREE, _S.PLACEMENT_BLOCKED),
    _A.CLOSE_REFUSED: tuple(s for s in _BEFORE_DECREE if s is not _S.AWAITING_DECREE),
    # From the moment a seat is held until the decision; on hold the lease stands still.
    _A.RENEW_HOLD: tuple(s for s in _BEFORE_DECREE if s is not _S.AWAITING_DECREE),
    _A.DECLINE_SEAT: (_S.NO_VACANCY,),
    _A.RECHECK_POST: tuple(s for s in _BEFORE_DECREE if STAGE_OF[s] not in (Stage.EVALUATION, Stage.NEEDS_CHECK)),
}
"""Crosswise acts and the statuses they are open in. `undo` is open by time and author, not by status."""

_OPEN_ACTS: dict[Status, frozenset[Act]] = {
    status: frozenset(
        {t.by for t in TRANSITIONS if t.status is status and isinstance(t.by, Act)}
        | {act for act, statuses in ANYWHERE.items() if status in statuses}
    )
    for status in Status
}


def open_acts(status: Status) -> frozenset[Act]:
    """The acts open in a status, whoever may do them. `undo` is not among them."""
    return _OPEN_ACTS[status]


def leads_to(status: Status, by: Act | str) -> frozenset[Status]:
    """Where an act or the clock may lead from a status, the crosswise acts aside."""
    return frozenset(s for t in TRANSITIONS if t.status is status and t.by == by for s in t.to)
