"""The fit: explainable, monotone in every criterion, blind to what must not weigh, the same to the byte."""

from datetime import date
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import CompetenceFact, Position
from domain.fit import Applicant, Finding, Fit, Yardstick, applicant_of, fit
from domain.ranking import hard_requirements, ranked
from domain.vocabulary import CompetenceSource, PositionKind, Rating, Tier
from tests.domain import builders as b

ASKED = {"m.teamwork": 3, "t.legal_drafting": 4, "s.unity": 2}
POST = b.position(competences=ASKED, required=4)
YEARS = (2024, 2025)


def applicant(**over: Any) -> Applicant:
    return applicant_of(b.dossier())._replace(**{"competences": dict.fromkeys(ASKED, 1), **over})


def measured(who: Applicant, post: Position = POST, vacant: int = 2) -> Fit:
    return Yardstick(post, b.DEMO, 2025, vacant).measure(who)


def score(who: Applicant, post: Position = POST, vacant: int = 2) -> int:
    found = measured(who, post, vacant).score
    assert found is not None
    return found


def test_nothing_that_must_not_weigh_has_a_field() -> None:
    """Sex, age, religion, marriage and home are no inputs, so that nobody can weigh them by mistake or on purpose."""
    assert Applicant._fields == (
        "person", "education", "education_field", "title", "kind", "tier", "in_post_since", "competences", "ratings",
        "preferences",
    )  # fmt: skip
    barred = {"sex", "gender", "religion", "birth_date", "age", "spouse", "marital", "domicile", "nip", "name"}
    assert not {field for field in Applicant._fields if any(word in field for word in barred - {"age", "sex"})}


def test_two_people_who_differ_only_in_what_is_barred_fit_alike() -> None:
    one = b.dossier()
    other = b.dossier(person="p_other", nip="197001011995032902", name="Lain", birth_date=date(1970, 1, 1))
    asked: dict[str, Any] = {"last_closed_year": 2025, "vacant": 1}
    assert fit(one, POST, b.DEMO, **asked) == fit(other, POST, b.DEMO, **asked)


levels = st.dictionaries(st.sampled_from(sorted(ASKED)), st.integers(1, 5), min_size=1)
ratings = st.sampled_from(sorted(Rating, key=lambda r: r.rank))


@given(levels, st.sampled_from(sorted(ASKED)))
def test_more_competence_never_lowers_the_score(held: dict[str, int], key: str) -> None:
    before = {**held, key: held.get(key, 1)}
    after = {**before, key: min(5, before[key] + 1)}
    assert score(applicant(competences=after)) >= score(applicant(competences=before))


@given(ratings, ratings, st.sampled_from(YEARS))
def test_a_better_rating_never_lowers_the_score(one: Rating, other: Rating, year: int) -> None:
    fixed = next(y for y in YEARS if y != year)
    worse, better = sorted((one, other), key=lambda r: r.rank)
    scores = [score(applicant(ratings={fixed: Rating.BAIK, year: r})) for r in (worse, better)]
    assert scores == sorted(scores)


@given(st.sampled_from(("SMA", "D3", "S1", "S2", "S3")), st.booleans())
def test_more_education_never_lowers_the_score(level: str, field: bool) -> None:
    order = ("SMA", "D3", "S1", "S2", "S3")
    named = "Hukum" if field else "Sejarah"
    scores = [score(applicant(education=e, education_field=named)) for e in order[: order.index(level) + 1]]
    assert scores == sorted(scores)
    assert score(applicant(education=level, education_field="Hukum")) >= scores[-1]


@given(st.integers(0, 4))
def test_more_need_never_lowers_the_score(vacant: int) -> None:
    assert score(applicant(), vacant=vacant + 1) >= score(applicant(), vacant=vacant)


def test_nearer_experience_never_lowers_the_score() -> None:
    far = applicant(title="Guru", kind=PositionKind.FUNCTIONAL, tier=Tier.PERTAMA)
    level = applicant(title="Perencana", kind=PositionKind.FUNCTIONAL, tier=Tier.MUDA)
    same = applicant(title=POST.title)
    assert score(far) < score(level) < score(same)


def test_a_higher_preference_never_lowers_the_score() -> None:
    others = ("DLH-S-05", "DLH-S-06")
    places = [(*others, POST.code), (others[0], POST.code), (POST.code,)]
    scores = [score(applicant(preferences=p)) for p in (others, *places)]
    assert scores == sorted(scores) and scores[0] < scores[-1]


def test_what_is_unknown_is_left_out_and_never_counted_as_zero() -> None:
    unknown = measured(applicant(competences={}, ratings={2025: Rating.BAIK}, title=None, kind=None))
    by_code = {c.code: c for c in unknown.criteria}
    missing = {code for code, c in by_code.items() if c.percent is None}
    assert missing == {"competence", "experience", "performance", "preference"}
    assert all(by_code[code].points is None for code in missing)
    assert by_code["performance"].finding is Finding.PERFORMANCE_UNKNOWN
    # Education 15 of 15 and need 50 % of 5: of the 20 that are known, 17.5.
    assert unknown.score == 88


def test_it_says_what_the_score_would_be_with_a_certificate() -> None:
    found = measured(applicant(competences={"m.teamwork": 3, "t.legal_drafting": 2, "s.unity": 2}))
    [would] = found.counterfactuals
    assert (would.competence, would.level) == ("t.legal_drafting", 4)
    certified = applicant(competences={"m.teamwork": 3, "t.legal_drafting": 4, "s.unity": 2})
    assert would.score == score(certified) > (found.score or 0)


def test_contributions_add_up_to_the_score_when_everything_is_known() -> None:
    found = measured(applicant(preferences=(POST.code,)))
    assert all(c.points is not None for c in found.criteria)
    assert abs(sum(c.points or 0 for c in found.criteria) - (found.score or 0)) <= len(found.criteria)


@given(levels, ratings, st.sampled_from((POST.title, "Guru", None)), st.booleans())
def test_a_ranking_scores_as_the_explanation_does(
    held: dict[str, int], rating: Rating, title: str | None, known: bool
) -> None:
    """The quick way and the explained way are one arithmetic, also for the second person of a kind."""
    yardstick = Yardstick(POST, b.DEMO, 2025, 2)
    who = applicant(competences=held, title=title, ratings={2024: Rating.BAIK, **({2025: rating} if known else {})})
    for _ in range(2):
        score, competence = yardstick.standing(who)
        measure = yardstick.measure(who)
        assert (score, competence) == (measure.score, measure.criteria[0].percent)


@given(levels, st.permutations(sorted(ASKED)))
def test_same_inputs_same_bytes(held: dict[str, int], order: list[str]) -> None:
    """Whatever order a mapping was built in, and however often it is asked."""
    turned = {key: held[key] for key in order if key in held}
    mirrored = b.position(competences={key: ASKED[key] for key in order}, required=4)
    texts = {
        rfc8785.dumps(measured(applicant(competences=c), p).model_dump(mode="json"))
        for c in (held, turned)
        for p in (POST, mirrored)
    }
    assert len(texts) == 1


def test_the_ranking_is_one_whatever_order_people_come_in() -> None:
    people = [
        applicant(person="p_b"),
        applicant(person="p_a"),
        applicant(person="p_old", in_post_since=date(2015, 1, 1)),
        applicant(person="p_able", competences=dict.fromkeys(ASKED, 4)),
        applicant(person="p_new", in_post_since=None),
    ]
    yardstick = Yardstick(POST, b.DEMO, 2025, 1)
    orders = {tuple(r.applicant.person for r in ranked(yardstick, p)) for p in (people, people[::-1])}
    assert orders == {("p_able", "p_old", "p_a", "p_b", "p_new")}


def test_hard_requirements_are_the_floors_of_the_post() -> None:
    hard = hard_requirements(POST)
    assert hard.education == ("S1", "S2", "S3") and hard.fields == ("Hukum",)
    assert hard.grades[0] == "III/c" and hard.grades[-1] == "IV/e"


@pytest.mark.parametrize("finding", Finding)
def test_every_finding_belongs_to_a_criterion(finding: Finding) -> None:
    assert finding.split("_")[0] in b.DEMO.fit.weights


def test_the_applicant_of_a_dossier_carries_its_facts() -> None:
    held = {"m.teamwork": CompetenceFact(level=2, assessed_on=b.NOW.date(), source=CompetenceSource.CERTIFICATE)}
    who = applicant_of(b.dossier(competences=held), ("DLH-S-04",))
    assert who.competences == {"m.teamwork": 2} and who.preferences == ("DLH-S-04",)
    assert who.ratings[2025] is Rating.BAIK and who.title == "Analis Hukum Ahli Muda"
