"""Signing in with a local account. Whatever is wrong, the answer and the work for it are the same.

An attempt is written down before the secret is looked at, so that many at once are counted like one after the other.
Logs learn nothing of it: what happened is in the table of identity events, without names and addresses.
"""

import base64
import hashlib
import json
import re
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api import second_factor
from api.passwords import Passwords
from api.problems import Problem
from domain.passwords import normalised, weakness
from domain.slowing import wait
from store import accounts, sessions
from store.accounts import Account
from store.credentials import Sealed, Seals
from store.identity_events import Happened, Knock, failures, one_at_a_time, record

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}")
TICKET = timedelta(minutes=5)
"""How long somebody whose password was right may look for his second factor."""
_TICKET_FOR = "second step"


class Proof(NamedTuple):
    """Who somebody is, and how he proved it."""

    account: Account
    authn: str


def account_name(typed: str) -> str:
    """A name as accounts have it: case and spaces around it do not matter."""
    return typed.strip().casefold()


class SignIn:
    """What one can do with a password, a one-time code, or a second factor."""

    def __init__(self, engine: AsyncEngine, seals: Seals, passwords: Passwords | None = None) -> None:
        self._engine = engine
        self._seals = seals
        self.passwords = passwords or Passwords()

    async def prove(self, name: str, password: str, code: str | None, knock: Knock, now: datetime) -> Proof:
        """Who somebody is by name, password and, where he has one, his second factor. Raises `Problem`."""
        account = await self._known(name, password, knock, now)
        return Proof(account, await self._second(account, code, knock, now))

    async def first_step(self, name: str, password: str, knock: Knock, now: datetime) -> Proof | str:
        """The same for people at a page, without the second factor: a ticket for `second_step` where there is one."""
        account = await self._known(name, password, knock, now)
        if not account.second_factor:
            return Proof(account, "password")
        await self._note(Happened.SECOND_FACTOR_ASKED, account, None, knock, now)
        said = json.dumps([account.id, name, int((now + TICKET).timestamp()), _version(account)])
        key_id, sealed = self._seals.seal(said.encode(), _TICKET_FOR)
        return f"{key_id}.{base64.urlsafe_b64encode(sealed).decode()}"

    def name_on(self, ticket: str, now: datetime) -> str:
        """The account name on a ticket. Raises `Problem` for one that is none, or that is worn out."""
        return self._read(ticket, now)[1]

    async def second_step(self, ticket: str, code: str, knock: Knock, now: datetime) -> Proof:
        """Who somebody is whose password was right some minutes ago, by his second factor. Raises `Problem`."""
        account_id, name, version = self._read(ticket, now)
        account = await self._try(name, knock, now)
        if account is None or account.id != account_id or not account.open or _version(account) != version:
            raise Problem("sign_in_refused")
        return Proof(account, await self._second(account, code, knock, now))

    def _read(self, ticket: str, now: datetime) -> tuple[str, str, str]:
        key_id, _, sealed = ticket.partition(".")
        try:
            plain = self._seals.open(key_id, base64.urlsafe_b64decode(sealed), _TICKET_FOR)
        except (Sealed, ValueError):
            raise Problem("sign_in_refused") from None
        account_id, name, until, version = json.loads(plain)
        if now.timestamp() > until:
            raise Problem("token_expired")
        return account_id, name, version

    async def _known(self, name: str, password: str, knock: Knock, now: datetime) -> Account:
        """The account whose password was given. Raises `Problem`."""
        account = await self._try(name, knock, now)
        kept = account.password_hash if account and account.open else None
        right = await self.passwords.check(kept, normalised(password))
        if account is None or kept is None or not right:
            await self._note(Happened.REFUSED, account, "password", knock, now)
            raise Problem("sign_in_refused")
        if self.passwords.worn(kept):
            await self._rehash(account, kept, normalised(password), knock, now)
        return account

    async def begin(
        self, proof: Proof, kind: str, client: str, knock: Knock, now: datetime, instead_of: str | None = None
    ) -> sessions.Begun:
        """A new session with a secret of its own; the one the browser had before, if any, is over."""
        async with self._engine.begin() as connection:
            if instead_of:
                await _end_by_secret(connection, instead_of, now)
            begun = await sessions.begin(
                connection, account=proof.account.id, kind=kind, authn=proof.authn, client=client, now=now
            )
            await record(
                connection, Happened.SIGNED_IN, at=now, account=proof.account.id, detail=f"{proof.authn} {kind}",
                knock=knock,
            )  # fmt: skip
        return begun

    async def enrol(self, name: str, code: str, password: str, knock: Knock, now: datetime) -> None:
        """Set the first password with the one-time code an operator gave. Raises `Problem`."""
        password = _strong(password, ())
        account = await self._try(name, knock, now)
        hashed = await self.passwords.hash(password)
        account_id = account.id if account and account.open else ""
        async with self._engine.begin() as connection:
            done = await accounts.use_enrolment(connection, account_id, code, hashed, now)
            if done:
                # Asked only of whoever has the code, and taken back with it: the words tell whose account it is.
                _strong(password, await accounts.personal_words(connection, account_id))
                await sessions.end(connection, account_id, now, "enrolled")
                await record(connection, Happened.ENROLLED, at=now, account=account_id, knock=knock)
        if not done:
            await self._note(Happened.REFUSED, account, "enrolment", knock, now)
            raise Problem("enrolment_refused")

    async def change_password(
        self, live: sessions.Live, present: str, wanted: str, knock: Knock, now: datetime
    ) -> None:
        """Set another password; all other sessions of the account are over. Raises `Problem`."""
        _strong(wanted, ())
        account, knock = await self._own(live, present, knock, now)
        async with self._engine.connect() as connection:
            own = await accounts.personal_words(connection, account.id)
        hashed = await self.passwords.hash(_strong(wanted, own))
        async with self._engine.begin() as connection:
            if not await accounts.set_password(connection, account.id, hashed, str(account.password_hash)):
                raise Problem("sign_in_refused")
            await sessions.end(connection, account.id, now, "password_changed", but=live.id)
            await record(connection, Happened.PASSWORD_CHANGED, at=now, account=account.id, knock=knock)

    async def propose_second_factor(
        self, live: sessions.Live, password: str, knock: Knock, now: datetime
    ) -> tuple[str, str]:
        """A new shared secret, as typed and as an `otpauth://` address; it counts once confirmed. Raises `Problem`."""
        account, knock = await self._own(live, password, knock, now)
        secret = second_factor.new_secret()
        async with self._engine.begin() as connection:
            if not await accounts.propose_totp(connection, account.id, *self._seals.seal(secret, account.id)):
                raise Problem("second_factor_in_force")
            await record(connection, Happened.SECOND_FACTOR_PROPOSED, at=now, account=account.id, knock=knock)
        return second_factor.typed(secret), second_factor.address(secret, account.name)

    async def confirm_second_factor(self, live: sessions.Live, code: str, knock: Knock, now: datetime) -> list[str]:
        """Put the proposed second factor into force with one of its codes; recovery codes. Raises `Problem`."""
        async with self._engine.begin() as connection:
            account = await accounts.by_id(connection, live.account_id)
            if account is None or account.second_factor:
                raise Problem("second_factor_in_force")
            step = self._step(account, code, now)
            if step is None or not await accounts.use_step(connection, account.id, step):
                raise Problem("second_factor_unproved")
            recovery = await accounts.confirm_totp(connection, account.id, now)
            if not recovery:
                raise Problem("second_factor_in_force")
            await sessions.end(connection, account.id, now, "second_factor_set", but=live.id)
            await record(connection, Happened.SECOND_FACTOR_SET, at=now, account=account.id, knock=knock)
        return recovery

    async def remove_second_factor(
        self, live: sessions.Live, password: str, code: str, knock: Knock, now: datetime
    ) -> None:
        """Do without the second factor from now on, proved with it a last time. Raises `Problem`."""
        account, knock = await self._own(live, password, knock, now)
        await self._second(account, code, knock, now)
        async with self._engine.begin() as connection:
            await accounts.remove_totp(connection, account.id)
            await sessions.end(connection, account.id, now, "second_factor_removed", but=live.id)
            await record(connection, Happened.SECOND_FACTOR_REMOVED, at=now, account=account.id, knock=knock)

    async def _own(self, live: sessions.Live, password: str, knock: Knock, now: datetime) -> tuple[Account, Knock]:
        """One's own account, proved with its password once more, and the knock under its name."""
        async with self._engine.connect() as connection:
            account = await accounts.by_id(connection, live.account_id)
        if account is None:
            raise Problem("sign_in_refused")
        knock = knock._replace(name=self._seals.mark("name", account.name))
        await self._count(knock, now)
        if not await self.passwords.check(account.password_hash, normalised(password)):
            await self._note(Happened.REFUSED, account, "password", knock, now)
            raise Problem("sign_in_refused")
        return account, knock

    async def _try(self, name: str, knock: Knock, now: datetime) -> Account | None:
        """Count an attempt, then the account of a name, if there is one."""
        await self._count(knock, now)
        if not NAME.fullmatch(name):
            return None
        async with self._engine.connect() as connection:
            return await accounts.by_name(connection, name)

    async def _count(self, knock: Knock, now: datetime) -> None:
        """Write an attempt down, or refuse it for having come too soon."""
        async with self._engine.begin() as connection:
            await one_at_a_time(connection, str(knock.name))
            pause = wait(await failures(connection, knock, now))
            await record(connection, Happened.SLOWED if pause else Happened.ATTEMPTED, at=now, knock=knock)
        if pause:
            raise Problem("too_many_attempts", pause)

    async def _second(self, account: Account, code: str | None, knock: Knock, now: datetime) -> str:
        """How somebody who knows the password proved the rest. Raises `Problem`."""
        if not account.second_factor:
            return "password"
        if code is None:
            await self._note(Happened.SECOND_FACTOR_ASKED, account, None, knock, now)
            raise Problem("second_factor_required")
        step = self._step(account, code, now)
        async with self._engine.begin() as connection:
            if step is not None and await accounts.use_step(connection, account.id, step):
                return "password+totp"
            if step is None and await accounts.use_recovery_code(connection, account.id, code, now):
                await record(connection, Happened.RECOVERY_CODE_USED, at=now, account=account.id, knock=knock)
                return "password+recovery"
        await self._note(Happened.REFUSED, account, "second_factor", knock, now)
        raise Problem("sign_in_refused")

    def _step(self, account: Account, code: str, now: datetime) -> int | None:
        if account.totp_sealed is None or account.totp_key_id is None:
            return None
        secret = self._seals.open(account.totp_key_id, bytes(account.totp_sealed), account.id)
        return second_factor.matching_step(secret, code.strip().replace(" ", ""), now)

    async def _rehash(self, account: Account, kept: str, password: str, knock: Knock, now: datetime) -> None:
        """Keep the password under the present parameters: only now is it known."""
        hashed = await self.passwords.hash(password)
        async with self._engine.begin() as connection:
            if await accounts.set_password(connection, account.id, hashed, kept):
                await record(connection, Happened.REHASHED, at=now, account=account.id, knock=knock)

    async def _note(
        self, what: Happened, account: Account | None, detail: str | None, knock: Knock, now: datetime
    ) -> None:
        async with self._engine.begin() as connection:
            await record(connection, what, at=now, account=account.id if account else None, detail=detail, knock=knock)


async def _end_by_secret(connection: AsyncConnection, secret: str, now: datetime) -> None:
    try:
        live = await sessions.find(connection, "page", secret, now)
    except sessions.Ended:
        return
    if live is not None:
        await sessions.end(connection, live.account_id, now, "signed_in_again", only=live.id)


def _version(account: Account) -> str:
    """Another one as soon as the password is another: a ticket is good for the password it was given for."""
    return hashlib.sha256(str(account.password_hash).encode()).hexdigest()[:16]


def _strong(password: str, own: tuple[str, ...] | list[str]) -> str:
    """A password in its normal form. Raises `Problem` for one that is easy to guess."""
    text = normalised(password)
    if weak := weakness(text, own):
        raise Problem(str(weak))
    return text
