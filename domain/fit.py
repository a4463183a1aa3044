"""The advisory fit of a person for a post: weighted criteria, each with its value and contribution.

Deterministic whole-number arithmetic: the same inputs and policy give the same figures. It decides nothing
(UU 27/2022 Pasal 10, 34), and no protected attribute is among its inputs. What is unknown is left out of the
score and said so, never counted as zero.
"""

from pydantic import BaseModel, ConfigDict

from domain.facts import Dossier, Position
from domain.policy import Policy
from domain.ranks import education_rank, post_level
from domain.rules import competence_gaps
from domain.vocabulary import Rating

_RATING_PERCENT = {
    Rating.SANGAT_BAIK: 100,
    Rating.BAIK: 80,
    Rating.BUTUH_PERBAIKAN: 30,
    Rating.KURANG: 10,
    Rating.SANGAT_KURANG: 0,
}
_PREFERENCE_PERCENT = (100, 80, 60)


class Criterion(BaseModel):
    """One criterion: `percent` of its weight was earned, or it is unknown and does not count."""

    model_config = ConfigDict(frozen=True)

    code: str
    weight: int
    percent: int | None
    value: str | None

    @property
    def points(self) -> int | None:
        return None if self.percent is None else _rounded(self.weight * self.percent, 100)


class Counterfactual(BaseModel):
    """What the score would be if one competence were held at the level the post asks for."""

    model_config = ConfigDict(frozen=True)

    competence: str
    level: int
    score: int


class Fit(BaseModel):
    """Score 0 to 100 over the known criteria; None when nothing is known."""

    model_config = ConfigDict(frozen=True)

    score: int | None
    criteria: tuple[Criterion, ...]
    counterfactuals: tuple[Counterfactual, ...] = ()


def fit(
    dossier: Dossier,
    target: Position,
    policy: Policy,
    *,
    last_closed_year: int,
    preferences: tuple[str, ...] = (),
    vacant: int = 0,
) -> Fit:
    """How well the person fits the post by the criteria and weights of the policy."""
    criteria = _criteria(dossier, target, policy, last_closed_year, preferences, vacant)
    return Fit(
        score=_score(criteria),
        criteria=criteria,
        counterfactuals=tuple(
            Counterfactual(
                competence=key, level=want, score=_score(_with_competence(criteria, dossier, target, key)) or 0
            )
            for key, (_, want) in competence_gaps(dossier, target).items()
        ),
    )


def _criteria(
    dossier: Dossier, target: Position, policy: Policy, year: int, preferences: tuple[str, ...], vacant: int
) -> tuple[Criterion, ...]:
    found = {
        "competence": _competence(dossier, target),
        "education": _education(dossier, target),
        "experience": _experience(dossier, target),
        "performance": _performance(dossier, (year - 1, year)),
        "preference": _preference(target, preferences),
        "need": (_rounded(100 * min(vacant, target.required), target.required), f"{vacant}/{target.required}")
        if target.required
        else (None, None),
    }
    return tuple(
        Criterion(code=code, weight=weight, percent=found[code][0], value=found[code][1])
        for code, weight in sorted(policy.fit.weights.items())
    )


def _score(criteria: tuple[Criterion, ...]) -> int | None:
    known = [c for c in criteria if c.percent is not None]
    weight = sum(c.weight for c in known)
    if not weight:
        return None
    return _rounded(sum(c.weight * (c.percent or 0) for c in known), weight)


def _with_competence(
    criteria: tuple[Criterion, ...], dossier: Dossier, target: Position, raised: str
) -> tuple[Criterion, ...]:
    percent, value = _competence(dossier, target, raised)
    return tuple(
        c.model_copy(update={"percent": percent, "value": value}) if c.code == "competence" else c for c in criteria
    )


Found = tuple[int | None, str | None]


def _competence(dossier: Dossier, target: Position, raised: str | None = None) -> Found:
    """Share of the required levels that is held, assessed competences only."""
    held = {key: fact.level for key, fact in dossier.competences.items()}
    if raised is not None:
        held[raised] = target.competences[raised]
    assessed = {key: want for key, want in target.competences.items() if key in held}
    if not assessed:
        return None, None
    have, want = sum(min(held[k], w) for k, w in assessed.items()), sum(assessed.values())
    return _rounded(100 * have, want), f"{have}/{want}"


def _education(dossier: Dossier, target: Position) -> Found:
    level = education_rank(dossier.education) >= education_rank(target.education_min)
    field = not target.education_fields or dossier.education_field in target.education_fields
    return (100 if level and field else 40 if level else 0), f"{dossier.education} {dossier.education_field}".strip()


def _experience(dossier: Dossier, target: Position) -> Found:
    post = dossier.position
    if post is None:
        return None, None
    if post.title == target.title:
        return 100, post.title
    near = post.kind is target.kind and post_level(post.kind, post.tier) == post_level(target.kind, target.tier)
    return (60 if near else 20), post.title


def _performance(dossier: Dossier, years: tuple[int, ...]) -> Found:
    facts = [dossier.rating_of(year) for year in years]
    known = [f for f in facts if f is not None]
    if len(known) < len(years):
        return None, None
    return _rounded(sum(_RATING_PERCENT[f.rating] for f in known), len(known)), ", ".join(f.rating for f in known)


def _preference(target: Position, preferences: tuple[str, ...]) -> Found:
    if not preferences:
        return None, None
    if target.code not in preferences:
        return 0, None
    place = preferences.index(target.code)
    return _PREFERENCE_PERCENT[place], str(place + 1)


def _rounded(numerator: int, denominator: int) -> int:
    """Half up, in whole numbers: no floating point decides between two people."""
    return (2 * numerator + denominator) // (2 * denominator)
