"""Taking the evidence of a case and checking it: by the API, the command, and the script alone."""

import ast
import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from domain import hindsight
from evidence import examine, verify
from runtime import bundling, cli, code
from tests.evidence.conftest import Told, take
from tests.evidence.forging import Forged, edited
from tests.house import SAID

EVIDENCE = Path(verify.__file__).parent
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "proof" / "vectors.json").read_text())
MOST_LINES = 400


def verdicts(result: Result) -> dict[str, str]:
    return {name: found["state"] for name, found in json.loads(result.stdout)["verdicts"].items()}


async def test_the_same_evidence_is_the_same_bytes(told: Told) -> None:
    again = await take(told.house, told.case, since=told.held.size)
    assert again.content == told.late
    assert told.case.state["number"] in again.headers["content-disposition"]


async def test_who_takes_it_and_which_documents_he_read_is_written_down(told: Told) -> None:
    [document] = verify.read(told.late).said["documents"]
    await take(told.house, told.case, by="inspector")
    seen = (await told.house.get(f"/cases/{told.case.id}/accesses", "auditor"))["items"]
    who = await told.house.person("inspector")
    mine = [(a["operation"], a["document_id"]) for a in seen if a["person_id"] == who]
    assert set(mine) == {("get_evidence", None), ("get_evidence", document["id"])}
    refused = await told.house.request("GET", f"/cases/{told.case.id}/evidence", "hr_head")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_authorised")
    last, *_ = (await told.house.get(f"/cases/{told.case.id}/accesses", "auditor"))["items"]
    assert (last["operation"], last["outcome"]) == ("get_evidence", "refused")


async def test_without_personal_content_it_still_proves_the_history(told: Told) -> None:
    """What was left out is not shown, and the rest holds; nothing that was typed is in any file."""
    lean = await take(told.house, told.case, personal=False, documents=False, since=told.held.size)
    bundle = verify.read(lean.content)
    found = {v.name: v.state for v in verify.examine(bundle, [told.held.point]).values()}
    assert found == dict.fromkeys(verify.VERDICTS, "holds") | {"documents": "not_shown"}
    subject = told.house.cast["lateral_pass"]
    for word in (subject["nip"], "Kebutuhan unit tujuan", "Sudah dibaca"):
        assert word.encode() not in lean.content
    assert b"Kebutuhan unit tujuan" in told.late


async def test_no_history_repeats_what_people_typed(told: Told) -> None:
    bundle = verify.read(told.late)
    subject = told.house.cast["lateral_pass"]
    for name in (n for n in bundle.files if n.startswith("histories/")):
        text = _plain(bundle.files[name])
        assert "awaiting_confirmation" in text
        assert subject["nip"] not in text and "Kebutuhan unit tujuan" not in text


def _payload_lists(value: object) -> list[dict[str, list[dict[str, str]]]]:
    """Every list of payloads in a history, wherever it stands."""
    if isinstance(value, list):
        return [found for item in value for found in _payload_lists(item)]
    if not isinstance(value, dict):
        return []
    mine = [value] if isinstance(value.get("payloads"), list) else []
    return mine + [found for item in value.values() for found in _payload_lists(item)]


async def test_growth_is_proved_from_signed_sizes_only(told: Told) -> None:
    path = f"/cases/{told.case.id}/evidence"
    answer = await told.house.request("GET", path, "auditor", params={"since": 10**9})
    assert (answer.status_code, answer.json()["code"]) == (422, "log_size_unknown")


def test_the_command_says_what_holds(told: Told, tmp_path: Path) -> None:
    """No settings, no server: a file, a checkpoint, six verdicts, and the exit code."""
    bundle, held = tmp_path / "case.zip", tmp_path / "held.checkpoint"
    bundle.write_bytes(told.late)
    held.write_text(told.held.note)
    run = CliRunner()
    whole = run.invoke(cli.app, ["audit", "verify", str(bundle), "--checkpoint", str(held), "--json"])
    assert (whole.exit_code, set(verdicts(whole).values())) == (0, {"holds"})
    alone = run.invoke(cli.app, ["audit", "verify", str(bundle), "--json"])
    assert (alone.exit_code, verdicts(alone)["log"]) == (1, "not_shown")
    excused = run.invoke(cli.app, ["audit", "verify", str(bundle), "--may-lack", "log"])
    assert excused.exit_code == 0, excused.stdout
    forged = Forged.of(told.late, told.key)
    edited(6, lambda body: body["data"].update(shortage=True))(forged)
    bundle.write_bytes(forged.packed())
    broken = run.invoke(cli.app, ["audit", "verify", str(bundle), "--may-lack", "log"])
    assert broken.exit_code == 1 and "entry 6: its content is not what was logged" in broken.stdout
    bundle.write_bytes(told.late[:-9])
    assert run.invoke(cli.app, ["audit", "verify", str(bundle)]).exit_code == 1


def test_the_script_alone_says_the_same(told: Told, tmp_path: Path) -> None:
    """The script out of the bundle, in an interpreter that has nothing of ours."""
    read = verify.read(told.late)
    script, bundle, held = tmp_path / "verify.py", tmp_path / "case.zip", tmp_path / "held"
    script.write_bytes(read.files["verify.py"])
    bundle.write_bytes(told.late)
    held.write_text(told.held.note)
    blind = "import sys; sys.modules.update(dict.fromkeys(%r)); sys.argv[:1] = [sys.argv.pop(1)]; import runpy; "
    ours = ["domain", "evidence", "proof", "store", "workflows", "runtime", "rfc8785", "pydantic", "temporalio"]
    start = [sys.executable, "-I", "-c", blind % ours + "runpy.run_path(sys.argv[0], run_name='__main__')", str(script)]

    def asked(*options: str) -> tuple[int, dict[str, str]]:
        done = subprocess.run(
            [*start, str(bundle), "--checkpoint", str(held), *options], capture_output=True, text=True
        )
        assert not done.stderr, done.stderr
        return done.returncode, dict(re.findall(r"^(\w+) +(holds|fails|not_shown)", done.stdout, re.MULTILINE))

    beyond = {"replay": "not_shown", "judgement": "not_shown", "authority": "not_shown"}
    code_of, found = asked()
    assert (code_of, found) == (1, {"log": "holds", "engine": "holds", "documents": "holds", **beyond})
    lacking = [option for name in beyond for option in ("--may-lack", name)]
    assert asked(*lacking)[0] == 0
    forged = Forged.of(told.late, told.key)
    edited(6, lambda body: body["data"].update(shortage=True))(forged)
    bundle.write_bytes(forged.packed())
    code_of, found = asked(*lacking)
    assert (code_of, found["log"]) == (1, "fails")


def test_the_script_is_short_and_stands_alone() -> None:
    raw = (EVIDENCE / "verify.py").read_text()
    assert sum(1 for line in raw.splitlines() if line.strip()) < MOST_LINES
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(raw))
        for name in ([a.name for a in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None)])
        if name and isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert names <= {*sys.stdlib_module_names, "cryptography"}


def test_every_fault_has_words_in_both_languages() -> None:
    sources = [EVIDENCE / name for name in ("verify.py", "verify.js", "examine.py")] + [Path(hindsight.__file__)]
    said = "".join(file.read_text() for file in sources)
    kinds = {k for pair in re.findall(r'fault\("(\w+)"|Finding\("(\w+)"', said) for k in pair if k}
    kinds |= {"entries_reordered", "entry_missing", "entry_inserted"}
    words = bundling.words()
    assert {k.removeprefix("fault.") for k in words if k.startswith("fault.")} == kinds
    shown = set(re.findall(r'"(evidence\.\w+)"', (EVIDENCE / "page.js").read_text()))
    assert shown <= set(words) and len(kinds) > 25
    assert {f"verdict.{name}" for name in verify.VERDICTS} <= set(words)


def test_the_code_that_made_a_bundle_is_told(told: Told) -> None:
    assert verify.read(told.late).said["product"] == code.product()


def test_the_script_takes_the_proofs_of_another_implementation_and_no_others() -> None:
    """Against vectors made by golang.org/x/mod: each step of each proof matters, and so do place and size."""
    roots = [bytes.fromhex(root) for root in VECTORS["roots"]]
    for case in VECTORS["inclusion"]:
        index, size = case["Index"], case["Size"]
        leaf, path = verify.leaf(b"leaf %d" % index), [bytes.fromhex(step) for step in case["Path"]]
        assert verify.included(leaf, index, size, path, roots[size])
        assert not verify.included(leaf, index, size, [*path, b"\0" * 32], roots[size])
        assert not verify.included(leaf, index, size, path, roots[size - 1])
        for n in range(len(path)):
            assert not verify.included(leaf, index, size, path[:n] + path[n + 1 :], roots[size])
            assert not verify.included(leaf, index, size, [*path[:n], b"\1" * 32, *path[n + 1 :]], roots[size])
    for case in VECTORS["consistency"]:
        first, second = case["First"], case["Second"]
        path = [bytes.fromhex(step) for step in case["Path"]]
        assert verify.extends(first, roots[first], second, roots[second], path)
        assert not verify.extends(first, roots[first], second, roots[second], [*path, b"\0" * 32])
        if first != second:
            assert not verify.extends(first, roots[first - 1], second, roots[second], path)
        for n in range(len(path)):
            assert not verify.extends(first, roots[first], second, roots[second], path[:n] + path[n + 1 :])


@pytest.mark.parametrize("cut", [1, 2])
def test_a_lost_history_is_not_shown(told: Told, cut: int) -> None:
    """What the engine no longer has, the bundle says plainly; neither verdict on it holds."""
    forged = Forged.of(told.late, told.key)
    [run] = forged.said["runs"]
    del forged.files[run["file"]]
    run |= {"file": None, "absent": bundling.GONE}
    if cut == 2:
        forged.said["runs"].clear()
    found = examine.examine(verify.read(forged.packed()), [told.held.point])
    assert (found["engine"].state, found["replay"].state) == ("not_shown", "not_shown")


async def test_a_workflow_that_was_reset_and_one_that_was_lost(told: Told) -> None:
    """What an operator does to the engine leaves runs behind: each is in the bundle, and they tell one story."""
    case = told.house.opened[1]
    await case.act("confirm_need", "hr_officer", **SAID)
    await case.act("respond", case.employee, answer="accept")
    await case.reset_to_beginning()
    await case.patient_walk(to="awaiting_verification")
    await case.stop()
    await case.act("comment", "hr_head", text="Sesudah alur kerja dihentikan", visible_to_employee=False)
    bundle = verify.read((await take(told.house, case)).content)
    assert len(bundle.said["runs"]) == 3
    found = await asyncio.to_thread(examine.examine, bundle, [])
    wrong = {v.name: (v.faults, v.lacking) for v in found.values() if v.state != "holds"}
    assert list(wrong) == ["log"] and not wrong["log"][0], wrong
    names = [n for n in bundle.files if n.startswith("histories/")]
    assert not any(told.house.cast["it_self_nomination"]["nip"] in _plain(bundle.files[name]) for name in names)


def _plain(history: bytes) -> str:
    return json.dumps([list(verify._payloads(found)) for found in _payload_lists(json.loads(history))])
