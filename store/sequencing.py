"""Writing the transparency log: one sequencer at a time gives rows their place, and signs what the log is then.

What waits for a place is a row of `log_pending`, put there by a trigger in the commit that wrote the entry itself. So a
commit that was late is found when it becomes visible, however many higher ids went before; nothing is ever looked for
behind the last id seen. Commits wait for nothing here: the sequencer takes no lock of theirs.
"""

import base64
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import rfc8785
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from proof import checkpoint as checkpoints
from proof import note, tree
from proof.checkpoint import Checkpoint
from proof.heads import HEADS
from proof.note import Key
from proof.tree import Growth, leaf_hash
from store import ledger, proof_log
from store.failpoint import failpoint

FORMAT = 1
BATCH = 1000
"""Leaves in one transaction at most."""
OPENED, ROTATED, ACKNOWLEDGED = "log.opened", "log.key_rotated", "log.gap_acknowledged"
"""What the log states about itself."""
REPAIRED, ERASED = "register.repaired", "personal.erased"
"""What it states about what two people did beside the cases."""


class LogFault(Exception):
    """The log cannot be continued. The message says why; an operator must look."""


class NoNewKey(LogFault):
    """The ring holds no key that the log does not know already."""


class Destination(NamedTuple):
    """Where checkpoints are sent: a channel, and whom there. `every` is the least time between two of them."""

    channel: str
    target: str
    every: timedelta = timedelta(0)


class Sequenced(NamedTuple):
    """What a turn of the sequencer did."""

    added: int
    size: int
    closed: bool = False
    """Whether one of the cases that moved is closed now, so that its head ought to be attested."""


class _Leaf(NamedTuple):
    kind: str
    hash: bytes
    body: bytes | None = None
    source: int | None = None
    case_id: str | None = None
    seq: int | None = None


_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended('mutasi.log', 0))")
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended('mutasi.log', 0))")
_PATIENCE = text("SELECT set_config('lock_timeout', '60s', true), set_config('statement_timeout', '300s', true)")
_ENTRIES = text("""
    SELECT p.source, l.case_id, l.seq, l.body
    FROM (SELECT source FROM log_pending WHERE kind = 'entry' ORDER BY source LIMIT :limit) p
    JOIN ledger l ON l.id = p.source ORDER BY p.source
""")
_ATTEMPTS = text("""
    SELECT p.source, a.*
    FROM (SELECT source FROM log_pending WHERE kind = 'attempt' ORDER BY source LIMIT :limit) p
    JOIN refused_attempt a ON a.id = p.source ORDER BY p.source
""")
_LEAVES = text("""
    INSERT INTO log_leaf (place, kind, source, case_id, seq, hash, body)
    SELECT :first + l.n - 1, l.kind, l.source, l.case_id, l.seq, l.hash, l.body
    FROM unnest(CAST(:kinds AS text[]), CAST(:sources AS bigint[]), CAST(:cases AS text[]), CAST(:seqs AS int[]),
                CAST(:hashes AS bytea[]), CAST(:bodies AS bytea[]))
         WITH ORDINALITY AS l(kind, source, case_id, seq, hash, body, n)
""")
_NODES = text("""
    INSERT INTO log_node (level, no, hash)
    SELECT * FROM unnest(CAST(:levels AS smallint[]), CAST(:numbers AS bigint[]), CAST(:hashes AS bytea[]))
""")
_DONE = text("""
    DELETE FROM log_pending p USING unnest(CAST(:kinds AS text[]), CAST(:sources AS bigint[])) AS d(kind, source)
    WHERE p.kind = d.kind AND p.source = d.source
""")
_CLOSED = text("SELECT EXISTS (SELECT 1 FROM docket WHERE case_id = ANY(CAST(:cases AS text[])) AND stage = 'closed')")
_CHECKPOINT = text("INSERT INTO log_checkpoint (size, root, note) VALUES (:size, :root, :note)")
_KEY = text("INSERT INTO log_key (key, since) VALUES (:key, :since)")
_PRIVATE = text(
    "INSERT INTO log_private_value (place, path, salt, value) VALUES (:place, :path, :salt, :value)"
).bindparams(bindparam("value", type_=JSONB))
_QUEUE = text("""
    INSERT INTO log_delivery (size, channel, target, state, created_at, not_before)
    SELECT :size, :channel, :target, 'queued', :now, :now
    WHERE NOT EXISTS (SELECT 1 FROM log_delivery d WHERE d.channel = :channel AND d.target = :target
                      AND d.created_at > CAST(:now AS timestamptz) - CAST(:every AS interval))
    ON CONFLICT DO NOTHING
""")


class Sequencer:
    """Writes the log: gives pending rows their place, attests the heads of all cases, changes keys.

    `ring` gives the private keys by id; it is asked each time, so that a key that is added to a file is found.
    """

    def __init__(self, engine: AsyncEngine, origin: str, ring: Callable[[], Mapping[str, bytes]]) -> None:
        self._engine = engine
        self._origin = origin
        self._ring = ring

    async def sequence(self, limit: int = BATCH) -> Sequenced | None:
        """Give pending rows their place. None when another sequencer has the turn."""
        async with self._engine.begin() as connection:
            if not (await connection.execute(_TURN)).scalar_one():
                return None
            writing = await self._writing(connection)
            cases = await writing.take(limit)
            await writing.sign()
            if writing.added:
                failpoint("log.before_commit")
            closed = bool(cases) and bool((await connection.execute(_CLOSED, {"cases": cases})).scalar_one())
            return Sequenced(writing.added, writing.growth.size, closed)

    async def attest(self, now: datetime, destinations: Sequence[Destination] = ()) -> Sequenced:
        """Give everything pending its place, add the heads of all cases as the last leaf, sign, and queue the posts."""
        async with self._waited() as connection:
            writing = await self._writing(connection)
            while await writing.take(BATCH):
                pass
            heads = await proof_log.heads_before(connection, writing.growth.size)
            said = {
                "at": ledger.instant(now),
                "cases": len(heads),
                "entries": sum(head.length for head in heads),
                "root": tree.root_of(head.leaf for head in heads).hex(),
            }
            await writing.append([_own("heads", HEADS, said)])
            await writing.sign()
            for to in destinations:
                await connection.execute(
                    _QUEUE,
                    {"size": writing.growth.size, "channel": to.channel, "target": to.target, "every": to.every,
                     "now": now},
                )  # fmt: skip
            return Sequenced(writing.added, writing.growth.size)

    async def rotate(self, now: datetime) -> Key:
        """Go over to the first key of the ring that the log does not know yet, signed by the old key and the new.

        Raises `LogFault` when there is no new key, or the old one is not in the ring.
        """
        async with self._waited() as connection:
            writing = await self._writing(connection)
            known = {k.key for k in writing.keys}
            fresh = next((key for key in self._mine() if key not in known), None)
            if fresh is None:
                raise NoNewKey("the ring holds no key that is new to the log: add one first")
            old = writing.keys[-1].key
            said: dict[str, Any] = {
                "origin": self._origin,
                "old": str(old),
                "new": str(fresh),
                "place": writing.growth.size,
            }
            message = rfc8785.dumps(said)
            signatures = {
                "old": base64.b64encode(note.signature_of(self._private(old), message)).decode(),
                "new": base64.b64encode(note.signature_of(self._private(fresh), message)).decode(),
            }
            await writing.state(ROTATED, {**said, "at": ledger.instant(now), "signatures": signatures}, new_key=fresh)
            await writing.sign()
            return fresh

    async def acknowledge(
        self, now: datetime, outside: Sequence[Checkpoint], by: str, reason: str, destinations: Sequence[Destination]
    ) -> None:
        """Record that somebody knows of checkpoints outside that this log does not continue, and goes on."""
        async with self._waited() as connection:
            writing = await self._writing(connection)
            private = {"by": by, "reason": reason}
            said = {
                "at": ledger.instant(now),
                "size": writing.growth.size,
                "outside": [{"size": c.size, "root": c.root.hex()} for c in outside],
            }
            await writing.state(ACKNOWLEDGED, said, private=private)
            await writing.sign()
        await self.attest(now, destinations)

    @asynccontextmanager
    async def stating(
        self, kind: str, said: Mapping[str, Any], private: Mapping[str, str]
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction whose end is a statement in the log: what is done in it and its trace stand or fall together.

        `said` may be filled in meanwhile; `private` is what the leaf only commits to. Not for anything that takes
        long: the log waits.
        """
        async with self._waited() as connection:
            yield connection
            writing = await self._writing(connection)
            await writing.state(kind, dict(said), private=private)
            await writing.sign()

    @asynccontextmanager
    async def _waited(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that waits for its turn."""
        async with self._engine.begin() as connection:
            await connection.execute(_PATIENCE)
            await connection.execute(_WAIT)
            yield connection

    async def _writing(self, connection: AsyncConnection) -> "_Writing":
        """The log as it stands, to be continued; opened when there is none yet."""
        newest = await proof_log.checkpoint(connection)
        size = await proof_log.size_of(connection)
        growth = Growth(size, await proof_log.parts_of(connection, size))
        if (newest.size, newest.root) != (size, growth.root) if newest else size:
            raise LogFault("the log is not what its newest checkpoint says: `mutasi audit log` says where")
        writing = _Writing(connection, self, growth, await proof_log.keys(connection))
        if writing.keys and writing.keys[-1].key.name != self._origin:
            raise LogFault(f"the log is named {writing.keys[-1].key.name}: MUTASI_PROOF_ORIGIN must not change")
        if not newest:
            if not (mine := self._mine()):
                raise LogFault("there is no key to open the log with")
            await writing.state(OPENED, {"origin": self._origin, "key": str(mine[0])}, new_key=mine[0])
        return writing

    def _mine(self) -> list[Key]:
        """The keys of the ring, by their public half."""
        return [Key(self._origin, note.public_of(private)) for private in self._ring().values()]

    def _private(self, key: Key) -> bytes:
        for private in self._ring().values():
            if note.public_of(private) == key.public:
                return private
        raise LogFault(f"the key {key.name}+{key.id.hex()} of the log is not among MUTASI_PROOF_KEYS")

    def signed(self, at: Checkpoint, keys: Sequence[proof_log.KeySince]) -> str:
        """The checkpoint under the present key, and under those before it that are still in the ring."""
        mine = set(self._mine())
        signed = checkpoints.sign(at, self._private(keys[-1].key))
        others = [note.sign(at.text, k.key.name, self._private(k.key)) for k in keys[-2::-1] if k.key in mine]
        return str(signed._replace(lines=(*signed.lines, *others)))


class _Writing:
    """The log in one transaction: leaves are appended, then the whole is signed once."""

    def __init__(
        self, connection: AsyncConnection, sequencer: Sequencer, growth: Growth, keys: list[proof_log.KeySince]
    ) -> None:
        self._connection = connection
        self._sequencer = sequencer
        self._origin = sequencer._origin
        self.growth = growth
        self.keys = keys
        self.added = 0

    async def take(self, limit: int) -> list[str]:
        """Append pending rows, those of a case in its order. The cases that moved, or "" where only attempts did."""
        asked = {"limit": limit}
        entries = [
            _Leaf("entry", leaf_hash(bytes(r.body)), source=r.source, case_id=r.case_id, seq=r.seq)
            for r in await self._connection.execute(_ENTRIES, asked)
        ]
        attempts = [
            _Leaf("attempt", leaf_hash(body), body=body, source=r.source)
            for r in await self._connection.execute(_ATTEMPTS, asked)
            for body in [attempt_body(r)]
        ]
        taken = entries + attempts
        if taken:
            await self.append(taken)
            done = {"kinds": [leaf.kind for leaf in taken], "sources": [leaf.source for leaf in taken]}
            await self._connection.execute(_DONE, done)
        return [leaf.case_id or "" for leaf in taken]

    async def append(self, leaves: Sequence[_Leaf]) -> None:
        first = self.growth.size
        finished = [found for leaf in leaves for found in self.growth.add(leaf.hash)]
        await self._connection.execute(
            _LEAVES,
            {
                "first": first,
                "kinds": [leaf.kind for leaf in leaves],
                "sources": [leaf.source for leaf in leaves],
                "cases": [leaf.case_id for leaf in leaves],
                "seqs": [leaf.seq for leaf in leaves],
                "hashes": [leaf.hash for leaf in leaves],
                "bodies": [leaf.body for leaf in leaves],
            },
        )
        if finished:
            await self._connection.execute(
                _NODES,
                {
                    "levels": [node.level for node, _ in finished],
                    "numbers": [node.no for node, _ in finished],
                    "hashes": [found for _, found in finished],
                },
            )
        self.added += len(leaves)

    async def state(
        self, kind: str, said: dict[str, Any], new_key: Key | None = None, private: Mapping[str, str] | None = None
    ) -> None:
        """Append a statement of the log about itself; personal content lies apart, behind salted commitments."""
        place = self.growth.size
        salted = {path: (os.urandom(ledger.SALT_BYTES), value) for path, value in (private or {}).items()}
        committed = {path: ledger.commitment(salt, value) for path, (salt, value) in salted.items()}
        await self.append([_own("statement", kind, {**said, **({"private": committed} if committed else {})})])
        for path, (salt, value) in salted.items():
            await self._connection.execute(_PRIVATE, {"place": place, "path": path, "salt": salt, "value": value})
        if new_key is not None:
            await self._connection.execute(_KEY, {"key": str(new_key), "since": place})
            self.keys.append(proof_log.KeySince(new_key, place))

    async def sign(self) -> None:
        """Sign the log as it is now, if anything was added."""
        if not self.added:
            return
        at = Checkpoint(self._origin, self.growth.size, self.growth.root)
        signed = self._sequencer.signed(at, self.keys)
        await self._connection.execute(_CHECKPOINT, {"size": at.size, "root": at.root, "note": signed})


def _own(leaf: str, kind: str, said: Mapping[str, Any]) -> _Leaf:
    body = rfc8785.dumps({"v": FORMAT, "kind": kind, **said})
    return _Leaf(leaf, leaf_hash(body), body=body)


def attempt_body(row: Any) -> bytes:
    """The canonical bytes of a refused attempt, of which its leaf is the hash. It holds no personal content."""
    return rfc8785.dumps(
        {
            "v": FORMAT,
            "kind": "attempt",
            "at": ledger.instant(row.at),
            "case": row.case_id or "",
            "act": row.act,
            "actor": row.actor,
            "code": row.code,
            "params": row.params,
            "command": row.command_id or "",
            "request": row.request_id or "",
        }
    )
