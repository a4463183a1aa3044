"""The local mail sink: keeps every message it is sent as a file, for development and the demo."""

import asyncio
import secrets
import signal
import sys
import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any


class Sink:
    """An SMTP handler that writes each message to a directory, one file each, in the order they came."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        name = f"{time.time_ns()}-{secrets.token_hex(3)}"
        draft = self._directory / f"{name}.part"
        draft.write_bytes(envelope.content)
        draft.rename(self._directory / f"{name}.eml")
        return "250 kept"


def kept(directory: Path) -> list[EmailMessage]:
    """What the sink holds, oldest first."""
    files = sorted(directory.glob("*.eml"))
    return [message_from_bytes(f.read_bytes(), policy=policy.default) for f in files]


async def serve(port: int, directory: Path) -> None:
    """Take mail until a signal asks to stop."""
    from aiosmtpd.smtp import SMTP

    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stop.set)
    server = await loop.create_server(lambda: SMTP(Sink(directory), enable_SMTPUTF8=True), "127.0.0.1", port)
    await stop.wait()
    server.close()
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
