"""What waits for the caller: his tasks, his notices, and who he is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from api import schemas as out
from api.accessing import AccessDep
from api.deps import CallerDep, Language, Now, Reading, ServicesDep, ViewerDep
from api.problems import Problem
from api.routes import problems
from domain.calendar import local_day
from domain.vocabulary import Office
from runtime import i18n, wording
from store import notice_list, tasks
from store.viewing import Viewer

router = APIRouter(tags=["work"])

Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=1000)]


@router.get("/me", operation_id="get_me", responses=problems(401, 503))
async def get_me(viewer: ViewerDep, caller: CallerDep, services: ServicesDep) -> out.MeOut:
    """Who the caller is, how he signed in, and the offices he holds today."""
    return out.MeOut(
        id=viewer.person,
        name=viewer.name,
        operator=viewer.operator,
        offices=[
            {"office": o.office, "unit": o.unit, "capacity": o.capacity, "instrument": o.instrument}
            for o in viewer.offices
        ],
        mandates=[out.MandateHeldOut.model_validate({**m.model_dump(), "id": m.grant}) for m in viewer.mandates],
        session=caller.session.id if caller.session else None,
        authn=caller.session.authn if caller.session else None,
        demo=services.identity.demo,
    )


@router.get("/tasks", operation_id="list_tasks", responses=problems(400, 401, 422, 503))
async def list_tasks(
    services: ServicesDep,
    connection: Reading,
    access: AccessDep,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> out.Page[out.MyTaskOut]:
    """The caller's open tasks, the most urgent first: his own, and those of the offices he holds."""
    if viewer.operator:
        return out.Page(items=[])
    place = services.cursors.read(cursor, ["tasks", viewer.person])
    after = tasks.TaskPlace(_instant(place[0]), place[1], place[2]) if place else None
    today = local_day(now)
    rows = await tasks.tasks_of(connection, viewer, today, limit + 1, after)
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if more else None
    # A task without an office is one's own; the others are about somebody else.
    await access.people(connection, (t.case_id for t in rows if t.office is not None))
    return out.Page(
        items=[_task(t, viewer, now, language) for t in rows],
        next_cursor=services.cursors.write([last.due_at, last.case_id, last.no], ["tasks", viewer.person])
        if last
        else None,
        has_more=more,
    )


def _task(task: tasks.OpenTask, viewer: Viewer, now: datetime, language: str) -> out.MyTaskOut:
    return out.MyTaskOut(
        case_id=task.case_id,
        number=task.number,
        employee=task.employee_name,
        from_position=task.from_position,
        to_position=task.to_position,
        stage=task.stage,
        status=task.status,
        status_text=i18n.text(f"status.{task.status}.next", language),
        acts=task.acts,
        why_mine=_why(task, viewer),
        on_behalf_of=task.principal if task.principal != viewer.person else None,
        since=task.since,
        due_at=task.due_at,
        overdue=bool(task.due_at and task.due_at < now),
        flags=task.flags,
    )


def _why(task: tasks.OpenTask, viewer: Viewer) -> str:
    """What makes a task this person's: himself, an office of his, or a vacant head he stands in for."""
    if task.office is None:
        return "self"
    if task.principal is not None and task.principal != viewer.person:
        return f"mandate:{task.office}"
    if task.office is Office.AGENCY_HEAD:
        return f"office:agency_head:{task.unit}" if task.unit in viewer.agencies else f"vacant:agency_head:{task.unit}"
    return f"office:{task.office}"


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@router.get("/notices", operation_id="list_notices", responses=problems(400, 401, 422, 503))
async def list_notices(
    services: ServicesDep,
    connection: Reading,
    viewer: ViewerDep,
    now: Now,
    language: Language,
    unread: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> out.Page[out.NoticeOut]:
    """The caller's notices, newest first. A notice appears when its act can no longer be undone."""
    bound = ["notices", viewer.person, unread]
    place = services.cursors.read(cursor, bound)
    before = int(place[0]) if place else None
    rows = await notice_list.mine(connection, viewer.person, now, unread=unread, limit=limit + 1, before=before)
    more, rows = len(rows) > limit, rows[:limit]
    return out.Page(
        items=[_notice(n, language) for n in rows],
        next_cursor=services.cursors.write([rows[-1].id], bound) if more else None,
        has_more=more,
    )


def _notice(item: notice_list.NoticeItem, language: str) -> out.NoticeOut:
    subject, text = wording.notice(item.template, language, item.name, item.params)
    return out.NoticeOut(
        id=item.id,
        case_id=item.case_id,
        template=item.template,
        subject=subject,
        text=text,
        at=item.not_before,
        state=item.state,
        read=item.read_at is not None,
    )


class NoticesRead(BaseModel):
    """Ids of notices that are read now."""

    ids: list[int]


class NoticeIds(BaseModel):
    """Ids of notices."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Field(min_length=1, max_length=200)]


@router.post("/notices/read", operation_id="mark_notices_read", responses=problems(400, 401, 403, 413, 415, 422, 503))
async def mark_notices_read(services: ServicesDep, viewer: ViewerDep, ids: Annotated[NoticeIds, Body()]) -> NoticesRead:
    """Mark one's own notices as read; answers the ids that were one's own."""
    if viewer.operator:
        raise Problem("forbidden")
    async with services.engine.begin() as connection:
        marked = await notice_list.mark_read(connection, viewer.person, ids.ids)
    return NoticesRead(ids=marked)
