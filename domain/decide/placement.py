"""Placement and review: the decree, the move on the effective date, the duty, and what came of it."""

from datetime import date, timedelta

from domain import terms, windows
from domain.commands import ConfirmDuty, IssueDecree, RecordReview
from domain.decide.approval import competence_gap, figures, ratings
from domain.decide.draft import Draft
from domain.decide.objection import unfinished
from domain.decide.onward import unconsidered
from domain.decide.recheck import refuse_retired, refuse_without_post, turned
from domain.events import (
    CaseClosed,
    Comparison,
    DecreeIssued,
    DutyConfirmed,
    Move,
    PersonReleased,
    PlacementBlocked,
    PlacementMade,
    ReviewMissed,
    ReviewOpened,
    ReviewRecorded,
    ServiceFigure,
    Staffing,
    Wake,
    WakeKind,
)
from domain.facts import Window
from domain.refusals import Refusal, RefusalCode, refuse
from domain.vocabulary import Outcome, Status


def issue_decree(draft: Draft, command: IssueDecree) -> Refusal | None:
    """Record the decree; the move follows on its effective date, at once if that has come."""
    facts = draft.facts
    if command.date > facts.today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="date")
    decided_on = facts.calendar.local_day(draft.case.approved_at or draft.case.since)
    if command.date < decided_on:
        return refuse(RefusalCode.DATE_TOO_EARLY, field="date", earliest=decided_on.isoformat())
    if refused := refuse_without_post(draft) or unconsidered(draft.case, command.date):
        return refused
    if refused := refuse_retired(draft, command.effective_on):
        return refused
    closed = _closed(draft, command.date, command.effective_on)
    if refusal := windows.gate(closed, facts, command.consents):
        return refusal
    opened, marks = windows.grounds(closed), windows.timing(facts)
    due = command.effective_on <= facts.today
    draft.add(
        DecreeIssued(
            number=command.number,
            date=command.date,
            effective_on=command.effective_on,
            consents=windows.recorded(command.consents),
            windows=opened,
            timing=marks,
            flags=windows.flags(marks, opened),
            move=None
            if due
            else terms.waiting_for(
                Status.AWAITING_EFFECTIVE_DATE, command.effective_on, WakeKind.EFFECT, facts.calendar
            ),
        )
    )
    if due:
        place(draft)
    return None


def _closed(draft: Draft, *days: date) -> list[Window]:
    """Windows that no consent has opened, on some days; a post that is gone is in none."""
    target = draft.facts.target
    return windows.closed_windows(draft.case, draft.facts, target, *days) if target else []


def place(draft: Draft) -> None:
    """On the effective date: re-check, then seat and incumbency move together, or nothing does.

    Of who leaves for another agency the incumbency ends.
    """
    case = draft.case
    if causes := _obstacles(draft):
        draft.add(PlacementBlocked(causes=causes, move=draft.move_to(Status.PLACEMENT_BLOCKED)))
        return
    assert case.effective_on is not None, "what takes effect has its day"
    entered = windows.grounds(_closed(draft, case.effective_on))
    if case.to_post.outside:
        draft.add(
            PersonReleased(
                agency=case.to_post.agency_name,
                effective_on=case.effective_on,
                windows=entered,
                flags=windows.flags((), entered),
                move=draft.move_to(Status.AWAITING_DUTY),
            )
        )
        return
    assert case.seat is not None, "without its seat a placement is blocked"
    draft.add(
        PlacementMade(
            position=case.to_post.position,
            seat=case.seat,
            effective_on=case.effective_on,
            windows=entered,
            flags=windows.flags((), entered),
            move=draft.move_to(Status.AWAITING_DUTY),
        )
    )


def _obstacles(draft: Draft) -> tuple[str, ...]:
    facts, case = draft.facts, draft.case
    if facts.dossier is None:
        return ("employee_gone",)
    if facts.target is None or facts.seats is None:
        return ("post_gone",)
    causes = ["decree_suspended"] if case.suspended else []
    present = facts.dossier.position.code if facts.dossier.position else None
    if present != (case.from_post.position if case.from_post else None):
        causes.append("post_of_origin_changed")
    if not case.to_post.outside and (case.seat is None or not facts.seats.ours_holds):
        causes.append("seat_lost")
    if not facts.policy.routes[case.kind].fills(facts.target.kind, facts.target.tier):
        causes.append("post_beyond_route")
    return (*causes, *turned(draft))


def confirm_duty(draft: Draft, command: ConfirmDuty) -> Refusal | None:
    """The person took up duty; the reviews begin to count from the placement."""
    case = draft.case
    if command.started_on > draft.facts.today:
        return refuse(RefusalCode.DATE_IN_FUTURE, field="started_on")
    if case.placed_on and command.started_on < case.placed_on:
        return refuse(RefusalCode.DUTY_BEFORE_EFFECT, effective_on=case.placed_on.isoformat())
    draft.add(DutyConfirmed(started_on=command.started_on, move=await_review(draft)))
    return None


def await_review(draft: Draft) -> Move:
    """The move into the wait for the next review that is neither recorded nor missed."""
    placed, done = draft.case.placed_on, max((*draft.case.reviewed, draft.case.review_day or 0, 0))
    assert placed is not None, "reviews follow a placement"
    day = next(d for d in draft.facts.policy.review.days if d > done)
    return terms.waiting_for(
        Status.BETWEEN_REVIEWS, placed + timedelta(days=day), WakeKind.REVIEW, draft.facts.calendar
    )


def open_review(draft: Draft) -> None:
    """The day of a review has come; one that was not recorded before is written down as missed."""
    days = draft.facts.policy.review.days
    missed = draft.case.review_day
    done = max((*draft.case.reviewed, missed or 0, 0))
    if missed is not None:
        draft.add(ReviewMissed(day=missed))
    day = next(d for d in days if d > done)
    draft.add(ReviewOpened(day=day, move=review_due(draft, day)))


def review_due(draft: Draft, day: int, days: int | None = None) -> Move:
    """The move into the review of a day, with its term or the `days` left of it.

    The next review day ends this one, recorded or not; later reminders of this one fall away.
    """
    move = draft.move_to(Status.REVIEW_DUE, days=days)
    later = next((d for d in draft.facts.policy.review.days if d > day), None)
    if later is None:
        return move
    assert draft.case.placed_on is not None, "reviews follow a placement"
    opens = draft.facts.calendar.at(draft.case.placed_on + timedelta(days=later), terms.START_OF_DAY)
    before = tuple(w for w in move.wakes if w.at < opens)
    return move.model_copy(update={"wakes": (*before, Wake(at=opens, what=WakeKind.REVIEW))})


def record_review(draft: Draft, command: RecordReview) -> Refusal | None:
    """Compare with the baseline; after the last review the mutation is complete."""
    days = draft.facts.policy.review.days
    if command.day not in days:
        return refuse(RefusalCode.REVIEW_DAY_UNKNOWN, days=tuple(map(str, days)))
    if command.day != draft.case.review_day:
        return refuse(RefusalCode.REVIEW_NOT_DUE, day=command.day, due=draft.case.review_day or 0)
    last = command.day == days[-1]
    if last and (refused := unfinished(draft.case)):
        return refused
    draft.add(
        ReviewRecorded(
            day=command.day,
            outcome=command.outcome,
            comparison=_compared(draft, figures(command.measures)),
            personal=_compared_person(draft),
            move=None if last else await_review(draft),
        )
    )
    if last:
        draft.add(CaseClosed(move=terms.closing(Outcome.PLACED)))
    return None


def _compared(draft: Draft, now: tuple[ServiceFigure, ...]) -> tuple[Comparison, ...]:
    """Units by their staffing, services by the measures named before the decision, missing ones included."""
    base, seats = draft.case.baseline, draft.facts.seats
    then = {m.code: m.value for m in base.measures} if base else {}
    today = {m.code: m.value for m in now}
    units = [
        _comparison(
            "destination_staffing", base.destination_unit if base else None, seats.destination_unit if seats else None
        ),
        _comparison("origin_staffing", base.origin_unit if base else None, seats.origin_unit if seats else None),
    ]
    if draft.case.to_post.outside:
        units = units[1:]  # what became of a unit of another agency nobody here has measured
    services = [_change(code, then.get(code), today.get(code)) for code in dict.fromkeys((*then, *today))]
    return (*units, *services)


def _compared_person(draft: Draft) -> tuple[Comparison, ...]:
    facts, base = draft.facts, draft.case.baseline
    if facts.dossier is None or facts.target is None:
        return ()
    gap_then = base.competence_gap if base else None
    gap_now = competence_gap(facts.dossier, facts.target)
    before, after = _latest(facts.baseline_ratings), _latest(ratings(facts.dossier))
    return (
        Comparison(measure="rating", baseline=before, now=after),
        _change("competence_gap", _text(gap_then), _text(gap_now)),
    )


def _latest(rated: dict[str, str]) -> str | None:
    year = max(rated, default=None)
    return f"{year} {rated[year]}" if year else None


def _comparison(measure: str, then: Staffing | None, now: Staffing | None) -> Comparison:
    return _change(measure, _text(then.occupied if then else None), _text(now.occupied if now else None))


def _text(value: int | None) -> str | None:
    return None if value is None else str(value)


def _change(measure: str, then: str | None, now: str | None) -> Comparison:
    """The difference where both sides are whole numbers; otherwise the two values stand beside each other."""
    change = None
    if then is not None and now is not None and _whole(then) and _whole(now):
        change = f"{int(now) - int(then):+d}"
    return Comparison(measure=measure, baseline=then, now=now, change=change)


def _whole(text: str) -> bool:
    return text.lstrip("-").isdecimal() and text.isascii()
