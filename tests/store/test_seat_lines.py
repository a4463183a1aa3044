"""The line for a post on the database: several take a freed seat at once, and a call that is carried out twice."""

import asyncio
import uuid
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from domain.protocol import Attempt, Committed, Envelope
from domain.refusals import RefusalCode
from store import seat_calls
from store.commit import Register
from store.seat_calls import Call
from tests.house import SAID, House

POST = "DLH-S-04"


class Registrar:
    """Commits straight at the register, many at a time, as many workers would."""

    def __init__(self, house: House, opener: str) -> None:
        self.house = house
        self.opener = opener
        self.register = Register(house.engine)
        self.seq: dict[str, int] = {}

    async def commit(self, case: str, kind: str, actor: str | None = None, **body: Any) -> Committed:
        envelope = Envelope(id=uuid.uuid4().hex, kind=kind, actor=actor or self.opener, body=body)
        attempt = Attempt(
            case_id=case,
            expected_seq=self.seq.get(case, 0),
            envelope=envelope,
            at=datetime.now(UTC),
            workflow_id="w",
            run_id="r",
        )
        done = await self.register.commit(attempt)
        if done.snapshot:
            self.seq[case] = done.snapshot.seq
        return done


async def _line(house: House, length: int) -> tuple[Registrar, list[str]]:
    """Cases that wait in line for a post with one seat, which the first of them holds; the others by seniority."""
    async with house.engine.begin() as connection:
        await connection.execute(text("UPDATE position SET required = occupied.n + 1 FROM (SELECT count(*) AS n"
                                      " FROM occupancy WHERE position_code = 'DLH-S-04' AND superseded_at IS NULL"
                                      " AND kind = 'incumbent') occupied WHERE code = 'DLH-S-04'"))  # fmt: skip
    rows = await house.sql(
        "SELECT p.nip FROM person p JOIN employee e ON e.person_id = p.id AND e.superseded_at IS NULL"
        " WHERE e.education_field = 'Hukum' AND e.status = 'PNS' AND e.education IN ('S1', 'S2') LIMIT 60"
    )
    registrar = Registrar(house, await house.person("hr_officer"))
    found: list[str] = []
    for number, row in enumerate(rows):
        case = f"c_line{number}"
        done = await registrar.commit(case, "open", nip=row.nip, position_code=POST, reason="Kebutuhan")
        if done.snapshot and done.snapshot.status in ("awaiting_confirmation", "no_vacancy"):
            state = (await house.sql("SELECT state FROM docket WHERE case_id = :c", c=case))[0].state
            if "seat" in state or "waiting" in state:
                found.append(case)
        if len(found) == length:
            return registrar, found
    raise AssertionError("the demo province has too few people for this post")


async def _held(house: House) -> list[str]:
    rows = await house.sql("SELECT case_id FROM occupancy WHERE kind = 'hold' AND superseded_at IS NULL")
    return [r.case_id for r in rows]


async def test_a_freed_seat_is_taken_by_one_though_all_reach_for_it_at_once(house: House) -> None:
    registrar, (holder, *waiting) = await _line(house, 5)
    assert await _held(house) == [holder]
    await registrar.commit(holder, "cancel", reason="Rencana berubah")
    done = await asyncio.gather(*(registrar.commit(c, "confirm_need", **SAID) for c in waiting * 3))
    took = [d for d in done if d.snapshot and not d.behind]
    assert len(took) == 1 and await _held(house) == [waiting[0]], "the first in line, whoever came first to the desk"
    refused = Counter(d.refusal.code for d in done if d.refusal)
    assert set(refused) <= {RefusalCode.LINE_AHEAD, RefusalCode.SEAT_HELD}
    assert refused.total() + sum(d.behind for d in done) == len(done) - 1
    late = await registrar.commit(waiting[1], "confirm_need", **SAID)
    assert late.refusal and late.refusal.code is RefusalCode.SEAT_HELD
    number = (await house.sql("SELECT number FROM docket WHERE case_id = :c", c=waiting[0]))[0].number
    assert late.refusal.params["cases"] == (number,), "who holds it"
    assert str(late.refusal.params["until"]) > datetime.now(UTC).date().isoformat(), "and until when"


async def test_openings_that_race_with_a_release_do_not_overtake_the_line(house: House) -> None:
    registrar, (holder, first, *_) = await _line(house, 3)
    rows = await house.sql(
        "SELECT p.nip FROM person p JOIN employee e ON e.person_id = p.id AND e.superseded_at IS NULL"
        " WHERE e.education_field = 'Hukum' AND e.status = 'PNS' AND NOT EXISTS (SELECT 1 FROM docket d"
        " WHERE d.person_id = p.id) LIMIT 8"
    )
    assert rows
    await asyncio.gather(
        registrar.commit(holder, "cancel", reason="Rencana berubah"),
        *(
            registrar.commit(f"c_new{n}", "open", nip=r.nip, position_code=POST, reason="Kebutuhan")
            for n, r in enumerate(rows)
        ),
    )
    assert await _held(house) == []
    await registrar.commit(first, "confirm_need", **SAID)
    assert await _held(house) == [first]


async def test_a_call_carried_out_many_times_at_once_tells_one_case_once(house: House) -> None:
    registrar, (holder, *waiting) = await _line(house, 4)
    await registrar.commit(holder, "cancel", reason="Rencana berubah")
    [row] = await house.sql("SELECT id, case_id, position_code, freed_at FROM seat_call WHERE state = 'open'")
    body = {"call": row.id, "position": row.position_code, "freed_at": row.freed_at.isoformat()}
    await asyncio.gather(*(registrar.commit(c, "call", actor="clock", **body) for c in waiting * 3))
    told = await house.sql("SELECT case_id FROM ledger WHERE type = 'seat_came_free'")
    assert [t.case_id for t in told] == [waiting[0]]
    assert [c.state for c in await house.sql("SELECT state FROM seat_call")] == ["done"]
    async with house.engine.begin() as connection:
        call = Call(row.id, row.case_id, row.position_code, row.freed_at)
        assert await seat_calls.next_in_line(connection, call, datetime.now(UTC).date()) is None
    await registrar.commit(waiting[0], "decline_seat", reason="Dicarikan jabatan lain")
    [passed] = await house.sql("SELECT case_id, freed_at FROM seat_call WHERE state = 'open'")
    assert (passed.case_id, passed.freed_at) == (waiting[0], row.freed_at), "the same seat, for the next"
