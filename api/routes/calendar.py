"""The calendar: what it says, the orders that change it, and the deadlines that move with it."""

import asyncio
from datetime import date
from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api import schemas_calendar as out
from api.deps import Now, Reading, ServicesDep, ViewerDep
from api.knocking import Knock, KnockDep
from api.problems import Problem, Refused
from api.routes import problems
from domain.authority import HR
from domain.calendar import local_day
from domain.case import CLOCK
from domain.protocol import Envelope
from domain.refusals import RefusalCode, refuse
from domain.vocabulary import Office
from store import calendar_orders, recomputation
from store.recomputation import Moved

router = APIRouter(tags=["calendar"])

Year = Annotated[int, Path(ge=2000, le=2100)]
HEAD = frozenset({Office.HR_HEAD})
AT_ONCE = 8
"""Commands of a recomputation under way at a time."""


@router.get("/calendar", operation_id="get_calendar", responses=problems(401, 422, 503))
async def get_calendar(
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="This year, if not said.")] = None,
) -> out.CalendarOut:
    """The working-day calendar of a year: days off, orders about single days, and whether its decree is out."""
    today = local_day(now)
    year = year or today.year
    calendar = await services.gatherer.calendar(connection, today)
    before, last = date(year - 1, 12, 31), date(year, 12, 31)
    days = [(d, False, n) for d, n in calendar.excluded_between(before, last)]
    days += [(d, True, n) for d, n in calendar.included_between(before, last)]
    ends = [before, *(date(year, month + 1, 1) - date.resolution for month in range(1, 12)), last]
    return out.CalendarOut(
        version=calendar.version,
        year=year,
        published=year in calendar.published,
        working_days=[calendar.working_days_between(a, b) for a, b in pairwise(ends)],
        days=[out.CalendarDayOut(day=d, working=w, name=n) for d, w, n in sorted(days)],
        overrides=[
            out.OverrideOut.model_validate(o.model_dump()) for o in await calendar_orders.overrides(connection, year)
        ],
        years=[out.CalendarYearOut.model_validate(y.model_dump()) for y in await calendar_orders.years(connection)],
    )


@router.post(
    "/calendar/overrides",
    status_code=201,
    operation_id="override_calendar_day",
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
async def override_calendar_day(order: out.OverrideIn, knock: KnockDep) -> out.OverrideOut:
    """The head of HR makes a day a working day or a holiday. Running deadlines move when they are recomputed."""
    await _holds(knock, HEAD)
    async with knock.services.engine.begin() as connection:
        row = await calendar_orders.override(
            connection, order.day, order.working, order.reason, order.reference, knock.viewer.person
        )
    return out.OverrideOut.model_validate(row.model_dump())


@router.post(
    "/calendar/years/{year}/publication",
    status_code=201,
    operation_id="publish_calendar_year",
    responses=problems(400, 401, 403, 413, 415, 422, 503),
)
async def publish_calendar_year(year: Year, said: out.PublicationIn, knock: KnockDep) -> out.CalendarYearOut:
    """The head of HR declares that the joint decree of a year is out: dates across it are no estimates any more."""
    await _holds(knock, HEAD)
    async with knock.services.engine.begin() as connection:
        row = await calendar_orders.publish(connection, year, said.published, said.reference, knock.viewer.person)
    return out.CalendarYearOut.model_validate(row.model_dump())


@router.post(
    "/calendar/recomputation", operation_id="recompute_deadlines", responses=problems(400, 401, 403, 413, 415, 422, 503)
)
async def recompute_deadlines(
    knock: KnockDep,
    dry_run: Annotated[bool, Query(description="Only say what would move.")] = True,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many deadlines to show, and to move, at most.")] = 200,
) -> out.RecomputationOut:
    """Reckon running deadlines by the present calendar and windows. HR may look; the head of HR may apply.

    Each case gets a command of its own and an entry in its ledger. What is over already stays as it is.
    """
    await _holds(knock, HR if dry_run else HEAD)
    async with knock.services.reading() as connection:
        found = await recomputation.preview(connection, knock.services.gatherer, knock.now)
    chosen = found.moving[:limit]
    done, failed = (set[str](), list[str]()) if dry_run else await _apply(knock, found.calendar, chosen)
    return out.RecomputationOut(
        calendar=found.calendar,
        dry_run=dry_run,
        moving=len(found.moving),
        lapsed=len(found.lapsed),
        unchanged=found.unchanged,
        applied=sum(m.case.id in done for m in found.moving),
        remaining=len(found.moving) if dry_run else _left(found.moving, chosen, failed),
        failed=failed,
        cases=[_moved(m) for m in chosen],
        lapsed_cases=[_moved(m) for m in found.lapsed[:limit]],
    )


async def _apply(knock: Knock, calendar: str, moved: list[Moved]) -> tuple[set[str], list[str]]:
    """Send each case its command, through its workflow like any other; which moved, and whom it did not reach."""
    gate = asyncio.Semaphore(AT_ONCE)
    done, failed = set[str](), list[str]()

    async def send(case_id: str, seq: int) -> None:
        envelope = Envelope(
            id=f"calendar:{calendar}:{case_id}:{seq}",
            kind="recompute",
            actor=CLOCK,
            body={"ordered_by": knock.viewer.person},
        )
        async with gate:
            try:
                if (await knock.services.desk.act(case_id, envelope, knock.now)).seq > seq:
                    done.add(case_id)
            except (Problem, Refused):
                failed.append(case_id)

    at = {m.case.id: m.case.seq for m in moved}
    await asyncio.gather(*(send(case_id, seq) for case_id, seq in at.items()))
    return done, sorted(failed)


def _left(moving: list[Moved], chosen: list[Moved], failed: list[str]) -> int:
    """Deadlines left to move: of cases that were not asked, or not reached. A case moves all of its own."""
    reached = {m.case.id for m in chosen} - set(failed)
    return sum(m.case.id not in reached for m in moving)


def _moved(moved: Moved) -> out.MovedOut:
    case = moved.case
    return out.MovedOut(
        case_id=case.id,
        number=case.number,
        stage=case.stage,
        status=case.status,
        deadline=moved.deadline,
        cause=moved.cause,
        old_on=moved.old.on,
        new_on=moved.new.on,
        old_final_on=moved.old.final_on,
        new_final_on=moved.new.final_on,
    )


async def _holds(knock: Knock, offices: frozenset[Office]) -> None:
    if not knock.viewer.holds(offices):
        await knock.turn_away(refuse(RefusalCode.NOT_AUTHORISED, act="calendar"), "calendar")
