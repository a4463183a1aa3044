"""Which documents a case needs, where it stands with each, and what their absence does."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain import catalogue
from domain.case import Case
from domain.events import DocumentAdded
from domain.facts import DocumentElsewhere, Facts
from domain.policy import Policy
from domain.refusals import Refusal, RefusalCode
from domain.vocabulary import Act, DocumentStatus, Flag, MediaType, Verdict
from tests.domain import builders as b

TODAY = b.facts().today
RECENT = "2026-11-02"


def content_id(letter: str) -> str:
    return f"b_{letter * 26}"


def handed_in(case: Case, code: str, letter: str = "a", by: str = b.EMPLOYEE, **over: Any) -> Case | Refusal:
    """The case after a document was handed in, or why it was refused."""
    policy = over.pop("policy", b.DEMO)
    stored = over.pop("stored", b.content(content_id(letter)))
    fields = {"document": code, "content": content_id(letter), "issued_on": RECENT, **over}
    fields = {k: v for k, v in fields.items() if v is not None}
    return b.attempt(case, "add_document", by, replace(b.facts(by, policy=policy), content=stored), **fields)


def must(case: Case | Refusal) -> Case:
    assert isinstance(case, Case), case
    return case


def accepted(case: Case, *codes: str, policy: Policy = b.DEMO) -> Case:
    """The case with some documents handed in by the employee and accepted by HR."""
    for code in codes:
        case = must(handed_in(case, code, policy=policy))
        case = b.act(case, "judge_document", b.HR, b.facts(b.HR, policy=policy), document=case.documents[-1].id,
                     verdict="accept")  # fmt: skip
    return case


def insisting(code: str, by: str = "verify", **over: Any) -> Policy:
    """The demo policy, refusing an act without a document."""
    documents = {
        **b.DEMO.documents,
        code: b.DEMO.documents[code].model_copy(update={"enforce": "block", "by": Act(by)}),
    }
    return b.DEMO.model_copy(update={"documents": documents, **over})


def at_verification(policy: Policy = b.DEMO) -> Case:
    case = b.opened(b.facts(b.HR, policy=policy))
    for kind, by, fields in (
        ("confirm_need", b.HR, {}),
        ("respond", b.EMPLOYEE, {"answer": "accept"}),
        ("record_briefing", b.HR, {"held_on": "2026-11-23", "channel": "rapat", "audience": ["employee"]}),
        ("acknowledge", b.EMPLOYEE, {}),
    ):
        case = b.act(case, kind, by, b.facts(by, policy=policy), **fields)
    return case


def refused(answer: Case | Refusal, code: RefusalCode) -> dict[str, Any]:
    assert isinstance(answer, Refusal) and answer.code is code, answer
    return dict(answer.params)


def test_the_register_proves_what_it_holds_and_paper_proves_the_rest() -> None:
    """D01, D02 and D08 stand in the register; a letter of application and consents are for other cases."""
    case = b.opened()
    assert catalogue.missing(case, b.DEMO, TODAY) == ("D06", "D07", "D09", "D10")
    proved = [e.code for e in catalogue.entries(case, b.DEMO, TODAY) if e.status is DocumentStatus.PROVED]
    assert proved == ["D01", "D02", "D08"]
    own = b.opened(b.facts(b.EMPLOYEE), origin="own_request")
    assert "D03" in catalogue.missing(own, b.DEMO, TODAY)


def test_a_rule_that_does_not_pass_proves_nothing() -> None:
    case = b.opened(b.facts(seats=b.seats(None)))
    assert "D02" in catalogue.missing(case, b.DEMO, TODAY)


def test_a_scope_may_name_kinds_of_posts() -> None:
    data = b.DEMO.documents["D07"]
    scope = data.needed_for[0].model_copy(update={"position_kinds": frozenset({"ADMINISTRATOR"})})
    policy = b.DEMO.model_copy(
        update={"documents": {**b.DEMO.documents, "D07": data.model_copy(update={"needed_for": (scope,)})}}
    )
    case = b.opened()
    assert "D07" not in catalogue.missing(case, policy, TODAY)
    unknown = case.model_copy(update={"to_post": case.to_post.model_copy(update={"kind": None})})
    assert "D07" in catalogue.missing(unknown, policy, TODAY), "a post of unknown kind needs what any kind needs"


def test_a_document_counts_once_accepted_and_until_its_last_day() -> None:
    case = must(handed_in(b.opened(), "D06", issued_on="2026-06-15"))
    assert _status(case, "D06") is DocumentStatus.AWAITING
    case = b.act(case, "judge_document", b.HR, document=case.documents[0].id, verdict="accept")
    assert case.documents[0].valid_until == date(2026, 12, 15)
    assert _status(case, "D06") is DocumentStatus.EXPIRING
    assert _status(case, "D06", date(2026, 11, 14)) is DocumentStatus.ACCEPTED
    assert _status(case, "D06", date(2026, 12, 15)) is DocumentStatus.EXPIRING
    assert _status(case, "D06", date(2026, 12, 16)) is DocumentStatus.EXPIRED


def test_an_accepted_version_counts_while_a_newer_one_waits() -> None:
    case = accepted(b.opened(), "D07")
    case = must(handed_in(case, "D07", "b"))
    assert [d.version for d in case.documents] == [1, 2]
    assert _status(case, "D07") is DocumentStatus.ACCEPTED
    case = b.act(case, "judge_document", b.HR, document=case.documents[0].id, verdict="reject", reason="Palsu")
    assert _status(case, "D07") is DocumentStatus.AWAITING


def test_each_document_has_its_own_verdict_and_a_reason_unless_accepted() -> None:
    case = must(handed_in(b.opened(), "D06"))
    case = must(handed_in(case, "D07", "b"))
    case = b.act(case, "judge_document", b.HR, document=case.documents[0].id, verdict="return", reason="Buram")
    assert [d.verdict for d in case.documents] == [Verdict.RETURN, None]
    assert _status(case, "D06") is DocumentStatus.RETURNED
    again = b.attempt(case, "judge_document", b.HR, document=case.documents[0].id, verdict="return", reason="Buram")
    refused(again, RefusalCode.DOCUMENT_ALREADY_JUDGED)
    gone = b.attempt(case, "judge_document", b.HR, document=f"d_{'a' * 26}", verdict="accept")
    refused(gone, RefusalCode.DOCUMENT_UNKNOWN)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (b.EMPLOYEE, None),
        (b.HR, None),
        (b.ORIGIN_HEAD, None),
        (b.TARGET_HEAD, None),
        (b.BOARD, RefusalCode.NOT_AUTHORISED),
        (b.GOVERNOR, RefusalCode.NOT_AUTHORISED),
        (b.AUDITOR, RefusalCode.NOT_AUTHORISED),
    ],
)
def test_the_employee_hr_and_the_heads_hand_in(by: str, code: RefusalCode | None) -> None:
    answer = handed_in(b.opened(), "D06", by=by)
    assert (answer.code if isinstance(answer, Refusal) else None) is code


def test_whoever_handed_it_in_does_not_judge_it() -> None:
    case = must(handed_in(b.opened(), "D06", by=b.HR))
    fields = {"document": case.documents[0].id, "verdict": "accept"}
    refused(b.attempt(case, "judge_document", b.HR, **fields), RefusalCode.FOUR_EYES)
    assert b.act(case, "judge_document", b.HR2, **fields).documents[0].judged_by == b.HR2
    own = b.attempt(must(handed_in(b.opened(), "D06")), "judge_document", b.EMPLOYEE, **fields)
    refused(own, RefusalCode.NOT_AUTHORISED)


def test_what_is_beyond_the_limits_is_refused() -> None:
    case = b.opened()
    limits = b.DEMO.document_limits
    assert limits is not None
    fits = b.content(content_id("a"), size=limits.max_bytes)
    must(handed_in(case, "D07", stored=fits))
    params = refused(
        handed_in(case, "D07", stored=b.content(content_id("a"), size=limits.max_bytes + 1)),
        RefusalCode.DOCUMENT_TOO_LARGE,
    )
    assert params == {"size": limits.max_bytes + 1, "limit": limits.max_bytes}
    pdf_only = insisting("D07", document_limits=limits.model_copy(update={"media_types": frozenset({MediaType.PDF})}))
    png = b.content(content_id("a"), media_type=MediaType.PNG)
    refused(handed_in(case, "D07", stored=png, policy=pdf_only), RefusalCode.DOCUMENT_TYPE_REFUSED)
    refused(handed_in(case, "D99"), RefusalCode.DOCUMENT_NOT_IN_CATALOGUE)
    refused(handed_in(case, "D06", stored=None), RefusalCode.DOCUMENT_CONTENT_UNKNOWN)
    case = must(handed_in(case, "D07"))
    refused(handed_in(case, "D07"), RefusalCode.DOCUMENT_ALREADY_THERE)
    one = insisting("D07", document_limits=limits.model_copy(update={"max_versions": 1}))
    refused(handed_in(case, "D07", "b", policy=one), RefusalCode.DOCUMENT_VERSIONS_FULL)


def test_a_document_with_a_validity_says_its_date() -> None:
    case = b.opened()
    refused(handed_in(case, "D06", issued_on=None), RefusalCode.DOCUMENT_DATE_REQUIRED)
    must(handed_in(case, "D07", issued_on=None))
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    refused(handed_in(case, "D06", issued_on=tomorrow), RefusalCode.DATE_IN_FUTURE)
    assert must(handed_in(case, "D06", issued_on="2026-05-23")).documents[0].valid_until == TODAY
    refused(handed_in(case, "D06", issued_on="2026-05-22"), RefusalCode.DOCUMENT_EXPIRED)


def test_missing_documents_are_a_flag_for_those_who_decide() -> None:
    case = b.act(at_verification(), "verify", b.HR2)
    assert Flag.DOCUMENTS_MISSING in case.flags
    case = accepted(case, "D06", "D07", "D09")
    assert Flag.DOCUMENTS_MISSING in case.flags
    case = accepted(case, "D10")
    assert Flag.DOCUMENTS_MISSING not in case.flags
    case = b.act(case, "judge_document", b.HR, document=case.documents[0].id, verdict="reject", reason="Palsu")
    assert Flag.DOCUMENTS_MISSING in case.flags


def test_a_policy_may_insist_before_the_verification_or_before_the_approval() -> None:
    strict = insisting("D06")
    waiting = at_verification(strict)
    known = b.facts(b.HR2, policy=strict)
    params = refused(b.attempt(waiting, "verify", b.HR2, known), RefusalCode.DOCUMENTS_MISSING)
    assert params == {"documents": ("D06",)}
    assert b.act(accepted(waiting, "D06", policy=strict), "verify", b.HR2, known).verifiers == (b.HR2,)

    late = insisting("D10", by="decide")
    case = b.act(at_verification(late), "verify", b.HR2, b.facts(b.HR2, policy=late))
    case = b.act(case, "consider", b.BOARD, b.facts(b.BOARD, policy=late), recommendation="recommend")
    case = b.act(case, "propose", b.SECRETARY, b.facts(b.SECRETARY, policy=late), recommendation="recommend")
    known = b.facts(b.GOVERNOR, policy=late)
    refused(b.attempt(case, "decide", b.GOVERNOR, known, decision="approve"), RefusalCode.DOCUMENTS_MISSING)
    rejected = b.act(case, "decide", b.GOVERNOR, known, decision="reject", reason="Tidak perlu")
    assert rejected.closed, "only an approval needs them"
    assert b.act(accepted(case, "D10", policy=late), "decide", b.GOVERNOR, known, decision="approve").approved_at


def test_an_accepted_document_is_reused_while_it_is_good() -> None:
    earlier = accepted(b.opened(), "D06")
    source = earlier.documents[0]
    known = _with_elsewhere(source)
    case = b.act(b.opened(), "add_document", b.EMPLOYEE, known, reuse=source.id)
    taken = case.documents[0]
    assert (taken.sha256, taken.content, taken.verdict, taken.judged_by) == (
        source.sha256, source.content, Verdict.ACCEPT, b.HR,
    )  # fmt: skip
    assert taken.valid_until == source.valid_until
    assert taken.reused_from is not None and taken.reused_from.number == "MUT-2026-000009"


def test_what_is_not_good_or_names_a_post_is_not_reused() -> None:
    waiting = must(handed_in(b.opened(), "D06")).documents[0]
    over = accepted(b.opened(), "D06").documents[0].model_copy(update={"valid_until": TODAY - timedelta(days=1)})
    of_a_post = accepted(b.opened(), "D02").documents[0]
    for source in (waiting, over, of_a_post):
        answer = b.attempt(b.opened(), "add_document", b.EMPLOYEE, _with_elsewhere(source), reuse=source.id)
        refused(answer, RefusalCode.DOCUMENT_NOT_REUSABLE)
    good = accepted(b.opened(), "D06").documents[0]
    answer = b.attempt(b.opened(), "add_document", b.ORIGIN_HEAD, _with_elsewhere(good, b.ORIGIN_HEAD), reuse=good.id)
    refused(answer, RefusalCode.NOT_AUTHORISED)
    refused(b.attempt(b.opened(), "add_document", b.EMPLOYEE, reuse=good.id), RefusalCode.DOCUMENT_UNKNOWN)


def test_a_verdict_can_be_taken_back() -> None:
    case = must(handed_in(b.opened(), "D06"))
    judged = b.act(case, "judge_document", b.HR, document=case.documents[0].id, verdict="accept")
    assert b.act(judged, "undo", b.HR).documents == case.documents


def test_a_policy_without_a_catalogue_loads_and_needs_nothing() -> None:
    older = b.DEMO.model_dump(mode="json", exclude_none=True, exclude={"documents", "document_limits"})
    policy = Policy.model_validate(older)
    case = b.opened()
    assert catalogue.missing(case, policy, TODAY) == () == catalogue.blocking(case, policy, TODAY, Act.VERIFY)
    refused(handed_in(case, "D06", policy=policy), RefusalCode.DOCUMENT_NOT_IN_CATALOGUE)


def test_the_event_binds_the_content_by_what_was_measured() -> None:
    """The hash, size and type are those of the stored content; nobody can claim others."""
    assert {"sha256", "size", "media_type"} <= set(DocumentAdded.model_fields)
    stored = b.content(content_id("a"), size=4321, media_type=MediaType.JPEG)
    added = must(handed_in(b.opened(), "D07", stored=stored)).documents[0]
    assert (added.sha256, added.size, added.media_type) == (stored.sha256, 4321, MediaType.JPEG)


def _with_elsewhere(document: Any, by: str = b.EMPLOYEE) -> Facts:
    return replace(
        b.facts(by), elsewhere=DocumentElsewhere(case="c_earlier", number="MUT-2026-000009", document=document)
    )


def _status(case: Case, code: str, day: date = TODAY) -> DocumentStatus:
    return next(e.status for e in catalogue.entries(case, b.DEMO, day) if e.code == code)
