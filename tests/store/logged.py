"""A register with a transparency log to test with: entries of invented cases, written as the commit writes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import CommentMade
from domain.refusals import RefusalCode, refuse
from proof.note import Key, public_of
from store import ledger
from store.attempts import record_refusal
from store.engine import app_engine, owner_engine
from store.ledger import Header
from store.log_audit import Held, Report, audit
from store.sequencing import Sequencer
from store.tables import LEDGER, PRIVATE_VALUE

ORIGIN = "mutasi.example.test/log"
KEY = b"\x01" * 32
LOG_KEY = Key(ORIGIN, public_of(KEY))


class Logged:
    """A register, its sequencer, and who writes to it."""

    def __init__(self, owner_url: str) -> None:
        self.owner_url = owner_url
        self.engine: AsyncEngine = app_engine(owner_url.replace("postgres@", "mutasi_app@"), 5)
        self.ring = {"k1": KEY}
        self.sequencer = Sequencer(self.engine, ORIGIN, lambda: self.ring)
        self._heads: dict[str, tuple[int, bytes]] = {}

    async def write(self, case: str, entries: int = 1, at: datetime | None = None, **columns: Any) -> None:
        """Entries of a case, in a commit of their own."""
        async with self.engine.begin() as connection:
            await self.append(connection, case, entries, at, **columns)

    async def append(
        self, connection: AsyncConnection, case: str, entries: int = 1, at: datetime | None = None, **columns: Any
    ) -> None:
        """Entries of a case, in a transaction of the caller's."""
        seq, head = self._heads.get(case, (0, b""))
        at = at or datetime.now(UTC)
        header = Header(case, at, "p_hr", "Baharuddin", None, f"k-{case}-{seq}", "f" * 64, f"mutation/{case}", "run")
        made = ledger.entries(
            header, seq + 1, head or None, [CommentMade(text=case, visible_to_employee=True)] * entries
        )
        for entry in made:
            values = {
                "case_id": case, "seq": entry.seq, "type": entry.type, "at": at, "actor": "p_hr",
                "command_id": header.command_id, "policy": header.policy, "body": entry.body, "hash": entry.hash,
            }  # fmt: skip
            await connection.execute(insert(LEDGER).values({**values, **columns}))
            for path, (salt, value) in entry.private.items():
                kept = {"case_id": case, "seq": entry.seq, "path": path, "salt": salt, "value": value}
                await connection.execute(insert(PRIVATE_VALUE).values(kept))
        self._heads[case] = (made[-1].seq, made[-1].hash)

    async def refuse(self, case: str) -> None:
        refusal = refuse(RefusalCode.NOT_AUTHORISED, act="verify")
        await record_refusal(self.engine, refusal, case_id=case, act="verify", actor="p_x", at=datetime.now(UTC))

    async def tamper(self, statement: str, **params: Any) -> None:
        """A statement of somebody with the rights of the owner, who takes the triggers away first."""
        engine = owner_engine(self.owner_url)
        try:
            with engine.begin() as connection:
                connection.execute(text("SET session_replication_role = replica"))
                assert connection.execute(text(statement), params).rowcount != 0, "nothing was tampered with"
        finally:
            engine.dispose()

    async def audit(self, *held: Held, trusted: tuple[Key, ...] = (), later: timedelta = timedelta(0)) -> Report:
        return await audit(self.engine, datetime.now(UTC) + later, held, trusted)

    async def faults(self, *held: Held, **options: Any) -> set[tuple[str, str]]:
        """Kinds and places of what an audit finds."""
        return {(f.kind, f.where) for f in (await self.audit(*held, **options)).faults}

    async def rows(self, statement: str, **params: Any) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(statement), params)).all())


@asynccontextmanager
async def logged(owner_url: str) -> AsyncIterator[Logged]:
    register = Logged(owner_url)
    try:
        yield register
    finally:
        await register.engine.dispose()
