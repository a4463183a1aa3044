"""Separation of duties over random graphs of offices, mandates and ties: whoever acts, in whatever hat, for whomever.

What the machine checks is written down from the acts themselves, not read from the case.
"""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.authority import SUBJECT_ACTS, Standing, may_open
from domain.case import Case
from domain.commands import parse_command
from domain.decide import Decision, decide, may, open_case
from domain.facts import Actor, Facts, OfficeHeld
from domain.vocabulary import Act, Capacity, Mandate, Office
from tests.domain import builders as b

PEOPLE = (b.EMPLOYEE, *(f"p_{n}" for n in range(7)))
SEATS = (
    (Office.GOVERNOR, None),
    (Office.REGIONAL_SECRETARY, "SETDA"),
    (Office.HR_HEAD, "BKD"),
    (Office.HR_OFFICER, "BKD"),
    (Office.BOARD_MEMBER, "SETDA"),
    (Office.AGENCY_HEAD, "DLH"),
)
PATH: dict[str, tuple[Act, dict[str, Any]]] = {
    "awaiting_confirmation": (Act.CONFIRM_NEED, {}),
    "awaiting_response": (Act.RESPOND, {"answer": "accept"}),
    "awaiting_briefing": (
        Act.RECORD_BRIEFING, {"held_on": "2026-11-23", "channel": "rapat", "audience": ["employee"]},
    ),
    "awaiting_acknowledgement": (Act.ACKNOWLEDGE, {}),
    "awaiting_verification": (Act.VERIFY, {}),
    "awaiting_consideration": (Act.CONSIDER, {"recommendation": "recommend"}),
    "awaiting_proposal": (Act.PROPOSE, {"recommendation": "recommend"}),
    "awaiting_decision": (Act.DECIDE, {"decision": "defer", "until": "2026-12-01", "reason": "Menunggu"}),
}  # fmt: skip
LAW = b.DEMO.authority.mandates


class Graph:
    """Who holds what, who acts for whom, who is tied to the person concerned or gains by his case."""

    def __init__(self, draw: Any) -> None:
        people = st.sampled_from(PEOPLE)
        capacity = st.sampled_from([Capacity.DEFINITIVE] * 4 + [Capacity.ACTING_VACANT, Capacity.ACTING_ABSENCE])
        self.holders = [
            b.held(person, office, unit, draw(capacity))
            for office, unit in SEATS
            for person in draw(st.lists(people, min_size=1, max_size=3, unique=True))
        ]
        # Mandates of everybody for everybody, those that nobody could name among them.
        lent = draw(st.lists(st.tuples(st.sampled_from(self.holders), people, st.sampled_from(Mandate)), max_size=12))
        self.mandates = [
            held.model_copy(update={"person": to, "on_behalf_of": held.person, "mandate": kind, "grant": f"g_{n}"})
            for n, (held, to, kind) in enumerate(lent)
            if to != held.person
        ]
        others = st.sampled_from(PEOPLE[1:])
        self.kin = draw(st.frozensets(others, max_size=2))
        self.gaining = draw(st.frozensets(others, max_size=1))

    def facts(self, by: str) -> Facts:
        mine = tuple(h for h in self.holders if h.person == by)
        lent = tuple(m for m in self.mandates if m.person == by)
        return replace(
            b.facts(by, holders=tuple(self.holders)),
            actor=Actor(person=by, name="", offices=mine, mandates=lent),
            mandates=tuple(self.mandates),
            kin=self.kin,
            gaining=self.gaining,
        )


class Run:
    """A case walked by whoever may, and what everybody did in it."""

    def __init__(self, graph: Graph, draw: Any) -> None:
        self.graph = graph
        self.draw = draw
        self.did: defaultdict[Act | str, set[str]] = defaultdict(set)
        self.declared: set[str] = set()

    def open(self) -> Case | None:
        opening = b.opening(origin="own_request")
        able = [p for p in PEOPLE if isinstance(may_open(opening, self.graph.facts(p)), Standing)]
        if not able:
            return None
        by = self.draw(st.sampled_from(able))
        decided = open_case("c_test", opening, self.graph.facts(by))
        assert isinstance(decided, Decision)
        assert by == b.EMPLOYEE or by not in self.graph.kin | self.graph.gaining - {by}
        self.did["open"] = {by}
        return decided.steps[-1].case

    def act(self, case: Case, act: Act, fields: dict[str, Any]) -> Case | None:
        """The case after somebody who may has acted; None when nobody may."""
        able = [p for p in PEOPLE if isinstance(may(case, act, self.graph.facts(p)), Standing)]
        if not able:
            return None
        by = self.draw(st.sampled_from(able))
        decided = decide(case, parse_command(act, fields), self.graph.facts(by))
        assert isinstance(decided, Decision), (act, by, decided)
        self.check(act, by, decided.office)
        if act is Act.DECLARE_CONFLICT:
            self.declared.add(by)
        return decided.steps[-1].case

    def check(self, act: Act, by: str, office: OfficeHeld | None) -> None:
        if act in SUBJECT_ACTS:
            assert (by, office) == (b.EMPLOYEE, None)
            return
        assert office is not None
        lender = office.on_behalf_of if office.mandate else None
        sides = {by} | ({lender} if lender else set())
        if act is not Act.DECLARE_CONFLICT:
            tied = {b.EMPLOYEE} | self.graph.kin | self.graph.gaining | self.declared
            assert not sides & tied, "nobody in his own case, a relative's, one he gains by or declared"
        if lender:
            # No chain: whom he acts for holds the office himself.
            assert any(
                (h.person, h.office, h.unit, h.capacity) == (lender, office.office, office.unit, office.capacity)
                for h in self.graph.holders
            )
            assert act not in LAW.personal
        did = self.did
        if act is Act.VERIFY:
            assert not sides & (did["open"] | did[Act.DECIDE] | did[Act.CONSIDER])
        if act is Act.CONSIDER:
            assert not sides & did[Act.VERIFY]
        if act is Act.DECIDE:
            assert not sides & (did["open"] | did[Act.VERIFY])
            assert office.capacity is Capacity.DEFINITIVE
            assert office.mandate in (None, Mandate.PROXY)
            if lender:
                assert by not in did[Act.CONSIDER] | did[Act.PROPOSE]
        did[act] |= sides


@given(st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_graph_of_offices_and_mandates_breaks_the_separation_of_duties(data: st.DataObject) -> None:
    run = Run(Graph(data.draw), data.draw)
    case = run.open()
    for _ in range(14):
        step = PATH.get(case.status) if case else None
        if case is None or step is None:
            return
        if data.draw(st.integers(0, 5)) == 5:
            case = run.act(case, Act.DECLARE_CONFLICT, {"ground": "family"}) or case
        back = {"to_stage": "approval", "reason": "Berkas berubah"}
        again = case.status in ("awaiting_proposal", "awaiting_decision") and data.draw(st.integers(0, 3)) == 3
        case = run.act(case, Act.RETURN, back) if again else run.act(case, *step)


def test_a_proxy_decides_what_the_policy_lists_and_nothing_he_prepared() -> None:
    case = b.opened()
    for kind, by, fields in (
        ("confirm_need", b.HR, {}),
        ("respond", b.EMPLOYEE, {"answer": "accept"}),
        ("record_briefing", b.HR, PATH["awaiting_briefing"][1]),
        ("acknowledge", b.EMPLOYEE, {}),
        ("verify", b.HR2, {}),
        ("consider", b.BOARD, {"recommendation": "recommend"}),
        ("propose", b.SECRETARY, {"recommendation": "recommend"}),
    ):
        case = b.act(case, kind, by, **fields)
    governor = b.held(b.GOVERNOR, Office.GOVERNOR)

    def asked(by: str, mandate: Mandate, held: OfficeHeld = governor, post: str = "FUNCTIONAL") -> str:
        lent = held.model_copy(update={"person": by, "on_behalf_of": held.person, "mandate": mandate, "grant": "g_1"})
        known = replace(b.facts(by), actor=Actor(person=by, name="", mandates=(lent,)))
        there = case.model_copy(update={"to_post": case.to_post.model_copy(update={"kind": post})})
        answer = may(there, Act.DECIDE, known)
        return "allowed" if isinstance(answer, Standing) else answer.code

    assert asked("p_proxy", Mandate.PROXY) == "allowed"
    assert asked("p_proxy", Mandate.PROXY, post="JPT_PRATAMA") == "mandate_capacity"
    assert asked("p_proxy", Mandate.DEPUTY) == "not_authorised", "leadership has no deputies"
    acting = governor.model_copy(update={"capacity": Capacity.ACTING_VACANT})
    assert asked("p_proxy", Mandate.PROXY, acting) == "mandate_capacity", "nobody lends what he does not have"
    assert asked(b.SECRETARY, Mandate.PROXY) == "four_eyes", "he proposed it"
    assert asked(b.BOARD, Mandate.PROXY) == "four_eyes", "he voted on it"
