"""Seats through the commit itself: whatever people ask in whatever order, no post is over-filled."""

import uuid
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from domain.protocol import Attempt, Envelope
from store.commit import Register
from tests.house import BACKFILL, OFF_LIST, House

_POST = "DLH-S-04"
"""A post that people of law qualify for; the test gives it three chairs and decides how many of them are required."""
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), st.integers(0, 5)),
        st.tuples(st.sampled_from(("cancel", "undo", "confirm_need")), st.integers(0, 5)),
        st.tuples(st.just("require"), st.integers(0, 3)),
    ),
    min_size=4,
    max_size=14,
)


class Post:
    """The post under test, and the cases that want a seat of it."""

    def __init__(self, house: House, officer: str, nips: list[str]) -> None:
        self.house, self.officer, self.nips = house, officer, nips
        self.register = Register(house.engine)
        self.cases: dict[int, tuple[str, int]] = {}

    async def step(self, what: str, number: int) -> None:
        if what == "require":
            await self.execute(_REQUIRE, required=number)
        elif what == "open" and number not in self.cases:
            body = {"nip": self.nips[number], "position_code": _POST, "reason": "Kebutuhan unit"}
            await self.commit(number, f"c_{uuid.uuid4().hex[:26]}", 0, "open", body)
        elif what in ("cancel", "confirm_need", "undo") and number in self.cases:
            said = {"backfill": BACKFILL, "off_list_reason": OFF_LIST}
            bodies: dict[str, dict[str, Any]] = {"cancel": {"reason": "Keliru"}, "confirm_need": said}
            await self.commit(number, *self.cases[number], what, bodies.get(what, {}))

    async def commit(self, number: int, case: str, seq: int, kind: str, body: dict[str, Any]) -> None:
        envelope = Envelope(id=uuid.uuid4().hex, kind=kind, actor=self.officer, body=body, fingerprint="f")
        done = await self.register.commit(
            Attempt(
                case_id=case, expected_seq=seq, envelope=envelope, at=datetime.now(UTC), workflow_id="w", run_id="r"
            )
        )
        if done.snapshot:
            self.cases[number] = (case, done.snapshot.seq)

    async def execute(self, statement: Any, **params: Any) -> Any:
        async with self.house.engine.begin() as connection:
            return await connection.execute(statement, {"post": _POST, **params})

    async def clear(self) -> None:
        """Give every seat back and forget the cases, for the next order of things."""
        for number in list(self.cases):
            await self.step("cancel", number)
        await self.execute(_FORGET)
        self.cases.clear()
        await self.execute(_REQUIRE, required=2)


_CHAIRS = text("""
    INSERT INTO seat (position_code, no) SELECT :post, n FROM generate_series(1, 3) n ON CONFLICT DO NOTHING
""")
_REQUIRE = text("UPDATE position SET required = :required WHERE code = :post AND superseded_at IS NULL")
_FORGET = text("UPDATE docket SET stage = 'closed' WHERE to_position = :post")
_SEATED = text("""
    SELECT count(*) FILTER (WHERE kind = 'hold') AS held, count(*) AS n, count(DISTINCT seat_id) AS seats
    FROM occupancy WHERE position_code = :post AND superseded_at IS NULL
""")


async def test_no_order_of_openings_cancellations_and_cuts_over_fills_a_post(house: House) -> None:
    """A hold is new only where required − occupied − held leaves room; a cut takes no seat from who holds it."""
    rows = await house.sql(
        "SELECT p.nip FROM person p JOIN employee e ON e.person_id = p.id AND e.superseded_at IS NULL"
        " WHERE e.education_field = 'Hukum' AND e.status = 'PNS' AND e.education IN ('S1', 'S2') ORDER BY p.id LIMIT 40"
    )
    post = Post(house, await house.person("hr_officer"), [r.nip for r in rows])
    await post.execute(_CHAIRS)
    for number in range(len(rows)):
        await post.step("open", number)
    eligible = await house.sql(
        "SELECT employee_nip FROM docket WHERE to_position = :p AND stage = 'needs_check'", p=_POST
    )
    await post.clear()
    post.nips = [r.employee_nip for r in eligible][:6]
    assert len(post.nips) == 6, "six people may be moved there"
    holds_seen = 0

    async def play(steps: list[tuple[str, int]]) -> None:
        nonlocal holds_seen
        required, before = 2, 0
        for what, number in steps:
            await post.step(what, number)
            required = number if what == "require" else required
            seated = (await post.execute(_SEATED)).one()
            assert seated.n == seated.seats, "two on one seat"
            assert seated.n <= max(required, before), f"{seated.n} seated where {required} are required"
            holds_seen += seated.held > before
            before = seated.n
        await post.clear()

    orders: list[list[tuple[str, int]]] = [[("open", 0), ("cancel", 0), ("require", 0), ("undo", 0)]]

    @given(_STEPS)
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def draw(steps: list[tuple[str, int]]) -> None:
        orders.append(steps)

    draw()
    for steps in orders:
        await play(steps)
    assert holds_seen, "no hold was ever taken: the people do not qualify, and nothing was tested"
