"""`mutasi account` and `mutasi service`: what an operator can do, and what he is shown once."""

import json
import re
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from runtime.cli import app


class Operator:
    """Somebody at the command line of a register."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._runner = CliRunner(env=environment)

    def does(self, *command: str, fails: bool = False) -> str:
        done = self._runner.invoke(app, command)
        assert (done.exit_code != 0) is fails, done.output
        return done.output

    def told(self, *command: str) -> Any:
        return json.loads(self.does(*command, "--json"))


@pytest.fixture
def operator(database: str, tmp_path: Any) -> Operator:
    return Operator({"DATABASE_URL": database, "MUTASI_HOME": str(tmp_path), "COLUMNS": "240"})


def test_an_account_from_its_making_to_its_end(operator: Operator) -> None:
    said = operator.does("account", "create", "hr_head", "--name", "kepala.bkd")
    code = re.search(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}", said)
    assert code, said
    [listed] = operator.told("account", "list")
    assert (listed["name"], listed["enrolling"], listed["has_password"]) == ("kepala.bkd", True, False)
    assert operator.told("account", "reset", "kepala.bkd")["code"] != code[0]
    assert "switched off; 0 sessions" in operator.does("account", "disable", "kepala.bkd")
    assert operator.told("account", "list")[0]["disabled_at"]
    operator.does("account", "enable", "kepala.bkd")
    assert operator.told("account", "list")[0]["disabled_at"] is None
    events = operator.told("account", "events", "kepala.bkd")
    assert [e["what"] for e in events] == ["enabled", "disabled", "reset", "created"]
    assert code[0] not in json.dumps(events) + operator.does("account", "events")


def test_what_cannot_be_is_said(operator: Operator) -> None:
    operator.does("account", "create", "hr_head", "--name", "kepala.bkd")
    for command, why in (
        (("account", "create", "governor", "--name", "kepala.bkd"), "taken"),
        (("account", "create", "hr_head", "--name", "lain"), "has an account already"),
        (("account", "create", "governor", "--name", "198811182017011945"), "no NIP"),
        (("account", "create", "governor", "--name", "Ab"), "small letters"),
        (("account", "create", "minister", "--name", "menteri"), "no office"),
        (("account", "reset", "nobody"), "no person nobody"),
        (("service", "create", "simpeg", "--scope", "cases:write"), "no such scope"),
        (("service", "create", "kepala.bkd", "--scope", "cases:read"), "taken"),
        (("service", "revoke", "kepala.bkd"), "no service"),
    ):
        assert why in operator.does(*command, fails=True), command


def test_a_service_from_its_making_to_its_end(operator: Operator) -> None:
    first = operator.told("service", "create", "simpeg", "--scope", "register:read", "--scope", "calendar:read")
    assert first["token"].startswith("mts_")
    second = operator.told("service", "rotate", "simpeg", "--overlap-hours", "1", "--days", "30")
    listed = {t["id"]: t for t in operator.told("service", "list")}
    assert listed[first["id"]]["scopes"] == listed[second["id"]]["scopes"] == ["calendar:read", "register:read"]
    assert listed[first["id"]]["expires_at"] < listed[second["id"]]["expires_at"]
    assert first["token"] not in json.dumps(list(listed.values()), default=str)
    assert operator.does("service", "revoke", "simpeg", "--token", first["id"]).strip().endswith(first["id"])
    assert second["id"] in operator.does("service", "revoke", "simpeg")
    assert "nothing to revoke" in operator.does("service", "revoke", "simpeg", fails=True)
    what = [e["what"] for e in operator.told("account", "events", "simpeg")]
    assert what == ["token_revoked", "token_revoked", "token_issued", "token_issued", "created"]


def test_the_doctor_warns_before_the_last_token_ends_and_misses_a_key(operator: Operator, database: str) -> None:
    def examined() -> Any:
        report = json.loads(operator.does("doctor", "--json", fails=True))
        return next(c for c in report["checks"] if c["name"] == "identity")

    operator.does("service", "create", "simpeg", "--scope", "register:read", "--days", "10")
    operator.does("service", "create", "siasn", "--scope", "register:read", "--days", "60")
    ending = examined()
    assert ending["state"] == "warning" and "simpeg" in ending["detail"] and "siasn" not in ending["detail"]
    operator.does("service", "rotate", "simpeg", "--days", "60")
    assert examined()["state"] == "ok"
    operator.does("account", "create", "hr_head", "--name", "kepala.bkd")
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE account SET totp_key_id = 'k0', totp_sealed = 'x' WHERE name = 'kepala.bkd'")
    lost = examined()
    assert lost["state"] == "fault" and "k0" in lost["detail"] and "MUTASI_IDENTITY_KEYS" in lost["remedy"]
