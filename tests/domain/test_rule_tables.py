"""The rules as decision tables: whatever the register holds, each gives one outcome, explained, with its words."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import rules
from domain.events import RuleResult
from domain.facts import (
    CompetenceFact,
    ConditionFact,
    Dossier,
    Facts,
    Position,
    PostHeld,
    RatingFact,
    TalentFact,
    Window,
)
from domain.ranks import CONTRACT_GRADES, EDUCATION, GRADES
from domain.rules import Question, eligibility, judge
from domain.vocabulary import (
    CompetenceSource,
    ConditionKind,
    Eligibility,
    EmployeeStatus,
    Expectation,
    Kind,
    Origin,
    PositionKind,
    Potential,
    Rating,
    RuleOutcome,
    Severity,
    Stage,
    Tier,
    WindowKind,
)
from tests.domain import builders as b

STAGES = (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.APPROVAL)
TODAY = date(2026, 11, 23)
POLICY = b.policy("mamuju-2026.toml")
MEASURED = {"E01", "E02", "E03", "E04", "E05", "E07", "E10", "E11", "E15", "E16", "E19", "E20", "E22", "E23"}
"""Rules that hold a value against a threshold; the others find something or do not."""


def post_held(kind: PositionKind) -> PostHeld:
    return PostHeld(title="Jabatan lama", kind=kind, unit="Bidang lama", start=date(2020, 1, 1), end=date(2025, 12, 31))


_days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
_past = st.dates(date(1990, 1, 1), TODAY)


@st.composite
def _posts(draw: st.DrawFn, code: str) -> Position:
    kind = draw(st.sampled_from(PositionKind))
    low = draw(st.integers(0, len(GRADES) - 1))
    return b.position(
        code,
        kind=kind,
        tier=draw(st.sampled_from(Tier)) if kind is PositionKind.FUNCTIONAL else None,
        job_class=draw(st.integers(1, 17)),
        min_grade=GRADES[low],
        max_grade=GRADES[draw(st.integers(low, len(GRADES) - 1))],
        education_min=draw(st.sampled_from(EDUCATION)),
        education_fields=draw(st.sampled_from([(), ("Hukum",), ("Hukum", "Teknik Sipil")])),
        competences=draw(st.dictionaries(st.sampled_from(["a", "b"]), st.integers(1, 5), max_size=2)),
    )


@st.composite
def _conditions(draw: st.DrawFn) -> ConditionFact:
    start = draw(_days)
    end = draw(st.none() | st.integers(0, 1500).map(lambda n: start + timedelta(days=n)))
    return ConditionFact(kind=draw(st.sampled_from(ConditionKind)), start=start, end=end)


@st.composite
def _dossiers(draw: st.DrawFn) -> Dossier:
    status = draw(st.sampled_from(EmployeeStatus))
    post = draw(st.none() | _posts("DPUPR-S-02"))
    rated = draw(st.dictionaries(st.integers(2022, 2026), st.sampled_from(Rating), max_size=4))
    held = st.builds(
        CompetenceFact, level=st.integers(1, 5), assessed_on=_past, source=st.sampled_from(CompetenceSource)
    )
    return b.dossier(
        status=status,
        grade=draw(st.sampled_from(CONTRACT_GRADES if status is EmployeeStatus.PPPK else GRADES)),
        birth_date=draw(st.dates(date(1950, 1, 1), date(2004, 1, 1))),
        education=draw(st.sampled_from(EDUCATION)),
        education_field=draw(st.sampled_from(["Hukum", "Pertanian"])),
        position=post,
        position_since=draw(st.none() | _past) if post else None,
        ratings=tuple(RatingFact(year=y, rating=r, source="register", as_of=TODAY) for y, r in rated.items()),
        conditions=tuple(draw(st.lists(_conditions(), max_size=3))),
        competences=draw(st.dictionaries(st.sampled_from(["a", "b"]), held, max_size=2)),
        talent=draw(
            st.none()
            | st.builds(
                TalentFact, year=st.just(2025), performance=st.sampled_from(Expectation),
                potential=st.sampled_from(Potential),
            )
        ),
    )  # fmt: skip


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A person, a post, and what surrounds them."""
    start = draw(_days)
    window = Window(
        kind=draw(st.sampled_from(WindowKind)), start=start, end=draw(st.none() | st.just(start + timedelta(days=200))),
        ground="UU 10/2016", scope=draw(st.sampled_from([("ALL",), ("STAFF",), ("unit:DLH",)])),
    )  # fmt: skip
    known: Facts = b.facts(
        policy=POLICY,
        dossier=draw(_dossiers()),
        target=draw(_posts("DLH-S-04")),
        seats=draw(st.sampled_from([None, b.seats(), b.seats(free=None, occupied=1)])),
        kin=draw(st.sampled_from([frozenset[str](), frozenset({b.SECRETARY})])),
        windows=draw(st.sampled_from([(), (window,)])),
        last_closed_rating_year=draw(st.integers(2024, 2026)),
    )
    assert known.dossier is not None
    assert known.target is not None
    return Question(known, known.dossier, known.target, draw(st.sampled_from(Kind)), draw(st.sampled_from(Origin)))


@settings(max_examples=300, deadline=None)
@given(questions())
def test_every_rule_gives_one_outcome_that_explains_itself(question: Question) -> None:
    """No gap: each rule of the policy answers. No overlap: once, and the same again. Nothing is found unexplained."""
    results = judge(question, STAGES)
    assert [r.rule for r in results] == sorted(POLICY.rules)
    assert results == judge(question, STAGES)
    alone = rules.outcomes(question, sorted(POLICY.rules))
    assert alone == {r.rule: r.outcome for r in results}, "judged without explanation it is the same"
    for result in results:
        _explained(result)


def _explained(result: RuleResult) -> None:
    rule, outcome = POLICY.rules[result.rule], result.outcome
    if outcome in (RuleOutcome.FAIL, RuleOutcome.WARN):
        assert result.value is not None, result
        assert result.source, result
        assert result.as_of is not None, result
    if outcome is not RuleOutcome.NOT_APPLICABLE and result.rule in MEASURED and result.value is not None:
        assert result.threshold is not None or (result.rule, outcome) == ("E07", RuleOutcome.PASS), result
    words = {RuleOutcome.FAIL: rule.fail, RuleOutcome.WARN: rule.warn, RuleOutcome.UNKNOWN: rule.unknown}
    assert outcome not in words or words[outcome], f"{result.rule} has no words for {outcome}"
    if result.eligible_from is not None:
        assert outcome is RuleOutcome.FAIL and result.eligible_from > TODAY, result


@settings(max_examples=200, deadline=None)
@given(questions())
def test_the_whole_is_what_its_rules_are(question: Question) -> None:
    """Every combination of outcomes has exactly one meaning, and a warning alone never stops anybody."""
    results = judge(question, (Stage.EVALUATION,))
    severities = {code: rule.severity for code, rule in POLICY.rules.items()}
    binding = {r.outcome for r in results if severities[r.rule] is not Severity.WARN}
    whole = eligibility(results, severities, ())
    assert (whole is Eligibility.INELIGIBLE) == (RuleOutcome.FAIL in binding)
    assert (whole is Eligibility.ELIGIBLE) == (not binding & {RuleOutcome.FAIL, RuleOutcome.UNKNOWN})
    assert eligibility(results, severities, severities) is Eligibility.ELIGIBLE, "everything set aside"


@settings(max_examples=100, deadline=None)
@given(questions(), st.sampled_from(["ratings", "talent", "position_since"]))
def test_what_is_missing_is_never_taken_for_good(question: Question, field: str) -> None:
    """Taking data away never makes a rule pass that did not."""
    emptied = question.dossier.model_copy(update={field: () if field == "ratings" else None})
    before = {r.rule: r.outcome for r in judge(question, STAGES)}
    after = judge(Question(question.facts, emptied, question.target, question.kind, question.origin), STAGES)
    assert [r.rule for r in after if r.outcome is RuleOutcome.PASS and before[r.rule] is not RuleOutcome.PASS] == []


def found(rule: str, person: dict[str, Any], post: dict[str, Any], **facts: Any) -> RuleResult:
    origin = facts.pop("origin", Origin.ORGANISATION)
    known = b.facts(policy=POLICY, dossier=b.dossier(**person), target=b.position(**post), **facts)
    assert known.dossier is not None
    assert known.target is not None
    question = Question(known, known.dossier, known.target, facts.get("kind", Kind.INTERNAL), origin)
    return rules.RULES[rule](question, POLICY.rules[rule])


EXECUTIVE = {"kind": PositionKind.JPT_PRATAMA, "tier": None}
ADMINISTRATOR = {"kind": PositionKind.ADMINISTRATOR, "tier": None}
HEAVY = ConditionKind.DISCIPLINE_HEAVY


def ended(kind: ConditionKind, on: date) -> dict[str, Any]:
    return {"conditions": (ConditionFact(kind=kind, start=date(2020, 1, 1), end=on),)}


def executive(since: date | None) -> dict[str, Any]:
    return {"position": b.position("SETDA-01", **EXECUTIVE), "position_since": since}


@pytest.mark.parametrize(
    ("rule", "person", "post", "outcome"),
    [
        ("E01", {"status": EmployeeStatus.PNS}, {}, "pass"),
        ("E03", {"position_since": date(2021, 11, 22)}, {}, "warn"),
        ("E03", {"position_since": None}, {}, "unknown"),
        ("E03", {"position": None, "position_since": None}, {}, "not_applicable"),
        ("E04", executive(date(2024, 11, 23)), EXECUTIVE, "pass"),
        ("E04", executive(date(2024, 11, 24)), EXECUTIVE, "fail"),
        ("E04", executive(None), EXECUTIVE, "unknown"),
        ("E06", {}, {}, "pass"),
        ("E07", ended(HEAVY, date(2024, 11, 24)), ADMINISTRATOR, "fail"),
        ("E07", ended(HEAVY, date(2024, 11, 23)), ADMINISTRATOR, "pass"),
        ("E07", ended(ConditionKind.DISCIPLINE_LIGHT, date(2026, 1, 1)), ADMINISTRATOR, "pass"),
        ("E08", ended(ConditionKind.STUDY_LEAVE, TODAY - timedelta(days=1)), {}, "pass"),
        ("E09", ended(ConditionKind.AUDIT_FINDING, TODAY), {}, "fail"),
        ("E09", ended(ConditionKind.AUDIT_FINDING, TODAY - timedelta(days=1)), {}, "pass"),
        ("E13", {}, {"kind": PositionKind.SUPERVISOR, "tier": None}, "not_applicable"),
        ("E14", {}, EXECUTIVE, "unknown"),
        ("E15", {"grade": "III/c"}, {"min_grade": "III/c", "max_grade": "III/c"}, "pass"),
        ("E16", {"birth_date": date(1968, 10, 31)}, {}, "fail"),
        ("E16", {"birth_date": date(1968, 11, 1)}, {}, "warn"),
        ("E16", {"birth_date": date(1969, 10, 31)}, {}, "warn"),
        ("E18", {}, {}, "pass"),
        ("E18", {"position": None}, {}, "not_applicable"),
        ("E20", {}, {"tier": Tier.MADYA}, "pass"),
        ("E02", {"position": None, "position_since": None}, {}, "not_applicable"),
        ("E20", {"position": None}, {}, "unknown"),
        ("E20", {"position": None, "history": (post_held(PositionKind.SUPERVISOR),)}, {}, "pass"),
        ("E20", {"position": None, "history": (post_held(PositionKind.ADMINISTRATOR),)}, {}, "fail"),
        ("E20", {"position": None, "history": (post_held(PositionKind.FUNCTIONAL),)}, {}, "unknown"),
        ("E22", {}, {}, "warn"),
        ("E24", {}, {}, "pass"),
    ],
)  # fmt: skip
def test_rule_at_its_boundary(rule: str, person: dict[str, Any], post: dict[str, Any], outcome: str) -> None:
    assert found(rule, person, post).outcome == outcome


def test_planning_names_what_the_register_does_not_hold() -> None:
    held = CompetenceFact(level=3, assessed_on=TODAY, source=CompetenceSource.CERTIFICATE)
    talent = TalentFact.model_validate({"year": 2025, "performance": "above", "potential": "high"})
    assert found("E22", {}, {}).value == "competence, employee_mapping, talent_pool"
    whole = found("E22", {"competences": {"a": held}, "talent": talent}, {})
    assert (whole.outcome, whole.value, whole.threshold) == ("pass", 8, 8)


@pytest.mark.parametrize(
    ("origin", "outcome", "bearer"),
    [
        (Origin.ORGANISATION, "pass", "receiving_agency"),
        (Origin.EMERGENCY, "pass", "receiving_agency"),
        (Origin.OWN_REQUEST, "warn", "employee"),
    ],
)
def test_the_policy_says_who_bears_the_cost(origin: Origin, outcome: str, bearer: str) -> None:
    result = found("E23", {}, {}, origin=origin)
    assert (result.outcome, result.value) == (outcome, bearer)


def test_who_asks_himself_is_not_asked_for_his_willingness() -> None:
    assert found("E24", {}, {}, origin=Origin.OWN_REQUEST).outcome == "not_applicable"
    assert found("E24", {}, {}).value == "consultation"
