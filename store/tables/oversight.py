"""What was found not to agree, and what people did about it; what is kept of the engine's histories."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class ReconciliationRow(SQLModel, table=True):
    """Register and engine were held against each other. Append-only."""

    __tablename__ = "reconciliation"

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_type=DateTime(timezone=True))
    cases: int
    workflows: int
    found: int


class IncidentRow(SQLModel, table=True):
    """Something that does not agree, as it was found. Append-only; ids and codes only."""

    __tablename__ = "incident"
    __table_args__ = (Index("incident_subject", "kind", "subject"), Index("incident_case", "case_id"))

    id: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    case_id: str | None = Field(default=None, sa_type=Text)
    detail: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    found_at: datetime = Field(sa_type=DateTime(timezone=True))


class IncidentEventRow(SQLModel, table=True):
    """What happened to an incident. Append-only. `what`: proposed, confirmed, repaired, accepted, failed, gone."""

    __tablename__ = "incident_event"
    __table_args__ = (Index("incident_event_incident", "incident_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    incident_id: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=DateTime(timezone=True))
    by: str | None = Field(default=None, sa_type=Text)
    """Person id, or `operator`; none where nobody did it."""
    repair: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    """Why, in the person's words; of a failed repair, a code."""
    command_id: str | None = Field(default=None, sa_column=Column(Text, unique=True))


class ArchivedHistoryRow(SQLModel, table=True):
    """The engine's history of a run of a case that ended, compressed and encrypted. Never altered.

    It is stored before the entry of the ledger that names its hash. Deleted only where the law has it erased; the
    entry stays.
    """

    __tablename__ = "archived_history"
    __table_args__ = (Index("archived_history_case", "case_id"),)

    run_id: str = Field(sa_column=Column(Text, primary_key=True))
    case_id: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """How the run ended, in the engine's words: completed, continued_as_new, terminated, ..."""
    started_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime = Field(sa_type=DateTime(timezone=True))
    events: int
    size: int
    """Bytes of the history as JSON."""
    sha256: str = Field(sa_type=Text)
    """Of those bytes, hexadecimal."""
    key_id: str = Field(sa_type=Text)
    sealed: bytes = Field(sa_type=LargeBinary)
    """Nonce and AES-256-GCM ciphertext of the gzipped JSON."""
    archived_at: datetime = Field(sa_type=DateTime(timezone=True))
