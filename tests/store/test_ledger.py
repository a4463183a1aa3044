"""The ledger: its bytes, its chain, and that nobody changes it."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import psycopg
import pytest
import rfc8785

from domain.events import CaseOpened, NeedConfirmed, Staffing
from store import ledger
from tests.domain import builders as b
from tests.house import House

HEADER = ledger.Header(
    case_id="c_test",
    at=datetime(2026, 11, 23, 2, 0, 0, 5, tzinfo=UTC),
    actor="p_hr",
    actor_name="Baharuddin Tahir, S.A.P.",
    office=b.HOLDERS[3],
    command_id="k1",
    policy="f" * 64,
    workflow_id="mutation/c_test",
    run_id="run-1",
)
NEED = NeedConfirmed(target=Staffing(code="DLH-S-04", required=1, occupied=0, held=0), reason="Layanan kosong")


def test_the_body_is_canonical_and_holds_no_personal_content() -> None:
    """The shape of a body is for ever: a change here would break every hash there is."""
    entry = ledger.entries(HEADER, 5, b"\x01" * 32, [NEED])[0]
    body = json.loads(entry.body)
    commitments = body.pop("private")
    assert body == {
        "v": 1,
        "case": "c_test",
        "seq": 5,
        "prev": "01" * 32,
        "type": "need_confirmed",
        "at": "2026-11-23T02:00:00.000005Z",
        "actor": {
            "ref": "p_hr",
            "office": "hr_officer",
            "capacity": "definitive",
            "unit": "BKD",
            "instrument": "SK 1/2026",
        },
        "data": {"target": {"code": "DLH-S-04", "required": 1, "occupied": 0, "held": 0}},
        "policy": "f" * 64,
        "command": "k1",
        "temporal": {"workflow": "mutation/c_test", "run": "run-1", "update": "k1"},
    }
    assert rfc8785.dumps(json.loads(entry.body)) == entry.body
    assert entry.hash == hashlib.sha256(b"\x00" + entry.body).digest()
    assert set(commitments) == {"reason", "actor.name"}
    for path, value in (("reason", "Layanan kosong"), ("actor.name", "Baharuddin Tahir, S.A.P.")):
        salt, kept = entry.private[path]
        assert kept == value
        assert len(salt) == 32
        assert commitments[path] == hmac.new(salt, rfc8785.dumps(value), hashlib.sha256).hexdigest()
        assert value.encode() not in entry.body


def test_two_equal_secrets_have_different_commitments() -> None:
    first, second = (json.loads(ledger.entries(HEADER, 5, None, [NEED])[0].body)["private"] for _ in range(2))
    assert first["reason"] != second["reason"]


def test_entries_of_one_command_are_chained() -> None:
    first, second = ledger.entries(HEADER, 1, None, [NEED, NEED])
    assert json.loads(first.body)["prev"] == ""
    assert json.loads(second.body)["prev"] == first.hash.hex()


def test_an_event_reads_back_as_it_was() -> None:
    opened = CaseOpened(
        number="MUT-2026-000001",
        kind="internal",
        origin="organisation",
        subject="p_x",
        to_post=b.position().ref,
        policy="f" * 64,
        employee_name="Siti",
        employee_nip="198811182017012945",
        reason="Kebutuhan",
    )
    entry = ledger.entries(HEADER, 1, None, [opened])[0]
    private = {path: value for path, (_, value) in entry.private.items()}
    recorded = ledger.recorded(json.loads(entry.body), private)
    assert recorded.event == opened
    assert (recorded.seq, recorded.by, recorded.at) == (1, "p_hr", HEADER.at)


@pytest.mark.parametrize("table", ["ledger", "command", "refused_attempt", "policy", "private_value"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_application_cannot_change_what_was_written(house: House, table: str, statement: str) -> None:
    await house.open("lateral_pass")
    column = {"ledger": "seq", "command": "kind", "refused_attempt": "code", "policy": "code", "private_value": "path"}
    with psycopg.connect(house.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.format(table, column[table], column[table]))


@pytest.mark.parametrize("table", ["ledger", "command", "policy"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_nor_can_the_owner_of_the_schema_by_oversight(house: House, table: str, statement: str) -> None:
    """Only somebody who removes the triggers on purpose could; that is what witnesses are for."""
    await house.open("lateral_pass")
    column = {"ledger": "seq", "command": "kind", "policy": "code"}
    owner_url = house.url.replace("mutasi_app@", "postgres@")
    with psycopg.connect(owner_url) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(statement.format(table, column[table], column[table]))


async def test_the_application_cannot_take_the_triggers_away(house: House) -> None:
    with psycopg.connect(house.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("ALTER TABLE ledger DISABLE TRIGGER ALL")
