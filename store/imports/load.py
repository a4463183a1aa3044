"""Bringing the register to what the files say, in the caller's transaction: superseding, never overwriting.

Rows of the register that no file names are left alone.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from sqlalchemy import Connection, text

from domain.facts import REGISTER
from domain.vocabulary import UnitKind
from store.imports import offices
from store.imports.calendar import settle_holidays
from store.imports.comparing import Counts, Values, compare
from store.imports.findings import Finding
from store.imports.freed import leave_calls, vacant
from store.imports.occupancy import settle_occupancy
from store.imports.people import People, settle_people
from store.imports.recording import current_rows, record, supersede
from store.imports.records import EmployeeRecord, OfficeRecord, Province, UnitRecord
from store.imports.supplied import (
    CONDITION_COLUMNS,
    HISTORY_COLUMNS,
    RATING_COLUMNS,
    Filed,
    Weighed,
    weigh_conditions,
    weigh_history,
    weigh_ratings,
)
from store.imports.validation import Progress

_LOCK = text("LOCK TABLE rating, condition, post_history, occupancy, seat, person IN SHARE ROW EXCLUSIVE MODE")
"""Cases write these too: what was compared must still be so when it is written, and two imports take turns."""


class Loaded(NamedTuple):
    """What changed, by table, and where the register knew better than the files."""

    counts: dict[str, Counts]
    stale: list[Finding]


class _Result(NamedTuple):
    counts: dict[str, Counts]
    stale: Sequence[Finding] = ()


_Step: TypeAlias = Callable[[], _Result]


def load(connection: Connection, province: Province, today: date, progress: Progress | None = None) -> Loaded:
    """Load the good rows as of `today`. Raises what the database raises; the transaction is the caller's to end."""
    connection.execute(_LOCK)
    before = vacant(connection, today)
    people = settle_people(connection, province.employees, province.offices)
    loading = _Loading(connection, province, people, today)
    counts: dict[str, Counts] = {}
    stale: list[Finding] = []
    for done, step in enumerate(loading.steps, start=1):
        result = step()
        counts |= result.counts
        stale += result.stale
        if progress:
            progress("loading", done, len(loading.steps))
    leave_calls(connection, before, today)
    return Loaded(counts, stale)


class _Loading:
    """The steps of one load, each for one file; they share persons and connection."""

    def __init__(self, connection: Connection, province: Province, people: People, today: date) -> None:
        self._connection = connection
        self._province = province
        self._people = people
        self._today = today
        self.steps: tuple[_Step, ...] = (
            self._units,
            self._positions,
            self._employees,
            self._posts,
            self._ratings,
            self._competences,
            self._talent,
            self._conditions,
            self._history,
            self._offices,
            self._windows,
            self._holidays,
        )

    def _settle(self, table: str, columns: Sequence[str], incoming: Sequence[Values], identity: int) -> Counts:
        difference = compare(current_rows(self._connection, table, columns), incoming, identity)
        record(self._connection, table, columns, difference)
        return difference.counts

    def _units(self) -> _Result:
        columns = ("code", "name", "short_name", "parent_code", "kind", "district", "service_critical")
        incoming = unit_values(self._province.units)
        return _Result({"units": self._settle("unit", (*columns, "agency_code", "ancestors"), incoming, 1)})

    def _positions(self) -> _Result:
        columns = (
            *("code", "title", "unit_code", "kind", "tier", "echelon", "job_class", "required"),
            *("min_grade", "max_grade", "education_min", "education_fields", "competences", "abk_year"),
        )
        incoming = [post[:-1] for post in self._province.positions]
        return _Result({"positions": self._settle("position", columns, incoming, 1)})

    def _employees(self) -> _Result:
        columns = (
            *("person_id", "status", "grade", "grade_since", "appointed_on", "education", "education_field"),
            *("birth_date", "sex", "domicile_district", "spouse_id", "email", "phone"),
        )
        incoming = [self._profile(employee) for employee in self._province.employees]
        difference = compare(current_rows(self._connection, "employee", columns), incoming, 1)
        record(self._connection, "employee", columns, difference)
        # A new name is kept with the person, not with the profile; it is a change of the employee all the same.
        rewritten = {values[0] for values in [*difference.added, *(values for _, values in difference.changed)]}
        only_renamed = {self._people.by_nip[nip].id for nip in self._people.renamed} - rewritten
        counts = difference.counts
        return _Result(
            {
                "employees": counts._replace(
                    changed=counts.changed + len(only_renamed), unchanged=counts.unchanged - len(only_renamed)
                )
            }
        )

    def _profile(self, employee: EmployeeRecord) -> Values:
        person = self._people.by_nip[employee.nip].id
        spouse = self._people.id_of(employee.spouse_nip)
        return (
            *(person, employee.status, employee.grade, employee.grade_since, employee.appointed_on),
            *(employee.education, employee.education_field, employee.birth_date, employee.sex),
            *(employee.domicile_district, None if spouse == person else spouse, employee.email, employee.phone),
        )

    def _posts(self) -> _Result:
        occupied = settle_occupancy(
            self._connection, self._province.positions, self._province.employees, self._people, self._today
        )
        return _Result({"seats": occupied.seats, "posts": occupied.posts}, occupied.stale)

    def _ratings(self) -> _Result:
        filed = [
            Filed(
                (self._id(r.nip), r.year, r.rating, r.work_result, r.behaviour, self._id(r.rater_nip), REGISTER), r.line
            )
            for r in self._province.ratings
        ]
        weighed = weigh_ratings(current_rows(self._connection, "rating", RATING_COLUMNS), filed)
        return self._settle_weighed("ratings", "rating", RATING_COLUMNS, weighed, 2)

    def _conditions(self) -> _Result:
        filed = [
            Filed((self._id(c.nip), c.kind, c.start, c.reference, c.end, REGISTER), c.line)
            for c in self._province.conditions
        ]
        weighed = weigh_conditions(current_rows(self._connection, "condition", CONDITION_COLUMNS), filed)
        return self._settle_weighed("conditions", "condition", CONDITION_COLUMNS, weighed, 4)

    def _history(self) -> _Result:
        filed = [
            Filed((self._id(h.nip), h.start, h.title, h.kind, h.tier, h.unit, h.end, REGISTER), h.line)
            for h in self._province.history
        ]
        weighed = weigh_history(current_rows(self._connection, "post_history", HISTORY_COLUMNS), filed)
        return self._settle_weighed("history", "post_history", HISTORY_COLUMNS, weighed, 3)

    def _settle_weighed(
        self, name: str, table: str, columns: Sequence[str], weighed: Weighed, identity: int
    ) -> _Result:
        difference = compare(weighed.current, weighed.incoming, identity)
        record(self._connection, table, columns, difference)
        counts = difference.counts
        counts = counts._replace(unchanged=counts.unchanged + weighed.agreed, kept=len(weighed.stale))
        return _Result({name: counts}, weighed.stale)

    def _competences(self) -> _Result:
        columns = ("person_id", "competence", "level", "assessed_on", "source")
        incoming = [(self._id(c.nip), *c[1:-1]) for c in self._province.competences]
        return _Result({"competences": self._settle("competence", columns, incoming, 2)})

    def _talent(self) -> _Result:
        columns = ("person_id", "year", "performance_axis", "potential_axis")
        incoming = [(self._id(t.nip), *t[1:-1]) for t in self._province.talent]
        return _Result({"talent": self._settle("talent", columns, incoming, 2)})

    def _offices(self) -> _Result:
        filed = [
            Filed(
                (o.office, o.unit_code, self._holder(o), o.capacity, o.start, o.holder_name, o.end, o.instrument),
                o.line,
            )
            for o in self._province.offices
        ]
        rows = current_rows(self._connection, "office", (*offices.COLUMNS, "appointment_id"))
        signed = [values[:-1] for _, values in rows if values[-1] is not None]
        current = [(number, values[:-1]) for number, values in rows if values[-1] is None]
        weighed = offices.weigh_terms(signed, filed)
        difference, wrong = offices.compare_terms(current, weighed.incoming)
        supersede(self._connection, "office", wrong)
        record(self._connection, "office", offices.COLUMNS, difference)
        counts = difference.counts._replace(
            changed=len(difference.changed) + len(wrong),
            unchanged=difference.unchanged + weighed.agreed,
            kept=len(weighed.stale),
        )
        return _Result({"offices": counts}, weighed.stale)

    def _windows(self) -> _Result:
        columns = ("kind", "valid_from", "ground", "valid_to", "scope")
        incoming = [(w.kind, w.start, w.ground, w.end, w.scope) for w in self._province.windows]
        return _Result({"windows": self._settle("restricted_window", columns, incoming, 3)})

    def _holidays(self) -> _Result:
        incoming = [(h.day, h.name, h.kind) for h in self._province.holidays]
        return _Result({"holidays": settle_holidays(self._connection, incoming)})

    def _id(self, nip: str | None) -> str | None:
        return self._people.id_of(nip)

    def _holder(self, office: OfficeRecord) -> str:
        nip = office.holder_nip
        return (self._people.by_name[office.holder_name] if nip is None else self._people.by_nip[nip]).id


def unit_values(units: Sequence[UnitRecord]) -> list[Values]:
    """Units with their agency, the nearest self-or-above that is neither `unit` nor `branch`, and all above them.

    A unit with no such agency belongs to the topmost unit above it.
    """
    by_code = {unit.code: unit for unit in units}
    values: list[Values] = []
    for unit in units:
        chain = [unit]
        while chain[-1].parent_code is not None:
            chain.append(by_code[chain[-1].parent_code])
        agency = next((above for above in chain if above.kind not in (UnitKind.UNIT, UnitKind.BRANCH)), chain[-1])
        values.append((*unit[:-1], agency.code, tuple(above.code for above in chain)))
    return values
