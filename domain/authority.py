"""Authority: in what capacity a person may do an act on a case, judged at the instant of the act.

The API says who acts; this says as what. Separation of duties follows the acting human, whatever hat he wears.
"""

from collections.abc import Iterable
from typing import NamedTuple

from domain.case import Case
from domain.commands import Proposal
from domain.facts import Actor, Facts, OfficeHeld
from domain.passages import OFFICES_OF_STEPS
from domain.refusals import Refusal, RefusalCode, refuse
from domain.rules import restricting_windows
from domain.vocabulary import Act, Capacity, Mandate, Office, Origin, WindowKind

HR = frozenset({Office.HR_OFFICER, Office.HR_HEAD})
HEADS = frozenset({Office.AGENCY_HEAD, Office.REGIONAL_SECRETARY, Office.HR_HEAD, Office.INSPECTOR})
"""Offices whose holder is the head of the unit the office belongs to (`data-formats.md` 6)."""

SUBJECT_ACTS = frozenset(
    {
        Act.CONTEST_DATA,
        Act.RESPOND,
        Act.ACKNOWLEDGE,
        Act.WITHDRAW,
        Act.FILE_OBJECTION,
        Act.WITHDRAW_OBJECTION,
    }
)
"""Acts of the civil servant concerned, done in no office."""

_HR_ACTS = frozenset(
    {
        Act.SUPPLY_DOSSIER,
        Act.OVERRIDE_RULE,
        Act.CONFIRM_OVERRIDE,
        Act.CLOSE_INELIGIBLE,
        Act.CONFIRM_NEED,
        Act.PROPOSE_ALTERNATIVE,
        Act.ANSWER_OBJECTION,
        Act.RECORD_BRIEFING,
        Act.VERIFY,
        Act.ISSUE_DECREE,
        Act.HOLD,
        Act.RESUME,
        Act.CANCEL,
        Act.JUDGE_DOCUMENT,
        Act.DECLARE_INADMISSIBLE,
        Act.CLOSE_FOR_CAUSE,
        Act.RECHECK_POST,
        Act.RECORD_CONSENT,
        Act.SUBMIT_FILE,
        Act.RECORD_CONSIDERATION,
        Act.RECORD_OUTSIDE_DECISION,
        Act.CLOSE_REFUSED,
        Act.RENEW_HOLD,
        Act.DECLINE_SEAT,
    }
)
AS_STRATEGIC_AS_DECIDING = frozenset(
    {
        Act.DECIDE_OBJECTION,
        Act.CORRECT_DECREE,
        Act.REVOKE_DECREE,
        Act.ANNUL_DECREE,
        Act.RATIFY_ASSIGNMENT,
        Act.RENEW_ASSIGNMENT,
        Act.SUSPEND_DECREE,
        Act.LIFT_SUSPENSION,
    }
)
"""Acts that touch what a decision did: whoever may not decide may not do them either."""
_ON_EVERY_ROUTE = frozenset(Office) - {Office.AGENCY_HEAD}
"""Offices that are of no agency's own: whoever holds one speaks in it."""
_OFFICE_OF_STEP = {
    **OFFICES_OF_STEPS,
    # An order to work elsewhere for a time changes no status: an acting governor may sign it (SE BKN 1/SE/I/2021).
    Act.ASSIGN_TEMPORARILY: Office.GOVERNOR,
    **dict.fromkeys(sorted(AS_STRATEGIC_AS_DECIDING), Office.GOVERNOR),
}
TASK_OFFICE: dict[Act, Office] = {**dict.fromkeys(_HR_ACTS, Office.HR_OFFICER), **_OFFICE_OF_STEP}
"""The office whose task an act is on a passage that names no other; heads of units are found by their agency."""
_OF_WHOEVER_DECIDED = AS_STRATEGIC_AS_DECIDING - {Act.RATIFY_ASSIGNMENT, Act.RENEW_ASSIGNMENT}


def office_of(act: Act, case: Case) -> Office | None:
    """The office whose task an act is in this case, where it is one office's, recusals aside.

    What another authority decided about a person who leaves is its own to mend: HR records that.
    """
    if act in _OF_WHOEVER_DECIDED and case.passage.decided_outside and case.to_post.outside:
        return Office.HR_OFFICER
    if act is Act.CONFIRM_DUTY and case.to_post.outside:
        return Office.HR_OFFICER
    return case.passage.office_of(act) or TASK_OFFICE.get(act)


class Standing(NamedTuple):
    """In what capacity an act is done: the office held, or none for the civil servant himself."""

    office: OfficeHeld | None


def standing(case: Case, act: Act, actor: Actor, facts: Facts, on_behalf_of: Act | None = None) -> Standing | Refusal:
    """The capacity in which the actor may do the act now, or why he may not.

    `on_behalf_of` is the task a `return` is made from: whoever holds the task may return it.
    """
    if act in SUBJECT_ACTS:
        return _as_subject(case, act, actor)
    if act is Act.COMMENT:
        return Standing(capacity(case, act, actor, facts))
    if act is Act.ADD_DOCUMENT and actor.person == case.subject:
        return Standing(None)
    task = on_behalf_of or act
    fitting = list(_fitting(case, task, actor, facts))
    if not fitting:
        return refuse(RefusalCode.NOT_AUTHORISED, act=act)
    if act is Act.DECLARE_CONFLICT:
        return _declaring(case, actor, fitting)
    if refusal := conflict(actor.person, case, facts) or _four_eyes(case, task, actor.person):
        return refusal
    refused = {held: _barred_for(case, task, held, facts) for held in fitting}
    clear = [held for held in fitting if refused[held] is None]
    if not clear:
        return refused[fitting[0]] or refuse(RefusalCode.NOT_AUTHORISED, act=act)
    if strategic(act, case, facts):
        binding = [held for held in clear if binds(held, act, case, facts)]
        if not binding and not (act is Act.DECIDE and caretaker_decides(case, clear, facts)):
            return _routine_only(act, clear)
        clear = binding or [held for held in clear if held.mandate is None]
    return Standing(min(clear, key=_rank))


def _rank(held: OfficeHeld) -> tuple[bool, bool]:
    """One's own office before another's, definitive before acting."""
    return held.mandate is not None, held.capacity is not Capacity.DEFINITIVE


def binds(held: OfficeHeld, act: Act, case: Case, facts: Facts) -> bool:
    """Whether strategic acts are open in an office held so: to a definitive holder, or his proxy for what is listed."""
    if held.capacity is not Capacity.DEFINITIVE:
        return False
    law = facts.policy.authority.mandates
    proxied = act in law.proxy_acts and case.to_post.kind in law.proxy_posts
    return held.mandate is None or (held.mandate is Mandate.PROXY and proxied)


def _routine_only(act: Act, fitting: Iterable[OfficeHeld]) -> Refusal:
    mandated = all(held.mandate is not None for held in fitting)
    return refuse(RefusalCode.MANDATE_CAPACITY if mandated else RefusalCode.ACTING_CAPACITY, act=act)


def conflict(person: str, case: Case, facts: Facts) -> Refusal | None:
    """Why somebody takes no part in a case in office: his own, a relative's, one he gains by, or one he declared."""
    if person == case.subject:
        return refuse(RefusalCode.OWN_CASE)
    if person in facts.kin:
        return refuse(RefusalCode.CONFLICT_OF_INTEREST)
    if person in facts.gaining:
        return refuse(RefusalCode.GAINS_FROM_CASE)
    return refuse(RefusalCode.CONFLICT_DECLARED) if person in case.conflicted else None


def _barred_for(case: Case, act: Act, held: OfficeHeld, facts: Facts) -> Refusal | None:
    """What keeps somebody from acting for another. Whom he acts for is bound as he is, and he judges no own work."""
    if held.mandate is None:
        return None
    principal = held.on_behalf_of or ""
    if conflict(principal, case, facts) or _four_eyes(case, act, principal):
        return refuse(RefusalCode.PRINCIPAL_BARRED, act=act)
    prepared = {*case.verifiers, *case.voters, *case.proposers, case.opener}
    settles = strategic(act, case, facts)
    return refuse(RefusalCode.FOUR_EYES, act=act) if settles and held.person in prepared else None


def _declaring(case: Case, actor: Actor, fitting: list[OfficeHeld]) -> Standing | Refusal:
    if actor.person == case.subject:
        return refuse(RefusalCode.OWN_CASE)
    if actor.person in case.conflicted:
        return refuse(RefusalCode.ALREADY_DECLARED)
    return Standing(min(fitting, key=_rank))


def caretaker_decides(case: Case, fitting: Iterable[OfficeHeld], facts: Facts) -> bool:
    """Whether a caretaker governor decides, under a window that then asks for consents (PP 49/2008 Pasal 132A (2))."""
    if facts.target is None or not any(_is_caretaker(held) for held in fitting):
        return False
    windows = restricting_windows(facts, facts.target, case.kind, facts.today)
    return any(w.kind is WindowKind.CARETAKER for w in windows)


def _is_caretaker(held: OfficeHeld) -> bool:
    return held.office is Office.GOVERNOR and held.capacity is Capacity.ACTING_VACANT


def strategic(act: Act, case: Case, facts: Facts) -> bool:
    """Whether an act changes a legal status, or binds the province to others, so that only a definitive holder may."""
    asked = Act.DECIDE if act in AS_STRATEGIC_AS_DECIDING else act
    return asked in facts.policy.authority.strategic or asked in case.passage.strategic


def may_open(proposal: Proposal, facts: Facts) -> Standing | Refusal:
    """Who may preview or open: HR for anyone but himself, a civil servant for himself at own request."""
    actor, subject = facts.actor, facts.dossier.person if facts.dossier else None
    held = next((o for o in actor.offices if o.office in HR and _opens(o, proposal, facts)), None)
    if actor.person == subject and proposal.origin is Origin.OWN_REQUEST:
        return Standing(None)
    if held is None:
        return refuse(RefusalCode.NOT_AUTHORISED, act="open")
    if actor.person == subject:
        return refuse(RefusalCode.OWN_CASE)
    if actor.person in facts.kin:
        return refuse(RefusalCode.CONFLICT_OF_INTEREST)
    return Standing(held)


def _opens(held: OfficeHeld, proposal: Proposal, facts: Facts) -> bool:
    """Whether an opening is within the limits of an office. Nobody opens a case for somebody else."""
    target, left = facts.target, facts.dossier.position if facts.dossier else None
    units = frozenset(code for post in (target, left) if post for code in (post.unit, post.agency))
    return held.scope.covers(units, proposal.kind, target.kind if target else None)


def capacity(case: Case, act: Act, actor: Actor, facts: Facts) -> OfficeHeld | None:
    """In what office somebody speaks or takes back: in none in his own case, else in one that fits the act."""
    return None if actor.person == case.subject else next(iter(_fitting(case, act, actor, facts)), None)


def _as_subject(case: Case, act: Act, actor: Actor) -> Standing | Refusal:
    if actor.person != case.subject:
        return refuse(RefusalCode.NOT_AUTHORISED, act=act)
    if act is Act.WITHDRAW and case.origin is not Origin.OWN_REQUEST:
        return refuse(RefusalCode.NOT_AUTHORISED, act=act)
    return Standing(None)


def _fitting(case: Case, act: Act, actor: Actor, facts: Facts) -> Iterable[OfficeHeld]:
    """Offices of the actor in which the act can be done, best first."""
    for held in actor.offices:
        if held_fits(case, act, held, facts):
            yield held
    law = facts.policy.authority.mandates
    for held in actor.mandates:
        lent = law.leadership if held.mandate is Mandate.PROXY else law.offices
        lends = act not in law.personal and act is not Act.COMMENT and held.office in lent
        if lends and held_fits(case, act, held, facts):
            yield held


def in_scope(held: OfficeHeld, case: Case) -> bool:
    """Whether a case is within the limits of an office or mandate."""
    posts = [post for post in (case.from_post, case.to_post) if post is not None]
    units = frozenset(code for post in posts for code in (post.unit, post.agency))
    return held.scope.covers(units, case.kind, case.to_post.kind, case.stage)


def held_fits(case: Case, act: Act, held: OfficeHeld, facts: Facts) -> bool:
    """Whether an office held is one the act belongs to, by right or because the task went up to it."""
    if held.scope.limits and not in_scope(held, case):
        return False
    if act is Act.UNIT_OPINION:
        return _heads(held, {case.to_post.agency, _origin_agency(case)})
    if act is Act.ADD_DOCUMENT:
        return held.office in HR or _heads(held, {case.to_post.agency, _origin_agency(case)})
    if act is Act.CONFIRM_DUTY and not case.to_post.outside:
        return _heads(held, {case.to_post.agency}) or _stands_in_for_head(case, held, facts)
    if act is Act.RECORD_REVIEW:
        return held.office in HR or _heads(held, {case.to_post.agency})
    if act in (Act.COMMENT, Act.DECLARE_CONFLICT):
        return held.office in _ON_EVERY_ROUTE or _heads(held, {case.to_post.agency, _origin_agency(case)})
    office = office_of(act, case)
    if office is Office.HR_OFFICER:
        return held.office in HR or held.office is case.recusals.get(office)
    return office is not None and held.office is responsible(office, case)


def _origin_agency(case: Case) -> str | None:
    return case.from_post.agency if case.from_post else None


def responsible(office: Office, case: Case) -> Office:
    """The office that holds a task of `office` in this case: itself, or where a recusal sent it."""
    return case.recusals.get(office, office)


def head_office(agency: str, holders: Iterable[OfficeHeld]) -> OfficeHeld | None:
    """The present head of an agency, definitive before acting."""
    heads = [h for h in holders if _heads(h, {agency})]
    return min(heads, key=lambda o: o.capacity is not Capacity.DEFINITIVE, default=None)


def _heads(held: OfficeHeld, agencies: set[str | None]) -> bool:
    return held.office in HEADS and held.unit in agencies


def _stands_in_for_head(case: Case, held: OfficeHeld, facts: Facts) -> bool:
    """A destination without a head who may act: his superior confirms."""
    able = [h for h in facts.holders if _heads(h, {case.to_post.agency}) and not _conflicted(h.person, case, facts)]
    return not able and held.office is facts.policy.authority.superiors.get(Office.AGENCY_HEAD)


def _conflicted(person: str, case: Case, facts: Facts) -> bool:
    return conflict(person, case, facts) is not None


_RECUSED = (Office.REGIONAL_SECRETARY, Office.HR_OFFICER)
"""Offices whose task goes up when nobody who holds them may take part. A board has other members; a head of a unit has
his superior (`_stands_in_for_head`); above the governor there is nobody in the province, and the case waits."""


def recusals(case: Case, facts: Facts) -> list[tuple[Office, Office, str]]:
    """Offices of the route none of whose holders may take part: (office, superior office, ground)."""
    out = []
    for office in _RECUSED:
        hr = office is Office.HR_OFFICER
        holders = [h for h in facts.holders if h.office is office or (hr and h.office in HR)]
        superior = Office.REGIONAL_SECRETARY if hr else facts.policy.authority.superiors.get(office)
        if holders and superior and all(_conflicted(h.person, case, facts) for h in holders):
            out.append((office, superior, _ground(holders, case, facts)))
    return out


def _ground(holders: Iterable[OfficeHeld], case: Case, facts: Facts) -> str:
    persons = {h.person for h in holders}
    if case.subject in persons:
        return "own_case"
    if persons & facts.kin:
        return "kinship"
    return "gain" if persons & facts.gaining else "declared"


def _four_eyes(case: Case, act: Act, person: str) -> Refusal | None:
    """Opener, verifier and decider are three people; a vote and the verification come from two."""
    barred: set[str] = set()
    match act:
        case Act.VERIFY:
            barred = {case.opener, *case.suppliers, *case.voters, *case.deciders}
        case Act.CONFIRM_OVERRIDE:
            barred = {case.override.by, case.override.principal or ""} if case.override else set()
        case Act.CONSIDER:
            barred = set(case.verifiers)
        case Act.AUTHORISE | Act.DECIDE:
            barred = {case.opener, *case.verifiers}
        case Act.RECORD_OUTSIDE_DECISION:
            barred = {case.opener}
        case Act.DECIDE_OBJECTION if office_of(act, case) is Office.HR_OFFICER:
            barred = {case.opener}
    return refuse(RefusalCode.FOUR_EYES, act=act) if person in barred else None
