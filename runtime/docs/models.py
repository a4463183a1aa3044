"""Models in words: fields, types, and the sentences that stand below them in the source."""

import ast
import inspect
import textwrap
import types
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from runtime.docs.markdown import codes

_WORDS = {str: "text", int: "number", bool: "`true` or `false`", date: "date", datetime: "instant", Any: "anything"}
_MANY = 12
"""A vocabulary of more words than this is named, not listed."""


def shape(kind: Any) -> str:
    """A type in words: what a client of the API would call it."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return shape(arguments[0])
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(shape(a) for a in arguments if a is not types.NoneType))
    if origin is Literal:
        return codes(a.value if isinstance(a, Enum) else a for a in arguments)
    if origin in (tuple, list):
        return f"list of {shape(arguments[0])}"
    if origin is dict:
        return "map"
    if kind in _WORDS:
        return _WORDS[kind]
    if issubclass(kind, Enum):
        return codes(m.value for m in kind) if len(kind) <= _MANY else kind.__name__.lower()
    return f"`{kind.__name__}`"


def fields(model: type[BaseModel], besides: Iterable[str] = (), private: Iterable[str] = ()) -> list[str]:
    """A line for each field of a model; one that may be left out ends with a question mark."""
    notes = _notes(model)
    return [
        f"`{name}`{'' if field.is_required() else '?'}: {shape(field.annotation)}"
        f"{' **(private)**' if name in private else ''}{f'. {notes[name]}' if name in notes else ''}"
        for name, field in model.model_fields.items()
        if name not in besides
    ]


def _notes(model: type[BaseModel]) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: " ".join(note.value.value.split())
        for field, note in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(note, ast.Expr)
        and isinstance(note.value, ast.Constant)
        and isinstance(note.value.value, str)
    }


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def described(model: type[BaseModel]) -> str:
    return " ".join((vars(model).get("__doc__") or "").split())


def appendix(models: Iterable[type[BaseModel]]) -> str:
    """The models that others are made of, each once."""
    parts = {part.__name__: part for model in models for part in _parts_within(model)}
    return "\n\n".join(
        f"**`{name}`** {described(part)}".rstrip() + f"\n\n{bullets(fields(part))}"
        for name, part in sorted(parts.items())
    )


def _parts_within(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [part for field in model.model_fields.values() for part in _parts_of(field.annotation)]


def _parts_of(kind: Any) -> list[type[BaseModel]]:
    if inspect.isclass(kind) and issubclass(kind, BaseModel):
        return [kind, *_parts_within(kind)]
    return [model for argument in get_args(kind) for model in _parts_of(argument)]
