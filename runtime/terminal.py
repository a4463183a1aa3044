"""What commands share: how they speak to a person, to a program, and to the API as somebody."""

import asyncio
import json
import os
import sys
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Column, Table

from runtime.settings import Settings

PIPE_WIDTH = 240
"""Columns where nobody looks: what is piped or kept in a file is not cut to the width of a screen."""

console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH)
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def settings() -> Settings:
    """The settings of the environment, with the addresses of a running `mutasi up`."""
    return Settings().with_instance()


def fail(message: str, code: int = 1) -> typer.Exit:
    """Tell what is wrong; raise what this returns to end with it."""
    errors.print(f"[bold red]mutasi:[/] {message}", highlight=False, soft_wrap=True)
    return typer.Exit(code)


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def table(*headers: str | Column) -> Table:
    """A table that breaks long cells rather than cut them: a date or a code that is cut says nothing."""
    return Table(*(h if isinstance(h, Column) else Column(h, overflow="fold") for h in headers))


def progress(title: str) -> Any:
    """A progress callback that draws a bar on standard error when a person watches."""
    if not errors.is_terminal:
        return None
    from rich.progress import Progress

    bar = Progress(console=errors, transient=True)
    task = bar.add_task(title, total=None)
    bar.start()

    def tell(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if done >= total:
            bar.stop()

    return tell


def call(who: str, method: str, path: str, language: str = "en", **options: Any) -> Any:
    """Ask the API as somebody. A problem document ends the command with its sentences."""
    return ask(who, method, path, language, **options).json()


def ask(who: str, method: str, path: str, language: str = "en", **options: Any) -> httpx.Response:
    """The same, with the answer as it came: what is no JSON too."""
    from runtime.tokens import NoDemo, UnknownHolder, token_for

    chosen = settings()
    try:
        bearer = os.environ.get("MUTASI_TOKEN") or asyncio.run(token_for(chosen, who))
    except (UnknownHolder, NoDemo) as unknown:
        raise fail(str(unknown)) from None
    headers = {"Authorization": f"Bearer {bearer}", "Accept-Language": language, **options.pop("headers", {})}
    url = f"http://{chosen.api_host}:{chosen.api_port}/api/v1{path}"
    try:
        answer = httpx.request(method, url, headers=headers, timeout=30, trust_env=False, **options)
    except httpx.HTTPError as error:
        raise fail(f"the API does not answer at {url}: {type(error).__name__}. Is `mutasi up` running?") from None
    if answer.is_error:
        problem = answer.json()
        marked = (f"\n  {e['pointer'] or e['in']}: {e['detail']}" for e in problem.get("errors") or ())
        raise fail(f"{problem['code']}: {problem['detail']}{''.join(marked)}")
    return answer
