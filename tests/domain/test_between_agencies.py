"""Between agencies: who signs, whose letters are waited for, BKN's term that stands still, decisions made elsewhere."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import catalogue, lines
from domain.case import Case
from domain.commands import parse_command
from domain.decide import decide, open_case, seating
from domain.decide.clockwork import elapse
from domain.decide.draft import Draft
from domain.events import (
    MutationAuthorised,
    PauseCause,
    PersonReleased,
    PlacementMade,
    SeatHoldRecomputed,
    Wake,
    WakeKind,
)
from domain.facts import Facts, Window
from domain.passages import Passage, PassagePolicy
from domain.policy import Policy
from domain.refusals import Refusal, RefusalCode
from domain.tasks import tasks
from domain.vocabulary import Capacity, Kind, Office, Stage, Status, Way, WindowKind
from tests.domain import builders as b

TODAY = "2026-11-23"
LETTER = {"number": "800/12/2026", "date": TODAY}
CONSENT = {**LETTER, "outcome": "granted", "issuer": "Bupati Majene"}
HEARD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("confirm_need", b.HR, {"backfill": {"plan": "Formasi CPNS"}}),
    ("respond", b.EMPLOYEE, {"answer": "accept"}),
    ("record_briefing", b.HR, {"held_on": TODAY, "channel": "rapat", "audience": ["employee"]}),
    ("acknowledge", b.EMPLOYEE, {}),
    ("verify", b.HR2, {}),
)
PROPOSED = (*HEARD, ("propose", b.SECRETARY, {"recommendation": "recommend"}))
SIGNED = (*PROPOSED, ("authorise", b.GOVERNOR, LETTER))
CONSENTED = (*SIGNED, ("record_consent", b.HR, {**CONSENT, "word": "proposal"}))
SUBMITTED = (*CONSENTED, ("submit_file", b.HR, LETTER))
SHOWN = {**LETTER, "document": "D11"}
"""A letter that `walked` hands in as a document of the case first."""
CONSIDERED = (*SUBMITTED, ("record_consideration", b.HR, {**SHOWN, "outcome": "issued"}))
DECIDED = ("record_outside_decision", b.HR2, {**LETTER, "document": "D12", "decision": "approve"})
Walk = tuple[tuple[str, str, dict[str, Any]], ...]


def leaving(walk: Walk = (), kind: str = "prov_to_kk", **over: Any) -> Case:
    """Somebody of the province on his way to another agency, as far as the walk leads."""
    case = b.opened(b.leaving_facts(), kind=kind, position_code=None, to_outside=b.ELSEWHERE, **over)
    return walked(case, walk, b.leaving_facts)


def arriving(walk: Walk = (), kind: str = "kk_to_prov", **over: Any) -> Case:
    came = {**b.ELSEWHERE, "since": "2022-02-21"}
    case = b.opened(b.arriving_facts(), kind=kind, from_outside=came, **over)
    return walked(case, walk, b.arriving_facts)


def walked(case: Case, walk: Walk, known: Callable[[str], Facts]) -> Case:
    for act, by, fields in walk:
        seen, letter = known(by), {}
        if code := fields.get("document"):
            case = b.shown(case, code, seen.now)
            letter = {"document": case.documents[-1].id}
        case = b.act(case, act, by, seen, **{**fields, **letter})
    return case


def refused(case: Case, act: str, by: str, known: Facts | None = None, **fields: Any) -> RefusalCode:
    answer = b.attempt(case, act, by, known or b.leaving_facts(by), **fields)
    assert isinstance(answer, Refusal), answer
    return answer.code


def test_a_policy_without_passages_means_the_way_inside() -> None:
    assert b.DEMO.routes[Kind.INTERNAL].passages == {Way.INSIDE: PassagePolicy()}
    assert b.opened().passage == Passage()
    plain = b.opened()
    for act in ("record_consent", "submit_file", "authorise", "record_outside_decision", "close_refused"):
        fields = {**CONSENT, "word": "proposal", "decision": "approve", "reason": "x"}
        wanted = {k: v for k, v in fields.items() if k in _fields(act)}
        assert refused(plain, act, b.HR, b.facts(b.HR), **wanted) == "act_not_open"


def _fields(act: str) -> set[str]:
    wanted = {
        "record_consent": {*CONSENT, "word"},
        "submit_file": {*LETTER},
        "authorise": {*LETTER},
        "record_outside_decision": {*LETTER, "decision"},
        "close_refused": {"reason"},
    }
    return wanted[act]


def test_the_way_out_of_the_province_step_by_step() -> None:
    """The board has no say and no seat is held: the governor signs, the regent asks, BKN considers."""
    assert leaving().status is Status.AWAITING_CONFIRMATION
    assert leaving().seat is None
    assert leaving(HEARD).status is Status.AWAITING_PROPOSAL
    assert leaving(PROPOSED).status is Status.AWAITING_AUTHORISATION
    assert leaving(SIGNED).status is Status.AWAITING_CONSENTS
    assert leaving(CONSENTED).status is Status.AWAITING_SUBMISSION
    assert leaving(SUBMITTED).status is Status.AWAITING_TECHNICAL_CONSIDERATION
    assert leaving(CONSIDERED).status is Status.AWAITING_DECISION
    decided = b.act(leaving(CONSIDERED), "decide", b.GOVERNOR, b.leaving_facts(b.GOVERNOR), decision="approve")
    issued = decide(
        decided,
        parse_command("issue_decree", {"number": "1", "date": TODAY, "effective_on": TODAY}),
        b.leaving_facts(b.HR),
    )
    assert not isinstance(issued, Refusal)
    assert [type(e) for e in issued.events][-1] is PersonReleased
    gone = issued.steps[-1].case
    assert (gone.status, gone.placed_on) == (Status.AWAITING_DUTY, date(2026, 11, 23))
    assert [t.office for t in tasks(gone)] == [Office.HR_OFFICER], "the head of another agency has no task here"
    here = b.leaving_facts(b.HR, dossier=b.dossier(position=None, position_since=None))
    assert b.act(gone, "confirm_duty", b.HR, here, started_on=TODAY).status is Status.BETWEEN_REVIEWS


@pytest.mark.parametrize(("kind", "decider"), [("inter_prov", "home_minister"), ("region_central", "bkn")])
def test_where_another_authority_decides_hr_records_it(kind: str, decider: str) -> None:
    case = leaving(CONSIDERED, kind)
    assert case.status is Status.AWAITING_OUTSIDE_DECISION
    assert refused(case, "decide", b.GOVERNOR, decision="approve") == "act_not_open"
    assert refused(case, "record_outside_decision", b.GOVERNOR, **LETTER, decision="approve") == "not_authorised"
    assert refused(case, "record_outside_decision", b.HR, **LETTER, decision="approve") == "four_eyes", "the opener"
    by_another = b.leaving_facts(b.HR2)
    assert refused(case, *DECIDED[:2], **LETTER, decision="approve") == "letter_document_required"
    case = b.shown(case, "D12")
    shown = {**LETTER, "decision": "approve", "document": case.documents[-1].id}
    done = decide(case, parse_command("record_outside_decision", shown), by_another)
    assert not isinstance(done, Refusal)
    made = done.events[0]
    assert made.decided_by == decider  # type: ignore[attr-defined]
    after = done.steps[-1].case
    assert after.status is Status.AWAITING_DECREE
    assert after.approved_at is not None and after.baseline is not None


def test_what_another_authority_decided_is_its_own_to_mend() -> None:
    case = leaving((*CONSIDERED, DECIDED), "inter_prov")
    case = b.act(case, "issue_decree", b.HR, b.leaving_facts(), **LETTER, effective_on=TODAY)
    body = {**LETTER, "ground": "procedure", "ordered_by": "superior", "reference": "SK Mendagri", "reason": "Cacat"}
    back = b.leaving_facts(
        b.GOVERNOR, dossier=b.dossier(position=None), target=b.position("DPUPR-S-02"), seats=b.seats()
    )
    assert refused(case, "annul_decree", b.GOVERNOR, back, **body) == "not_authorised"
    known = b.leaving_facts(dossier=b.dossier(position=None), target=b.position("DPUPR-S-02"), seats=b.seats())
    ended = b.act(case, "annul_decree", b.HR, known, **body)
    assert ended.outcome == "annulled"


def test_an_acting_governor_may_not_bind_the_province_to_others() -> None:
    """SE BKN 1/SE/I/2021: a Plt or Plh may propose mutations, those between agencies excepted."""
    case = leaving(PROPOSED)
    for capacity in (Capacity.ACTING_ABSENCE, Capacity.ACTING_VACANT):
        holders = (*b.HOLDERS[1:], b.held(b.GOVERNOR, Office.GOVERNOR, capacity=capacity))
        known = b.leaving_facts(b.GOVERNOR, holders=holders)
        assert refused(case, "authorise", b.GOVERNOR, known, **LETTER) == "acting_capacity"
    absent = walked(
        leaving(HEARD),
        (("propose", b.SECRETARY, {"recommendation": "recommend"}),),
        lambda by: b.leaving_facts(
            by, holders=(*b.HOLDERS[1:], b.held(b.GOVERNOR, Office.GOVERNOR, capacity=Capacity.ACTING_VACANT))
        ),
    )
    assert "approver_absent" in absent.flags


def test_the_governor_may_decline_to_sign() -> None:
    with pytest.raises(ValidationError, match="a reason is required"):
        parse_command("authorise", {"decision": "reject"})
    with pytest.raises(ValidationError, match="a number and a date"):
        parse_command("authorise", {})
    case = b.act(
        leaving(PROPOSED), "authorise", b.GOVERNOR, b.leaving_facts(b.GOVERNOR), decision="reject", reason="Kekurangan"
    )
    assert (case.closed, case.outcome) == (True, "rejected")


def test_letters_come_when_they_come_and_are_not_waited_for_twice() -> None:
    early = leaving((("record_consent", b.HR, {**CONSENT, "word": "proposal"}),))
    assert early.status is Status.AWAITING_CONFIRMATION
    assert refused(early, "record_consent", b.HR, **CONSENT, word="proposal") == "consent_recorded"
    later = walked(early, SIGNED, b.leaving_facts)
    assert later.status is Status.AWAITING_SUBMISSION
    assert refused(leaving(), "record_consent", b.HR, **CONSENT, word="release") == "consent_not_asked"
    tomorrow = {**CONSENT, "date": "2026-11-24", "word": "proposal"}
    assert refused(leaving(), "record_consent", b.HR, **tomorrow) == "date_in_future"
    unknown = {**CONSENT, "document": f"d_{'a' * 26}", "word": "proposal"}
    assert refused(leaving(), "record_consent", b.HR, **unknown) == "document_unknown"


def test_a_refused_consent_stops_the_case_and_a_person_settles_it() -> None:
    no = {**CONSENT, "outcome": "refused", "word": "proposal", "reason": "Formasi ditarik"}
    case = b.act(leaving(SIGNED), "record_consent", b.HR, b.leaving_facts(), **no)
    assert (case.status, case.outcome) == (Status.REFUSED_OUTSIDE, None)
    assert "consent_refused" in case.flags
    again = b.act(case, "return", b.HR2, b.leaving_facts(b.HR2), to_stage="approval", reason="Diajukan ulang")
    assert again.status is Status.AWAITING_VERIFICATION
    assert again.consents == {} and "consent_refused" not in again.flags
    closed = b.act(case, "close_refused", b.HR, b.leaving_facts(), reason="Formasi ditarik")
    assert closed.outcome == "external_refused"


def test_an_early_refusal_leaves_no_stage_out() -> None:
    """It is shown and may close the case; it carries nobody past the evaluation or the hearing."""
    no = {**CONSENT, "outcome": "refused", "word": "proposal", "reason": "Formasi ditarik"}
    case = b.act(leaving(), "record_consent", b.HR, b.leaving_facts(), **no)
    assert case.status is Status.AWAITING_CONFIRMATION
    assert "consent_refused" in case.flags
    assert walked(case, PROPOSED, b.leaving_facts).status is Status.REFUSED_OUTSIDE
    changed = b.act(case, "record_consent", b.HR, b.leaving_facts(), **CONSENT, word="proposal")
    assert "consent_refused" not in changed.flags
    assert walked(changed, SIGNED, b.leaving_facts).status is Status.AWAITING_SUBMISSION
    assert b.act(case, "close_refused", b.HR, b.leaving_facts(), reason="Ditolak").outcome == "external_refused"


def test_bkn_has_fifteen_working_days_that_stand_still_while_the_file_is_back() -> None:
    case = leaving(SUBMITTED)
    assert case.due is not None
    assert (case.due.days, case.due.on) == (15, date(2026, 12, 14))
    fourth = b.NOW + timedelta(days=4)  # Friday, four working days on
    back = {**LETTER, "outcome": "returned", "reason": "SKP 2025 belum dilampirkan"}
    returned = b.act(case, "record_consideration", b.HR, b.leaving_facts(now=fourth), **back)
    assert returned.status is Status.AWAITING_SUBMISSION
    eleventh = b.NOW + timedelta(days=11)  # the Friday after
    again = b.act(returned, "submit_file", b.HR, b.leaving_facts(now=eleventh), **LETTER)
    assert again.status is Status.AWAITING_TECHNICAL_CONSIDERATION
    assert again.consideration.rounds == 2
    assert again.due is not None and again.due.pauses is not None
    (pause,) = again.due.pauses
    assert (pause.cause, pause.first, pause.last) == (
        PauseCause.INCOMPLETE_FILE, date(2026, 11, 28), date(2026, 12, 4)
    )  # fmt: skip
    assert again.due.start == case.due.start
    assert again.due.on == date(2026, 12, 21), "five working days later, as long as the file was back"


def test_silence_of_bkn_is_never_approval() -> None:
    case = leaving(SUBMITTED)
    told = []
    for _ in range(10):
        if case.alarm is None:
            break
        draft = Draft(case, b.leaving_facts("clock", now=case.alarm.at), "clock")
        elapse(draft)
        told += [step.event.type for step in draft.steps]
        case = draft.case
    assert told.count("deadline_passed") == 1 and told.count("case_escalated") == 1
    assert case.status is Status.AWAITING_TECHNICAL_CONSIDERATION
    assert "overdue" in case.flags


def test_not_qualified_is_no_decision_of_ours_and_ends_nothing_by_itself() -> None:
    case = b.act(
        leaving(SUBMITTED), "record_consideration", b.HR, b.leaving_facts(), **LETTER, outcome="refused", reason="TMS"
    )
    assert (case.status, case.outcome) == (Status.REFUSED_OUTSIDE, None)
    again = b.act(case, "return", b.HR2, b.leaving_facts(b.HR2), to_stage="approval", reason="Dilengkapi")
    assert again.consideration.rounds == 0
    anew = walked(again, (("verify", b.HR2, {}), *SIGNED[-2:]), b.leaving_facts)
    assert anew.status is Status.AWAITING_SUBMISSION, "the consent that was granted stands"


def test_a_consideration_that_is_no_longer_good_carries_no_decision() -> None:
    case = leaving(CONSIDERED)
    assert case.consideration.valid_until == date(2027, 11, 23)
    last, after = b.NOW + timedelta(days=365), b.NOW + timedelta(days=366)
    assert not isinstance(
        b.attempt(case, "decide", b.GOVERNOR, b.leaving_facts(b.GOVERNOR, last), decision="approve"), Refusal
    )
    late = b.leaving_facts(b.GOVERNOR, after)
    assert refused(case, "decide", b.GOVERNOR, late, decision="approve") == "consideration_expired"
    back = b.act(case, "return", b.GOVERNOR, late, to_stage="approval", reason="Pertek kedaluwarsa")
    known = lambda by: b.leaving_facts(by, after)  # noqa: E731
    assert walked(back, (("verify", b.HR2, {}), *SIGNED[-2:]), known).status is Status.AWAITING_SUBMISSION
    case = b.shown(leaving(SUBMITTED), "D11")
    old = {**LETTER, "date": "2025-11-22", "outcome": "issued", "document": case.documents[-1].id}
    assert refused(case, "record_consideration", b.HR, **old) == "consideration_expired"


def test_who_arrives_takes_a_seat_of_ours_and_the_board_considers_it() -> None:
    case = arriving()
    assert (case.seat, case.passage.way) == (1, Way.ARRIVING)
    considered = walked(case, (*HEARD, ("consider", b.BOARD, {"recommendation": "recommend"})), b.arriving_facts)
    assert considered.status is Status.AWAITING_PROPOSAL
    signed = walked(considered, SIGNED[-2:], b.arriving_facts)
    assert signed.status is Status.AWAITING_CONSENTS
    let_go = b.act(signed, "record_consent", b.HR, b.arriving_facts(), **CONSENT, word="release")
    ready = walked(let_go, CONSIDERED[-2:], b.arriving_facts)
    assert ready.status is Status.AWAITING_DECISION
    decided = b.act(ready, "decide", b.GOVERNOR, b.arriving_facts(b.GOVERNOR), decision="approve")
    issued = decide(decided, parse_command("issue_decree", {**LETTER, "effective_on": TODAY}), b.arriving_facts(b.HR))
    assert not isinstance(issued, Refusal)
    assert isinstance(issued.events[-1], PlacementMade)


def test_another_post_makes_the_letters_about_the_former_one_void() -> None:
    """Usul and consent name the post (Peraturan BKN 5/2019 Pasal 3 ayat (1) huruf d and e)."""
    case = arriving((("record_consent", b.HR, {**CONSENT, "word": "release"}),))
    other = b.arriving_facts(target=b.position("DKP-S-01"))
    changed = b.act(case, "propose_alternative", b.HR, other, position_code="DKP-S-01")
    assert changed.consents == {}
    gone = refused(leaving(), "propose_alternative", b.HR, b.facts(), position_code="DKP-S-01")
    assert gone == "act_not_open", "the receiving authority names the post, not we"


def test_between_two_regencies_the_governor_passes_on_and_decides() -> None:
    known = lambda by: b.leaving_facts(by, dossier=b.dossier(position=b.elsewhere()), former=None)  # noqa: E731
    case = b.opened(
        known(b.HR), kind="intra_prov_kk", position_code=None, to_outside=b.ELSEWHERE,
        from_outside={**b.ELSEWHERE, "agency": "Pemerintah Kabupaten Mamasa", "since": "2022-02-21"},
    )  # fmt: skip
    case = walked(case, (*SIGNED, ("record_consent", b.HR, {**CONSENT, "word": "proposal"})), known)
    assert case.status is Status.AWAITING_CONSENTS
    case = walked(case, (("record_consent", b.HR, {**CONSENT, "word": "release"}), *CONSIDERED[-2:]), known)
    assert case.status is Status.AWAITING_DECISION


@pytest.mark.parametrize(
    ("kind", "origin", "fields", "code"),
    [
        ("prov_to_kk", "organisation", {}, "way_without_passage"),
        ("internal", "organisation", {"position_code": None, "to_outside": b.ELSEWHERE}, "way_without_passage"),
        ("kk_to_prov", "organisation", {"position_code": None, "to_outside": b.ELSEWHERE}, "way_without_passage"),
        ("prov_to_kk", "emergency", {"position_code": None, "to_outside": b.ELSEWHERE}, "origin_without_route"),
        ("central_central", "organisation", {}, "kind_without_route"),
        ("abroad", "organisation", {}, "kind_without_route"),
        ("kk_to_prov", "organisation", {"from_outside": b.ELSEWHERE}, "serves_here"),
    ],
)
def test_a_case_opens_only_along_a_passage(kind: str, origin: str, fields: dict[str, Any], code: str) -> None:
    known = b.leaving_facts() if fields.get("to_outside") else b.facts()
    answer = open_case("c_test", b.opening(kind=kind, origin=origin, **fields), known)
    assert isinstance(answer, Refusal)
    assert answer.code == code


def test_who_serves_another_agency_is_not_moved_as_if_he_were_ours() -> None:
    gone = b.dossier(position=None, position_since=None, serves_elsewhere="Pemerintah Kabupaten Majene")
    answer = open_case("c_test", b.opening(), b.facts(dossier=gone))
    assert isinstance(answer, Refusal)
    assert answer.code == "serves_elsewhere"


def test_a_window_is_about_the_post_that_is_left() -> None:
    """Whoever leaves is replaced: the window of his own unit closes the decision, not one about other kinds of post."""
    ours = Window(kind=WindowKind.ELECTION, start=date(2026, 11, 1), end=None, ground="Pilkada", scope=("unit:DPUPR",))
    theirs = ours.model_copy(update={"scope": ("SUPERVISOR",)})
    case = leaving(CONSIDERED)
    shut = b.leaving_facts(b.GOVERNOR, windows=(ours,))
    assert refused(case, "decide", b.GOVERNOR, shut, decision="approve") == "window_closed"
    open_ = b.leaving_facts(b.GOVERNOR, windows=(theirs,))
    assert not isinstance(b.attempt(case, "decide", b.GOVERNOR, open_, decision="approve"), Refusal)


def test_nobody_asks_the_minister_for_the_ministers_consent() -> None:
    """P9: a freeze of moves between provinces; the Minister's own decision opens it, BKN's does not."""
    freeze = Window(
        kind=WindowKind.NATIONAL_FREEZE, start=date(2026, 11, 1), end=None, ground="800/1941/OTDA",
        scope=("kind:inter_prov", "kind:region_central"),
    )  # fmt: skip
    known = b.leaving_facts(b.HR2, windows=(freeze,))
    by_minister = walked(leaving(CONSIDERED, "inter_prov"), (DECIDED,), lambda _: known)
    assert by_minister.opened_windows == ("800/1941/OTDA",)
    by_bkn = b.shown(leaving(CONSIDERED, "region_central"), "D12")
    decided = {**DECIDED[2], "document": by_bkn.documents[-1].id}
    assert refused(by_bkn, "record_outside_decision", b.HR2, known, **decided) == "window_closed"


def test_the_term_of_a_decision_elsewhere_stands_still_in_a_freeze() -> None:
    freeze = Window(
        kind=WindowKind.NATIONAL_FREEZE, start=date(2026, 11, 1), end=date(2026, 12, 31), ground="800/1941/OTDA",
        scope=("kind:inter_prov",),
    )  # fmt: skip
    case = leaving(SUBMITTED, "inter_prov")
    known = b.leaving_facts(windows=(freeze,))
    waiting = walked(case, CONSIDERED[-1:], lambda _: known)
    assert waiting.due is not None and waiting.due.on > date(2026, 12, 31)
    assert "restricted_window" in waiting.flags


def test_the_letters_of_a_case_stand_for_their_documents() -> None:
    case = leaving(PROPOSED)
    assert {"D04", "D05"} <= set(catalogue.missing(case, b.DEMO, date(2026, 11, 23)))
    case = walked(case, (*SIGNED[-1:], *CONSENTED[-1:]), b.leaving_facts)
    assert not {"D04", "D05"} & set(catalogue.missing(case, b.DEMO, date(2026, 11, 23)))


def test_a_policy_may_ask_bkn_inside_the_province_for_some_posts() -> None:
    """I-MUT (SE Kepala BKN 7/2024): before echelon III is inaugurated, BKN considers; staff go on as before."""
    data = b.DEMO.model_dump(mode="json", exclude_none=True)
    inside = data["routes"]["internal"]["passages"]["inside"]
    inside |= {"consideration": "bkn_regional", "consideration_kinds": ["FUNCTIONAL"]}
    for kinds, waits in ((["FUNCTIONAL"], Status.AWAITING_SUBMISSION), (["ADMINISTRATOR"], Status.AWAITING_DECISION)):
        inside["consideration_kinds"] = kinds
        asking = Policy.model_validate(data)
        known = lambda by, policy=asking: b.facts(by, policy=policy)  # noqa: E731
        case = b.opened(known(b.HR))
        walk = (*HEARD, ("consider", b.BOARD, {"recommendation": "recommend"}), PROPOSED[-1])
        assert walked(case, walk, known).status is waits


def test_routes_name_offices_that_act_in_place_of_others() -> None:
    """A delegation proper (UU 30/2014 Pasal 13): the secretary signs for staff where the policy says so."""
    data = b.DEMO.model_dump(mode="json", exclude_none=True)
    data["routes"]["internal"]["passages"]["inside"]["offices"] = {"decide": "regional_secretary"}
    delegated = Policy.model_validate(data)
    known = lambda by: b.facts(by, policy=delegated)  # noqa: E731
    case = b.opened(known(b.HR))
    walk = (*HEARD, ("consider", b.BOARD, {"recommendation": "recommend"}), PROPOSED[-1])
    case = walked(case, walk, known)
    assert [t.office for t in tasks(case)] == [Office.REGIONAL_SECRETARY]
    assert refused(case, "decide", b.GOVERNOR, known(b.GOVERNOR), decision="approve") == "not_authorised"
    assert b.act(case, "decide", b.SECRETARY, known(b.SECRETARY), decision="approve").status is Status.AWAITING_DECREE


@pytest.mark.parametrize(
    ("kind", "way", "change", "words"),
    [
        ("internal", "inside", {"board": False}, "the board considers"),
        ("internal", "inside", {"letter": "release"}, "no other authority consents"),
        ("internal", "inside", {"offices": {"verify": "hr_head"}}, "no step of a passage"),
        ("kk_to_prov", "arriving", {"board": False}, "takes a post of the province"),
        ("prov_to_kk", "leaving", {"consideration": "home_minister"}, "a technical consideration is BKN's"),
        ("prov_to_kk", "leaving", {"consideration": None}, "months or kinds of post without"),
        ("prov_to_kk", "leaving", {"way": "arriving"}, "the name of its section"),
        ("prov_to_kk", "leaving", {"unknown": 1}, "Extra inputs"),
    ],
)
def test_a_passage_that_the_law_does_not_know_is_no_policy(
    kind: str, way: str, change: dict[str, Any], words: str
) -> None:
    data = b.DEMO.model_dump(mode="json", exclude_none=True)
    data["routes"][kind]["passages"][way].update(change)
    with pytest.raises(ValidationError, match=words):
        Policy.model_validate(data)


def test_no_wait_on_others_ends_by_itself() -> None:
    data = b.DEMO.model_dump(mode="json", exclude_none=True)
    data["terms"]["awaiting_technical_consideration"]["then"] = "partial"
    with pytest.raises(ValidationError, match="nothing happens by itself"):
        Policy.model_validate(data)
    del data["terms"]["awaiting_technical_consideration"]
    with pytest.raises(ValidationError, match="needs a term"):
        Policy.model_validate(data)


@pytest.mark.parametrize("kind", list(b.DEMO.routes))
def test_every_passage_of_the_policy_can_be_walked_to_a_decision(kind: Kind) -> None:
    """What the data say is what the machine does: no passage leads into a dead end."""
    for way, passage in b.DEMO.routes[kind].passages.items():
        to = {"position_code": None, "to_outside": b.ELSEWHERE} if way in (Way.LEAVING, Way.PASSING) else {}
        came = {"from_outside": {**b.ELSEWHERE, "since": "2022-02-21"}} if way in (Way.ARRIVING, Way.PASSING) else {}

        def known(by: str, to: Any = to, came: Any = came) -> Facts:
            out = b.dossier(position=b.elsewhere()) if came else b.dossier()
            made = b.leaving_facts if to else b.facts
            return made(by, dossier=out, former=None) if came else made(by)

        case = b.opened(known(b.HR), kind=kind, **to, **came)
        answers: dict[str, tuple[str, str, dict[str, Any]]] = {
            "awaiting_confirmation": HEARD[0], "awaiting_response": HEARD[1], "awaiting_briefing": HEARD[2],
            "awaiting_acknowledgement": HEARD[3], "awaiting_verification": HEARD[4],
            "awaiting_consideration": ("consider", b.BOARD, {"recommendation": "recommend"}),
            "awaiting_proposal": PROPOSED[-1], "awaiting_authorisation": SIGNED[-1],
            "awaiting_submission": SUBMITTED[-1], "awaiting_technical_consideration": CONSIDERED[-1],
            "awaiting_decision": ("decide", b.GOVERNOR, {"decision": "approve"}),
            "awaiting_outside_decision": DECIDED,
        }  # fmt: skip
        while case.status is not Status.AWAITING_DECREE:
            wanted = case.consents_wanted[0] if case.consents_wanted else ""
            consent = ("record_consent", b.HR, {**CONSENT, "word": wanted})
            case = walked(case, (answers.get(case.status, consent),), known)
        assert (case.passage.way, case.passage.decided_by) == (way, passage.decided_by)
        assert case.authorised is (passage.letter is not None)


def test_a_letter_signed_against_advice_says_why_and_is_marked() -> None:
    """Where the Minister or BKN decides, the province's own choice is the letter: it is explained as a decision is."""
    case = leaving(
        (*HEARD, ("propose", b.SECRETARY, {"recommendation": "not_recommend", "reason": "Unit kekurangan"})),
        "inter_prov",
    )
    assert refused(case, "authorise", b.GOVERNOR, **LETTER) == "reason_required"
    said = {**LETTER, "reason": "Kebutuhan keluarga telah dipertimbangkan"}
    law = b.leaving_facts(b.GOVERNOR)
    grounds = law.policy.board.against_grounds
    if grounds:
        assert refused(case, "authorise", b.GOVERNOR, **said) == "advice_ground_required"
        said["advice_ground"] = grounds[0]
    done = decide(case, parse_command("authorise", said), law)
    assert not isinstance(done, Refusal)
    [signed] = [e for e in done.events if isinstance(e, MutationAuthorised)]
    assert (signed.against_advice, signed.advice_ground) == (True, grounds[0] if grounds else None)


def test_who_leaves_frees_his_post_for_its_line() -> None:
    decided = b.act(leaving(CONSIDERED), "decide", b.GOVERNOR, b.leaving_facts(b.GOVERNOR), decision="approve")
    issued = decide(
        decided,
        parse_command("issue_decree", {"number": "1", "date": TODAY, "effective_on": TODAY}),
        b.leaving_facts(b.HR),
    )
    assert not isinstance(issued, Refusal)
    found = lines.freed(decided, issued.steps[-1].case, issued.events, b.NOW)
    assert decided.from_post is not None
    assert [f.position for f in found] == [decided.from_post.position]


def test_a_lease_does_not_run_out_while_another_agency_has_the_file() -> None:
    """Nobody here can hasten BKN: the days of waiting are not taken from the hold on the seat."""
    came = arriving().model_copy(update={"status": Status.AWAITING_TECHNICAL_CONSIDERATION, "stage": Stage.APPROVAL})
    assert came.lease is not None
    over = Wake(at=came.lease.due.at, what=WakeKind.HOLD_OVER)
    draft = Draft(came, b.arriving_facts(now=came.lease.due.at), "clock")
    seating.ring(draft, over)
    [event] = [s.event for s in draft.steps]
    assert isinstance(event, SeatHoldRecomputed)
    assert event.new.on > event.old.on and [p.cause for p in event.new.pauses or ()] == [PauseCause.OUTSIDE]
    assert WakeKind.HOLD_OVER in {w.what for w in event.aside}
    at_home = came.model_copy(update={"status": Status.AWAITING_PROPOSAL})
    draft = Draft(at_home, b.arriving_facts(now=came.lease.due.at), "clock")
    seating.ring(draft, over)
    assert draft.case.seat is None, "what waits for ourselves runs on"
