"""The line for a post: who is told of a freed seat and who may take it, in whatever order several cases act.

A small province in memory: one post, two seats, several cases, and the calls that releases leave behind.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pydantic import ValidationError

from domain import lines, notices
from domain.case import CLOCK, Case
from domain.commands import CallInLine, parse_command
from domain.decide import Decision, decide, may, open_case
from domain.events import ActUndone, PlacementMade, SeatCameFree, SeatHeld, Staffing, WakeKind
from domain.facts import Facts, HeldFor, InLine
from domain.refusals import Refusal, RefusalCode
from domain.vocabulary import Act, Status
from tests.domain import builders as b

POST, SEATS = "DLH-S-04", 2
WHY = {"reason": "Alasan tertulis"}
ACTS: dict[Act, dict[str, Any]] = {
    Act.CONFIRM_NEED: {},
    Act.RENEW_HOLD: WHY,
    Act.DECLINE_SEAT: WHY,
    Act.UNDO: {},
    Act.HOLD: {"ground": "other", "reference": "Nota 1"},
    Act.RESUME: {},
    Act.CANCEL: WHY,
    Act.RETURN: {"to_stage": "evaluation", **WHY},
    Act.SUPPLY_DOSSIER: {"items": [{"kind": "rating", "year": 2024, "rating": "BAIK"}]},
}
"""What HR does to a case that holds a seat or waits for one."""


def waiting(number: int, **over: Any) -> InLine:
    """The case that opened on that day."""
    fields = {"case": f"c_{number}", "number": f"MUT-{number}", "emergency": False}
    return InLine.model_validate({**fields, "since": b.NOW + timedelta(days=number), **over})


@pytest.mark.parametrize(
    ("line", "vacant", "told"),
    [
        ((), 1, None),
        ((waiting(2), waiting(1)), 1, "c_1"),
        ((waiting(1), waiting(2, emergency=True)), 1, "c_2"),
        ((waiting(1, called=True), waiting(2)), 1, None),
        ((waiting(1, called=True), waiting(2)), 2, "c_2"),
        ((waiting(1, on_hold=True), waiting(2)), 1, "c_2"),
        ((waiting(1, passed_at=b.NOW), waiting(2)), 1, "c_2"),
        ((waiting(1, passed_at=b.NOW - timedelta(days=1)), waiting(2)), 1, "c_1"),
        ((waiting(1),), 0, None),
        ((waiting(1, since=b.NOW), waiting(2, since=b.NOW)), 1, "c_1"),
    ],
    ids=["nobody", "seniority", "emergency", "told already", "second seat", "on hold", "let this one pass",
         "let another one pass", "no seat", "same instant"],
)  # fmt: skip
def test_who_is_told_of_a_seat_that_came_free_now(line: tuple[InLine, ...], vacant: int, told: str | None) -> None:
    chosen = lines.next_called(line, vacant, b.NOW)
    assert (chosen.case if chosen else None) == told


@pytest.mark.parametrize(
    ("line", "free"),
    [
        ((), True),
        ((waiting(-1),), False),
        ((waiting(-1, on_hold=True),), True),
        ((waiting(-1, passed_at=b.NOW),), True),
        ((waiting(1, called=True),), False),
        ((waiting(1),), True),
    ],
    ids=["no line", "one before", "before, on hold", "before, let it pass", "behind, but told", "behind"],
)
def test_a_free_seat_is_taken_in_turn(line: tuple[InLine, ...], free: bool) -> None:
    case = b.opened(b.facts(seats=b.seats(line=line)))
    assert (case.seat is not None) == free
    assert (case.waiting is not None) == (not free)


def test_whoever_comes_out_of_turn_hears_how_many_are_before_him() -> None:
    known = b.facts(b.HR, seats=b.seats(line=(waiting(-2), waiting(-1))))
    case = b.opened(known)
    refused = b.attempt(case, "confirm_need", b.HR, known)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.params["ahead"]) == (RefusalCode.LINE_AHEAD, 2)


def test_who_ranks_first_hears_truly_that_one_behind_was_told_before_he_came() -> None:
    """He came back to the line after the seat had been offered: nobody is ahead of him, and yet it is not his."""
    until = (b.NOW + timedelta(days=7)).date()
    known = b.facts(b.HR, seats=b.seats(line=(waiting(1, called=True, called_until=until),)))
    refused = b.attempt(b.opened(known), "confirm_need", b.HR, known)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.SEAT_OFFERED
    assert refused.params == {"position": POST, "until": until.isoformat()}
    held_up = (waiting(-2, on_hold=True), waiting(-1, passed_at=b.NOW), waiting(1, called=True, called_until=until))
    known = b.facts(b.HR, seats=b.seats(line=held_up))
    refused = b.attempt(b.opened(known), "confirm_need", b.HR, known)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.SEAT_OFFERED, "those keep nobody back"


def test_where_all_is_held_the_refusal_says_by_whom_and_until_when() -> None:
    until = (b.NOW + timedelta(days=30)).date()
    known = b.facts(b.HR, seats=b.seats(None, holds=(HeldFor(number="MUT-2026-000007", until=until),)))
    refused = b.attempt(b.opened(known), "confirm_need", b.HR, known)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.SEAT_HELD
    assert refused.params == {"position": POST, "cases": ("MUT-2026-000007",), "until": until.isoformat()}


def test_an_alternative_is_proposed_in_turn_too() -> None:
    case = b.opened(b.facts(seats=b.seats(None)))
    known = b.facts(b.HR, target=b.position("DKP-S-01"), seats=b.seats(line=(waiting(-1),)))
    refused = b.attempt(case, "propose_alternative", b.HR, known, position_code="DKP-S-01", **WHY)
    assert isinstance(refused, Refusal) and refused.code is RefusalCode.LINE_AHEAD


@given(
    st.lists(
        st.tuples(st.integers(-9, 9), st.booleans(), st.booleans(), st.booleans(), st.booleans()),
        max_size=8,
        unique_by=lambda t: t[0],
    ),
    st.integers(0, 3),
)
def test_the_order_is_the_same_whoever_asks(drawn: list[tuple[int, bool, bool, bool, bool]], vacant: int) -> None:
    line = [waiting(n, emergency=e, called=c, on_hold=h, passed_at=b.NOW if p else None) for n, e, c, h, p in drawn]
    chosen = lines.next_called(line, vacant, b.NOW)
    assert chosen == lines.next_called(line[::-1], vacant, b.NOW)
    if chosen is None:
        return
    assert sum(c.called for c in line) < vacant
    before = [c for c in line if lines.rank(c) < lines.rank(chosen)]
    assert all(c.called or c.on_hold or c.passed_at for c in before), "nobody is passed over without a reason"


def test_what_a_command_leaves_for_the_line() -> None:
    """A release leaves a call; nothing does where a case goes on with its seat."""
    held = b.opened()
    full = b.opened(b.facts(seats=b.seats(None)))
    call = CallInLine(call=1, position=POST, freed_at=b.NOW)
    told = decide(full, call, b.facts(CLOCK))
    assert isinstance(told, Decision)
    called = told.steps[-1].case
    cases: list[tuple[Case, str, str, dict[str, Any], list[str]]] = [
        (called, "confirm_need", b.HR, {}, []),
        (called, "decline_seat", b.HR, {"reason": "Dicarikan jabatan lain"}, [POST]),
        (called, "hold", b.HR, {"ground": "other", "reference": "Nota 1"}, [POST]),
        (called, "cancel", b.HR, WHY, [POST]),
        (called, "propose_alternative", b.HR, {"position_code": "DKP-S-01"}, [POST]),
        (held, "cancel", b.HR, WHY, [POST]),
        (held, "confirm_need", b.HR, {}, []),
        (held, "return", b.HR, {"to_stage": "evaluation", **WHY}, []),
        (held, "hold", b.HR, {"ground": "other", "reference": "Nota 1"}, []),
    ]
    for case, kind, by, fields, left in cases:
        target = b.position(fields.get("position_code", POST))
        decided = decide(case, parse_command(kind, fields), b.facts(by, target=target))
        assert isinstance(decided, Decision)
        found = lines.freed(case, decided.steps[-1].case, decided.events, b.NOW)
        assert [f.position for f in found] == left, kind


def _told() -> Case:
    """A case that was told of a seat that came free."""
    waiting_for_one = b.opened(b.facts(seats=b.seats(None)))
    told = decide(waiting_for_one, CallInLine(call=1, position=POST, freed_at=b.NOW), b.facts(CLOCK))
    assert isinstance(told, Decision)
    return told.steps[-1].case


def test_a_seat_is_declined_with_a_reason_and_the_employee_is_told() -> None:
    with pytest.raises(ValidationError):
        parse_command("decline_seat", {})
    decided = decide(_told(), parse_command("decline_seat", WHY), b.facts(b.HR))
    assert isinstance(decided, Decision)
    [passed] = decided.events
    sent = notices.notices(passed, decided.steps[-1].case, b.facts(b.HR), b.HR)
    assert ("seat_declined", b.EMPLOYEE) in {(n.template, n.person) for n in sent}


def test_what_was_let_pass_is_known_after_a_return_too() -> None:
    """A case that is evaluated again is not told of the same seat twice, nor does it keep others from it."""
    declined = b.act(_told(), "decline_seat", b.HR, **WHY)
    assert declined.waiting and declined.waiting.passed_at
    back = b.act(declined, "return", b.HR, to_stage="evaluation", **WHY)
    assert back.waiting is None
    again = b.act(back, "supply_dossier", b.HR, b.facts(b.HR, seats=b.seats(None)), items=[])
    assert again.waiting and again.waiting.passed_at == declined.waiting.passed_at
    elsewhere = b.facts(b.HR, target=b.position("DKP-S-01"))
    other = b.act(declined, "propose_alternative", b.HR, elsewhere, position_code="DKP-S-01")
    assert other.passed_at is None, "another post has a line of its own"


@pytest.mark.parametrize(("told_meanwhile", "left"), [(0, True), (1, False)])
def test_who_takes_a_hold_back_is_told_again_only_where_the_seat_is_left(told_meanwhile: int, left: bool) -> None:
    """Another case may have been told of the seat meanwhile: then this one stands in line again, and waits."""
    on_hold = b.act(_told(), "hold", b.HR, ground="other", reference="Nota 1")
    assert on_hold.called is None
    line = (waiting(2, called=True),) * told_meanwhile
    vacant = b.seats(1, target=Staffing(code=POST, required=1, occupied=0, held=0), line=line)
    back = b.act(on_hold, "undo", b.HR, b.facts(b.HR, seats=vacant))
    assert (back.status, back.waiting is not None) == (Status.NO_VACANCY, True)
    assert (back.called is not None) is left
    assert any(w.what is WakeKind.CALL_OVER for w in back.aside) is left


class Province(RuleBasedStateMachine):
    """Several cases for one post. Whatever they do: no seat twice, all in turn, each release tells one at most."""

    def __init__(self) -> None:
        super().__init__()
        self.now = b.NOW
        self.cases: dict[str, Case] = {}
        self.placed: dict[int, str] = {}
        """Seats with their incumbents."""
        self.calls: list[tuple[str, int, lines.Freed, datetime]] = []
        """Case, first entry of the command, what came free, and from when the line may be told."""

    # --- the register -------------------------------------------------------------------------------------------------

    def _others(self, case_id: str) -> list[Case]:
        return [c for c in self.cases.values() if c.id != case_id and not c.closed]

    def facts(self, case_id: str, by: str = b.HR) -> Facts:
        others = self._others(case_id)
        mine = self.cases.get(case_id)
        held = {c.seat for c in others if c.seat is not None}
        own = mine.seat if mine else None
        wanted = mine.seat_to_retake if mine else None
        free = [s for s in range(1, SEATS + 1) if s not in held and s not in self.placed]
        if own is None and wanted in free:
            free = [wanted]
        placed = mine is not None and mine.placed_on is not None
        target = Staffing(code=POST, required=SEATS, occupied=len(self.placed), held=len(held))
        seats = b.seats(
            own if own is not None else next(iter(free), None),
            target=target,
            line=tuple(lines.own(c) for c in others if c.waiting),
            holds=tuple(HeldFor(number=c.number) for c in others if c.seat is not None),
        )
        return b.facts(
            by,
            now=self.now,
            number=f"MUT-2026-{len(self.cases) + 1:06d}",
            dossier=b.dossier(person=f"p_{case_id}", position=b.position(POST if placed else "DPUPR-S-02")),
            target=b.position(POST, required=SEATS),
            seats=seats,
        )

    def promised(self) -> int:
        return sum(freed.seat for _, _, freed, _ in self.calls)

    def follow(self, before: Case | None, decided: Decision) -> None:
        after = decided.steps[-1].case
        self.cases[after.id] = after
        for event in decided.events:
            if isinstance(event, PlacementMade):
                assert event.seat not in self.placed, "two incumbents"
                self.placed[event.seat] = after.id
            if isinstance(event, ActUndone):
                self.calls = [c for c in self.calls if (c[0], c[1]) != (after.id, event.from_seq)]
        not_before = max((e.undo_until for e in decided.events if e.undo_until), default=self.now)
        first = (before.seq if before else 0) + 1
        here = [f for f in lines.freed(before, after, decided.events, self.now) if f.position == POST]
        assert len(here) <= 1, "a release leaves one call"
        self.calls += [(after.id, first, freed, not_before) for freed in here]

    def attempt(self, case: Case, kind: str, by: str = b.HR, **fields: Any) -> bool:
        decided = decide(case, parse_command(kind, fields), self.facts(case.id, by))
        if isinstance(decided, Refusal):
            return False
        taken = any(isinstance(e, SeatHeld) for e in decided.events)
        if taken and case.called is None:
            mine = lines.rank(lines.own(case))
            ahead = [
                c for c in map(lines.own, self._others(case.id))
                if self.cases[c.case].waiting and not c.on_hold and c.passed_at is None
                and (c.called or lines.rank(c) < mine)
            ]  # fmt: skip
            vacant = self.facts(case.id).seats
            assert vacant is not None and len(ahead) < vacant.target.vacant, "a seat was taken out of turn"
        self.follow(case, decided)
        return True

    # --- what people and the clock do ---------------------------------------------------------------------------------

    @rule(emergency=st.booleans())
    def somebody_opens(self, emergency: bool) -> None:
        if len(self.cases) == 6:
            return
        case_id = f"c_{len(self.cases)}"
        fields = {"origin": "emergency", "emergency_ref": "SK 1"} if emergency else {}
        decided = open_case(case_id, b.opening(**fields), self.facts(case_id))
        assert isinstance(decided, Decision)
        self.follow(None, decided)
        self.now += timedelta(minutes=1)

    @initialize(emergency=st.booleans())
    def three_want_one_of_two_seats(self, emergency: bool) -> None:
        for _ in range(3):
            self.somebody_opens(emergency=False)
        self.somebody_opens(emergency=emergency)

    @rule(data=st.data())
    def somebody_acts(self, data: st.DataObject) -> None:
        """Any of the acts that are open to HR on any case now."""
        known = {c.id: self.facts(c.id) for c in self.cases.values()}
        open_to_hr = [
            (c.id, act)
            for c in self.cases.values()
            for act in ACTS
            if not isinstance(may(c, act, known[c.id]), Refusal)
        ]
        if open_to_hr:
            case_id, act = data.draw(st.sampled_from(open_to_hr))
            self.attempt(self.cases[case_id], act, **ACTS[act])

    @rule(data=st.data())
    def somebody_is_placed(self, data: st.DataObject) -> None:
        """The whole way from the answer to the placement, on one day."""
        held = [c for c in self.cases.values() if c.status is Status.AWAITING_RESPONSE and c.seat]
        if not held:
            return
        case_id = data.draw(st.sampled_from(sorted(c.id for c in held)))
        today = b.CALENDAR.local_day(self.now).isoformat()
        steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("respond", f"p_{case_id}", {"answer": "accept"}),
            ("record_briefing", b.HR, {"held_on": today, "channel": "rapat", "audience": ["employee"]}),
            ("acknowledge", f"p_{case_id}", {}),
            ("verify", b.HR2, {}),
            ("consider", b.BOARD, {"recommendation": "recommend"}),
            ("propose", b.SECRETARY, {"recommendation": "recommend"}),
            ("decide", b.GOVERNOR, {"decision": "approve"}),
            ("issue_decree", b.HR, {"number": "800/1", "date": today, "effective_on": today}),
        )
        for kind, by, fields in steps:
            assert self.attempt(self.cases[case_id], kind, by, **fields), kind
        assert self.cases[case_id].placed_on

    @rule(hours=st.sampled_from([0, 0.001, 0.001, 1, 24 * 3, 24 * 20, 24 * 100]))
    def time_passes(self, hours: float) -> None:
        until = self.now + timedelta(hours=hours)
        for _ in range(400):
            due = [c for c in self.cases.values() if not c.closed and c.alarm and c.alarm.at <= until]
            if not due:
                break
            case = min(due, key=lambda c: c.alarm.at if c.alarm else until)
            assert case.alarm is not None
            self.now = max(self.now, case.alarm.at)
            decided = decide(case, parse_command("elapse", {}), self.facts(case.id, CLOCK))
            assert isinstance(decided, Decision) and decided.steps
            self.follow(case, decided)
            self.the_post_goes_out()
        self.now = until
        self.the_post_goes_out()

    @rule()
    def the_post_goes_out(self) -> None:
        """Calls whose act stands: each tells the first in line, and nobody else."""
        for entry in [c for c in self.calls if c[3] <= self.now]:
            self.calls.remove(entry)
            seats = self.facts("nobody").seats
            assert seats is not None
            left = seats.target.vacant - self.promised()
            chosen = lines.next_called(seats.line, left, entry[2].at) if seats.free_seat else None
            command = CallInLine(call=1, position=POST, freed_at=entry[2].at)
            told = []
            for case in [c for c in self.cases.values() if not c.closed]:
                known = self.facts(case.id, CLOCK)
                assert known.seats is not None
                known = replace(known, seats=known.seats.model_copy(update={"promised": self.promised()}))
                decided = decide(case, command, known)
                assert isinstance(decided, Decision)
                if decided.steps:
                    assert [type(e) for e in decided.events] == [SeatCameFree]
                    told.append((case, decided))
            assert [c.id for c, _ in told] == ([chosen.case] if chosen else []), "one is told, and it is his turn"
            for case, decided in told:
                self.follow(case, decided)

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def no_seat_has_two(self) -> None:
        held = [c.seat for c in self.cases.values() if c.seat is not None and not c.closed]
        assert len(held) == len(set(held))
        assert not set(held) & set(self.placed)

    @invariant()
    def no_more_are_told_than_there_are_seats(self) -> None:
        seats = self.facts("nobody").seats
        assert seats is not None
        assert sum(c.called is not None for c in self.cases.values()) <= seats.target.vacant

    @invariant()
    def a_case_holds_or_waits_and_never_both(self) -> None:
        for case in self.cases.values():
            assert case.seat is None or (case.waiting, case.called) == (None, None)
            assert case.called is None or (case.waiting is not None and case.status is Status.NO_VACANCY)
            assert case.lease is None or case.seat is not None
            assert not (case.closed and (case.seat is not None or case.waiting))

    @invariant()
    def no_seat_stands_free_while_somebody_waits_untold(self) -> None:
        """Nobody is forgotten: as long as no call is under way, free seats are told, or everybody let them pass."""
        if self.calls:
            return
        seats = self.facts("nobody").seats
        assert seats is not None
        idle = [c for c in seats.line if not (c.called or c.on_hold or c.passed_at)]
        assert not idle or sum(c.called for c in seats.line) >= seats.target.vacant


TestProvince = Province.TestCase
TestProvince.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
