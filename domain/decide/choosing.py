"""Choosing: who is not on the ranked list is taken with a typed ground and words (`domain.md` 0, 13 P10, 16).

The ranking is advisory: it never decides, and never stops anybody. It asks who passes others over to say why, and what
it asked about is kept, so that the choice can be judged again.
"""

from typing import Any

from domain.case import Case
from domain.commands import Authorise, Decide, OffListReason
from domain.decide.draft import Draft
from domain.events import Choice
from domain.facts import Position
from domain.policy import Policy
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Recommendation

OWN_REQUEST = "own_request"
"""A ground that only the employee can give, by having asked for the mutation himself."""


def chosen(draft: Draft, target: Position, reason: OffListReason | None) -> dict[str, Any] | Refusal:
    """What an event says of a choice; nothing where the policy has no list, or another agency chose for its post.

    A reason that was not needed is kept all the same: the list may have changed since it was looked at.
    """
    policy, place = draft.facts.policy, draft.facts.place
    if policy.fit.list is None or target.outside:
        return {}
    assert place is not None, "the ranking is looked up where the policy has a list"
    ground = reason.ground if reason else None
    if reason and reason.ground not in _grounds(draft):
        return refuse(RefusalCode.CHOICE_GROUND_NOT_ALLOWED, choice_grounds=_grounds(draft))
    if not place.on_list and reason is None:
        if draft.case.origin not in policy.fit.off_list_origins:
            return refuse(
                RefusalCode.OFF_LIST_REASON_REQUIRED,
                position=target.code,
                length=place.length,
                rank=place.rank if place.rank is not None else "-",
                field=place.field,
                choice_grounds=_grounds(draft),
            )
        ground = draft.case.origin
    return {
        "choice": Choice(
            agency=target.agency,
            length=place.length,
            field=place.field,
            busy=place.busy,
            rank=place.rank,
            on_list=place.on_list,
            ground=ground,
        ),
        "choice_score": place.score,
        "choice_list": place.listed,
        "choice_reason": reason.text if reason else None,
    }


def _grounds(draft: Draft) -> tuple[str, ...]:
    own = draft.case.asked_by_himself
    return tuple(g for g in draft.facts.policy.fit.off_list_grounds if own or g != OWN_REQUEST)


def against_advice(case: Case) -> bool:
    """Whether the board or the regional secretary advised against the mutation."""
    return Recommendation.NOT_RECOMMEND in (case.board, case.proposal)


def unexplained(case: Case, command: Decide | Authorise, policy: Policy) -> Refusal | None:
    """Why an approval, or a letter to be signed, cannot stand as said: against advice without words or ground."""
    if not against_advice(case):
        return None
    if command.reason is None:
        return refuse(RefusalCode.REASON_REQUIRED)
    return advice_ground_refused(command.advice_ground, policy)


def advice_ground_refused(ground: str | None, policy: Policy) -> Refusal | None:
    """Why an approval against advice cannot stand: without a ground of the policy, where it lists any."""
    allowed = policy.board.against_grounds
    if not allowed or ground in allowed:
        return None
    if ground is None:
        return refuse(RefusalCode.ADVICE_GROUND_REQUIRED, choice_grounds=allowed)
    return refuse(RefusalCode.CHOICE_GROUND_NOT_ALLOWED, choice_grounds=allowed)
