"""The command line `mutasi`. Each command imports what it needs when it runs, so that `--help` answers at once."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from runtime import (
    account_cli,
    audit_cli,
    calendar_cli,
    case_cli,
    log_cli,
    policy_cli,
    service_cli,
    terminal,
    upkeep_cli,
)
from runtime.leaving import leave
from runtime.settings import MissingSetting, Settings
from runtime.terminal import Json, console, errors, fail, print_json, table

app = typer.Typer(
    help="Mutasi: mutation cases of civil servants, from opening to the last impact review.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(case_cli.app, name="case")
app.add_typer(policy_cli.app, name="policy")
app.add_typer(calendar_cli.app, name="calendar")
app.add_typer(log_cli.app, name="log")
app.add_typer(audit_cli.app, name="audit")
app.add_typer(account_cli.app, name="account")
app.add_typer(service_cli.app, name="service")
app.command()(upkeep_cli.reconcile)
app.command()(upkeep_cli.repair)


@app.command()
def up() -> None:
    """Start the whole product: servers, register, demo, worker, API. Ctrl-C stops everything."""
    from runtime import launching

    settings = Settings()
    if settings.env == "production":
        raise fail("`mutasi up` is for development and demonstration; in production see docs/operations.md")
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

    from pages.app import create_app
    from runtime import logs

    settings = terminal.settings()
    logs.configure(settings.log_format, settings.log_level, "api")
    uvicorn.run(
        create_app(settings),
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=20,
    )


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema and publish the policy. Doing it again changes nothing."""
    from runtime.prepare import bring_up_to_date

    policy = bring_up_to_date(terminal.settings())
    console.print(f"The register is up to date. Policy {policy.code} {policy.version}: {policy.hash}", soft_wrap=True)


@app.command(name="import")
def import_(
    directory: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Directory with the CSV files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check; load nothing.")] = False,
    skip_bad_rows: Annotated[bool, typer.Option("--skip-bad-rows", help="Load the good rows all the same.")] = False,
    language: Annotated[Literal["id", "en"], typer.Option(help="Language of the report.")] = "id",
    as_json: Json = False,
) -> None:
    """Import a province from CSV files: checked as a whole first, all or nothing unless told to skip."""
    from runtime import importing

    failed = importing.run(terminal.settings(), directory, dry_run, skip_bad_rows, language, as_json, console, errors)
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
    """Print a demo token for a person or an office. In the demo alone."""
    from runtime.tokens import NoDemo, UnknownHolder, token_for

    settings = terminal.settings()
    try:
        sys.stdout.write(asyncio.run(token_for(settings, who)) + "\n")
    except (UnknownHolder, NoDemo) as unknown:
        raise fail(str(unknown)) from None


@app.command()
def mail(
    number: Annotated[int | None, typer.Argument(help="Which message to show; without it, all are listed.")] = None,
    as_json: Json = False,
) -> None:
    """Show what the local mail sink has kept."""
    from runtime.mailsink import kept

    messages = kept(terminal.settings().home / "mail")
    if as_json:
        print_json([_mail_fields(m) for m in messages])
    elif number is None:
        rows = table("No.", "Date", "To", "Subject")
        for place, message in enumerate(messages, 1):
            rows.add_row(str(place), message["Date"], message["To"], message["Subject"])
        console.print(rows if messages else "No mail yet.")
    elif 1 <= number <= len(messages):
        fields = _mail_fields(messages[number - 1])
        console.print("\n".join(f"{k}: {v}" for k, v in fields.items() if k != "text"), highlight=False, markup=False)
        console.print(f"\n{fields['text']}", highlight=False, markup=False)
    else:
        raise fail(f"there are {len(messages)} messages")


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

    report = asyncio.run(upkeep.rebuild(terminal.settings(), apply=apply, progress=terminal.progress("Folding cases")))
    if as_json:
        print_json(report.as_dict())
    else:
        console.print(report.in_words())
    if report.differing and not apply:
        raise typer.Exit(1)


@app.command()
def replay(
    histories: Annotated[
        Path | None,
        typer.Argument(
            exists=True, file_okay=False, help="Directory of recorded histories; without it, all open workflows."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Replay recorded histories, or all open workflows, against the present code."""
    from runtime import upkeep

    try:
        report = asyncio.run(upkeep.replay(terminal.settings(), histories))
    except upkeep.NoHistory as fault:
        raise fail(str(fault)) from None
    if as_json:
        print_json(report)
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

    report = asyncio.run(upkeep.refound(terminal.settings()))
    print_json(report) if as_json else console.print(
        f"{report['open']} open cases, {len(report['refounded'])} workflows founded again"
    )


@app.command()
def doctor(as_json: Json = False) -> None:
    """Check everything the product depends on; each fault comes with its remedy."""
    from runtime import doctor as checks

    report = asyncio.run(checks.examine(terminal.settings()))
    if as_json:
        print_json(report)
    else:
        for check in report["checks"]:
            mark = {"ok": "[green]ok[/]  ", "warning": "[yellow]warn[/]", "fault": "[red]FAULT[/]"}[check["state"]]
            console.print(f"{mark} {check['name']}: {check['detail']}", highlight=False, soft_wrap=True)
            if check["remedy"]:
                console.print(f"      -> {check['remedy']}", highlight=False, soft_wrap=True)
    if not report["ok"]:
        raise typer.Exit(1)


@app.command()
def witness(
    log: Annotated[list[str], typer.Option("--log", help="Key of a log to cosign for, as its operator tells it.")],
    name: Annotated[str, typer.Option("--name", help="Name of this witness, a URL without its scheme.")],
    home: Annotated[Path, typer.Option("--home", help="Where it keeps its key and its memory.")] = Path(".witness"),
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8090,
    begin: Annotated[bool, typer.Option("--begin", help="Make key and memory first; once for each witness.")] = False,
) -> None:
    """Cosign the checkpoints of a log, on a machine that is not the log's. Needs no database and no settings."""
    from proof.note import NoteFault
    from runtime import logs
    from runtime import witness as witnessing

    logs.configure("console", "INFO", "witness")
    try:
        witnessing.serve(
            name, log, home, host, port, begin, lambda key: console.print(key, highlight=False, soft_wrap=True)
        )
    except (witnessing.StateFault, NoteFault) as fault:
        raise fail(str(fault)) from None


def main() -> NoReturn:
    """Entry of the `mutasi` command."""
    try:
        app()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else 0 if end.code is None else 1)
    except ValidationError as invalid:
        if invalid.title != Settings.__name__:
            raise
        for fault in invalid.errors(include_url=False):
            errors.print(f"[bold red]mutasi:[/] {fault['loc'][0]}: {fault['msg']}", highlight=False, soft_wrap=True)
    except MissingSetting as missing:
        errors.print(f"[bold red]mutasi:[/] {missing}", soft_wrap=True)
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
