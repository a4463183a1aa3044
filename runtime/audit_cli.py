"""`mutasi audit`: the log and the evidence of cases, for whoever checks them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from runtime import terminal
from runtime.terminal import Json, ask, console, fail, print_json

app = typer.Typer(help="Check what is recorded.", no_args_is_help=True)

WitnessKeys = Annotated[list[str] | None, typer.Option("--witness-key", help="Key of a witness that must cosign.")]
LogKeys = Annotated[list[str] | None, typer.Option("--key", help="A key of the log that you wrote down.")]


@app.command("bundle")
def audit_bundle(
    case: Annotated[str, typer.Argument(help="Id or number of the case.")],
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
    who: Annotated[str, typer.Option("--as", help="Who asks, as `mutasi token` names him.")] = "auditor",
    held: Annotated[
        list[Path] | None,
        typer.Option(
            "--checkpoint", exists=True, dir_okay=False, help="A checkpoint you hold: growth since is proved."
        ),
    ] = None,
    documents: Annotated[bool, typer.Option(help="With the contents of documents.")] = True,
    personal: Annotated[bool, typer.Option(help="With personal content and its salts.")] = True,
) -> None:
    """Write the evidence of a case, with proofs and verifiers, into one file. Who takes it is noted."""
    from evidence.verify import Malformed, checkpoint_of

    try:
        since = [checkpoint_of(file.read_text()).size for file in held or ()]
    except (Malformed, OSError) as fault:
        raise fail(str(fault)) from None
    params = {"documents": documents, "personal": personal, "since": since}
    answer = ask(who, "GET", f"/cases/{case}/evidence", params=params)
    out.write_bytes(answer.content)
    console.print(f"{out}: {len(answer.content):,} bytes", highlight=False, soft_wrap=True)


@app.command("verify")
def audit_verify(
    bundle: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="The evidence of a case; without it, --all.")
    ] = None,
    held: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", exists=True, dir_okay=False, help="A signed checkpoint that you hold."),
    ] = None,
    witness_key: WitnessKeys = None,
    key: LogKeys = None,
    may_lack: Annotated[
        list[str] | None, typer.Option("--may-lack", help="A verdict that may be not shown; never one that fails.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every case of the register; needs the settings.")] = False,
    state: Annotated[
        Path | None, typer.Option("--state", help="With --all: file of findings, to go on where an audit stopped.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="With --all: how many look at once.")] = 2,
    out: Annotated[Path | None, typer.Option("--out", help="With --all: file for the signed statement.")] = None,
    as_json: Json = False,
) -> None:
    """Six verdicts on the evidence of a case. Needs nothing but the file: no database, no engine, no settings.

    With --all every case of the register is looked at, and the result is a statement signed by the key of the log.
    """
    from evidence import verify

    if unknown := set(may_lack or ()) - set(verify.VERDICTS):
        raise fail(f"--may-lack is one of {', '.join(verify.VERDICTS)}, not {', '.join(sorted(unknown))}")
    if everything == (bundle is not None):
        raise fail("name the evidence of one case, or --all")
    if bundle is None:
        _verify_all(held or (), witness_key or (), key or (), may_lack or (), state, processes, out, as_json)
    else:
        _verify_one(bundle, held or (), witness_key, key, may_lack or (), as_json)


def _verify_one(
    bundle: Path,
    held: Sequence[Path],
    witness_key: list[str] | None,
    key: list[str] | None,
    may_lack: Sequence[str],
    as_json: bool,
) -> None:
    from evidence import verify
    from evidence.bundle import same_verifier
    from evidence.examine import examine
    from runtime import code

    try:
        read = verify.read(bundle.read_bytes())
        points = [verify.checkpoint_of(file.read_text()) for file in held]
        verdicts = examine(read, points, _keys(witness_key), _keys(key))
    except (verify.Malformed, OSError) as fault:
        raise fail(f"{bundle}: {fault}") from None
    if as_json:
        print_json(_told(read, verdicts))
    else:
        made, mine = read.said["product"], code.product()
        console.print(f"Case {read.said['case']['number']}, made by {made['name']} {made['version']}", highlight=False)
        if made["code"] != mine["code"]:
            console.print("Law and workflow of this release are not those that the bundle was made by.")
        if not same_verifier(read):
            console.print("The verify.py in the bundle is not the one of this release.")
        for verdict in verdicts.values():
            console.print(f"{verdict.name:11} {verdict.state:10} {verdict.shown}", highlight=False, soft_wrap=True)
            for kind, where, what in verdict.faults[:20]:
                console.print(f"  {where}: {what} ({kind})", highlight=False, soft_wrap=True, markup=False)
            for what in verdict.lacking[:20]:
                console.print(f"  not shown: {what}", highlight=False, soft_wrap=True, markup=False)
    if any(v.faults or (v.lacking and v.name not in may_lack) for v in verdicts.values()):
        raise typer.Exit(1)


def _verify_all(
    held: Sequence[Path],
    witnesses: Sequence[str],
    trusted: Sequence[str],
    may_lack: Sequence[str],
    state: Path | None,
    processes: int,
    out: Path | None,
    as_json: bool,
) -> None:
    from evidence.verify import VERDICTS, Malformed
    from runtime import auditing

    settings = terminal.settings()
    kept = state or settings.home / "audit.findings"
    try:
        told = auditing.Anchors(tuple(file.read_text() for file in held), tuple(witnesses), tuple(trusted))
        result = auditing.audit(settings, told, kept, processes, terminal.progress("Looking at cases"))
    except (auditing.AnotherAudit, Malformed, OSError) as fault:
        raise fail(str(fault)) from None
    if out:
        out.write_text(result.statement)
    if as_json:
        print_json({"statement": result.statement, "resumed": result.resumed,
                    "cases": [one._asdict() for one in result.looked]})  # fmt: skip
    else:
        console.print(result.statement, highlight=False, soft_wrap=True, markup=False)
        for one in result.looked:
            for verdict, kind, where, what in one.faults[:5]:
                told_of = f"  case {one.case}, {verdict}, {where}: {what} ({kind})"
                console.print(told_of, highlight=False, soft_wrap=True, markup=False)
    wrong = any(result.cases(name, "fails") for name in VERDICTS)
    lacks = any(result.cases(name, "not_shown") for name in VERDICTS if name not in may_lack)
    if wrong or lacks:
        raise typer.Exit(1)


def _keys(written: list[str] | None) -> list[Any]:
    from evidence.verify import key_of

    return [key_of(text) for text in written or ()]


def _told(bundle: Any, verdicts: dict[str, Any]) -> dict[str, Any]:
    return {
        "case": bundle.said["case"],
        "product": bundle.said["product"],
        "verdicts": {
            v.name: {
                "state": v.state,
                "shown": v.shown,
                "faults": [dict(zip(("kind", "where", "what"), fault, strict=True)) for fault in v.faults],
                "lacking": v.lacking,
            }
            for v in verdicts.values()
        },
    }


@app.command("log")
def audit_log(
    checkpoints: Annotated[
        list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Signed checkpoints that you kept.")
    ] = None,
    key: Annotated[list[str] | None, typer.Option("--key", help="A key of the log that you wrote down.")] = None,
    as_json: Json = False,
) -> None:
    """Read log and ledger again, make every hash anew, and compare with checkpoints kept elsewhere."""
    from proof.note import NoteFault, read_key
    from runtime import proof_log

    try:
        trusted = [read_key(k) for k in key or ()]
        progress = terminal.progress("Reading leaves")
        report = asyncio.run(proof_log.audit(terminal.settings(), checkpoints or (), trusted, progress))
    except (NoteFault, OSError) as fault:
        raise fail(str(fault)) from None
    if as_json:
        print_json(report.as_dict())
    else:
        console.print(
            f"{report.leaves} leaves, {report.entries} entries of {report.cases} cases; root {report.root.hex()}\n"
            f"held against {report.held} checkpoints; {report.acknowledged} gaps acknowledged"
        )
        for found in report.faults[:50]:
            console.print(f"  {found.where}: {found.what} ({found.kind})", highlight=False, soft_wrap=True)
        console.print(f"{len(report.faults)} faults" if report.faults else "No fault found.")
        if not report.held:
            console.print("No checkpoint kept elsewhere was given: a log made anew by whoever has its key is not seen.")
    if report.faults:
        raise typer.Exit(1)
