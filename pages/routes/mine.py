"""The employee's own: his case, his data, the posts he would rather have, and those that are open to him."""

import uuid
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api import schemas as out
from api.knocking import KnockDep
from api.opportunities import opportunities_of
from api.problems import STATUS, Problem, Refused, explain
from api.routes.cases import list_cases, open_case
from api.routes.register import get_employee
from api.routes.seats import state_preferences
from api.seat_schemas import OpportunityOut, PreferencesIn
from domain.calendar import local_day
from domain.commands import OpenCase
from domain.text import ONE_LINE
from domain.vocabulary import Origin
from pages.casefile import offer, seen
from pages.forms import FormDep
from pages.frame import Page, PageDep
from pages.words import term
from store import preferences, registers
from store.cases import Filter

router = APIRouter()

WISHES = 3
_SHOWN = 10
_POSTS = 300
PositionCode = Annotated[str, Path(max_length=31, pattern=ONE_LINE)]


async def _employee(asked: Page) -> out.EmployeeOut | None:
    """The data of whoever looks; None for an official who is no employee of the register."""
    try:
        async with asked.services.reading() as connection:
            return await get_employee(
                asked.viewer.person, asked.services, connection, asked.access, asked.viewer, asked.now
            )
    except Problem as problem:
        if problem.code != "not_found":
            raise
        return None


@router.get("/me")
async def mine(asked: PageDep) -> Response:
    """My case, my data, my wishes."""
    employee = await _employee(asked)
    own: list[out.CaseSummary] = []
    wishes: list[str] = []
    async with asked.services.reading() as connection:
        if employee:
            found = await list_cases(
                asked.services, connection, asked.access, asked.viewer, asked.now, asked.language,
                Filter(q=employee.nip), limit=50,
            )  # fmt: skip
            own = [case for case in found.items if case.employee.id == asked.viewer.person]
            wishes = await _titles(asked, list(await preferences.stated(connection, employee.id)))
        calendar = await asked.services.gatherer.calendar(connection, local_day(asked.now))
    current = next((case for case in own if case.outcome is None), None)
    full = await seen(asked, current.id) if current else None
    due = term(full.due.at, asked.now, calendar, asked.language) if full and full.due else None
    return asked.show(
        "mine.html", nav="mine", employee=employee, c=full, term=due, wishes=wishes,
        asked_acts=offer(full).asked if full else [], other_acts=offer(full).besides if full else [],
        former=[case for case in own if case.outcome is not None],
    )  # fmt: skip


async def _titles(asked: Page, codes: list[str]) -> list[str]:
    """Posts by name, in the order given."""
    named = {}
    async with asked.services.reading() as connection:
        for code in codes:
            for row in await registers.positions(connection, local_day(asked.now), code=code, limit=1):
                named[code] = f"{row.title} – {row.unit}"
    return [named.get(code, code) for code in codes]


@router.get("/me/preferences")
async def preferences_page(asked: PageDep) -> Response:
    """Which posts I would rather have."""
    async with asked.services.reading() as connection:
        stated = await preferences.stated(connection, asked.viewer.person)
    return await _preferences(asked, list(stated))


async def _preferences(
    asked: Page, chosen: list[str], status: HTTPStatus = HTTPStatus.OK, fault: str | None = None
) -> Response:
    async with asked.services.reading() as connection:
        rows = await registers.positions(connection, local_day(asked.now), vacant=True, limit=_POSTS)
        missing = [code for code in chosen if code not in {row.code for row in rows}]
        for code in missing:
            rows = [*rows, *await registers.positions(connection, local_day(asked.now), code=code, limit=1)]
    options = sorted(((row.code, f"{row.title} – {row.unit}") for row in rows), key=lambda option: option[1])
    filled = (chosen + [""] * WISHES)[:WISHES]
    return asked.show(
        "preferences.html", status, nav="mine", chosen=filled, options=options, fault=fault, failed=fault is not None
    )


@router.post("/me/preferences")
async def preferences_stated(asked: PageDep, knock: KnockDep, given: FormDep) -> Response:
    """State them; choosing none takes them back."""
    chosen = list(dict.fromkeys(given.many("position")))
    try:
        await state_preferences(asked.viewer.person, PreferencesIn(positions=tuple(chosen)), knock)
    except ValidationError:
        told = asked.text("page.preferences.wrong")
        return await _preferences(asked, chosen[:WISHES], HTTPStatus.UNPROCESSABLE_ENTITY, told)
    except Refused as refused:
        told = explain(refused.refusal, asked.language)
        return await _preferences(asked, chosen, STATUS[refused.refusal.code.category], told)
    return RedirectResponse("/me", HTTPStatus.SEE_OTHER)


@router.get("/me/opportunities")
async def opportunities(asked: PageDep) -> Response:
    """Open posts that fit me, and why."""
    return asked.show("opportunities.html", nav="mine", items=await _open_to(asked))


async def _open_to(asked: Page, limit: int = _SHOWN) -> list[OpportunityOut]:
    async with asked.services.reading() as connection:
        found = await opportunities_of(
            asked.services.gatherer, connection, asked.viewer, asked.viewer.person, asked.now, asked.language, limit
        )
    return found.items


@router.get("/me/opportunities/{code}")
async def nomination_page(code: PositionCode, asked: PageDep) -> Response:
    """Nominate myself for a post: one question."""
    return await _nomination(asked, code, uuid.uuid4().hex)


async def _nomination(
    asked: Page, code: str, key: str, reason: str = "", fault: str | None = None, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    item = next((i for i in await _open_to(asked, 50) if i.position_code == code), None)
    if item is None:
        raise Problem("not_found")
    return asked.show(
        "nominate.html", status, nav="mine", item=item, key=key, reason=reason, fault=fault, failed=fault is not None
    )


@router.post("/me/opportunities/{code}")
async def nominate(code: PositionCode, asked: PageDep, given: FormDep) -> Response:
    """Open a case at my own request."""
    key, reason = given.one("key"), given.one("reason")
    employee = await _employee(asked)
    if employee is None:
        raise Problem("not_found")
    if not 8 <= len(key) <= 255:
        raise Problem("idempotency_key_required")
    try:
        command = OpenCase.model_validate(
            {"nip": employee.nip, "position_code": code, "origin": Origin.OWN_REQUEST, "reason": reason}
        )
    except ValidationError:
        told = asked.text("page.nominate.reason_needed")
        return await _nomination(asked, code, key, reason, told, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        case = await open_case(
            command, asked.request, Response(), asked.services, asked.viewer, key, asked.now, asked.language
        )
    except Refused as refused:
        told = explain(refused.refusal, asked.language)
        return await _nomination(asked, code, key, reason, told, STATUS[refused.refusal.code.category])
    return RedirectResponse(f"/cases/{case.id}", HTTPStatus.SEE_OTHER)
