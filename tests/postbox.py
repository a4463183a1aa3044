"""A real SMTP server for tests: keeps what it is sent, and can be told to misbehave."""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from runtime.servers import free_port


class Postbox:
    """Listens on a port of its own. `answer` is what it says to a message; closed, it is unreachable."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mail: list[EmailMessage] = []
        self.answer = "250 OK"
        self.refuses: set[str] = set()
        """Addresses that are refused for good."""
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", self.port)

    async def close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None

    async def __aenter__(self) -> "Postbox":
        await self.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.mail.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        return [m for m in self.mail if m["To"] == address]
