"""Whether a plan to backfill is asked for is the policy's to say; one pinned before it was thought of asks for none."""

from domain.commands import parse_command
from domain.decide import Decision, decide
from domain.events import Staffing
from domain.policy import Policy
from domain.refusals import Refusal
from tests.domain import builders as b

SHORT = b.seats(origin=Staffing(code="DPUPR-S-02", required=2, occupied=2, held=0))


def test_a_plan_is_asked_for_by_the_policy_of_the_case() -> None:
    refused = b.attempt(b.opened(b.facts(seats=SHORT)), "confirm_need", b.HR, b.facts(seats=SHORT))
    assert isinstance(refused, Refusal) and refused.code == "backfill_required"
    planned = b.attempt(
        b.opened(b.facts(seats=SHORT)), "confirm_need", b.HR, b.facts(seats=SHORT), backfill={"plan": "Seleksi"}
    )
    assert not isinstance(planned, Refusal)


def test_a_policy_pinned_earlier_asks_for_none() -> None:
    older = Policy.from_canonical(b.DEMO.model_copy(update={"needs_check": None}).model_dump_json(exclude_none=True))
    assert not older.asks_for_backfill
    known = b.facts(seats=SHORT, policy=older)
    decided = decide(b.opened(known), parse_command("confirm_need", {}), known)
    assert isinstance(decided, Decision)
