"""`mutasi account`: accounts of people. They let somebody in; what he may do there follows from his offices."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.settings import Settings, required
from runtime.terminal import Json, console, fail, print_json, settings, table

app = typer.Typer(help="Accounts of people; no right is granted here.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the account.")]
T = TypeVar("T")
_NAME = r"[a-z0-9][a-z0-9._-]{2,63}"


class Impossible(Exception):
    """What was asked cannot be done. The message says why."""


def in_register(work: Callable[[AsyncConnection, datetime], Awaitable[T]]) -> T:
    """Do something to the accounts of the register, in one transaction; an `Impossible` ends the command."""
    try:
        return asyncio.run(_in_register(settings(), work))
    except Impossible as why:
        raise fail(str(why)) from None


async def _in_register(chosen: Settings, work: Callable[[AsyncConnection, datetime], Awaitable[T]]) -> T:
    from store.engine import app_engine

    engine = app_engine(required(chosen.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.begin() as connection:
            return await work(connection, datetime.now(UTC))
    finally:
        await engine.dispose()


def checked_name(name: str) -> str:
    """A name an account may have. A NIP is none, since names stand in lists and records."""
    import re

    if not re.fullmatch(_NAME, name) or re.fullmatch(r"\d{16,18}", name):
        raise fail("a name is 3 to 64 small letters, digits, `.`, `_` and `-`, and no NIP")
    return name


async def account_id(connection: AsyncConnection, name: str, kind: str | None = None) -> str:
    """The id of an account. Raises `Impossible`."""
    from store import accounts

    found = await accounts.by_name(connection, name)
    if found is None or kind not in (None, found.kind):
        raise Impossible(f"there is no {'account' if kind is None else kind} {name}")
    return found.id


@app.command()
def create(
    who: Annotated[str, typer.Argument(help="The person: a NIP or an office, as `mutasi token` names him.")],
    name: Annotated[str, typer.Option(help="Name to sign in with.")],
    as_json: Json = False,
) -> None:
    """Make an account for a person of the register and print the one-time code with which he sets his password."""
    from runtime.tokens import UnknownHolder, person_for
    from store import accounts
    from store.identity_events import Happened, record

    checked_name(name)
    try:
        person = asyncio.run(person_for(settings(), who, datetime.now(UTC)))
    except UnknownHolder as unknown:
        raise fail(str(unknown)) from None

    async def work(connection: AsyncConnection, now: datetime) -> str:
        try:
            made = await accounts.create(connection, kind="person", name=name, person_id=person, now=now)
        except accounts.NameTaken:
            raise Impossible("the name is taken, or the person has an account already") from None
        await record(connection, Happened.CREATED, at=now, account=made, detail="operator")
        return await accounts.issue_enrolment(connection, made, now)

    _tell_code(name, in_register(work), as_json)


@app.command()
def reset(
    name: Name,
    second_factor: Annotated[
        bool, typer.Option("--second-factor", help="Take the second factor away too: the phone is lost for good.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take a password away, end all sessions, and print a one-time code for a new one."""
    from store import accounts, sessions
    from store.identity_events import Happened, record

    async def work(connection: AsyncConnection, now: datetime) -> str:
        account = await account_id(connection, name, "person")
        await sessions.end(connection, account, now, "reset")
        if second_factor:
            await accounts.remove_totp(connection, account)
            await record(connection, Happened.SECOND_FACTOR_REMOVED, at=now, account=account, detail="operator")
        await record(connection, Happened.RESET, at=now, account=account, detail="operator")
        return await accounts.issue_enrolment(connection, account, now)

    _tell_code(name, in_register(work), as_json)


def _tell_code(name: str, code: str, as_json: bool) -> None:
    from store.accounts import ENROLMENT_LIFE

    hours = int(ENROLMENT_LIFE.total_seconds()) // 3600
    if as_json:
        print_json({"name": name, "code": code, "hours": hours})
        return
    console.print(f"One-time code for {name}: [bold]{code}[/]", highlight=False)
    console.print(
        f"Hand it to its owner and to nobody else. Within {hours} hours he sets a password with it "
        "(POST /api/v1/sign-in/enrolment); it is not shown again.",
        soft_wrap=True,
    )


@app.command()
def disable(name: Name) -> None:
    """Switch an account off, of a person or a service: all its sessions and tokens are refused from now on."""
    from store import accounts, sessions
    from store.identity_events import Happened, record

    async def work(connection: AsyncConnection, now: datetime) -> int:
        account = await account_id(connection, name)
        await accounts.set_disabled(connection, account, now)
        await record(connection, Happened.DISABLED, at=now, account=account, detail="operator")
        return len(await sessions.end(connection, account, now, "disabled"))

    console.print(f"{name} is switched off; {in_register(work)} sessions ended.")


@app.command()
def enable(name: Name) -> None:
    """Switch an account on again. Its old sessions stay ended."""
    from store import accounts
    from store.identity_events import Happened, record

    async def work(connection: AsyncConnection, now: datetime) -> None:
        account = await account_id(connection, name)
        await accounts.set_disabled(connection, account, None)
        await record(connection, Happened.ENABLED, at=now, account=account, detail="operator")

    in_register(work)
    console.print(f"{name} is switched on.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the accounts of people: whose they are, and how they stand."""
    from store import accounts

    found = in_register(lambda connection, now: accounts.listed(connection, "person", now))
    if as_json:
        print_json([a._asdict() for a in found])
        return
    rows = table("Account", "Person", "State", "Second factor", "Sessions")
    for one in found:
        state = (
            "off" if one.disabled_at else "on" if one.has_password else "enrolling" if one.enrolling else "no password"
        )
        rows.add_row(one.name, one.holder or "", state, "yes" if one.second_factor else "no", str(one.sessions))
    console.print(rows if found else "No accounts.")


@app.command()
def events(
    name: Annotated[str | None, typer.Argument(help="One account; without it, all.")] = None,
    limit: int = 50,
    as_json: Json = False,
) -> None:
    """Show what happened to accounts, newest first: sign-ins granted and refused, resets, tokens."""
    from store import identity_events

    async def work(connection: AsyncConnection, _: datetime) -> list[identity_events.Entry]:
        return await identity_events.entries(connection, await account_id(connection, name) if name else None, limit)

    found = in_register(work)
    if as_json:
        print_json([e._asdict() for e in found])
        return
    rows = table("At", "What", "Account", "Detail", "Request")
    for entry in found:
        rows.add_row(
            f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.what, entry.account or "", entry.detail or "", entry.request_id or ""
        )
    console.print(rows if found else "Nothing happened yet.")
