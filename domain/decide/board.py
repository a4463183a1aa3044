"""The board (Tim Penilai Kinerja): who is seated for a case, votes one by one, and when its word stands.

Votes reach a case one after the other, so of those who vote at once exactly one settles the matter.
"""

from domain.authority import conflict
from domain.case import Case
from domain.commands import Consider
from domain.decide.draft import Draft
from domain.decide.hearing import recuse
from domain.events import BoardConsidered, BoardMemberSeated, BoardSeated, BoardVoted
from domain.facts import Facts
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Office, Recommendation, Status

CONTRARY = {
    Recommendation.RECOMMEND: frozenset({Recommendation.NOT_RECOMMEND}),
    Recommendation.NOT_RECOMMEND: frozenset({Recommendation.RECOMMEND}),
    Recommendation.ABSTAIN: frozenset({Recommendation.RECOMMEND, Recommendation.NOT_RECOMMEND}),
}
"""What is dissent from a result. Where the board comes to none, whoever had a view keeps it."""


def seat(draft: Draft) -> None:
    """Seat the panel, where the policy of the case has one: the first members who may take part."""
    law = draft.facts.policy.board
    if law.settled_by == "majority" and law.members is not None:
        draft.add(BoardSeated(members=tuple(_able(draft.case, draft.facts)[: law.members])))


def _able(case: Case, facts: Facts) -> list[str]:
    """Present members who may vote on the case, in the order of the register."""
    members = dict.fromkeys(h.person for h in facts.holders if h.office is Office.BOARD_MEMBER)
    return [p for p in members if p not in case.verifiers and conflict(p, case, facts) is None]


def may_vote(case: Case, facts: Facts) -> Refusal | None:
    """Why somebody who could vote by his office cannot: he voted, or others are seated for this case."""
    person, panel = facts.actor.person, case.panel
    if any(v.by == person for v in case.votes):
        return refuse(RefusalCode.ALREADY_VOTED)
    if panel is None or person in panel or _has_room(case, facts):
        return None
    return refuse(RefusalCode.NOT_ON_PANEL)


def _has_room(case: Case, facts: Facts) -> bool:
    """Whether a seat of the panel is empty: too few could be seated, or one of them is a member no more."""
    members, panel = facts.policy.board.members, case.panel or ()
    voted = {v.by for v in case.votes if v.recommendation is not None}
    able = set(_able(case, facts))
    return members is not None and sum(p in able or p in voted for p in panel) < members


def consider(draft: Draft, command: Consider) -> Refusal | None:
    """One member votes or stands aside; where he stands aside, another is seated in his place."""
    if refusal := may_vote(draft.case, draft.facts):
        return refusal
    person, panel = draft.facts.actor.person, draft.case.panel
    recommendation = None if command.recuse else command.recommendation
    draft.add(BoardVoted(recommendation=recommendation, recused=command.recuse, minutes=command.minutes))
    if panel is not None and command.recuse:
        _replace(draft, person)
    elif panel is not None and person not in panel:
        draft.add(BoardMemberSeated(member=person))
    _settle(draft)
    return None


def _replace(draft: Draft, person: str) -> None:
    """Seat the next member who may take part; without one the seat stays empty until somebody becomes a member."""
    taken = {*(draft.case.panel or ()), *(v.by for v in draft.case.votes)}
    substitute = next((p for p in _able(draft.case, draft.facts) if p not in taken), None)
    if substitute is not None:
        draft.add(BoardMemberSeated(member=substitute, in_place_of=person))


def _settle(draft: Draft) -> None:
    votes = {v.by: v.recommendation for v in draft.case.votes if v.recommendation is not None}
    cast = list(votes.values())
    result = _result(draft, cast)
    if len(cast) < draft.facts.policy.board.quorum or result is None:
        return
    draft.add(
        BoardConsidered(
            result=result,
            votes=len(cast),
            in_favour=cast.count(Recommendation.RECOMMEND),
            against=cast.count(Recommendation.NOT_RECOMMEND),
            abstained=cast.count(Recommendation.ABSTAIN),
            dissent=tuple(p for p, said in votes.items() if said in CONTRARY[result]),
            move=draft.move_to(Status.AWAITING_PROPOSAL),
        )
    )
    recuse(draft)


def _result(draft: Draft, cast: list[Recommendation]) -> Recommendation | None:
    """What the votes come to; None while a vote that is still out could change it."""
    panel, majority = draft.case.panel, draft.facts.policy.board.majority
    in_favour = cast.count(Recommendation.RECOMMEND)
    if panel is not None and majority is not None and in_favour < majority:
        voted, able = {v.by for v in draft.case.votes}, set(_able(draft.case, draft.facts))
        if in_favour + sum(p in able and p not in voted for p in panel) >= majority:
            return None
    return word(cast, majority if panel is not None else None)


def word(cast: list[Recommendation], majority: int | None) -> Recommendation:
    """What votes come to, once none that is out could change it.

    Without a majority, as in a policy of before, the side with more votes; a tie, or abstentions only, is no advice.
    Where there are not enough for a recommendation, the board is against only where more were against.
    """
    in_favour, against = (cast.count(r) for r in (Recommendation.RECOMMEND, Recommendation.NOT_RECOMMEND))
    if in_favour > against if majority is None else in_favour >= majority:
        return Recommendation.RECOMMEND
    return Recommendation.NOT_RECOMMEND if against > in_favour else Recommendation.ABSTAIN
