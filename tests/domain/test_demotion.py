"""Nobody is placed lower without a lawful ground, nobody is left without a post, whatever is done in whatever order.

All acts of all people and the clock are tried from every state that can be reached, so this is no sample.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.case import CLOCK, Case
from domain.commands import parse_command
from domain.decide import Decision, decide, may
from domain.events import OverrideConfirmed, PlacementMade, PostRestored
from domain.facts import Position
from domain.ranks import post_level
from domain.refusals import Refusal
from domain.vocabulary import Act, Stage, Tier
from tests.domain import builders as b

EQUAL, LOWER, CLASS, HOME = "DLH-S-04", "DKP-S-01", "DKP-S-07", "DPUPR-S-02"
POSTS: dict[str, Position] = {
    EQUAL: b.position(EQUAL),
    LOWER: b.position(LOWER, tier=Tier.PERTAMA),
    CLASS: b.position(CLASS, job_class=8),
    HOME: b.position(HOME),
}
PEOPLE = (b.EMPLOYEE, b.HR, b.HR2, b.HR_HEAD, b.BOARD, b.SECRETARY, b.GOVERNOR, b.TARGET_HEAD)
WHY = {"reason": "Alasan tertulis"}
DECREE = {"number": "800/1", "date": "2026-11-23"}
FALL = {**DECREE, **WHY, "ground": "procedure"}

BODIES: dict[Act, tuple[dict[str, Any], ...]] = {
    Act.OVERRIDE_RULE: tuple(
        {"rule": rule, "ground": ground, "reference": "SK 9", "document": document}
        for rule in ("E02", "E20")
        for ground in ("own_request", "emergency", "critical_service_vacancy")
        for document in (None, "d_" + "a" * 26)
    ),
    Act.CLOSE_INELIGIBLE: (WHY,),
    Act.CONTEST_DATA: ({"text": "Keliru"},),
    Act.PROPOSE_ALTERNATIVE: tuple({"position_code": code} for code in (LOWER, CLASS, EQUAL)),
    Act.UNIT_OPINION: ({"opinion": "support"},),
    Act.RESPOND: (
        {"answer": "accept"},
        {"answer": "object", "grounds": ["family"]},
        {"answer": "request_alternative"},
    ),
    Act.ANSWER_OBJECTION: (
        {"answers": [{"ground": "family", "text": "Ya"}]},
        {"answers": [{"ground": "alternative", "text": "Ya"}]},
    ),
    Act.RECORD_BRIEFING: ({"held_on": "2026-11-23", "channel": "rapat", "audience": ["employee"]},),
    Act.CONSIDER: ({"recommendation": "recommend"},),
    Act.PROPOSE: ({"recommendation": "recommend"},),
    Act.DECIDE: ({"decision": "approve"}, {"decision": "reject", **WHY}),
    Act.ISSUE_DECREE: ({**DECREE, "effective_on": "2026-11-23"}, {**DECREE, "effective_on": "2026-11-30"}),
    Act.SUSPEND_DECREE: ({**DECREE, **WHY, "ordered_by": "court", "reference": "PTUN 1"},),
    Act.LIFT_SUSPENSION: ({**DECREE, **WHY},),
    Act.CONFIRM_DUTY: ({"started_on": "2026-11-23"},),
    Act.RECORD_REVIEW: ({"day": 30, "outcome": "adapted_well"},),
    Act.RETURN: tuple({"to_stage": s, **WHY} for s in (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.CONSULTATION)),
    Act.HOLD: ({"ground": "discipline", "reference": "LHP 1"},),
    Act.CANCEL: (WHY,),
    Act.FILE_OBJECTION: ({"grounds": ["family"], "text": "Keberatan"},),
    Act.DECIDE_OBJECTION: ({"outcome": "granted", **WHY},),
    Act.DECLARE_INADMISSIBLE: (WHY,),
    Act.CORRECT_DECREE: ({**DECREE, **WHY, "ground": "redaction", "effective_on": "2026-11-23"},),
    Act.REVOKE_DECREE: (FALL, {**FALL, "position_code": LOWER}),
    Act.ANNUL_DECREE: (FALL, {**FALL, "position_code": LOWER}, {**FALL, "position_code": EQUAL}),
    Act.CLOSE_FOR_CAUSE: ({"cause": "resignation", "reference": "SK 1", "on": "2026-11-23"},),
}
"""What each act is tried with; the others with nothing. No ground here makes a demotion lawful."""
LEFT_OUT = frozenset(
    {
        Act.RENEW_HOLD,
        Act.COMMENT,
        Act.UNDO,
        Act.UNIT_OPINION,
        Act.CONTEST_DATA,
        Act.ADD_DOCUMENT,
        Act.JUDGE_DOCUMENT,
        Act.DECLARE_CONFLICT,
    }
)
"""Acts that change nothing a placement depends on; `undo` leads to a state that was reached before."""


def known(case: Case, by: str, code: str, home: str, later: timedelta = timedelta(0)) -> Any:
    here = case.to_post.position if case.placed_on else home
    return b.facts(
        by,
        now=b.NOW + later,
        dossier=b.dossier(position=POSTS[here], position_since="2022-02-21"),
        target=POSTS[code],
        former=POSTS[home],
    )


def steps(case: Case, home: str) -> Iterator[Decision]:
    """Everything that anybody or the clock can do next."""
    for act in Act:
        if act in LEFT_OUT:
            continue
        able = [p for p in PEOPLE if not isinstance(may(case, act, known(case, p, EQUAL, home)), Refusal)]
        for by, body in ((p, d) for p in able[:2] for d in BODIES.get(act, ({},))):
            back = act in (Act.REVOKE_DECREE, Act.ANNUL_DECREE) and case.placed_on is not None
            code = body.get("position_code") or (home if back else case.to_post.position)
            done = decide(case, parse_command(act, body), known(case, by, code, home))
            if not isinstance(done, Refusal):
                yield done
    if case.alarm and not case.closed:
        later = case.alarm.at - b.NOW
        done = decide(case, parse_command("elapse", {}), known(case, CLOCK, case.to_post.position, home, later))
        assert isinstance(done, Decision)
        if done.steps:
            yield done


def place_of(case: Case) -> tuple[object, ...]:
    """What tells states apart as far as placing somebody is concerned."""
    return (
        case.status, case.held and case.held.status, case.to_post.position, case.overridden, case.override,
        case.seat is None, case.answer, len(case.votes), case.board, case.proposal, case.reached, case.remedy_due,
        case.objection and case.objection.outcome, case.objection is None, case.review_day,
        case.decree_on is None, case.placed_on is None, case.wakes[:1] and case.wakes[0].what,
    )  # fmt: skip


@pytest.mark.parametrize("first", [EQUAL, LOWER, CLASS])
def test_no_way_leads_lower_without_a_lawful_ground_nor_out_of_a_post(first: str) -> None:
    start = b.opened(b.facts(target=POSTS[first]), position_code=first)
    seen, queue = {place_of(start)}, deque([start])
    placed = restored = 0
    while queue:
        case = queue.popleft()
        for decision in steps(case, HOME):
            for event, after in decision.steps:
                if isinstance(event, PlacementMade):
                    placed += 1
                    assert event.position == EQUAL, "placed lower without a lawful ground"
                if isinstance(event, PostRestored):
                    restored += 1
                    assert _level(event.to_post.position) >= _level(HOME), "sent back lower"
                assert not (isinstance(event, OverrideConfirmed) and event.rule == "E20")
                if after.to_post.position in (LOWER, CLASS):
                    assert after.stage in (Stage.EVALUATION, Stage.CLOSED)
            after = decision.steps[-1].case
            if place_of(after) not in seen:
                seen.add(place_of(after))
                queue.append(after)
    assert (placed > 0) == (restored > 0) == (first == EQUAL), "the search came as far as placements"


def _level(code: str) -> int:
    return post_level(POSTS[code].kind, POSTS[code].tier)


def proved(case: Case) -> tuple[Case, str]:
    """The case with a document handed in, and its id."""
    letter = b.content("b_" + "a" * 26)
    known = replace(b.facts(b.HR, target=POSTS[LOWER]), content=letter)
    case = b.act(case, "add_document", b.HR, known, document="D13", content=letter.id)
    return case, case.documents[-1].id


def demoted(**fields: Any) -> Case | Refusal:
    start, document = proved(b.opened(b.facts(target=POSTS[LOWER]), position_code=LOWER, **fields))
    body = {"rule": "E20", "ground": "discipline", "reference": "SK 9", "document": document}
    return b.attempt(start, "override_rule", b.HR, b.facts(b.HR, target=POSTS[LOWER]), **body)


def test_a_demotion_on_a_lawful_ground_takes_two_people_and_a_document() -> None:
    lower = {"target": POSTS[LOWER]}
    start = b.opened(b.facts(**lower), position_code=LOWER)
    body = {"rule": "E20", "ground": "discipline", "reference": "SK 9"}
    refused = b.attempt(start, "override_rule", b.HR, b.facts(b.HR, **lower), **body)
    assert isinstance(refused, Refusal)
    assert refused.code == "override_document_required"
    unknown = b.attempt(start, "override_rule", b.HR, b.facts(b.HR, **lower), **body, document="d_" + "a" * 26)
    assert isinstance(unknown, Refusal)
    assert unknown.code == "document_unknown"
    pending = demoted()
    assert isinstance(pending, Case)
    alone = b.attempt(pending, "confirm_override", b.HR, b.facts(b.HR, **lower))
    assert isinstance(alone, Refusal)
    assert alone.code == "four_eyes"
    confirmed = b.act(pending, "confirm_override", b.HR2, b.facts(b.HR2, **lower))
    assert confirmed.stage is Stage.NEEDS_CHECK
    assert confirmed.overridden == ("E20",)


def test_a_document_that_was_rejected_carries_no_demotion() -> None:
    pending = demoted()
    assert isinstance(pending, Case)
    lower = b.facts(b.HR2, target=POSTS[LOWER])
    document = pending.documents[-1].id
    rejected = b.act(pending, "judge_document", b.HR2, lower, document=document, verdict="reject", reason="Bukan SK")
    refused = b.attempt(rejected, "confirm_override", b.HR2, lower)
    assert isinstance(refused, Refusal)
    assert refused.code == "document_refused"


def test_the_employees_wish_is_a_ground_only_in_a_case_he_opened() -> None:
    body = {"rule": "E20", "ground": "own_request", "reference": "Surat 1"}
    lower = b.facts(b.HR, target=POSTS[LOWER])
    ours, letter = proved(b.opened(b.facts(target=POSTS[LOWER]), position_code=LOWER))
    refused = b.attempt(ours, "override_rule", b.HR, lower, **body, document=letter)
    assert isinstance(refused, Refusal)
    assert refused.code == "ground_not_allowed"
    said, letter = proved(b.opened(b.facts(target=POSTS[LOWER]), position_code=LOWER, origin="own_request"))
    refused = b.attempt(said, "override_rule", b.HR, lower, **body, document=letter)
    assert isinstance(refused, Refusal), "what HR writes as his wish is none"
    asked = b.facts(b.EMPLOYEE, target=POSTS[LOWER])
    his, letter = proved(b.opened(asked, position_code=LOWER, origin="own_request"))
    assert isinstance(b.attempt(his, "override_rule", b.HR, lower, **body, document=letter), Case)


def test_an_override_holds_for_the_post_it_was_given_for() -> None:
    pending = demoted()
    assert isinstance(pending, Case)
    confirmed = b.act(pending, "confirm_override", b.HR2, b.facts(b.HR2, target=POSTS[LOWER]))
    other = b.position("DKP-S-02", tier=Tier.PERTAMA)
    refused = b.attempt(confirmed, "propose_alternative", b.HR, b.facts(b.HR, target=other), position_code="DKP-S-02")
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.params["rules"]) == ("not_qualified", ("E20",))
    level = b.act(confirmed, "propose_alternative", b.HR, b.facts(b.HR), position_code=EQUAL)
    assert level.overridden == ()


def test_who_rose_meanwhile_is_not_placed_lower_on_the_effective_date() -> None:
    """Judged again on the day itself, from the post he holds then."""
    case = b.opened()
    for act, by, fields in (
        ("confirm_need", b.HR, {}), ("respond", b.EMPLOYEE, {"answer": "accept"}),
        ("record_briefing", b.HR, BODIES[Act.RECORD_BRIEFING][0]), ("acknowledge", b.EMPLOYEE, {}),
        ("verify", b.HR2, {}), ("consider", b.BOARD, {"recommendation": "recommend"}),
        ("propose", b.SECRETARY, {"recommendation": "recommend"}), ("decide", b.GOVERNOR, {"decision": "approve"}),
    ):  # fmt: skip
        case = b.act(case, act, by, **fields)
    risen = b.facts(b.HR, dossier=b.dossier(position=b.position(HOME, tier=Tier.MADYA)))
    blocked = b.act(case, "issue_decree", b.HR, risen, **DECREE, effective_on="2026-11-23")
    assert blocked.status == "placement_blocked"
    assert blocked.placed_on is None
