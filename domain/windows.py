"""Restricted windows gate the decision and the decree, not the preparation (`domain.md` 6); and unusual moments.

The law forbids to *replace officials* within a window without written consent (UU 10/2016 Pasal 71(2), 162(3);
PP 49/2008 Pasal 132A). What replaces them is the decree, on the day it is signed and on the day it takes effect: so
the window is asked again when the decree is recorded, for both days. A window entered after the decree does not undo
it: from then on nothing is undone, only superseded (`domain.md` 17), and so it is shown and not enforced.
"""

from collections.abc import Iterable
from datetime import date

from domain import rules
from domain.case import Case
from domain.commands import ConsentItem
from domain.events import Consent
from domain.facts import Facts, Position, Window
from domain.policy import Policy
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import ConsentIssuer, Flag, Office, Stage, Status, TimingMark


def required_consents(window: Window, policy: Policy) -> tuple[ConsentIssuer, ...]:
    """Whose consents open a window: what the policy names for its kind, the Minister's where it names nothing."""
    named = (policy.windows or {}).get(window.kind)
    return named.consents if named else (ConsentIssuer.HOME_MINISTER,)


def closed_windows(case: Case, facts: Facts, target: Position, *days: date) -> list[Window]:
    """Restricted windows open on any of the days that no consent in this case has opened yet."""
    opened = case.opened_windows or ()
    return [w for w in rules.restricting_windows(facts, target, case.kind, *days) if w.ground not in opened]


def gate(
    closed: list[Window], facts: Facts, consents: tuple[ConsentItem, ...], reference: str | None = None
) -> Refusal | None:
    """Whether the consents given open all closed windows; a bare reference is the Minister's."""
    if any(c.date > facts.today for c in consents):
        return refuse(RefusalCode.DATE_IN_FUTURE, field="consents")
    given = {c.issuer for c in consents} | ({ConsentIssuer.HOME_MINISTER} if reference else set())
    wanted = dict.fromkeys(issuer for w in closed for issuer in required_consents(w, facts.policy))
    missing = tuple(issuer for issuer in wanted if issuer not in given)
    if not missing:
        return None
    return refuse(RefusalCode.WINDOW_CLOSED, windows=tuple(w.ground for w in closed), consents=missing)


def recorded(consents: Iterable[ConsentItem]) -> tuple[Consent, ...]:
    return tuple(Consent(issuer=c.issuer, number=c.number, date=c.date) for c in consents)


def grounds(windows: Iterable[Window]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w.ground for w in windows))


def gates_still(case: Case) -> bool:
    """Whether a window can still stop the case: as long as a decree can be recorded."""
    decreeing = case.status in (Status.AWAITING_DECREE, Status.PLACEMENT_BLOCKED)
    return decreeing or case.stage not in (Stage.PLACEMENT, Stage.REVIEW, Stage.CLOSED)


def timing(facts: Facts) -> tuple[TimingMark, ...]:
    """What is unusual about this moment: the hour, the day, the nearness of the end of the governor's term."""
    policy = facts.policy.timing
    if policy is None:
        return ()
    local = facts.now.astimezone(facts.calendar.zone)
    ends = [h.until for h in facts.holders if h.office is Office.GOVERNOR and h.until is not None]
    near = any(0 <= (end - facts.today).days <= policy.term_end_days for end in ends)
    found = {
        TimingMark.OUTSIDE_HOURS: not policy.opens <= local.time() < policy.closes,
        TimingMark.DAY_OFF: not facts.calendar.is_working_day(facts.today),
        TimingMark.TERM_END: near,
    }
    return tuple(mark for mark, holds in found.items() if holds)


def flags(marks: tuple[TimingMark, ...], windows: tuple[str, ...]) -> tuple[Flag, ...]:
    """What everybody who looks at the case should see: decided in a window, or at night before a term ends."""
    at_night = TimingMark.TERM_END in marks and len(marks) > 1
    found = {Flag.RESTRICTED_WINDOW: bool(windows), Flag.UNUSUAL_TIMING: at_night}
    return tuple(flag for flag, holds in found.items() if holds)
