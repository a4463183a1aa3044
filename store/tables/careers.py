"""What a career was and what it is wished to be: posts held before, and posts preferred. Recorded-at like the rest."""

from datetime import date, datetime

from sqlalchemy import ARRAY, Column, Index, Text
from sqlmodel import Field, SQLModel

from store.tables.register import CURRENT, _current_unique, _id, _recorded, _superseded


class PostHistoryRow(SQLModel, table=True):
    """A post somebody held for a period, both ends included. `source` is `register`, or the number of a case."""

    __tablename__ = "post_history"
    __table_args__ = (Index("post_history_person", "person_id", postgresql_where=CURRENT),)

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    tier: str | None = Field(default=None, sa_type=Text)
    unit: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    source: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class StatedPreferenceRow(SQLModel, table=True):
    """The posts somebody would rather have, first choice first; an empty list takes an earlier statement back."""

    __tablename__ = "stated_preference"
    __table_args__ = (_current_unique("stated_preference_current", "person_id"),)

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    positions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class OutsideServiceRow(SQLModel, table=True):
    """Somebody of the register who serves another agency from a day on: he left, or comes from there by a case."""

    __tablename__ = "outside_service"
    __table_args__ = (_current_unique("outside_service_current", "person_id"),)

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    agency: str = Field(sa_type=Text)
    """As the letters of the case name it."""
    valid_from: date
    source: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()
