"""Experience: how long somebody held posts of at least a level, from the posts on record and the one held now."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from domain.facts import Dossier, PostHeld
from domain.ranks import add_months, post_level, whole_months
from domain.vocabulary import PositionKind, Tier


class Span(NamedTuple):
    """A time in a post: both ends included, `end` being today for the post held now."""

    start: date
    end: date
    level: int


def spans(dossier: Dossier, today: date) -> list[Span]:
    """The times in posts that are on record, the present one included."""
    found = [_span(held, today) for held in dossier.history if held.start <= today]
    post, since = dossier.position, dossier.position_since
    if post is not None and since is not None and since <= today:
        found.append(Span(since, today, level_of(post.kind, post.tier)))
    return found


def _span(held: PostHeld, today: date) -> Span:
    return Span(held.start, min(held.end or today, today), level_of(held.kind, held.tier))


def last_level(dossier: Dossier, today: date) -> int | None:
    """The level of the post held now or else of the last one on record; `None` where the record does not tell."""
    post = dossier.position
    if post is not None:
        return post_level(post.kind, post.tier)
    held = [h for h in dossier.history if h.start <= today]
    if not held:
        return None
    last = max(held, key=lambda h: (h.end or date.max, h.start))
    return None if last.kind is PositionKind.FUNCTIONAL and last.tier is None else post_level(last.kind, last.tier)


def level_of(kind: PositionKind, tier: Tier | None) -> int:
    """The level of a post held once; a functional post whose tier is not on record counts as the lowest."""
    return 1 if kind is PositionKind.FUNCTIONAL and tier is None else post_level(kind, tier)


def reached_on(dossier: Dossier, today: date, needed: Sequence[tuple[int, int]]) -> date | None:
    """The first day from today on which so many months in posts of at least a level are complete, for each.

    It is reckoned for who stays in the post he holds; None where that post does not count.
    """

    def complete(days: int) -> bool:
        times = spans(dossier, today + timedelta(days=days))
        return all(months_at(times, level) >= months for level, months in needed)

    now = spans(dossier, today)
    lacking = max(0, *(months - months_at(now, level) for level, months in needed))
    days = range((add_months(today, lacking + 1) - today).days + 1)
    found = bisect_left(days, True, key=complete)
    return today + timedelta(days=found) if found < len(days) else None


def months_at(times: Iterable[Span], level: int) -> int:
    """Completed months in posts of at least a level. Days held twice, in two posts at once, count once."""
    months = 0
    begun: date | None = None
    ended = date.min
    for start, end, _ in sorted(s for s in times if s.level >= level):
        if begun is None or start > ended + timedelta(days=1):
            months += whole_months(begun, ended + timedelta(days=1)) if begun else 0
            begun, ended = start, end
        else:
            ended = max(ended, end)
    return months + (whole_months(begun, ended + timedelta(days=1)) if begun else 0)
