"""`mutasi case`: work on cases through the API, as somebody."""

import json
import uuid
from typing import Annotated

import typer
from rich.table import Column

from runtime.terminal import Json, call, console, fail, print_json, table

app = typer.Typer(help="Work on cases through the API.", no_args_is_help=True)

As = Annotated[str, typer.Option("--as", help="Who acts, as `mutasi token` names him.")]


@app.command("list")
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
    page = call(who, "GET", "/cases", params=asked)
    if as_json:
        print_json(page)
        return
    rows = table(Column("Number", no_wrap=True), "Employee", "To", "Stage", "Status", Column("Due", no_wrap=True))
    for case in page["items"]:
        due = case["due"]["on"] if case["due"] else ""
        rows.add_row(
            case["number"], case["employee"]["name"], case["to"]["position_code"], case["stage"], case["status"], due
        )
    console.print(rows if page["items"] else "No cases.")


@app.command("show")
def case_show(case: str, who: As = "hr_officer", as_json: Json = False) -> None:
    """Show a case, by id or number, with its history."""
    found = call(who, "GET", f"/cases/{case}")
    events = call(who, "GET", f"/cases/{case}/events")["items"]
    if as_json:
        print_json({**found, "events": events})
        return
    console.print(f"[bold]{found['number']}[/]  {found['employee']['name']}")
    origin = found["from"]["title"] + ", " + found["from"]["unit"] if found["from"] else "-"
    console.print(f"{origin}  ->  {found['to']['title']}, {found['to']['unit']}")
    console.print(f"{found['stage']} / {found['status']}: {found['status_text']}")
    allowed = [a["act"] for a in found["acts"] if a["allowed"]]
    console.print(f"Open to {who} now: {', '.join(allowed) or 'nothing'}  (version {found['version']})")
    rows = table("Seq", "When", "Event", "By", "Reason")
    for event in events:
        rows.add_row(
            str(event["seq"]), event["at"][:19], event["label"], event["actor"]["name"] or "", event["reason"] or ""
        )
    console.print(rows)


@app.command("documents")
def case_documents(case: str, who: As = "hr_officer", as_json: Json = False) -> None:
    """List the documents a case needs and has."""
    found = call(who, "GET", f"/cases/{case}/documents")
    if as_json:
        print_json(found)
        return
    rows = table(
        "Document", "Title", "Status", "Version", Column("Valid until", no_wrap=True), Column("Id", no_wrap=True)
    )
    for item in found["items"]:
        newest = item["versions"][-1] if item["versions"] else {}
        rows.add_row(
            item["document"],
            item["title"],
            item["status"],
            str(newest.get("version", "")),
            newest.get("valid_until") or "",
            newest.get("id", ""),
        )
    console.print(rows if found["items"] else "No documents.")


@app.command("act")
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
    try:
        body = {**json.loads(fields), "act": act, **({"reason": reason} if reason else {})}
    except (json.JSONDecodeError, TypeError):
        raise fail("--fields takes a JSON object") from None
    found = call(who, "GET", f"/cases/{case}")
    headers = {"Idempotency-Key": key or uuid.uuid4().hex, "If-Match": f'"{found["version"]}"'}
    after = call(who, "POST", f"/cases/{case}/acts", json=body, headers=headers)
    if as_json:
        print_json(after)
    else:
        console.print(f"{after['number']}: {after['stage']} / {after['status']}: {after['status_text']}")
