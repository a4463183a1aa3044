"""Where one exceptional path meets another: windows and repairs, absence and caretakers, undo and the clock beside."""

from datetime import date, timedelta

from domain.case import Case
from domain.commands import parse_command
from domain.decide import Decision, decide
from domain.facts import Window
from domain.refusals import Refusal
from domain.vocabulary import Capacity, Flag, Office, WindowKind
from tests.domain import builders as b
from tests.domain.test_windows import MINISTER, at_decision, window

DECREE = {"number": "800/1", "date": "2026-11-23"}


def decreed(effective_on: str = "2026-11-25", **over: object) -> Case:
    approved = b.act(at_decision(), "decide", b.GOVERNOR, decision="approve")
    return b.act(approved, "issue_decree", b.HR, b.facts(b.HR, **over), **DECREE, effective_on=effective_on)


def december() -> Window:
    return window(start=date(2026, 12, 1), end=date(2026, 12, 31))


def test_consents_are_for_the_post_they_were_given_for() -> None:
    """The post falls away after the approval: another one is another replacement, and takes consents of its own."""
    known = b.facts(b.GOVERNOR, windows=(window(),))
    approved = b.act(at_decision(), "decide", b.GOVERNOR, known, decision="approve", consents=[MINISTER])
    assert approved.opened_windows
    gone = b.facts(b.HR, target=b.position(required=0))
    back = b.act(approved, "recheck_post", b.HR, gone)
    assert back.opened_windows is None


def test_a_correction_moves_no_effective_date_into_a_window_without_consent() -> None:
    case, known = decreed(), b.facts(b.GOVERNOR, windows=(december(),))
    corrected = {
        "number": "800/2", "date": "2026-11-23", "ground": "redaction", "reason": "Salah ketik",
        "effective_on": "2026-12-10",
    }  # fmt: skip
    refused = b.attempt(case, "correct_decree", b.GOVERNOR, known, **corrected)
    assert isinstance(refused, Refusal)
    assert refused.code == "window_closed"
    with_consent = b.act(case, "correct_decree", b.GOVERNOR, known, **corrected, consents=[MINISTER])
    assert with_consent.opened_windows == ("UU 10/2016",)


def test_a_caretaker_who_may_decide_is_not_announced_as_missing() -> None:
    caretaker = b.held(b.GOVERNOR, Office.GOVERNOR, capacity=Capacity.ACTING_VACANT)
    holders = tuple(caretaker if h.office is Office.GOVERNOR else h for h in b.HOLDERS)
    within = b.facts(b.SECRETARY, holders=holders, windows=(window(kind=WindowKind.CARETAKER),))
    assert Flag.APPROVER_ABSENT not in at_decision(within).flags
    assert Flag.APPROVER_ABSENT in at_decision(b.facts(b.SECRETARY, holders=holders)).flags


def test_what_the_clock_did_beside_the_stage_outlasts_an_undo() -> None:
    case = b.act(decreed(), "file_objection", b.EMPLOYEE, grounds=["family"], text="Keberatan")
    case = case.model_copy(update={"wakes": ()})  # the effective date rings on its own; here it is about the side
    bell = case.alarm
    assert bell is not None
    just_before, just_after = bell.at - timedelta(seconds=1), bell.at + timedelta(seconds=1)
    held = b.act(case, "hold", b.HR, b.facts(b.HR, now=just_before), ground="court", reference="P 1")
    rung = b.elapse(held, bell.at)
    assert len(rung.aside) == len(held.aside) - 1
    undone = decide(rung, parse_command("undo", {}), b.facts(b.HR, now=just_after))
    assert isinstance(undone, Decision)
    assert bell not in undone.steps[-1].case.aside, "it does not ring twice"
