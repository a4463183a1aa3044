"""Who may knock: accounts, sessions, tokens of services, what happened to them. No right is kept here."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, ForeignKey, Identity, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel


class AccountRow(SQLModel, table=True):
    """An account of a person or of a service. What a person may do follows from his offices, never from this row."""

    __tablename__ = "account"

    id: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_type=Text)
    """`person` or `service`."""
    name: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    person_id: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("person.id"), unique=True))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    disabled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    password_hash: str | None = Field(default=None, sa_type=Text)
    """argon2id in PHC form, with its own salt and parameters."""
    enrolment_hash: str | None = Field(default=None, sa_type=Text)
    """SHA-256 of the one-time code with which the owner sets a password."""
    enrolment_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    totp_key_id: str | None = Field(default=None, sa_type=Text)
    totp_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Nonce and AES-256-GCM ciphertext of the shared secret."""
    totp_confirmed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    totp_last_step: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """The newest time step whose code was used: no code is taken twice."""


class RecoveryCodeRow(SQLModel, table=True):
    """A code for the day the phone is lost, good once."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index("recovery_code_account", "account_id"),)

    hash: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, ForeignKey("account.id"), nullable=False))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class SessionRow(SQLModel, table=True):
    """Somebody who is signed in, with a cookie (`page`) or with tokens (`api`). Ended ones are kept for a while."""

    __tablename__ = "session"
    __table_args__ = (Index("session_account", "account_id"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, ForeignKey("account.id"), nullable=False))
    kind: str = Field(sa_type=Text)
    secret_hash: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    """SHA-256 of the cookie's value, or of the present access token."""
    secret_until: datetime = Field(sa_type=DateTime(timezone=True))
    """Until when that secret is taken: moved on by use for pages, fixed for an access token."""
    authn: str = Field(sa_type=Text)
    """How the person proved who he is: `password`, `password+totp`, `password+recovery`, `oidc`."""
    client: str = Field(sa_type=Text)
    """What the browser or program calls itself, so that the owner knows it again."""
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_why: str | None = Field(default=None, sa_type=Text)


class RefreshTokenRow(SQLModel, table=True):
    """A refresh token of a session; each is good once, and kept to tell when it comes again."""

    __tablename__ = "refresh_token"
    __table_args__ = (Index("refresh_token_session", "session_id"),)

    hash: str = Field(sa_column=Column(Text, primary_key=True))
    session_id: str = Field(sa_column=Column(Text, ForeignKey("session.id", ondelete="CASCADE"), nullable=False))
    issued_at: datetime = Field(sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class ServiceTokenRow(SQLModel, table=True):
    """A token of another system, for the scopes it names."""

    __tablename__ = "service_token"
    __table_args__ = (Index("service_token_account", "account_id"),)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    account_id: str = Field(sa_column=Column(Text, ForeignKey("account.id"), nullable=False))
    secret_hash: str = Field(sa_column=Column(Text, unique=True, nullable=False))
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class ProviderFlowRow(SQLModel, table=True):
    """A sign-in under way at the OpenID provider; gone when the browser comes back."""

    __tablename__ = "provider_flow"

    state_hash: str = Field(sa_column=Column(Text, primary_key=True))
    browser_hash: str = Field(sa_type=Text)
    """SHA-256 of the cookie of the browser that set out: nobody else's comes back for it."""
    nonce: str = Field(sa_type=Text)
    verifier: str = Field(sa_type=Text)
    return_to: str = Field(sa_type=Text)
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))


class IdentityEventRow(SQLModel, table=True):
    """Something that happened to an account. Append-only; ids, codes and keyed digests only."""

    __tablename__ = "identity_event"
    __table_args__ = (
        Index("identity_event_account", "account_id", "id"),
        Index("identity_event_name", "name_mark", "at"),
        Index("identity_event_address", "address_mark", "at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    at: datetime = Field(sa_type=DateTime(timezone=True))
    what: str = Field(sa_type=Text)
    account_id: str | None = Field(default=None, sa_type=Text)
    detail: str | None = Field(default=None, sa_type=Text)
    """A code that says more: the method, the reason, the id of a session or token."""
    name_mark: str | None = Field(default=None, sa_type=Text)
    """Keyed digest of the name that was typed: it may be a password by mistake, so it is never kept itself."""
    address_mark: str | None = Field(default=None, sa_type=Text)
    request_id: str | None = Field(default=None, sa_type=Text)
