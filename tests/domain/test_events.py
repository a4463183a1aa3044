"""The vocabulary of events: documented, tolerant of time, and without what the ledger cannot hold."""

import types
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from domain import case as casework
from domain import events as ev
from domain.case import Case
from domain.stages import ANYWHERE, STAGE_OF, TRANSITIONS
from domain.vocabulary import Act, Status


def models(module: types.ModuleType) -> list[type[BaseModel]]:
    return [m for m in vars(module).values() if isinstance(m, type) and issubclass(m, BaseModel)]


@pytest.mark.parametrize("model", [*models(ev), *models(casework)], ids=lambda m: m.__name__)
def test_what_may_be_missing_may_be_left_out(model: type[BaseModel]) -> None:
    """Nothing is stored where there is nothing: every optional field must read back from its absence."""
    for name, field in model.model_fields.items():
        optional = get_origin(field.annotation) in (Union, types.UnionType) and type(None) in get_args(field.annotation)
        assert not optional or not field.is_required(), f"{model.__name__}.{name}"


@pytest.mark.parametrize("event", ev.EVENT_TYPES, ids=lambda e: e.__name__)
def test_an_event_is_documented_and_named(event: type[ev.Event]) -> None:
    assert event.__doc__
    kind = event.model_fields["type"].default
    assert kind == "".join("_" + c.lower() if c.isupper() else c for c in event.__name__).lstrip("_")


@pytest.mark.parametrize("event", ev.EVENT_TYPES, ids=lambda e: e.__name__)
def test_the_ledger_knows_no_floating_point(event: type[ev.Event]) -> None:
    assert "number" not in _types(event.model_json_schema())


def _types(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        found = {schema["type"]} if isinstance(schema.get("type"), str) else set()
        return found.union(*(_types(v) for v in schema.values()))
    return set().union(*(_types(v) for v in schema)) if isinstance(schema, list) else set()


def test_free_text_and_names_are_private() -> None:
    for event in ev.EVENT_TYPES:
        private = ev.private_fields(event)
        assert {"reason", "note"} <= private
        for name in ("text", "employee_name", "employee_nip", "reference", "answers", "conditions", "results", "items"):
            assert name not in event.model_fields or name in private, f"{event.__name__}.{name}"


def test_the_case_keeps_no_personal_content() -> None:
    assert not {"employee_name", "employee_nip", "reason", "text"} & set(Case.model_fields)


def test_every_status_is_reached_and_left() -> None:
    reached = {s for t in TRANSITIONS for s in t.to} | {Status.ON_HOLD}
    left = {t.status for t in TRANSITIONS} | {Status.ON_HOLD, Status.CLOSED}
    assert reached == left == set(Status)
    assert set(STAGE_OF) == set(Status) - {Status.ON_HOLD}


def test_every_act_is_open_somewhere() -> None:
    assert {t.by for t in TRANSITIONS} | set(ANYWHERE) | {Act.UNDO} >= set(Act)
