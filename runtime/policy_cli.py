"""`mutasi policy`: check a policy file, compare two, simulate one, put it into force."""

import asyncio
import json
import tomllib
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from pydantic import ValidationError

from runtime.terminal import Json, call, console, fail, print_json, table

if TYPE_CHECKING:
    from domain.policy import Policy
    from domain.policy_cases import CaseBook

app = typer.Typer(help="Policies: check, compare, simulate, put into force.", no_args_is_help=True)

PolicyFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A policy file (TOML).")]


class Read(NamedTuple):
    """A policy file as read: the policy and its test cases."""

    policy: "Policy"
    book: "CaseBook"


def read(file: Path) -> Read:
    """The policy of a file with its cases. Ends the command with the place of the fault when it is none."""
    from domain.policy import from_data
    from domain.policy_cases import case_book
    from runtime.prepare import read_policy_data

    try:
        data = read_policy_data(file)
        return Read(from_data(data), case_book(data))
    except ValidationError as invalid:
        faults = (f"\n  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in invalid.errors(include_url=False))
        raise fail(f"{file} is no policy:{''.join(faults)}") from None
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as fault:
        raise fail(f"{file} cannot be read: {fault}") from None


@app.command("check")
def check(file: PolicyFile, as_json: Json = False) -> None:
    """Check a policy file and try its test cases; the exit code is 1 when something does not hold."""
    from domain.activation import why_not
    from domain.policy_cases import failing, uncovered
    from domain.rules import RULES

    policy, book = read(file)
    unwritten = sorted(set(policy.rules) - set(RULES))
    faults = [] if unwritten else failing(policy, book)
    unshown = uncovered(policy, book)
    if as_json:
        print_json(
            {
                "policy": {"code": policy.code, "version": policy.version, "hash": policy.hash},
                "cases": len(book.test),
                "failing": [f._asdict() for f in faults],
                "rules_without_cases": unshown,
                "rules_not_written": unwritten,
                "ok": why_not(policy, book) is None,
            }
        )
    else:
        console.print(f"{policy.code} {policy.version}: {policy.hash}", soft_wrap=True)
        if faults:
            rows = table("Test case", "About", "Expected", "Found")
            for fault in faults:
                rows.add_row(*fault)
            console.print(rows)
        for title, codes in (("No two cases tell apart", unshown), ("Not written in this release", unwritten)):
            if codes:
                console.print(f"{title}: {', '.join(codes)}", soft_wrap=True)
        console.print(f"{len(book.test)} test cases, {len({f.case for f in faults})} failing")
    if why_not(policy, book) is not None:
        raise typer.Exit(1)


@app.command("diff")
def diff(before: PolicyFile, after: PolicyFile, as_json: Json = False) -> None:
    """Show what one policy file changes against another, figure by figure and word by word."""
    from domain.differences import differences

    changes = list(differences(read(before).policy, read(after).policy))
    if as_json:
        print_json([c._asdict() for c in changes])
        return
    rows = table("Key", "Before", "After")
    for change in changes:
        rows.add_row(change.key, _shown(change.before), _shown(change.after))
    console.print(rows if changes else "The two mean the same: one hash.", soft_wrap=True)


def _plain(policy: "Policy") -> dict[str, Any]:
    data: dict[str, Any] = json.loads(policy.canonical)
    return data


def _shown(value: Any) -> str:
    return "-" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@app.command("activate")
def activate(
    file: PolicyFile,
    who: Annotated[str, typer.Option("--as", help="Who acts, as `mutasi token` names him.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept with the act.")],
    confirm: Annotated[bool, typer.Option("--confirm", help="Confirm what another person proposed.")] = False,
    key: Annotated[
        str | None, typer.Option(help="Idempotency key; the same one again is answered, not repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Propose that a policy comes into force, or confirm as another person with `--confirm`."""
    policy, book = read(file)
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    if confirm:
        found = call(who, "POST", f"/policies/{policy.hash}/confirmation", json={"reason": reason}, headers=headers)
    else:
        cases = book.model_dump(mode="json", exclude_none=True)
        body = {"policy": _plain(policy), "cases": cases, "reason": reason}
        found = call(who, "POST", f"/policies/{policy.hash}/activation", json=body, headers=headers)
    if as_json:
        print_json(found)
    elif found["status"] == "active":
        console.print(f"{found['code']} {found['version']} is in force from {found['in_force_from']}.")
    else:
        console.print(f"{found['code']} {found['version']} is proposed. Another person confirms it: add --confirm.")


@app.command("simulate")
def simulate(
    candidate: PolicyFile,
    names: Annotated[bool, typer.Option("--names", help="Tell by name too; needs --as somebody who may see.")] = False,
    who: Annotated[str | None, typer.Option("--as", help="Who looks: HR or an auditor, for --names.")] = None,
    as_json: Json = False,
) -> None:
    """Judge all cases and the whole establishment under a candidate: who comes out differently. Nothing is written."""
    from domain.rules import RULES
    from runtime import simulating, terminal

    policy = read(candidate).policy
    if unwritten := sorted(set(policy.rules) - set(RULES)):
        raise fail(f"rules that this release does not know: {', '.join(unwritten)}")
    settings = terminal.settings()
    if names and (who is None or not asyncio.run(simulating.may_see_names(settings, who))):
        raise fail("names are shown to HR and auditors: say who looks with --as hr_officer or --as auditor")
    bar = terminal.progress("Judging")
    report = asyncio.run(simulating.over_register(settings, policy, names, bar))
    print_json(report.as_dict()) if as_json else _print(report.as_dict())


def _print(report: Mapping[str, Any]) -> None:
    console.print(f"{report['in_force']['version']} -> {report['candidate']['version']}", soft_wrap=True)
    totals, rules = (
        table("Group", "Judged", "Not judged", "Come out differently"),
        table("Group", "Rule", "Stopped", "No longer stopped", "Warned", "No longer warned"),
    )
    for group in ("open_cases", "closed_cases", "establishment"):
        found = report[group]
        flips = ", ".join(f"{f['from']} -> {f['to']}: {f['count']}" for f in found["flips"])
        title = group.replace("_", " ")
        totals.add_row(title, str(found["judged"]), str(found["not_judged"]), flips or "0")
        for rule in found["rules"]:
            rules.add_row(title, *(str(value) for value in rule.values()))
    console.print(totals)
    console.print(rules if rules.row_count else "No rule stops or warns anybody it did not.")
    if report["not_simulated"]:
        console.print(f"Differs too, and is not simulated: {', '.join(report['not_simulated'])}", soft_wrap=True)
    if "names" in report:
        people = table("Group", "Case or post", "Name", "From", "To", "Rules")
        for one in report["names"]:
            people.add_row(one["group"], one["label"], one["name"], one["from"], one["to"], ", ".join(one["rules"]))
        console.print(people)
