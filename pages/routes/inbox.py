"""What waits for whoever looks, the cases he may see, and finding one of them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from api import schemas as out
from api.routes.cases import list_cases
from api.routes.work import NoticeIds, list_notices, list_tasks, mark_notices_read
from domain import nip
from domain.calendar import Calendar, local_day
from domain.vocabulary import Act, Stage
from pages.forms import FormDep
from pages.frame import Page, PageDep
from pages.words import Term, term
from store.cases import Filter
from store.people import positions

router = APIRouter()

PER_PAGE = 50
_MOST = 200


class View(StrEnum):
    """Which of one's tasks."""

    MINE = "mine"
    LATE = "late"


class CaseView(StrEnum):
    """Which of the cases one may see."""

    ALL = "all"
    LATE = "late"
    CLOSED = "closed"


class Row(NamedTuple):
    """A line of a list: a case, and what is asked or comes next."""

    href: str
    name: str
    number: str
    origin: str | None
    target: str
    stage: str
    asked: str
    is_mine: bool
    term: Term | None
    flags: list[str]


Cursor = Annotated[str | None, Query(max_length=1000)]


@router.get("/")
async def inbox(asked: PageDep, view: View = View.MINE) -> Response:
    """What waits for whoever looks, the most urgent first."""
    async with asked.services.reading() as connection:
        found = await list_tasks(
            asked.services, connection, asked.access, asked.viewer, asked.now, asked.language, _MOST
        )
        calendar = await asked.services.gatherer.calendar(connection, local_day(asked.now))
        codes = {code for task in found.items for code in (task.from_position, task.to_position) if code}
        posts = await positions(connection, sorted(codes))
    named = {code: f"{post.title}, {post.unit_name}" for code, (post, _) in posts.items()}
    late = [task for task in found.items if task.overdue]
    shown = late if view is View.LATE else found.items
    return asked.show(
        "inbox.html", nav="inbox", view=view, waiting=len(found.items), late=len(late), more=found.has_more,
        rows=[_of_task(task, asked, calendar, named) for task in shown],
    )  # fmt: skip


def _of_task(task: out.MyTaskOut, asked: Page, calendar: Calendar, named: Mapping[str, str]) -> Row:
    elsewhere = asked.text("page.elsewhere")
    return Row(
        href=f"/cases/{task.case_id}",
        name=task.employee or asked.text("page.unnamed"),
        number=task.number,
        origin=named.get(task.from_position, elsewhere) if task.from_position else None,
        target=named.get(task.to_position, elsewhere),
        stage=asked.text(f"stage.{task.stage}"),
        asked=_wanted(task, asked),
        is_mine=True,
        term=_term(task.due_at, asked, calendar),
        flags=[asked.text(f"flag.{flag}") for flag in task.flags],
    )


def _wanted(task: out.MyTaskOut, asked: Page) -> str:
    """What is asked: the act, where it is one; else what the case waits for. That it can be returned needs no word."""
    acts = [act for act in task.acts if act is not Act.RETURN]
    return asked.text(f"act.{acts[0]}") if len(acts) == 1 else asked.text(f"status.{task.status}")


def _term(at: datetime | None, asked: Page, calendar: Calendar) -> Term | None:
    return term(at, asked.now, calendar, asked.language) if at else None


@router.get("/cases")
async def cases(
    asked: PageDep, view: CaseView = CaseView.ALL, stage: Stage | None = None, cursor: Cursor = None
) -> Response:
    """The cases whoever looks may see, newest first."""
    wanted = Stage.CLOSED if view is CaseView.CLOSED else stage
    late = True if view is CaseView.LATE else None
    async with asked.services.reading() as connection:
        found = await list_cases(
            asked.services, connection, asked.access, asked.viewer, asked.now, asked.language,
            Filter(stage=wanted, overdue=late), limit=PER_PAGE, cursor=cursor,
        )  # fmt: skip
        calendar = await asked.services.gatherer.calendar(connection, local_day(asked.now))
    return asked.show(
        "cases.html", nav="cases", view=view, stage=stage, stages=[s for s in Stage if s is not Stage.CLOSED],
        rows=[_of_case(item, asked, calendar) for item in found.items], next_cursor=found.next_cursor,
    )  # fmt: skip


def _of_case(case: out.CaseSummary, asked: Page, calendar: Calendar) -> Row:
    closed = case.outcome is not None
    return Row(
        href=f"/cases/{case.id}",
        name=case.employee.name or asked.text("page.unnamed"),
        number=case.number,
        origin=f"{case.from_.title}, {case.from_.unit}" if case.from_ else None,
        target=f"{case.to.title}, {case.to.unit}",
        stage=asked.text(f"stage.{case.stage}"),
        asked=asked.text(f"outcome.{case.outcome}") if closed else asked.text(f"status.{case.status}"),
        is_mine=False,
        term=None if closed or case.due is None else _term(case.due.at, asked, calendar),
        flags=[asked.text(f"flag.{flag}") for flag in case.flags],
    )


@router.get("/search")
async def search_page(asked: PageDep) -> Response:
    """A box to search with, for phones."""
    return asked.show("search.html", nav="search", q="", rows=None, fault=None)


@router.post("/search")
async def search(asked: PageDep, given: FormDep) -> Response:
    """Find a case by name, NIP or number. What was typed travels in the body: a NIP belongs in no address.

    One hit that is exact, by NIP or number, is opened at once.
    """
    q = given.one("q")[:200]
    if not q or not q.isprintable():
        return asked.show("search.html", HTTPStatus.UNPROCESSABLE_ENTITY, nav="search", q="", rows=None, fault="empty")
    async with asked.services.reading() as connection:
        found = await list_cases(
            asked.services, connection, asked.access, asked.viewer, asked.now, asked.language, Filter(q=q),
            limit=PER_PAGE,
        )  # fmt: skip
        calendar = await asked.services.gatherer.calendar(connection, local_day(asked.now))
    number = nip.normalised(q)
    exact = (number.isdecimal() and len(number) == 18) or any(i.number == q.upper() for i in found.items)
    if exact and len(found.items) == 1:
        return RedirectResponse(f"/cases/{found.items[0].id}", HTTPStatus.SEE_OTHER)
    return asked.show(
        "search.html", nav="search", q=q, rows=[_of_case(item, asked, calendar) for item in found.items], fault=None
    )


@router.get("/notices")
async def notices(asked: PageDep, cursor: Cursor = None) -> Response:
    """What whoever looks was told, newest first."""
    async with asked.services.reading() as connection:
        found = await list_notices(
            asked.services, connection, asked.viewer, asked.now, asked.language, limit=PER_PAGE, cursor=cursor
        )
    return asked.show("notices.html", nav="notices", items=found.items, next_cursor=found.next_cursor)


@router.post("/notices")
async def notices_read(asked: PageDep, given: FormDep) -> Response:
    """Mark what was read."""
    ids = [int(text) for text in given.many("id")[:_MOST] if text.isdecimal() and len(text) < 16]
    if ids:
        await mark_notices_read(asked.services, asked.viewer, NoticeIds(ids=ids))
    return RedirectResponse("/notices", HTTPStatus.SEE_OTHER)
