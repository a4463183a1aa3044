"""The evidence of a case, as the register has it at one instant: entries and proofs, and all that stands beside them.

What is read here is what a bundle says, in the shape that `evidence.verify` draws; histories of the engine are added by
who may ask it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.documents import Document
from domain.vocabulary import MediaType
from proof import tree
from proof.tree import Span
from store import ledger, proof_log
from store.contents import Contents, Damaged, Erased
from store.proof_log import Signed

_SUFFIX = {MediaType.PDF: ".pdf", MediaType.PNG: ".png", MediaType.JPEG: ".jpg"}


class NotAttested(Exception):
    """The heads of all cases were last attested before the newest entry or attempt of this case: attest first."""


class SizeUnknown(Exception):
    """The log signed nothing at the size from which its growth is to be proved."""

    def __init__(self, size: int) -> None:
        super().__init__(f"no checkpoint of {size} leaves was signed")
        self.size = size


class Evidence(NamedTuple):
    """What the register says of a case, the files that go with it, and the documents whose content is among them."""

    said: dict[str, Any]
    files: dict[str, bytes]
    opened: list[Document]


class _Hashes:
    """Hashes of subtrees, each told once: a proof names them by their number."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._spans: dict[Span, int] = {}
        self._given: list[bytes] = []

    def path(self, spans: Iterable[Span]) -> list[int]:
        return [self._spans.setdefault(span, len(self._spans)) for span in spans]

    def of(self, place: int) -> list[int]:
        """The path of a leaf."""
        return self.path(tree.inclusion_spans(place, self.size))

    def given(self, hashes: Sequence[bytes]) -> list[int]:
        """A path of another tree, whose hashes are told after those of this one."""
        first = len(self._given)
        self._given += hashes
        return [-first - n for n in range(1, len(hashes) + 1)]

    async def told(self, connection: AsyncConnection) -> tuple[list[str], int]:
        """All hashes in order, and how many are of this tree."""
        known = await proof_log.hashes_of(connection, list(self._spans))
        return [h.hex() for h in [*known, *self._given]], len(known)


_ENTRIES = text("""
    SELECT l.seq, l.body, l.policy, f.place,
           (SELECT jsonb_object_agg(v.path, jsonb_build_object('salt', encode(v.salt, 'hex'), 'value', v.value))
              FROM private_value v WHERE v.case_id = l.case_id AND v.seq = l.seq) AS private
    FROM ledger l LEFT JOIN log_leaf f ON f.kind = 'entry' AND f.case_id = l.case_id AND f.seq = l.seq
    WHERE l.case_id = :case ORDER BY l.seq
""")
_ATTEMPTS = text("""
    SELECT f.place, f.body FROM refused_attempt a LEFT JOIN log_leaf f ON f.kind = 'attempt' AND f.source = a.id
    WHERE a.case_id = :case ORDER BY a.id
""")
_STATEMENTS = text("""
    SELECT place, body FROM log_leaf WHERE kind = 'statement' AND place IN (SELECT since FROM log_key) ORDER BY place
""")
_EARLIER = text("SELECT max(place) + 1 FROM log_leaf WHERE kind = 'heads' AND place < CAST(:size AS bigint) - 1")
_NOTICES = text("""
    SELECT key, seq, person_id AS person, template, state, created_at, sent_at, read_at
    FROM notice WHERE case_id = :case ORDER BY id
""")
_OFFICES = text("""
    SELECT office, unit_code AS unit, person_id AS person, capacity, instrument, valid_from, valid_to, recorded_at,
           superseded_at
    FROM office
    WHERE person_id IN (SELECT actor FROM ledger WHERE case_id = :case) OR unit_code = ANY(CAST(:agencies AS text[]))
    ORDER BY id
""")
_KIN = text("""
    SELECT CASE WHEN person_id = :subject THEN spouse_id ELSE person_id END AS person, recorded_at, superseded_at
    FROM employee WHERE spouse_id IS NOT NULL AND (person_id = :subject OR spouse_id = :subject) ORDER BY id
""")
_STATE = text("SELECT number, state, seq FROM docket WHERE case_id = :case")
_POLICIES = text("SELECT hash, text FROM policy WHERE hash = ANY(CAST(:hashes AS text[])) ORDER BY hash")
_UNHURRIED = text("SELECT set_config('statement_timeout', '120s', true)")


async def evidence(
    connection: AsyncConnection,
    case_id: str,
    product: Mapping[str, str],
    *,
    contents: Contents | None,
    disclosed: bool,
    since: Sequence[int] = (),
) -> Evidence:
    """The evidence of a case as of the newest attestation. Ask in a transaction that sees one instant.

    `contents` opens documents; without it only their hashes are told. `disclosed` tells personal content with its
    salts. `since` are sizes of checkpoints that somebody holds: the log's growth since is proved. Raises `LookupError`
    for a case that is not there, `NotAttested`, `SizeUnknown`.
    """
    await connection.execute(_UNHURRIED)
    state = (await connection.execute(_STATE, {"case": case_id})).first()
    if state is None:
        raise LookupError(case_id)
    entries = (await connection.execute(_ENTRIES, {"case": case_id})).all()
    attempts = (await connection.execute(_ATTEMPTS, {"case": case_id})).all()
    log, signed, hashes = await _log(connection, case_id, entries[-1].seq, since)
    if any(row.place is None or row.place >= signed.size for row in (*entries, *attempts)):
        raise NotAttested(case_id)
    case = Case.model_validate(state.state)
    documents, files, opened = await _documents(connection, case, contents)
    policies = (await connection.execute(_POLICIES, {"hashes": sorted({row.policy for row in entries})})).all()
    agencies = [post.agency for post in (case.to_post, case.from_post) if post is not None and not post.outside]
    said = {
        "case": {"id": case_id, "number": state.number},
        "product": dict(product),
        "disclosed": disclosed,
        "entries": [
            {**_leaf(row, hashes), "private": (row.private or {}) if disclosed else {}} for row in entries
        ],
        "attempts": [_leaf(row, hashes) for row in attempts],
        "policies": [row.hash for row in policies],
        "documents": documents,
        "notices": await _rows(connection, _NOTICES, case=case_id),
        "offices": await _rows(connection, _OFFICES, case=case_id, agencies=agencies),
        "kin": await _rows(connection, _KIN, subject=case.subject),
        "state": state.state,
        "log": log,
    }  # fmt: skip
    log["hashes"], shift = await hashes.told(connection)
    for path in (log["head"]["path"], *(e["path"] for e in log["earlier"])):
        path[:] = [shift - n - 1 for n in path]
    files |= {f"policies/{row.hash}.json": row.text.encode() for row in policies}
    return Evidence(said, files, opened)


async def _log(
    connection: AsyncConnection, case_id: str, newest: int, since: Sequence[int]
) -> tuple[dict[str, Any], Signed, _Hashes]:
    """What the log says of itself and of the head of a case; the numbers of given hashes are still to be shifted."""
    found = await proof_log.head_proof(connection, case_id)
    if found is None or found[0].head.length != newest:
        raise NotAttested(case_id)
    proof, signed = found
    hashes = _Hashes(signed.size)
    wanted = sorted(set(since) or {(await connection.execute(_EARLIER, {"size": signed.size})).scalar() or 0})
    if (beyond := max(since, default=0)) > signed.size:
        if beyond > await proof_log.size_of(connection):
            raise SizeUnknown(beyond)
        raise NotAttested(case_id)
    earlier = []
    for size in (s for s in wanted if 0 < s < signed.size):
        point = await proof_log.checkpoint(connection, size)
        if point is None:
            raise SizeUnknown(size)
        path = hashes.given(await proof_log.consistency(connection, size, signed.size))
        earlier.append({"checkpoint": point.note, "path": path})
    statements = (await connection.execute(_STATEMENTS)).all()
    log = {
        "checkpoint": signed.note,
        "keys": [str(k.key) for k in await proof_log.keys(connection)],
        "statements": [_leaf(row, hashes) for row in statements],
        "heads": {"body": proof.heads_body.decode(), "path": hashes.of(signed.size - 1)},
        "head": {
            "place": proof.place,
            "length": proof.head.length,
            "hash": proof.head.hash.hex(),
            "path": hashes.given(proof.path),
        },
        "earlier": earlier,
    }
    return log, signed, hashes


def _leaf(row: Any, hashes: _Hashes) -> dict[str, Any]:
    return {"body": bytes(row.body).decode(), "place": row.place, "path": hashes.of(row.place)}


async def _documents(
    connection: AsyncConnection, case: Case, contents: Contents | None
) -> tuple[list[dict[str, Any]], dict[str, bytes], list[Document]]:
    """What is said of each version of each document, and the contents that can be shown."""
    said, files, opened = list[dict[str, Any]](), dict[str, bytes](), list[Document]()
    for document in case.documents:
        absent, name = "left out of this bundle", None
        if contents is not None:
            try:
                raw = await contents.open(connection, document.content, document.sha256)
            except Erased:
                absent = "its content was erased"
            except Damaged:
                absent = "its content is damaged in the register"
            else:
                name = f"documents/{document.sha256}{_SUFFIX[document.media_type]}"
                files[name] = raw
                opened.append(document)
        said.append({
            "id": document.id, "document": document.code, "version": document.version, "sha256": document.sha256,
            "size": document.size, "media_type": document.media_type, "file": name,
            "absent": None if name else absent,
        })  # fmt: skip
    return said, files, opened


async def _rows(connection: AsyncConnection, query: Any, **params: Any) -> list[dict[str, Any]]:
    """Rows as plain data: instants with six digits of a second, as entries have them, and days."""
    rows = await connection.execute(query, params)
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def _plain(value: Any) -> Any:
    if hasattr(value, "tzinfo"):
        return ledger.instant(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
