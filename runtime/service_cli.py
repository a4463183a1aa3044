"""`mutasi service`: other systems, and the tokens with which they read what their scopes name."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.account_cli import Impossible, account_id, checked_name, in_register
from runtime.terminal import Json, console, fail, print_json, table

app = typer.Typer(help="Other systems that read here, and their tokens.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the service, such as `simpeg`.")]
Scopes = Annotated[list[str], typer.Option("--scope", help="What it may read; may be given several times.")]
Days = Annotated[int, typer.Option(min=1, max=366, help="Days the token is good for.")]


@app.command()
def create(name: Name, scope: Scopes, days: Days = 90, as_json: Json = False) -> None:
    """Make a service and print its first token."""
    from store import accounts
    from store.identity_events import Happened, record

    checked_name(name)
    scopes = _known(scope)

    async def work(connection: AsyncConnection, now: datetime) -> tuple[str, str]:
        try:
            made = await accounts.create(connection, kind="service", name=name, person_id=None, now=now)
        except accounts.NameTaken:
            raise Impossible(f"the name {name} is taken") from None
        await record(connection, Happened.CREATED, at=now, account=made, detail="operator")
        return await _issue(connection, made, scopes, now, days)

    _tell(name, in_register(work), as_json)


@app.command()
def rotate(
    name: Name,
    overlap_hours: Annotated[int, typer.Option(min=0, max=24 * 31, help="How long the old tokens stay good.")] = 24,
    scope: Annotated[list[str] | None, typer.Option("--scope", help="Other scopes; without it, as before.")] = None,
    days: Days = 90,
    as_json: Json = False,
) -> None:
    """Print a new token of a service; the old ones stay good for a while, so that nothing stands still."""
    from store import service_tokens

    chosen = _known(scope) if scope else None

    async def work(connection: AsyncConnection, now: datetime) -> tuple[str, str]:
        account = await account_id(connection, name, "service")
        before = await service_tokens.listed(connection, account)
        scopes = chosen or (before[0].scopes if before else [])
        if not scopes:
            raise Impossible(f"{name} never had a token: name its scopes")
        await service_tokens.shorten(connection, account, now, now + timedelta(hours=overlap_hours))
        return await _issue(connection, account, scopes, now, days)

    _tell(name, in_register(work), as_json)


@app.command()
def revoke(
    name: Name,
    token: Annotated[str | None, typer.Option(help="Id of one token; without it, all of the service.")] = None,
) -> None:
    """Revoke a token, or all, from this moment on."""
    from store import service_tokens
    from store.identity_events import Happened, record

    async def work(connection: AsyncConnection, now: datetime) -> list[str]:
        account = await account_id(connection, name, "service")
        revoked = await service_tokens.revoke(connection, account, now, token)
        for one in revoked:
            await record(connection, Happened.TOKEN_REVOKED, at=now, account=account, detail=one)
        return revoked

    revoked = in_register(work)
    if not revoked:
        raise fail("there was nothing to revoke")
    console.print(f"Revoked: {', '.join(revoked)}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the tokens of all services: scopes, until when they are good, when they were last used."""
    from store import service_tokens

    found = in_register(lambda connection, _: service_tokens.listed(connection))
    if as_json:
        print_json([t._asdict() for t in found])
        return
    rows = table("Service", "Token", "Scopes", "Good until", "Last used")
    for one in found:
        until = "revoked" if one.revoked_at else f"{one.expires_at:%Y-%m-%d %H:%M}"
        rows.add_row(
            one.service, one.id, " ".join(one.scopes), until, f"{one.used_at:%Y-%m-%d}" if one.used_at else "never"
        )
    console.print(rows if found else "No services.")


def _known(scopes: list[str]) -> list[str]:
    """Scopes as they are known here; another one ends the command."""
    from api.scopes import Scope

    if unknown := sorted(set(scopes) - set(Scope)):
        raise fail(f"no such scope: {', '.join(unknown)}; there are {', '.join(Scope)}")
    return sorted(set(scopes))


async def _issue(
    connection: AsyncConnection, account: str, scopes: list[str], now: datetime, days: int
) -> tuple[str, str]:
    from store import service_tokens
    from store.identity_events import Happened, record

    token, secret = await service_tokens.issue(connection, account, scopes, now, timedelta(days=days))
    await record(connection, Happened.TOKEN_ISSUED, at=now, account=account, detail=token)
    return token, secret


def _tell(name: str, issued: tuple[str, str], as_json: bool) -> None:
    token, secret = issued
    if as_json:
        print_json({"service": name, "id": token, "token": secret})
        return
    console.print(f"Token {token} of {name}; it is not shown again:", highlight=False)
    console.print(secret, highlight=False, markup=False, soft_wrap=True)
