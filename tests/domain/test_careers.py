"""Experience: what is on record may be enough, what is not on record is unknown, and no day counts twice."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from domain import careers
from domain.calendar import PROVINCE
from domain.events import RuleResult
from domain.facts import PostHeld
from domain.policy import Policy
from domain.rules import RULES, Question
from domain.vocabulary import PositionKind, Tier
from tests.domain import builders as b

TODAY = b.facts().today
ADMINISTRATOR = {"kind": PositionKind.ADMINISTRATOR, "tier": None}
EXECUTIVE = {"kind": PositionKind.JPT_PRATAMA, "tier": None}


def held(start: date, end: date | None, **over: Any) -> PostHeld:
    fields = {"title": "Kepala Seksi", "kind": PositionKind.SUPERVISOR, "unit": "DPUPR-S", "start": start, "end": end}
    return PostHeld.model_validate({**fields, **over})


def experience(post: dict[str, Any], rule: str = "E13", policy: Policy = b.DEMO, **person: Any) -> tuple[str, Any]:
    facts = b.facts(policy=policy)
    result = RULES[rule](Question(facts, b.dossier(**person), b.position(**post)), policy.rules[rule])
    return result.outcome, result.value


# TODAY is 23 November 2026; three years as supervisor or equal are asked for.
SINCE = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("history", "since", "expected"),
    [
        ((), date(2023, 11, 24), ("pass", 36)),
        ((), date(2023, 11, 25), ("unknown", 35)),
        ((held(date(2023, 11, 24), date(2025, 12, 31)),), SINCE, ("pass", 36)),
        ((held(date(2023, 11, 25), date(2025, 12, 31)),), SINCE, ("fail", 35)),
        ((held(date(2010, 1, 1), date(2025, 12, 31), kind=PositionKind.STAFF),), SINCE, ("fail", 10)),
        ((held(date(2022, 1, 1), date(2026, 11, 1)),), SINCE, ("pass", 58)),
        ((held(date(2020, 1, 1), date(2021, 12, 31)), held(date(2022, 1, 1), date(2022, 12, 31))), SINCE, ("pass", 46)),
        ((held(date(2027, 1, 1), None),), SINCE, ("fail", 10)),
    ],
)
def test_experience_for_an_administrator(history: tuple[PostHeld, ...], since: date, expected: tuple[str, int]) -> None:
    assert date(2026, 11, 23) == TODAY
    assert experience(ADMINISTRATOR, history=history, position_since=since) == expected


@pytest.mark.parametrize(
    ("post", "rule", "person", "expected"),
    [
        (ADMINISTRATOR, "E13", {"history": (held(date(2023, 11, 25), date(2025, 12, 31)),)}, date(2026, 11, 24)),
        (ADMINISTRATOR, "E13", {"history": (held(date(2020, 1, 31), date(2020, 6, 29)),)}, date(2028, 7, 31)),
        (EXECUTIVE, "E14", {"history": (held(date(2020, 1, 1), date(2025, 12, 31)),)}, None),
        (ADMINISTRATOR, "E13", {"position": None, "history": (held(date(2024, 1, 1), date(2025, 12, 31)),)}, None),
    ],
)  # fmt: skip
def test_it_says_when_the_experience_is_complete(
    post: dict[str, Any], rule: str, person: dict[str, Any], expected: date | None
) -> None:
    """The present post counts on while it is held; where it does not count, no day is promised."""

    def judged(day: date) -> RuleResult:
        facts = b.facts(now=datetime.combine(day, time(12), PROVINCE))
        dossier = b.dossier(**{"position_since": SINCE, **person})
        return RULES[rule](Question(facts, dossier, b.position(**post)), b.DEMO.rules[rule])

    found = judged(TODAY)
    assert (found.outcome, found.eligible_from) == ("fail", expected)
    if expected is not None:
        assert (judged(expected - timedelta(days=1)).outcome, judged(expected).outcome) == ("fail", "pass")


def test_a_policy_pinned_before_this_rule_had_figures_still_asks_and_does_not_know() -> None:
    rules = {**b.DEMO.rules, "E13": b.DEMO.rules["E13"].model_copy(update={"experience": None})}
    assert experience(ADMINISTRATOR, policy=b.DEMO.model_copy(update={"rules": rules})) == ("unknown", None)


def test_nobody_is_asked_who_does_not_rise() -> None:
    assert experience({})[0] == "not_applicable"


def test_an_executive_needs_years_near_the_post_and_years_in_all() -> None:
    near = held(date(2024, 1, 1), date(2025, 12, 31), kind=PositionKind.ADMINISTRATOR)
    early = held(date(2015, 1, 1), date(2019, 12, 31), kind=PositionKind.STAFF)
    assert experience(EXECUTIVE, "E14", history=(early,), position_since=SINCE) == ("fail", 0)
    assert experience(EXECUTIVE, "E14", history=(near,), position_since=SINCE) == ("fail", 34)
    assert experience(EXECUTIVE, "E14", history=(near, early), position_since=SINCE)[0] == "pass"


def test_two_posts_at_once_count_once_and_a_gap_does_not() -> None:
    times = [
        careers.Span(date(2020, 1, 1), date(2020, 12, 31), 4),
        careers.Span(date(2020, 7, 1), date(2021, 6, 30), 5),
        careers.Span(date(2022, 1, 1), date(2022, 3, 31), 4),
        careers.Span(date(2010, 1, 1), date(2019, 12, 31), 1),
    ]
    assert careers.months_at(times, 4) == 18 + 3
    assert careers.months_at(times, 6) == 0
    assert careers.level_of(PositionKind.FUNCTIONAL, None) == 1 < careers.level_of(PositionKind.FUNCTIONAL, Tier.MUDA)
