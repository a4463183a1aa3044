"""The test cases a policy file carries: a person and a post in a few words, and what the rules must find.

They show HR and lawyers what a policy means, and a policy whose cases fail is not put into force. They are no part of
what is pinned and hashed.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.calendar import PROVINCE, Calendar
from domain.events import RuleResult, Staffing
from domain.facts import REGISTER, Actor, Dossier, Facts, OfficeHeld, Position, Seats, Window
from domain.policy import Policy, merged
from domain.ranks import CONTRACT_GRADES, EDUCATION, GRADES
from domain.rules import Question, eligibility, judge
from domain.vocabulary import Capacity, Eligibility, Kind, Office, Origin, PositionKind, RuleOutcome, Stage

STAGES = (Stage.EVALUATION, Stage.NEEDS_CHECK, Stage.APPROVAL)
_SUBJECT, _RELATIVE = "p_subject", "p_relative"
_MADE_UP = {
    "person": _SUBJECT,
    "nip": "",
    "name": "",
    "unit_name": "",
    "agency_name": "",
    "title": "",
    "required": 1,
    "echelon": None,
    "tier": None,
    "abk_year": 2000,
    "competences": {},
    "education_fields": (),
}
"""What no rule asks for, or what holds where a case says nothing."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Standard(_Part):
    """A person who fits a post, on a day: what every case starts from."""

    on: date
    last_closed_rating_year: int
    person: dict[str, Any]
    post: dict[str, Any]


class PolicyCase(_Part):
    """One test case: how it differs from the standard, and what must come of it."""

    name: str
    on: date | None = None
    kind: Kind = Kind.INTERNAL
    origin: Origin = Origin.ORGANISATION
    person: dict[str, Any] = {}
    post: dict[str, Any] = {}
    lacks: tuple[str, ...] = ()
    """What the register does not hold of the person, such as `talent` or `ratings.2025`."""
    seat: Literal["free", "taken", "unseen"] = "free"
    related_to: tuple[Office, ...] = ()
    windows: tuple[Window, ...] = ()
    last_closed_rating_year: int | None = None
    overridden: tuple[str, ...] = ()
    expect: dict[str, RuleOutcome] = {}
    eligible_from: dict[str, date] = {}
    eligibility: Eligibility | None = None


class CaseBook(_Part):
    """The test cases of a policy file, with their standard."""

    standard: Standard | None = None
    test: tuple[PolicyCase, ...] = ()


class Failing(NamedTuple):
    """Where a case and the policy part: of a rule, or of the whole (`eligibility`)."""

    case: str
    about: str
    expected: str
    found: str


def case_book(data: Mapping[str, Any]) -> CaseBook:
    """The cases in the data of a policy file. Raises `pydantic.ValidationError` when they cannot be read."""
    return CaseBook.model_validate({k: data[k] for k in ("standard", "test") if k in data})


def failing(policy: Policy, book: CaseBook) -> list[Failing]:
    """Every expectation of every case that the policy does not meet."""
    return [fault for case in book.test for fault in _tried(policy, book.standard, case)]


def uncovered(policy: Policy, book: CaseBook) -> list[str]:
    """Rules that no two cases see come out differently: what they do is not shown."""
    seen: dict[str, set[RuleOutcome]] = {code: set() for code in policy.rules}
    for case in book.test:
        for code, outcome in case.expect.items():
            seen.setdefault(code, set()).add(outcome)
    return sorted(code for code in policy.rules if len(seen[code]) < 2)


def _tried(policy: Policy, standard: Standard | None, case: PolicyCase) -> list[Failing]:
    if standard is None:
        return [Failing(case.name, "standard", "[standard]", "-")]
    try:
        results = {r.rule: r for r in judge(_question(policy, standard, case), STAGES)}
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError) as fault:
        return [Failing(case.name, "case", "a case that can be judged", _told(fault))]
    found = [Failing(case.name, *part) for part in _parted(case, results)]
    if case.eligibility is not None:
        judged = [r for r in results.values() if policy.rules[r.rule].stage is Stage.EVALUATION]
        severities = {code: rule.severity for code, rule in policy.rules.items()}
        whole = eligibility(judged, severities, case.overridden)
        if whole is not case.eligibility:
            found.append(Failing(case.name, "eligibility", case.eligibility, whole))
    return found


def _parted(case: PolicyCase, results: Mapping[str, RuleResult]) -> Iterable[tuple[str, str, str]]:
    for code, expected in case.expect.items():
        result = results.get(code)
        if result is None or result.outcome is not expected:
            yield code, expected, result.outcome if result else "-"
    for code, day in case.eligible_from.items():
        result = results.get(code)
        when = result.eligible_from if result else None
        if when != day:
            yield f"{code}.eligible_from", day.isoformat(), when.isoformat() if when else "-"


def _told(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        first = fault.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(fault)


def _question(policy: Policy, standard: Standard, case: PolicyCase) -> Question:
    day = case.on or standard.on
    target = _post(merged(standard.post, case.post))
    dossier = _dossier(_without(merged(standard.person, case.person), case.lacks), day)
    closed = case.last_closed_rating_year or standard.last_closed_rating_year
    facts = Facts(
        now=datetime.combine(day, time(12), PROVINCE),
        policy=policy,
        calendar=Calendar((), (), "none"),
        actor=Actor(person="p_tester", name=""),
        kin=frozenset({_RELATIVE}) if case.related_to else frozenset(),
        holders=tuple(_held(office) for office in case.related_to),
        dossier=dossier,
        target=target,
        target_ancestors=frozenset({target.unit, target.agency}),
        seats=_seats(target, case.seat),
        windows=case.windows,
        last_closed_rating_year=closed,
    )
    return Question(facts, dossier, target, case.kind, case.origin)


def _without(person: dict[str, Any], lacks: Iterable[str]) -> dict[str, Any]:
    for path in lacks:
        head, _, rest = path.partition(".")
        if rest:
            person = {**person, head: {k: v for k, v in person[head].items() if k != rest}}
        else:
            person = {k: v for k, v in person.items() if k != head}
    return person


_WORDS = {
    "grade": (*GRADES, *CONTRACT_GRADES),
    "min_grade": GRADES,
    "max_grade": GRADES,
    "education": EDUCATION,
    "education_min": EDUCATION,
}


def _known(data: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The data with what is made up beside it. Raises `ValueError` for a word the model does not have."""
    if unknown := sorted(set(data) - set(model.model_fields)):
        raise ValueError(f"not known: {', '.join(unknown)}")
    for name, words in _WORDS.items():
        if name in data and data[name] not in words:
            raise ValueError(f"{name}: there is no {data[name]}")
    return {**{k: v for k, v in _MADE_UP.items() if k in model.model_fields}, **data}


def _post(data: Mapping[str, Any]) -> Position:
    known = _known(data, Position)
    return Position.model_validate(known if known["kind"] == PositionKind.FUNCTIONAL else {**known, "tier": None})


def _dossier(data: Mapping[str, Any], day: date) -> Dossier:
    held = dict(data)
    post, rated = held.pop("position", None), held.pop("ratings", {})
    ratings = [{"year": int(y), "rating": r, "source": REGISTER, "as_of": day} for y, r in sorted(rated.items())]
    conditions = [{"end": None, **c} for c in held.pop("conditions", ())]
    return Dossier.model_validate(
        {
            "position_since": None,
            "as_of": day,
            **_known(held, Dossier),
            "position": _post(post) if post else None,
            "ratings": ratings,
            "conditions": conditions,
        }
    )


def _held(office: Office) -> OfficeHeld:
    return OfficeHeld(office=office, unit=None, person=_RELATIVE, name="", capacity=Capacity.DEFINITIVE, instrument="-")


def _seats(target: Position, seat: str) -> Seats | None:
    if seat == "unseen":
        return None
    taken = seat == "taken"
    unit = Staffing(code=target.unit, required=target.required, occupied=0, held=0)
    return Seats(
        target=Staffing(code=target.code, required=target.required, occupied=target.required if taken else 0, held=0),
        free_seat=None if taken else 1,
        origin=None,
        origin_unit=None,
        destination_unit=unit,
    )
