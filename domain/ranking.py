"""Ranking people for a seat: who passes the hard requirements first, then by fit, ties broken by a stated rule.

The order is total, so that the same people under the same policy stand in the same order, whoever asks.
"""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from domain.facts import Position
from domain.fit import Applicant, Yardstick
from domain.ranks import EDUCATION, GRADES, education_rank, grade_rank
from domain.vocabulary import EmployeeStatus


class HardRequirements(NamedTuple):
    """What nobody can fail and still be considered; the rule each is of is judged again in full later."""

    status: EmployeeStatus
    """E01."""
    education: tuple[str, ...]
    """E11: the levels that reach the lowest one asked for."""
    fields: tuple[str, ...]
    """E11: the fields that fit; none named, any fits."""
    grades: tuple[str, ...]
    """E15: the grades that reach the lowest one of the post."""


def hard_requirements(target: Position) -> HardRequirements:
    """The hard requirements of a post, as closed lists of values."""
    return HardRequirements(
        status=EmployeeStatus.PNS,
        education=EDUCATION[education_rank(target.education_min) :],
        fields=target.education_fields,
        grades=GRADES[grade_rank(target.min_grade) :],
    )


class Ranked(NamedTuple):
    """Somebody in the ranking, with the score that put him there; None when nothing is known of him."""

    score: int | None
    applicant: Applicant


_NEVER = date.max.toordinal()
_UNKNOWN = 1


def ranked(yardstick: Yardstick, applicants: Iterable[Applicant]) -> list[Ranked]:
    """The applicants, best first.

    Equal scores: the higher share of the competences asked for, then the longer in the present post, then the person's
    id, which says nothing of him. Who has no score comes last.
    """
    keyed = []
    for who in applicants:
        score, competence = yardstick.standing(who)
        since = who.in_post_since.toordinal() if who.in_post_since else _NEVER
        # Unknown sorts below the lowest figure there is.
        keyed.append((_UNKNOWN if score is None else -score, _UNKNOWN if competence is None else -competence,
                      since, who.person, score, who))  # fmt: skip
    keyed.sort(key=itemgetter(0, 1, 2, 3))
    return [Ranked(score, who) for *_, score, who in keyed]
