"""`mutasi reconcile` and `mutasi repair`: register and engine held against each other, and what two people do then."""

import asyncio
import uuid
from typing import Annotated

import typer

from domain.drift import Repair
from runtime import terminal
from runtime.terminal import Json, call, console, fail, print_json, table


def reconcile(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look; open no incident.")] = False,
    as_json: Json = False,
) -> None:
    """Hold register and engine against each other now; what does not agree opens an incident."""
    from activities.reconciling import NobodyAnswers
    from runtime import reconciling

    try:
        found = asyncio.run(reconciling.reconcile(terminal.settings(), dry_run))
    except NobodyAnswers as nobody:
        raise fail(f"{nobody}: start a worker first, or every workflow would look silent") from None
    if as_json:
        print_json(found)
    else:
        console.print(f"{found['cases']} cases that are not over, {found['workflows']} workflows that run")
        rows = table("Drift", "Case", "About", "Detail")
        for drift in found["drift"]:
            detail = ", ".join(f"{name} {value}" for name, value in drift["detail"].items())
            rows.add_row(drift["kind"], drift["case"] or "", drift["subject"], detail)
        console.print(rows if found["drift"] else "Everything agrees.")
        if not dry_run:
            console.print(f"{found['opened']} incidents opened, {found['gone']} no longer found")
    if found["drift"]:
        raise typer.Exit(1)


def repair(
    incident: Annotated[str, typer.Argument(help="Id of the incident, as `GET /reports/drift` tells it.")],
    way: Annotated[Repair, typer.Argument(help="What is to be done.")],
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    who: Annotated[str, typer.Option("--as", help="Who proposes or confirms, as `mutasi token` names him.")],
    confirm: Annotated[bool, typer.Option("--confirm", help="Confirm what another person proposed.")] = False,
    key: Annotated[str | None, typer.Option(help="Idempotency key.")] = None,
    as_json: Json = False,
) -> None:
    """Propose a repair, or confirm as another person with `--confirm`; confirmed, it is carried out."""
    step = "confirmation" if confirm else "repair"
    after = call(
        who,
        "POST",
        f"/incidents/{incident}/{step}",
        json={"repair": way, "reason": reason},
        headers={"Idempotency-Key": key or uuid.uuid4().hex},
    )
    print_json(after) if as_json else console.print(f"{after['id']}: {after['kind_text']}: {after['status_text']}")
