"""Offices by two people, mandates and declared relations, as they stand.

What happened to them is in the ledger, in a chain of its own (`store/register_acts.py`).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

_STANDING = text("ended_at IS NULL")


def _at(nullable: bool = True) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


class AppointmentRow(SQLModel, table=True):
    """What somebody of HR proposed about an office: that it is held (`appoint`) or held no longer (`end`).

    `state`: `proposed`, `confirmed` or `declined`.
    """

    __tablename__ = "appointment"
    __table_args__ = (Index("appointment_proposed", "proposed_at", "id"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    what: str = Field(sa_type=Text)
    office: str = Field(sa_type=Text)
    unit_code: str | None = Field(default=None, sa_type=Text)
    person_id: str = Field(sa_type=Text)
    capacity: str | None = Field(default=None, sa_type=Text)
    valid_from: date | None = None
    valid_to: date | None = None
    instrument: str = Field(sa_type=Text)
    dated: date
    scope: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    holding: int | None = Field(default=None, sa_type=BigInteger)
    state: str = Field(sa_type=Text)
    proposed_by: str = Field(sa_type=Text)
    proposed_at: datetime = _at(nullable=False)
    settled_by: str | None = Field(default=None, sa_type=Text)
    settled_at: datetime | None = _at()


class MandateRow(SQLModel, table=True):
    """A deputy or proxy of the holder of an office, both days included; `state` as in `domain.mandates.Granted`."""

    __tablename__ = "mandate"
    __table_args__ = (
        Index("mandate_deputy", "deputy_id"),
        Index("mandate_principal", "principal_id"),
        Index("mandate_office", "office", "unit_code", postgresql_where=text("state = 'accepted'")),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    mandate: str = Field(sa_type=Text)
    office: str = Field(sa_type=Text)
    unit_code: str | None = Field(default=None, sa_type=Text)
    principal_id: str = Field(sa_type=Text)
    deputy_id: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date
    scope: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    instrument: str | None = Field(default=None, sa_type=Text)
    dated: date | None = None
    by_hr: bool
    state: str = Field(sa_type=Text)
    named_by: str = Field(sa_type=Text)
    named_at: datetime = _at(nullable=False)
    confirmed_by: str | None = Field(default=None, sa_type=Text)
    confirmed_at: datetime | None = _at()
    accepted_at: datetime | None = _at()
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = _at()


class RelationRow(SQLModel, table=True):
    """A declared tie between two people, in both directions."""

    __tablename__ = "relation"
    __table_args__ = (
        Index("relation_person", "person_id", postgresql_where=_STANDING),
        Index("relation_relative", "relative_id", postgresql_where=_STANDING),
    )

    id: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(sa_type=Text)
    relative_id: str = Field(sa_type=Text)
    relation: str = Field(sa_type=Text)
    declared_by: str = Field(sa_type=Text)
    declared_at: datetime = _at(nullable=False)
    ended_by: str | None = Field(default=None, sa_type=Text)
    ended_at: datetime | None = _at()
