"""Letters of other agencies come when they come: on hold, after a set-back, taken back, run out before the decree."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.case import Case
from domain.commands import parse_command
from domain.decide import decide, may
from domain.events import ConsentRecorded, PauseCause
from domain.facts import Facts
from domain.refusals import Refusal
from domain.vocabulary import Act, Flag, Status, WithdrawalGround
from tests.domain import builders as b
from tests.domain.test_between_agencies import (
    CONSENT,
    CONSENTED,
    CONSIDERED,
    HEARD,
    LETTER,
    PROPOSED,
    SHOWN,
    SIGNED,
    SUBMITTED,
    arriving,
    leaving,
    refused,
    walked,
)

LOST = b.seats(None, origin=None, ours_holds=False)
TO_BKN = (
    *HEARD,
    ("consider", b.BOARD, {"recommendation": "recommend"}),
    *SIGNED[-2:],
    ("record_consent", b.HR, {**CONSENT, "word": "release"}),
    *SUBMITTED[-1:],
)
ISSUED = CONSIDERED[-1:]
TAKEN_BACK = {**CONSENT, "outcome": "withdrawn", "ground": "formation", "reason": "Formasi ditarik", "word": "proposal"}
COURT = {"ground": "court", "reference": "P 1"}
FOURTH = b.NOW + timedelta(days=4)  # Friday: four of BKN's fifteen working days are over
ELEVENTH = b.NOW + timedelta(days=11)  # the Friday after


def arriving_on(day: Any, by: str = b.HR, **over: Any) -> Facts:
    return b.arriving_facts(by, day, **over)


def set_back() -> Case:
    """Who arrives, whose seat was lost on the fourth day that BKN had the file."""
    case = b.act(arriving(TO_BKN), "recheck_post", b.HR, arriving_on(FOURTH, seats=LOST))
    assert (case.status, case.seat) == (Status.NO_VACANCY, None)
    return case


def again(case: Case, day: Any = ELEVENTH) -> Case:
    """The case once it has a seat again, and was heard and forwarded anew."""
    return walked(case, TO_BKN[:-2], lambda by: arriving_on(day, by))


def test_what_bkn_answers_while_the_seat_is_lost_counts_when_there_is_one_again() -> None:
    answered = walked(set_back(), ISSUED, lambda by: arriving_on(FOURTH, by))
    assert (answered.status, answered.stopped) == (Status.NO_VACANCY, None)
    assert again(answered).status is Status.AWAITING_DECISION, "BKN is not waited for a second time"


def test_bkns_term_goes_on_with_the_days_that_were_left() -> None:
    before = arriving(TO_BKN).due
    case = again(set_back())
    assert case.status is Status.AWAITING_TECHNICAL_CONSIDERATION
    assert before is not None and case.due is not None and case.due.pauses is not None
    assert (case.due.start, case.due.days) == (before.start, before.days)
    [pause] = case.due.pauses
    assert (pause.cause, pause.first, pause.last) == (PauseCause.SET_BACK, date(2026, 11, 28), date(2026, 12, 4))
    assert (before.on, case.due.on) == (date(2026, 12, 14), date(2026, 12, 21))
    assert case.stopped is None


def test_a_file_that_comes_back_meanwhile_says_what_it_stood_still_for() -> None:
    back = {**LETTER, "outcome": "returned", "reason": "SKP 2025"}
    case = b.act(set_back(), "record_consideration", b.HR, arriving_on(FOURTH + timedelta(days=3)), **back)
    case = again(case, FOURTH + timedelta(days=5))
    assert case.status is Status.AWAITING_SUBMISSION
    case = b.act(case, "submit_file", b.HR, arriving_on(ELEVENTH), **LETTER)
    assert case.due is not None and case.due.on == date(2026, 12, 21)
    assert [(p.cause, p.first, p.last) for p in case.due.pauses or ()] == [
        (PauseCause.SET_BACK, date(2026, 11, 28), date(2026, 11, 30)),
        (PauseCause.INCOMPLETE_FILE, date(2026, 12, 1), date(2026, 12, 4)),
    ]


def test_not_qualified_stops_a_case_that_was_set_back_when_it_is_forwarded_again() -> None:
    tms = {**LETTER, "outcome": "refused", "reason": "TMS"}
    case = b.act(set_back(), "record_consideration", b.HR, arriving_on(FOURTH), **tms)
    assert case.status is Status.NO_VACANCY, "no stage is left out"
    assert b.act(case, "close_refused", b.HR, arriving_on(FOURTH), reason="TMS").outcome == "external_refused"
    assert walked(case, TO_BKN[:-3], lambda by: arriving_on(ELEVENTH, by)).status is Status.REFUSED_OUTSIDE


def test_another_post_begins_with_bkn_anew() -> None:
    other = arriving_on(FOURTH, target=b.position("DKP-S-01"))
    case = b.act(set_back(), "propose_alternative", b.HR, other, position_code="DKP-S-01")
    assert case.stopped is None
    assert Act.RECORD_CONSIDERATION not in {a for a in Act if not isinstance(may(case, a, b.facts(b.HR)), Refusal)}


@pytest.mark.parametrize(
    ("walk", "letter", "goes_on"),
    [
        (SIGNED, CONSENTED[-1], Status.AWAITING_SUBMISSION),
        (SUBMITTED, CONSIDERED[-1], Status.AWAITING_DECISION),
        (SUBMITTED, ("record_consideration", b.HR, {**LETTER, "outcome": "returned", "reason": "BTS"}),
         Status.AWAITING_SUBMISSION),
        (SUBMITTED, ("record_consideration", b.HR, {**LETTER, "outcome": "refused", "reason": "TMS"}),
         Status.REFUSED_OUTSIDE),
        (SUBMITTED, ("record_consent", b.HR, TAKEN_BACK), Status.REFUSED_OUTSIDE),
        (CONSIDERED, ("record_consent", b.HR, TAKEN_BACK), Status.REFUSED_OUTSIDE),
        (HEARD, CONSENTED[-1], Status.AWAITING_PROPOSAL),
    ],
    ids=["consent", "issued", "returned", "not qualified", "taken back", "taken back later", "before its time"],
)  # fmt: skip
def test_a_letter_that_comes_on_hold_is_recorded_and_counts_on_resuming(
    walk: Any, letter: tuple[str, str, dict[str, Any]], goes_on: Status
) -> None:
    case = b.act(leaving(walk), "hold", b.HR, b.leaving_facts(), **COURT)
    case = walked(case, (letter,), b.leaving_facts)
    assert case.status is Status.ON_HOLD, "a hold is ended by a person"
    case = b.act(case, "resume", b.HR, b.leaving_facts())
    assert (case.status, case.held) == (goes_on, None)
    assert case.due is not None


def test_a_file_that_comes_back_on_hold_gives_bkn_the_days_that_were_left() -> None:
    case = b.act(leaving(SUBMITTED), "hold", b.HR, b.leaving_facts(now=FOURTH), **COURT)
    tuesday = FOURTH + timedelta(days=4)
    back = {**LETTER, "outcome": "returned", "reason": "SKP 2025"}
    case = b.act(case, "record_consideration", b.HR, b.leaving_facts(now=tuesday), **back)
    case = b.act(case, "resume", b.HR, b.leaving_facts(now=tuesday))
    case = b.act(case, "submit_file", b.HR, b.leaving_facts(now=ELEVENTH), **LETTER)
    assert case.due is not None and case.due.on == date(2026, 12, 21)
    assert [(p.cause, p.ground, p.last) for p in case.due.pauses or ()] == [
        (PauseCause.ON_HOLD, "court", date(2026, 12, 1)),
        (PauseCause.INCOMPLETE_FILE, None, date(2026, 12, 4)),
    ]


def test_a_consent_may_be_taken_back_until_the_decision_with_a_ground_and_a_reason() -> None:
    for lacking in ("ground", "reason"):
        with pytest.raises(ValidationError):
            parse_command("record_consent", {k: v for k, v in TAKEN_BACK.items() if k != lacking})
    with pytest.raises(ValidationError, match="names its ground"):
        parse_command("record_consent", {**CONSENT, "word": "proposal", "ground": "error"})
    assert refused(leaving(SIGNED), "record_consent", b.HR, **TAKEN_BACK) == "consent_not_granted"
    case = leaving(CONSIDERED)
    assert case.status is Status.AWAITING_DECISION
    done = decide(case, parse_command("record_consent", TAKEN_BACK), b.leaving_facts())
    assert not isinstance(done, Refusal)
    [event] = done.events
    assert isinstance(event, ConsentRecorded) and event.ground is WithdrawalGround.FORMATION
    case = done.steps[-1].case
    assert (case.status, Flag.CONSENT_REFUSED in case.flags) == (Status.REFUSED_OUTSIDE, True)
    back = b.act(case, "return", b.HR2, b.leaving_facts(b.HR2), to_stage="approval", reason="Diminta lagi")
    anew = walked(back, (("verify", b.HR2, {}), *CONSENTED[-3:]), b.leaving_facts)
    assert anew.status is Status.AWAITING_DECISION, "granted once more, and what BKN considered stands"
    decided = b.act(anew, "decide", b.GOVERNOR, b.leaving_facts(b.GOVERNOR), decision="approve")
    assert refused(decided, "record_consent", b.HR, **TAKEN_BACK) == "act_not_open"


def test_a_deferred_decision_is_not_waited_for_once_a_consent_is_taken_back() -> None:
    later = {"decision": "defer", "until": "2026-12-10", "reason": "Menunggu anggaran"}
    case = b.act(leaving(CONSIDERED), "decide", b.GOVERNOR, b.leaving_facts(b.GOVERNOR), **later)
    case = b.act(case, "record_consent", b.HR, b.leaving_facts(), **TAKEN_BACK)
    assert case.status is Status.REFUSED_OUTSIDE
    mended = b.act(case, "record_consent", b.HR, b.leaving_facts(), **CONSENT, word="proposal")
    assert (mended.status, mended.refused_outside) == (Status.REFUSED_OUTSIDE, False), "a person sends it on"


def test_a_consent_taken_back_while_bkn_has_the_file_loses_none_of_bkns_days() -> None:
    case = b.act(leaving(SUBMITTED), "record_consent", b.HR, b.leaving_facts(now=FOURTH), **TAKEN_BACK)
    assert case.status is Status.REFUSED_OUTSIDE
    known = lambda by: b.leaving_facts(by, ELEVENTH)  # noqa: E731
    back = b.act(case, "return", b.HR2, known(b.HR2), to_stage="approval", reason="Diminta lagi")
    waiting = walked(back, (("verify", b.HR2, {}), *CONSENTED[-3:]), known)
    assert waiting.due is not None and waiting.due.on == date(2026, 12, 21)
    answered = walked(case, ISSUED, b.leaving_facts)
    assert answered.status is Status.REFUSED_OUTSIDE and answered.consideration.good_on(date(2026, 12, 1))


def test_the_policy_says_which_letters_must_be_shown() -> None:
    case = leaving(SUBMITTED)
    issued = {**LETTER, "outcome": "issued"}
    assert refused(case, "record_consideration", b.HR, **issued) == "letter_document_required"
    shown = b.shown(case, "D11")
    named = {**issued, "document": shown.documents[-1].id}
    turned_down = b.act(shown, "judge_document", b.HR2, b.leaving_facts(b.HR2), document=named["document"],
                        verdict="reject", reason="Tidak terbaca")  # fmt: skip
    assert refused(turned_down, "record_consideration", b.HR, **named) == "document_refused"
    assert b.act(shown, "record_consideration", b.HR, b.leaving_facts(), **named).status is Status.AWAITING_DECISION
    routes = {
        kind: route.model_copy(
            update={"passages": {w: p.model_copy(update={"documented": ()}) for w, p in route.passages.items()}}
        )
        for kind, route in b.DEMO.routes.items()
    }
    before = b.leaving_facts(policy=b.DEMO.model_copy(update={"routes": routes}))
    assert b.act(case, "record_consideration", b.HR, before, **issued).status is Status.AWAITING_DECISION


def test_a_consideration_that_ran_out_before_the_decree_is_asked_for_again_beside_the_stage() -> None:
    case = b.act(leaving(CONSIDERED), "decide", b.GOVERNOR, b.leaving_facts(b.GOVERNOR), decision="approve")
    assert refused(case, "submit_file", b.HR, **LETTER) == "consideration_in_force"
    late = b.NOW + timedelta(days=366)
    known = b.leaving_facts(now=late)
    decree = {"number": "800/1", "date": "2027-11-24", "effective_on": "2027-11-24"}
    assert refused(case, "issue_decree", b.HR, known, **decree) == "decree_unconsidered"
    in_time = {**decree, "date": "2027-11-23"}
    assert b.act(case, "issue_decree", b.HR, known, **in_time).decree_on == date(2027, 11, 23), "its last day"
    anew = {**LETTER, "date": "2027-11-24"}
    case = b.act(case, "submit_file", b.HR, known, **anew)
    assert (case.status, case.consideration.rounds) == (Status.AWAITING_DECREE, 2)
    assert refused(case, "issue_decree", b.HR, known, **decree) == "decree_unconsidered"
    case = walked(case, (("record_consideration", b.HR, {**SHOWN, **anew, "outcome": "issued"}),), lambda _: known)
    assert case.status is Status.AWAITING_DECREE
    assert b.act(case, "issue_decree", b.HR, known, **decree).decree_on == date(2027, 11, 24)


def test_inside_the_province_no_letter_is_recorded() -> None:
    for act in (Act.RECORD_CONSENT, Act.RECORD_CONSIDERATION, Act.SUBMIT_FILE):
        answer = may(b.opened(), act, b.facts(b.HR))
        assert isinstance(answer, Refusal) and answer.code == "act_not_open"
    assert may(leaving(PROPOSED), Act.RECORD_CONSENT, replace(b.leaving_facts(), holders=b.HOLDERS))
