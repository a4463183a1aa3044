"""What the planning of a mutation must consider, and whether the register holds anything to consider it by.

Source: Peraturan BKN 5/2019 Pasal 2 (eight aspects). A checklist for those who decide; it blocks nothing.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from domain.facts import Dossier, Position, Seats
from domain.vocabulary import PlanningAspect


class Plan(NamedTuple):
    """A person for a post, as far as planning asks."""

    dossier: Dossier
    target: Position
    seats: Seats | None


_KNOWN: dict[PlanningAspect, Callable[[Plan], bool]] = {
    PlanningAspect.COMPETENCE: lambda plan: bool(plan.dossier.competences),
    PlanningAspect.CAREER_PATTERN: lambda plan: plan.dossier.position is not None,
    PlanningAspect.EMPLOYEE_MAPPING: lambda plan: plan.dossier.talent is not None,
    PlanningAspect.TALENT_POOL: lambda plan: plan.dossier.talent is not None,
    PlanningAspect.CAREER_DEVELOPMENT: lambda plan: plan.dossier.position_since is not None,
    PlanningAspect.PERFORMANCE: lambda plan: bool(plan.dossier.ratings),
    PlanningAspect.ORGANISATIONAL_NEED: lambda plan: plan.seats is not None,
    PlanningAspect.NATURE_OF_WORK: lambda plan: plan.target.job_class > 0,
}


def silent(aspects: Iterable[PlanningAspect], plan: Plan) -> list[PlanningAspect]:
    """The aspects of which the register holds nothing, in the order of their names."""
    return sorted(aspect for aspect in aspects if not _KNOWN[aspect](plan))
