"""Contents of documents, encrypted, and who read what."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel


class DocumentContentRow(SQLModel, table=True):
    """The content of a document, encrypted. Never altered; deleted only where the law has it erased.

    It is stored before the act that names it. What no act names is harmless; `mutasi doctor` counts it.
    """

    __tablename__ = "document_content"
    __table_args__ = (Index("document_content_case", "case_id"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    case_id: str = Field(sa_type=Text)
    stored_by: str = Field(sa_type=Text)
    stored_at: datetime = Field(sa_type=DateTime(timezone=True))
    sha256: str = Field(sa_type=Text)
    """Of the plain content, hexadecimal."""
    size: int
    media_type: str = Field(sa_type=Text)
    key_id: str = Field(sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)
    """Nonce and AES-256-GCM ciphertext."""


class AccessRow(SQLModel, table=True):
    """Somebody read personal data, or tried to. Append-only; holds ids and codes only."""

    __tablename__ = "access_log"
    __table_args__ = (
        Index("access_log_case", "case_id", "id"),
        Index("access_log_subject", "subject_id", "id", postgresql_where=text("subject_id IS NOT NULL")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_type=DateTime(timezone=True))
    person_id: str = Field(sa_type=Text)
    capacity: str = Field(sa_type=Text)
    """`subject`, `uploader`, `participant`, `service`, `none`, or the office in which it was read."""
    case_id: str | None = Field(default=None, sa_type=Text)
    document_id: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    """Empty where no document was asked for."""
    outcome: str = Field(sa_type=Text)
    request_id: str | None = Field(default=None, sa_type=Text)
    operation: str = Field(
        default="read_document", sa_column=Column(Text, nullable=False, server_default="read_document")
    )
    """Operation id of the route."""
    subject_id: str | None = Field(default=None, sa_type=Text)
    """Whose data they are, where they are one person's."""
    people: int | None = None
    """How many people a list or an export showed."""
