"""The transparency log: its leaves, the tree over them, signed checkpoints, and where those were sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def _place() -> Any:
    return Column(BigInteger, primary_key=True, autoincrement=False)


class LogPendingRow(SQLModel, table=True):
    """A row of the ledger, or of the refused attempts, that has no place in the log yet. Triggers put it here."""

    __tablename__ = "log_pending"

    kind: str = Field(sa_column=Column(Text, primary_key=True))
    source: int = Field(sa_column=_place())


class LogLeafRow(SQLModel, table=True):
    """One leaf of the log, for ever, at its place from 0 without a gap. `hash` is the leaf hash of RFC 9162.

    `kind`: entry (of the ledger, which has the body), attempt (refused), heads (of all cases), statement (of the log
    about itself). `source` is the row it was made from.
    """

    __tablename__ = "log_leaf"
    __table_args__ = (
        Index("log_leaf_source", "kind", "source", unique=True, postgresql_where=text("source IS NOT NULL")),
        Index(
            "log_leaf_case",
            "case_id",
            "seq",
            unique=True,
            postgresql_include=["place", "hash"],
            postgresql_where=text("kind = 'entry'"),
        ),
        Index("log_leaf_own", "kind", "place", postgresql_where=text("kind IN ('heads', 'statement')")),
    )

    place: int = Field(sa_column=_place())
    kind: str = Field(sa_type=Text)
    source: int | None = Field(default=None, sa_type=BigInteger)
    case_id: str | None = Field(default=None, sa_type=Text)
    seq: int | None = None
    hash: bytes = Field(sa_type=LargeBinary)
    body: bytes | None = Field(default=None, sa_type=LargeBinary)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()")))


class LogNodeRow(SQLModel, table=True):
    """The hash of a complete subtree above the leaves; see `proof.tree`."""

    __tablename__ = "log_node"

    level: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    no: int = Field(sa_column=_place())
    hash: bytes = Field(sa_type=LargeBinary)


class LogPrivateValueRow(SQLModel, table=True):
    """Personal content of a statement: who acknowledged, and why. The leaf carries a salted commitment to it."""

    __tablename__ = "log_private_value"

    place: int = Field(sa_column=_place())
    path: str = Field(sa_column=Column(Text, primary_key=True))
    salt: bytes = Field(sa_type=LargeBinary)
    value: Any = Field(sa_column=Column(JSONB, nullable=False))


class LogKeyRow(SQLModel, table=True):
    """A verifier key of the log and the place of the statement that brought it in."""

    __tablename__ = "log_key"
    __table_args__ = (Index("log_key_since", "since", unique=True),)

    key: str = Field(sa_column=Column(Text, primary_key=True))
    since: int = Field(sa_type=BigInteger)


class LogCheckpointRow(SQLModel, table=True):
    """A signed checkpoint: the log says how large it is and what its root is."""

    __tablename__ = "log_checkpoint"

    size: int = Field(sa_column=_place())
    root: bytes = Field(sa_type=LargeBinary)
    note: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=text("now()")))


class LogCosignatureRow(SQLModel, table=True):
    """A witness's line under a checkpoint."""

    __tablename__ = "log_cosignature"
    __table_args__ = (Index("log_cosignature_witness", "witness", "size"),)

    size: int = Field(sa_column=_place())
    witness: str = Field(sa_column=Column(Text, primary_key=True))
    line: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))


class LogDeliveryRow(SQLModel, table=True):
    """A checkpoint on its way out of the house. `state`: queued, failed (will be tried again), sent, passed over (a
    newer one went instead).
    """

    __tablename__ = "log_delivery"
    __table_args__ = (
        Index("log_delivery_once", "size", "channel", "target", unique=True),
        Index("log_delivery_due", "not_before", postgresql_where=text("state IN ('queued', 'failed')")),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    size: int = Field(sa_type=BigInteger)
    channel: str = Field(sa_type=Text)
    target: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    fault: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    not_before: datetime = Field(sa_type=DateTime(timezone=True))
    sent_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True), nullable=True)
