"""The list of acts of a case keeps its word: what is not allowed is refused with the reason it gave, and what is
allowed is never refused for want of right or time.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from domain.vocabulary import Act
from tests.api.answers import problem_of
from tests.house import CaseFile, House, today

BODIES: dict[Act, dict[str, Any]] = {
    Act.OVERRIDE_RULE: {"rule": "E02", "ground": "reorganisation", "reference": "Pergub 12"},
    Act.CONTEST_DATA: {"text": "Tidak benar"},
    Act.PROPOSE_ALTERNATIVE: {"position_code": "DPUPR-S-02"},
    Act.UNIT_OPINION: {"opinion": "support"},
    Act.RESPOND: {"answer": "accept"},
    Act.ANSWER_OBJECTION: {"answers": [{"ground": "conditions", "text": "Baik"}]},
    Act.RECORD_BRIEFING: {"held_on": today(), "channel": "rapat", "audience": ["employee"]},
    Act.CONSIDER: {"recommendation": "recommend"},
    Act.PROPOSE: {"recommendation": "recommend"},
    Act.DECIDE: {"decision": "approve"},
    Act.ISSUE_DECREE: {"number": "800/1", "date": today(), "effective_on": today()},
    Act.CONFIRM_DUTY: {"started_on": today()},
    Act.RECORD_REVIEW: {"day": 30, "outcome": "adapted_well"},
    Act.RETURN: {"to_stage": "evaluation"},
    Act.HOLD: {"ground": "other", "reference": "Nota 1"},
    Act.COMMENT: {"text": "Catatan"},
    Act.DECLARE_CONFLICT: {"ground": "business"},
    Act.ADD_DOCUMENT: {"document": "D07", "content": f"b_{'a' * 26}"},
    Act.JUDGE_DOCUMENT: {"document": f"d_{'a' * 26}", "verdict": "accept"},
    Act.ASSIGN_TEMPORARILY: {"number": "SPT 1", "starts_on": today(), "until": today()},
    Act.CLOSE_FOR_CAUSE: {"cause": "resignation", "reference": "SK 2", "on": today()},
    Act.FILE_OBJECTION: {"grounds": ["family"], "text": "Keberatan"},
    Act.DECIDE_OBJECTION: {"outcome": "rejected"},
    Act.CORRECT_DECREE: {"number": "800/2", "date": today(), "ground": "redaction"},
    Act.REVOKE_DECREE: {"number": "800/2", "date": today(), "ground": "procedure"},
    Act.RENEW_ASSIGNMENT: {"number": "SPT 2", "until": today()},
    Act.SUSPEND_DECREE: {"number": "800/3", "date": today()},
    Act.LIFT_SUSPENSION: {"number": "800/4", "date": today()},
    Act.ANNUL_DECREE: {"number": "800/2", "date": today(), "ground": "procedure"},
    Act.AUTHORISE: {"number": "800/3", "date": today()},
    Act.RECORD_CONSENT: {
        "word": "proposal",
        "outcome": "granted",
        "issuer": "Bupati",
        "number": "824/1",
        "date": today(),
    },
    Act.SUBMIT_FILE: {"number": "800/4", "date": today()},
    Act.RECORD_CONSIDERATION: {"outcome": "issued", "number": "13773", "date": today()},
    Act.RECORD_OUTSIDE_DECISION: {"decision": "approve", "number": "824.3/9", "date": today()},
}
"""The least each act needs, besides a reason; the others need nothing else."""

SINGLE = ["hr_officer", "hr_head", "board_member", "regional_secretary", "governor", "auditor"]
STANDINGS = [
    ("tenure_18_months", "ineligible", ["agency_head:DPMPTSP"]),
    ("it_self_nomination", "awaiting_response", ["agency_head:DISKOMINFO"]),
    ("spouse_of_official", "awaiting_consideration", ["agency_head:BAPENDA"]),
    ("lateral_pass", "awaiting_decision", ["agency_head:DPUPR"]),
    ("chain_3", "awaiting_authorisation", ["agency_head:DISKOMINFO"]),
]
ELSEWHERE = {"agency": "Provinsi Gorontalo", "unit": "Biro Umum", "title": "Kepala Subbagian", "kind": "SUPERVISOR"}
"""Where one of them goes: to a post of another agency."""
"""Whose case, where it stands, and the head who sees it. One is married to the regional secretary."""


@pytest.mark.parametrize(("whom", "status", "heads"), STANDINGS, ids=[s[1] for s in STANDINGS])
async def test_the_list_of_acts_keeps_its_word(common_house: House, whom: str, status: str, heads: list[str]) -> None:
    origin = "own_request" if whom == "it_self_nomination" else "organisation"
    leaves = {"kind": "inter_prov", "position_code": None, "to_outside": ELSEWHERE} if whom == "chain_3" else {}
    case = await common_house.open(whom, origin=origin, **leaves)
    await case.walk(to=status)
    offered: set[Act] = set()
    closed: set[tuple[Act, str]] = set()
    for by in (f"cast:{whom}", *heads, *SINGLE):
        answer = await common_house.request("GET", f"/cases/{case.id}", by)
        if answer.status_code == 404:
            problem_of(await _try(case, Act.COMMENT, by), 404, "case_unknown")
            continue
        case.state = answer.json()
        allowed, refused = _sorted(case.state["acts"])
        for some in _few([r for r in refused if r not in closed]):
            await asyncio.gather(*(_is_refused(case, act, by, code) for act, code in some))
        # What is closed to everybody need not be tried by everybody.
        closed |= {r for r in refused if r[1] == "act_not_open"}
        for act in allowed:
            await _is_carried_out(case, act, by)
        offered |= set(allowed)
    assert case.where[1] == status
    assert len(offered) >= 5, "somebody could do something"


def _sorted(acts: list[dict[str, Any]]) -> tuple[list[Act], list[tuple[Act, str]]]:
    assert [a["act"] for a in acts] == list(Act), "every act is listed"
    for act in acts:
        assert act["allowed"] == (act["why_not"] is None)
        assert act["allowed"] or act["why_not"]["detail"]
    allowed = [Act(a["act"]) for a in acts if a["allowed"]]
    return allowed, [(Act(a["act"]), a["why_not"]["code"]) for a in acts if not a["allowed"]]


def _few(acts: list[Any]) -> Iterator[list[Any]]:
    """The engine takes ten commands at once for one case."""
    for start in range(0, len(acts), 8):
        yield acts[start : start + 8]


async def _try(case: CaseFile, act: Act, by: str) -> Any:
    return await case.try_act(act, by, **{"reason": "Alasan", **BODIES.get(act, {})})


async def _is_refused(case: CaseFile, act: Act, by: str, code: str) -> None:
    answer = await _try(case, act, by)
    assert answer.is_error and answer.json()["code"] == code, (by, act, code, answer.text)


async def _is_carried_out(case: CaseFile, act: Act, by: str) -> None:
    """Not refused for want of right or time; what follows from it is taken back."""
    answer = await _try(case, act, by)
    refusal = answer.json()["code"] if answer.is_error else ""
    assert answer.status_code != 403 and refusal not in ("act_not_open", "case_closed"), (by, act, answer.text)
    if answer.is_success:
        before, case.state = case.where, answer.json()
        undo = next(a for a in case.state["acts"] if a["act"] == Act.UNDO)
        assert undo["allowed"] == (act not in (Act.COMMENT, Act.SUPPLY_DOSSIER)), (by, act)
        if undo["allowed"]:
            await case.act("undo", by)
        assert case.where == before


async def test_nothing_but_looking_is_left_when_a_case_is_closed_for_good(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.act("cancel", "hr_officer", reason="Batal")
    await case.forward(seconds=30)
    for by in ("cast:lateral_pass", "hr_officer", "auditor"):
        acts = (await case.look(by))["acts"]
        assert {a["why_not"]["code"] for a in acts} == {"case_closed"}
        for act in (Act.UNDO, Act.COMMENT, Act.RESUME):
            await _is_refused(case, act, by, "case_closed")
