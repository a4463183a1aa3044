"""Forms made from the commands themselves: which fields an act has, what may be put in them, and reading them back.

A field that an act gains appears in its form by itself; what a person may choose from comes from the vocabularies, the
policy and the case.
"""

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from domain import commands
from domain import vocabulary as voc
from domain.vocabulary import Act
from pages.forms import Form
from runtime import i18n

MODELS: dict[Act, type[BaseModel]] = {
    get_args(model.model_fields["act"].annotation)[0]: model for model in get_args(get_args(commands.ActCommand)[0])
}
"""The command of every act."""

ROWS = 3
"""How many rows a form has for a list of things; more are handed in with another form, or through the API."""
_LONG = 1000
"""A text that may be longer gets a large box."""

REASONED = frozenset({
    Act.CLOSE_INELIGIBLE, Act.RETURN, Act.CANCEL, Act.DECIDE_OBJECTION, Act.DECLARE_INADMISSIBLE, Act.CORRECT_DECREE,
    Act.REVOKE_DECREE, Act.ANNUL_DECREE, Act.RENEW_ASSIGNMENT, Act.SUSPEND_DECREE, Act.LIFT_SUSPENSION,
    Act.CLOSE_REFUSED, Act.RENEW_HOLD, Act.DECLINE_SEAT,
})  # fmt: skip
"""Acts that are never done without a reason; a test holds this to the commands."""
SOMETIMES_REASONED = frozenset({
    Act.UNIT_OPINION, Act.JUDGE_DOCUMENT, Act.AUTHORISE, Act.RECORD_CONSENT, Act.RECORD_CONSIDERATION,
    Act.RECORD_OUTSIDE_DECISION, Act.CONSIDER, Act.PROPOSE, Act.DECIDE,
})  # fmt: skip
"""Acts of which only the favourable kind needs none."""

_WORDS: dict[type[StrEnum], str] = {
    voc.Answer: "answer",
    voc.Audience: "audience",
    voc.ConsentIssuer: "consent",
    voc.DecisionChoice: "decision",
    voc.EndingCause: "ending_cause",
    voc.HoldGround: "hold_ground",
    voc.ObjectionGround: "ground",
    voc.Opinion: "opinion",
    voc.WithdrawalGround: "withdrawal_ground",
    voc.OutsideWord: "word",
    voc.PositionKind: "kind",
    voc.Recommendation: "recommendation",
    voc.ReviewOutcome: "review_outcome",
    voc.Stage: "stage",
}
"""Vocabularies by the prefix of their words; the others have theirs under `page.option`."""


class Field(NamedTuple):
    """One thing to fill in, by its name in the form."""

    name: str
    label: str
    kind: str
    """`line`, `text`, `lines`, `date`, `number`, `tick`, `choose`, `pick`, `several`, or `group` with `parts`."""
    required: bool = False
    options: Sequence[tuple[str, str]] = ()
    hint: str = ""
    parts: Sequence["Field"] = ()


class Shape(NamedTuple):
    """What an annotation says once its wrappings are off."""

    inner: Any
    many: bool
    constraints: StringConstraints | None


Options = Mapping[str, Sequence[tuple[str, str]]]
"""What may be chosen for a field by name, where the case or the policy says it."""


def fields_of(
    model: type[BaseModel], language: str, options: Options, *, prefix: str = "", besides: Iterable[str] = ()
) -> list[Field]:
    """The fields of a command, or of a part of one."""
    skipped = {"act", *besides}
    found = []
    for name, info in model.model_fields.items():
        if name in skipped:
            continue
        found += _field(prefix, name, info, language, options)
    return found


def _field(prefix: str, name: str, info: FieldInfo, language: str, options: Options) -> list[Field]:
    shape, full = _shape(info), prefix + name
    label = i18n.text(f"page.field.{name}", language)
    hint = i18n.text(f"page.hint.{name}", language) if i18n.has(f"page.hint.{name}", language) else ""
    required = info.is_required()
    if name in options:
        kind = "several" if shape.many else "choose" if len(options[name]) <= 5 else "pick"
        return [Field(full, label, kind, required, tuple(options[name]), hint)]
    if variants := _variants(shape.inner):
        return [_group_of_variants(full, label, hint, variants, language, options)]
    if isinstance(shape.inner, type) and issubclass(shape.inner, BaseModel):
        return _parts(full, label, hint, shape, language, options)
    if values := _values(shape.inner):
        kind = "several" if shape.many else "choose" if len(values) <= 5 else "pick"
        return [Field(full, label, kind, required, [(v, _option(v, shape.inner, language)) for v in values], hint)]
    return [Field(full, label, _plain(shape), required, hint=hint)]


def _parts(full: str, label: str, hint: str, shape: Shape, language: str, options: Options) -> list[Field]:
    if not shape.many:
        return [
            Field(full, label, "group", parts=fields_of(shape.inner, language, options, prefix=f"{full}."), hint=hint)
        ]
    rows = [
        Field(
            f"{full}.{row}", i18n.text("page.row", language, number=row + 1), "group",
            parts=fields_of(shape.inner, language, options, prefix=f"{full}.{row}."),
        )
        for row in range(ROWS)
    ]  # fmt: skip
    return [Field(full, label, "group", parts=rows, hint=hint)]


def _group_of_variants(
    full: str, label: str, hint: str, variants: Sequence[type[BaseModel]], language: str, options: Options
) -> Field:
    parts = [
        Field(
            f"{full}.{kind}", i18n.text(f"page.item.{kind}", language), "group",
            parts=fields_of(variant, language, options, prefix=f"{full}.{kind}.", besides=("kind",)),
        )
        for variant in variants
        for kind in get_args(variant.model_fields["kind"].annotation)
    ]  # fmt: skip
    return Field(full, label, "group", parts=parts, hint=hint)


def _shape(info: FieldInfo) -> Shape:
    constraints = next((m for m in info.metadata if isinstance(m, StringConstraints)), None)
    return _bare(info.annotation, False, constraints)


def _bare(annotation: Any, many: bool, constraints: StringConstraints | None) -> Shape:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        found = next((m for m in metadata if isinstance(m, StringConstraints)), constraints)
        return _bare(inner, many, found)
    if origin in (Union, types.UnionType):
        rest = [a for a in get_args(annotation) if a is not type(None)]
        if len(rest) == 1:
            return _bare(rest[0], many, constraints)
    if origin is tuple:
        return _bare(get_args(annotation)[0], True, constraints)
    return Shape(annotation, many, constraints)


def _variants(annotation: Any) -> list[type[BaseModel]]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return []
    return [a for a in get_args(annotation) if isinstance(a, type) and issubclass(a, BaseModel)]


def _values(annotation: Any) -> list[str]:
    """The words a closed vocabulary has, or those of it that a command lets through."""
    if get_origin(annotation) is Literal:
        return [str(v) for v in get_args(annotation)]
    if get_origin(annotation) in (Union, types.UnionType):
        return [v for a in get_args(annotation) for v in _values(a)]
    return [str(v) for v in annotation] if isinstance(annotation, type) and issubclass(annotation, StrEnum) else []


def _option(value: str, annotation: Any, language: str) -> str:
    owner = annotation if isinstance(annotation, type) else type(get_args(annotation)[0])
    prefix = _WORDS.get(owner) or f"page.option.{owner.__name__}"
    return i18n.text(f"{prefix}.{value}", language)


def _plain(shape: Shape) -> str:
    if shape.inner is bool:
        return "tick"
    if shape.inner is date:
        return "date"
    if shape.inner is int:
        return "number"
    longest = shape.constraints.max_length if shape.constraints else None
    if shape.many:
        return "lines"
    return "text" if longest and longest > _LONG else "line"


# --- reading a form back ----------------------------------------------------------------------------------------------


def read(fields: Iterable[Field], given: Form) -> dict[str, Any]:
    """The body of a command from a form; what was left empty is left out, for the command to judge."""
    body: dict[str, Any] = {}
    for field in fields:
        value = _READERS.get(field.kind, _one)(field, given)
        if value not in (None, "", [], {}):
            body[field.name.rpartition(".")[2]] = value
    return body


def _one(field: Field, given: Form) -> str:
    return given.one(field.name).replace("\r\n", "\n")


def _tick(field: Field, given: Form) -> bool | None:
    return True if given.one(field.name) else None


def _several(field: Field, given: Form) -> list[str]:
    return given.many(field.name)


def _lines(field: Field, given: Form) -> list[str]:
    return [line.strip() for line in given.one(field.name).splitlines() if line.strip()]


def _number(field: Field, given: Form) -> int | str:
    text = given.one(field.name)
    return int(text) if text.isdecimal() and len(text) < 10 else text


def _group(field: Field, given: Form) -> Any:
    """One part; or a list of rows, or of variants that name themselves, those left empty aside."""
    if not field.parts or field.parts[0].kind != "group":
        return read(field.parts, given)
    rows = []
    for part in field.parts:
        if row := read(part.parts, given):
            kind = part.name.rpartition(".")[2]
            rows.append(row if kind.isdecimal() else {"kind": kind, **row})
    return rows


_READERS: dict[str, Callable[[Field, Form], Any]] = {
    "tick": _tick,
    "several": _several,
    "lines": _lines,
    "number": _number,
    "group": _group,
}


def names(fields: Iterable[Field]) -> list[str]:
    """The names of all fields, those of groups among them."""
    return [name for f in fields for name in (f.name, *names(f.parts))]
