"""The board: a panel with quorum and majority, recusal and replacement, dissent; and policies of before."""

from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from domain import events as ev
from domain.case import Case
from domain.commands import parse_command
from domain.decide import Decision, decide, may
from domain.facts import Facts
from domain.policy import Board
from domain.refusals import Refusal
from domain.vocabulary import Act, Office, Recommendation
from tests.domain import builders as b

MEMBERS = tuple(f"p_member{n}" for n in range(1, 8))
OTHERS = tuple(h for h in b.HOLDERS if h.office is not Office.BOARD_MEMBER)
LAW = b.DEMO.model_copy(update={"board": Board(quorum=3, settled_by="majority", members=5, majority=3)})
YES, NO, ABSTAIN = "recommend", "not_recommend", "abstain"


def known(by: str, members: tuple[str, ...] = MEMBERS, **over: Any) -> Facts:
    seated = tuple(b.held(m, Office.BOARD_MEMBER, "SETDA") for m in members)
    return replace(b.facts(by, holders=(*OTHERS, *seated)), **{"policy": LAW, **over})


def verified(members: tuple[str, ...] = MEMBERS, **over: Any) -> Case:
    case = b.opened(known(b.HR))
    for kind, by, fields in (
        ("confirm_need", b.HR, {}),
        ("respond", b.EMPLOYEE, {"answer": "accept"}),
        ("record_briefing", b.HR, {"held_on": "2026-11-23", "channel": "rapat", "audience": ["employee"]}),
        ("acknowledge", b.EMPLOYEE, {}),
        ("verify", b.HR2, {}),
    ):
        case = b.act(case, kind, by, known(by, members, **over), **fields)
    return case


def vote(case: Case, by: str, how: str, members: tuple[str, ...] = MEMBERS, **over: Any) -> Decision | Refusal:
    fields = {"recuse": True} if how == "recuse" else {"recommendation": how}
    return decide(case, parse_command("consider", {**fields, "reason": "Alasan"}), known(by, members, **over))


def after(case: Case, votes: str, members: tuple[str, ...] = MEMBERS) -> Case:
    """The case after some votes, `y`, `n`, `a` or `r`, of the members seated, in their order."""
    for letter in votes:
        voted = {v.by for v in case.votes}
        by = next(p for p in case.panel or members if p not in voted)
        done = vote(case, by, {"y": YES, "n": NO, "a": ABSTAIN, "r": "recuse"}[letter], members)
        assert isinstance(done, Decision), done
        case = done.steps[-1].case
    return case


@pytest.mark.parametrize(
    ("votes", "result"),
    [
        ("yy", None), ("yyy", YES), ("ynyny", YES), ("nnn", NO), ("nny", None), ("aaa", ABSTAIN), ("yynn", None),
        ("yynna", ABSTAIN), ("nya", None), ("nnya", NO), ("ryyy", YES), ("rrrnnn", NO), ("nn", None),
    ],
)  # fmt: skip
def test_the_word_of_the_board_stands_once_no_vote_could_change_it(votes: str, result: str | None) -> None:
    case = after(verified(), votes)
    assert case.board == result
    assert case.status == ("awaiting_consideration" if result is None else "awaiting_proposal")


def test_five_are_seated_and_nobody_else_votes() -> None:
    case = verified()
    assert case.panel == MEMBERS[:5]
    outsider = may(case, Act.CONSIDER, known(MEMBERS[5]))
    assert isinstance(outsider, Refusal) and outsider.code == "not_on_panel"
    assert case.panel and MEMBERS[0] not in (verified(kin=frozenset({MEMBERS[0]})).panel or ())


def test_a_recused_member_is_replaced_and_what_he_said_is_kept() -> None:
    done = vote(verified(), MEMBERS[1], "recuse")
    assert isinstance(done, Decision)
    seated = done.events[-1]
    assert isinstance(seated, ev.BoardMemberSeated)
    assert (seated.member, seated.in_place_of) == (MEMBERS[5], MEMBERS[1])
    case = done.steps[-1].case
    assert case.panel == (MEMBERS[0], *MEMBERS[2:6])
    again = vote(case, MEMBERS[1], YES)
    assert isinstance(again, Refusal) and again.code == "already_voted"


def test_a_small_board_waits_for_a_new_member_instead_of_sticking() -> None:
    """Three members, one stands aside: the quorum of three is short until somebody becomes a member."""
    three = MEMBERS[:3]
    case = after(verified(three), "ryy", three)
    assert (case.status, case.panel) == ("awaiting_consideration", three[1:])
    done = vote(case, MEMBERS[6], YES, (*three, MEMBERS[6]))
    assert isinstance(done, Decision)
    assert done.steps[-1].case.board is Recommendation.RECOMMEND
    assert [e.type for e in done.events][:2] == ["board_voted", "board_member_seated"]


def test_a_member_who_is_one_no_more_is_not_waited_for() -> None:
    case = after(verified(), "nyy")
    left = (*MEMBERS[:3], MEMBERS[3])
    done = vote(case, MEMBERS[3], NO, left)
    assert isinstance(done, Decision) and done.steps[-1].case.board is Recommendation.ABSTAIN


def test_dissent_is_kept_with_the_result() -> None:
    done = vote(after(verified(), "yny"), MEMBERS[3], YES)
    assert isinstance(done, Decision)
    considered = next(e for e in done.events if isinstance(e, ev.BoardConsidered))
    assert (considered.in_favour, considered.against, considered.dissent) == (3, 1, (MEMBERS[1],))


def test_a_policy_of_before_lets_the_first_votes_settle_it() -> None:
    old = Board.model_validate({"quorum": 2})
    law = b.DEMO.model_copy(update={"board": old})
    case = verified(policy=law)
    assert case.panel is None
    for by, how in ((MEMBERS[6], NO), (MEMBERS[0], NO)):
        done = vote(case, by, how, policy=law)
        assert isinstance(done, Decision)
        case = done.steps[-1].case
    assert case.board is Recommendation.NOT_RECOMMEND


def test_a_case_is_forwarded_with_the_minutes_where_the_policy_asks_for_them() -> None:
    law = LAW.model_copy(update={"board": LAW.board.model_copy(update={"minutes": True})})
    case = after(verified(), "yyy")
    without = b.attempt(case, "propose", b.SECRETARY, known(b.SECRETARY, policy=law), recommendation=YES)
    assert isinstance(without, Refusal) and without.code == "minutes_required"
    b.act(case, "propose", b.SECRETARY, known(b.SECRETARY, policy=law), recommendation=YES, minutes="BA 12/TPK/2026")


def test_a_panel_without_its_figures_is_no_policy() -> None:
    for wrong in ({"members": 5}, {"majority": 3}, {"members": 3, "majority": 4}, {"members": 2, "majority": 2}):
        with pytest.raises(ValidationError):
            Board.model_validate({"quorum": 3, "settled_by": "majority", **wrong})
