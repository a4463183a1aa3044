"""The ledger of cases, and the read model folded from it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Computed,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlmodel import Field, SQLModel


def _instant(nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


class LedgerRow(SQLModel, table=True):
    """One event of a case, for ever. `body` is its RFC 8785 bytes, `hash` SHA-256(0x00 ‖ body), a Merkle leaf.

    Append-only at the database. What must be added to an event later goes to another append-only table.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        UniqueConstraint("case_id", "seq", name="ledger_case_seq"),
        UniqueConstraint("hash", name="ledger_hash"),
        Index("ledger_command", "command_id"),
        Index("ledger_actor", "actor", "at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    case_id: str = Field(sa_type=Text)
    seq: int
    type: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=DateTime(timezone=True))
    actor: str = Field(sa_type=Text)
    office: str | None = Field(default=None, sa_type=Text)
    capacity: str | None = Field(default=None, sa_type=Text)
    command_id: str = Field(sa_type=Text)
    update_id: str | None = Field(default=None, sa_type=Text)
    run_id: str | None = Field(default=None, sa_type=Text)
    policy: str = Field(sa_type=Text)
    body: bytes = Field(sa_type=LargeBinary)
    hash: bytes = Field(sa_type=LargeBinary)


class PrivateValueRow(SQLModel, table=True):
    """Personal content of an event: the only place that has it. The event's body carries a salted commitment to it."""

    __tablename__ = "private_value"

    case_id: str = Field(sa_column=Column(Text, primary_key=True))
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    path: str = Field(sa_column=Column(Text, primary_key=True))
    salt: bytes = Field(sa_type=LargeBinary)
    value: Any = Field(sa_column=Column(JSONB, nullable=False))


class CommandRow(SQLModel, table=True):
    """A command that was carried out: what makes a resend find its answer. Append-only like the ledger."""

    __tablename__ = "command"
    __table_args__ = (Index("command_case", "case_id"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    case_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    """SHA-256 of what was asked: a second use of the key for something else is found out."""
    first_seq: int
    last_seq: int
    at: datetime = Field(sa_type=DateTime(timezone=True))
    request_id: str | None = Field(default=None, sa_type=Text)


class RefusedAttemptRow(SQLModel, table=True):
    """An attempt that was refused: recorded apart from the ledger, append-only too. Holds no personal content."""

    __tablename__ = "refused_attempt"
    __table_args__ = (Index("refused_attempt_case", "case_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    case_id: str | None = Field(default=None, sa_type=Text)
    act: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    params: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    command_id: str | None = Field(default=None, sa_type=Text)
    request_id: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(sa_type=DateTime(timezone=True))


class DocketRow(SQLModel, table=True):
    """The read model of a case: one row, disposable, folded from the ledger again by `mutasi rebuild`."""

    __tablename__ = "docket"
    __table_args__ = (
        Index("docket_open_target", "to_position", postgresql_where=text("stage NOT IN ('review', 'closed')")),
        Index("docket_open_origin", "from_position", postgresql_where=text("stage NOT IN ('review', 'closed')")),
        Index("docket_number", "number", unique=True),
        # One open case for a person, the review stage aside.
        Index(
            "one_open_case_per_person",
            "person_id",
            unique=True,
            postgresql_where=text("stage NOT IN ('review', 'closed')"),
        ),
        Index("docket_opened", "opened_at", "case_id"),
        Index("docket_stage", "stage", "opened_at", "case_id"),
        Index("docket_status", "status", "opened_at", "case_id"),
        Index("docket_person", "person_id"),
        Index("docket_from_agency", "from_agency", "opened_at", "case_id"),
        Index("docket_to_agency", "to_agency", "opened_at", "case_id"),
        Index("docket_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("docket_search", "search", postgresql_using="gin"),
        Index("docket_nip", "employee_nip"),
    )

    case_id: str = Field(sa_column=Column(Text, primary_key=True))
    number: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    origin: str = Field(sa_type=Text)
    person_id: str = Field(sa_type=Text)
    employee_name: str | None = Field(default=None, sa_type=Text)
    employee_nip: str | None = Field(default=None, sa_type=Text)
    from_position: str | None = Field(default=None, sa_type=Text)
    from_unit: str | None = Field(default=None, sa_type=Text)
    from_agency: str | None = Field(default=None, sa_type=Text)
    to_position: str = Field(sa_type=Text)
    to_unit: str = Field(sa_type=Text)
    to_agency: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    outcome: str | None = Field(default=None, sa_type=Text)
    reached_approval: bool
    """Whether the board, the secretary and the governor have had to do with it."""
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime | None = _instant(nullable=True)
    effective_on: date | None = None
    decree_number: str | None = Field(default=None, sa_type=Text)
    policy: str = Field(sa_type=Text)
    seq: int
    version: int
    head: bytes = Field(sa_type=LargeBinary)
    """Hash of the newest ledger entry."""
    state: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    """The folded case."""
    search: Any = Field(
        default=None,
        sa_column=Column(
            TSVECTOR,
            Computed(
                "to_tsvector('simple', number || ' ' || coalesce(employee_name, '') || ' ' ||"
                " coalesce(decree_number, ''))",
                persisted=True,
            ),
        ),
    )


class TaskRow(SQLModel, table=True):
    """An open task of a case, for a person or an office."""

    __tablename__ = "task"
    __table_args__ = (
        Index("task_person", "person_id", "due_at", postgresql_where=text("person_id IS NOT NULL")),
        Index("task_office", "office", "unit", "due_at", postgresql_where=text("office IS NOT NULL")),
    )

    case_id: str = Field(sa_column=Column(Text, primary_key=True))
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    acts: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    office: str | None = Field(default=None, sa_type=Text)
    unit: str | None = Field(default=None, sa_type=Text)
    person_id: str | None = Field(default=None, sa_type=Text)
    barred: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    status: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime | None = _instant(nullable=True)


class ParticipantRow(SQLModel, table=True):
    """Who acted in a case, and so may read it for ever."""

    __tablename__ = "participant"

    case_id: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: str = Field(sa_column=Column(Text, primary_key=True))


class SeatCallRow(SQLModel, table=True):
    """A call to the line for a post, left by a case that gave a seat back: carried out by the post of that case.

    One that an import left is of no case, and carried out by the post of whichever case sends next.

    `state`: open, done, cancelled (the act was undone).
    """

    __tablename__ = "seat_call"
    __table_args__ = (
        Index("seat_call_open", "case_id", "not_before", postgresql_where=text("state = 'open'")),
        Index("seat_call_post", "position_code", postgresql_where=text("state = 'open'")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    case_id: str | None = Field(default=None, sa_type=Text)
    seq: int | None = None
    position_code: str = Field(sa_type=Text)
    freed_at: datetime = Field(sa_type=DateTime(timezone=True))
    frees: bool
    """Whether a seat came free, or a case is only back in its line."""
    not_before: datetime = Field(sa_type=DateTime(timezone=True))
    state: str = Field(sa_type=Text)
    done_at: datetime | None = _instant(nullable=True)


class NoticeRow(SQLModel, table=True):
    """The outbox and the list of notices in the application: one row for one message to one person.

    `state`: queued, sent, failed (tried, will be tried again), undelivered (given up), cancelled (the act was undone),
    in_app (only in the application).
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("notice_person", "person_id", "id"),
        Index("notice_case", "case_id", "id"),
        Index("notice_unsent", "case_id", "not_before", postgresql_where=text("state IN ('queued', 'failed')")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    key: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    """`case/seq/n`: the idempotency key of the effect, and the stable part of the Message-ID."""
    case_id: str = Field(sa_type=Text)
    seq: int
    person_id: str = Field(sa_type=Text)
    template: str = Field(sa_type=Text)
    params: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    address: str | None = Field(default=None, sa_type=Text)
    state: str = Field(sa_type=Text)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    fault: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    not_before: datetime = Field(sa_type=DateTime(timezone=True))
    give_up_at: datetime = Field(sa_type=DateTime(timezone=True))
    sent_at: datetime | None = _instant(nullable=True)
    read_at: datetime | None = _instant(nullable=True)
