"""Between agencies: the province's letter, the consents of others, BKN's consideration, a decision made elsewhere.

Other agencies are recorded parties: HR records what they wrote, with number and date. A refusal from outside is
nobody's decision here: the case waits for a person, who mends it or closes it.
"""

from datetime import date

from domain import catalogue, terms, windows
from domain.case import Case
from domain.commands import (
    Authorise,
    CloseRefused,
    ConsentItem,
    RecordConsent,
    RecordConsideration,
    RecordOutsideDecision,
    SubmitFile,
)
from domain.decide import choosing, papers
from domain.decide.approval import approved
from domain.decide.draft import Draft
from domain.decide.onward import go_on, undecidable
from domain.decide.recheck import refuse_unfit, refuse_without_post
from domain.events import (
    CaseEnded,
    ConsentRecorded,
    ConsiderationRecorded,
    DecisionMade,
    FileSubmitted,
    Letter,
    MutationAuthorised,
    PauseCause,
)
from domain.passages import PassagePolicy
from domain.ranks import add_months
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import (
    Act,
    Authority,
    ConsentIssuer,
    ConsentOutcome,
    ConsiderationOutcome,
    DecisionChoice,
    Outcome,
    Stage,
    Status,
)

_CONSENTS_BY_DECIDING = {
    Authority.HOME_MINISTER: ConsentIssuer.HOME_MINISTER,
    Authority.BKN: ConsentIssuer.BKN,
    Authority.BKN_REGIONAL: ConsentIssuer.BKN,
}
"""Who decides consents by it: nobody asks the Minister for the Minister's consent."""


_Letter = RecordConsent | SubmitFile | RecordConsideration | RecordOutsideDecision


def shut(case: Case) -> frozenset[Act]:
    """Acts that are not open on the passage of this case, whatever its stage."""
    open_here = {
        Act.RECORD_CONSENT: bool(case.passage.outside),
        Act.RECORD_CONSIDERATION: case.consideration.pending,
        Act.SUBMIT_FILE: case.considered_by is not None and not case.consideration.pending,
        Act.CLOSE_REFUSED: case.status is Status.REFUSED_OUTSIDE or case.refused_outside,
        Act.PROPOSE_ALTERNATIVE: not case.to_post.outside,
    }
    return frozenset(act for act, is_open in open_here.items() if not is_open)


def authorise(draft: Draft, command: Authorise) -> Refusal | None:
    """The governor signs the province's letter, or the case ends with his reason."""
    case, what = draft.case, draft.case.passage.letter
    assert what is not None, "a letter is asked for where the passage has one"
    if command.decision is DecisionChoice.REJECT:
        draft.add(MutationAuthorised(what=what, signed=False, move=terms.closing(Outcome.REJECTED)))
        draft.release_seat()
        return None
    assert command.number is not None and command.date is not None, "a letter that is signed has both"
    if refused := _misdated(draft, command.date) or refuse_without_post(draft):
        return refused
    against = choosing.against_advice(case)
    if refused := choosing.unexplained(case, command, draft.facts.policy):
        return refused
    signed = MutationAuthorised(
        what=what,
        dated=command.date,
        letter=Letter(number=command.number),
        against_advice=against,
        advice_ground=command.advice_ground if against else None,
    )
    go_on(draft, signed)
    return None


def record_consent(draft: Draft, command: RecordConsent) -> Refusal | None:
    """Another authority's letter. The last one that was waited for lets the case go on; a refusal stops it there.

    So does a consent that is taken back. Nothing is waited for on hold, and in `refused_outside` a person settles it:
    there the letter is recorded, and counts when the case goes on.
    """
    case, agrees = draft.case, command.outcome is ConsentOutcome.GRANTED
    if refused := _unasked(case, command) or _unshown(draft, command, agrees):
        return refused
    event = ConsentRecorded(
        word=command.word,
        outcome=command.outcome,
        dated=command.date,
        ground=command.ground,
        letter=Letter(number=command.number, issuer=command.issuer, document=command.document),
    )
    if case.status is Status.AWAITING_CONSENTS:
        go_on(draft, event)
    elif agrees or case.held or case.stage is not Stage.APPROVAL or case.status is Status.REFUSED_OUTSIDE:
        draft.add(event)  # before the approval stage it is too early to stop for it: no stage is left out
    else:
        move = draft.move_to(Status.REFUSED_OUTSIDE)
        draft.add(event.model_copy(update={"stopped": draft.stopped_outside(PauseCause.SET_BACK), "move": move}))
    return None


def _unasked(case: Case, command: RecordConsent) -> Refusal | None:
    """Why a letter says nothing in this case: not asked for, there already, or nothing to take back."""
    if command.word not in case.passage.outside:
        return refuse(RefusalCode.CONSENT_NOT_ASKED, words=case.passage.outside)
    granted = command.word not in case.consents_wanted
    if command.outcome is ConsentOutcome.WITHDRAWN:
        return None if granted else refuse(RefusalCode.CONSENT_NOT_GRANTED, word=command.word)
    return refuse(RefusalCode.CONSENT_RECORDED, word=command.word) if granted else None


def submit_file(draft: Draft, command: SubmitFile) -> Refusal | None:
    """The file goes to BKN; where BKN had returned it, the term goes on with the days that were left.

    It goes there again, and the case stays where it is, if the consideration ran out before the decree.
    """
    case, authority = draft.case, draft.case.considered_by
    assert authority is not None, "a file is submitted where the passage asks for a consideration"
    if refused := _unshown(draft, command, carries=False):
        return refused
    event = FileSubmitted(
        authority=authority,
        round=case.consideration.rounds + 1,
        dated=command.date,
        letter=Letter(number=command.number, document=command.document),
    )
    if case.status is Status.AWAITING_SUBMISSION:
        go_on(draft, event)
    else:
        draft.add(event)
    return None


def record_consideration(draft: Draft, command: RecordConsideration) -> Refusal | None:
    """BKN's answer. Silence is none: until there is one the case waits, and those above are told.

    BKN answers when it answers: on hold, or while the case looks for a seat again, the answer is recorded and counts
    when the case is back where it waited for it.
    """
    case, authority = draft.case, draft.case.considered_by
    assert authority is not None, "a consideration is recorded where the passage asks for one"
    issued = command.outcome is ConsiderationOutcome.ISSUED
    if refused := _unshown(draft, command, issued):
        return refused
    months = _passage(draft).consideration_months
    until = add_months(command.date, months) if issued and months else None
    if until is not None and until < draft.facts.today:
        return refuse(RefusalCode.CONSIDERATION_EXPIRED, valid_until=until.isoformat())
    event = ConsiderationRecorded(
        authority=authority,
        outcome=command.outcome,
        dated=command.date,
        valid_until=until,
        stopped=draft.stopped_outside() if command.outcome is ConsiderationOutcome.RETURNED else None,
        letter=Letter(number=command.number, document=command.document),
    )
    if case.status is not Status.AWAITING_TECHNICAL_CONSIDERATION:
        draft.add(event)
    elif command.outcome is ConsiderationOutcome.REFUSED:
        draft.add(event.model_copy(update={"move": draft.move_to(Status.REFUSED_OUTSIDE)}))
    else:
        go_on(draft, event)
    return None


def _passage(draft: Draft) -> PassagePolicy:
    return draft.facts.policy.routes[draft.case.kind].passages[draft.case.passage.way]


def record_outside_decision(draft: Draft, command: RecordOutsideDecision) -> Refusal | None:
    """The Minister or BKN decided. An approval needs all that a decision of the governor's would need."""
    case, facts, decider = draft.case, draft.facts, draft.case.passage.decided_by
    if refused := _unshown(draft, command, command.decision is DecisionChoice.APPROVE):
        return refused
    recorded = {
        "decision": command.decision,
        "decided_by": decider,
        "against_advice": command.decision is DecisionChoice.APPROVE and choosing.against_advice(case),
        "dated": command.date,
        "letter": Letter(number=command.number, document=command.document),
    }
    if command.decision is DecisionChoice.REJECT:
        draft.add(DecisionMade.model_validate({**recorded, "move": draft.move_to(Status.REFUSED_OUTSIDE)}))
        return None
    if refused := refuse_without_post(draft) or undecidable(case, facts.today) or refuse_unfit(draft):
        return refused
    if lacking := catalogue.blocking(case, facts.policy, facts.today, Act.DECIDE):
        return refuse(RefusalCode.DOCUMENTS_MISSING, documents=lacking)
    target = facts.target
    assert target is not None, "the target is gathered for a decision"
    closed = windows.closed_windows(case, facts, target, facts.today)
    own = ConsentItem(issuer=_CONSENTS_BY_DECIDING[decider], number=command.number, date=command.date)
    if refusal := windows.gate(closed, facts, (*command.consents, own)):
        return refusal
    given = (*command.consents, own) if closed else command.consents
    approved(draft, given, windows.grounds(closed), recorded)
    return None


def close_refused(draft: Draft, command: CloseRefused) -> Refusal | None:
    """What another agency refused is not carried on: HR says so, and why."""
    draft.add(CaseEnded(outcome=Outcome.EXTERNAL_REFUSED, move=terms.closing(Outcome.EXTERNAL_REFUSED)))
    draft.release_seat()
    return None


def _misdated(draft: Draft, day: date) -> Refusal | None:
    return refuse(RefusalCode.DATE_IN_FUTURE, field="date") if day > draft.facts.today else None


def _unshown(draft: Draft, command: _Letter, carries: bool) -> Refusal | None:
    """Why a letter does not count: dated in the future, or not shown by a document of the case.

    The policy says which letters need one; only those that carry the case on do.
    """
    if refused := _misdated(draft, command.date):
        return refused
    if command.document is None:
        wanted = carries and command.act in _passage(draft).documented
        return refuse(RefusalCode.LETTER_DOCUMENT_REQUIRED) if wanted else None
    return papers.unusable(draft.case, command.document)
