"""A decision being written: events are added one by one and folded at once, so that a later one sees the earlier."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from domain import leases, terms
from domain.case import Case, Recorded
from domain.events import CaseOpened, Event, Move, PauseCause, SeatReleased, Stopped
from domain.evolve import evolve, opened
from domain.facts import Facts, OfficeHeld
from domain.recomputing import pause_of, standing_still
from domain.vocabulary import Stage, Status

_WHY_STOPPED = {Status.AWAITING_TECHNICAL_CONSIDERATION: PauseCause.INCOMPLETE_FILE}
"""What a term stood still for, where it was not a case returned by a holder of its tasks."""


def _why(stopped: Stopped) -> PauseCause:
    return stopped.cause or _WHY_STOPPED.get(stopped.status, PauseCause.RETURNED)


def _from_now(stopped: Stopped, so_far: PauseCause, cause: PauseCause | None, today: date) -> Stopped:
    """A term that stood still for one cause until today, and for another from now on."""
    pause = pause_of(stopped, so_far, today)
    stood = terms.merged((*(stopped.due.pauses or ()), *((pause,) if pause else ())))
    due = stopped.due.model_copy(update={"pauses": stood or None})
    return Stopped(status=stopped.status, on=today, due=due, cause=cause)


class Step(NamedTuple):
    """An event and the case as it is after it."""

    event: Event
    case: Case


class Decision(NamedTuple):
    """What a command did, step by step, and the office acted in. No steps: nothing was to be done."""

    steps: tuple[Step, ...]
    office: OfficeHeld | None = None

    @property
    def events(self) -> list[Event]:
        return [step.event for step in self.steps]


class Draft:
    """The case and the steps decided so far.

    `by` is a person or the clock; `office` the one acted in, if any; `stamp` the fields that the first event
    carries for the whole act (what act it is, its reason, until when it can be undone).
    """

    def __init__(
        self,
        case: Case,
        facts: Facts,
        by: str,
        office: OfficeHeld | None = None,
        stamp: Mapping[str, Any] | None = None,
    ) -> None:
        self.case = case
        self.facts = facts
        self.by = by
        self.office = office
        self.steps: list[Step] = []
        self._stamp = stamp or {}

    @classmethod
    def opening(cls, case_id: str, event: CaseOpened, facts: Facts, by: str) -> "Draft":
        recorded = Recorded(seq=1, at=facts.now, by=by, event=event)
        draft = cls(opened(recorded, case_id), facts, by)
        draft.steps.append(Step(event, draft.case))
        return draft

    @property
    def now(self) -> datetime:
        return self.facts.now

    @property
    def sides(self) -> frozenset[str]:
        """Who is bound by the act: whoever does it, and on whose mandate."""
        principal = self.office.on_behalf_of if self.office and self.office.mandate else None
        return frozenset(p for p in (self.by, principal) if p)

    def add(self, event: Event) -> None:
        if not self.steps and self._stamp:
            event = event.model_copy(update=dict(self._stamp))
        office = self.office
        recorded = Recorded(
            seq=self.case.seq + 1,
            at=self.now,
            by=self.by,
            office=office.office if office else None,
            principal=office.on_behalf_of if office and office.mandate else None,
            event=event,
        )
        self.case = evolve(self.case, recorded)
        self.steps.append(Step(event, self.case))

    def move_to(
        self, status: Status, days: int | None = None, final_days: int | None = None, stage: Stage | None = None
    ) -> Move:
        """The move into a status with its term as the policy of the case has it.

        A term that stood still since the case was returned goes on where it stopped.
        """
        facts, case = self.facts, self.case
        returned = next((s for s in case.stopped or () if s.status is status), None)
        since = returned.due.start if returned and days is None else facts.today
        stood = standing_still(status, case.kind, facts, since)
        if returned is not None and days is None:
            back = terms.move_back_to(
                returned,
                pause_of(returned, _why(returned), facts.today),
                stood,
                facts.policy,
                facts.calendar,
                self.now,
            )
            if back is not None:
                return back
        return terms.move_to(
            status,
            origin=case.origin,
            policy=facts.policy,
            calendar=facts.calendar,
            now=self.now,
            days=days,
            final_days=final_days,
            stage=stage,
            pauses=stood,
        )

    def stopped(self, ground: str | None = None) -> Stopped | None:
        """The running term as it stands still from now on; None where none runs."""
        due = self.case.due
        return Stopped(status=self.case.status, on=self.facts.today, due=due, ground=ground) if due else None

    def stopped_outside(self, cause: PauseCause | None = None) -> Stopped | None:
        """The term of another agency as it stands still from now on for another cause: one that ran, or that a hold
        or a case set back had stopped, with the days it stood so far told as what they were. None where there is none.
        """
        case, today = self.case, self.facts.today
        if case.status in leases.WITH_OTHERS:
            running = self.stopped()
            return running and running.model_copy(update={"cause": cause})
        held = case.held.stopped if case.held else None
        if held is not None and held.status in leases.WITH_OTHERS:
            return _from_now(held, PauseCause.ON_HOLD, cause, today)
        back = next((s for s in case.stopped or () if s.cause is PauseCause.SET_BACK), None)
        return _from_now(back, PauseCause.SET_BACK, cause, today) if back else None

    def release_seat(self) -> None:
        if self.case.seat is not None:
            self.add(SeatReleased(position=self.case.to_post.position, seat=self.case.seat))
