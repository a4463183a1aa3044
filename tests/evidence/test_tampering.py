"""Every way to tamper with the evidence of a case, each named at its place, by the product and by the page."""

import asyncio
import base64
import copy
import json
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.async_api import Browser, Page

from evidence import examine, verify
from tests.evidence.conftest import WITNESS, WITNESS_KEY, Told
from tests.evidence.forging import Forged, Held, command, cosigned, edited, of_kind, rechained, relogged
from tests.files import pdf

STRANGE_KEY = b"\x55" * 32


class Tampering(NamedTuple):
    """What is done, and what must be said of it in which verdict and where; {last} is the newest entry."""

    forge: Callable[[Forged], object]
    verdict: str
    kind: str
    where: str
    held: str = "held"
    """What the auditor holds: `held`, the checkpoint of half-way, or `newest`."""


def _drop(*numbers: int) -> Callable[[Forged], object]:
    def forge(forged: Forged) -> None:
        entries = forged.said["entries"]
        forged.said["entries"] = [
            e for n, e in enumerate(entries, 1) if n not in numbers and n - len(entries) not in numbers
        ]

    return forge


def _insert(forged: Forged) -> None:
    forged.said["entries"].insert(5, copy.deepcopy(forged.said["entries"][4]))


def _reorder(forged: Forged) -> None:
    entries = forged.said["entries"]
    entries[5], entries[6] = entries[6], entries[5]


def _cut_and_lowered(forged: Forged) -> None:
    """The tail cut off, and the head told as if nothing had been."""
    _drop(0)(forged)
    forged.said["log"]["head"] |= {"length": len(forged.said["entries"])}
    forged.said["log"]["head"]["hash"] = verify.leaf(forged.said["entries"][-1]["body"].encode()).hex()


def _put(path: Sequence[str | int], value: object) -> Callable[[Forged], object]:
    def forge(forged: Forged) -> None:
        place: Any = forged.said
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return forge


def _private(forged: Forged) -> None:
    forged.said["entries"][0]["private"]["reason"]["value"] = "Alasan yang lain"


def _policy(forged: Forged) -> None:
    [policy] = forged.said["policies"]
    forged.files[f"policies/{policy}.json"] += b" "


def _document(forged: Forged) -> None:
    [document] = forged.said["documents"]
    forged.files[document["file"]] = pdf("Surat yang lain")


def _forged_event(forged: Forged) -> None:
    history = forged.history
    asked, done = command("f" * 40, "p_governor", "decide")
    number = len(history["events"]) + 1
    done["workflowExecutionUpdateCompletedEventAttributes"]["acceptedEventId"] = str(number)
    history["events"] += [asked, done]
    forged.tell(history)


def _removed_event(forged: Forged) -> None:
    """The commit that made the last act vanishes from the history, the events numbered anew."""
    history = forged.history
    place = of_kind(history, "MARKER_RECORDED")[-1]
    del history["events"][place]
    forged.tell(history)


def _gap(forged: Forged) -> None:
    history = forged.history
    del history["events"][10]
    [run] = forged.said["runs"]
    forged.files[run["file"]] = json.dumps(history).encode()


def _one_timer_less(forged: Forged) -> None:
    history = forged.history
    del history["events"][of_kind(history, "TIMER_STARTED")[0]]
    forged.tell(history)


def _without_office(forged: Forged) -> None:
    person = forged.body(6)["actor"]["ref"]
    forged.said["offices"] = [o for o in forged.said["offices"] if o["person"] != person]


def _office_known_too_late(forged: Forged) -> None:
    for office in forged.said["offices"]:
        office["recorded_at"] = "2040-01-01T00:00:00.000000Z"


def _related(forged: Forged) -> None:
    who = forged.body(10)["actor"]["ref"]
    since = "2000-01-01T00:00:00.000000Z"
    forged.said["kin"] = [{"person": who, "recorded_at": since, "superseded_at": None}]


def _wrong_marks(forged: Forged) -> None:
    """The judgement turned round by whoever makes the log anew: what it was made from says otherwise."""
    body = forged.body(2)
    body["data"]["marks"][0]["outcome"] = "fail"
    forged.write(2, body)
    relogged(forged, forged.key)


def _wrong_term(forged: Forged) -> None:
    body = forged.body(6)
    body["data"]["move"]["due"]["days"] += 3
    forged.write(6, body)
    relogged(forged, forged.key)


def _same_size(forged: Forged) -> None:
    """Another log of the same size, by who holds the key of this one."""
    edited(6, lambda b: b["data"].update(shortage=True))(forged)
    size = verify.checkpoint_of(forged.said["log"]["checkpoint"]).size
    shown = len(forged.said["entries"]) + len(forged.said["attempts"]) + 2
    relogged(forged, forged.key, padding=size - shown)


def _false_cosignature(forged: Forged) -> None:
    told = cosigned(forged.packed(), WITNESS_KEY.split("+")[0], WITNESS, at=1)
    line = told.splitlines()[-1]
    name, encoded = line.split()[1:]
    raw = base64.b64decode(encoded)
    broken = base64.b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode()
    forged.said["log"]["checkpoint"] = told.replace(line, f"— {name} {broken}")


RUN = "run {run} event {event}"
YOURS = "your checkpoint of {size} leaves"
_EDIT = edited(6, lambda body: body["data"].update(shortage=True))
_ACTOR = edited(7, lambda body: body["actor"].update(ref="p_x"))
_DATE = edited(8, lambda body: body.update(at="2020-01-01T00:00:00.000000Z"))
TABLE: dict[str, Tampering] = {
    "edit": Tampering(_EDIT, "log", "entry_edited", "entry 6"),
    "swap the actor, by the engine": Tampering(_ACTOR, "engine", "actor_differs", "entry 7"),
    "swap the actor": Tampering(_ACTOR, "log", "entry_edited", "entry 7"),
    "back-date": Tampering(_DATE, "log", "entry_edited", "entry 8"),
    "back-date, by the engine": Tampering(_DATE, "engine", "entry_without_engine_event", "entry 8"),
    "delete": Tampering(_drop(4), "log", "entry_missing", "entry 4"),
    "insert": Tampering(_insert, "log", "entry_inserted", "entry 6"),
    "reorder": Tampering(_reorder, "log", "entries_reordered", "entry 6"),
    "truncate the newest": Tampering(_drop(0), "log", "history_cut", "entry {last}"),
    "truncate the newest, by the engine": Tampering(_drop(0), "engine", "engine_contradicts", RUN),
    "cut the tail off and lower the head": Tampering(_cut_and_lowered, "log", "head_false", "head"),
    "chain it anew": Tampering(lambda f: (_drop(4)(f), rechained(f)), "log", "entry_edited", "entry 4"),
    "personal content": Tampering(_private, "log", "private_edited", "entry 1"),
    "a refused attempt edited": Tampering(
        lambda f: f.said["attempts"][0].update(body=f.said["attempts"][0]["body"].replace("act_not_open", "stale")),
        "log", "attempt_edited", "attempt 1",
    ),
    "a refused attempt removed": Tampering(_put(["attempts"], []), "engine", "engine_event_without_entry", RUN),
    "change a policy": Tampering(_policy, "judgement", "policy_changed", "policy {policy}"),
    "replace a document": Tampering(_document, "documents", "document_replaced", "document D07 version 1"),
    "forge an engine event": Tampering(_forged_event, "engine", "engine_event_without_entry", RUN),
    "remove an engine event": Tampering(_removed_event, "engine", "entry_without_engine_event", "entry {last}"),
    "leave a gap in the engine's history": Tampering(_gap, "engine", "history_gap", RUN),
    "an office not held": Tampering(_without_office, "authority", "office_not_held", "entry 1"),
    "an office recorded afterwards": Tampering(_office_known_too_late, "authority", "office_not_held", "entry 1"),
    "two logs of one size": Tampering(_same_size, "log", "two_logs", YOURS, "newest"),
    "the whole log with its own key": Tampering(
        lambda f: relogged(f, f.key, padding=9), "log", "log_replaced", YOURS
    ),
    "the whole log with a new key": Tampering(
        lambda f: relogged(f, STRANGE_KEY, padding=9), "log", "unknown_key", YOURS
    ),
    "a false cosignature": Tampering(_false_cosignature, "log", "cosignature_false", "checkpoint"),
}  # fmt: skip
"""What both verifiers must say alike."""

LAW: dict[str, Tampering] = {
    "a judgement turned round": Tampering(_wrong_marks, "judgement", "judged_otherwise", "entry 2"),
    "a term that is not so long": Tampering(_wrong_term, "judgement", "judged_otherwise", "entry 6"),
    "a timer that was never set": Tampering(_one_timer_less, "replay", "replayed_otherwise", "run {run}"),
    "another state": Tampering(_put(["state", "returns"], 2), "replay", "state_differs", "entry {last}"),
    "a relative who verifies": Tampering(_related, "authority", "not_authorised", "entry 10"),
}  # fmt: skip
"""What takes the law and the workflow, and so the product."""


def _held_by(told: Told, tampering: Tampering) -> Held:
    return told.held if tampering.held == "held" else told.newest


class Tried(NamedTuple):
    """A tampered bundle, and what the product's part of the verifier said of it."""

    raw: bytes
    verdicts: dict[str, verify.Verdict]


_TRIED: dict[str, Tried] = {}


def _tried(told: Told, name: str) -> Tried:
    """Each bundle is forged and looked at once, whoever asks for it."""
    if name not in _TRIED:
        tampering, forged = TABLE[name], Forged.of(told.late, told.key)
        tampering.forge(forged)
        raw = forged.packed()
        held, witness = _held_by(told, tampering).point, verify.key_of(WITNESS_KEY)
        _TRIED[name] = Tried(raw, verify.examine(verify.read(raw), [held], [witness]))
    return _TRIED[name]


def _faults(verdicts: dict[str, verify.Verdict], tampering: Tampering) -> list[tuple[str, str]]:
    return [(kind, where) for kind, where, _ in verdicts[tampering.verdict].faults]


def _expected(told: Told, tampering: Tampering, found: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The fault as it must be named; in a history, the event is any that the run has."""
    bundle = verify.read(told.late)
    run = bundle.said["runs"][0]["run"]
    event = found[0][1].rpartition(" ")[2] if found else "?"
    named = tampering.where.format(
        last=len(bundle.entries), run=run, event=event, size=_held_by(told, tampering).size,
        policy=bundle.said["policies"][0][:12],
    )  # fmt: skip
    return tampering.kind, named


def test_an_honest_bundle_holds(told: Told) -> None:
    """The same bundle that is tampered with below: all six verdicts hold, and none without what is held elsewhere."""
    bundle = verify.read(told.late)
    assert {v.name: v.state for v in verify.examine(bundle, [told.held.point]).values()} == dict.fromkeys(
        verify.VERDICTS, "holds"
    )
    assert verify.examine(bundle)["log"].state == "not_shown"


@pytest.mark.parametrize("name", TABLE)
def test_tampering_is_named(told: Told, name: str) -> None:
    tampering, tried = TABLE[name], _tried(told, name)
    found = _faults(tried.verdicts, tampering)
    wanted = _expected(told, tampering, found)
    assert wanted in found and (tampering.verdict != "log" or wanted == found[0])


@pytest.mark.parametrize("name", LAW)
async def test_tampering_with_the_law_is_named(told: Told, name: str) -> None:
    tampering, forged = LAW[name], Forged.of(told.late, told.key)
    tampering.forge(forged)
    bundle = verify.read(forged.packed())
    verdicts = await asyncio.to_thread(examine.examine, bundle, [told.held.point])
    found = _faults(verdicts, tampering)
    assert _expected(told, tampering, found) in found


def test_last_weeks_backup_is_found_out(told: Told) -> None:
    """The early bundle is right in itself; only who holds a newer checkpoint sees what came after is gone."""
    early = verify.read(told.early)
    assert verify.examine(early, [told.held.point])["log"].state == "holds"
    [fault] = verify.examine(early, [told.newest.point])["log"].faults
    assert fault[:2] == ("log_behind", f"your checkpoint of {told.newest.size} leaves")


def test_a_log_made_anew_is_right_in_itself_and_vouched_for_by_nobody(told: Told) -> None:
    """With database and key all can be made anew: without anything held elsewhere it is not shown, never held."""
    forged = Forged.of(told.late, told.key)
    relogged(forged, STRANGE_KEY)
    bundle = verify.read(forged.packed())
    log = verify.examine(bundle)["log"]
    assert (log.state, log.faults) == ("not_shown", [])
    kinds = {kind for kind, _, _ in verify.examine(bundle, [told.newest.point])["log"].faults}
    assert "unknown_key" in kinds
    trusted = verify.key_of(verify.read(told.late).said["log"]["keys"][0])
    assert [f[0] for f in verify.examine(bundle, [], [], [trusted])["log"].faults] == ["unknown_key"]


def test_a_witness_vouches(told: Told) -> None:
    forged = Forged.of(told.late, told.key)
    forged.said["log"]["checkpoint"] = cosigned(told.late, WITNESS_KEY.split("+")[0], WITNESS, at=1_800_000_000)
    assert verify.examine(verify.read(forged.packed()), [], [verify.key_of(WITNESS_KEY)])["log"].state == "holds"
    alone = verify.examine(verify.read(told.late), [], [verify.key_of(WITNESS_KEY)])["log"]
    assert alone.state == "not_shown" and "has not cosigned" in alone.lacking[0]


def _another_file(files: dict[str, bytes]) -> None:
    files["hidden.txt"] = b"?"


def _another_key(files: dict[str, bytes]) -> None:
    files["bundle.json"] = verify.canonical({**json.loads(files["bundle.json"]), "more": 1})


def _another_format(files: dict[str, bytes]) -> None:
    files["bundle.json"] = verify.canonical({**json.loads(files["bundle.json"]), "format": "mutasi-evidence/2"})


def _a_key_twice(files: dict[str, bytes]) -> None:
    files["bundle.json"] = files["bundle.json"].replace(b'{"attempts"', b'{"format":"x","attempts"', 1)


def _another_page(files: dict[str, bytes]) -> None:
    files["LAPORAN.html"] = files["LAPORAN.html"].replace(b"case_opened", b"case_closed", 1)


@pytest.mark.parametrize("forge", [_another_file, _another_key, _another_format, _a_key_twice, _another_page])
def test_what_is_not_of_the_format_is_refused(told: Told, forge: Callable[[dict[str, bytes]], None]) -> None:
    files = dict(verify.read(told.late).files)
    forge(files)
    with pytest.raises(verify.Malformed):
        verify.read(verify.zipped(files))


def test_bytes_beside_the_archive_are_refused(told: Told) -> None:
    for raw in (told.late + b"x", b"x" + told.late, told.late[:-1], b"", b"PK"):
        with pytest.raises(verify.Malformed):
            verify.read(raw)


@pytest.fixture(scope="module")
async def page(told: Told, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Page]:
    """The page of the bundle, opened as a file. It asks for nothing from any network."""
    home: Path = tmp_path_factory.mktemp("bundle")
    zipfile.ZipFile(BytesIO(told.late)).extractall(home)
    opened = await browser.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: asked.append(f"error: {error}"))
    address = f"file://{home}/LAPORAN.html"
    await opened.goto(address)
    await opened.wait_for_selector("body[data-checked='1']")
    yield opened
    assert asked == [address]
    await opened.close()


_ASK = """async ([said, files, anchors]) => {
    const shape = JSON.parse(document.getElementById("shape").textContent);
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const raw = new Map(Object.entries(files).map(([name, text]) => [name, bytes(text)]));
    const verdicts = await Evidence.examine(said, shape, raw, anchors);
    const told = (v) => [v.state, v.faults.map((fault) => [fault.kind, fault.where])];
    return Object.fromEntries(Object.values(verdicts).map((v) => [v.name, told(v)]));
}"""


async def _asked(page: Page, raw: bytes, held: Held) -> dict[str, Any]:
    """What the page's verifier says of a bundle."""
    bundle = verify.read(raw)
    files = {name: base64.b64encode(bundle.files[name]).decode() for name in bundle.said["files"]}
    anchors = {"checkpoints": [held.note], "witnesses": [WITNESS_KEY]}
    found: dict[str, Any] = await page.evaluate(_ASK, [bundle.said, files, anchors])
    return found


async def test_the_page_names_the_same(told: Told, page: Page) -> None:
    """Both verifiers, written apart, name the same faults at the same places, for every tampering of the table."""
    differing = {}
    for name, tampering in TABLE.items():
        tried = _tried(told, name)
        theirs = await _asked(page, tried.raw, _held_by(told, tampering))
        for verdict in ("log", "engine", "documents", "authority", "judgement"):
            mine = [[kind, where] for kind, where, _ in tried.verdicts[verdict].faults]
            if theirs[verdict][1] != mine:
                differing[name, verdict] = (theirs[verdict][1], mine)
    assert differing == {}


async def test_the_page_shows_the_case_and_checks_what_it_is_given(told: Told, page: Page) -> None:
    """A reader gives the checkpoint he holds and the other files, in the language he reads."""
    states = {row: await page.get_attribute(f"[data-verdict={row}]", "data-state") for row in verify.VERDICTS}
    assert states == dict.fromkeys(verify.VERDICTS, "not_shown")
    home = Path(page.url.removeprefix("file://")).parent
    given = [str(file) for file in home.rglob("*") if file.is_file() and file.parent != home]
    await page.fill("#checkpoint", told.held.note)
    await page.set_input_files("#files", given)
    await page.click("#check")
    await page.wait_for_selector("[data-verdict=log][data-state=holds]")
    shown = {row: await page.get_attribute(f"[data-verdict={row}]", "data-state") for row in verify.VERDICTS}
    told_alone = {"replay": "not_shown", "judgement": "not_shown", "authority": "not_shown"}
    assert shown == {"log": "holds", "engine": "holds", "documents": "holds", **told_alone}
    assert "Kasus dibuka" in await page.inner_text("#page")
    await page.click("[data-language=en]")
    text = await page.inner_text("#page")
    assert "Case opened" in text and "Personnel officer" in text
