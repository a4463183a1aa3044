"""One case: who, from where to where, what is asked, why it fits, and everything that happened."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from domain.text import ONE_LINE
from domain.vocabulary import Act, Stage
from pages import timeline
from pages.casefile import as_context, may, offer, opened
from pages.frame import PageDep
from pages.routes.acts import form_for
from pages.timeline import Show
from pages.verdicts import VERDICTS

router = APIRouter()

CaseId = Annotated[str, Path(max_length=40, pattern=ONE_LINE)]


@router.get("/cases/{case_id}")
async def case_page(case_id: CaseId, asked: PageDep, show: Show = Show.ALL, done: Act | None = None) -> Response:
    """A case, as whoever looks may see it. `done` is the act he came from."""
    found = await opened(asked, case_id)
    case, events = found.case, found.events or []
    offered = offer(case)
    inline = next((a for a in offered.asked if a in VERDICTS), None)
    verdict = await form_for(asked, case, inline, uuid.uuid4().hex) if inline else None
    legs = timeline.path(events, case.stage, case.status, asked.language)
    return asked.show(
        "case.html", nav="cases", **as_context(found), verdict=verdict, key=uuid.uuid4().hex,
        asked_acts=[a for a in offered.asked if a is not inline],
        other_acts=[a for a in offered.besides if not (inline and a is Act.RETURN)],
        may_comment=may(case, Act.COMMENT).allowed, done=done, show=show, closed=case.stage is Stage.CLOSED,
        entries=timeline.told(events, show, asked.language) if found.events is not None else None,
        legs=legs, mine=case.employee.id == asked.viewer.person,
    )  # fmt: skip
