"""What was true when a case was judged and is no longer: nobody is decided on, decreed or sent back on old facts."""

from datetime import date
from typing import Any

import pytest

from domain.case import Case
from domain.commands import parse_command
from domain.decide import Decision, decide
from domain.events import CaseVerified
from domain.facts import ConditionFact, Dossier, Position
from domain.refusals import Refusal
from domain.vocabulary import ConditionKind, PositionKind, Tier
from tests.domain import builders as b
from tests.domain.test_demotion import FALL, HOME, demoted
from tests.domain.test_interplay import DECREE
from tests.domain.test_windows import at_decision


def punished() -> Dossier:
    heavy = ConditionFact(kind=ConditionKind.DISCIPLINE_HEAVY, start=date(2026, 11, 20), end=None)
    return b.dossier(conditions=(heavy,))


def refused(answer: Case | Refusal) -> tuple[str, Any]:
    assert isinstance(answer, Refusal), answer
    return answer.code, answer.params.get("rules")


def approve(**over: Any) -> Case | Refusal:
    return b.attempt(at_decision(), "decide", b.GOVERNOR, b.facts(b.GOVERNOR, **over), decision="approve")


@pytest.mark.parametrize(
    ("over", "rules"),
    [
        ({"dossier": punished()}, ("E06",)),
        ({"dossier": b.dossier(education="SMA", education_field="IPS")}, ("E11",)),
        ({"target": b.position(tier=Tier.PERTAMA)}, ("E20",)),
    ],
)
def test_the_governor_does_not_approve_on_what_is_no_longer_so(over: dict[str, Any], rules: tuple[str, ...]) -> None:
    code, named = refused(approve(**over))
    assert (code, set(named)) == ("no_longer_qualified", set(rules))


def test_a_post_that_another_route_fills_is_not_filled_on_this_one() -> None:
    executive: Position = b.position(kind=PositionKind.JPT_PRATAMA, tier=None)
    assert refused(approve(target=executive))[0] == "post_beyond_route"


def test_a_case_that_is_rejected_or_returned_needs_no_judging() -> None:
    known = b.facts(b.GOVERNOR, dossier=punished())
    assert b.act(at_decision(), "decide", b.GOVERNOR, known, decision="reject", reason="Hukuman disiplin").closed
    back = b.act(at_decision(), "return", b.GOVERNOR, known, to_stage="evaluation", reason="Nilai ulang")
    assert back.status == "returned"


def test_a_demotion_is_set_aside_by_the_step_it_was_confirmed_for_and_no_further() -> None:
    pending = demoted()
    assert isinstance(pending, Case)
    lower = b.position("DKP-S-01", tier=Tier.PERTAMA)
    case = b.act(pending, "confirm_override", b.HR2, b.facts(b.HR2, target=lower))
    assert case.given_for["E20"]
    for kind, by, fields in (
        ("confirm_need", b.HR, {}), ("respond", b.EMPLOYEE, {"answer": "accept"}),
        ("record_briefing", b.HR, {"held_on": "2026-11-23", "channel": "rapat", "audience": ["employee"]}),
        ("acknowledge", b.EMPLOYEE, {}), ("verify", b.HR2, {}), ("consider", b.BOARD, {"recommendation": "recommend"}),
        ("propose", b.SECRETARY, {"recommendation": "recommend"}),
    ):  # fmt: skip
        case = b.act(case, kind, by, b.facts(by, target=lower), **fields)
    changed = b.facts(b.GOVERNOR, target=b.position("DKP-S-01", kind=PositionKind.STAFF, tier=None))
    code, named = refused(b.attempt(case, "decide", b.GOVERNOR, changed, decision="approve"))
    assert (code, named) == ("no_longer_qualified", ("E20",))
    b.act(case, "decide", b.GOVERNOR, b.facts(b.GOVERNOR, target=lower), decision="approve")


def approved() -> Case:
    return b.act(at_decision(), "decide", b.GOVERNOR, decision="approve")


def test_what_turned_between_decision_and_effect_stops_the_placement() -> None:
    unfit = b.facts(b.HR, dossier=b.dossier(education="SMA", education_field="IPS"))
    assert b.act(approved(), "issue_decree", b.HR, unfit, **DECREE, effective_on="2026-11-23").placed_on is None


def test_nobody_is_decreed_into_a_post_after_his_pension_began() -> None:
    old = b.facts(b.HR, dossier=b.dossier(birth_date=date(1968, 11, 20)))
    late = b.attempt(approved(), "issue_decree", b.HR, old, **DECREE, effective_on="2026-12-15")
    assert refused(late) == ("no_longer_qualified", ("E16",))
    waiting = b.act(approved(), "issue_decree", b.HR, old, **DECREE, effective_on="2026-11-30")
    later = {"number": "800/2", "date": "2026-11-23", "ground": "new_fact", "reason": "Ditunda"}
    known = b.facts(b.GOVERNOR, dossier=b.dossier(birth_date=date(1968, 11, 20)))
    moved = b.attempt(waiting, "correct_decree", b.GOVERNOR, known, **later, effective_on="2026-12-15")
    assert refused(moved) == ("no_longer_qualified", ("E16",))


def test_nobody_goes_back_to_less_than_he_left() -> None:
    """The old post was lowered meanwhile: it is no way back, and another is measured by what it was."""
    placed = b.act(approved(), "issue_decree", b.HR, **DECREE, effective_on="2026-11-23")
    assert placed.placed_on
    here = b.dossier(position=b.position("DLH-S-04"))
    lowered = b.position(HOME, tier=Tier.PERTAMA)
    for target, code in ((lowered, "equal_post_required"), (b.position("DKP-S-09", job_class=8), "post_not_equal")):
        known = b.facts(b.GOVERNOR, dossier=here, target=target, former=lowered)
        fields = {**FALL, **({} if target is lowered else {"position_code": "DKP-S-09"})}
        assert refused(b.attempt(placed, "annul_decree", b.GOVERNOR, known, **fields))[0] == code
    equal = b.facts(b.GOVERNOR, dossier=here, target=b.position("DKP-S-09"), former=lowered)
    assert b.act(placed, "annul_decree", b.GOVERNOR, equal, **FALL, position_code="DKP-S-09").closed


def test_those_who_decide_read_what_the_rules_of_the_approval_found() -> None:
    before = b.opened()
    for kind, by, fields in (
        ("confirm_need", b.HR, {}), ("respond", b.EMPLOYEE, {"answer": "accept"}),
        ("record_briefing", b.HR, {"held_on": "2026-11-23", "channel": "rapat", "audience": ["employee"]}),
        ("acknowledge", b.EMPLOYEE, {}),
    ):  # fmt: skip
        before = b.act(before, kind, by, **fields)
    decided = decide(before, parse_command("verify", {}), b.facts(b.HR2))
    assert isinstance(decided, Decision)
    verified = decided.events[0]
    assert isinstance(verified, CaseVerified)
    assert {r.rule for r in verified.results} >= {"E12", "E21", "E23", "E24"}


@pytest.mark.parametrize(
    ("cause", "on", "code"),
    [("resignation", "2099-01-01", "date_too_late"), ("retirement", "2001-01-01", "date_too_early")],
)
def test_who_leaves_does_so_on_a_day_that_can_be(cause: str, on: str, code: str) -> None:
    case = b.act(approved(), "issue_decree", b.HR, **DECREE, effective_on="2026-11-30")
    assert refused(b.attempt(case, "close_for_cause", b.HR, cause=cause, reference="SK 1", on=on))[0] == code


def test_a_slip_of_the_pen_that_is_mended_carries_out_no_objection() -> None:
    case = b.act(approved(), "issue_decree", b.HR, **DECREE, effective_on="2026-11-30")
    case = b.act(case, "file_objection", b.EMPLOYEE, grounds=["family"], text="Keberatan")
    case = b.act(case, "decide_objection", b.GOVERNOR, outcome="granted", reason="Orang tua sakit")
    assert case.remedy_due
    slip = {"number": "800/2", "date": "2026-11-23", "ground": "redaction", "reason": "Salah ketik"}
    assert b.act(case, "correct_decree", b.GOVERNOR, **slip).remedy_due
    assert not b.act(case, "correct_decree", b.GOVERNOR, **{**slip, "ground": "new_fact"}).remedy_due
