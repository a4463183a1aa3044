"""The post: send first, then mark. A crash between the two repeats a message under its Message-ID; none is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Protocol

import aiosmtplib
import structlog
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import calls
from activities.mail import compose
from store import outbox
from store.failpoint import failpoint
from store.outbox import Unsent
from workflows.contract import Delivered, Delivery

log = structlog.get_logger("mutasi.notices")

MAILS = Counter("mutasi_mails_total", "Attempts to send a notice by this worker", ["outcome"])


class Refused(Exception):
    """The far side refused this message for good: no use in trying again."""


class Unreachable(Exception):
    """The far side could not be reached, or put the message off: try again later."""


class Postman(Protocol):
    """Sends mail. Raises `Refused` or `Unreachable`."""

    def session(self) -> "AsyncPostSession": ...


class AsyncPostSession(Protocol):
    async def __aenter__(self) -> "AsyncPostSession": ...
    async def __aexit__(self, *exc: object) -> None: ...
    async def send(self, notice: Unsent) -> None: ...


class Smtp:
    """A mail server, one connection for each round of deliveries."""

    def __init__(
        self, host: str, port: int, sender: str, username: str | None = None, password: str | None = None,
        tls: bool = False, timeout: float = 10,
    ) -> None:  # fmt: skip
        self._options = {
            "hostname": host,
            "port": port,
            "use_tls": tls,
            "start_tls": False if tls else None,
            "username": username,
            "password": password,
            "timeout": timeout,
        }
        self.sender = sender

    def session(self) -> "SmtpSession":
        return SmtpSession(aiosmtplib.SMTP(**self._options), self.sender)  # type: ignore[arg-type]


class SmtpSession:
    """One connection, opened with the first message."""

    def __init__(self, client: aiosmtplib.SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender

    async def __aenter__(self) -> "SmtpSession":
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._client.is_connected:
            self._client.close()

    async def send(self, notice: Unsent) -> None:
        await self.post(compose(notice, self._sender, datetime.now(UTC)))

    async def post(self, message: EmailMessage) -> None:
        """Hand a message to the server."""
        try:
            if not self._client.is_connected:
                await self._client.connect()
            await self._client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(r.code >= 500 for r in error.recipients):
                raise Refused(str(error.recipients[0].code)) from error
            raise Unreachable(str(error.recipients[0].code)) from error
        except aiosmtplib.SMTPDataError as error:
            raise (Refused if error.code >= 500 else Unreachable)(str(error.code)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # A wrong password or a sender not allowed is our fault, not this message's: mending it sends them all.
            raise Unreachable(_named(error)) from error


def _named(error: Exception) -> str:
    code = getattr(error, "code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


class Notices:
    """Delivers what the outbox of one case holds: calls to a line first, which no mail server can keep back."""

    def __init__(self, engine: AsyncEngine, postman: Postman) -> None:
        self._engine = engine
        self._postman = postman

    @activity.defn(name="deliver_notices")
    async def deliver(self, delivery: Delivery) -> Delivered:
        """Send what is due. Raises, to be tried again, while something could not be sent and may yet be."""
        given_up: list[str] = []
        unreachable: str | None = None
        async with beating(), self._postman.session() as session:
            called = await calls.carry_out(self._engine, delivery)
            for notice in await self._due(delivery):
                try:
                    await self._send(session, notice)
                except Refused as refused:
                    await self._failed(notice, f"refused {refused}")
                    given_up.append(notice.key)
                except Unreachable as fault:
                    await self._failed(notice, f"unreachable {fault}")
                    if notice.expired:
                        given_up.append(notice.key)
                    else:
                        unreachable = str(fault)
        if unreachable and not given_up:
            raise ApplicationError(
                f"mail could not be delivered yet: {unreachable}",
                type="MailUnreachable",
                category=ApplicationErrorCategory.BENIGN,
            )
        if not called and not given_up:
            raise ApplicationError(
                "a line could not be called yet", type="LineUnreachable", category=ApplicationErrorCategory.BENIGN
            )
        return Delivered(undelivered=tuple(given_up), post_at=await self._next(delivery, given_up))

    async def _due(self, delivery: Delivery) -> list[Unsent]:
        async with self._engine.begin() as connection:
            return await outbox.due(connection, delivery.case_id, delivery.at)

    async def _send(self, session: AsyncPostSession, notice: Unsent) -> None:
        failpoint("notice.before_send")
        await session.send(notice)
        failpoint("notice.after_send")
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await outbox.mark(connection, notice.id, "sent", sent_at=datetime.now(UTC))
        failpoint("notice.after_mark")
        MAILS.labels("sent").inc()
        log.info("notice.sent", case=notice.case_id, key=notice.key, template=notice.template)

    async def _failed(self, notice: Unsent, fault: str) -> None:
        async with self._engine.begin() as connection:
            await outbox.mark(connection, notice.id, "failed", fault=fault)
        MAILS.labels("failed").inc()
        log.warning("notice.failed", case=notice.case_id, key=notice.key, template=notice.template, fault=fault)

    async def _next(self, delivery: Delivery, given_up: list[str]) -> datetime | None:
        async with self._engine.begin() as connection:
            return await outbox.next_post(connection, delivery.case_id, besides=given_up)


@asynccontextmanager
async def beating() -> AsyncIterator[None]:
    """Tell the engine that this attempt is alive, so that a dead worker is noticed within seconds."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(1)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
