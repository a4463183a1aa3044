"""The held seat and the line of a case, as one caller sees them."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from api import presenting
from api import schemas as out
from api.position_map import holds_of
from domain import lines
from domain.case import Case
from domain.facts import Facts
from runtime import i18n
from store.gathering import Gatherer
from store.seats import line
from store.viewing import Viewer


def lease_out(case: Case, facts: Facts, language: str) -> out.LeaseOut | None:
    """Until when the seat is held; None where it is not, or without an end."""
    lease, policy = case.lease, facts.policy.seat_hold
    if lease is None or policy is None:
        return None
    return out.LeaseOut(
        due=presenting.due(lease.due, language),
        renewals=lease.renewals,
        renewals_left=max(0, policy.max_renewals - lease.renewals),
        stands_still=lease.stopped_on is not None,
    )


async def line_out(
    gatherer: Gatherer, connection: AsyncConnection, viewer: Viewer, case: Case, today: date, language: str
) -> out.LineOut | None:
    """The place in the line, how long it is, and what the case waits for; None where it waits for no seat."""
    if case.waiting is None:
        return None
    position = case.to_post.position
    others = await line(connection, position, case.id)
    holds, _ = await holds_of(gatherer, connection, viewer, position, today)
    return out.LineOut(
        place=lines.place(case, others),
        length=1 + len(others),
        since=case.waiting.since,
        called=presenting.due(case.called.due, language) if case.called else None,
        holds=holds,
        text=i18n.text("line.order", language),
    )
