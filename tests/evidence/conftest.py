"""The evidence of one case on real servers, made once and looked at by many tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
import pytest
from temporalio.testing import WorkflowEnvironment

from proof.note import COSIGNATURE, Key, public_of
from runtime.servers import Postgres
from tests.evidence.forging import Held
from tests.files import pdf
from tests.house import CaseFile, House, read_cast
from tests.house import house as open_house

WITNESS = b"\x07" * 32
WITNESS_KEY = str(Key("inspektorat.example.test/witness", public_of(WITNESS), COSIGNATURE))


class Told(NamedTuple):
    """A case whose evidence was taken twice, and what an auditor held meanwhile."""

    house: House
    case: CaseFile
    early: bytes
    """Taken when the case was half-way."""
    late: bytes
    held: Held
    """The checkpoint of the first one: what the auditor keeps."""
    newest: Held
    key: bytes
    """The private key of the log, which its operator has."""


@pytest.fixture(scope="module")
def told_database(postgres: Postgres, province: str) -> Iterator[str]:
    """App URL of a fresh database with the demo province, for a module."""
    name = f"t_{uuid4().hex[:12]}"
    postgres.create(name, template=province)
    yield postgres.url(name, "mutasi_app")
    postgres.drop(name)


@pytest.fixture(scope="module")
async def told(
    temporal_env: WorkflowEnvironment, told_database: str, home: Path, demo_directory: Path
) -> AsyncIterator[Told]:
    """A case with a document, a refusal by the engine, votes and a decision; another case beside it in the log."""
    async with open_house(temporal_env, told_database, home, read_cast(demo_directory)) as house:
        log = await house.keep_log()
        case = await house.open("lateral_pass")
        handed_in = await house.request(
            "POST", f"/cases/{case.id}/documents", "cast:lateral_pass", content=pdf(), params={"document": "D07"},
            headers={"Idempotency-Key": "one", "Content-Type": "application/pdf"},
        )  # fmt: skip
        assert handed_in.status_code == 201, handed_in.text
        await case.look()
        await case.refused("verify", "hr_officer", "act_not_open", 409)
        early = await take(house, case)
        await case.walk(to="awaiting_decree")
        await house.open("it_self_nomination")
        held = Held.of(early.content)
        late = await take(house, case, since=held.size)
        yield Told(house, case, early.content, late.content, held, Held.of(late.content), house.log_key)
        await log.terminate("the evidence was taken")


async def take(house: House, case: CaseFile, by: str = "auditor", **params: object) -> httpx.Response:
    """Ask for the evidence of a case, and get it."""
    answer = await house.request("GET", f"/cases/{case.id}/evidence", by, params={"personal": True, **params})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return answer
