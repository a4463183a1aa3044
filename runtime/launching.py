"""`mutasi up` as a person meets it: what is happening, what is where, and who can be played."""

import json
import signal
import threading
import time
from types import FrameType

import typer
from rich.console import Console

from runtime import prepare
from runtime.settings import Settings
from runtime.up import Addresses, AlreadyRunning, Stack

OFFICES = (
    ("hr_officer", "opens and runs cases"),
    ("hr_head", "head of HR: the second pair of eyes"),
    ("board_member", "votes on the board (TPK)"),
    ("regional_secretary", "proposes"),
    ("governor", "decides"),
    ("agency_head:DLH", "head of a unit: gives an opinion, confirms duty"),
    ("auditor", "reads everything"),
)
CAST_SHOWN = {
    "lateral_pass": "an employee who may be moved to {target}",
    "tenure_18_months": "an employee who is too short in post",
    "it_self_nomination": "an employee who wants to move to {target}",
}


def run(settings: Settings, console: Console, errors: Console) -> None:
    """Start everything, say where it is, wait for the signal to stop."""
    stopping = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        stopping.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, stop)
    began = time.monotonic()
    stack = Stack(settings, lambda text: errors.print(text, style="dim", highlight=False))
    try:
        found = stack.start(lambda s: _prepare(s, errors))
        _announce(settings, found, time.monotonic() - began, console)
        stack.watch(stopping)
        errors.print("Stopping ...", style="dim")
    except AlreadyRunning as running:
        errors.print(f"[bold red]mutasi:[/] {running}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    finally:
        stack.stop()


def _prepare(settings: Settings, errors: Console) -> None:
    prepare.bring_up_to_date(settings)
    if settings.demo and prepare.is_empty(settings):
        errors.print("Importing the demo province ...", style="dim")
        prepare.import_demo(settings)


def _announce(settings: Settings, found: Addresses, seconds: float, console: Console) -> None:
    api = f"http://127.0.0.1:{found.api_port}"
    lines = ["[bold white on red] DEMO [/] Synthetic people; anybody may be anybody."] if settings.demo else []
    lines += [
        f"[bold green]Mutasi is ready[/] after {seconds:.1f} s. Ctrl-C stops it; cases are kept in {settings.home}.",
        f"  Pages        {api}/",
        f"  API          {api}/api/v1",
        f"  API docs     {api}/docs",
    ]
    if settings.temporal_address is None:
        lines.append(f"  Temporal UI  http://127.0.0.1:{settings.ui_port}")
    lines.append("  Mail         .venv/bin/mutasi mail")
    if settings.demo:
        lines.append("People of the demo; a token for each: [bold].venv/bin/mutasi token WHO[/]")
        lines += [f"  {who:<22} {what}" for who, what in (*OFFICES, *_cast(settings))]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _cast(settings: Settings) -> list[tuple[str, str]]:
    """Some people of the demo by their NIP."""
    file = settings.home / prepare.CAST
    members = {m["id"]: m for m in json.loads(file.read_text())["cast"]} if file.exists() else {}
    return [
        (members[name]["nip"], what.format(target=members[name]["target_position_code"]))
        for name, what in CAST_SHOWN.items()
        if name in members
    ]
