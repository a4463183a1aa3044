"""Coming in and going out: sign-in in one step or two, the demo's choice of people, the language, help."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.deps import Now, Services, ServicesDep, Stranger
from api.identity import COOKIE, Identity, client_of
from api.problems import CODES, LANGUAGE_COOKIE, Problem
from api.routes.account import sign_out as end_session
from api.routes.sign_in import drop_cookie, set_cookie
from api.sign_in import Proof, account_name
from domain.calendar import local_day
from domain.vocabulary import Office
from pages.forms import FormDep, local
from pages.frame import PageDep, page
from runtime import i18n
from store import demo_people

router = APIRouter()

_A_YEAR = 365 * 24 * 3600
_TOLD = frozenset({"sign_in_refused", "too_many_attempts", "token_expired"})
"""What is said on the sign-in page itself; anything else is a problem of its own."""


@router.get("/sign-in")
async def sign_in_page(request: Request, services: ServicesDep, now: Now, next: str = "/") -> Response:  # noqa: A002
    """Where one signs in, and where the demo lets one choose who to be."""
    return await _sign_in_page(request, services, now, local(next))


async def _sign_in_page(
    request: Request, services: Services, now: Now, back: str, fault: str | None = None, name: str = ""
) -> Response:
    officials: list[demo_people.Somebody] = []
    employees: list[demo_people.Somebody] = []
    if services.identity.demo:
        async with services.reading() as connection:
            officials = await demo_people.officials(connection, local_day(now), list(Office))
            employees = await demo_people.employees(connection, local_day(now))
    return page(
        request, "sign_in.html", CODES[fault] if fault else HTTPStatus.OK, back=back, name=name, fault=fault,
        officials=officials, employees=employees, provider=services.identity.provider is not None,
    )  # fmt: skip


@router.post("/sign-in")
async def sign_in(request: Request, services: ServicesDep, identity: Stranger, now: Now, given: FormDep) -> Response:
    """The first step: name and password. Who has a second factor is asked for it."""
    back, name = local(given.one("next")), account_name(given.one("name"))
    if not name or not given.one("password"):
        raise Problem("invalid_request")
    knock = identity.knock(request, name)
    # A password keeps the spaces it has.
    password = next((value for key, value in given.pairs if key == "password"), "")
    try:
        step = await identity.sign_in.first_step(name, password, knock, now)
    except Problem as problem:
        if problem.code not in _TOLD:
            raise
        return await _sign_in_page(request, services, now, back, problem.code, given.one("name"))
    if isinstance(step, str):
        return page(request, "second_step.html", ticket=step, back=back, fault=None)
    return await _begun(request, identity, step, name, back, now)


@router.post("/sign-in/code")
async def second_step(
    request: Request, services: ServicesDep, identity: Stranger, now: Now, given: FormDep
) -> Response:
    """The second step: the code of an authenticator app, or one for recovery."""
    ticket, back = given.one("ticket"), local(given.one("next"))
    try:
        name = identity.sign_in.name_on(ticket, now)
        proof = await identity.sign_in.second_step(ticket, given.one("code"), identity.knock(request, name), now)
    except Problem as problem:
        if problem.code == "token_expired":
            return await _sign_in_page(request, services, now, back, problem.code)
        if problem.code not in _TOLD:
            raise
        return page(request, "second_step.html", CODES[problem.code], ticket=ticket, back=back, fault=problem.code)
    return await _begun(request, identity, proof, name, back, now)


async def _begun(request: Request, identity: Identity, proof: Proof, name: str, back: str, now: Now) -> Response:
    begun = await identity.sign_in.begin(
        proof, "page", client_of(request.headers), identity.knock(request, name), now,
        instead_of=request.cookies.get(COOKIE),
    )  # fmt: skip
    response = RedirectResponse(back, HTTPStatus.SEE_OTHER)
    set_cookie(response, begun.secret)
    return response


@router.post("/demo")
async def be_somebody(identity: Stranger, now: Now, given: FormDep) -> Response:
    """In the demo: be this person from now on."""
    if not given.one("person"):
        raise Problem("invalid_request")
    cookie = identity.demo_cookie(given.one("person"), now)
    response = RedirectResponse(local(given.one("next")), HTTPStatus.SEE_OTHER)
    set_cookie(response, cookie)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, services: ServicesDep, identity: Stranger, now: Now) -> Response:
    """Leave. Works with a session that is over, too: whoever wants to be out is out."""
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    cookie = request.cookies.get(COOKIE)
    try:
        async with services.reading() as connection:
            found = await identity.caller(connection, request, None, cookie, now)
        if found.session:
            told = await end_session(request, response, services, found.session, now)
            if told.provider_sign_out:
                response.headers["Location"] = told.provider_sign_out
    except Problem as problem:
        if problem.code not in ("unauthenticated", "token_expired"):
            raise
    drop_cookie(response)
    return response


@router.post("/language")
async def choose_language(_: Stranger, given: FormDep) -> Response:
    """Read the pages in another language, from the page one is on."""
    wanted = given.one("language")
    response = RedirectResponse(local(given.one("next")), HTTPStatus.SEE_OTHER)
    if wanted in i18n.LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=_A_YEAR, path="/", httponly=True, samesite="lax")
    return response


@router.get("/help")
async def help_page(asked: PageDep) -> Response:
    """How a mutation goes, and what everybody's rights are, in plain words."""
    return asked.show("help.html", nav="help")
