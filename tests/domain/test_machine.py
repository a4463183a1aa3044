"""Properties of the state machine: whatever people and the clock do in whatever order.

It never sticks, never leaves the vocabulary, a closed case refuses everything, and what a step says is in the table.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.calendar import Calendar, Override, local_day
from domain.case import CLOCK, Case, Recorded
from domain.commands import parse_command
from domain.decide import Decision, decide, may, open_case
from domain.decide.ending import OUTCOMES
from domain.events import SeatHoldExpired, WakeKind
from domain.evolve import evolve
from domain.evolve import opened as first
from domain.facts import Window
from domain.passages import LETTERS
from domain.recomputing import running
from domain.refusals import Refusal
from domain.stages import ANYWHERE, STAGE_OF, leads_to, open_acts
from domain.tasks import tasks
from domain.vocabulary import Act, Deadline, Outcome, Stage, Status, WindowKind
from tests.domain import builders as b

PEOPLE = (
    b.EMPLOYEE, b.HR, b.HR2, b.HR_HEAD, b.BOARD, b.BOARD2, b.SECRETARY, b.GOVERNOR,
    b.ORIGIN_HEAD, b.TARGET_HEAD, b.AUDITOR,
)  # fmt: skip

_reason = st.just("Alasan tertulis")
_day = st.sampled_from([-40, 0, 0, 0, 10, 70])
"""A day, counted from the day of the machine."""
_DATED = ("held_on", "until", "date", "effective_on", "started_on", "starts_on", "on", "issued_on")
_falling = st.fixed_dictionaries(
    {
        "number": st.just("800/2"),
        "date": _day,
        "ground": st.just("procedure"),
        "reason": _reason,
        "position_code": st.sampled_from([None, "DKP-S-01"]),
    }
)
_letter = {"number": st.just("800/4"), "date": _day}
FIELDS: dict[Act, st.SearchStrategy[dict[str, Any]]] = {
    Act.SUPPLY_DOSSIER: st.just({"items": [{"kind": "rating", "year": 2024, "rating": "BAIK"}]}),
    Act.OVERRIDE_RULE: st.fixed_dictionaries(
        {
            "rule": st.sampled_from(["E01", "E02"]),
            "ground": st.sampled_from(["emergency", "whim"]),
            "reference": st.just("SK 9"),
        }
    ),
    Act.CONFIRM_OVERRIDE: st.just({}),
    Act.CLOSE_INELIGIBLE: st.just({"reason": "Belum dua tahun"}),
    Act.CONTEST_DATA: st.just({"text": "Data saya keliru"}),
    Act.CONFIRM_NEED: st.just({}),
    Act.PROPOSE_ALTERNATIVE: st.just({"position_code": "DKP-S-01"}),
    Act.UNIT_OPINION: st.fixed_dictionaries({"opinion": st.sampled_from(["support", "oppose"]), "reason": _reason}),
    Act.RESPOND: st.fixed_dictionaries(
        {
            "answer": st.sampled_from(["accept", "accept_with_conditions", "request_alternative", "object"]),
            "conditions": st.just(["Rumah dinas"]),
            "grounds": st.just(["family", "distance"]),
        }
    ),
    Act.ANSWER_OBJECTION: st.fixed_dictionaries(
        {
            "answers": st.sampled_from([["family"], ["family", "distance"], ["conditions"], ["alternative"]]).map(
                lambda grounds: [{"ground": g, "text": "Dipertimbangkan"} for g in grounds]
            )
        }
    ),
    Act.RECORD_BRIEFING: st.fixed_dictionaries(
        {
            "held_on": _day,
            "channel": st.just("tatap muka"),
            "audience": st.sampled_from([["employee"], ["origin"], ["employee", "destination"]]),
        }
    ),
    Act.ACKNOWLEDGE: st.just({}),
    Act.VERIFY: st.just({}),
    Act.CONSIDER: st.fixed_dictionaries(
        {
            "recommendation": st.sampled_from(["recommend", "not_recommend", "abstain"]),
            "recuse": st.booleans(),
            "reason": _reason,
        }
    ),
    Act.PROPOSE: st.fixed_dictionaries(
        {"recommendation": st.sampled_from(["recommend", "not_recommend"]), "reason": _reason}
    ),
    Act.DECIDE: st.fixed_dictionaries(
        {"decision": st.sampled_from(["approve", "reject", "defer"]), "until": _day, "reason": _reason}
    ),
    Act.ISSUE_DECREE: st.tuples(_day, st.sampled_from([0, 70])).map(
        lambda drawn: {"number": "800/1", "date": drawn[0], "effective_on": sum(drawn)}
    ),
    Act.CONFIRM_DUTY: st.fixed_dictionaries({"started_on": _day}),
    Act.RECORD_REVIEW: st.fixed_dictionaries(
        {"day": st.sampled_from([30, 90, 180, 365]), "outcome": st.just("adapted_well"), "measures": st.just({"x": 1})}
    ),
    Act.RETURN: st.fixed_dictionaries({"to_stage": st.sampled_from(list(Stage)), "reason": _reason}),
    Act.UNDO: st.just({}),
    Act.HOLD: st.just({"ground": "discipline", "reference": "LHP 1"}),
    Act.RESUME: st.just({}),
    Act.WITHDRAW: st.just({}),
    Act.CANCEL: st.just({"reason": "Organisasi berubah"}),
    Act.COMMENT: st.just({"text": "Catatan"}),
    Act.ADD_DOCUMENT: st.fixed_dictionaries(
        {
            "document": st.sampled_from(["D06", "D11", "D99"]),
            "content": st.sampled_from([f"b_{letter * 26}" for letter in "abc"]),
            "issued_on": _day,
        }
    ),
    Act.JUDGE_DOCUMENT: st.fixed_dictionaries(
        {"verdict": st.sampled_from(["accept", "return", "reject"]), "reason": _reason}
    ),
    Act.FILE_OBJECTION: st.just({"grounds": ["family", "procedure"], "text": "Keberatan"}),
    Act.DECIDE_OBJECTION: st.fixed_dictionaries(
        {"outcome": st.sampled_from(["granted", "partly", "rejected", "inadmissible"]), "reason": _reason}
    ),
    Act.DECLARE_INADMISSIBLE: st.just({"reason": "Terlambat"}),
    Act.WITHDRAW_OBJECTION: st.just({}),
    Act.CORRECT_DECREE: st.fixed_dictionaries(
        {
            "number": st.just("800/1-R"),
            "date": _day,
            "ground": st.just("redaction"),
            "reason": _reason,
            "effective_on": st.sampled_from([None, 80, 200]),
        }
    ),
    Act.REVOKE_DECREE: _falling,
    Act.ANNUL_DECREE: _falling,
    Act.CLOSE_FOR_CAUSE: st.fixed_dictionaries(
        {
            "cause": st.sampled_from(["death", "retirement", "resignation", "study_leave"]),
            "reference": st.just("SK 2"),
            "on": _day,
        }
    ),
    Act.RECHECK_POST: st.just({}),
    Act.ASSIGN_TEMPORARILY: st.just({"number": "SPT 1", "starts_on": 0, "until": 40}),
    Act.RATIFY_ASSIGNMENT: st.just({}),
    Act.RENEW_ASSIGNMENT: st.fixed_dictionaries({"number": st.just("SPT 2"), "until": _day, "reason": _reason}),
    Act.SUSPEND_DECREE: st.fixed_dictionaries(
        {"number": st.just("800/3"), "date": _day, "reason": st.just("Ada keberatan")}
    ),
    Act.LIFT_SUSPENSION: st.fixed_dictionaries(
        {"number": st.just("800/4"), "date": _day, "reason": st.just("Telah diputus")}
    ),
    Act.AUTHORISE: st.fixed_dictionaries(
        {"number": st.just("800/3"), "date": _day, "decision": st.sampled_from(["approve", "approve", "reject"]),
         "reason": _reason}
    ),
    Act.RECORD_CONSENT: st.fixed_dictionaries(
        {**_letter, "word": st.sampled_from(["proposal", "proposal", "release"]), "issuer": st.just("Bupati"),
         "outcome": st.sampled_from(["granted", "granted", "refused", "withdrawn"]), "reason": _reason}
    ).map(lambda drawn: {**drawn, **({"ground": "formation"} if drawn["outcome"] == "withdrawn" else {})}),
    Act.SUBMIT_FILE: st.fixed_dictionaries(_letter),
    Act.RECORD_CONSIDERATION: st.fixed_dictionaries(
        {**_letter, "outcome": st.sampled_from(["issued", "refused", "returned"]), "reason": _reason}
    ),
    Act.RECORD_OUTSIDE_DECISION: st.fixed_dictionaries(
        {**_letter, "decision": st.sampled_from(["approve", "reject"]), "reason": _reason}
    ),
    Act.CLOSE_REFUSED: st.just({"reason": "Ditolak"}),
    Act.RENEW_HOLD: st.fixed_dictionaries({"reason": _reason}),
    Act.DECLINE_SEAT: st.just({"reason": "Dicarikan jabatan lain"}),
    Act.DECLARE_CONFLICT: st.fixed_dictionaries({"ground": st.sampled_from(["family", "business", "personal"])}),
}  # fmt: skip


Walk = tuple[tuple[Act | int, str, dict[str, Any]], ...]
"""Acts with who does them and their fields; a number lets as many days pass."""

TO_RESPONSE: Walk = ((Act.CONFIRM_NEED, b.HR, {}),)
TO_BRIEFING: Walk = (*TO_RESPONSE, (Act.RESPOND, b.EMPLOYEE, {"answer": "accept"}))
TO_VERIFICATION: Walk = (
    *TO_BRIEFING,
    (Act.RECORD_BRIEFING, b.HR, {"held_on": 0, "channel": "tatap muka", "audience": ["employee"]}),
    (Act.ACKNOWLEDGE, b.EMPLOYEE, {}),
)
TO_DECISION: Walk = (
    *TO_VERIFICATION,
    (Act.VERIFY, b.HR2, {}),
    (Act.CONSIDER, b.BOARD, {"recommendation": "recommend"}),
    (Act.PROPOSE, b.SECRETARY, {"recommendation": "recommend"}),
)
TO_DECREE: Walk = (*TO_DECISION, (Act.DECIDE, b.GOVERNOR, {"decision": "approve"}))
_DECREE = {"number": "800/1", "date": 0, "effective_on": 0}
TO_DUTY: Walk = (*TO_DECREE, (Act.ISSUE_DECREE, b.HR, _DECREE))
TO_REVIEWS: Walk = (*TO_DUTY, (Act.CONFIRM_DUTY, b.TARGET_HEAD, {"started_on": 0}))
WALKS: tuple[Walk, ...] = (
    (),
    *(TO_DECISION[:n] for n in range(1, len(TO_DECISION) + 1)),
    (*TO_BRIEFING[:-1], (Act.RESPOND, b.EMPLOYEE, {"answer": "object", "grounds": ["family"]})),
    (*TO_BRIEFING[:-1], (Act.RESPOND, b.EMPLOYEE, {"answer": "request_alternative"})),
    (*TO_VERIFICATION, (Act.RETURN, b.HR2, {"to_stage": "evaluation", "reason": "Berkas berubah"})),
    (*TO_DECISION, (Act.DECIDE, b.GOVERNOR, {"decision": "defer", "until": 10, "reason": "Menunggu anggaran"})),
    TO_DECREE,
    (*TO_DECREE, (Act.ISSUE_DECREE, b.HR, {**_DECREE, "effective_on": 70})),
    (*TO_DECREE, (Act.ISSUE_DECREE, b.HR, {**_DECREE, "effective_on": 70}), (-70, b.EMPLOYEE, {})),
    TO_DUTY,
    TO_REVIEWS,
    (*TO_REVIEWS, (31, b.EMPLOYEE, {})),
    (*TO_REVIEWS, (31, b.EMPLOYEE, {}), (Act.HOLD, b.HR, {"ground": "court", "reference": "P 1"})),
)
"""Ways into every stage: where a run begins, so that late and rare statuses are explored too.

A negative number lets the days pass while the seat is lost.
"""
_LETTER = {"number": "800/5", "date": 0}
TO_AUTHORISATION: Walk = (
    *TO_VERIFICATION,
    (Act.VERIFY, b.HR2, {}),
    (Act.PROPOSE, b.SECRETARY, {"recommendation": "recommend"}),
)
TO_CONSENTS: Walk = (*TO_AUTHORISATION, (Act.AUTHORISE, b.GOVERNOR, _LETTER))
_CONSENT = {**_LETTER, "word": "proposal", "outcome": "granted", "issuer": "Bupati"}
_TAKEN_BACK = {**_CONSENT, "outcome": "withdrawn", "ground": "formation", "reason": "Formasi ditarik"}
TO_SUBMISSION: Walk = (*TO_CONSENTS, (Act.RECORD_CONSENT, b.HR, _CONSENT))
TO_CONSIDERATION: Walk = (*TO_SUBMISSION, (Act.SUBMIT_FILE, b.HR, _LETTER))
_PERTEK = {"document": "D11", "content": f"b_{'d' * 26}", "issued_on": 0}
TO_OUTSIDE: Walk = (
    *TO_CONSIDERATION,
    (Act.ADD_DOCUMENT, b.HR, _PERTEK),
    (Act.RECORD_CONSIDERATION, b.HR, {**_LETTER, "outcome": "issued"}),
)
_ON_HOLD = (Act.HOLD, b.HR, {"ground": "court", "reference": "P 1"})
LEAVING: tuple[Walk, ...] = (
    (),
    TO_AUTHORISATION,
    TO_CONSENTS,
    TO_SUBMISSION,
    TO_CONSIDERATION,
    (*TO_CONSIDERATION, (Act.RECORD_CONSIDERATION, b.HR, {**_LETTER, "outcome": "returned", "reason": "BTL"})),
    (*TO_CONSIDERATION, (Act.RECORD_CONSIDERATION, b.HR, {**_LETTER, "outcome": "refused", "reason": "TMS"})),
    TO_OUTSIDE,
    (*TO_CONSIDERATION, _ON_HOLD, (Act.ADD_DOCUMENT, b.HR, _PERTEK)),
    (*TO_SUBMISSION, (Act.RECORD_CONSENT, b.HR, _TAKEN_BACK)),
)
"""Ways out of the province: to another one, where the Minister decides, or to a regency."""
STARTS = (
    *((walk, "internal") for walk in WALKS),
    *((walk, kind) for walk in LEAVING for kind in ("inter_prov", "prov_to_kk")),
)
DISRUPTIVE = frozenset(
    {
        Act.CLOSE_REFUSED,
        Act.CANCEL,
        Act.WITHDRAW,
        Act.HOLD,
        Act.RETURN,
        Act.COMMENT,
        Act.UNIT_OPINION,
        Act.REVOKE_DECREE,
        Act.ANNUL_DECREE,
        Act.CORRECT_DECREE,
        Act.CLOSE_FOR_CAUSE,
        Act.DECLARE_CONFLICT,
    }
)


class CaseMachine(RuleBasedStateMachine):
    """One case, worked on by everybody and the clock at once."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Case | None = None
        self.now = b.NOW
        self.taken = False
        self.lost = False
        self.eligible = True
        self.kind = "internal"

    @initialize(
        origin=st.sampled_from(["organisation", "own_request"]),
        eligible=st.booleans(),
        incomplete=st.booleans(),
        taken=st.booleans(),
        start=st.sampled_from(STARTS),
    )
    def open(self, origin: str, eligible: bool, incomplete: bool, taken: bool, start: tuple[Walk, str]) -> None:
        walk, self.kind = start
        self.eligible, self.taken, self.missing = (True, False, False) if walk else (eligible, taken, incomplete)
        decided = open_case("c_test", b.opening(origin=origin, **self.wish()), self.facts(b.HR))
        assert isinstance(decided, Decision)
        recorded = Recorded(seq=1, at=self.now, by=b.HR, event=decided.steps[0].event)
        self.follow(decided, first(recorded, "c_test"), b.HR, skip=1)
        for what, by, fields in walk:
            if isinstance(what, Act):
                self._act(what, by, fields)
            else:
                self.lost = what < 0
                self.time_passes(24 * abs(what))

    def wish(self) -> dict[str, Any]:
        if self.kind == "internal":
            return {}
        return {"kind": self.kind, "position_code": None, "to_outside": b.ELSEWHERE}

    def facts(self, by: str, target: str = "DLH-S-04") -> Any:
        person = b.dossier(
            position_since="2022-02-21" if self.eligible else "2026-01-05",
            ratings=b.dossier().ratings[:1] if self.missing else b.dossier().ratings,
        )
        if self.case and self.case.placed_on:
            there = None if self.case.to_post.outside else b.position(self.case.to_post.position)
            person = person.model_copy(update={"position": there})
        if self.kind != "internal" and target != "DPUPR-S-02":
            long_served = person.model_copy(update={"appointed_on": date(2010, 1, 1)})
            return b.leaving_facts(by, self.now, dossier=long_served)
        free = None if self.taken and target == "DLH-S-04" else 1
        return b.facts(
            by,
            now=self.now,
            dossier=person,
            target=b.position(target),
            seats=b.seats(free, ours_holds=not self.lost),
            former=b.position("DPUPR-S-02"),
        )

    def follow(self, decided: Decision, case: Case, by: str, skip: int = 0) -> None:
        """Fold the events again, as a rebuild would, and compare with what the decision says."""
        office = decided.office.office if decided.office else None
        for event, after in decided.steps[skip:]:
            case = evolve(case, Recorded(seq=case.seq + 1, at=self.now, by=by, office=office, event=event))
            assert case == after
        self.case = case

    @rule(data=st.data(), act=st.sampled_from(list(Act)), by=st.sampled_from(PEOPLE))
    def somebody_acts(self, data: st.DataObject, act: Act, by: str) -> None:
        self._act(act, by, data.draw(FIELDS[act]))

    @rule(data=st.data())
    def somebody_acts_who_may(self, data: st.DataObject) -> None:
        assert self.case is not None
        known = {p: self.facts(p) for p in PEOPLE}
        allowed = [(a, p) for a in Act for p in PEOPLE if not isinstance(may(self.case, a, known[p]), Refusal)]
        forward = [pair for pair in allowed if pair[0] not in DISRUPTIVE]
        if forward and data.draw(st.integers(0, 5)):
            allowed = forward
        if allowed:
            act, by = data.draw(st.sampled_from(allowed))
            self._act(act, by, data.draw(FIELDS[act]))

    def _act(self, act: Act, by: str, fields: dict[str, Any]) -> None:
        before = self.case
        assert before is not None
        today = local_day(self.now)
        fields = fields | {
            name: (today + timedelta(days=fields[name])).isoformat() for name in _DATED if fields.get(name) is not None
        }
        undone = before.undo.before if before.undo and act is Act.UNDO else before
        home = act in (Act.REVOKE_DECREE, Act.ANNUL_DECREE) and before.placed_on is not None
        target = fields.get("position_code") or ("DPUPR-S-02" if home else undone.to_post.position)
        if act is Act.JUDGE_DOCUMENT:
            fields = {**fields, "document": before.documents[-1].id if before.documents else f"d_{'a' * 26}"}
        if act in LETTERS and before.documents:
            fields = {**fields, "document": before.documents[-1].id}
        known = self.facts(by, target)
        if act is Act.ADD_DOCUMENT:
            known = replace(known, content=b.content(fields["content"]))
        decided = decide(before, parse_command(act, fields), known)
        if isinstance(decided, Refusal):
            refused = may(before, act, self.facts(by))
            assert not isinstance(refused, Refusal) or refused.code is decided.code, "the list of acts told another why"
            return
        assert not before.final_at(self.now), "a closed case refuses everything"
        assert isinstance(may(before, act, self.facts(by)), tuple), "what is done was allowed"
        self.follow(decided, before, by)
        assert self.case is not None and self.case.seq > before.seq
        if act is Act.UNDO:
            assert before.undo is not None and self.case.status is before.undo.before.status
        elif act not in ANYWHERE:
            assert self.case.status in (leads_to(before.status, act) | {before.status})

    @rule(hours=st.sampled_from([1, 30, 24 * 9, 24 * 40, 24 * 200]))
    def time_passes(self, hours: int) -> None:
        """The clock rings for everything that is due, and each ring moves the case."""
        self.now += timedelta(hours=hours)
        for _ in range(100):
            before = self.case
            assert before is not None
            if before.closed or before.alarm is None or before.alarm.at > self.now:
                return
            decided = decide(before, parse_command("elapse", {}), self.facts(CLOCK, before.to_post.position))
            assert isinstance(decided, Decision)
            assert decided.steps, "a due wake always changes the case"
            self.follow(decided, before, CLOCK)
            assert self.case is not None
            if any(isinstance(e, SeatHoldExpired) for e in decided.events):
                assert self.case.seat is None and self.case.stage in (Stage.EVALUATION, Stage.NEEDS_CHECK)
            elif self.case.status is not before.status:
                assert self.case.status in leads_to(before.status, "clock")
        raise AssertionError("the clock spins")

    @rule(days=st.integers(0, 30), working=st.booleans(), window=st.booleans())
    def the_calendar_changes(self, days: int, working: bool, window: bool) -> None:
        """A day is overridden, a window entered: what is over stays over, and nothing moves into the past."""
        before = self.case
        assert before is not None
        day = b.CALENDAR.local_day(self.now) + timedelta(days=days)
        order = Override(day=day, working=working, reason="Ketetapan", reference="SK 1")
        calendar = Calendar([], published=(), version="other", overrides=[order])
        freeze = Window(
            kind=WindowKind.ELECTION, start=day, end=day + timedelta(days=9), ground="Pilkada", scope=("ALL",)
        )
        facts = replace(self.facts(CLOCK), calendar=calendar, windows=(freeze,) if window else ())
        decided = decide(before, parse_command("recompute", {"ordered_by": b.HR_HEAD}), facts)
        assert isinstance(decided, Decision)
        if not decided.steps:
            return
        self.follow(decided, before, CLOCK)
        assert self.case is not None
        assert (self.case.stage, self.case.status, self.case.since) == (before.stage, before.status, before.since)
        for deadline in Deadline:
            was, now = running(before, deadline), running(self.case, deadline)
            assert (was is None) == (now is None)
            if was is not None and now is not None:
                assert now.at == was.at if was.at <= self.now else now.at > self.now
        assert {(w.what, w.day) for w in self.case.aside} == {(w.what, w.day) for w in before.aside}
        assert {(w.what, w.percent) for w in self.case.wakes} <= {(w.what, w.percent) for w in before.wakes}
        again = decide(self.case, parse_command("recompute", {"ordered_by": b.HR_HEAD}), facts)
        assert isinstance(again, Decision) and not again.steps, "recomputed once is recomputed"

    @invariant()
    def it_stays_in_the_vocabulary(self) -> None:
        case = self.case
        if case is None:
            return
        if case.status is Status.ON_HOLD:
            assert case.held is not None and case.stage is STAGE_OF[case.held.status]
        else:
            assert STAGE_OF[case.status] is case.stage
        assert (case.outcome is not None) == case.closed
        assert case.outcome is None or case.outcome in Outcome
        assert case.outcome is not Outcome.PLACED or case.placed_on is not None
        assert not (case.closed and case.placed_on) or case.outcome in (
            Outcome.PLACED,
            Outcome.REVOKED,
            Outcome.ANNULLED,
            *OUTCOMES.values(),
        )
        assert case.model_validate(case.model_dump(mode="json", exclude_none=True)) == case

    @invariant()
    def it_never_sticks(self) -> None:
        case = self.case
        if case is None or case.closed:
            return
        doable = [a for a in open_acts(case.status) if a is not Act.COMMENT]
        assert tasks(case) or case.wakes, "an open case waits for a person or for a date"
        assert doable or case.wakes
        assert not case.due or case.status not in (Status.AWAITING_RESPONSE,) or case.wakes[-1].what is WakeKind.EXPIRE
        if case.status is Status.REVIEW_DUE and case.review_day != b.DEMO.review.days[-1]:
            assert case.wakes[-1].what is WakeKind.REVIEW, "the next review comes, recorded or not"

    @invariant()
    def nobody_judges_what_he_handed_in(self) -> None:
        for document in self.case.documents if self.case else ():
            assert document.judged_by != document.by
            assert (document.verdict is None) == (document.judged_by is None)

    @invariant()
    def nothing_ends_while_an_objection_is_undecided_or_not_carried_out(self) -> None:
        if self.case and self.case.closed:
            assert self.case.objection is None or not self.case.objection.open
            assert not self.case.remedy_due

    @invariant()
    def a_closed_case_holds_no_seat(self) -> None:
        if self.case and self.case.closed:
            assert self.case.seat is None


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(
    max_examples=200, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_the_walks_reach_what_chance_alone_would_not() -> None:
    """Where the machine begins: if a rule bars a walk, what lies behind it is no longer explored."""
    reached = {_reached(*start) for start in STARTS}
    reached |= {_reached((), **chance) for chance in ({"taken": True}, {"eligible": False}, {"incomplete": True})}
    assert set(Status) - reached == {Status.CLOSED, Status.OVERRIDE_PENDING}


def _reached(
    walk: Walk, kind: str = "internal", taken: bool = False, eligible: bool = True, incomplete: bool = False
) -> Status:
    machine = CaseMachine()
    machine.open("organisation", eligible=eligible, incomplete=incomplete, taken=taken, start=(walk, kind))
    assert machine.case is not None
    return machine.case.status
