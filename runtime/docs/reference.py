"""Tables of codes, commands, settings, acts and events."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, get_args

import typer
from pydantic import BaseModel

from api import metrics, problems
from api.scopes import OPERATIONS, Scope
from domain.decide import HANDLERS
from domain.events import EVENT_TYPES, Event, private_fields
from domain.events.register import REGISTER_EVENTS
from domain.evolve import UNVERSIONED
from domain.refusals import LEGAL_GROUNDS, RefusalCode
from domain.vocabulary import Act
from runtime import cli
from runtime.docs.markdown import both, codes, label, table
from runtime.docs.models import appendix, bullets, described, fields
from runtime.docs.stages import who_may
from runtime.settings import Settings
from store.failpoint import NAMES
from store.imports.findings import Code, severity_of
from store.imports.layouts import file_name, layouts
from store.imports.wording import WORDINGS


def settings() -> str:
    rows = [
        (f"`{f.validation_alias}`", "" if f.default is None else f"`{_default(f.default)}`", f.description)
        for f in Settings.model_fields.values()
    ]
    return table(("Variable", "Default", "What it is"), rows)


def _default(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class CommandLine(NamedTuple):
    """A command with its arguments and options, as the command line describes it."""

    name: str
    call: str
    help: str


def command_list() -> list[CommandLine]:
    """Every command of the command line, those of groups by both names."""
    return list(_commands_of(typer.main.get_command(cli.app), ()))


def _commands_of(command: Any, names: tuple[str, ...]) -> Iterable[CommandLine]:
    for name, sub in getattr(command, "commands", {}).items():
        yield from _commands_of(sub, (*names, name))
    if names and not hasattr(command, "commands"):
        parameters = [_parameter(p) for p in command.params if p.name != "help"]
        yield CommandLine(" ".join(names), " ".join([*names, *parameters]), " ".join((command.help or "").split()))


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.name.upper()
        return name if parameter.required else f"[{name}]"
    value = "" if parameter.is_flag else f" {parameter.name.upper()}"
    return f"[{parameter.opts[0]}{value}]"


def commands() -> str:
    return table(("Command", "What it does"), [(f"`mutasi {c.call}`", c.help) for c in command_list()])


def acts() -> str:
    rows = [(f"`{act}`", who_may(act), described(model), _brief(model)) for act, model in _models()]
    return table(("Act", "By", "What it does", "Fields"), rows)


def act_items() -> str:
    return appendix(model for _, model in _models())


def _models() -> Iterable[tuple[Act, type[BaseModel]]]:
    for model in HANDLERS:
        yield Act(get_args(model.model_fields["act"].annotation)[0]), model


def _brief(model: type[BaseModel]) -> str:
    return "<br>".join(fields(model, ("act", "reason", "note"))) or "none"


def events() -> str:
    return "\n\n".join(_event(e) for e in EVENT_TYPES)


def register_events() -> str:
    return "\n\n".join(_event(e) for e in REGISTER_EVENTS)


def _event(event: type[Event]) -> str:
    own = bullets(fields(event, ("type", *Event.model_fields), private_fields(event)))
    still = "Does not move the version." if issubclass(event, UNVERSIONED) else ""
    return "\n\n".join(filter(None, [f"### `{type_of(event)}`", described(event), still, own]))


def type_of(event: type[Event]) -> str:
    return str(event.model_fields["type"].default)


def event_parts() -> str:
    return bullets(fields(Event, private=private_fields(Event))) + "\n\n" + appendix(EVENT_TYPES)


def refusals() -> str:
    rows = [
        (
            f"`{code}`",
            problems.STATUS[code.category].value,
            both(f"refusal.{code}.title"),
            label(f"refusal.{code}.detail"),
            LEGAL_GROUNDS.get(code),
        )
        for code in RefusalCode
    ]
    return table(("Code", "Status", "Title (en / id)", "What it says", "Legal ground"), rows)


def problem_codes() -> str:
    rows = [
        (f"`{code}`", status.value, both(f"problem.{code}.title"), label(f"problem.{code}.detail"))
        for code, status in problems.CODES.items()
    ]
    return table(("Code", "Status", "Title (en / id)", "What it says"), rows)


def scopes() -> str:
    rows = [
        (f"`{scope}`", codes(sorted(operation for operation, s in OPERATIONS.items() if s is scope))) for scope in Scope
    ]
    return table(("Scope", "Operations it opens"), rows)


def import_files() -> str:
    rows = [
        (
            f"`{file_name(name)}`",
            ", ".join(f"`{c.name}`{'?' if c.optional else ''}" for c in layout.columns),
            codes(layout.key) or "none: rows may repeat",
        )
        for name, layout in layouts(date(2026, 1, 1)).items()
    ]
    return table(("File", "Columns in this order (`?`: may be empty)", "Key"), rows)


def import_codes() -> str:
    rows = []
    for code in Code:
        said = [words["en"] for key, words in WORDINGS.items() if key.partition(".")[0] == code]
        what, remedy = ("<br>".join(sentence) for sentence in zip(*said, strict=True))
        rows.append((f"`{code}`", severity_of(code), what, remedy))
    return table(("Code", "Severity", "What was found", "Remedy"), rows)


def failpoints() -> str:
    return bullets(f"`{name}`" for name in sorted(NAMES))


def metric_list() -> str:
    rows = [
        (f"`{m.name}{'_total' if m.type == 'counter' else ''}`", m.type, m.documentation)
        for m in metrics.REGISTRY.collect()
    ]
    return table(("Metric", "Type", "What it counts"), rows)
