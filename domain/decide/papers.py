"""Documents: handed in by the employee, HR or a head; judged by HR one by one, never by whoever handed them in."""

import base64
import hashlib
from datetime import date

from domain import catalogue
from domain.authority import HR
from domain.case import Case
from domain.commands import AddDocument, JudgeDocument
from domain.decide.draft import Draft
from domain.documents import Document
from domain.events import DocumentAdded, DocumentJudged, ReusedFrom
from domain.facts import StoredContent
from domain.policy import DocumentPolicy
from domain.ranks import add_months
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Act, Stage, Verdict


def add_document(draft: Draft, command: AddDocument) -> Refusal | None:
    """A new version of a document: content stored for the case, or one accepted elsewhere and still good."""
    event = _reused(draft) if command.reuse else _handed_in(draft, command)
    if isinstance(event, Refusal):
        return event
    _add(draft, event)
    return None


def _handed_in(draft: Draft, command: AddDocument) -> DocumentAdded | Refusal:
    code, content, today = command.document or "", draft.facts.content, draft.facts.today
    data = draft.facts.policy.documents.get(code)
    if data is None:
        return refuse(RefusalCode.DOCUMENT_NOT_IN_CATALOGUE, document=code)
    if content is None:
        return refuse(RefusalCode.DOCUMENT_CONTENT_UNKNOWN)
    if refusal := _beyond_limits(draft, code, content):
        return refusal
    if command.issued_on is not None and command.issued_on > today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="issued_on")
    if data.months is not None and command.issued_on is None:
        return refuse(RefusalCode.DOCUMENT_DATE_REQUIRED, document=code, months=data.months)
    until = _valid_until(data, command.issued_on)
    if until is not None and until < today:
        return refuse(RefusalCode.DOCUMENT_EXPIRED, document=code, valid_until=until.isoformat())
    return DocumentAdded(
        id=_new_id(draft),
        document=code,
        version=_next_version(draft, code),
        sha256=content.sha256,
        size=content.size,
        media_type=content.media_type,
        content=content.id,
        file_name=command.file_name,
        issued_on=command.issued_on,
        valid_until=until,
    )


def _beyond_limits(draft: Draft, code: str, content: StoredContent) -> Refusal | None:
    limits = draft.facts.policy.document_limits
    assert limits is not None, "a catalogue has limits"
    if content.size > limits.max_bytes:
        return refuse(RefusalCode.DOCUMENT_TOO_LARGE, size=content.size, limit=limits.max_bytes)
    if content.media_type not in limits.media_types:
        return refuse(RefusalCode.DOCUMENT_TYPE_REFUSED, types=tuple(sorted(limits.media_types)))
    return _no_room_for(draft, code, content.sha256)


def _no_room_for(draft: Draft, code: str, sha256: str) -> Refusal | None:
    limits, versions = draft.facts.policy.document_limits, [d for d in draft.case.documents if d.code == code]
    if any(d.sha256 == sha256 for d in versions):
        return refuse(RefusalCode.DOCUMENT_ALREADY_THERE, document=code)
    if limits is not None and len(versions) >= limits.max_versions:
        return refuse(RefusalCode.DOCUMENT_VERSIONS_FULL, document=code, limit=limits.max_versions)
    return None


def _reused(draft: Draft) -> DocumentAdded | Refusal:
    """The same bytes once more, with the acceptance they have. Only the employee and HR know of his other cases."""
    facts, elsewhere = draft.facts, draft.facts.elsewhere
    if draft.office is not None and draft.office.office not in HR:
        return refuse(RefusalCode.NOT_AUTHORISED, act=Act.ADD_DOCUMENT)
    if elsewhere is None:
        return refuse(RefusalCode.DOCUMENT_UNKNOWN)
    source = elsewhere.document
    data = facts.policy.documents.get(source.code)
    if data is None:
        return refuse(RefusalCode.DOCUMENT_NOT_IN_CATALOGUE, document=source.code)
    # The months are those of this case's policy; an end that was set there is never put off.
    ends = [d for d in (source.valid_until, _valid_until(data, source.issued_on)) if d is not None]
    until = min(ends) if ends else None
    over = until is not None and until < facts.today
    if not data.reusable or not source.counts_on(facts.today) or over or source.judged_by is None:
        return refuse(RefusalCode.DOCUMENT_NOT_REUSABLE, document=source.code)
    if refusal := _no_room_for(draft, source.code, source.sha256):
        return refusal
    return DocumentAdded(
        id=_new_id(draft),
        document=source.code,
        version=_next_version(draft, source.code),
        sha256=source.sha256,
        size=source.size,
        media_type=source.media_type,
        content=source.content,
        issued_on=source.issued_on,
        valid_until=until,
        reused_from=ReusedFrom(
            case=elsewhere.case, number=elsewhere.number, document=source.id, judged_by=source.judged_by
        ),
    )


def judge_document(draft: Draft, command: JudgeDocument) -> Refusal | None:
    """HR's verdict on one version. Whoever handed it in does not judge it, HR included (four eyes)."""
    document = next((d for d in draft.case.documents if d.id == command.document), None)
    if document is None:
        return refuse(RefusalCode.DOCUMENT_UNKNOWN)
    if {document.by, document.principal} & draft.sides:
        return refuse(RefusalCode.FOUR_EYES, act=Act.JUDGE_DOCUMENT)
    if document.verdict is command.verdict:
        return refuse(RefusalCode.DOCUMENT_ALREADY_JUDGED, document=document.code)
    if command.verdict is Verdict.ACCEPT and document.over_on(draft.facts.today) and document.valid_until:
        return refuse(
            RefusalCode.DOCUMENT_EXPIRED, document=document.code, valid_until=document.valid_until.isoformat()
        )
    _add(draft, _verdict(document, command.verdict))
    return None


def unusable(case: Case, document: str | None) -> Refusal | None:
    """Why a document that an act names proves nothing: it is none of the case, or HR returned or rejected it."""
    if document is None:
        return None
    known = next((d for d in case.documents if d.id == document), None)
    if known is None:
        return refuse(RefusalCode.DOCUMENT_UNKNOWN)
    if known.verdict in (Verdict.RETURN, Verdict.REJECT):
        return refuse(RefusalCode.DOCUMENT_REFUSED, document=known.code)
    return None


def _verdict(document: Document, verdict: Verdict) -> DocumentJudged:
    return DocumentJudged(id=document.id, document=document.code, version=document.version, verdict=verdict)


def _add(draft: Draft, event: DocumentAdded | DocumentJudged) -> None:
    """Add the event, with what is missing after it once those who decide rely on the verification."""
    if draft.case.verifiers and draft.case.stage in (Stage.APPROVAL, Stage.PLACEMENT):
        trial = Draft(draft.case, draft.facts, draft.by, draft.office)
        trial.add(event)
        lacking = catalogue.missing(trial.case, draft.facts.policy, draft.facts.today)
        event = event.model_copy(update={"missing_documents": lacking})
    draft.add(event)


def _valid_until(data: DocumentPolicy, issued_on: date | None) -> date | None:
    """The last day on which a document of that date counts."""
    return add_months(issued_on, data.months) if data.months is not None and issued_on is not None else None


def _next_version(draft: Draft, code: str) -> int:
    return 1 + sum(d.code == code for d in draft.case.documents)


def _new_id(draft: Draft) -> str:
    """An id that no other document of any case has: made from the case and the place of the event in it."""
    place = f"{draft.case.id}\n{draft.case.seq + 1}"
    return "d_" + base64.b32encode(hashlib.sha256(place.encode()).digest()).decode().lower()[:26]
