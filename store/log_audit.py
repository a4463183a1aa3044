"""Auditing the transparency log: everything read again, every hash made anew, each fault with its place.

The register is read as it is, by whoever may read it; nothing that it stores about itself is believed. What makes the
verdict worth something to somebody else are the checkpoints he holds himself: `held`.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import rfc8785
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from proof import checkpoint as checkpoints
from proof import note
from proof.checkpoint import Checkpoint
from proof.note import Key, Note, NoteFault
from proof.tree import Growth, leaf_hash
from store import ledger, proof_log
from store.log_heads import Heads
from store.sequencing import ACKNOWLEDGED, OPENED, ROTATED, attempt_body

LATE = timedelta(days=1)
"""An entry that enters the log so long after the time it says is told: no outage of ours lasts that long."""
WAITING = timedelta(hours=1)
"""How long a row may wait for its place before that is a fault."""
STEP = 1000


class Fault(NamedTuple):
    """What does not hold, and where: the case and entry, the place in the log, or the checkpoint."""

    kind: str
    where: str
    what: str


class Held(NamedTuple):
    """A checkpoint that somebody else kept, under the name he keeps it by."""

    name: str
    note: Note
    at: Checkpoint


class Report(NamedTuple):
    """What an audit read, and what does not hold."""

    leaves: int
    entries: int
    cases: int
    root: bytes
    held: int
    acknowledged: int
    """Gaps that somebody acknowledged: checkpoints outside that the log does not continue, known and explained."""
    faults: list[Fault]

    def as_dict(self) -> dict[str, Any]:
        return {**self._asdict(), "root": self.root.hex(), "faults": [f._asdict() for f in self.faults]}


_LEAVES = text("""
    SELECT f.place, f.kind, f.source, f.case_id AS leaf_case, f.seq AS leaf_seq, f.hash, f.body, f.at AS placed_at,
           l.case_id, l.seq, l.type, l.actor, l.at AS happened_at, l.policy, l.command_id AS command,
           l.hash AS ledger_hash, l.body AS ledger_body,
           a.case_id AS a_case, a.act, a.actor AS a_actor, a.code, a.params, a.command_id, a.request_id, a.at AS a_at,
           c.root, c.note
    FROM (SELECT * FROM log_leaf WHERE place >= :first ORDER BY place LIMIT :limit) f
    LEFT JOIN LATERAL (SELECT * FROM ledger WHERE f.kind = 'entry' AND id = f.source OFFSET 0) l ON true
    LEFT JOIN LATERAL (SELECT * FROM refused_attempt WHERE f.kind = 'attempt' AND id = f.source OFFSET 0) a ON true
    LEFT JOIN LATERAL (SELECT * FROM log_checkpoint WHERE size = f.place + 1 OFFSET 0) c ON true
    ORDER BY f.place
""")
_UNPLACED = text("""
    SELECT 'entry' AS kind, l.case_id, l.seq, l.at, p.source IS NOT NULL AS pending
    FROM ledger l LEFT JOIN log_leaf f ON f.kind = 'entry' AND f.source = l.id
    LEFT JOIN log_pending p ON p.kind = 'entry' AND p.source = l.id WHERE f.place IS NULL
    UNION ALL
    SELECT 'attempt', a.case_id, a.id, a.at, p.source IS NOT NULL
    FROM refused_attempt a LEFT JOIN log_leaf f ON f.kind = 'attempt' AND f.source = a.id
    LEFT JOIN log_pending p ON p.kind = 'attempt' AND p.source = a.id WHERE f.place IS NULL
    ORDER BY 1, 2, 3
""")
_PRIVATE = text("""
    SELECT v.case_id, v.seq, v.path, v.salt, v.value, l.body
    FROM (SELECT * FROM private_value WHERE (case_id, seq, path) > (:case, :seq, :path)
          ORDER BY case_id, seq, path LIMIT :limit) v
    LEFT JOIN LATERAL (SELECT body FROM ledger WHERE case_id = v.case_id AND seq = v.seq OFFSET 0) l ON true
    ORDER BY v.case_id, v.seq, v.path
""")
_UNHURRIED = text(
    "SELECT set_config('statement_timeout', '600s', true), set_config('transaction_read_only', 'on', true)"
)


async def audit(
    engine: AsyncEngine,
    now: datetime,
    held: Sequence[Held] = (),
    trusted: Sequence[Key] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Read the log and the ledger again, as of one instant. `trusted` are keys an auditor wrote down himself."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        async with connection.begin():
            await connection.execute(_UNHURRIED)
            reading = _Reading(held, trusted)
            await reading.leaves(connection, progress)
            await reading.unplaced(connection, now)
            await reading.private(connection)
            reading.against_held()
            await reading.stored_root(connection)
            return reading.report()


class _Reading:
    """An audit under way."""

    def __init__(self, held: Sequence[Held], trusted: Sequence[Key]) -> None:
        self._held = sorted(held, key=lambda h: h.at.size)
        self._trusted = list(trusted)
        self._sizes = {h.at.size for h in held}
        self._roots: dict[int, bytes] = {}
        self._faults: list[Fault] = []
        self._growth = Growth()
        self._heads = Heads()
        self._keys: list[Key] = []
        self._origin = ""
        self._attested = False
        self._acknowledged: set[tuple[int, bytes]] = set()
        self._broken = False
        """Whether a leaf is missing: nothing can be said of roots behind it."""

    def report(self) -> Report:
        return Report(
            leaves=self._growth.size,
            entries=self._heads.entries,
            cases=len(self._heads),
            root=self._growth.root,
            held=len(self._held),
            acknowledged=len(self._acknowledged),
            faults=self._faults,
        )

    def _fault(self, kind: str, where: str, what: str) -> None:
        self._faults.append(Fault(kind, where, what))

    async def leaves(self, connection: AsyncConnection, progress: Callable[[int, int], None] | None) -> None:
        total = await proof_log.size_of(connection)
        first = 0
        if 0 in self._sizes:
            self._roots[0] = self._growth.root
        while rows := (await connection.execute(_LEAVES, {"first": first, "limit": STEP})).all():
            for row in rows:
                self._leaf(row, newest=row.place + 1 == total)
            first = rows[-1].place + 1
            if progress:
                progress(first, total)

    def _leaf(self, row: Any, newest: bool) -> None:
        if row.place != self._growth.size and not self._broken:
            self._broken = True
            gone = f"{self._growth.size} to {row.place - 1}"
            self._fault("leaf_missing", f"leaf {self._growth.size}", f"leaves {gone} are gone from the log")
        try:
            self._content(row)
        except (ValueError, KeyError, TypeError, AttributeError):
            where = f"case {row.leaf_case} entry {row.leaf_seq}" if row.kind == "entry" else f"leaf {row.place}"
            self._fault("unreadable", where, "its content is not of the shape that the product writes")
        if row.kind == "entry":
            self._heads.add(row.leaf_case, row.leaf_seq, bytes(row.hash))
        if row.body is not None and leaf_hash(bytes(row.body)) != bytes(row.hash):
            self._fault("leaf_edited", f"leaf {row.place}", "its content is not what its hash says")
        for _ in self._growth.add(bytes(row.hash)):
            pass
        if not self._broken:
            self._checkpoint(row, newest)

    def _content(self, row: Any) -> None:
        """What is in a leaf, against what it was made from."""
        match row.kind:
            case "entry":
                self._entry(row)
            case "attempt":
                self._attempt(row)
            case "heads":
                self._attested = True
                for what in self._heads.faults(bytes(row.body)):
                    self._fault("heads_false", f"leaf {row.place}", what)
            case "statement":
                self._statement(row)
            case _:
                raise ValueError(row.kind)

    def _entry(self, row: Any) -> None:
        where = f"case {row.leaf_case} entry {row.leaf_seq}"
        if row.ledger_body is None:
            self._fault("entry_deleted", where, f"the ledger no longer has what leaf {row.place} was made of")
            return
        raw = bytes(row.ledger_body)
        if leaf_hash(raw) != bytes(row.hash) or bytes(row.ledger_hash) != bytes(row.hash):
            self._fault("entry_edited", where, f"its content is not that of leaf {row.place}")
        elif differing := _columns(json.loads(raw), row):
            self._fault("entry_edited", where, f"its columns are not what its content says: {', '.join(differing)}")
        else:
            said = json.loads(raw)
            for what in self._heads.breaks(said["case"], said["seq"], said["prev"]):
                self._fault("chain_broken", where, what)
            if self._attested and row.placed_at - row.happened_at > LATE:
                hours = int((row.placed_at - row.happened_at) / timedelta(hours=1))
                self._fault("late", where, f"it says it happened {hours} hours before it entered the log")

    def _attempt(self, row: Any) -> None:
        where = f"attempt {row.source}"
        if row.a_at is None:
            self._fault("attempt_deleted", where, f"the register no longer has what leaf {row.place} was made of")
        elif attempt_body(_Attempt(row)) != bytes(row.body):
            self._fault("attempt_edited", where, f"its content is not that of leaf {row.place}")

    def _statement(self, row: Any) -> None:
        said = json.loads(bytes(row.body))
        match said["kind"]:
            case kind if kind == OPENED:
                self._origin = said["origin"]
                self._keys.append(note.read_key(said["key"]))
                if row.place:
                    self._fault("statement_false", f"leaf {row.place}", "the log is opened a second time")
            case kind if kind == ROTATED:
                self._rotation(said, row.place)
            case kind if kind == ACKNOWLEDGED:
                self._acknowledged |= {(c["size"], bytes.fromhex(c["root"])) for c in said["outside"]}

    def _rotation(self, said: dict[str, Any], place: int) -> None:
        message = rfc8785.dumps({name: said[name] for name in ("origin", "old", "new", "place")})
        old, new = note.read_key(said["old"]), note.read_key(said["new"])
        if not self._keys or old != self._keys[-1] or said["place"] != place:
            self._fault("statement_false", f"leaf {place}", "a key is replaced that was not the log's")
        elif not all(_signed(key, said["signatures"][name], message) for name, key in (("old", old), ("new", new))):
            self._fault("statement_false", f"leaf {place}", "a new key that the old one did not sign for")
        self._keys.append(new)

    def _checkpoint(self, row: Any, newest: bool) -> None:
        size = row.place + 1
        if size in self._sizes:
            self._roots[size] = self._growth.root
        if row.note is None:
            if newest:
                self._fault("checkpoint_missing", f"checkpoint {size}", "the log as it is was never signed")
            return
        try:
            signed = note.read(row.note)
            at = checkpoints.read(signed.text)
            if (at.origin, at.size, at.root) != (self._origin, size, self._growth.root) or at.root != bytes(row.root):
                self._fault("checkpoint_false", f"checkpoint {size}", "the leaves do not give the root that was signed")
            # What leaves the house, and the newest; those between are of the same hand and only compared.
            elif newest or row.kind in ("heads", "statement"):
                checkpoints.opened(signed, self._keys[-1:])
        except NoteFault as fault:
            self._fault("checkpoint_false", f"checkpoint {size}", str(fault))

    async def unplaced(self, connection: AsyncConnection, now: datetime) -> None:
        """Rows that are in the register and not in the log."""
        for row in await connection.execute(_UNPLACED):
            where = f"case {row.case_id} entry {row.seq}" if row.kind == "entry" else f"attempt {row.seq}"
            if not row.pending:
                self._fault(
                    "never_logged", where, "it is in the register, not in the log, and waits for no place in it"
                )
            elif now - row.at > WAITING:
                self._fault("waiting", where, "it has waited for its place in the log for more than an hour")

    async def private(self, connection: AsyncConnection) -> None:
        """Personal content that is still there is what its entry committed to."""
        place: dict[str, Any] = {"case": "", "seq": 0, "path": "", "limit": STEP}
        while rows := (await connection.execute(_PRIVATE, place)).all():
            for row in rows:
                where = f"case {row.case_id} entry {row.seq}"
                if row.body is None:
                    self._fault("private_stray", where, f"a value of {row.path} is there without its entry")
                    continue
                committed = _committed(bytes(row.body), row.path)
                if committed != ledger.commitment(bytes(row.salt), row.value):
                    self._fault("private_edited", where, f"the value of {row.path} is not the one committed to")
            place |= {"case": rows[-1].case_id, "seq": rows[-1].seq, "path": rows[-1].path}

    def against_held(self) -> None:
        """The log against what others hold: it must continue each, and one of its keys must have signed it."""
        if self._trusted and not set(self._trusted) & set(self._keys):
            self._fault("unknown_key", "the log", "none of the keys that are trusted is a key of this log")
        agreed = 0
        for held in self._held:
            if (held.at.size, held.at.root) in self._acknowledged:
                continue
            where = f"checkpoint {held.name}"
            if held.at.size > self._growth.size:
                gone = f"it was signed at {held.at.size} leaves, the log has {self._growth.size}"
                self._fault("log_truncated", where, gone)
            elif held.at.size in self._roots and self._roots[held.at.size] != held.at.root:
                between = f"the log was changed between leaf {agreed} and leaf {held.at.size - 1}"
                self._fault("log_replaced", where, between)
            elif held.at.size in self._roots:
                agreed = held.at.size
            try:
                checkpoints.opened(held.note, self._keys)
            except NoteFault as fault:
                self._fault("unknown_key", where, str(fault))

    async def stored_root(self, connection: AsyncConnection) -> None:
        """The subtrees that proofs are made of give the same root, and no checkpoint is ahead of the leaves."""
        newest = await proof_log.checkpoint(connection)
        if newest and newest.size > self._growth.size:
            gone = f"it was signed at {newest.size} leaves, the log has {self._growth.size}"
            self._fault("log_truncated", f"checkpoint {newest.size}", gone)
        if not self._broken and await proof_log.root_at(connection, self._growth.size) != self._growth.root:
            self._fault("tree_damaged", "the log", "the stored subtrees do not give the root of the leaves")


class _Attempt:
    """The refused attempt beside a leaf, as `attempt_body` reads one."""

    def __init__(self, row: Any) -> None:
        self.at, self.case_id, self.act, self.actor = row.a_at, row.a_case, row.act, row.a_actor
        self.code, self.params, self.command_id, self.request_id = row.code, row.params, row.command_id, row.request_id


def _columns(said: dict[str, Any], row: Any) -> list[str]:
    """The columns of an entry that say something else than its content."""
    wanted = {
        "case": (said["case"], row.case_id),
        "seq": (said["seq"], row.seq),
        "type": (said["type"], row.type),
        "at": (said["at"], ledger.instant(row.happened_at)),
        "actor": (said["actor"]["ref"], row.actor),
        "policy": (said["policy"], row.policy),
        "command": (said["command"], row.command),
        "leaf": ((said["case"], said["seq"]), (row.leaf_case, row.leaf_seq)),
    }
    return [name for name, (content, column) in wanted.items() if content != column]


def _committed(body: bytes, path: str) -> str | None:
    """The commitment of an entry to a value; none where it has none, or cannot be read."""
    try:
        found: str | None = json.loads(body)["private"].get(path)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found


def _signed(key: Key, encoded: str, message: bytes) -> bool:
    try:
        return key.signed(base64.b64decode(encoded, validate=True), message)
    except binascii.Error:
        return False
