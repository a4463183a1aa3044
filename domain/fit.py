"""The advisory fit of a person for a post: weighted criteria, each with its value, contribution and one sentence.

Deterministic whole-number arithmetic: the same inputs and policy give the same figures. It decides nothing
(UU 27/2022 Pasal 10, 34). Protected attributes are barred by the type: `Applicant` has no field for sex, age, religion,
marriage or home. What is unknown is left out of the score and said so, never counted as zero.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.facts import Dossier, Position
from domain.policy import Policy
from domain.ranks import education_rank, post_level
from domain.vocabulary import PositionKind, Rating, Tier

_RATING_PERCENT = {
    Rating.SANGAT_BAIK: 100,
    Rating.BAIK: 80,
    Rating.BUTUH_PERBAIKAN: 30,
    Rating.KURANG: 10,
    Rating.SANGAT_KURANG: 0,
}
_PREFERENCE_PERCENT = (100, 80, 60)


class Finding(StrEnum):
    """What was found under a criterion: the sentence a person reads hangs on it (`locale/`, `fit.…`)."""

    COMPETENCE_HELD = "competence_held"
    COMPETENCE_UNKNOWN = "competence_unknown"
    EDUCATION_FITS = "education_fits"
    EDUCATION_OTHER_FIELD = "education_other_field"
    EDUCATION_BELOW = "education_below"
    EXPERIENCE_SAME_POST = "experience_same_post"
    EXPERIENCE_SAME_LEVEL = "experience_same_level"
    EXPERIENCE_OTHER = "experience_other"
    EXPERIENCE_UNKNOWN = "experience_unknown"
    PERFORMANCE_RATED = "performance_rated"
    PERFORMANCE_UNKNOWN = "performance_unknown"
    PREFERENCE_STATED = "preference_stated"
    PREFERENCE_OTHER = "preference_other"
    PREFERENCE_UNKNOWN = "preference_unknown"
    NEED_KNOWN = "need_known"
    NEED_UNKNOWN = "need_unknown"


class Applicant(NamedTuple):
    """All that the fit may know of a person; whatever has no field here cannot weigh."""

    person: str
    education: str
    education_field: str
    title: str | None
    """Title of the post held."""
    kind: PositionKind | None
    tier: Tier | None
    in_post_since: date | None
    """Breaks ties between equal scores only."""
    competences: Mapping[str, int]
    ratings: Mapping[int, Rating]
    preferences: tuple[str, ...]


class Found(NamedTuple):
    """One criterion as found: the share earned, or None where it is unknown, and what it was read from."""

    percent: int | None
    value: str | None
    finding: Finding


class Criterion(BaseModel):
    """One criterion: `percent` of its weight was earned, or it is unknown and does not count."""

    model_config = ConfigDict(frozen=True)

    code: str
    weight: int
    percent: int | None
    value: str | None
    finding: Finding

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


class Yardstick:
    """What people are measured by for one post under one policy; made once, applied to any number of them.

    `vacant` counts the seats that are neither occupied nor held; `last_closed_year` is the newest of the two years
    whose ratings count. Each criterion first reads what matters to it and then judges that alone.
    """

    def __init__(self, target: Position, policy: Policy, last_closed_year: int, vacant: int) -> None:
        self.target = target
        self._asked = tuple(sorted(target.competences.items()))
        self._keys = tuple(key for key, _ in self._asked)
        self._years = (last_closed_year - 1, last_closed_year)
        self._level = post_level(target.kind, target.tier)
        self._education = education_rank(target.education_min)
        self._need = _need(target, vacant)
        criteria: dict[str, tuple[_Read, _Judge]] = {
            "competence": (self._levels, self._competent),
            "education": (lambda who: (who.education, who.education_field), self._educated),
            "experience": (lambda who: (who.title, who.kind, who.tier), self._experienced),
            "performance": (lambda who: tuple([who.ratings.get(year) for year in self._years]), _performance),
            "preference": (lambda who: who.preferences, self._preferred),
            "need": (lambda who: (), lambda *_: self._need),
        }
        self._criteria: list[tuple[str, int, _Read, _Judge]] = [
            (code, weight, *criteria[code]) for code, weight in sorted(policy.fit.weights.items())
        ]
        self._ability_weight = policy.fit.weights.get("competence", 0)
        self._able: dict[tuple[int | None, ...], Found] = {}
        self._sums: dict[_Matter, tuple[int, int]] = {}

    def found(self, who: Applicant) -> tuple[Found, ...]:
        """Every criterion of the policy, in the order of the codes."""
        return tuple(judge(*read(who)) for _, _, read, judge in self._criteria)

    def score(self, who: Applicant) -> int | None:
        """The weighted mean of the known criteria, 0 to 100."""
        earned, total = self._summed(who)
        return _rounded(earned, total) if total else None

    def measure(self, who: Applicant) -> Fit:
        """The fit with everything a person needs to follow it."""
        found = self.found(who)
        return Fit(
            score=self.score(who),
            criteria=tuple(
                Criterion(code=code, weight=weight, **criterion._asdict())
                for (code, weight, *_), criterion in zip(self._criteria, found, strict=True)
            ),
            counterfactuals=tuple(self._counterfactuals(who)),
        )

    def _counterfactuals(self, who: Applicant) -> list[Counterfactual]:
        out = []
        for key, want in self._asked:
            if who.competences.get(key, 0) < want:
                certified = who._replace(competences={**who.competences, key: want})
                out.append(Counterfactual(competence=key, level=want, score=self.score(certified) or 0))
        return out

    def _levels(self, who: Applicant) -> tuple[int | None, ...]:
        held = who.competences
        return tuple([held.get(key) for key in self._keys])

    def standing(self, who: Applicant) -> tuple[int | None, int | None]:
        """The score as `measure` gives it, and the share of the competences asked for: what a ranking needs.

        Both parts of a person are remembered apart, what he can and all the rest: a ranking meets the same ones over
        and over, and thousands of people are ranked while somebody waits.
        """
        levels = self._levels(who)
        able = self._able.get(levels)
        if able is None:
            able = self._able[levels] = self._competent(*levels)
        ratings = who.ratings
        rest = (*who[1:6], ratings.get(self._years[0]), ratings.get(self._years[1]), who.preferences)
        sums = self._sums.get(rest)
        if sums is None:
            sums = self._sums[rest] = self._summed(who, leaving_out="competence")
        earned, total = sums
        if able.percent is not None:
            earned, total = earned + self._ability_weight * able.percent, total + self._ability_weight
        return (_rounded(earned, total) if total else None), able.percent

    def _summed(self, who: Applicant, leaving_out: str = "") -> tuple[int, int]:
        earned = total = 0
        for (code, weight, *_), criterion in zip(self._criteria, self.found(who), strict=True):
            if code != leaving_out and criterion.percent is not None:
                earned += weight * criterion.percent
                total += weight
        return earned, total

    def _competent(self, *levels: int | None) -> Found:
        """Share of the required levels that is held, assessed competences only."""
        have = want = 0
        for (_, level), own in zip(self._asked, levels, strict=True):
            if own is not None:
                have += min(own, level)
                want += level
        if not want:
            return Found(None, None, Finding.COMPETENCE_UNKNOWN)
        return Found(_rounded(100 * have, want), f"{have}/{want}", Finding.COMPETENCE_HELD)

    def _educated(self, level: str, field: str) -> Found:
        value = f"{level} {field}".strip()
        if education_rank(level) < self._education:
            return Found(0, value, Finding.EDUCATION_BELOW)
        if self.target.education_fields and field not in self.target.education_fields:
            return Found(40, value, Finding.EDUCATION_OTHER_FIELD)
        return Found(100, value, Finding.EDUCATION_FITS)

    def _experienced(self, title: str | None, kind: PositionKind | None, tier: Tier | None) -> Found:
        if title is None or kind is None:
            return Found(None, None, Finding.EXPERIENCE_UNKNOWN)
        if title == self.target.title:
            return Found(100, title, Finding.EXPERIENCE_SAME_POST)
        if kind is self.target.kind and post_level(kind, tier) == self._level:
            return Found(60, title, Finding.EXPERIENCE_SAME_LEVEL)
        return Found(20, title, Finding.EXPERIENCE_OTHER)

    def _preferred(self, *preferences: str) -> Found:
        if not preferences:
            return Found(None, None, Finding.PREFERENCE_UNKNOWN)
        if self.target.code not in preferences:
            return Found(0, None, Finding.PREFERENCE_OTHER)
        place = preferences.index(self.target.code)
        return Found(_PREFERENCE_PERCENT[place], str(place + 1), Finding.PREFERENCE_STATED)


_Matter = tuple[Any, ...]
_Read = Callable[[Applicant], _Matter]
_Judge = Callable[..., Found]


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
    return Yardstick(target, policy, last_closed_year, vacant).measure(applicant_of(dossier, preferences))


def applicant_of(dossier: Dossier, preferences: tuple[str, ...] = ()) -> Applicant:
    """What the fit may know of a dossier."""
    post = dossier.position
    return Applicant(
        person=dossier.person,
        education=dossier.education,
        education_field=dossier.education_field,
        title=post.title if post else None,
        kind=post.kind if post else None,
        tier=post.tier if post else None,
        in_post_since=dossier.position_since,
        competences={key: fact.level for key, fact in dossier.competences.items()},
        ratings={fact.year: fact.rating for fact in dossier.ratings},
        preferences=preferences,
    )


def _performance(*ratings: Rating | None) -> Found:
    known = [rating for rating in ratings if rating is not None]
    if len(known) < len(ratings):
        return Found(None, None, Finding.PERFORMANCE_UNKNOWN)
    mean = _rounded(sum(_RATING_PERCENT[rating] for rating in known), len(known))
    return Found(mean, ", ".join(known), Finding.PERFORMANCE_RATED)


def _need(target: Position, vacant: int) -> Found:
    if not target.required:
        return Found(None, None, Finding.NEED_UNKNOWN)
    share = _rounded(100 * min(vacant, target.required), target.required)
    return Found(share, f"{vacant}/{target.required}", Finding.NEED_KNOWN)


def _rounded(numerator: int, denominator: int) -> int:
    """Half up, in whole numbers: no floating point decides between two people."""
    return (2 * numerator + denominator) // (2 * denominator)
