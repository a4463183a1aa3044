"""Choosing: who is not on the ranked list is taken with a typed ground and words, and nobody else is asked for them."""

from dataclasses import replace
from typing import Any

import pytest

from domain.case import Case
from domain.commands import parse_command
from domain.decide import Decision, decide
from domain.events import NeedConfirmed
from domain.policy import FitPolicy, Policy
from domain.refusals import Refusal, RefusalCode
from domain.vocabulary import Flag, Origin
from tests.domain import builders as b

WORDS = "Satu-satunya yang pernah menyusun perda serupa"
REASON = {"ground": "specific_competence", "text": WORDS}
OFF = b.facts(place=b.place(on_list=False, rank=17))


def confirmed(case: Case, known: Any = OFF, **fields: Any) -> NeedConfirmed:
    decided = decide(case, parse_command("confirm_need", fields), known)
    assert isinstance(decided, Decision), decided
    [event] = [e for e in decided.events if isinstance(e, NeedConfirmed)]
    return event


def test_off_the_list_nobody_is_chosen_without_a_reason() -> None:
    refused = b.attempt(b.opened(), "confirm_need", b.HR, OFF)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.OFF_LIST_REASON_REQUIRED
    assert (refused.params["rank"], refused.params["length"], refused.params["field"]) == (17, 10, 40)
    assert "own_request" not in tuple(refused.params["choice_grounds"]), "only the employee can have asked"  # type: ignore[arg-type]


def test_with_a_reason_the_ranking_is_kept_and_everyone_who_decides_sees_it() -> None:
    event = confirmed(b.opened(), off_list_reason=REASON)
    assert event.choice is not None
    assert (event.choice.rank, event.choice.on_list, event.choice.ground) == (17, False, "specific_competence")
    assert (event.choice.length, event.choice.field, event.choice.busy, event.choice.agency) == (10, 40, 2, "DLH")
    assert (event.choice_score, event.choice_reason) == (60, WORDS)
    assert event.choice_list == b.place(on_list=False).listed and len(event.choice_list) == 10
    case = b.act(b.opened(), "confirm_need", b.HR, OFF, off_list_reason=REASON)
    assert Flag.OFF_LIST in case.flags
    assert case.choice == event.choice
    back = b.act(case, "respond", b.EMPLOYEE, answer="accept")
    returned = b.act(back, "return", b.HR, to_stage="needs_check", reason="Dibandingkan lagi")
    assert Flag.OFF_LIST not in returned.flags and returned.choice is None, "it is chosen anew"


def test_who_is_on_the_list_is_asked_for_nothing_and_kept_with_his_place() -> None:
    event = confirmed(b.opened(), b.facts())
    assert event.choice is not None and event.choice.on_list and event.choice.ground is None
    given = confirmed(b.opened(), b.facts(), off_list_reason=REASON)
    assert given.choice_reason == WORDS, "the list may have changed since it was looked at: nothing typed is lost"


def test_only_a_ground_of_the_policy_counts() -> None:
    for ground in ("whim", "own_request", "emergency"):
        refused = b.attempt(b.opened(), "confirm_need", b.HR, OFF, off_list_reason={**REASON, "ground": ground})
        assert isinstance(refused, Refusal) and refused.code is RefusalCode.CHOICE_GROUND_NOT_ALLOWED


def test_own_request_is_a_ground_where_the_employee_asked() -> None:
    case = b.opened(b.facts(b.EMPLOYEE), origin="own_request")
    refused = b.attempt(case, "confirm_need", b.HR, OFF)
    assert isinstance(refused, Refusal), "an own request passes others over like any choice"
    assert confirmed(case, off_list_reason={**REASON, "ground": "own_request"}).choice is not None


def test_an_emergency_is_the_ground_itself_and_is_counted_all_the_same() -> None:
    case = b.opened(origin="emergency", emergency_ref="SK 1/2026")
    event = confirmed(case)
    assert event.choice is not None and (event.choice.on_list, event.choice.ground) == (False, "emergency")


def test_who_does_not_pass_the_hard_requirements_has_no_rank_and_is_off_the_list() -> None:
    unranked = b.facts(place=b.place(on_list=False, rank=None, score=None))
    refused = b.attempt(b.opened(), "confirm_need", b.HR, unranked)
    assert isinstance(refused, Refusal) and refused.params["rank"] == "-"


def test_a_policy_of_before_has_no_list() -> None:
    older = without_list(b.DEMO)
    event = confirmed(b.opened(b.facts(policy=older)), b.facts(policy=older, place=None))
    assert event.choice is None and "choice" not in event.model_dump(exclude_none=True)


def test_an_alternative_after_the_confirmation_is_a_choice_too() -> None:
    other = b.position("DKP-S-01")
    case = b.act(b.opened(), "confirm_need", b.HR)
    case = b.act(case, "respond", b.EMPLOYEE, answer="request_alternative", preferences=["DKP-S-01"])
    off = replace(OFF, target=other)
    refused = b.attempt(case, "propose_alternative", b.HR, off, position_code="DKP-S-01")
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.OFF_LIST_REASON_REQUIRED
    moved = b.act(case, "propose_alternative", b.HR, off, position_code="DKP-S-01", off_list_reason=REASON)
    assert moved.choice is not None and moved.choice.agency == "DKP" and Flag.OFF_LIST in moved.flags


def test_before_the_confirmation_an_alternative_waits_for_it() -> None:
    off = replace(OFF, target=b.position("DKP-S-01"))
    case = b.act(b.opened(), "propose_alternative", b.HR, off, position_code="DKP-S-01")
    assert case.choice is None
    refused = b.attempt(case, "confirm_need", b.HR, off)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.OFF_LIST_REASON_REQUIRED


@pytest.mark.parametrize("without", ["list", "off_list_grounds"])
def test_a_list_and_the_grounds_for_leaving_it_go_together(without: str) -> None:
    data = b.DEMO.fit.model_dump(exclude={without})
    with pytest.raises(ValueError, match="go together"):
        FitPolicy.model_validate(data)


def without_list(policy: Policy) -> Policy:
    data = policy.model_dump(mode="json", exclude_none=True)
    data["fit"] = {"weights": data["fit"]["weights"]}
    data["board"] = {"quorum": data["board"]["quorum"]}
    return Policy.model_validate(data)


def advised_against(known: Any) -> Case:
    case = b.opened(known)
    no = {"recommendation": "not_recommend", "reason": "Ada yang lebih sesuai"}
    for act, by, fields in (
        ("confirm_need", b.HR, {}),
        ("respond", b.EMPLOYEE, {"answer": "accept"}),
        ("record_briefing", b.HR, {"held_on": "2026-11-23", "channel": "rapat", "audience": ["employee"]}),
        ("acknowledge", b.EMPLOYEE, {}),
        ("verify", b.HR_HEAD, {}),
        ("consider", b.BOARD, no),
        ("propose", b.SECRETARY, {"recommendation": "recommend"}),
    ):
        case = b.act(case, act, by, replace(known, actor=b.facts(by).actor), **fields)
    return case


def test_an_approval_against_advice_names_its_ground() -> None:
    case = advised_against(b.facts())
    asked = {"decision": "approve", "reason": "Layanan tidak dapat menunggu"}
    refused = b.attempt(case, "decide", b.GOVERNOR, **asked)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.ADVICE_GROUND_REQUIRED
    refused = b.attempt(case, "decide", b.GOVERNOR, **asked, advice_ground="whim")
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.CHOICE_GROUND_NOT_ALLOWED
    b.act(case, "decide", b.GOVERNOR, **asked, advice_ground="service_continuity")


def test_a_policy_of_before_asks_for_words_alone() -> None:
    known = b.facts(policy=without_list(b.DEMO))
    case = advised_against(known)
    b.act(
        case, "decide", b.GOVERNOR, replace(known, actor=b.facts(b.GOVERNOR).actor), decision="approve", reason="Perlu"
    )
    assert case.origin is Origin.ORGANISATION
