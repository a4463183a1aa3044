"""The ways out of the house for a signed checkpoint: a directory, mail, a webhook, witnesses that cosign it."""

import asyncio
import base64
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from activities.mail import PRODUCT, message_id
from activities.notices import Refused, Smtp, Unreachable
from proof import checkpoint, note
from proof.checkpoint import Checkpoint
from proof.note import Key, Note, NoteFault
from runtime import i18n
from store.proof_log import Signed
from store.sequencing import Destination

if TYPE_CHECKING:
    import httpx

DAILY = timedelta(hours=23)
"""Least time between two mails: one a day, at the full hour."""
SECONDS = 10
SUFFIX = ".checkpoint"


class Outgoing(NamedTuple):
    """A checkpoint to be sent, and what a witness asks for besides."""

    signed: Signed
    last: int
    """Size of the newest checkpoint that arrived at this destination before; 0 for none."""
    extends: Callable[[int], Awaitable[list[bytes]]]
    """The proof that this checkpoint extends the one of an earlier size."""


class Cosigned(NamedTuple):
    """A witness's line under a checkpoint, and its time."""

    line: str
    at: datetime


class Channel(Protocol):
    """A way out. `send` raises `Unreachable` when the checkpoint did not arrive."""

    to: Destination

    async def send(self, outgoing: Outgoing) -> Cosigned | None: ...


class FileDrop:
    """A directory, best on another machine: one file for each checkpoint, never written over."""

    def __init__(self, directory: Path) -> None:
        self.to = Destination("file", "drop")
        self._directory = directory

    async def send(self, outgoing: Outgoing) -> None:
        try:
            await asyncio.to_thread(self._write, outgoing.signed)
        except OSError as error:
            raise Unreachable(f"{type(error).__name__}: {error.strerror}") from error

    def _write(self, signed: Signed) -> None:
        name = f"{signed.size:012d}-{signed.root.hex()[:16]}{SUFFIX}"
        draft = self._directory / f".{name}.{os.getpid()}"
        with draft.open("w", encoding="utf-8") as file:
            file.write(signed.note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._directory / name)

    def held(self, origin: str) -> list[Checkpoint]:
        """The checkpoints of this log that lie there, whoever signed them. Raises `OSError`, `NoteFault`."""
        return [at for at in (read_checkpoint(f)[1] for f in checkpoint_files(self._directory)) if at.origin == origin]


def checkpoint_files(directory: Path) -> list[Path]:
    """The checkpoints in a directory. Raises `OSError` when there is none."""
    if not directory.is_dir():
        raise NotADirectoryError(f"{directory} is not a directory that can be read")
    return sorted(directory.glob(f"*{SUFFIX}"))


def read_checkpoint(file: Path) -> tuple[Note, Checkpoint]:
    """A signed checkpoint from a file; nothing is verified. Raises `OSError`, `NoteFault`."""
    try:
        signed = note.read(file.read_text(encoding="utf-8"))
        return signed, checkpoint.read(signed.text)
    except (NoteFault, UnicodeDecodeError) as fault:
        raise NoteFault(f"{file.name} is no signed checkpoint: {fault}") from fault


class Mail:
    """The inspectorate's mailbox, once a day."""

    def __init__(self, smtp: Smtp, address: str) -> None:
        self.to = Destination("mail", address, every=DAILY)
        self._smtp = smtp

    async def send(self, outgoing: Outgoing) -> None:
        try:
            async with self._smtp.session() as session:
                await session.post(letter(outgoing.signed, self._smtp.sender, self.to.target))
        except Refused as refused:
            raise Unreachable(f"refused {refused}") from refused


def letter(signed: Signed, sender: str, address: str) -> EmailMessage:
    """The mail with a checkpoint, in both languages, the checkpoint itself attached as it is."""
    host = sender.rpartition("@")[2]
    message = EmailMessage()
    subjects = (i18n.text("checkpoint.subject", language, size=signed.size) for language in ("id", "en"))
    message["Subject"] = " / ".join(subjects)
    message["From"] = f"{PRODUCT} <{sender}>"
    message["To"] = address
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id(f"checkpoint/{signed.size}/{signed.root.hex()}", host)
    message["Auto-Submitted"] = "auto-generated"
    paragraphs = (i18n.text("checkpoint.body", language) for language in ("id", "en"))
    message.set_content("\n\n".join((*paragraphs, signed.note)))
    name = f"{signed.size:012d}{SUFFIX}"
    message.add_attachment(signed.note, charset="utf-8", cte="base64", filename=name)
    return message


class Webhook:
    """An address that takes the signed checkpoint as text; its signature says whom it is from."""

    def __init__(self, url: str) -> None:
        self.to = Destination("webhook", "webhook")
        self._url = url

    async def send(self, outgoing: Outgoing) -> None:
        answer = await _post(self._url, outgoing.signed.note)
        if not answer.is_success:
            raise Unreachable(f"answered {answer.status_code}")


class Witness:
    """A witness by the c2sp tlog-witness protocol: it checks that we only ever add, and cosigns."""

    def __init__(self, url: str, key: Key) -> None:
        self.to = Destination("witness", key.name)
        self._url = f"{url.rstrip('/')}/add-checkpoint"
        self._key = key

    async def send(self, outgoing: Outgoing) -> Cosigned:
        answer = await self._add(outgoing, outgoing.last)
        if answer.status_code == HTTPStatus.CONFLICT and answer.text.strip().isdecimal():
            seen = int(answer.text)
            if seen > outgoing.signed.size:
                raise Unreachable(f"the witness has seen a log of {seen} leaves, ours has {outgoing.signed.size}")
            answer = await self._add(outgoing, seen)
        if not answer.is_success:
            raise Unreachable(f"the witness answered {answer.status_code}")
        return self._cosignature(answer.text, note.read(outgoing.signed.note).text)

    async def _add(self, outgoing: Outgoing, old: int) -> "httpx.Response":
        proof = await outgoing.extends(old)
        steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in proof)
        return await _post(self._url, f"old {old}\n{steps}\n{outgoing.signed.note}")

    def _cosignature(self, answer: str, text: str) -> Cosigned:
        try:
            for line in note.read_lines(answer):
                if (line.name, line.key_id) == (self._key.name, self._key.id):
                    at = checkpoint.cosigned_at(line, self._key, text)
                    return Cosigned(str(line), datetime.fromtimestamp(at, UTC))
        except NoteFault as fault:
            raise Unreachable(str(fault)) from fault
        raise Unreachable("the witness answered with no line of the key we know it by")


async def _post(url: str, body: str) -> "httpx.Response":
    import httpx  # here, because a worker that was killed is to be back soon, and most never post

    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            return await client.post(url, content=body.encode(), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(type(error).__name__) from error
