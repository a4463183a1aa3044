"""`mutasi up` as a person meets it: what is happening, what is where, and who can be played."""

import signal
import threading
import time
from types import FrameType

import typer
from rich.console import Console

from runtime import prepare
from runtime.settings import Settings
from runtime.up import Addresses, AlreadyRunning, Stack

DEMO_PEOPLE = (
    ("hr_officer", "opens and runs cases"),
    ("hr_officer:NIP", "another HR officer, for four eyes (NIPs: mutasi case list, GET /employees)"),
    ("hr_head", "head of HR"),
    ("board_member", "votes on the board (TPK)"),
    ("regional_secretary", "proposes"),
    ("governor", "decides"),
    ("agency_head:DLH", "head of a unit: gives an opinion, confirms duty"),
    ("auditor", "reads everything"),
    ("198811182017011945", "an employee: a lateral move to DLH-S-04 that passes"),
)


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
    lines = [
        f"[bold green]Mutasi is ready[/] after {seconds:.1f} s. Ctrl-C stops it; cases are kept in {settings.home}.",
        f"  API          {api}/api/v1",
        f"  API docs     {api}/docs",
    ]
    if settings.temporal_address is None:
        lines.append(f"  Temporal UI  http://127.0.0.1:{settings.ui_port}")
    lines.append("  Mail         .venv/bin/mutasi mail")
    if settings.demo:
        lines.append("People of the demo; a token for each: [bold].venv/bin/mutasi token WHO[/]")
        lines += [f"  {who:<22} {what}" for who, what in DEMO_PEOPLE]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)
