"""Opening: whether the policy has a way for such a case, and what the case is from its first event on."""

from domain import rules
from domain.commands import OpenCase, OutsidePost, Proposal
from domain.decide.draft import Draft
from domain.decide.evaluation import evaluate
from domain.events import OUTSIDE, CaseOpened, PostRef
from domain.facts import Dossier, Facts
from domain.passages import Passage
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Origin, Way


def may_open(proposal: Proposal, facts: Facts) -> Refusal | None:
    """Whether the policy has a route for such a case at all: kind, origin, post, emergency ground."""
    route = facts.policy.routes.get(proposal.kind)
    target = facts.target
    if route is None:
        return refuse(RefusalCode.KIND_WITHOUT_ROUTE, kind=proposal.kind)
    if proposal.origin not in route.origins:
        return refuse(RefusalCode.ORIGIN_WITHOUT_ROUTE, origin=proposal.origin)
    way = way_of(proposal)
    if way not in route.passages:
        return refuse(RefusalCode.WAY_WITHOUT_PASSAGE, kind=proposal.kind, way=way)
    if facts.dossier is None:
        return refuse(RefusalCode.EMPLOYEE_UNKNOWN)
    if target is None:
        return refuse(RefusalCode.POSITION_UNKNOWN, position=proposal.position_code or OUTSIDE)
    if refusal := _comes_from_where_he_serves(proposal, facts.dossier, way):
        return refusal
    if not route.fills(target.kind, target.tier):
        return refuse(RefusalCode.POST_BEYOND_ROUTE, position=target.code, kind=target.kind)
    if facts.dossier.position and facts.dossier.position.code == target.code and not target.outside:
        return refuse(RefusalCode.SAME_POST, position=target.code)
    if proposal.origin is Origin.EMERGENCY and not (
        proposal.emergency_ref or rules.emergency_window(facts, target, proposal.kind)
    ):
        return refuse(RefusalCode.EMERGENCY_WITHOUT_GROUND, position=target.code)
    return None


def way_of(proposal: Proposal) -> Way:
    """Whether the person stays, leaves, comes, or moves between two other agencies."""
    if proposal.from_outside is None:
        return Way.INSIDE if proposal.to_outside is None else Way.LEAVING
    return Way.ARRIVING if proposal.to_outside is None else Way.PASSING


def _comes_from_where_he_serves(proposal: Proposal, dossier: Dossier, way: Way) -> Refusal | None:
    """Nobody gets round the consent of the agency he serves, and nobody leaves who holds no post here."""
    if way in (Way.ARRIVING, Way.PASSING):
        holds = dossier.position is not None and not dossier.position.outside
        return refuse(RefusalCode.SERVES_HERE) if holds else None
    if dossier.serves_elsewhere is not None:
        return refuse(RefusalCode.SERVES_ELSEWHERE, agency=dossier.serves_elsewhere)
    if way is Way.LEAVING and dossier.position is None:
        return refuse(RefusalCode.NO_POST_HELD)
    return None


def named_outside(post: OutsidePost) -> PostRef:
    """A post of another agency as a case keeps it."""
    return PostRef(
        position=OUTSIDE,
        title=post.title,
        unit=OUTSIDE,
        unit_name=post.unit,
        agency=OUTSIDE,
        agency_name=post.agency,
        kind=post.kind,
        tier=post.tier,
    )


def open_case(case_id: str, command: OpenCase, facts: Facts) -> Draft | Refusal:
    """Open a case and judge it at once."""
    if refusal := may_open(command, facts):
        return refusal
    if facts.open_case is not None:
        return refuse(RefusalCode.OPEN_CASE_EXISTS, number=facts.open_case)
    dossier, target = facts.dossier, facts.target
    assert dossier is not None and target is not None, "without them there is no way"
    passage = facts.policy.routes[command.kind].passages[way_of(command)]
    event = CaseOpened(
        number=facts.number,
        kind=command.kind,
        origin=command.origin,
        subject=dossier.person,
        from_post=dossier.position.ref if dossier.position else None,
        to_post=target.ref,
        policy=facts.policy.hash,
        employee_name=dossier.name,
        employee_nip=dossier.nip,
        effective_on=command.effective_on,
        preferences=command.preferences,
        passage=Passage.model_validate(passage.model_dump()),
        from_since=command.from_outside.since if command.from_outside else None,
        emergency_ref=command.emergency_ref,
        emergency_window=rules.emergency_window(facts, target, command.kind)
        if command.origin is Origin.EMERGENCY
        else None,
        reason=command.reason,
    )
    draft = Draft.opening(case_id, event, facts, facts.actor.person)
    evaluate(draft, dossier)
    return draft
