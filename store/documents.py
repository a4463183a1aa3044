"""Documents of cases: what a judgement needs to know of them, and their names and reasons for a page."""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.case import Case
from domain.commands import AddDocument
from domain.documents import Document
from domain.facts import DocumentElsewhere, StoredContent
from store.contents import stored_content
from store.ledger import ACTOR_NAME

_ELSEWHERE = text("""
    SELECT d.case_id, d.number, p.document
    FROM docket d, jsonb_array_elements(d.state->'documents') AS p(document)
    WHERE d.person_id = :person AND d.case_id <> :case AND p.document->>'id' = :document
""")
_SAID = text("""
    SELECT l.type, l.body, (SELECT jsonb_object_agg(v.path, v.value) FROM private_value v
                            WHERE v.case_id = l.case_id AND v.seq = l.seq) AS private
    FROM ledger l WHERE l.case_id = :case AND l.type IN ('document_added', 'document_judged') ORDER BY l.seq
""")


async def asked_for(
    connection: AsyncConnection, case: Case, command: AddDocument, person: str
) -> tuple[StoredContent | None, DocumentElsewhere | None]:
    """What a person hands in: the content he stored for the case, or the document of another case he names."""
    content = await stored_content(connection, command.content, case.id, person) if command.content else None
    return content, await _elsewhere(connection, case, command.reuse) if command.reuse else None


async def _elsewhere(connection: AsyncConnection, case: Case, document_id: str) -> DocumentElsewhere | None:
    params = {"person": case.subject, "case": case.id, "document": document_id}
    row = (await connection.execute(_ELSEWHERE, params)).first()
    if row is None:
        return None
    return DocumentElsewhere(case=row.case_id, number=row.number, document=Document.model_validate(row.document))


class Said(NamedTuple):
    """What the ledger keeps apart about a document or a verdict: who said it, why, and the name of the file."""

    by: str | None = None
    reason: str | None = None
    file_name: str | None = None


NOTHING_SAID = Said()


async def said(connection: AsyncConnection, case_id: str) -> dict[tuple[str, datetime], Said]:
    """By document id and the instant it was handed in or judged, as far as it was not erased."""
    found: dict[tuple[str, datetime], Said] = {}
    for row in await connection.execute(_SAID, {"case": case_id}):
        body: dict[str, Any] = json.loads(row.body)
        private = row.private or {}
        words = Said(private.get(ACTOR_NAME), private.get("reason"), private.get("file_name"))
        found[body["data"]["id"], datetime.fromisoformat(body["at"])] = words
    return found
