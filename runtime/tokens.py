"""Demo tokens: for a NIP, for an office, for the operator."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from api.auth import OPERATOR, Tokens
from domain import nip
from domain.authority import HEADS
from domain.calendar import local_day
from domain.vocabulary import Office
from runtime import keys
from runtime.settings import Settings, required
from store import registers
from store.engine import app_engine
from store.registers import Holder


class UnknownHolder(Exception):
    """Nobody is meant by that name today. The message says what would be."""


class NoDemo(Exception):
    """Only in the demo may anybody be anybody."""

    def __init__(self) -> None:
        super().__init__(
            "demo tokens are for the demo alone, which production never is; sign in with `POST /tokens` and put the "
            "access token into MUTASI_TOKEN"
        )


async def token_for(settings: Settings, who: str) -> str:
    """A demo token for a NIP, an office, or `operator`. Raises `UnknownHolder` or `NoDemo`."""
    if not settings.demonstrating:
        raise NoDemo
    now = datetime.now(UTC)
    subject = OPERATOR if who == OPERATOR else await person_for(settings, who, now)
    return Tokens(keys.token_key(settings)).issue(subject, now, timedelta(hours=settings.token_hours))


async def person_for(settings: Settings, who: str, now: datetime) -> str:
    """Person id of a NIP or the holder of an office. Raises `UnknownHolder`."""
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            if nip.normalised(who).isdecimal():
                return await _by_nip(connection, nip.normalised(who))
            return await _by_office(connection, who, now)
    finally:
        await engine.dispose()


async def _by_nip(connection: AsyncConnection, number: str) -> str:
    person = await registers.person_of(connection, number)
    if person is None:
        raise UnknownHolder("the register knows nobody with that NIP")
    return person


async def _by_office(connection: AsyncConnection, who: str, now: datetime) -> str:
    name, _, detail = who.partition(":")
    if name not in set(Office):
        raise UnknownHolder(f"{name} is no office; offices are: {', '.join(Office)}, or `operator`, or a NIP")
    office, number = Office(name), nip.normalised(detail)
    today = local_day(now)
    if office is Office.AGENCY_HEAD:
        if not detail:
            raise UnknownHolder("agency_head needs a unit: agency_head:DINKES")
        found = await registers.holders(connection, today, sorted(HEADS), detail)
        if not found:
            raise UnknownHolder(f"the agency of {detail} has no head today, or there is no such unit")
        return found[0].person_id
    found = await registers.holders(connection, today, [office])
    if detail:
        found = [h for h in found if h.nip == number]
    if not found:
        raise UnknownHolder(f"nobody holds the office {who} today")
    return _first_without_other_office(found).person_id


def _first_without_other_office(found: list[Holder]) -> Holder:
    """Among several holders the first who holds no other office, so that four eyes are four."""
    return next((h for h in found if h.offices == 1), found[0])
