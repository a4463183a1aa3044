"""Restricted windows at the decision, at the decree and on the effective date; two switches; unusual moments."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.case import Case
from domain.facts import Facts, Window
from domain.policy import Policy, WindowPolicy
from domain.refusals import Refusal
from domain.vocabulary import ConsentIssuer, Flag, Kind, Office, Status, WindowKind
from domain.windows import timing
from tests.domain import builders as b
from tests.domain.test_recomputing import recompute

TODAY = date(2026, 11, 23)
MINISTER = {"issuer": "home_minister", "number": "100.2.2.6/408/SJ", "date": "2026-11-16"}
PERTEK = {"issuer": "bkn", "number": "13773/B-AK.02.02/SD/K/2026", "date": "2026-11-09"}
KASN = {"issuer": "asn_commission", "number": "B-140/JP.00.01/01/2026", "date": "2026-11-12"}


def window(**over: Any) -> Window:
    fields = {
        "kind": WindowKind.ELECTION,
        "start": TODAY,
        "end": date(2026, 12, 4),
        "ground": "UU 10/2016",
        "scope": ("ALL",),
    }
    return Window.model_validate({**fields, **over})


def at_decision(known: Facts | None = None) -> Case:
    case = b.act(b.opened(), "confirm_need", b.HR)
    case = b.act(case, "respond", b.EMPLOYEE, answer="accept")
    case = b.act(case, "record_briefing", b.HR, held_on="2026-11-23", channel="rapat", audience=["employee"])
    case = b.act(case, "acknowledge", b.EMPLOYEE)
    case = b.act(case, "verify", b.HR2)
    case = b.act(case, "consider", b.BOARD, recommendation="recommend")
    return b.act(case, "propose", b.SECRETARY, known, recommendation="recommend")


def decided(case: Case, known: Facts, *consents: dict[str, str]) -> Case | Refusal:
    return b.attempt(case, "decide", b.GOVERNOR, known, decision="approve", consents=list(consents))


def asking_for(*issuers: str) -> Policy:
    named = {WindowKind.CARETAKER: WindowPolicy(consents=tuple(ConsentIssuer(i) for i in issuers))}
    return b.DEMO.model_copy(update={"windows": named})


# --- consents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [(), (MINISTER,), (MINISTER, PERTEK), (PERTEK, KASN)])
def test_every_consent_the_policy_names_is_required(given: tuple[dict[str, str], ...]) -> None:
    policy = asking_for("home_minister", "bkn", "asn_commission")
    known = b.facts(b.GOVERNOR, policy=policy, windows=(window(kind=WindowKind.CARETAKER),))
    refused = decided(at_decision(), known, *given)
    assert isinstance(refused, Refusal)
    assert refused.code == "window_closed"
    missing = {"home_minister", "bkn", "asn_commission"} - {g["issuer"] for g in given}
    assert set(refused.params["consents"]) == missing  # type: ignore[arg-type]
    approved = decided(at_decision(), known, MINISTER, PERTEK, KASN)
    assert isinstance(approved, Case)
    assert approved.opened_windows == ("UU 10/2016",)
    assert Flag.RESTRICTED_WINDOW in approved.flags


def test_a_consent_of_tomorrow_is_none_yet() -> None:
    known = b.facts(b.GOVERNOR, windows=(window(),))
    refused = decided(at_decision(), known, {**MINISTER, "date": "2026-11-24"})
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.params) == ("date_in_future", {"field": "consents"})


def test_no_window_stops_a_rejection() -> None:
    known = b.facts(b.GOVERNOR, windows=(window(),))
    assert b.act(at_decision(), "decide", b.GOVERNOR, known, decision="reject", reason="Tidak perlu").closed


def test_a_policy_of_before_asks_for_the_ministers_consent() -> None:
    old = Policy.from_canonical(b.DEMO.canonical).model_copy(update={"windows": None, "timing": None})
    known = b.facts(b.GOVERNOR, policy=old, windows=(window(kind=WindowKind.CARETAKER),))
    assert isinstance(decided(at_decision(), known, PERTEK), Refusal)
    assert isinstance(decided(at_decision(), known, MINISTER), Case)
    assert timing(known) == ()


# --- the decree and the effective date --------------------------------------------------------------------------------


def issued(case: Case, known: Facts, effective_on: str, *consents: dict[str, str]) -> Case | Refusal:
    dates = {"number": "800/1", "date": "2026-11-23", "effective_on": effective_on}
    return b.attempt(case, "issue_decree", b.HR, known, **dates, consents=list(consents))


def test_a_window_that_opened_after_the_decision_stops_the_decree() -> None:
    approved = b.act(at_decision(), "decide", b.GOVERNOR, decision="approve")
    known = b.facts(b.HR, windows=(window(),))
    refused = issued(approved, known, "2026-11-23")
    assert isinstance(refused, Refusal)
    assert refused.code == "window_closed"
    after = issued(approved, known, "2026-11-23", MINISTER)
    assert isinstance(after, Case)
    assert after.opened_windows == ("UU 10/2016",)


def test_a_decree_that_takes_effect_within_a_window_needs_its_consent() -> None:
    approved = b.act(at_decision(), "decide", b.GOVERNOR, decision="approve")
    known = b.facts(b.HR, windows=(window(start=date(2026, 12, 1)),))
    assert isinstance(issued(approved, known, "2026-12-01"), Refusal)
    assert isinstance(issued(approved, known, "2026-11-30"), Case)
    assert isinstance(issued(approved, known, "2026-12-05"), Case)


def test_the_consent_of_the_decision_holds_for_the_decree_and_for_its_window_alone() -> None:
    known = b.facts(b.GOVERNOR, windows=(window(),))
    approved = decided(at_decision(), known, MINISTER)
    assert isinstance(approved, Case)
    assert isinstance(issued(approved, b.facts(b.HR, windows=(window(),)), "2026-11-23"), Case)
    other = b.facts(b.HR, windows=(window(), window(kind=WindowKind.NEW_GOVERNOR, ground="Pasal 162")))
    refused = issued(approved, other, "2026-11-23")
    assert isinstance(refused, Refusal)
    assert refused.params["windows"] == ("Pasal 162",)


def test_a_window_entered_after_the_decree_undoes_nothing_and_is_shown() -> None:
    approved = b.act(at_decision(), "decide", b.GOVERNOR, decision="approve")
    waiting = issued(approved, b.facts(b.HR), "2026-12-01")
    assert isinstance(waiting, Case)
    placed = b.elapse(waiting, datetime(2026, 12, 1, 1, tzinfo=UTC), windows=(window(),))
    assert placed.status is Status.AWAITING_DUTY
    assert Flag.RESTRICTED_WINDOW in placed.flags


# --- the term of the decision -----------------------------------------------------------------------------------------


def test_the_term_of_the_decision_stands_still_in_a_window_and_goes_on_after_it() -> None:
    case = at_decision(b.facts(b.SECRETARY, windows=(window(),)))
    assert case.due is not None
    assert (case.due.start, case.due.days, case.due.on) == (TODAY, 5, date(2026, 12, 11))
    (pause,) = case.due.pauses or ()
    assert (pause.cause, pause.ground, pause.last) == ("window", "UU 10/2016", date(2026, 12, 4))
    assert Flag.RESTRICTED_WINDOW in case.flags
    assert min(w.at for w in case.wakes).date() > date(2026, 12, 4), "nobody is reminded of what he may not do"


def test_a_window_catches_a_case_under_way_and_lets_it_go_when_it_is_withdrawn() -> None:
    case = at_decision()
    assert case.due is not None and case.due.on == date(2026, 11, 30)
    on_wednesday = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    later = window(start=date(2026, 11, 25))
    caught, (event,) = recompute(case, b.facts("clock", now=on_wednesday, windows=(later,)))
    assert event.cause == "window"
    assert caught.due is not None and caught.due.on == date(2026, 12, 10)
    on_friday = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
    freed, _ = recompute(caught, b.facts("clock", now=on_friday))
    assert freed.due is not None and freed.due.on == date(2026, 12, 2), "two days were lost, Wednesday and Thursday"
    looked = b.elapse(case, case.wakes[0].at, windows=(later,))
    assert looked.due is not None and looked.due.on == date(2026, 12, 10), "the clock looks before it reminds"


def test_the_age_of_the_case_is_that_of_its_opening() -> None:
    case = at_decision()
    caught, _ = recompute(case, b.facts("clock", windows=(window(start=TODAY + timedelta(days=1)),)))
    assert (caught.opened_at, caught.since, caught.number) == (case.opened_at, case.since, case.number)


# --- two switches -----------------------------------------------------------------------------------------------------


def test_an_emergency_may_speed_up_moves_inside_while_transfers_between_agencies_are_frozen() -> None:
    speeds = window(kind=WindowKind.EMERGENCY, ground="Kepgub 905/2026", scope=("unit:DLH", "kind:internal"))
    freezes = window(kind=WindowKind.NATIONAL_FREEZE, ground="Kemendagri 800/1941", scope=("kind:inter_prov",))
    post, above = b.position(), frozenset({"DLH-S", "DLH"})
    assert speeds.covers(TODAY, post, above, Kind.INTERNAL)
    assert not speeds.covers(TODAY, post, above, Kind.INTER_PROV)
    assert freezes.covers(TODAY, post, above, Kind.INTER_PROV)
    assert not freezes.covers(TODAY, post, above, Kind.INTERNAL)
    both = (speeds, freezes)
    fast = b.opened(b.facts(windows=both), origin="emergency")
    assert fast.due is not None and fast.due.days == 1
    assert isinstance(decided(at_decision(), b.facts(b.GOVERNOR, windows=both)), Case)


# --- unusual moments --------------------------------------------------------------------------------------------------


def ending(until: date) -> tuple[Any, ...]:
    return tuple(h.model_copy(update={"until": until}) if h.office is Office.GOVERNOR else h for h in b.HOLDERS)


@pytest.mark.parametrize(
    ("now", "until", "marks", "flagged"),
    [
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), date(2027, 2, 1), [], False),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), date(2027, 2, 1), ["outside_hours"], False),
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), date(2026, 12, 7), ["term_end"], False),
        (datetime(2026, 11, 23, 15, 0, tzinfo=UTC), date(2026, 12, 7), ["outside_hours", "term_end"], True),
        (datetime(2026, 11, 28, 2, 0, tzinfo=UTC), date(2026, 12, 7), ["day_off", "term_end"], True),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), date(2026, 12, 23), ["term_end"], False),  # 07:30 on the 30th day
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), date(2026, 12, 24), ["outside_hours"], False),  # 16:00, 31 days
    ],
)
def test_an_unusual_moment_is_marked_and_never_refused(
    now: datetime, until: date, marks: list[str], flagged: bool
) -> None:
    known = b.facts(b.GOVERNOR, now=now, holders=ending(until))
    assert timing(known) == tuple(marks)
    approved = b.act(at_decision(), "decide", b.GOVERNOR, known, decision="approve")
    assert (Flag.UNUSUAL_TIMING in approved.flags) is flagged
