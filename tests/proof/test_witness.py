"""A witness answers as c2sp.org/tlog-witness says, never cosigns two histories, and remembers."""

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from proof import checkpoint, note, tree
from proof.checkpoint import Checkpoint
from proof.note import COSIGNATURE, Key
from runtime.witness import Memory, StateFault, Witness, application, key_of, serve
from tests.proof.test_tree import WHOLE

ORIGIN = "mutasi.example.test/log"
SEED = b"\x07" * 32
LOG = Key(ORIGIN, note.public_of(SEED))
MINE = b"\x0b" * 32
NAME = "inspektorat.example.test/w1"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    kept = Memory(tmp_path / "memory.json", begin=True)
    yield kept
    kept.close()


@pytest.fixture
def witness(memory: Memory) -> Witness:
    return Witness(NAME, MINE, [LOG], memory)


def point(size: int, root: bytes | None = None) -> Checkpoint:
    return Checkpoint(ORIGIN, size, root or WHOLE.root(size))


def body(old: int, at: Checkpoint, proof: list[bytes] | None = None, seed: bytes = SEED) -> str:
    steps = WHOLE.consistency(old, at.size) if proof is None else proof
    lines = "".join(f"{base64.b64encode(step).decode()}\n" for step in steps)
    return f"old {old}\n{lines}\n{checkpoint.sign(at, seed)}"


async def ask(witness: Witness, content: str | bytes) -> httpx.Response:
    transport = httpx.ASGITransport(application(witness))
    async with httpx.AsyncClient(transport=transport, base_url="http://w") as client:
        return await client.post("/add-checkpoint", content=content)


async def test_it_cosigns_what_extends_what_it_knows(witness: Witness) -> None:
    known = 0
    for size in (3, 3, 7, 8, 100):
        answer = await ask(witness, body(known, point(size)))
        assert answer.status_code == 200
        signed = note.read(str(checkpoint.sign(point(size), SEED)) + answer.text)
        [cosigned] = checkpoint.cosignatures(signed, [Key(NAME, note.public_of(MINE), COSIGNATURE)])
        assert cosigned.at > 1_700_000_000
        known = size


async def test_it_tells_the_size_it_knows(witness: Witness) -> None:
    for expected in ("0\n", "8\n"):
        answer = await ask(witness, body(5, point(9)))
        assert (answer.status_code, answer.text, answer.headers["content-type"]) == (409, expected, "text/x.tlog.size")
        await ask(witness, body(0, point(8)))


async def test_it_never_cosigns_another_history(witness: Witness, memory: Memory) -> None:
    """Another tree of the same size, a smaller one, one that does not extend: the log holds the key and is refused."""
    await ask(witness, body(0, point(8)))
    forked = b"\x01" * 32
    assert (await ask(witness, body(8, point(8, forked), []))).status_code == 409
    assert (await ask(witness, body(0, point(5)))).status_code == 409
    assert (await ask(witness, body(8, point(9, forked)))).status_code == 422
    assert (await ask(witness, body(8, point(9), WHOLE.consistency(7, 9)))).status_code == 422
    assert memory.newest(ORIGIN) == point(8)


async def test_it_listens_to_no_stranger(witness: Witness, memory: Memory) -> None:
    assert (await ask(witness, body(0, point(3), seed=b"\x05" * 32))).status_code == 403
    foreign = Checkpoint("other.example.test/log", 3, WHOLE.root(3))
    assert (await ask(witness, body(0, foreign))).status_code == 404
    assert memory.newest(ORIGIN) is None


SIGNED = str(checkpoint.sign(point(3), SEED))


@pytest.mark.parametrize(
    "content",
    ["", "old 0", f"old 00\n\n{SIGNED}", f"old -1\n\n{SIGNED}", f"new 0\n\n{SIGNED}", f"old 0\nAAAA\n\n{SIGNED}",
     f"old 0\n!\n\n{SIGNED}", "old 0\n\n" + SIGNED[:-1], b"old 0\n\n\xff", f"old 4\n\n{SIGNED}",
     "old 0\n" + ("A" * 43 + "=\n") * 64 + f"\n{SIGNED}"],
)  # fmt: skip
async def test_what_is_no_request_is_refused(witness: Witness, memory: Memory, content: str | bytes) -> None:
    assert (await ask(witness, content)).status_code == 400
    assert memory.newest(ORIGIN) is None


async def test_what_is_too_long_is_not_read(witness: Witness) -> None:
    assert (await ask(witness, "x" * 70_000)).status_code == 413


async def test_it_remembers_across_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "w" / "memory.json"
    first = Memory(file, begin=True)
    await ask(Witness(NAME, MINE, [LOG], first), body(0, point(8)))
    with pytest.raises(StateFault, match="another witness"):
        Memory(file)
    first.close()
    second = Memory(file)
    answer = await ask(Witness(NAME, MINE, [LOG], second), body(0, point(7)))
    assert (answer.status_code, answer.text) == (409, "8\n")
    second.close()


def test_a_lost_memory_is_not_made_again_by_itself(tmp_path: Path) -> None:
    """A witness that forgot would cosign any history: its operator must begin a new one, with a new key."""
    with pytest.raises(StateFault, match="lost"):
        serve(NAME, [str(LOG)], tmp_path, "127.0.0.1", 0, False, print)
    Memory(tmp_path / "memory.json", begin=True).close()
    with pytest.raises(StateFault, match="exists"):
        serve(NAME, [str(LOG)], tmp_path, "127.0.0.1", 0, True, print)
    with pytest.raises(StateFault, match="key of a witness"):
        serve(NAME, [str(LOG)], tmp_path, "127.0.0.1", 0, False, print)


def test_its_key_is_its_own(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = key_of(file, begin=True)
    assert (len(made), key_of(file, begin=False), file.stat().st_mode & 0o777) == (32, made, 0o600)


def test_the_first_checkpoint_may_be_of_an_empty_log(memory: Memory) -> None:
    memory.keep(Checkpoint(ORIGIN, 0, tree.EMPTY_ROOT))
    assert memory.newest(ORIGIN) == Checkpoint(ORIGIN, 0, tree.EMPTY_ROOT)
