"""Acts on a case: a form for each, and what is said when one does not go through. Only a POST acts."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path
from pydantic import TypeAdapter, ValidationError
from starlette.responses import RedirectResponse, Response

from api import schemas as out
from api.problems import CODES, STATUS, Problem, Refused, explain, fault
from api.routes.cases import act_on_case
from domain.commands import ActCommand
from domain.refusals import Category, RefusalCode
from domain.text import ONE_LINE
from domain.vocabulary import Act
from pages import timeline
from pages.casefile import history, may, seen
from pages.choices import options_of, returns_to
from pages.fields import MODELS, REASONED, SOMETIMES_REASONED, Field, fields_of, names, read
from pages.forms import Form, FormDep
from pages.frame import Page, PageDep
from pages.verdicts import VERDICTS, Choice, body_of, choices

router = APIRouter()

CaseId = Annotated[str, Path(max_length=40, pattern=ONE_LINE)]
_COMMAND: TypeAdapter[ActCommand] = TypeAdapter(ActCommand)

_CATEGORIES = {code.value: code.category for code in RefusalCode}

_BELONGS_TO = {
    "reason_required": "reason",
    "grounds_required": "grounds",
    "conditions_required": "conditions",
    "recommendation_required": "choice",
    "defer_until_required": "until",
    "effective_before_decree": "effective_on",
    "ends_before_start": "until",
    "order_reference_required": "reference",
    "letter_required": "number",
    "content_or_reuse": "reuse",
}
"""The field that mends a fault which is of the command as a whole."""


class Fault(NamedTuple):
    """What is wrong, and the field to mend it in; none where it is the whole."""

    field: str | None
    text: str


class ActForm(NamedTuple):
    """A form as it is shown: what it asks, what was typed, what is wrong."""

    case: out.CaseOut
    act: Act
    fields: Sequence[Field]
    choices: Sequence[Choice]
    stages: Sequence[tuple[str, str]]
    reason: str
    """`always`, `sometimes`, or `may` be given."""
    key: str
    version: int
    typed: Mapping[str, list[str]]
    faults: Sequence[Fault] = ()
    refused: tuple[str, str] | None = None
    meanwhile: Sequence[timeline.Entry] | None = None

    def fault(self, name: str) -> str | None:
        return next((f.text for f in self.faults if f.field == name), None)

    def label(self, name: str) -> str | None:
        """The label of a field, for a summary that would otherwise only say that something is missing."""
        return next((f.label for f in _all(self.fields) if f.name == name), None)

    def value(self, name: str) -> str:
        return self.typed.get(name, [""])[-1]

    def chosen(self, name: str, value: str) -> bool:
        return value in self.typed.get(name, ())


def _all(fields: Sequence[Field]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _all(field.parts)


async def form_for(
    asked: Page, case: out.CaseOut, act: Act, key: str, given: Form | None = None, **more: Any
) -> ActForm:
    """The form of an act on a case; with what was typed, if something was."""
    options = await options_of(asked, case, act)
    besides = ("reason", "note", *(("recommendation", "recuse", "decision", "until") if act in VERDICTS else ()))
    stages = [(s.value, asked.text(f"stage.{s}")) for s in returns_to(case)]
    answering = act is Act.ANSWER_OBJECTION
    fields = _answers(asked, case) if answering else fields_of(MODELS[act], asked.language, options, besides=besides)
    if act is Act.DECIDE:
        fields = [f for f in fields if f.name in _asked_of_an_approval(case)]
    typed = dict(given.values()) if given else _beforehand(case, act)
    return ActForm(
        case=case,
        act=act,
        fields=fields,
        choices=choices(act, bool(stages) and may(case, Act.RETURN).allowed) if act in VERDICTS else (),
        stages=stages,
        reason="always" if act in REASONED else "sometimes" if act in SOMETIMES_REASONED else "may",
        key=key,
        version=case.version,
        typed=typed,
        **more,
    )


def _to_answer(case: out.CaseOut) -> list[str]:
    """Everything the employee put forward: each ground, his conditions, or the wish for another post."""
    beside = {"accept_with_conditions": ["conditions"], "request_alternative": ["alternative"]}
    return [*case.grounds, *beside.get(case.answer or "", [])]


def _answers(asked: Page, case: out.CaseOut) -> list[Field]:
    """One box for each thing to answer, none of which may be left out."""
    label = asked.text("page.field.answer_to")
    return [
        Field(f"answers.{n}", asked.text(f"ground.{ground}"), "group", parts=[
            Field(f"answers.{n}.text", label, "text", required=True)
        ])
        for n, ground in enumerate(_to_answer(case))
    ]  # fmt: skip


def _asked_of_an_approval(case: out.CaseOut) -> set[str]:
    """What an approval needs besides: a ground against advice, consents within a restricted window."""
    asked: set[str] = set()
    if "not_recommended" in case.flags:
        asked.add("advice_ground")
    if any(w.restricts and w.open and not w.consented for w in case.windows):
        asked.add("consents")
    return asked


def _beforehand(case: out.CaseOut, act: Act) -> dict[str, list[str]]:
    """Facts that are known stand in the form; no answer ever does."""
    if act is Act.RECORD_REVIEW and case.review_day:
        return {"day": [str(case.review_day)]}
    return {}


@router.get("/cases/{case_id}/acts/{act}")
async def act_page(case_id: CaseId, act: Act, asked: PageDep) -> Response:
    """The form of an act, or why it is not open now."""
    case = await seen(asked, case_id)
    if act is Act.ADD_DOCUMENT:
        raise Problem("not_found")
    allowed = may(case, act)
    if not allowed.allowed:
        return _not_open(asked, case, act, allowed)
    return asked.show("act.html", nav="cases", f=await form_for(asked, case, act, uuid.uuid4().hex), failed=False)


def _not_open(asked: Page, case: out.CaseOut, act: Act, allowed: out.ActOut) -> Response:
    assert allowed.why_not is not None, "whoever may not is told why"
    status = STATUS[_CATEGORIES[allowed.why_not.code]]
    return asked.show("not_open.html", status, nav="cases", c=case, act=act, why=allowed.why_not.detail)


@router.post("/cases/{case_id}/acts/{act}")
async def do_act(case_id: CaseId, act: Act, asked: PageDep, given: FormDep) -> Response:
    """Act. What does not go through comes back with what was typed, and what to mend."""
    case = await seen(asked, case_id)
    key = given.one("key")
    form = await form_for(asked, case, act, key, given)
    body = _body(form, given)
    if body is None:
        nothing = Fault("choice", asked.text("page.choose_one"))
        return _again(asked, form._replace(faults=[nothing]), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        command = _COMMAND.validate_python(body)
    except ValidationError as wrong:
        faults = [_fault(dict(e), body, form, asked.language) for e in wrong.errors()]
        return _again(asked, form._replace(faults=faults), HTTPStatus.UNPROCESSABLE_ENTITY)
    version = given.one("version")
    try:
        await act_on_case(
            case.id, command, asked.request, Response(), asked.services, asked.viewer, _key(key),
            int(version) if version.isdecimal() and len(version) < 10 else None, asked.now, asked.language,
        )  # fmt: skip
    except Refused as refused:
        return await _refused(asked, form, refused, int(version or 0))
    except Problem as problem:
        if problem.code != "engine_unavailable":
            raise
        told = (asked.text(f"problem.{problem.code}.title"), asked.text(f"problem.{problem.code}.detail"))
        return _again(asked, form._replace(refused=told, version=int(version or 0)), CODES[problem.code])
    return RedirectResponse(f"/cases/{case.id}?done={command.act}", HTTPStatus.SEE_OTHER)


def _key(key: str) -> str:
    if not 8 <= len(key) <= 255:
        raise Problem("idempotency_key_required")
    return key


def _body(form: ActForm, given: Form) -> dict[str, Any] | None:
    """What the form says as the body of a command; None where no answer was chosen."""
    besides = read(form.fields, given)
    if form.choices:
        chosen = next((c for c in form.choices if c.value == given.one("choice")), None)
        return body_of(chosen, given, besides) if chosen else None
    if form.act is Act.ANSWER_OBJECTION:
        answered = [
            {"ground": ground, "text": text}
            for n, ground in enumerate(_to_answer(form.case))
            if (text := given.one(f"answers.{n}.text"))
        ]
        besides = {"answers": answered} if answered else {}
    said = {"reason": given.one("reason"), "note": given.one("note")}
    return {"act": form.act, **besides, **{k: v.replace("\r\n", "\n") for k, v in said.items() if v}}


def _fault(error: dict[str, Any], body: Any, form: ActForm, language: str) -> Fault:
    """A fault of a field, under the name the field has in the form."""
    told = fault({**error, "loc": ("body", *error["loc"])}, body, language)
    parts = str(told["pointer"]).strip("/").split("/")
    known = {*names(form.fields), "reason", "note", "until", "to_stage", "choice"}
    places = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    found = _BELONGS_TO.get(str(error["type"])) or next((p for p in places if p in known), None)
    return Fault(found, str(told["detail"]))


async def _refused(asked: Page, form: ActForm, refused: Refused, version: int) -> Response:
    """What the law refused, or what somebody else did meanwhile."""
    refusal = refused.refusal
    told = (asked.text(f"refusal.{refusal.code}.title"), explain(refusal, asked.language))
    meanwhile = None
    if refusal.code.category is Category.STALE:
        since = [e for e in await history(asked, form.case.id) or [] if e.seq > version]
        meanwhile = timeline.told(since, timeline.Show.ALL, asked.language)
    shown = form._replace(refused=told, meanwhile=meanwhile)
    status = HTTPStatus.CONFLICT if refusal.code.category is Category.STALE else STATUS[refusal.code.category]
    return _again(asked, shown, status)


def _again(asked: Page, form: ActForm, status: HTTPStatus) -> Response:
    return asked.show("act.html", status, nav="cases", f=form, failed=True)
