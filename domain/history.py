"""Reading a case's history: which entries no longer stand because an act was undone or the case was returned."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.vocabulary import STAGE_ORDER, Stage

_STAGE_OF_EVENT: dict[str, Stage] = {
    "evaluation_judged": Stage.EVALUATION,
    "need_checked": Stage.NEEDS_CHECK,
    "need_confirmed": Stage.NEEDS_CHECK,
    "response_given": Stage.CONSULTATION,
    "response_missed": Stage.CONSULTATION,
    "objection_answered": Stage.CONSULTATION,
    "briefing_recorded": Stage.SOCIALISATION,
    "briefing_acknowledged": Stage.SOCIALISATION,
    "acknowledgement_missed": Stage.SOCIALISATION,
    "case_verified": Stage.APPROVAL,
    "board_voted": Stage.APPROVAL,
    "board_considered": Stage.APPROVAL,
    "case_proposed": Stage.APPROVAL,
    "mutation_authorised": Stage.APPROVAL,
    "decision_made": Stage.APPROVAL,
}
"""The stage a decision belongs to; a return to that stage or an earlier one supersedes it."""


_DECREES = ("decree_issued", "decree_corrected", "decree_revoked", "decree_annulled")
"""Each decision on the decree supersedes the one before it, which stays in the ledger."""


def superseded(entries: Iterable[tuple[int, str, str, Mapping[str, Any]]]) -> frozenset[int]:
    """Sequence numbers of the entries (seq, type, command, data) that were undone or superseded by a return.

    Undoing takes back the entries of one command; what others said in the meantime stands.
    """
    gone: set[int] = set()
    seen: list[tuple[int, str]] = []
    commands: dict[int, str] = {}
    for seq, kind, command, data in entries:
        commands[seq] = command
        if kind == "act_undone":
            gone |= {s for s, _ in seen if commands[s] == commands[data["from_seq"]]}
        if kind in ("case_returned", "case_set_back"):
            place = STAGE_ORDER.index(Stage(data["to_stage"]))
            gone |= {s for s, k in seen if k in _STAGE_OF_EVENT and STAGE_ORDER.index(_STAGE_OF_EVENT[k]) >= place}
        if kind in _DECREES:
            gone |= {s for s, k in seen if k in _DECREES}
        seen.append((seq, kind))
    return frozenset(gone)
