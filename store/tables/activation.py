"""How a policy comes into force: a proposal with its text and test cases, and the confirmation of a second person.

Both tables only grow. A policy enters the table `policy` when it is confirmed.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class PolicyProposalRow(SQLModel, table=True):
    """A candidate that somebody of HR asks to put into force, with the test cases it was tried by."""

    __tablename__ = "policy_proposal"
    __table_args__ = (Index("policy_proposal_hash", "hash", unique=True),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    hash: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    version: str = Field(sa_type=Text)
    effective_from: date
    text: str = Field(sa_type=Text)
    cases: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    reason: str = Field(sa_type=Text)
    proposed_by: str = Field(sa_type=Text)
    command_id: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    at: datetime = Field(sa_type=DateTime(timezone=True))


class PolicyConfirmationRow(SQLModel, table=True):
    """The second person's word. From `in_force_from` on, new cases are judged by the policy."""

    __tablename__ = "policy_confirmation"
    __table_args__ = (Index("policy_in_force", "in_force_from", "at"),)

    hash: str = Field(sa_column=Column(Text, primary_key=True))
    reason: str = Field(sa_type=Text)
    confirmed_by: str = Field(sa_type=Text)
    in_force_from: date
    """The day the policy names, or that of the confirmation if it is later: nothing takes effect backwards."""
    command_id: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    at: datetime = Field(sa_type=DateTime(timezone=True))
