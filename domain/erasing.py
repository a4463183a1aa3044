"""When the personal content of a case may be erased: its term is over, nothing holds it, and two people want it.

UU 27/2022 Pasal 42-44 has personal data destroyed when the term of the archive schedule is over; how long that is, the
policy in force says. The entries of the ledger stay, with commitments that nobody can open any more.
"""

from datetime import date, datetime
from typing import NamedTuple

from domain.calendar import local_day
from domain.case import Case
from domain.policy import RetentionPolicy
from domain.refusals import Refusal, RefusalCode, refuse


class Standing(NamedTuple):
    """Where the erasure of a case stands, as the register holds it."""

    proposed_by: str | None = None
    confirmed: bool = False
    erased: bool = False
    held: bool = False
    """Whether somebody put the case under a legal hold."""


def over_on(case: Case, now: datetime) -> date | None:
    """The day a case was over for good; None while it is not."""
    if not case.final_at(now):
        return None
    return local_day(case.undo.until if case.undo else case.since)


def erasable_from(case: Case, retention: RetentionPolicy, now: datetime) -> date | None:
    """The first day on which a case may be erased; None while it is not over."""
    over = over_on(case, now)
    if over is None:
        return None
    try:
        return over.replace(year=over.year + retention.years)
    except ValueError:  # 29 February
        return date(over.year + retention.years, 3, 1)


def may_propose(
    case: Case, retention: RetentionPolicy | None, standing: Standing, now: datetime, by: str
) -> Refusal | None:
    """Whether somebody may propose to erase a case."""
    return _may(case, retention, standing, now, by) or (
        refuse(RefusalCode.ERASURE_PROPOSED) if standing.proposed_by else None
    )


def may_confirm(
    case: Case, retention: RetentionPolicy | None, standing: Standing, now: datetime, by: str
) -> Refusal | None:
    """Whether somebody may confirm what another person proposed."""
    if refusal := _may(case, retention, standing, now, by):
        return refusal
    if standing.proposed_by is None:
        return refuse(RefusalCode.ERASURE_NOT_PROPOSED)
    if standing.proposed_by == by:
        return refuse(RefusalCode.SECOND_PERSON_REQUIRED)
    return None


def _may(case: Case, retention: RetentionPolicy | None, standing: Standing, now: datetime, by: str) -> Refusal | None:
    if by == case.subject:
        return refuse(RefusalCode.OWN_CASE)
    if standing.erased or standing.confirmed:
        return refuse(RefusalCode.ALREADY_ERASED)
    if standing.held:
        return refuse(RefusalCode.LEGAL_HOLD)
    if retention is None:
        return refuse(RefusalCode.RETENTION_WITHOUT_TERM)
    first = erasable_from(case, retention, now)
    if first is None:
        return refuse(RefusalCode.CASE_NOT_OVER)
    if local_day(now) < first:
        return refuse(RefusalCode.RETENTION_RUNS, until=first.isoformat(), years=retention.years)
    return None
