"""Every access counts: who is shown personal data of others, and who was not, is written down before he is answered."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.types import Scope

from api import schemas as out
from api.deps import Now, Services, ServicesDep, ViewerDep
from store.accesses import AccessOutcome, Asked, named, record_access
from store.cases import CaseRow
from store.tables import AccessRow
from store.viewing import Viewer

ALSO_READING = frozenset({"preview_case"})
"""Operations that read though they are no GET: what they ask for is no matter for an address."""
_TURNED_AWAY = {403: AccessOutcome.REFUSED, 404: AccessOutcome.ABSENT}
_DOCUMENT_ID = re.compile(r"d_[a-z2-7]{26}")


def operation_of(scope: Scope) -> str:
    """What the log calls the address: the operation of the API, or the page by its name."""
    route = scope["route"]
    return str(getattr(route, "operation_id", None) or f"page:{route.name}")


class Access(NamedTuple):
    """Somebody who asks for personal data by one request."""

    services: Services
    viewer: Viewer
    now: datetime
    operation: str
    request_id: str | None

    async def case(self, connection: AsyncConnection, row: CaseRow) -> None:
        """He is shown a case, or something of it. One's own is one's own affair."""
        await self._shown(connection, self.viewer.looks_as(row.case), subject_id=row.case.subject, case_id=row.case.id)

    async def person(self, connection: AsyncConnection, subject: str, agency: str | None) -> None:
        """He is shown what the register knows about somebody, who is in this agency."""
        capacity = self.viewer.looks_over(frozenset({agency} if agency else ()))
        await self._shown(connection, capacity, subject_id=subject)

    async def people(self, connection: AsyncConnection, shown: Iterable[str | None]) -> None:
        """He is shown a list of people; himself does not count."""
        others = len({person for person in shown if person != self.viewer.person})
        if others:
            await self._shown(connection, self.viewer.looks_over(), people=others)

    async def taken(self, connection: AsyncConnection, people: int) -> str:
        """He takes a table along, with so many others in it, were it none; as what, for the file to say."""
        capacity = self.viewer.looks_over()
        asked = Asked(self.now, self.viewer.person, capacity, self.operation, AccessOutcome.READ, self.request_id)
        await record_access(connection, asked._replace(people=people))
        return capacity

    async def document(self, row: CaseRow, document: str, outcome: AccessOutcome, capacity: str) -> None:
        """What became of his wish to read a document, his own too."""
        asked = Asked(self.now, self.viewer.person, capacity, self.operation, outcome, self.request_id)
        async with self.services.reading() as connection:
            about = asked._replace(case_id=row.case.id, subject_id=row.case.subject, document_id=document)
            await record_access(connection, about)

    async def _shown(
        self, connection: AsyncConnection, capacity: str, *, subject_id: str | None = None, case_id: str | None = None,
        people: int | None = None,
    ) -> None:  # fmt: skip
        if subject_id == self.viewer.person:
            return
        asked = Asked(self.now, self.viewer.person, capacity, self.operation, AccessOutcome.READ, self.request_id)
        await record_access(connection, asked._replace(subject_id=subject_id, case_id=case_id, people=people))


async def access(request: Request, services: ServicesDep, viewer: ViewerDep, now: Now) -> Access:
    return Access(services, viewer, now, operation_of(request.scope), request.state.request_id)


AccessDep = Annotated[Access, Depends(access)]


async def note_turned_away(scope: Scope, status: int) -> None:
    """Write down that somebody who is known read nothing because he may not, or because there is nothing.

    Both are written alike, so that the time it takes does not tell one from the other. What he typed is not kept.
    """
    state, route = scope.get("state", {}), scope.get("route")
    person = state.get("person")
    if status not in _TURNED_AWAY or person is None or route is None:
        return
    operation = operation_of(scope)
    if scope["method"] != "GET" and operation not in ALSO_READING:
        return
    asked_for = scope.get("path_params", {})
    document = str(asked_for.get("document_id", ""))
    services: Services = scope["app"].state.services
    async with services.reading() as connection:
        case_id, subject = await named(connection, asked_for.get("case_id"), asked_for.get("employee_id"))
        asked = Asked(datetime.now(UTC), person, "none", operation, _TURNED_AWAY[status], state.get("request_id"))
        document_id = document if case_id and _DOCUMENT_ID.fullmatch(document) else ""
        await record_access(connection, asked._replace(case_id=case_id, subject_id=subject, document_id=document_id))


def access_page(
    services: Services, rows: list[AccessRow], limit: int, bound: Sequence[str | None]
) -> out.Page[out.AccessOut]:
    """A page of the log; `rows` has one more than the page where there are more."""
    more, rows = len(rows) > limit, rows[:limit]
    return out.Page(
        items=[_access(r) for r in rows],
        next_cursor=services.cursors.write([rows[-1].id], bound) if more else None,
        has_more=more,
    )


def _access(row: AccessRow) -> out.AccessOut:
    told = row.model_dump(include=set(out.AccessOut.model_fields))
    return out.AccessOut(**{**told, "document_id": row.document_id or None})
