"""Small makers of facts for tests of the law: everything fits unless a test says otherwise."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from domain.calendar import Calendar, Holiday
from domain.case import Case
from domain.commands import OpenCase, OutsidePost, parse_command
from domain.decide import Decision, decide, open_case
from domain.decide.opening import named_outside
from domain.events import OUTSIDE, Listed, Staffing
from domain.facts import Actor, Dossier, Facts, OfficeHeld, Place, Position, RatingFact, Seats, StoredContent
from domain.policy import Policy, from_toml
from domain.refusals import Refusal
from domain.vocabulary import Capacity, EmployeeStatus, HolidayKind, MediaType, Office, PositionKind, Rating, Tier

POLICIES = Path(__file__).resolve().parents[2] / "policies"
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday 10:00 in Mamuju

EMPLOYEE, HR, HR2, HR_HEAD = "p_employee", "p_hr", "p_hr2", "p_hrhead"
BOARD, BOARD2, SECRETARY, GOVERNOR = "p_board", "p_board2", "p_secretary", "p_governor"
ORIGIN_HEAD, TARGET_HEAD, AUDITOR = "p_originhead", "p_targethead", "p_auditor"


def policy(name: str = "demo.toml") -> Policy:
    return from_toml((POLICIES / name).read_text(), lambda base: (POLICIES / base).read_text())


DEMO = policy()


def held(person: str, office: Office, unit: str | None = None, capacity: Capacity = Capacity.DEFINITIVE) -> OfficeHeld:
    return OfficeHeld(
        office=office, unit=unit, person=person, name=person.title(), capacity=capacity, instrument="SK 1/2026"
    )


HOLDERS = (
    held(GOVERNOR, Office.GOVERNOR),
    held(SECRETARY, Office.REGIONAL_SECRETARY, "SETDA"),
    held(HR_HEAD, Office.HR_HEAD, "BKD"),
    held(HR, Office.HR_OFFICER, "BKD"),
    held(HR2, Office.HR_OFFICER, "BKD"),
    held(BOARD, Office.BOARD_MEMBER, "SETDA"),
    held(BOARD2, Office.BOARD_MEMBER, "SETDA"),
    held(ORIGIN_HEAD, Office.AGENCY_HEAD, "DPUPR"),
    held(TARGET_HEAD, Office.AGENCY_HEAD, "DLH"),
)


def position(code: str = "DLH-S-04", **over: Any) -> Position:
    agency = code.split("-")[0]
    fields: dict[str, Any] = {
        "code": code,
        "title": "Analis Hukum Ahli Muda",
        "unit": f"{agency}-S",
        "unit_name": f"Sekretariat {agency}",
        "agency": agency,
        "agency_name": f"Dinas {agency}",
        "kind": PositionKind.FUNCTIONAL,
        "tier": Tier.MUDA,
        "echelon": None,
        "job_class": 9,
        "required": 1,
        "min_grade": "III/c",
        "max_grade": "III/d",
        "education_min": "S1",
        "education_fields": ("Hukum",),
        "competences": {},
        "abk_year": 2025,
    }
    return Position.model_validate({**fields, **over})


def dossier(**over: Any) -> Dossier:
    fields: dict[str, Any] = {
        "person": EMPLOYEE,
        "nip": "198811182017011945",
        "name": "Arifuddin Daenglipa, S.H.",
        "status": EmployeeStatus.PNS,
        "grade": "III/c",
        "appointed_on": date(2017, 1, 1),
        "birth_date": date(1988, 11, 18),
        "education": "S1",
        "education_field": "Hukum",
        "position": position("DPUPR-S-02"),
        "position_since": date(2022, 2, 21),
        "ratings": tuple(
            RatingFact(year=y, rating=Rating.BAIK, source="register", as_of=date(2026, 1, 5))
            for y in (2023, 2024, 2025)
        ),
        "as_of": date(2026, 11, 1),
    }
    return Dossier.model_validate({**fields, **over})


def seats(free: int | None = 1, occupied: int = 0, **over: Any) -> Seats:
    fields: dict[str, Any] = {
        "target": Staffing(code="DLH-S-04", required=1, occupied=occupied, held=0),
        "free_seat": free,
        "origin": Staffing(code="DPUPR-S-02", required=2, occupied=3, held=0),
        "origin_unit": Staffing(code="DPUPR-S", required=10, occupied=9, held=0),
        "destination_unit": Staffing(code="DLH-S", required=10, occupied=7, held=0),
    }
    return Seats.model_validate({**fields, **over})


def place(on_list: bool = True, rank: int | None = 1, **over: Any) -> Place:
    """Where the employee stands in a ranking of 40 people whose first ten are the list."""
    listed = tuple(Listed(person=f"p_{n}", score=90 - n) for n in range(1, 10 + (not on_list)))
    if on_list:
        listed = (Listed(person=EMPLOYEE, score=95), *listed)
    fields: dict[str, Any] = {"length": 10, "field": 40, "busy": 2, "score": 95 if on_list else 60}
    return Place.model_validate({**fields, "listed": listed, "on_list": on_list, "rank": rank, **over})


def content(content_id: str, size: int = 2000, media_type: MediaType = MediaType.PDF) -> StoredContent:
    """Content somebody has stored; its hash follows from its id."""
    return StoredContent(
        id=content_id, sha256=hashlib.sha256(content_id.encode()).hexdigest(), size=size, media_type=media_type
    )


CALENDAR = Calendar(
    [Holiday(day=date(2026, 12, 24), name="Cuti bersama Natal", kind=HolidayKind.JOINT_LEAVE),
     Holiday(day=date(2026, 12, 25), name="Hari Raya Natal", kind=HolidayKind.NATIONAL),
     Holiday(day=date(2027, 1, 1), name="Tahun Baru Masehi", kind=HolidayKind.NATIONAL)],
    published={2026}, version="test",
)  # fmt: skip


def facts(by: str = HR, now: datetime = NOW, **over: Any) -> Facts:
    """All facts, as seen by one actor."""
    holders = over.pop("holders", HOLDERS)
    base = Facts(
        now=now,
        policy=over.pop("policy", DEMO),
        calendar=CALENDAR,
        actor=Actor(person=by, name=by.title(), offices=tuple(h for h in holders if h.person == by)),
        holders=holders,
        dossier=dossier(),
        target=position(),
        target_ancestors=frozenset({"DLH-S", "DLH"}),
        seats=seats(),
        last_closed_rating_year=2025,
        place=place(),
        number="MUT-2026-000001",
    )
    return replace(base, **over)


def opening(**over: Any) -> OpenCase:
    fields = {"nip": "198811182017011945", "position_code": "DLH-S-04", "reason": "Kebutuhan unit"}
    return OpenCase.model_validate({**fields, **over})


def opened(known: Facts | None = None, **over: Any) -> Case:
    """A case just opened by HR and judged."""
    decided = open_case("c_test", opening(**over), known or facts())
    assert isinstance(decided, Decision), decided
    return decided.steps[-1].case


def act(case: Case, kind: str, by: str, known: Facts | None = None, **fields: Any) -> Case:
    """The case after an act that must be carried out."""
    done = attempt(case, kind, by, known, **fields)
    assert not isinstance(done, Refusal), done
    return done


def attempt(case: Case, kind: str, by: str, known: Facts | None = None, **fields: Any) -> Case | Refusal:
    """The case after an act, or why it was refused."""
    seen = known or facts(by)
    if seen.actor.person != by:
        seen = replace(seen, actor=facts(by, holders=seen.holders).actor)
    decided = decide(case, parse_command(kind, fields), seen)
    return decided if isinstance(decided, Refusal) else decided.steps[-1].case


def shown(case: Case, code: str, now: datetime = NOW) -> Case:
    """The case once HR has handed in a letter of another agency; the letter is its newest document."""
    stored = content(f"b_{'abcdefgh'[len(case.documents)] * 26}")
    fields = {"document": code, "content": stored.id, "issued_on": "2026-11-23"}
    return act(case, "add_document", HR, facts(HR, now, content=stored), **fields)


def elapse(case: Case, now: datetime, **over: Any) -> Case:
    """The case after the clock has rung once."""
    decided = decide(case, parse_command("elapse", {}), facts("clock", now=now, **over))
    assert isinstance(decided, Decision)
    return decided.steps[-1].case if decided.steps else case


ELSEWHERE = {
    "agency": "Pemerintah Kabupaten Majene",
    "unit": "Sekretariat Daerah",
    "title": "Analis Hukum Ahli Muda",
    "kind": "FUNCTIONAL",
    "tier": "muda",
}
"""A post of another agency, as a request names it."""


def elsewhere(**over: Any) -> Position:
    return Position.of_another_agency(named_outside(OutsidePost.model_validate({**ELSEWHERE, **over})))


def seats_left(**over: Any) -> Seats:
    nowhere = Staffing(code=OUTSIDE, required=0, occupied=0, held=0)
    return seats(None, target=nowhere, destination_unit=nowhere, **over)


def leaving_facts(by: str = HR, now: datetime = NOW, **over: Any) -> Facts:
    """Facts of somebody of the province and a post of another agency."""
    fields = {"target": elsewhere(), "seats": seats_left(), "former": position("DPUPR-S-02"), **over}
    return facts(by, now, **{"target_ancestors": frozenset({"DPUPR-S", "DPUPR"}), **fields})


def arriving_facts(by: str = HR, now: datetime = NOW, **over: Any) -> Facts:
    """Facts of somebody of another agency and a post of the province."""
    return facts(by, now, **{"dossier": dossier(position=elsewhere()), "seats": seats(origin=None), **over})
