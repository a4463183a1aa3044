"""Signing in at the OpenID provider: there and back again."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from api.deps import Now, ServicesDep
from api.identity import COOKIE, Identity, client_of
from api.oidc import Flow, Provider, Unavailable, Untrusted
from api.problems import Problem
from api.routes import problems
from api.routes.sign_in import set_cookie
from api.sign_in import Proof
from domain import nip
from store import accounts, provider_flows, registers
from store.accounts import Account, NameTaken
from store.identity_events import Happened, Knock, record

router = APIRouter(tags=["identity"])
BROWSER = "__Host-mutasi-provider"
"""Cookie of the browser that set out; only it can come back."""
HOME = "/api/v1/me"
_LOCAL = re.compile(r"/(?![/\\])[\w\-./?=&%]*", re.ASCII)
"""A path of our own: nothing a browser would read as another host."""


@router.get(
    "/sign-in/oidc",
    operation_id="set_out_to_provider",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(404, 422, 429, 503),
)
async def set_out(
    request: Request,
    services: ServicesDep,
    now: Now,
    return_to: Annotated[str, Query(max_length=500, description="A path of ours to come back to.")] = HOME,
) -> Response:
    """Send the browser to the OpenID provider; a link on another page may lead here."""
    services.identity.unhurried_address(request)
    provider = _provider(services.identity)
    flow, browser = provider_flows.new()
    try:
        response = RedirectResponse(await provider.address(Flow(*flow)), status_code=303)
    except Unavailable:
        raise Problem("provider_unavailable") from None
    back = return_to if _LOCAL.fullmatch(return_to) else HOME
    async with services.engine.begin() as connection:
        await provider_flows.keep(connection, flow, browser, back, now)
    response.set_cookie(
        BROWSER, browser, path="/", secure=True, httponly=True, samesite="lax", max_age=provider_flows.SECONDS
    )
    return response


@router.get(
    "/sign-in/oidc/callback",
    operation_id="return_from_provider",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(401, 403, 404, 422, 429, 503),
)
async def come_back(
    request: Request, services: ServicesDep, now: Now, state: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Where the provider sends the browser back to. Whoever it names must be somebody of the register."""
    identity = services.identity
    identity.unhurried_address(request)
    provider = _provider(identity)
    knock = identity.knock(request)
    async with services.engine.begin() as connection:
        kept = await provider_flows.take(connection, state, request.cookies.get(BROWSER, ""), now)
    if kept is None:
        await _refused(services, "flow_unknown", None, knock, now)
        raise Problem("provider_refused")
    flow, return_to = kept
    try:
        said = await provider.who(request.query_params, Flow(*flow))
    except Unavailable:
        raise Problem("provider_unavailable") from None
    except Untrusted as fault:
        await _refused(services, str(fault), None, knock, now)
        raise Problem("provider_refused") from None
    account = await _account(services, provider, said, knock, now)
    begun = await identity.sign_in.begin(
        Proof(account, "oidc"), "page", client_of(request.headers), knock, now, instead_of=request.cookies.get(COOKIE)
    )
    response = RedirectResponse(return_to, status_code=303)
    set_cookie(response, begun.secret)
    response.delete_cookie(BROWSER, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _provider(identity: Identity) -> Provider:
    if identity.provider is None:
        raise Problem("provider_unset")
    return identity.provider


async def _account(services: ServicesDep, provider: Provider, said: str, knock: Knock, now: datetime) -> Account:
    """The account of whom the claim names; a person of the register gets one when he comes for the first time."""
    async with services.engine.begin() as connection:
        account = await _mapped(connection, provider.match, said, knock, now)
    if account is None:
        await _refused(services, "unmapped", None, knock, now)
        raise Problem("person_unmapped")
    if not account.open:
        await _refused(services, "disabled", account.id, knock, now)
        raise Problem("provider_refused")
    return account


async def _mapped(connection: AsyncConnection, match: str, said: str, knock: Knock, now: datetime) -> Account | None:
    if match == "account":
        found = await accounts.by_name(connection, said.casefold()) if said.isprintable() else None
        return found if found and found.kind == "person" else None
    number = nip.normalised(said)
    person = await registers.person_of(connection, number) if number.isdecimal() and len(number) == 18 else None
    if person is None:
        return None
    if await accounts.of_person(connection, person) is None:
        try:
            made = await accounts.create(connection, kind="person", name=None, person_id=person, now=now)
            await record(connection, Happened.CREATED, at=now, account=made, detail="oidc", knock=knock)
        except NameTaken:
            pass  # by the same person, who came twice at once
    return await accounts.of_person(connection, person)


async def _refused(services: ServicesDep, why: str, account: str | None, knock: Knock, now: datetime) -> None:
    async with services.engine.begin() as connection:
        await record(connection, Happened.REFUSED, at=now, account=account, detail=f"oidc {why}", knock=knock)
