"""What was found not to agree, and what people did about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Text
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
