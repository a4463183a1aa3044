"""Somebody who acts on the register itself: on offices, mandates, relations. Every refusal is written down."""

import hashlib
import json
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import Depends, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from api.deps import IdempotencyKey
from api.knocking import Knock, KnockDep
from api.problems import Problem
from domain.authority import HR
from domain.calendar import local_day
from domain.policy import Policy
from domain.refusals import Refusal
from store.register_acts import Asked
from store.viewing import Viewer


class Registering(NamedTuple):
    """Who asks, and the key he sends so that the same again is answered and not done twice."""

    knock: Knock
    key: str

    @property
    def viewer(self) -> Viewer:
        return self.knock.viewer

    @property
    def today(self) -> date:
        return local_day(self.knock.now)

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self.knock.services.engine.begin()

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self.knock.services.reading()

    async def policy(self, connection: AsyncConnection) -> Policy:
        return await self.knock.services.gatherer.policy_in_force(connection, self.today)

    async def persons_only(self) -> None:
        if self.viewer.operator:
            raise Problem("forbidden")

    async def hr_only(self, otherwise: Refusal) -> None:
        """Turn away whoever holds no office of HR himself: what is a mandate's is not this."""
        await self.persons_only()
        if not self.viewer.is_hr:
            await self.knock.turn_away(otherwise, str(otherwise.params["act"]))

    def asked(self, route: str, body: BaseModel, policy: Policy) -> Asked:
        viewer, knock = self.viewer, self.knock
        said = json.dumps([route, body.model_dump(mode="json")], sort_keys=True, separators=(",", ":"))
        return Asked(
            by=viewer.person,
            name=viewer.name,
            office=next((o for o in viewer.offices if o.office in HR), next(iter(viewer.offices), None)),
            at=knock.now,
            command_id=hashlib.sha256(f"{viewer.person}\n{route}\n{self.key}".encode()).hexdigest()[:40],
            fingerprint=hashlib.sha256(said.encode()).hexdigest(),
            policy=policy.hash,
            request_id=knock.request_id,
        )

    async def settled(self, act: str, done: str | Refusal, response: Response) -> str:
        """The id of what was done. Raises `Refused`, the attempt recorded."""
        if isinstance(done, Refusal):
            await self.knock.turn_away(done, act)
        return done


async def registering(knock: KnockDep, key: IdempotencyKey) -> Registering:
    return Registering(knock, key)


RegisteringDep = Annotated[Registering, Depends(registering)]
