"""Checkpoints leave the house, each failure seen; and a log that does not continue what lies outside stands still."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from activities.checkpoints import Channel, FileDrop, Mail, Webhook, read_checkpoint
from activities.checkpoints import Witness as WitnessChannel
from activities.notices import Smtp
from activities.proof_log import LogBehind, ProofLog
from proof import checkpoint, note
from proof.note import NoteFault
from runtime.servers import free_port
from runtime.witness import Memory, Witness, application
from store import deliveries
from store.deliveries import Latest
from tests.postbox import Postbox
from tests.store.logged import LOG_KEY, ORIGIN, Logged, logged


@pytest.fixture
async def register(empty_database: str) -> AsyncIterator[Logged]:
    async with logged(empty_database) as opened:
        await opened.write("c_a", 2)
        yield opened


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """What a witness remembers."""
    kept = Memory(tmp_path / "memory.json", begin=True)
    yield kept
    kept.close()


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


@asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (the server has no event of its own)
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


def kept(register: Logged, *channels: Channel, drop: FileDrop | None = None) -> ProofLog:
    ways = [*channels, *([drop] if drop else [])]
    return ProofLog(register.engine, register.sequencer, ORIGIN, ways, drop)


async def standing(register: Logged) -> dict[str, Latest]:
    async with register.engine.connect() as connection:
        return {d.channel: d for d in await deliveries.latest(connection)}


async def soon(register: Logged) -> None:
    """Let the pause between two tries be over."""
    await register.tamper("UPDATE log_delivery SET not_before = now() - interval '1 second'")


async def test_a_checkpoint_goes_out_by_every_way_with_its_cosignature(
    register: Logged, memory: Memory, tmp_path: Path
) -> None:
    posted: list[str] = []

    async def hook(request: Request) -> Response:
        posted.append((await request.body()).decode())
        return PlainTextResponse("")

    witness = Witness("inspektorat.example.test/w1", b"\x0b" * 32, [LOG_KEY], memory)
    app, port = application(witness), free_port()
    app.routes.append(Route("/hook", hook, methods=["POST"]))
    (tmp_path / "drop").mkdir()
    async with Postbox() as postbox, serving(app, port):
        url = f"http://127.0.0.1:{port}"
        smtp = Smtp("127.0.0.1", postbox.port, "mutasi@mutasi.example.test", timeout=5)
        log = kept(
            register, WitnessChannel(url, witness.key), Mail(smtp, "inspektorat@example.test"), Webhook(f"{url}/hook"),
            drop=FileDrop(tmp_path / "drop"),
        )  # fmt: skip
        for size in (4, 6):
            assert await log.attested() == size
            await log.send_due()
            await register.write("c_a")
    assert {c: (d.size, d.state) for c, d in (await standing(register)).items()} == {
        "witness": (6, "sent"), "file": (6, "sent"), "webhook": (6, "sent"), "mail": (4, "sent"),
    }  # fmt: skip
    files = [f.name[:12] for f in sorted((tmp_path / "drop").iterdir())]
    assert files == [f"{4:012d}", f"{6:012d}"]
    [letter] = postbox.to("inspektorat@example.test")
    [attached] = letter.iter_attachments()
    for text in (*posted[:1], attached.get_content().replace("\r\n", "\n")):
        signed = note.read(text)
        assert checkpoint.opened(signed, [LOG_KEY]).size == 4
        assert len(checkpoint.cosignatures(signed, [witness.key])) == 1
    assert "titik pemeriksaan" in letter["Subject"] and "checkpoint" in letter["Subject"]


async def test_what_does_not_arrive_is_seen_and_tried_again(register: Logged, tmp_path: Path) -> None:
    port, answers = free_port(), [500, 200]

    async def hook(_: Request) -> Response:
        return Response(status_code=answers.pop(0))

    log = kept(register, Webhook(f"http://127.0.0.1:{port}/"), drop=FileDrop(tmp_path))
    await log.attested()
    await log.send_due()
    found = await standing(register)
    assert (found["webhook"].state, found["webhook"].attempts) == ("failed", 1)
    assert found["webhook"].fault == "ConnectError"
    assert found["file"].state == "sent", "one that is away keeps no other waiting"
    async with serving(Starlette(routes=[Route("/", hook, methods=["POST"])]), port):
        await log.send_due()
        assert (await standing(register))["webhook"].attempts == 1, "not before its pause is over"
        await soon(register)
        await log.send_due()
        assert (await standing(register))["webhook"].fault == "answered 500"
        await soon(register)
        await log.send_due()
    found = await standing(register)
    assert (found["webhook"].state, found["webhook"].fault, found["webhook"].attempts) == ("sent", None, 2)


async def test_a_newer_checkpoint_goes_instead_of_one_that_never_arrived(register: Logged) -> None:
    log = kept(register, Webhook(f"http://127.0.0.1:{free_port()}/"))
    for _ in range(3):
        await log.attested()
        await log.send_due()
    rows = await register.rows("SELECT size, state FROM log_delivery ORDER BY size")
    assert [(r.size, r.state) for r in rows] == [(4, "passed_over"), (5, "passed_over"), (6, "failed")]


async def test_a_destination_that_is_gone_from_the_settings_is_told(register: Logged) -> None:
    await kept(register, Webhook("http://127.0.0.1:9/")).attested()
    await kept(register).send_due()
    assert (await standing(register))["webhook"].fault == "this destination is not configured any more"


async def test_a_witness_that_has_seen_more_says_so(register: Logged, memory: Memory) -> None:
    """The register was restored, the outside directory is gone: the witness still knows."""
    port = free_port()
    witness = Witness("inspektorat.example.test/w1", b"\x0b" * 32, [LOG_KEY], memory)
    memory.keep(checkpoint.Checkpoint(ORIGIN, 50, b"\x01" * 32))
    log = kept(register, WitnessChannel(f"http://127.0.0.1:{port}", witness.key))
    async with serving(application(witness), port):
        await log.attested()
        await log.send_due()
    found = (await standing(register))["witness"]
    assert (found.state, found.fault) == ("failed", "the witness has seen a log of 50 leaves, ours has 4")


async def test_a_log_behind_what_lies_outside_stands_still_until_it_is_acknowledged(
    register: Logged, tmp_path: Path
) -> None:
    drop = FileDrop(tmp_path)
    log = kept(register, drop=drop)
    await log.attested()
    await log.send_due()
    await log.guard()
    await register.write("c_b", 3)
    await log.attested()
    await log.send_due()
    await log.guard()
    for table, place in (("log_leaf", "place >= 4"), ("log_checkpoint", "size > 4"), ("ledger", "case_id = 'c_b'")):
        await register.tamper(f"DELETE FROM {table} WHERE {place}")
    await register.tamper("DELETE FROM log_node WHERE (no + 1) << level > 4")
    with pytest.raises(LogBehind, match="size 8"):
        await log.guard()
    [held] = await log.held_outside()
    await register.sequencer.acknowledge(datetime.now(UTC), [held], "Andi", "Cadangan dipulihkan", log.destinations)
    await log.guard()
    await log.send_due()
    await register.write("c_c", 5)
    await log.attested()
    await log.send_due()
    await log.guard()
    assert len(os.listdir(tmp_path)) == 4, "the other history's checkpoints are not written over"


async def test_a_log_made_anew_stands_still_too(register: Logged, tmp_path: Path) -> None:
    """As long as before, and another: also with a key that the log never had."""
    log = kept(register, drop=FileDrop(tmp_path))
    await log.attested()
    await log.send_due()
    for table in ("log_leaf", "log_node", "log_key", "log_checkpoint"):
        await register.tamper(f"DELETE FROM {table}")
    await register.tamper("INSERT INTO log_pending SELECT 'entry', id FROM ledger")
    register.ring.clear()
    register.ring["k2"] = b"\x02" * 32
    await register.sequencer.attest(datetime.now(UTC) + timedelta(seconds=1))
    await register.sequencer.attest(datetime.now(UTC) + timedelta(seconds=2))
    with pytest.raises(LogBehind, match="size 4"):
        await log.guard()


async def test_what_cannot_be_read_outside_is_no_all_clear(register: Logged, tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        await kept(register, drop=FileDrop(tmp_path / "away")).guard()
    (tmp_path / "x.checkpoint").write_text("nothing")
    with pytest.raises(NoteFault, match=r"x\.checkpoint"):
        await kept(register, drop=FileDrop(tmp_path)).guard()
    with pytest.raises(NoteFault):
        read_checkpoint(tmp_path / "x.checkpoint")


async def test_checkpoints_of_another_log_in_the_same_directory_do_not_matter(register: Logged, tmp_path: Path) -> None:
    other = checkpoint.sign(checkpoint.Checkpoint("other.example.test/log", 900, b"\x00" * 32), b"\x09" * 32)
    (tmp_path / "900.checkpoint").write_text(str(other))
    await kept(register, drop=FileDrop(tmp_path)).guard()
