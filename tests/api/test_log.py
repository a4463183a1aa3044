"""Proofs over the API: what an auditor checks with the keys he wrote down and nothing else of ours."""

import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from proof import checkpoint, note
from proof.checkpoint import Checkpoint
from proof.heads import Head, HeadProof, verify_whole
from proof.note import Key
from proof.tree import ProofFault, verify_consistency, verify_inclusion
from tests.api.answers import UNKNOWN_CASE, problem_of
from tests.conftest import RECORD_INTO
from tests.house import CaseFile, House, eventually
from tests.order import record_run
from workflows import contract

AUDITOR = "auditor"


async def key_of(house: House) -> Key:
    """The newest key, as anybody reads it."""
    answer = await house.request("GET", "http://house/.well-known/mutasi-log.json", None)
    return note.read_key(answer.json()["keys"][-1]["key"])


async def checkpoint_of(house: House, **params: Any) -> Checkpoint:
    answer = await house.request("GET", "/log/checkpoint", AUDITOR, params=params)
    assert answer.headers["content-type"].startswith("text/plain"), answer.text
    return checkpoint.opened(note.read(answer.text), [await key_of(house)])


def unhex(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(step) for step in path]


async def whole(house: House, case: CaseFile) -> tuple[list[bytes], HeadProof, Checkpoint]:
    """The hashes of a history as the API tells them, and the proof that they are all."""
    told = await house.get("/log/proofs/head", AUDITOR, case_id=case.id)
    head = Head(told["case"], told["length"], bytes.fromhex(told["head"]))
    proof = HeadProof(head, told["place"], unhex(told["path"]), told["heads"].encode(), unhex(told["heads_path"]))
    point = checkpoint.opened(note.read(told["checkpoint"]), [await key_of(house)])
    return [bytes.fromhex(e["hash"]) for e in await case.events()], proof, point


async def test_a_history_is_proved_whole_and_a_cut_one_is_refused(house: House) -> None:
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_briefing")
    await house.open("it_self_nomination")
    await house.proof_log().attested()
    entries, proof, point = await whole(house, case)
    assert len(entries) >= 3
    verify_whole(entries, proof, point)
    for cut in range(len(entries)):
        with pytest.raises(ProofFault, match="entries"):
            verify_whole(entries[:cut], proof, point)


async def test_entries_and_checkpoints_are_proved(house: House) -> None:
    case = await house.open("lateral_pass")
    await house.proof_log().turn()
    kept = await checkpoint_of(house)
    await case.walk(to="awaiting_briefing")
    await case.refused("verify", "hr_officer", "act_not_open", 409)
    await house.proof_log().turn()
    newest = await checkpoint_of(house)
    assert newest.size > kept.size and await checkpoint_of(house, size=kept.size) == kept
    for entry in await case.events():
        told = await house.get("/log/proofs/inclusion", AUDITOR, case_id=case.id, seq=entry["seq"])
        assert (told["leaf"], told["size"]) == (entry["hash"], newest.size)
        verify_inclusion(unhex([told["leaf"]])[0], told["place"], newest.size, unhex(told["path"]), newest.root)
    told = await house.get("/log/proofs/consistency", AUDITOR, first=kept.size)
    verify_consistency(kept.size, kept.root, newest.size, newest.root, unhex(told["path"]))
    [attempt] = await house.sql("SELECT hash, body FROM log_leaf WHERE kind = 'attempt'")
    assert hashlib.sha256(b"\x00" + attempt.body).digest() == attempt.hash
    assert json.loads(attempt.body)["code"] == "act_not_open"


async def test_a_closed_case_is_attested_without_being_asked(house: House) -> None:
    case = await house.open("lateral_pass")
    log = house.proof_log()
    await log.turn()
    assert await house.sql("SELECT 1 FROM log_leaf WHERE kind = 'heads'") == []
    await case.act("cancel", "hr_head", reason="Tidak jadi")
    assert case.state["stage"] == "closed"
    await log.turn()
    entries, proof, point = await whole(house, case)
    verify_whole(entries, proof, point)


async def test_a_printed_sheet_says_what_was_attested(house: House) -> None:
    """What an auditor types off the paper is the checkpoint, and the text under it verifies."""
    problem_of(await house.request("GET", "/log/sheet", AUDITOR), 404, "not_logged_yet")
    await house.open("lateral_pass")
    await house.proof_log().attested()
    await house.open("it_self_nomination")
    await house.proof_log().turn()
    answer = await house.request("GET", "/log/sheet", AUDITOR)
    assert answer.headers["content-type"].startswith("text/html") and "script" not in answer.text
    digits = "".join(re.findall(r"\b[0-9a-f]{4}\b", " ".join(re.findall(r"<div>([0-9a-f ]+)</div>", answer.text))))
    printed = html.unescape(re.findall(r"<pre>(.*?)</pre>", answer.text, re.DOTALL)[0])
    point = checkpoint.opened(note.read(printed), [await key_of(house)])
    newest = await checkpoint_of(house)
    assert (digits, point.size) == (point.root.hex(), int(re.findall(r'groups">(\d+)<', answer.text)[0]))
    assert point.size < newest.size, "the attested one, which proves histories whole, not merely the newest"
    for words in ("Tanda tangan", "Signature", point.origin, html.escape(str(await key_of(house)))):
        assert words in answer.text


async def test_what_cannot_be_proved_is_refused_with_words(common_house: House) -> None:
    async def ask(path: str, **params: Any) -> Any:
        return await common_house.request("GET", path, AUDITOR, params=params)

    answer = await ask("/log/proofs/head", case_id=UNKNOWN_CASE)
    assert "every hour" in problem_of(answer, 404, "not_logged_yet")["detail"]
    await common_house.proof_log().turn()
    problem_of(await ask("/log/proofs/inclusion", case_id=UNKNOWN_CASE, seq=1), 404, "not_logged_yet")
    problem_of(await ask("/log/checkpoint", size=10**9), 404, "not_logged_yet")
    problem = problem_of(await ask("/log/proofs/consistency", first=10**9), 422, "log_size_unknown")
    assert problem["params"]["first"] == 10**9
    problem_of(await ask("/log/proofs/consistency", first=0), 422, "invalid_request")
    problem_of(await ask("/log/proofs/head", case_id="199001012020121001"), 422, "invalid_request")


async def test_the_workflow_keeps_the_log(house: House) -> None:
    """Started once, it gives entries their place by itself and attests when asked."""
    handle = await house.keep_log()
    try:
        case = await house.open("lateral_pass")

        async def placed() -> bool:
            rows = await house.sql("SELECT 1 FROM log_leaf WHERE case_id = :case", case=case.id)
            return len(rows) == len(await case.events())

        await eventually(placed)
        size = await handle.execute_update(contract.ATTEST)
        entries, proof, point = await whole(house, case)
        assert point.size == size
        verify_whole(entries, proof, point)
        if RECORD_INTO:
            await record_run(handle, Path(RECORD_INTO), "proof_log")
    finally:
        await handle.terminate("the test is over")
