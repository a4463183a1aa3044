"""Each rule at its boundaries: pass, fail, unknown, and the day on which it turns."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain import rules
from domain.facts import CompetenceFact, ConditionFact, RatingFact, TalentFact, Window
from domain.policy import Policy
from domain.rules import Question, eligibility, judge
from domain.vocabulary import (
    CompetenceSource,
    ConditionKind,
    Eligibility,
    EmployeeStatus,
    Kind,
    Office,
    PositionKind,
    Rating,
    RuleOutcome,
    Severity,
    Stage,
    Tier,
    WindowKind,
)
from tests.domain import builders as b

ALL = (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.APPROVAL)
TODAY = date(2026, 11, 23)


def outcomes(person: dict[str, Any] | None = None, post: dict[str, Any] | None = None, **facts: Any) -> dict[str, str]:
    known = b.facts(dossier=b.dossier(**(person or {})), target=b.position(**(post or {})), **facts)
    assert known.dossier is not None
    assert known.target is not None
    return {r.rule: r.outcome for r in judge(Question(known, known.dossier, known.target), ALL)}


def test_somebody_who_fits_passes_every_rule_that_applies() -> None:
    """The checklist of planning aside: the register of these tests holds no talent map."""
    found = outcomes()
    assert {rule for rule, outcome in found.items() if outcome not in ("pass", "not_applicable")} == {"E22"}
    assert {r for r, o in found.items() if o == "not_applicable"} == {"E04", "E13", "E14", "E17", "E19"}


def test_every_rule_of_the_policy_is_written_and_every_written_rule_is_in_the_policy() -> None:
    assert set(rules.RULES) == set(b.DEMO.rules) == set(b.policy("mamuju-2026.toml").rules)


RATED = (RatingFact(year=2025, rating=Rating.BAIK, source="register", as_of=TODAY),)


def rated(first: Rating, second: Rating) -> dict[str, Any]:
    facts = ((2024, first), (2025, second))
    return {"ratings": tuple(RatingFact(year=y, rating=r, source="register", as_of=TODAY) for y, r in facts)}


def condition(kind: ConditionKind, start: date, end: date | None = None) -> dict[str, Any]:
    return {"conditions": (ConditionFact(kind=kind, start=start, end=end),)}


@pytest.mark.parametrize(
    ("rule", "person", "post", "expected"),
    [
        ("E01", {"status": EmployeeStatus.PPPK, "grade": "VII"}, {}, "fail"),
        ("E01", {"status": EmployeeStatus.CPNS}, {}, "fail"),
        ("E01", condition(ConditionKind.UNPAID_LEAVE, date(2026, 1, 1)), {}, "fail"),
        ("E01", condition(ConditionKind.UNPAID_LEAVE, date(2026, 1, 1), date(2026, 11, 22)), {}, "pass"),
        ("E02", {"position_since": date(2024, 11, 23)}, {}, "pass"),
        ("E02", {"position_since": date(2024, 11, 24)}, {}, "fail"),
        ("E02", {"position_since": None}, {}, "unknown"),
        ("E03", {"position_since": date(2021, 11, 23)}, {}, "pass"),
        ("E03", {"position_since": date(2021, 10, 23)}, {}, "warn"),
        ("E05", rated(Rating.BAIK, Rating.SANGAT_BAIK), {}, "pass"),
        ("E05", rated(Rating.BAIK, Rating.BUTUH_PERBAIKAN), {}, "fail"),
        ("E05", {"ratings": RATED}, {}, "unknown"),
        ("E05", {"ratings": ()}, {}, "unknown"),
        ("E06", condition(ConditionKind.DISCIPLINE_PROCESS, TODAY), {}, "fail"),
        ("E06", condition(ConditionKind.COURT, TODAY + timedelta(days=1)), {}, "pass"),
        ("E06", condition(ConditionKind.DISCIPLINE_LIGHT, date(2026, 1, 1), TODAY), {}, "fail"),
        ("E06", condition(ConditionKind.DISCIPLINE_LIGHT, date(2026, 1, 1), TODAY - timedelta(days=1)), {}, "pass"),
        ("E07", condition(ConditionKind.DISCIPLINE_HEAVY, date(2024, 1, 1), date(2025, 1, 1)), {}, "warn"),
        ("E07", condition(ConditionKind.DISCIPLINE_HEAVY, date(2023, 1, 1), date(2024, 11, 23)), {}, "pass"),
        ("E08", condition(ConditionKind.STUDY_LEAVE, date(2025, 1, 1), TODAY), {}, "fail"),
        ("E08", condition(ConditionKind.SERVICE_BOND, date(2025, 1, 1), date(2026, 11, 1)), {}, "pass"),
        ("E09", condition(ConditionKind.AUDIT_FINDING, date(2026, 6, 15)), {}, "fail"),
        ("E09", condition(ConditionKind.AUDIT_FINDING, date(2026, 6, 15), date(2026, 10, 1)), {}, "pass"),
        ("E11", {"education": "D3"}, {}, "fail"),
        ("E11", {"education_field": "Pertanian"}, {}, "fail"),
        ("E11", {"education": "S2"}, {}, "pass"),
        ("E11", {}, {"competences": {"t.legal_drafting": 3}}, "warn"),
        ("E15", {"grade": "III/b"}, {}, "fail"),
        ("E15", {"grade": "IV/a"}, {}, "warn"),
        ("E16", {"birth_date": date(1968, 10, 31)}, {}, "fail"),
        ("E16", {"birth_date": date(1969, 8, 20)}, {}, "warn"),
        ("E16", {"birth_date": date(1969, 11, 1)}, {}, "pass"),
        ("E20", {}, {"tier": Tier.PERTAMA}, "fail"),
        ("E20", {}, {"job_class": 8}, "fail"),
        ("E20", {}, {"kind": PositionKind.STAFF, "tier": None}, "fail"),
        ("E13", {}, {"kind": PositionKind.ADMINISTRATOR, "tier": None}, "pass"),
        ("E19", {}, {"kind": PositionKind.ADMINISTRATOR, "tier": None}, "unknown"),
    ],
)  # fmt: skip
def test_rule(rule: str, person: dict[str, Any], post: dict[str, Any], expected: str) -> None:
    assert outcomes(person, post)[rule] == expected


@pytest.mark.parametrize(("potential", "expected"), [("low", "fail"), ("medium", "pass"), ("high", "pass")])
def test_promotion_into_a_managerial_post_asks_for_the_talent_box(potential: str, expected: str) -> None:
    talent = TalentFact.model_validate({"year": 2025, "performance": "above", "potential": potential})
    found = outcomes({"talent": talent}, {"kind": PositionKind.ADMINISTRATOR, "tier": None})
    assert found["E19"] == expected


def test_a_full_post_fails_and_an_unseen_one_is_unknown() -> None:
    assert outcomes(seats=b.seats(free=None, occupied=1))["E10"] == "fail"
    assert outcomes(seats=None)["E10"] == "unknown"


def test_kinship_with_an_official_of_the_route_is_shown() -> None:
    assert outcomes(kin=frozenset({b.SECRETARY}))["E12"] == "warn"
    assert outcomes(kin=frozenset({"p_cousin"}))["E12"] == "pass"


def test_a_window_warns_on_its_posts_and_days_only() -> None:
    def window(**over: Any) -> Window:
        fields = {
            "kind": WindowKind.ELECTION,
            "start": TODAY,
            "end": TODAY,
            "ground": "UU 10/2016",
            "scope": ("FUNCTIONAL",),
        }
        return Window.model_validate({**fields, **over})

    assert outcomes(windows=(window(),))["E21"] == "warn"
    assert outcomes(windows=(window(scope=("ADMINISTRATOR",)),))["E21"] == "pass"
    assert outcomes(windows=(window(scope=("unit:DLH",)),))["E21"] == "warn"
    assert outcomes(windows=(window(start=TODAY + timedelta(days=1), end=None),))["E21"] == "pass"
    assert outcomes(windows=(window(kind=WindowKind.EMERGENCY),))["E21"] == "pass"


def test_a_later_closed_year_published_by_hr_is_asked_for() -> None:
    """In January nobody fails for want of a year that is not rated yet; once HR publishes it, it counts."""
    assert outcomes(last_closed_rating_year=2025)["E05"] == "pass"
    assert outcomes(last_closed_rating_year=2026)["E05"] == "unknown"


def test_competence_gaps_are_told_apart_from_what_was_never_assessed() -> None:
    held = {"a.x": CompetenceFact(level=2, assessed_on=TODAY, source=CompetenceSource.CERTIFICATE)}
    dossier = b.dossier(competences=held)
    post = b.position(competences={"a.x": 3, "b.y": 1})
    assert rules.competence_gaps(dossier, post) == {"a.x": (2, 3), "b.y": (None, 1)}


def test_a_failure_weighs_more_than_a_gap_and_an_override_takes_it_away() -> None:
    known = b.facts(dossier=b.dossier(position_since=date(2026, 1, 1), ratings=()))
    assert known.dossier is not None
    assert known.target is not None
    results = judge(Question(known, known.dossier, known.target, Kind.INTERNAL), (Stage.EVALUATION,))
    severities = {code: rule.severity for code, rule in b.DEMO.rules.items()}
    assert eligibility(results, severities, ()) is Eligibility.INELIGIBLE
    assert eligibility(results, severities, ("E02",)) is Eligibility.INCOMPLETE
    assert severities["E03"] is Severity.WARN


def test_results_say_value_threshold_date_and_when_it_would_pass() -> None:
    known = b.facts(dossier=b.dossier(position_since=date(2025, 5, 23)))
    assert known.dossier is not None
    assert known.target is not None
    tenure = next(r for r in judge(Question(known, known.dossier, known.target), ALL) if r.rule == "E02")
    assert (tenure.value, tenure.threshold, tenure.eligible_from) == (18, 24, date(2027, 5, 23))
    assert tenure.outcome is RuleOutcome.FAIL


@pytest.mark.parametrize("name", ["mamuju-2026.toml", "demo.toml"])
def test_a_policy_keeps_its_hash_through_its_text(name: str) -> None:
    policy = b.policy(name)
    again = Policy.from_canonical(policy.canonical)
    assert again.hash == policy.hash
    assert again == policy


def test_acting_governors_do_not_decide() -> None:
    from domain.refusals import Refusal, RefusalCode
    from domain.vocabulary import Capacity

    acting = (*(h for h in b.HOLDERS if h.office is not Office.GOVERNOR),)
    acting += (b.held(b.GOVERNOR, Office.GOVERNOR, capacity=Capacity.ACTING_VACANT),)
    case = _at_decision()
    refused = b.attempt(case, "decide", b.GOVERNOR, b.facts(b.GOVERNOR, holders=acting), decision="approve")
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.ACTING_CAPACITY
    returned = b.attempt(
        case, "return", b.GOVERNOR, b.facts(b.GOVERNOR, holders=acting), to_stage="consultation", reason="Belum"
    )
    assert not isinstance(returned, Refusal), "a return is routine"


def _at_decision() -> Any:
    case = b.act(b.opened(), "confirm_need", b.HR)
    case = b.act(case, "respond", b.EMPLOYEE, answer="accept")
    case = b.act(case, "record_briefing", b.HR, held_on="2026-11-23", channel="rapat", audience=["employee"])
    case = b.act(case, "acknowledge", b.EMPLOYEE)
    case = b.act(case, "verify", b.HR2)
    case = b.act(case, "consider", b.BOARD, recommendation="recommend")
    return b.act(case, "propose", b.SECRETARY, recommendation="recommend")


def test_a_restricted_window_stops_the_decision_without_the_ministers_consent() -> None:
    from domain.refusals import Refusal, RefusalCode

    window = Window(kind=WindowKind.ELECTION, start=TODAY, end=None, ground="UU 10/2016", scope=("ALL",))
    known = b.facts(b.GOVERNOR, windows=(window,))
    refused = b.attempt(_at_decision(), "decide", b.GOVERNOR, known, decision="approve")
    assert isinstance(refused, Refusal)
    assert refused.code is RefusalCode.WINDOW_CLOSED
    done = b.attempt(
        _at_decision(), "decide", b.GOVERNOR, known, decision="approve", consent_reference="100.2.2.6/408/SJ"
    )
    assert not isinstance(done, Refusal)


@pytest.mark.parametrize("quorum", [1, 2])
def test_the_board_needs_its_quorum(quorum: int) -> None:
    policy = b.DEMO.model_copy(update={"board": b.DEMO.board.model_copy(update={"quorum": quorum})})
    case = b.act(b.opened(), "confirm_need", b.HR)
    case = b.act(case, "respond", b.EMPLOYEE, answer="accept")
    case = b.act(case, "record_briefing", b.HR, held_on="2026-11-23", channel="rapat", audience=["employee"])
    case = b.act(case, "acknowledge", b.EMPLOYEE)
    case = b.act(case, "verify", b.HR2)
    case = b.act(case, "consider", b.BOARD, b.facts(b.BOARD, policy=policy), recommendation="recommend")
    assert (case.board is not None) == (quorum == 1)
    if quorum == 2:
        recused = b.act(case, "consider", b.BOARD2, b.facts(b.BOARD2, policy=policy), recuse=True, reason="Kerabat")
        assert recused.board is None, "a recusal is no vote"
        case = b.act(
            case, "consider", b.BOARD2, b.facts(b.BOARD2, policy=policy), recommendation="not_recommend", reason="Tidak"
        )
        assert case.board == "abstain", "a tie is no recommendation"


def test_now_is_given_not_taken() -> None:
    later = b.facts(now=datetime(2027, 11, 23, 2, 0, tzinfo=UTC))
    assert later.today == date(2027, 11, 23)
