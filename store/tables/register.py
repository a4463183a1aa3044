"""What the province knows about people, posts and time.

Effective-dated and recorded-at: a row says what was valid when (`valid_from`, `valid_to`, `during`) and from when
until when the register held it so (`recorded_at`, `superseded_at`). Nothing is overwritten: a correction supersedes
the old row and records a new one, so "who was the approver that day, as known that day" stays answerable.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB
from sqlmodel import Field, SQLModel

CURRENT = text("superseded_at IS NULL")


def _id() -> Any:
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))


def _recorded() -> Any:
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": text("now()")},
    )


def _superseded() -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


def _current_unique(name: str, *columns: str) -> Index:
    """One current row for a key; superseded rows stay beside it."""
    return Index(name, *columns, unique=True, postgresql_where=CURRENT)


class PersonRow(SQLModel, table=True):
    """Anybody who is concerned or acts. The governor has no NIP; everybody has an id that says nothing."""

    __tablename__ = "person"
    __table_args__ = (Index("person_without_nip", "name", unique=True, postgresql_where=text("nip IS NULL")),)

    no: int | None = _id()
    id: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    nip: str | None = Field(default=None, sa_column=Column(Text, unique=True))
    name: str = Field(sa_type=Text)
    language: str = Field(default="id", sa_column=Column(Text, nullable=False, server_default="id"))


class UnitRow(SQLModel, table=True):
    """A unit of the organisation. `agency_code` is its nearest ancestor or self that is an agency."""

    __tablename__ = "unit"
    __table_args__ = (_current_unique("unit_current", "code"),)

    id: int | None = _id()
    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    short_name: str = Field(sa_type=Text)
    parent_code: str | None = Field(default=None, sa_type=Text)
    kind: str = Field(sa_type=Text)
    district: str = Field(sa_type=Text)
    service_critical: bool
    agency_code: str = Field(sa_type=Text)
    ancestors: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """The unit itself and all units above it."""
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class PositionRow(SQLModel, table=True):
    """A post of the position map; it may need several people, one seat each."""

    __tablename__ = "position"
    __table_args__ = (
        _current_unique("position_current", "code"),
        Index("position_unit", "unit_code", postgresql_where=CURRENT),
        Index("position_title", "title", postgresql_where=CURRENT),
    )

    id: int | None = _id()
    code: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    unit_code: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    tier: str | None = Field(default=None, sa_type=Text)
    echelon: str | None = Field(default=None, sa_type=Text)
    job_class: int
    required: int
    min_grade: str = Field(sa_type=Text)
    max_grade: str = Field(sa_type=Text)
    education_min: str = Field(sa_type=Text)
    education_fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    competences: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    abk_year: int
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class SeatRow(SQLModel, table=True):
    """One of the seats of a post. A seat that the workload analysis no longer needs is abolished, not deleted."""

    __tablename__ = "seat"
    __table_args__ = (Index("seat_of_position", "position_code", "no", unique=True),)

    id: int | None = _id()
    position_code: str = Field(sa_type=Text)
    no: int
    abolished_on: date | None = None


class OccupancyRow(SQLModel, table=True):
    """A seat taken for a period: by an incumbent, or held for a case.

    The exclusion constraint `seat_has_one_occupant` lets no two current rows overlap on a seat; it is deferrable, so
    that swaps and chains commit as a set. Surplus incumbents stand without a seat. `person_has_one_post` does the
    same for the incumbencies of a person.
    """

    __tablename__ = "occupancy"
    __table_args__ = (
        Index("occupancy_position", "position_code", postgresql_where=CURRENT),
        Index("occupancy_seat", "seat_id", postgresql_where=CURRENT),
        Index("occupancy_person", "person_id", postgresql_where=CURRENT),
        Index("occupancy_case", "case_id", postgresql_where=text("superseded_at IS NULL AND case_id IS NOT NULL")),
    )

    id: int | None = _id()
    seat_id: int | None = Field(default=None, sa_type=BigInteger)
    position_code: str = Field(sa_type=Text)
    person_id: str = Field(sa_type=Text)
    person_no: int = Field(sa_type=BigInteger)
    kind: str = Field(sa_type=Text)
    """`incumbent` or `hold`."""
    during: Any = Field(sa_column=Column(DATERANGE, nullable=False))
    case_id: str | None = Field(default=None, sa_type=Text)
    source: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class TemporaryAssignmentRow(SQLModel, table=True):
    """A person working in a post by order for a time, in an emergency; it takes no seat and ends no incumbency."""

    __tablename__ = "temporary_assignment"
    __table_args__ = (
        Index("temporary_assignment_case", "case_id", postgresql_where=CURRENT),
        Index("temporary_assignment_person", "person_id", postgresql_where=CURRENT),
    )

    id: int | None = _id()
    case_id: str = Field(sa_type=Text)
    person_id: str = Field(sa_type=Text)
    position_code: str = Field(sa_type=Text)
    number: str = Field(sa_type=Text)
    during: Any = Field(sa_column=Column(DATERANGE, nullable=False))
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class EmployeeRow(SQLModel, table=True):
    """The personal profile of a civil servant, without his post."""

    __tablename__ = "employee"
    __table_args__ = (
        _current_unique("employee_current", "person_id"),
        Index("employee_spouse", "spouse_id", postgresql_where=text("superseded_at IS NULL AND spouse_id IS NOT NULL")),
    )

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    grade: str = Field(sa_type=Text)
    grade_since: date
    appointed_on: date
    education: str = Field(sa_type=Text)
    education_field: str = Field(sa_type=Text)
    birth_date: date
    sex: str = Field(sa_type=Text)
    domicile_district: str = Field(sa_type=Text)
    spouse_id: str | None = Field(default=None, sa_type=Text)
    email: str | None = Field(default=None, sa_type=Text)
    phone: str | None = Field(default=None, sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class RatingRow(SQLModel, table=True):
    """Performance rating of a year. `source` is `register`, or the number of the case it was supplied in."""

    __tablename__ = "rating"
    __table_args__ = (_current_unique("rating_current", "person_id", "year"),)

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    year: int
    rating: str = Field(sa_type=Text)
    work_result: str | None = Field(default=None, sa_type=Text)
    behaviour: str | None = Field(default=None, sa_type=Text)
    rater_id: str | None = Field(default=None, sa_type=Text)
    source: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class CompetenceRow(SQLModel, table=True):
    __tablename__ = "competence"
    __table_args__ = (_current_unique("competence_current", "person_id", "competence"),)

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    competence: str = Field(sa_type=Text)
    level: int
    assessed_on: date
    source: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class TalentRow(SQLModel, table=True):
    """Axes of the talent map; the number of the box is derived."""

    __tablename__ = "talent"
    __table_args__ = (_current_unique("talent_current", "person_id", "year"),)

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    year: int
    performance_axis: str = Field(sa_type=Text)
    potential_axis: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class ConditionRow(SQLModel, table=True):
    """Discipline, court, audit finding, study leave and the like, with the period they hold for."""

    __tablename__ = "condition"
    __table_args__ = (Index("condition_person", "person_id", postgresql_where=CURRENT),)

    id: int | None = _id()
    person_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    reference: str = Field(sa_type=Text)
    source: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class OfficeRow(SQLModel, table=True):
    """Who holds an office, in what capacity, by which instrument, from when to when (both ends included)."""

    __tablename__ = "office"
    __table_args__ = (
        Index("office_current", "office", "unit_code", postgresql_where=CURRENT),
        Index("office_person", "person_id", postgresql_where=CURRENT),
    )

    id: int | None = _id()
    office: str = Field(sa_type=Text)
    unit_code: str | None = Field(default=None, sa_type=Text)
    person_id: str = Field(sa_type=Text)
    holder_name: str = Field(sa_type=Text)
    capacity: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    instrument: str = Field(sa_type=Text)
    dated: date | None = None
    """Day of the instrument; files do not say it."""
    scope: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    appointment_id: str | None = Field(default=None, sa_type=Text)
    """By which act of two people the row came about; none when a file said it."""
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class WindowRow(SQLModel, table=True):
    """A period that restricts decisions or opens the expedited path."""

    __tablename__ = "restricted_window"
    __table_args__ = (Index("restricted_window_current", "valid_from", postgresql_where=CURRENT),)

    id: int | None = _id()
    kind: str = Field(sa_type=Text)
    valid_from: date
    valid_to: date | None = None
    ground: str = Field(sa_type=Text)
    scope: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class HolidayRow(SQLModel, table=True):
    """A national holiday or joint-leave day. A name ending in `(perkiraan)` marks an estimate."""

    __tablename__ = "holiday"
    __table_args__ = (_current_unique("holiday_current", "day"),)

    id: int | None = _id()
    day: date
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class CalendarOverrideRow(SQLModel, table=True):
    """A day made a working day or a holiday by an order of the province; a later order supersedes an earlier one."""

    __tablename__ = "calendar_override"
    __table_args__ = (_current_unique("calendar_override_current", "day"),)

    id: int | None = _id()
    day: date
    working: bool
    reason: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class CalendarYearRow(SQLModel, table=True):
    """Whether the joint decree of a year is out. A year without a row is not published."""

    __tablename__ = "calendar_year"
    __table_args__ = (_current_unique("calendar_year_current", "year"),)

    id: int | None = _id()
    year: int
    published: bool
    reference: str = Field(sa_type=Text)
    recorded_by: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()
    superseded_at: datetime | None = _superseded()


class RatingYearRow(SQLModel, table=True):
    """A year whose ratings HR declared closed; the newest one counts, and never less than the policy's."""

    __tablename__ = "rating_year"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    published_by: str = Field(sa_type=Text)
    recorded_at: datetime | None = _recorded()


class PolicyRow(SQLModel, table=True):
    """A policy by the hash of its canonical text: what cases are judged by for ever."""

    __tablename__ = "policy"
    __table_args__ = (Index("policy_effective", "effective_from", "published_at"),)

    hash: str = Field(sa_column=Column(Text, primary_key=True))
    code: str = Field(sa_type=Text)
    version: str = Field(sa_type=Text)
    effective_from: date
    text: str = Field(sa_type=Text)
    published_at: datetime | None = _recorded()


class ImportRunRow(SQLModel, table=True):
    """One import: what it read and what it changed."""

    __tablename__ = "import_run"

    id: int | None = _id()
    digest: str = Field(sa_type=Text)
    changed: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    recorded_at: datetime | None = _recorded()
