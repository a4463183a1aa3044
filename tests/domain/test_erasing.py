"""When a case may be erased, and by whom."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.case import Case
from domain.erasing import Standing, erasable_from, may_confirm, may_propose
from domain.policy import RetentionPolicy
from domain.refusals import Refusal, RefusalCode
from domain.vocabulary import Stage
from tests.domain import builders as b

TEN = RetentionPolicy(years=10, ground="UU 27/2022")
OVER = datetime(2028, 2, 29, 3, tzinfo=UTC)
OPEN = b.opened()
CASE = OPEN.model_copy(update={"stage": Stage.CLOSED, "since": OVER, "undo": None})
LATER = datetime(2038, 3, 1, 3, tzinfo=UTC)


def proposed(
    case: Case = CASE, retention: RetentionPolicy | None = TEN, standing: Standing | None = None,
    now: datetime = LATER, by: str = "p_a",
) -> RefusalCode | None:  # fmt: skip
    refusal = may_propose(case, retention, standing or Standing(), now, by)
    return refusal.code if isinstance(refusal, Refusal) else None


def test_the_term_is_reckoned_from_the_day_the_case_was_over() -> None:
    assert erasable_from(CASE, TEN, LATER) == date(2038, 3, 1), "29 February has no like in ten years"
    assert erasable_from(OPEN, TEN, LATER) is None
    assert proposed() is None
    assert proposed(now=LATER - timedelta(days=1)) is RefusalCode.RETENTION_RUNS


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"case": OPEN}, RefusalCode.CASE_NOT_OVER),
        ({"retention": None}, RefusalCode.RETENTION_WITHOUT_TERM),
        ({"standing": Standing(held=True)}, RefusalCode.LEGAL_HOLD),
        ({"standing": Standing("p_b")}, RefusalCode.ERASURE_PROPOSED),
        ({"standing": Standing("p_b", confirmed=True)}, RefusalCode.ALREADY_ERASED),
        ({"standing": Standing("p_b", confirmed=True, erased=True)}, RefusalCode.ALREADY_ERASED),
        ({"by": CASE.subject}, RefusalCode.OWN_CASE),
    ],
)
def test_what_stands_against_it_is_named(changed: dict[str, object], code: RefusalCode) -> None:
    assert proposed(**changed) is code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("standing", "by", "code"),
    [
        (Standing("p_a"), "p_b", None),
        (Standing("p_a"), "p_a", RefusalCode.SECOND_PERSON_REQUIRED),
        (Standing("p_a"), CASE.subject, RefusalCode.OWN_CASE),
        (Standing(), "p_b", RefusalCode.ERASURE_NOT_PROPOSED),
        (Standing("p_a", held=True), "p_b", RefusalCode.LEGAL_HOLD),
    ],
)
def test_another_person_confirms(standing: Standing, by: str, code: RefusalCode | None) -> None:
    refusal = may_confirm(CASE, TEN, standing, LATER, by)
    assert (refusal.code if refusal else None) is code
