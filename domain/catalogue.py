"""The catalogue of documents: which of them a case needs, and where it stands with each (`domain.md` 4).

Peraturan BKN 5/2019 Pasal 3 ayat (1) lists them; the policy of the case says the rest.
"""

from datetime import date, timedelta
from typing import NamedTuple

from domain.case import Case
from domain.documents import Document
from domain.policy import DocumentPolicy, Policy
from domain.vocabulary import Act, ConsentOutcome, DocumentStatus, OutsideWord, RuleOutcome, Verdict

_IN_HAND = frozenset({DocumentStatus.PROVED, DocumentStatus.ACCEPTED, DocumentStatus.EXPIRING})
_JUDGED: dict[Verdict | None, DocumentStatus] = {
    Verdict.RETURN: DocumentStatus.RETURNED,
    Verdict.REJECT: DocumentStatus.REJECTED,
}


class Entry(NamedTuple):
    """A document of the catalogue in one case: whether it is needed, where it stands, its versions, oldest first."""

    code: str
    needed: bool
    status: DocumentStatus
    versions: tuple[Document, ...]

    @property
    def missing(self) -> bool:
        return self.needed and self.status not in _IN_HAND


def entries(case: Case, policy: Policy, today: date) -> list[Entry]:
    """Every document of the catalogue that the case needs or has, by code."""
    found = (_entry(case, code, data, policy, today) for code, data in sorted(policy.documents.items()))
    return [e for e in found if e.needed or e.versions]


def missing(case: Case, policy: Policy, today: date) -> tuple[str, ...]:
    """Codes of the documents that the case needs and does not have on a day."""
    return tuple(e.code for e in entries(case, policy, today) if e.missing)


def blocking(case: Case, policy: Policy, today: date, act: Act) -> tuple[str, ...]:
    """Codes of the missing documents without which the policy refuses the act; a decision comes after verification."""
    acts = (Act.VERIFY,) if act is Act.VERIFY else (Act.VERIFY, Act.DECIDE)
    insisted = {c for c, d in policy.documents.items() if d.enforce == "block" and d.by in acts}
    return tuple(code for code in missing(case, policy, today) if code in insisted) if insisted else ()


def _entry(case: Case, code: str, data: DocumentPolicy, policy: Policy, today: date) -> Entry:
    versions = tuple(d for d in case.documents if d.code == code)
    return Entry(code, _needed(case, data), _status(case, data, versions, policy, today), versions)


def _needed(case: Case, data: DocumentPolicy) -> bool:
    """Whether the case is in the scope of the document. A target of unknown kind needs what any kind needs."""
    kind = case.to_post.kind
    return any(
        case.kind in s.kinds and case.origin in s.origins and (kind is None or kind in s.position_kinds)
        for s in data.needed_for
    )


def _status(
    case: Case, data: DocumentPolicy, versions: tuple[Document, ...], policy: Policy, today: date
) -> DocumentStatus:
    counting = [d for d in versions if d.counts_on(today)]
    if counting:
        end = max(d.valid_until or date.max for d in counting)
        limits = policy.document_limits
        soon = limits is not None and end - today <= timedelta(days=limits.expiring_days)
        return DocumentStatus.EXPIRING if soon else DocumentStatus.ACCEPTED
    if (data.proved_by and _passed(case, data.proved_by)) or (data.recorded_as and _recorded(case, data.recorded_as)):
        return DocumentStatus.PROVED
    if not versions:
        return DocumentStatus.MISSING
    newest = versions[-1]
    if newest.over_on(today):
        return DocumentStatus.EXPIRED
    return _JUDGED.get(newest.verdict, DocumentStatus.AWAITING)


def _passed(case: Case, rule: str) -> bool:
    return any(m.rule == rule and m.outcome is RuleOutcome.PASS for m in (*case.marks, *case.need_marks))


def _recorded(case: Case, word: OutsideWord) -> bool:
    """Whether the letter is in the case: the governor's own, or another authority's."""
    letter = case.passage.letter
    own = letter is not None and letter.value == word.value and case.authorised
    return own or case.consents.get(word) is ConsentOutcome.GRANTED
