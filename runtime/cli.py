"""The command line `mutasi`. Each command imports what it needs when it runs, so that `--help` answers at once."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table
from sqlalchemy.exc import DBAPIError

from runtime.leaving import leave
from runtime.settings import MissingSetting, Settings

app = typer.Typer(
    help="Mutasi: mutation cases of civil servants, from opening to the last impact review.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
case_app = typer.Typer(help="Work on cases through the API.", no_args_is_help=True)
app.add_typer(case_app, name="case")

console = Console()
errors = Console(stderr=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


def _settings() -> Settings:
    return Settings().with_instance()


def _fail(message: str, code: int = 1) -> typer.Exit:
    errors.print(f"[bold red]mutasi:[/] {message}", highlight=False, soft_wrap=True)
    return typer.Exit(code)


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


@app.command()
def up() -> None:
    """Start the whole product: servers, register, demo, worker, API. Ctrl-C stops everything."""
    from runtime import launching

    settings = Settings()
    if settings.env == "production":
        raise _fail("`mutasi up` is for development and demonstration; in production see docs/operations.md")
    launching.run(settings, console, errors)


@app.command()
def worker() -> None:
    """Run a worker against the servers of the settings."""
    import worker as process

    process.main()


@app.command()
def api() -> None:
    """Run the API against the servers of the settings."""
    import uvicorn

    from api.app import create_app
    from runtime import logs

    settings = _settings()
    logs.configure(settings.log_format, settings.log_level, "api")
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=20,
    )


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema and publish the policy. Doing it again changes nothing."""
    from runtime.prepare import bring_up_to_date

    policy = bring_up_to_date(_settings())
    console.print(f"The register is up to date. Policy {policy.code} {policy.version}: {policy.hash}", soft_wrap=True)


@app.command(name="import")
def import_(
    directory: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Directory with the CSV files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check; load nothing.")] = False,
    skip_bad_rows: Annotated[bool, typer.Option("--skip-bad-rows", help="Load the good rows all the same.")] = False,
    language: Annotated[str, typer.Option(help="Language of the report: id or en.")] = "id",
    as_json: Json = False,
) -> None:
    """Import a province from CSV files: checked as a whole first, all or nothing unless told to skip."""
    from runtime import importing

    failed = importing.run(_settings(), directory, dry_run, skip_bad_rows, language, as_json, console, errors)
    if failed:
        raise typer.Exit(1)


@app.command()
def token(
    who: Annotated[
        str,
        typer.Argument(
            help="A NIP, `operator`, or an office: governor, regional_secretary, hr_head, hr_officer, board_member, "
            "inspector, auditor, agency_head:UNIT; OFFICE:NIP picks one of several holders."
        ),
    ],
) -> None:
    """Print a bearer token for a person or an office. Not in production."""
    from runtime.tokens import UnknownHolder, token_for

    settings = _settings()
    if settings.env == "production":
        raise _fail("`mutasi token` is refused in production")
    try:
        sys.stdout.write(asyncio.run(token_for(settings, who)) + "\n")
    except UnknownHolder as unknown:
        raise _fail(str(unknown)) from None


@app.command()
def mail(
    number: Annotated[int | None, typer.Argument(help="Which message to show; without it, all are listed.")] = None,
    as_json: Json = False,
) -> None:
    """Show what the local mail sink has kept."""
    from runtime.mailsink import kept

    messages = kept(_settings().home / "mail")
    if as_json:
        _print_json([_mail_fields(m) for m in messages])
    elif number is None:
        table = Table("No.", "Date", Column("To", overflow="fold"), "Subject")
        for place, message in enumerate(messages, 1):
            table.add_row(str(place), message["Date"], message["To"], message["Subject"])
        console.print(table if messages else "No mail yet.")
    elif 1 <= number <= len(messages):
        fields = _mail_fields(messages[number - 1])
        console.print("\n".join(f"{k}: {v}" for k, v in fields.items() if k != "text"), highlight=False, markup=False)
        console.print(f"\n{fields['text']}", highlight=False, markup=False)
    else:
        raise _fail(f"there are {len(messages)} messages")


def _mail_fields(message: Any) -> dict[str, str]:
    body = message.get_body(preferencelist=("plain",))
    return {
        "date": message["Date"],
        "to": message["To"],
        "subject": message["Subject"],
        "message_id": message["Message-ID"],
        "language": message["Content-Language"],
        "text": body.get_content() if body else "",
    }


@app.command()
def rebuild(
    apply: Annotated[bool, typer.Option("--apply", help="Replace what differs in the read model.")] = False,
    as_json: Json = False,
) -> None:
    """Fold the ledger into a fresh read model and compare it with the live one."""
    from runtime import upkeep

    report = asyncio.run(upkeep.rebuild(_settings(), apply=apply, progress=_progress("Folding cases")))
    if as_json:
        _print_json(report.as_dict())
    else:
        console.print(report.in_words())
    if report.differing and not apply:
        raise typer.Exit(1)


@app.command()
def replay(
    histories: Annotated[
        Path | None, typer.Argument(help="Directory of recorded histories; without it, all open workflows.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay recorded histories, or all open workflows, against the present code."""
    from runtime import upkeep

    report = asyncio.run(upkeep.replay(_settings(), histories))
    if as_json:
        _print_json(report)
    else:
        console.print(f"{report['replayed']} histories replayed, {len(report['failed'])} failed")
        for failed in report["failed"]:
            console.print(f"  {failed['workflow']}: {failed['error']}", highlight=False, soft_wrap=True)
    if report["failed"]:
        raise typer.Exit(1)


@app.command()
def refound(as_json: Json = False) -> None:
    """Found again the workflows of open cases that the engine has lost, so that their clocks run."""
    from runtime import upkeep

    report = asyncio.run(upkeep.refound(_settings()))
    _print_json(report) if as_json else console.print(
        f"{report['open']} open cases, {len(report['refounded'])} workflows founded again"
    )


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check everything the product depends on; each fault comes with its remedy."""
    from runtime import doctor as checks

    report = asyncio.run(checks.examine(_settings()))
    if as_json:
        _print_json(report)
    else:
        for check in report["checks"]:
            mark = {"ok": "[green]ok[/]  ", "warning": "[yellow]warn[/]", "fault": "[red]FAULT[/]"}[check["state"]]
            console.print(f"{mark} {check['name']}: {check['detail']}", highlight=False, soft_wrap=True)
            if check["remedy"]:
                console.print(f"      -> {check['remedy']}", highlight=False, soft_wrap=True)
    if not report["ok"]:
        raise typer.Exit(1)


As = Annotated[str, typer.Option("--as", help="Who acts, as `mutasi token` names him.")]


@case_app.command("list")
def case_list(
    who: As = "hr_officer",
    stage: str | None = None,
    status: str | None = None,
    unit: str | None = None,
    q: str | None = None,
    overdue: Annotated[bool, typer.Option("--overdue")] = False,
    limit: int = 50,
    as_json: Json = False,
) -> None:
    """List cases."""
    params = {"stage": stage, "status": status, "unit": unit, "q": q, "limit": limit}
    asked = {k: v for k, v in params.items() if v is not None} | ({"overdue": True} if overdue else {})
    page = _call(who, "GET", "/cases", params=asked)
    if as_json:
        _print_json(page)
        return
    table = Table(Column("Number", no_wrap=True), "Employee", "To", "Stage", Column("Status", overflow="fold"), "Due")
    for case in page["items"]:
        due = case["due"]["on"] if case["due"] else ""
        table.add_row(
            case["number"], case["employee"]["name"], case["to"]["position_code"], case["stage"], case["status"], due
        )
    console.print(table if page["items"] else "No cases.")


@case_app.command("show")
def case_show(case: str, who: As = "hr_officer", as_json: Json = False) -> None:
    """Show a case, by id or number, with its history."""
    found = _call(who, "GET", f"/cases/{case}")
    events = _call(who, "GET", f"/cases/{case}/events")["items"]
    if as_json:
        _print_json({**found, "events": events})
        return
    console.print(f"[bold]{found['number']}[/]  {found['employee']['name']}")
    origin = found["from"]["title"] + ", " + found["from"]["unit"] if found["from"] else "-"
    console.print(f"{origin}  ->  {found['to']['title']}, {found['to']['unit']}")
    console.print(f"{found['stage']} / {found['status']}: {found['status_text']}")
    allowed = [a["act"] for a in found["acts"] if a["allowed"]]
    console.print(f"Open to {who} now: {', '.join(allowed) or 'nothing'}  (version {found['version']})")
    table = Table("Seq", "When", "Event", "By", "Reason")
    for event in events:
        table.add_row(
            str(event["seq"]), event["at"][:19], event["label"], event["actor"]["name"] or "", event["reason"] or ""
        )
    console.print(table)


@case_app.command("act")
def case_act(
    case: str,
    act: str,
    who: As = "hr_officer",
    fields: Annotated[str, typer.Option("--fields", help="Other fields of the act, as a JSON object.")] = "{}",
    reason: str | None = None,
    key: Annotated[
        str | None, typer.Option(help="Idempotency key; the same one again is answered, not repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Act on a case, on its present version."""
    import uuid

    try:
        body = {**json.loads(fields), "act": act, **({"reason": reason} if reason else {})}
    except (json.JSONDecodeError, TypeError):
        raise _fail("--fields takes a JSON object") from None
    found = _call(who, "GET", f"/cases/{case}")
    headers = {"Idempotency-Key": key or uuid.uuid4().hex, "If-Match": f'"{found["version"]}"'}
    after = _call(who, "POST", f"/cases/{case}/acts", json=body, headers=headers)
    if as_json:
        _print_json(after)
    else:
        console.print(f"{after['number']}: {after['stage']} / {after['status']}: {after['status_text']}")


def _call(who: str, method: str, path: str, **options: Any) -> Any:
    """Ask the API as somebody. A problem document ends the command with its sentence."""
    import os

    import httpx

    from runtime.tokens import UnknownHolder, token_for

    settings = _settings()
    try:
        bearer = os.environ.get("MUTASI_TOKEN") or asyncio.run(token_for(settings, who))
    except UnknownHolder as unknown:
        raise _fail(str(unknown)) from None
    headers = {"Authorization": f"Bearer {bearer}", **options.pop("headers", {})}
    url = f"http://{settings.api_host}:{settings.api_port}/api/v1{path}"
    try:
        answer = httpx.request(method, url, headers=headers, timeout=30, trust_env=False, **options)
    except httpx.HTTPError as error:
        raise _fail(f"the API does not answer at {url}: {type(error).__name__}. Is `mutasi up` running?") from None
    if answer.is_error:
        problem = answer.json()
        raise _fail(f"{problem['code']}: {problem['detail']}")
    return answer.json()


def _progress(title: str) -> Any:
    """A progress callback that draws a bar on standard error when a person watches."""
    if not errors.is_terminal:
        return None
    from rich.progress import Progress

    progress = Progress(console=errors, transient=True)
    task = progress.add_task(title, total=None)
    progress.start()

    def tell(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)
        if done >= total:
            progress.stop()

    return tell


def main() -> NoReturn:
    """Entry of the `mutasi` command."""
    try:
        app()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 0 if end.code is None else 1)
    except MissingSetting as missing:
        errors.print(f"[bold red]mutasi:[/] {missing}. Start it with `mutasi up`, or set it.", soft_wrap=True)
    except DBAPIError as fault:
        errors.print(f"[bold red]mutasi:[/] {_of_the_database(fault)}", soft_wrap=True)
    leave(2)


def _of_the_database(fault: DBAPIError) -> str:
    """One sentence with its remedy. What the database itself said may show data, so only its first line is told."""
    said = str(fault.orig).strip().splitlines()[0]
    if getattr(fault.orig, "sqlstate", None) == "42501":
        return f"the login of DATABASE_URL lacks a right ({said}). `mutasi migrate` needs the owner of the database."
    return f"the database did not do what was asked ({said}). `mutasi doctor` says what is wrong with it."


if __name__ == "__main__":
    main()
