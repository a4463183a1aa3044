"""A document as a case keeps it: one version, what it is and what was said of it. Names and reasons are elsewhere."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from domain.events import DocumentAdded, DocumentJudged, ReusedFrom
from domain.vocabulary import MediaType, Verdict


class Document(BaseModel):
    """One version of one document of a case."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    code: str
    version: int
    sha256: str
    size: int
    media_type: MediaType
    content: str
    """Id of the stored content; two documents share one when the second is a reuse."""
    by: str
    principal: str | None = None
    """For whom it was handed in, where that was by a mandate."""
    at: datetime
    issued_on: date | None = None
    valid_until: date | None = None
    reused_from: ReusedFrom | None = None
    verdict: Verdict | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it was accepted and is still good on a day."""
        return self.verdict is Verdict.ACCEPT and not self.over_on(day)

    def over_on(self, day: date) -> bool:
        return self.valid_until is not None and day > self.valid_until


def added(event: DocumentAdded, by: str, at: datetime, principal: str | None = None) -> Document:
    """The version an event adds; one that is reused keeps the acceptance it has."""
    source = event.reused_from
    return Document(
        id=event.id,
        code=event.document,
        version=event.version,
        sha256=event.sha256,
        size=event.size,
        media_type=event.media_type,
        content=event.content,
        by=by,
        principal=principal,
        at=at,
        issued_on=event.issued_on,
        valid_until=event.valid_until,
        reused_from=source,
        verdict=Verdict.ACCEPT if source else None,
        judged_by=source.judged_by if source else None,
    )


def judged(document: Document, event: DocumentJudged, by: str, at: datetime) -> Document:
    """The document after a verdict, which may be on another one."""
    if document.id != event.id:
        return document
    return document.model_copy(update={"verdict": event.verdict, "judged_by": by, "judged_at": at})
