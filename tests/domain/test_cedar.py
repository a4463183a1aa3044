"""The rules of authority against a second writing of them, in Cedar: no difference in tens of thousands of cells.

The cells are an even sample of every office, unit, capacity, mandate, limit, stage, way, act and tie to the case: each
value meets each other value many times, and the sample is the same in every run.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from cedarpy import PolicySet, is_authorized_batch

from domain.authority import HEADS, SUBJECT_ACTS, standing
from domain.case import Case, PendingOverride
from domain.facts import Actor, Facts, OfficeHeld
from domain.refusals import Refusal
from domain.scope import Scope
from domain.vocabulary import Act, Capacity, Mandate, Office, PositionKind, Stage
from tests.domain import builders as b

CELLS = 20_000
WHO, PRINCIPAL = "p_who", "p_principal"
TIES = (
    "",
    "subject",
    "kin",
    "gains",
    "declared",
    "opener",
    "supplier",
    "verifier",
    "voter",
    "proposer",
    "decider",
    "asker",
)
ACTS = tuple(a for a in Act if a not in (Act.UNDO, Act.RETURN))
"""Undoing is its author's, and returning is of whoever holds the task: no office's own."""
UNITS = {"destination": "DLH", "origin": "DPUPR", "elsewhere": "DINKES"}
DIMENSIONS: dict[str, tuple[Any, ...]] = {
    "act": ACTS,
    "office": tuple(Office),
    "unit": tuple(UNITS),
    "capacity": tuple(Capacity),
    "mandate": (None, *Mandate),
    "is": TIES,
    "for": TIES,
    "limit": ("", Stage.APPROVAL),
    "stage": (Stage.NEEDS_CHECK, Stage.APPROVAL, Stage.PLACEMENT),
    "post": (PositionKind.FUNCTIONAL, PositionKind.JPT_PRATAMA),
    "leaves": (False, True),
    "headless": (False, True),
}


class Cell(NamedTuple):
    """One question, by the name of each dimension."""

    at: dict[str, Any]

    @property
    def ties(self) -> dict[str, set[str]]:
        """Which person has which tie to the case."""
        found: dict[str, set[str]] = {WHO: {self.at["is"]}, PRINCIPAL: set()}
        if self.at["mandate"]:
            found[PRINCIPAL] = {self.at["for"]}
        return found


def cells() -> Iterator[Cell]:
    """Evenly spread over the product of all dimensions: a step that has no factor in common with any of them."""
    size = prod(len(values) for values in DIMENSIONS.values())
    step = next(n for n in range(size // CELLS, size) if all(n % f for f in (2, 3, 5, 7, 11, 13, 17, 53)))
    for number in range(0, step * CELLS, step):
        at, rest = {}, number % size
        for name, values in DIMENSIONS.items():
            rest, place = divmod(rest, len(values))
            at[name] = values[place]
        yield Cell(at)


def _tied(base: Case, cell: Cell) -> Case:
    of = {tie: tuple(p for p, ties in cell.ties.items() if tie in ties) for tie in TIES}
    changes: dict[str, Any] = {
        "stage": cell.at["stage"],
        "to_post": base.to_post.model_copy(update={"kind": cell.at["post"]}),
        "verifiers": of["verifier"],
        "suppliers": of["supplier"],
        "voters": of["voter"],
        "proposers": of["proposer"],
        "deciders": of["decider"],
        "conflicted": of["declared"],
    }
    if of["subject"]:
        changes["subject"] = of["subject"][0]
    if of["opener"]:
        changes["opener"] = of["opener"][0]
    if of["asker"]:
        changes["override"] = PendingOverride(rule="E02", ground="whim", by=of["asker"][0])
    return base.model_copy(update=changes)


def _facts(base: Facts, cell: Cell) -> Facts:
    at = cell.at
    held = OfficeHeld(
        office=at["office"], unit=UNITS[at["unit"]], person=WHO, name="", capacity=at["capacity"], instrument="SK",
        scope=Scope(stages=(at["limit"],)) if at["limit"] else Scope(), mandate=at["mandate"],
        on_behalf_of=PRINCIPAL if at["mandate"] else None, grant="g" if at["mandate"] else None,
    )  # fmt: skip
    lent = (held,) if at["mandate"] else ()
    own = () if at["mandate"] else (held,)
    headed = () if at["headless"] else (b.held("p_head", Office.AGENCY_HEAD, "DLH"),)
    return replace(
        base,
        actor=Actor(person=WHO, name="", offices=own, mandates=lent),
        kin=frozenset(p for p, ties in cell.ties.items() if "kin" in ties),
        gaining=frozenset(p for p, ties in cell.ties.items() if "gains" in ties),
        holders=headed,
    )


def _request(cell: Cell) -> dict[str, Any]:
    at, act = cell.at, cell.at["act"]
    context = {
        "office": at["office"],
        # Of a person who leaves, no unit of the province is the destination.
        "unit": "elsewhere" if at["leaves"] and at["unit"] == "destination" else at["unit"],
        "heads": at["office"] in HEADS,
        "capacity": at["capacity"],
        "mandate": at["mandate"] or "",
        "ties": sorted(cell.ties[WHO] - {""}),
        "lender": sorted(cell.ties[PRINCIPAL] - {""}),
        "limit": at["limit"],
        "stage": at["stage"],
        "post": at["post"],
        "leaves": at["leaves"],
        "headless": at["headless"],
        "spoken": act is Act.COMMENT,
        "own": act in SUBJECT_ACTS or (act is Act.ADD_DOCUMENT and at["is"] == "subject"),
    }
    return {"principal": 'Person::"who"', "action": f'Action::"{act}"', "resource": 'Case::"c"', "context": context}


def test_a_second_writing_of_the_rules_says_the_same_of_every_cell() -> None:
    cases = {
        False: b.opened(origin="own_request"),
        True: b.opened(b.leaving_facts(), kind="inter_prov", position_code=None, to_outside=b.ELSEWHERE,
                       origin="own_request"),
    }  # fmt: skip
    known, cache = b.facts(windows=()), dict[Any, Case]()
    asked: dict[str, tuple[dict[str, Any], bool, Cell]] = {}
    for cell in cells():
        tied = (
            cell.at["is"],
            cell.at["mandate"] and cell.at["for"],
            *(cell.at[n] for n in ("leaves", "stage", "post")),
        )
        case = cache.get(tied) or cache.setdefault(tied, _tied(cases[cell.at["leaves"]], cell))
        facts = _facts(known, cell)
        allowed = not isinstance(standing(case, cell.at["act"], facts.actor, facts), Refusal)
        request = _request(cell)
        asked[json.dumps([request["action"], request["context"]])] = request, allowed, cell
    rules = PolicySet.from_str((Path(__file__).parent / "authority.cedar").read_text())
    answers = is_authorized_batch([request for request, _, _ in asked.values()], rules, [])
    differing = []
    permitted = 0
    for (_, allowed, cell), answer in zip(asked.values(), answers, strict=True):
        assert not answer.diagnostics.errors, answer.diagnostics.errors
        permitted += answer.allowed
        if answer.allowed != allowed:
            differing.append((cell.at, "code permits" if allowed else "code refuses"))
    assert not differing, (len(differing), differing[:5])
    assert len(asked) > CELLS * 0.9 and permitted > 500, (len(asked), permitted)
