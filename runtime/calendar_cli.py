"""`mutasi calendar`: the working-day calendar, and the deadlines that move with it, through the API as somebody."""

from typing import Annotated

import typer
from rich.table import Column

from runtime.terminal import Json, call, console, fail, print_json, table

app = typer.Typer(help="The working-day calendar and the deadlines that move with it.", no_args_is_help=True)

As = Annotated[str, typer.Option("--as", help="Who acts, as `mutasi token` names him.")]
Reference = Annotated[str, typer.Option(help="Number and date of the decree or order.")]
Limit = Annotated[int, typer.Option(help="Deadlines to show, or to move at a time.")]


@app.command("show")
def calendar_show(year: int | None = None, who: As = "hr_head", as_json: Json = False) -> None:
    """Show the calendar of a year: days off, orders about single days, working days of each month."""
    found = call(who, "GET", "/calendar", params={"year": year} if year else {})
    if as_json:
        print_json(found)
        return
    state = "published" if found["published"] else "not published: dates across it are estimates"
    console.print(f"{found['year']}, {state}. Version {found['version']}")
    rows = table("Day", "Working", "Name")
    for day in found["days"]:
        rows.add_row(day["day"], "yes" if day["working"] else "no", day["name"])
    console.print(rows)
    months = ", ".join(f"{n}: {days}" for n, days in enumerate(found["working_days"], 1))
    console.print(f"Working days by month: {months}. Together: {sum(found['working_days'])}")


@app.command("override")
def calendar_override(
    day: str,
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why, as it is shown with every deadline it touches.")],
    working: Annotated[bool, typer.Option("--working/--holiday", help="Make it a working day, or a holiday.")] = False,
    who: As = "hr_head",
    as_json: Json = False,
) -> None:
    """Make a day a working day or a holiday. Running deadlines move with `mutasi calendar apply`."""
    body = {"day": day, "working": working, "reason": reason, "reference": reference}
    made = call(who, "POST", "/calendar/overrides", json=body)
    if as_json:
        print_json(made)
    else:
        console.print(f"{made['day']} is a {'working day' if made['working'] else 'holiday'} now: {made['reason']}")


@app.command("publish")
def calendar_publish(year: int, reference: Reference, who: As = "hr_head", as_json: Json = False) -> None:
    """Declare that the joint decree of a year is out, so that dates across it are no estimates any more."""
    made = call(who, "POST", f"/calendar/years/{year}/publication", json={"reference": reference})
    if as_json:
        print_json(made)
    else:
        console.print(f"The calendar of {made['year']} is published: {made['reference']}")


@app.command("preview")
def calendar_preview(who: As = "hr_head", limit: Limit = 200, as_json: Json = False) -> None:
    """Say which running deadlines would move by the present calendar and windows. Nothing changes."""
    _recompute(who, limit, as_json, dry_run=True)


@app.command("apply")
def calendar_apply(who: As = "hr_head", limit: Limit = 200, as_json: Json = False) -> None:
    """Move those deadlines, each with an entry in the ledger of its case. Doing it again moves what is left."""
    _recompute(who, limit, as_json, dry_run=False)


def _recompute(who: str, limit: int, as_json: bool, dry_run: bool) -> None:
    done = call(who, "POST", "/calendar/recomputation", params={"dry_run": dry_run, "limit": limit})
    if as_json:
        print_json(done)
    else:
        rows = table(Column("Number", no_wrap=True), "Deadline", "Status", "Why", "Old", "New")
        for case in done["cases"]:
            rows.add_row(*(case[k] for k in ("number", "deadline", "status", "cause", "old_on", "new_on")))
        for case in done["lapsed_cases"]:
            over = ("over already", case["old_on"], case["old_on"])
            rows.add_row(case["number"], case["deadline"], case["status"], *over)
        if done["cases"] or done["lapsed_cases"]:
            console.print(rows)
        verb = "would move" if dry_run else f"to move, {done['applied']} moved, {done['remaining']} left"
        console.print(
            f"{done['moving']} deadlines {verb}; {done['lapsed']} are over and stay; {done['unchanged']} are right."
        )
    if done["failed"]:
        raise fail(f"{len(done['failed'])} cases could not be reached; ask again")
