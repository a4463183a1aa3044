"""Getting to be known: signing in with a cookie or for tokens, refreshing them, setting a first password."""

from fastapi import APIRouter, Request, Response

from api import identity_schemas as io
from api.deps import Now, ServicesDep, Stranger
from api.identity import COOKIE, client_of
from api.problems import Problem
from api.routes import problems
from api.sign_in import account_name
from store import sessions
from store.identity_events import Happened, record

router = APIRouter(tags=["identity"])
_WRONG = problems(400, 401, 403, 413, 415, 422, 429, 503)


def set_cookie(response: Response, secret: str) -> None:
    """Hand a session to a browser: for this host alone, over TLS alone, to no script and to no other site's forms."""
    response.set_cookie(COOKIE, secret, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


@router.post("/sign-in", operation_id="sign_in", responses=_WRONG)
async def sign_in(
    given: io.SignInIn, request: Request, response: Response, identity: Stranger, now: Now
) -> io.SignedInOut:
    """Sign in with a local account; the session comes as a cookie. A session the browser had before is over."""
    name = account_name(given.name)
    knock = identity.knock(request, name)
    code = given.code.get_secret_value() if given.code else None
    proof = await identity.sign_in.prove(name, given.password.get_secret_value(), code, knock, now)
    begun = await identity.sign_in.begin(
        proof, "page", client_of(request.headers), knock, now, instead_of=request.cookies.get(COOKIE)
    )
    set_cookie(response, begun.secret)
    return io.SignedInOut(session=begun.id, authn=proof.authn, expires_at=begun.expires_at)


@router.post("/sign-in/enrolment", operation_id="enrol", status_code=204, responses=_WRONG)
async def enrol(given: io.EnrolmentIn, request: Request, identity: Stranger, now: Now) -> None:
    """Set the first password, or a new one after a reset, with the one-time code an operator gave."""
    name = account_name(given.name)
    await identity.sign_in.enrol(
        name, given.code.get_secret_value(), given.password.get_secret_value(), identity.knock(request, name), now
    )


@router.post("/tokens", operation_id="issue_tokens", status_code=201, responses=_WRONG)
async def issue_tokens(given: io.SignInIn, request: Request, identity: Stranger, now: Now) -> io.TokensOut:
    """Sign in as a program does: a short-lived access token, and a refresh token for the next."""
    name = account_name(given.name)
    knock = identity.knock(request, name)
    code = given.code.get_secret_value() if given.code else None
    proof = await identity.sign_in.prove(name, given.password.get_secret_value(), code, knock, now)
    return _tokens(await identity.sign_in.begin(proof, "api", client_of(request.headers), knock, now))


@router.post("/tokens/refresh", operation_id="refresh_tokens", responses=_WRONG)
async def refresh_tokens(
    given: io.RefreshIn, request: Request, identity: Stranger, services: ServicesDep, now: Now
) -> io.TokensOut:
    """Trade a refresh token for a new pair. One that comes a second time ends the whole session."""
    async with services.engine.begin() as connection:
        found = await sessions.refresh(connection, given.refresh_token.get_secret_value(), now)
        if found and not found.tokens:
            await record(
                connection, Happened.REFRESH_REUSED, at=now, account=found.account_id, detail=found.session_id,
                knock=identity.knock(request),
            )  # fmt: skip
    if found is None or found.tokens is None:
        raise Problem("refresh_refused")
    return _tokens(found.tokens)


def _tokens(begun: sessions.Begun) -> io.TokensOut:
    return io.TokensOut(
        access_token=begun.secret,
        expires_in=int(sessions.ACCESS.total_seconds()),
        refresh_token=str(begun.refresh),
        session=begun.id,
        session_expires_at=begun.expires_at,
    )
