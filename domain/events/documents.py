"""Documents of a case."""

from datetime import date
from typing import Annotated, Literal

from domain.events.parts import PRIVATE, Event, _Part
from domain.vocabulary import (
    MediaType,
    Verdict,
)


class ReusedFrom(_Part):
    """Where a reused document was accepted: the case, the document there, and who accepted it."""

    case: str
    number: str
    document: str
    judged_by: str


class DocumentAdded(Event):
    """A version of a document was handed in. Its content lies encrypted elsewhere; what it is, is bound by the hash."""

    type: Literal["document_added"] = "document_added"
    id: str
    document: str
    """Code in the policy's catalogue."""
    version: int
    sha256: str
    """Of the content as it was handed in, hexadecimal."""
    size: int
    """Bytes."""
    media_type: MediaType
    content: str
    """Id of the stored content."""
    file_name: Annotated[str | None, PRIVATE] = None
    issued_on: date | None = None
    """The date the document bears."""
    valid_until: date | None = None
    """Last day on which it counts; none where the policy sets no months."""
    reused_from: ReusedFrom | None = None
    """A document of the same employee, accepted in another case; it counts here from the beginning."""
    missing_documents: tuple[str, ...] | None = None
    """What is still missing, once the case has been verified."""


class DocumentJudged(Event):
    """HR accepted, returned or rejected one version of one document."""

    type: Literal["document_judged"] = "document_judged"
    id: str
    document: str
    version: int
    verdict: Verdict
    missing_documents: tuple[str, ...] | None = None
    """What is still missing, once the case has been verified."""
