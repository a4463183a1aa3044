"""Opening a case: find the person, say where to and why, see what the rules say, and only then open."""

import uuid
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api import schemas as out
from api.problems import STATUS, Problem, Refused, explain, fault
from api.routes.cases import open_case, preview_case
from api.routes.register import get_employee, list_employees
from domain.calendar import local_day
from domain.commands import OpenCase, Proposal
from domain.refusals import RefusalCode, refuse
from domain.text import ONE_LINE
from domain.vocabulary import Origin, RuleOutcome
from pages.casefile import by_weight
from pages.forms import Form, FormDep
from pages.frame import Page, PageDep
from store import registers

router = APIRouter()

EmployeeId = Annotated[str, Path(max_length=40, pattern=ONE_LINE)]
_POSTS = 300
_PEOPLE = 20
_ASKED = ("position_code", "origin", "reason")


async def opener(asked: PageDep) -> Page:
    """Whoever may open cases for others; what an opening asks besides, the law says."""
    if not asked.viewer.is_hr:
        raise Refused(refuse(RefusalCode.NOT_AUTHORISED, act="open"))
    return asked


Opener = Annotated[Page, Depends(opener)]


@router.get("/open")
async def find_page(asked: Opener) -> Response:
    """Who is to be moved."""
    return asked.show("open_find.html", nav="inbox", q="", people=None)


@router.post("/open")
async def find(asked: Opener, given: FormDep) -> Response:
    """People by name or NIP; what was typed stays in the body."""
    q = given.one("q")[:200]
    people: list[out.EmployeeOut] = []
    if q and q.isprintable():
        async with asked.services.reading() as connection:
            found = await list_employees(
                asked.services, connection, asked.access, asked.viewer, asked.now, q=q, limit=_PEOPLE
            )
        people = found.items
    return asked.show("open_find.html", nav="inbox", q=q, people=people)


async def _person(asked: Page, employee_id: str) -> out.EmployeeOut:
    async with asked.services.reading() as connection:
        return await get_employee(employee_id, asked.services, connection, asked.access, asked.viewer, asked.now)


@router.get("/open/{employee_id}")
async def opening_page(employee_id: EmployeeId, asked: Opener) -> Response:
    """Where to, on what ground, and why."""
    return await _form(asked, await _person(asked, employee_id), {}, uuid.uuid4().hex)


async def _form(
    asked: Page, person: out.EmployeeOut, typed: dict[str, str], key: str, faults: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:  # fmt: skip
    async with asked.services.reading() as connection:
        rows = await registers.positions(connection, local_day(asked.now), vacant=True, limit=_POSTS)
    posts = sorted(((r.code, f"{r.title} – {r.unit}") for r in rows if r.code != person.position_code), key=_name)
    return asked.show(
        "open_case.html", status, nav="inbox", person=person, posts=posts, origins=list(Origin), typed=typed, key=key,
        faults=faults or {}, failed=bool(faults), preview=None,
    )  # fmt: skip


def _name(option: tuple[str, str]) -> str:
    return option[1]


@router.post("/open/{employee_id}")
async def preview_or_open(employee_id: EmployeeId, asked: Opener, given: FormDep) -> Response:
    """The preview; and the opening, when somebody who has seen it says so."""
    person, key = await _person(asked, employee_id), given.one("key")
    if not 8 <= len(key) <= 255:
        raise Problem("idempotency_key_required")
    typed = {name: given.one(name).replace("\r\n", "\n") for name in _ASKED}
    body = {"nip": person.nip, **{name: value for name, value in typed.items() if value}}
    missing = {name: asked.text("page.choose_one") for name in ("position_code", "origin") if not typed[name]}
    try:
        command = OpenCase.model_validate(body)
    except ValidationError as wrong:
        missing = {_field(dict(e)): _said(dict(e), body, asked) for e in wrong.errors()} | missing
    if missing:
        return await _form(asked, person, typed, key, missing, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        return await _step(asked, person, command, typed, key, given)
    except Refused as refused:
        told = {"": explain(refused.refusal, asked.language)}
        return await _form(asked, person, typed, key, told, STATUS[refused.refusal.code.category])


async def _step(
    asked: Page, person: out.EmployeeOut, command: OpenCase, typed: dict[str, str], key: str, given: Form
) -> Response:
    if given.one("step") == "open":
        case = await open_case(
            command, asked.request, Response(), asked.services, asked.viewer, key, asked.now, asked.language
        )
        return RedirectResponse(f"/cases/{case.id}", HTTPStatus.SEE_OTHER)
    proposal = Proposal.model_validate(command.model_dump(exclude={"reason"}))
    async with asked.services.reading() as connection:
        found = await preview_case(
            proposal, asked.services, connection, asked.access, asked.viewer, asked.now, asked.language
        )
        [post] = await registers.positions(connection, local_day(asked.now), code=command.position_code, limit=1)
    return asked.show(
        "open_preview.html", nav="inbox", person=person, typed=typed, key=key, preview=found, post=post,
        rules=[r for r in by_weight(found.rules) if r.outcome is not RuleOutcome.PASS],
        passed=[r for r in found.rules if r.outcome is RuleOutcome.PASS],
    )  # fmt: skip


def _field(error: dict[str, object]) -> str:
    place = error["loc"]
    assert isinstance(place, tuple)
    return str(place[0]) if place and place[0] in _ASKED else "position_code"


def _said(error: dict[str, object], body: dict[str, str], asked: Page) -> str:
    place = error["loc"]
    assert isinstance(place, tuple)
    return str(fault({**error, "loc": ("body", *place)}, body, asked.language)["detail"])
