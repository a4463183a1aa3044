"""The ledger: events as canonical bytes in a hash chain, personal content apart behind salted commitments.

`body` is RFC 8785 JSON and names the hash before it; `hash` is SHA-256(0x00 ‖ body), the leaf of RFC 9162.
A commitment is HMAC-SHA256(salt, RFC 8785 of the value): with the salt it proves the value, without it it says nothing.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import rfc8785

from domain.events import Event, private_fields
from domain.evolve import recorded as recorded
from domain.facts import OfficeHeld

FORMAT = 1
SALT_BYTES = 32
REGISTER = "register"
"""The chain of what happens to offices, mandates and relations: entries of no case."""
ACTOR_NAME = "actor.name"
"""Path under which the name of the actor, as it was that day, is kept with the event."""

_PRIVATE_FIELDS = {cls: private_fields(cls) for cls in Event.__subclasses__()}


class Header(NamedTuple):
    """Who, when, as what and by which command: what the entries of one command have in common."""

    case_id: str
    at: datetime
    actor: str
    actor_name: str | None
    office: OfficeHeld | None
    command_id: str
    policy: str
    workflow_id: str = ""
    run_id: str = ""
    """Both empty for what no workflow carried out."""


class Entry(NamedTuple):
    """One event, ready to be appended."""

    seq: int
    type: str
    body: bytes
    hash: bytes
    private: dict[str, tuple[bytes, Any]]
    """Path to (salt, value)."""


def entries(header: Header, first_seq: int, prev: bytes | None, events: Iterable[Event]) -> list[Entry]:
    """The chain of entries for the events of one command, after the entry whose hash is `prev`."""
    out = []
    for seq, event in enumerate(events, first_seq):
        entry = _entry(header, seq, prev, event)
        out.append(entry)
        prev = entry.hash
    return out


def _entry(header: Header, seq: int, prev: bytes | None, event: Event) -> Entry:
    fields = private_fields_of(type(event))
    data = event.model_dump(mode="json", exclude_none=True)
    event_type = data.pop("type")
    private = {name: (os.urandom(SALT_BYTES), data.pop(name)) for name in sorted(fields & data.keys())}
    if header.actor_name is not None:
        private[ACTOR_NAME] = (os.urandom(SALT_BYTES), header.actor_name)
    carried = {"workflow": header.workflow_id, "run": header.run_id, "update": header.command_id}
    body = rfc8785.dumps(
        {
            "v": FORMAT,
            "case": header.case_id,
            "seq": seq,
            "prev": prev.hex() if prev else "",
            "type": event_type,
            "at": instant(header.at),
            "actor": _actor(header),
            "data": data,
            "private": {path: commitment(salt, value) for path, (salt, value) in private.items()},
            "policy": header.policy,
            "command": header.command_id,
            **({"temporal": carried} if header.workflow_id else {}),
        }
    )
    return Entry(seq=seq, type=event_type, body=body, hash=leaf(body), private=private)


def private_fields_of(event: type[Event]) -> frozenset[str]:
    if event not in _PRIVATE_FIELDS:
        _PRIVATE_FIELDS[event] = private_fields(event)
    return _PRIVATE_FIELDS[event]


def _actor(header: Header) -> dict[str, str]:
    actor = {"ref": header.actor}
    if header.office:
        actor |= {
            "office": header.office.office,
            "capacity": header.office.capacity,
            "instrument": header.office.instrument,
        }
        if header.office.unit:
            actor["unit"] = header.office.unit
        if header.office.on_behalf_of:
            actor["on_behalf_of"] = header.office.on_behalf_of
        if header.office.mandate and header.office.grant:
            actor |= {"mandate": header.office.mandate, "grant": header.office.grant}
    return actor


def instant(at: datetime) -> str:
    """An instant in UTC with six digits of a second, always."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf(body: bytes) -> bytes:
    """Hash of an entry: SHA-256 over 0x00 and the body (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + body).digest()


def commitment(salt: bytes, value: Any) -> str:
    """Salted commitment to a private value, hexadecimal."""
    return hmac.new(salt, rfc8785.dumps(value), hashlib.sha256).hexdigest()
