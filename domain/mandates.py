"""Mandates: deputies and proxies of the holders of offices. Dated, scoped, accepted; they end by themselves.

A mandate hangs on an office that its giver holds himself, in the register and on the day of the act: what somebody does
for another he cannot pass on, so a chain is never longer than one.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from domain.commands import Code, Day, Line
from domain.offices import Holding, PersonId, _Part
from domain.policy import MandatePolicy
from domain.refusals import Refusal, RefusalCode, refuse
from domain.scope import Scope
from domain.vocabulary import Mandate, Office


class Naming(_Part):
    """Who acts for the holder of an office, from when to when (both included), and in what.

    `principal` is left out by the holder himself; HR names it when he is away.
    """

    mandate: Mandate = Mandate.DEPUTY
    office: Office
    unit: Code | None = None
    principal: PersonId | None = None
    deputy: PersonId
    first: Day
    last: Day
    scope: Scope = Scope()
    instrument: Line | None = None
    dated: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Naming":
        if self.last < self.first:
            raise PydanticCustomError("ends_before_start", "a mandate ends on its first day or later")
        return self


class Granted(NamedTuple):
    """A mandate as the register holds it."""

    id: str
    mandate: Mandate
    office: Office
    unit: str | None
    principal: str
    deputy: str
    first: date
    last: date
    named_by: str
    by_hr: bool
    state: str
    """`unconfirmed` (named by HR, a second person is asked), `offered`, `accepted` or `ended`."""


def nameable(
    asked: Naming, by: str, is_hr: bool, today: date, law: MandatePolicy, is_person: bool, holdings: Iterable[Holding]
) -> Refusal | None:
    """Why a mandate cannot be given as asked; `holdings` are those of the office in the unit."""
    principal = asked.principal or by
    if principal != by and not is_hr:
        return refuse(RefusalCode.NOT_AUTHORISED, act="name_mandate")
    if not is_person:
        return refuse(RefusalCode.PERSON_UNKNOWN)
    if asked.deputy in (principal, by):
        return refuse(RefusalCode.OWN_DEPUTY)
    if refusal := _kind_of_mandate(asked, principal == by, law):
        return refusal
    if (asked.instrument is None) != (asked.dated is None):
        return refuse(RefusalCode.INSTRUMENT_REQUIRED)
    if asked.first < today:
        return refuse(RefusalCode.DATE_IN_PAST, field="first")
    if asked.dated is not None and asked.dated > today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="dated")
    if (asked.last - asked.first).days >= law.max_days:
        return refuse(RefusalCode.MANDATE_TOO_LONG, days=law.max_days)
    # Held from the first day on; when the office ends, so does the mandate.
    if not any(h.person == principal and h.overlaps(asked.first, asked.first) for h in holdings):
        return refuse(RefusalCode.NOT_HELD)
    return None


def _kind_of_mandate(asked: Naming, himself: bool, law: MandatePolicy) -> Refusal | None:
    if asked.mandate is Mandate.DEPUTY:
        return None if asked.office in law.offices else refuse(RefusalCode.NOT_DEPUTISED)
    if asked.office not in law.leadership:
        return refuse(RefusalCode.PROXY_FOR_LEADERSHIP)
    if not himself:
        return refuse(RefusalCode.PROXY_BY_HOLDER)
    return None if asked.instrument is not None else refuse(RefusalCode.INSTRUMENT_REQUIRED)


def confirmable(granted: Granted, by: str) -> Refusal | None:
    """The second person of HR: neither who named the deputy, nor one of the two."""
    if granted.state != "unconfirmed":
        return refuse(RefusalCode.MANDATE_SETTLED)
    if granted.named_by == by:
        return refuse(RefusalCode.SECOND_PERSON_REQUIRED)
    return refuse(RefusalCode.OWN_OFFICE) if by in (granted.principal, granted.deputy) else None


def acceptable(granted: Granted, by: str, today: date) -> Refusal | None:
    """Only the deputy accepts, once, while there is something left of it."""
    if granted.deputy != by:
        return refuse(RefusalCode.NOT_AUTHORISED, act="accept_mandate")
    if granted.state != "offered" or granted.last < today:
        return refuse(RefusalCode.MANDATE_SETTLED)
    return None


def endable(granted: Granted, by: str, is_hr: bool) -> Refusal | None:
    """The holder revokes, the deputy declines or gives back, and HR takes back what HR named."""
    if by not in (granted.principal, granted.deputy) and not (is_hr and granted.by_hr):
        return refuse(RefusalCode.NOT_AUTHORISED, act="end_mandate")
    return refuse(RefusalCode.MANDATE_SETTLED) if granted.state == "ended" else None
