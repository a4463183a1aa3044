"""Accounts: found, made, given a password and a second factor, switched off."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from store.credentials import code_digest, new_code, new_id
from store.tables import ACCOUNT, RECOVERY_CODE

ENROLMENT_LIFE = timedelta(hours=72)
RECOVERY_CODES = 10


class Account(NamedTuple):
    """An account as a sign-in needs it."""

    id: str
    kind: str
    name: str
    person_id: str | None
    disabled_at: datetime | None
    password_hash: str | None
    enrolment_hash: str | None
    enrolment_until: datetime | None
    totp_key_id: str | None
    totp_sealed: bytes | None
    totp_confirmed_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether a person may sign in with it."""
        return self.kind == "person" and self.disabled_at is None

    @property
    def second_factor(self) -> bool:
        return self.totp_confirmed_at is not None


class NameTaken(Exception):
    """The name is another account's, or the person has an account already."""


_COLUMNS = [ACCOUNT.c[name] for name in Account._fields]


async def by_name(connection: AsyncConnection, name: str) -> Account | None:
    return await _one(connection, ACCOUNT.c.name == name)


async def by_id(connection: AsyncConnection, account_id: str) -> Account | None:
    return await _one(connection, ACCOUNT.c.id == account_id)


async def of_person(connection: AsyncConnection, person_id: str) -> Account | None:
    return await _one(connection, ACCOUNT.c.person_id == person_id)


async def _one(connection: AsyncConnection, condition: object) -> Account | None:
    row = (await connection.execute(select(*_COLUMNS).where(condition))).first()  # type: ignore[arg-type]
    return Account(**row._mapping) if row else None


async def create(
    connection: AsyncConnection, *, kind: str, name: str | None, person_id: str | None, now: datetime
) -> str:
    """A new account without a password; its id, which is also its name where none is given. Raises `NameTaken`."""
    account_id = new_id("a")
    values = {"id": account_id, "kind": kind, "name": name or account_id, "person_id": person_id, "created_at": now}
    try:
        async with connection.begin_nested():
            await connection.execute(insert(ACCOUNT).values(**values))
    except IntegrityError as taken:
        raise NameTaken(name) from taken
    return account_id


async def issue_enrolment(connection: AsyncConnection, account_id: str, now: datetime) -> str:
    """Take an account's password away and give a one-time code instead, with which its owner sets a new one."""
    code = new_code()
    await _set(
        connection, account_id, password_hash=None, enrolment_hash=code_digest(code),
        enrolment_until=now + ENROLMENT_LIFE,
    )  # fmt: skip
    return code


async def use_enrolment(
    connection: AsyncConnection, account_id: str, code: str, password_hash: str, now: datetime
) -> bool:
    """Set the first password with a one-time code. False when the code is not, or no longer, the account's."""
    done = await connection.execute(
        update(ACCOUNT)
        .where(
            ACCOUNT.c.id == account_id,
            ACCOUNT.c.enrolment_hash == code_digest(code),
            ACCOUNT.c.enrolment_until > now,
            ACCOUNT.c.disabled_at.is_(None),
        )
        .values(password_hash=password_hash, enrolment_hash=None, enrolment_until=None)
    )
    return bool(done.rowcount)


async def set_password(connection: AsyncConnection, account_id: str, password_hash: str, instead_of: str) -> bool:
    """Replace a password hash, if it is still the one that was looked at."""
    done = await connection.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.id == account_id, ACCOUNT.c.password_hash == instead_of)
        .values(password_hash=password_hash)
    )
    return bool(done.rowcount)


async def set_disabled(connection: AsyncConnection, account_id: str, at: datetime | None) -> None:
    await _set(connection, account_id, disabled_at=at)


async def propose_totp(connection: AsyncConnection, account_id: str, key_id: str, sealed: bytes) -> bool:
    """Keep a secret that counts once it is confirmed. False when one is in force."""
    done = await connection.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.id == account_id, ACCOUNT.c.totp_confirmed_at.is_(None))
        .values(totp_key_id=key_id, totp_sealed=sealed, totp_last_step=0)
    )
    return bool(done.rowcount)


async def use_step(connection: AsyncConnection, account_id: str, step: int) -> bool:
    """Take the code of a time step. False when that one, or a newer one, was taken before."""
    done = await connection.execute(
        update(ACCOUNT).where(ACCOUNT.c.id == account_id, ACCOUNT.c.totp_last_step < step).values(totp_last_step=step)
    )
    return bool(done.rowcount)


async def confirm_totp(connection: AsyncConnection, account_id: str, now: datetime) -> list[str]:
    """Put the second factor into force; new recovery codes, shown this once. Empty when it already was."""
    done = await connection.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.id == account_id, ACCOUNT.c.totp_confirmed_at.is_(None), ACCOUNT.c.totp_sealed.is_not(None))
        .values(totp_confirmed_at=now)
    )
    if not done.rowcount:
        return []
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    await connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.account_id == account_id))
    await connection.execute(insert(RECOVERY_CODE), [{"hash": code_digest(c), "account_id": account_id} for c in codes])
    return codes


async def use_recovery_code(connection: AsyncConnection, account_id: str, code: str, now: datetime) -> bool:
    """Take a recovery code. False when it is not the account's, or was used."""
    done = await connection.execute(
        update(RECOVERY_CODE)
        .where(
            RECOVERY_CODE.c.hash == code_digest(code),
            RECOVERY_CODE.c.account_id == account_id,
            RECOVERY_CODE.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return bool(done.rowcount)


async def remove_totp(connection: AsyncConnection, account_id: str) -> None:
    await _set(connection, account_id, totp_key_id=None, totp_sealed=None, totp_confirmed_at=None)
    await connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.account_id == account_id))


async def _set(connection: AsyncConnection, account_id: str, **values: object) -> None:
    await connection.execute(update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(**values))


class Listed(NamedTuple):
    """An account as an operator sees it."""

    name: str
    kind: str
    holder: str | None
    created_at: datetime
    disabled_at: datetime | None
    has_password: bool
    enrolling: bool
    second_factor: bool
    sessions: int


_LISTED = text("""
    SELECT a.name, a.kind, p.name AS holder, a.created_at, a.disabled_at,
           a.password_hash IS NOT NULL AS has_password,
           coalesce(a.enrolment_until > :now, false) AS enrolling,
           a.totp_confirmed_at IS NOT NULL AS second_factor,
           (SELECT count(*) FROM session s
             WHERE s.account_id = a.id AND s.ended_at IS NULL AND s.expires_at > :now) AS sessions
    FROM account a LEFT JOIN person p ON p.id = a.person_id
    WHERE a.kind = :kind
    ORDER BY a.name
""")


async def listed(connection: AsyncConnection, kind: str, now: datetime) -> list[Listed]:
    """All accounts of a kind, by name."""
    return [Listed(**r._mapping) for r in await connection.execute(_LISTED, {"kind": kind, "now": now})]


_PERSONAL = text(
    "SELECT p.name, p.nip, a.name AS account FROM account a JOIN person p ON p.id = a.person_id WHERE a.id = :id"
)


async def personal_words(connection: AsyncConnection, account_id: str) -> list[str]:
    """What a password of this account must not be made of: the names and the NIP of its owner."""
    row = (await connection.execute(_PERSONAL, {"id": account_id})).one()
    return [word for word in row if word]
