"""What the product says of a bundle besides `verify.py`: the histories replayed, the law applied again.

Offline like it: no database, no engine, no settings. Code that differs from the code a bundle was made by may judge
otherwise; the digest of both is told.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from domain import hindsight
from domain.calendar import local_day
from domain.case import Case, Recorded
from domain.evolve import recorded
from domain.facts import OfficeHeld
from domain.hindsight import Finding, Known, Step
from domain.policy import Policy
from evidence import verify
from evidence.verify import UNREADABLE, Bundle, Verdict
from workflows import contract
from workflows.mutation import MutationWorkflow


def examine(bundle: Bundle, *anchors: Sequence[Any]) -> dict[str, Verdict]:
    """All six verdicts. `anchors`: checkpoints held, keys of witnesses, trusted keys of the log."""
    verdicts = verify.examine(bundle, *anchors)
    steps = _guarded(verdicts["replay"], lambda: _folded(bundle)) or []
    _guarded(verdicts["replay"], lambda: _state(verdicts["replay"], bundle, steps))
    _guarded(verdicts["replay"], lambda: asyncio.run(_replayed(verdicts["replay"], bundle)))
    policies = _guarded(verdicts["judgement"], lambda: _policies(bundle)) or {}
    if steps and (policy := policies.get(steps[0].after.policy)):
        _guarded(verdicts["judgement"], lambda: _tell(verdicts["judgement"], hindsight.judged_again(steps, policy)))
        known = _register(bundle)
        _guarded(
            verdicts["authority"],
            lambda: _tell(verdicts["authority"], hindsight.authorised_again(steps, policy, known)),
        )
    else:
        for name in ("judgement", "authority"):
            verdicts[name].lacking.append("the history or the policy cannot be read")
    return verdicts


def _guarded(verdict: Verdict, ask: Callable[[], Any]) -> Any:
    """What is asked; a bundle that cannot be read in the way is a fault, not a crash."""
    try:
        return ask()
    except UNREADABLE as fault:
        verdict.fault("malformed", verdict.name, f"it cannot be read: {type(fault).__name__} {str(fault)[:200]}")
        return None


def _tell(verdict: Verdict, findings: Iterable[Finding]) -> None:
    for finding in findings:
        if finding.kind is None:
            verdict.lacking.append(f"entry {finding.seq}: {finding.what}")
        else:
            verdict.fault(finding.kind, f"entry {finding.seq}", finding.what)


def _folded(bundle: Bundle) -> list[Step]:
    """The history folded by the present code."""
    history = []
    for (body, _), entry in zip(bundle.entries, bundle.said["entries"], strict=True):
        private = {path: kept["value"] for path, kept in entry["private"].items()}
        history.append((recorded(body, private), body["command"], body["actor"]))
    return hindsight.folded(history, bundle.said["case"]["id"])


def _state(verdict: Verdict, bundle: Bundle, steps: Sequence[Step]) -> None:
    """The state that the register showed is the one that the events give."""
    shown, folded = Case.model_validate(bundle.said["state"]), steps[-1].after
    if differing := [n for n in Case.model_fields if getattr(shown, n) != getattr(folded, n)]:
        what = f"folded again, the entries give another state than the one shown: {', '.join(differing)}"
        verdict.fault("state_differs", f"entry {steps[-1].recorded.seq}", what)


async def _replayed(verdict: Verdict, bundle: Bundle) -> None:
    """Each recorded history, run through the workflow's code, asks for the same as it did."""
    replayer = Replayer(workflows=[MutationWorkflow], data_converter=pydantic_data_converter)
    workflow, replayed = contract.workflow_id(bundle.said["case"]["id"]), 0
    for run in bundle.said["runs"]:
        if run["file"] is None:
            verdict.lacking.append(f"the history of run {run['run']}: {run['absent']}")
            continue
        history = WorkflowHistory.from_json(workflow, bundle.files[run["file"]].decode())
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        replayed += 1
        if result.replay_failure is not None:
            verdict.fault("replayed_otherwise", f"run {run['run']}", str(result.replay_failure)[:300])
    named = {run["run"] for run in bundle.said["runs"]}
    missing = {body["temporal"]["run"] for body, _ in bundle.entries} - named
    verdict.lacking += [f"the history of run {run}: it is not named" for run in sorted(missing)]
    verdict.shown = f"{replayed} histories replayed, {len(bundle.entries)} entries folded"


def _policies(bundle: Bundle) -> dict[str, Policy]:
    """The policies whose text is what their hash says; what is wrong with others, `verify.py` told."""
    texts = {policy: bundle.files[f"policies/{policy}.json"] for policy in bundle.said["policies"]}
    return {p: Policy.from_canonical(raw.decode()) for p, raw in texts.items() if verify.sha256(raw) == p}


def _register(bundle: Bundle) -> Callable[[Recorded], Known]:
    """What the register knew of offices and relatives at the instant of an entry, as the bundle shows it."""

    def known(entry: Recorded) -> Known:
        at, day = entry.at, local_day(entry.at).isoformat()

        def then(row: dict[str, Any]) -> bool:
            gone = row["superseded_at"]
            return datetime.fromisoformat(row["recorded_at"]) <= at and (not gone or at < datetime.fromisoformat(gone))

        held = (o for o in bundle.said["offices"] if then(o) and o["valid_from"] <= day <= (o["valid_to"] or day))
        offices = tuple(
            OfficeHeld.model_validate({"name": "", **{k: o[k] for k in OfficeHeld.model_fields if k in o}})
            for o in held
        )
        return Known(offices, frozenset(k["person"] for k in bundle.said["kin"] if then(k)))

    return known
