"""`mutasi log`: the transparency log, for whoever operates it."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from runtime import terminal
from runtime.terminal import Json, console, fail, print_json, table

app = typer.Typer(help="The transparency log beside the ledger.", no_args_is_help=True)


@app.command("status")
def log_status(as_json: Json = False) -> None:
    """Show how the log is doing: size, newest checkpoint, keys, what waits, and how checkpoints leave the house."""
    from runtime import proof_log

    found = asyncio.run(proof_log.status(terminal.settings()))
    if as_json:
        print_json(found)
        return
    signed = found["checkpoint"]
    console.print(f"{found['origin']}: {found['size']} leaves, {found['pending']} waiting for their place")
    console.print(
        f"newest checkpoint: {signed['size']} leaves, root {signed['root']}" if signed else "never signed yet"
    )
    for key in found["keys"]:
        console.print(f"key since leaf {key['since']}: {key['key']}", highlight=False, soft_wrap=True)
    rows = table("Channel", "To", "Size", "State", "Tries", "Fault")
    for sent in found["deliveries"]:
        rows.add_row(
            sent["channel"],
            sent["target"],
            str(sent["size"]),
            sent["state"],
            str(sent["attempts"]),
            sent["fault"] or "",
        )
    console.print(rows if found["deliveries"] else "No checkpoint has left the house.")
    for held in found["not_continued"]:
        console.print(f"[bold red]held outside and not continued:[/] {held['size']} leaves, root {held['root']}")


@app.command("sheet")
def log_sheet(
    out: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="File to write; default: standard output.")
    ] = None,
) -> None:
    """Write the newest attested checkpoint as a page for A4, to be printed every week, signed and kept elsewhere."""
    from runtime import proof_log

    page = asyncio.run(proof_log.printed(terminal.settings()))
    if page is None:
        raise fail("the heads of all cases were never attested: `mutasi log attest` does it now")
    if out is None:
        sys.stdout.write(page)
    else:
        out.write_text(page, encoding="utf-8")
        console.print(f"{out}: print it on A4, sign it, and keep it where nobody of this house reaches it")


@app.command("attest")
def log_attest() -> None:
    """Attest the heads of all cases now, and send the checkpoint out by every way there is."""
    from activities.proof_log import LogBehind
    from proof.note import NoteFault
    from runtime import proof_log
    from store.sequencing import LogFault

    try:
        size = asyncio.run(proof_log.attest(terminal.settings()))
    except (LogBehind, LogFault, NoteFault, OSError) as fault:
        raise fail(str(fault)) from None
    console.print(f"attested at {size} leaves; the worker sends the checkpoint out")


@app.command("rotate")
def log_rotate() -> None:
    """Go over to a new signing key; the old one signs for it, and what it signed stays valid."""
    from runtime import proof_log
    from store.sequencing import LogFault

    try:
        key = asyncio.run(proof_log.rotate(terminal.settings()))
    except LogFault as fault:
        raise fail(str(fault)) from None
    console.print(
        f"The key of the log is now {key}\nTell it to auditors and witnesses.", highlight=False, soft_wrap=True
    )


@app.command("acknowledge")
def log_acknowledge(
    by: Annotated[str, typer.Option("--by", help="Who acknowledges, by name.")],
    reason: Annotated[str, typer.Option("--reason", help="Why the log does not continue what is held outside.")],
) -> None:
    """Let the log go on although it does not continue a checkpoint held outside; recorded in the log for ever."""
    from proof.note import NoteFault
    from runtime import proof_log
    from store.sequencing import LogFault

    if not by.strip() or not reason.strip():
        raise fail("--by and --reason must say something: they are what an auditor will read")
    try:
        held = asyncio.run(proof_log.acknowledge(terminal.settings(), by.strip(), reason.strip()))
    except proof_log.NothingToAcknowledge:
        raise fail("every checkpoint held outside is continued by the log: there is nothing to acknowledge") from None
    except (LogFault, NoteFault, OSError) as fault:
        raise fail(str(fault)) from None
    console.print(f"{len(held)} checkpoints acknowledged, the newest of {held[0].size} leaves. Start the workers.")
