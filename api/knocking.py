"""Somebody who asks for something that is no act on a case: what is refused him is written down all the same."""

from datetime import datetime
from typing import Annotated, NamedTuple, NoReturn

from fastapi import Depends, Request

from api.deps import Now, Services, ServicesDep, ViewerDep
from api.problems import Refused
from domain.refusals import Refusal
from store.attempts import record_refusal
from store.viewing import Viewer


class Knock(NamedTuple):
    """Who asks, when, and by which request."""

    services: Services
    viewer: Viewer
    now: datetime
    request_id: str | None

    async def turn_away(self, refusal: Refusal, act: str) -> NoReturn:
        """Record the attempt, and tell the caller. Raises `Refused`."""
        await record_refusal(
            self.services.engine,
            refusal,
            case_id=None,
            act=act,
            actor=self.viewer.person,
            at=self.now,
            request_id=self.request_id,
        )
        raise Refused(refusal)


async def knock(request: Request, services: ServicesDep, viewer: ViewerDep, now: Now) -> Knock:
    return Knock(services, viewer, now, request.state.request_id)


KnockDep = Annotated[Knock, Depends(knock)]
