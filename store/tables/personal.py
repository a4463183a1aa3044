"""What the law on personal data asks for: who was told what is kept of somebody, and what was erased."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def _id() -> Any:
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))


class PersonalAccessRow(SQLModel, table=True):
    """Somebody had everything told that is kept of a person. Append-only."""

    __tablename__ = "personal_access"
    __table_args__ = (Index("personal_access_person", "person_id", "id"),)

    id: int | None = _id()
    at: datetime = Field(sa_type=DateTime(timezone=True))
    person_id: str = Field(sa_type=Text)
    """Whom it is about."""
    by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    request_id: str | None = Field(default=None, sa_type=Text)


class ErasureRow(SQLModel, table=True):
    """A proposal to erase the personal content of a case that is over. Append-only."""

    __tablename__ = "erasure"
    __table_args__ = (Index("erasure_case", "case_id"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    case_id: str = Field(sa_type=Text)
    proposed_by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    policy: str = Field(sa_type=Text)
    """Hash of the policy whose term was over."""
    command_id: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    at: datetime = Field(sa_type=DateTime(timezone=True))


class ErasureStepRow(SQLModel, table=True):
    """What happened to a proposal. Append-only. `what`: confirmed, erased."""

    __tablename__ = "erasure_step"
    __table_args__ = (Index("erasure_step_once", "erasure_id", "what", unique=True),)

    id: int | None = _id()
    erasure_id: str = Field(sa_type=Text)
    what: str = Field(sa_type=Text)
    by: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    counts: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    """How many rows of which table were erased."""
    command_id: str | None = Field(default=None, sa_column=Column(Text, unique=True))
    at: datetime = Field(sa_type=DateTime(timezone=True))


class LegalHoldRow(SQLModel, table=True):
    """Somebody put a case under a legal hold, or took it off. Append-only; the newest word counts."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index("legal_hold_case", "case_id", "id"),)

    id: int | None = _id()
    case_id: str = Field(sa_type=Text)
    placed: bool
    by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    command_id: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    at: datetime = Field(sa_type=DateTime(timezone=True))
