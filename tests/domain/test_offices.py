"""Appointing and lending offices: what the law takes, before anything is written."""

from datetime import date
from typing import Any

import pytest

from domain.mandates import Granted, Naming, acceptable, confirmable, endable, nameable
from domain.offices import Appointing, Holding, Known, appointable, may_second, may_sign
from domain.scope import Scope
from domain.vocabulary import Capacity, Kind, Mandate, Office, PositionKind, Stage
from tests.domain import builders as b

TODAY = date(2026, 11, 23)
NONE = frozenset[str]()


def held(person: str, first: str, last: str | None = None, capacity: Capacity = Capacity.DEFINITIVE) -> Holding:
    until = date.fromisoformat(last) if last else None
    return Holding(1, Office.AGENCY_HEAD, "DLH", person, capacity, date.fromisoformat(first), until)


def answer(*holdings: Holding, **fields: Any) -> str | None:
    asked = Appointing.model_validate(
        {"office": "agency_head", "unit": "DLH", "person": "p_heir", "capacity": "acting_vacant", "first": "2026-11-24",
         "last": "2027-02-23", "instrument": "SP 1", "dated": "2026-11-23", **fields}
    )  # fmt: skip
    refusal = appointable(asked, Known(TODAY, b.DEMO.authority, True, asked.unit == "DLH", holdings))
    return refusal.code if refusal else None


PLT = Capacity.ACTING_VACANT
_OTHERS = (held("p_other", "2026-08-24", "2026-11-23", PLT), held("p_other", "2026-05-24", "2026-08-23", PLT))


@pytest.mark.parametrize(
    ("holdings", "fields", "code"),
    [
        ((), {}, None),
        ((), {"last": "2027-02-24"}, "acting_too_long"),
        ((held("p_heir", "2026-08-24", "2026-11-23", PLT),), {}, None),
        ((held("p_heir", "2026-08-24", "2026-11-23", PLT), held("p_heir", "2026-05-24", "2026-08-23", PLT)), {},
         "acting_terms_exhausted"),
        # A week in between does not begin the count anew; half a year does.
        ((held("p_heir", "2026-08-17", "2026-11-16", PLT), held("p_heir", "2026-05-10", "2026-08-09", PLT)), {},
         "acting_terms_exhausted"),
        ((held("p_heir", "2026-02-24", "2026-05-23", PLT), held("p_heir", "2025-11-24", "2026-02-23", PLT)), {}, None),
        (_OTHERS, {}, None),
        ((held("p_head", "2020-01-01"),), {}, "office_not_vacant"),
        ((held("p_head", "2020-01-01"),), {"capacity": "acting_absence"}, None),
        ((), {"capacity": "acting_absence"}, "office_vacant"),
        ((held("p_head", "2020-01-01"),), {"capacity": "definitive"}, "office_held"),
        ((held("p_head", "2020-01-01", "2026-11-23"),), {"capacity": "definitive", "last": None}, None),
        ((held("p_heir", "2020-01-01"),), {}, "office_held"),
        ((), {"unit": "X1"}, "unit_unknown"),
        ((), {"office": "governor", "capacity": "definitive"}, "unit_unknown"),
        ((), {"dated": "2026-11-25"}, "date_in_future"),
        ((), {"first": "2026-11-22", "last": "2026-12-22"}, "date_too_early"),
    ],
)  # fmt: skip
def test_who_can_be_appointed(holdings: tuple[Holding, ...], fields: dict[str, Any], code: str | None) -> None:
    assert answer(*holdings, **fields) == code


def test_a_policy_of_before_sets_acting_holders_no_limit() -> None:
    law = b.DEMO.authority.model_copy(update={"acting_months": None})
    asked = Appointing(office=Office.AGENCY_HEAD, unit="DLH", person="p_heir", capacity=PLT, first=date(2026, 11, 24),
                       last=date(2030, 1, 1), instrument="SP 1", dated=TODAY)  # fmt: skip
    assert appointable(asked, Known(TODAY, law, True, True, ())) is None


def test_two_sign_and_neither_for_himself_or_a_relative() -> None:
    codes = [
        r and r.code
        for r in (
            may_sign("p_hr", "p_hr", NONE),
            may_sign("p_hr", "p_heir", frozenset({"p_hr"})),
            may_second("p_hr", "p_hr", "p_heir", NONE),
            may_second("p_hr", "p_heir", "p_heir", NONE),
            may_second("p_hr", "p_hr2", "p_heir", NONE),
        )
    ]
    assert codes == ["own_office", "relatives_office", "second_person_required", "own_office", None]


def named(by: str = "p_head", is_hr: bool = False, **fields: Any) -> str | None:
    asked = Naming.model_validate(
        {"office": "agency_head", "unit": "DLH", "deputy": "p_deputy", "first": "2026-11-24", "last": "2026-12-04",
         **fields}
    )  # fmt: skip
    holdings = (held("p_head", "2020-01-01", "2027-01-01"),)
    refusal = nameable(asked, by, is_hr, TODAY, b.DEMO.authority.mandates, asked.deputy != "p_nobody", holdings)
    return refusal.code if refusal else None


def test_who_can_be_named() -> None:
    proxy = {"office": "governor", "unit": None, "mandate": "proxy"}
    assert named() is None
    assert named("p_hr", is_hr=True, principal="p_head") is None
    assert named("p_hr", principal="p_head") == "not_authorised"
    assert named("p_hr", is_hr=True, principal="p_head", deputy="p_hr") == "own_deputy"
    assert named(deputy="p_head") == "own_deputy"
    assert named("p_other") == "not_held", "nobody lends what he does not hold: a deputy neither"
    assert named(first="2027-01-02", last="2027-01-03") == "not_held", "his term is over by then"
    assert named(first="2026-11-22") == "date_in_past"
    assert named(last="2027-02-22") == "mandate_too_long"
    assert named(deputy="p_nobody") == "person_unknown"
    assert named(office="board_member") == "not_deputised"
    assert named(mandate="proxy") == "proxy_for_leadership"
    assert named(**proxy) == "instrument_required"
    assert named(instrument="SK 1") == "instrument_required", "a number has a date"
    assert named("p_hr", is_hr=True, principal="p_head", **proxy) == "proxy_by_holder"


def granted(state: str, by_hr: bool = False) -> Granted:
    return Granted(
        "g_1", Mandate.DEPUTY, Office.AGENCY_HEAD, "DLH", "p_head", "p_deputy", TODAY, TODAY, "p_hr", by_hr, state
    )


def test_a_mandate_is_confirmed_accepted_and_ended_by_whom_it_is_for() -> None:
    answers = [
        confirmable(granted("unconfirmed", by_hr=True), "p_hr"),
        confirmable(granted("unconfirmed", by_hr=True), "p_deputy"),
        confirmable(granted("unconfirmed", by_hr=True), "p_hr2"),
        confirmable(granted("offered"), "p_hr2"),
        acceptable(granted("offered"), "p_head", TODAY),
        acceptable(granted("offered"), "p_deputy", TODAY),
        acceptable(granted("offered"), "p_deputy", date(2026, 11, 24)),
        acceptable(granted("unconfirmed", by_hr=True), "p_deputy", TODAY),
        endable(granted("accepted"), "p_hr", is_hr=True),
        endable(granted("accepted", by_hr=True), "p_hr", is_hr=True),
        endable(granted("accepted"), "p_deputy", is_hr=False),
        endable(granted("ended"), "p_head", is_hr=False),
    ]
    assert [a and a.code for a in answers] == [
        "second_person_required", "own_office", None, "mandate_settled", "not_authorised", None, "mandate_settled",
        "mandate_settled", "not_authorised", None, None, "mandate_settled",
    ]  # fmt: skip


def test_limits_are_all_to_be_met_and_each_by_any_of_its_members() -> None:
    limits = Scope(units=("DLH", "DKP"), stages=(Stage.APPROVAL,), kinds=(Kind.INTERNAL,), posts=(PositionKind.STAFF,))
    here = {"units": frozenset({"DLH", "DPUPR"}), "kind": Kind.INTERNAL, "post": PositionKind.STAFF}
    assert limits.covers(**here, stage=Stage.APPROVAL)
    assert not limits.covers(**here, stage=Stage.REVIEW)
    assert not limits.covers(**{**here, "units": frozenset({"DPUPR"})}, stage=Stage.APPROVAL)
    assert not limits.covers(**{**here, "kind": Kind.INTER_PROV}, stage=Stage.APPROVAL)
    assert not limits.covers(**{**here, "post": None}, stage=Stage.APPROVAL)
    assert Scope().covers(frozenset(), Kind.ABROAD, None)
