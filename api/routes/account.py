"""One's own account: sessions, password, second factor. What changes it asks for the password once more."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api import identity_schemas as io
from api.deps import Now, ServicesDep, SessionDep
from api.problems import Problem
from api.routes import problems
from api.routes.sign_in import drop_cookie
from store import sessions
from store.identity_events import Happened, record

router = APIRouter(tags=["identity"])
_WRONG = problems(400, 401, 403, 409, 413, 415, 422, 429, 503)


@router.post("/sign-out", operation_id="sign_out", responses=problems(401, 403, 429, 503))
async def sign_out(
    request: Request, response: Response, services: ServicesDep, session: SessionDep, now: Now
) -> io.SignedOutOut:
    """End the session that asks, here and everywhere at once."""
    async with services.engine.begin() as connection:
        await sessions.end(connection, session.account_id, now, "signed_out", only=session.id)
        await record(
            connection, Happened.SIGNED_OUT, at=now, account=session.account_id, detail=session.id,
            knock=services.identity.knock(request),
        )  # fmt: skip
    drop_cookie(response)
    provider = services.identity.provider if session.authn == "oidc" else None
    return io.SignedOutOut(provider_sign_out=await provider.sign_out_address() if provider else None)


@router.get("/me/sessions", operation_id="list_sessions", responses=problems(401, 403, 429, 503))
async def list_sessions(services: ServicesDep, session: SessionDep, now: Now) -> io.SessionsOut:
    """The caller's open sessions, so that he sees one that is not his."""
    async with services.reading() as connection:
        found = await sessions.open_of(connection, session.account_id, now)
    return io.SessionsOut(
        items=[io.SessionOut.model_validate({**s._asdict(), "present": s.id == session.id}) for s in found]
    )


@router.delete(
    "/me/sessions/{session_id}",
    operation_id="end_session",
    status_code=204,
    responses=problems(401, 403, 404, 422, 429, 503),
)
async def end_session(
    session_id: Annotated[str, Path(pattern=r"^s_[a-z2-7]{26}$")],
    request: Request,
    services: ServicesDep,
    session: SessionDep,
    now: Now,
) -> None:
    """End one of the caller's sessions."""
    async with services.engine.begin() as connection:
        if not await sessions.end(connection, session.account_id, now, "ended_by_owner", only=session_id):
            raise Problem("not_found")
        await record(
            connection, Happened.SESSION_ENDED, at=now, account=session.account_id, detail=session_id,
            knock=services.identity.knock(request),
        )  # fmt: skip


@router.put("/me/password", operation_id="change_password", status_code=204, responses=_WRONG)
async def change_password(
    given: io.PasswordIn, request: Request, services: ServicesDep, session: SessionDep, now: Now
) -> None:
    """Set another password. Every other session of the caller is over."""
    await services.identity.sign_in.change_password(
        session, given.present.get_secret_value(), given.wanted.get_secret_value(), services.identity.knock(request),
        now,
    )  # fmt: skip


@router.post("/me/second-factor", operation_id="propose_second_factor", status_code=201, responses=_WRONG)
async def propose_second_factor(
    given: io.ProofIn, request: Request, services: ServicesDep, session: SessionDep, now: Now
) -> io.SecondFactorOut:
    """A new shared secret for an authenticator app, shown this once; it counts when a code confirms it."""
    identity = services.identity
    secret, uri = await identity.sign_in.propose_second_factor(
        session, given.password.get_secret_value(), identity.knock(request), now
    )
    return io.SecondFactorOut(secret=secret, uri=uri)


@router.post("/me/second-factor/confirmation", operation_id="confirm_second_factor", responses=_WRONG)
async def confirm_second_factor(
    given: io.CodeIn, request: Request, services: ServicesDep, session: SessionDep, now: Now
) -> io.RecoveryCodesOut:
    """Put the second factor into force; recovery codes, shown this once. Every other session is over."""
    identity = services.identity
    codes = await identity.sign_in.confirm_second_factor(
        session, given.code.get_secret_value(), identity.knock(request), now
    )
    return io.RecoveryCodesOut(recovery_codes=codes)


@router.post("/me/second-factor/removal", operation_id="remove_second_factor", status_code=204, responses=_WRONG)
async def remove_second_factor(
    given: io.RemovalIn, request: Request, services: ServicesDep, session: SessionDep, now: Now
) -> None:
    """Do without the second factor, proved with it a last time. Every other session is over."""
    await services.identity.sign_in.remove_second_factor(
        session, given.password.get_secret_value(), given.code.get_secret_value(), services.identity.knock(request),
        now,
    )  # fmt: skip
