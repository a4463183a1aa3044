"""Documentation that cannot lie: generated parts are current, nothing is left out, links lead on, examples run."""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvicorn
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from api.app import create_app
from api.problems import CODES
from api.scopes import Scope
from domain.events import EVENT_TYPES
from domain.refusals import RefusalCode
from domain.stages import STAGE_OF, TRANSITIONS
from domain.vocabulary import Act, Stage, Status
from runtime.docs import pages, stages
from runtime.docs.reference import command_list, type_of
from runtime.servers import free_port
from runtime.settings import Settings
from store.failpoint import NAMES
from store.imports.findings import Code
from tests.house import CaseFile, House, eventually, today

ROOT = pages.ROOT
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text()


# --- generated parts -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def documents() -> dict[Path, str]:
    return pages.documents()


@pytest.mark.parametrize("file", [*pages.pages(), pages.OPENAPI], ids=lambda f: str(f.relative_to(ROOT)))
def test_what_the_code_says_is_what_the_file_says(documents: dict[Path, str], file: Path) -> None:
    assert documents[file] == file.read_text(), "run `make docs`"


def test_every_generated_part_stands_somewhere() -> None:
    assert set().union(*(pages.parts_in(p.read_text()) for p in pages.pages())) == set(pages.PARTS)


def test_marks_come_in_pairs() -> None:
    for file in pages.pages():
        text = file.read_text()
        assert text.count("<!-- generated: ") == text.count("<!-- end -->") == len(re.findall(pages.PART, text)), file


# --- nothing is left out ---------------------------------------------------------------------------------------------


def documented(names: Iterator[str] | list[str], where: str) -> None:
    text = page(where)
    assert [n for n in names if f"`{n}`" not in text] == [], f"docs/{where} does not have them"


def test_every_command_is_documented() -> None:
    text = page("operations.md")
    assert [c.name for c in command_list() if f"`mutasi {c.name}" not in text] == []
    assert [c.name for c in command_list() if not c.help] == []


def test_every_setting_is_documented_and_described() -> None:
    documented([str(f.validation_alias) for f in Settings.model_fields.values()], "operations.md")
    assert [n for n, f in Settings.model_fields.items() if not f.description] == []


def test_every_event_is_documented() -> None:
    documented([type_of(e) for e in EVENT_TYPES], "events.md")
    assert [e.__name__ for e in EVENT_TYPES if not vars(e).get("__doc__")] == []


def test_every_refusal_and_problem_is_documented() -> None:
    documented([*RefusalCode, *CODES], "refusals.md")


def test_every_act_status_finding_and_failpoint_is_documented() -> None:
    documented(list(Act), "api.md")
    documented([s for s in Status if s is not Status.CLOSED], "stages.md")
    documented(list(Code), "import.md")
    documented(list(NAMES), "operations.md")
    documented(list(Scope), "api.md")


def test_every_page_is_listed_in_the_index() -> None:
    listed = page("index.md")
    assert [f.name for f in pages.pages() if f.name not in (*re.findall(r"[\w.-]+\.md", listed), "index.md")] == []


def test_the_diagrams_show_the_transition_table() -> None:
    """Every transition is an edge of its stage's diagram, and every edge is a transition."""
    wanted = {
        (str(t.status), stages.place_in(STAGE_OF[t.status], t, target), str(t.by))
        for t in TRANSITIONS
        for target in t.to
    }
    drawn = {
        (here, there, by)
        for here, there, labels in re.findall(r"^    (\w+) --> (\w+) : (.+)$", stages.stages(), re.MULTILINE)
        for by in labels.split(" / ")
    }
    assert drawn == wanted
    for stage in Stage:
        assert re.search(rf"--> {stage} :", stages.overview()), stage


# --- links, commands, house rules ------------------------------------------------------------------------------------

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as its readers' renderers make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("file", [*pages.pages(), ROOT / "CHANGELOG.md"], ids=lambda f: str(f.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    for link in _LINK.findall(file.read_text()):
        target, _, anchor = link.partition("#")
        assert "://" not in link, f"{link}: a link that a test cannot follow"
        found = file.parent / target if target else file
        assert found.exists(), link
        assert not anchor or anchor in anchors(found.read_text()), link


def test_the_two_commands_of_the_readme_exist() -> None:
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for target in ("up", "test"):
        assert f"\nmake {target} " in readme
        assert re.search(rf"^{target}:.*##", makefile, re.MULTILINE)


def test_what_the_docs_ask_make_and_mutasi_for_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = {c.name.split()[0] for c in command_list()}
    for file in pages.pages():
        for block in re.findall(r"`{3}bash\n(.*?)`{3}|`([^`\n]+)`", file.read_text(), re.DOTALL):
            text = "".join(block)
            assert set(re.findall(r"^(?:\$ )?make ([a-z]+)", text, re.MULTILINE)) <= targets, (file, text)
            assert set(re.findall(r"^(?:\.venv/bin/)?mutasi ([a-z]+)", text, re.MULTILINE)) <= commands, (file, text)


_PLACES = "domain|store|workflows|activities|api|runtime|policies|locale|templates|tests|demo|deploy|docs"


def test_every_place_the_docs_name_exists() -> None:
    """Files and directories of the tree, named as code; recorded histories come with a release, a NAME with you."""
    for file in pages.pages():
        for named in re.findall(rf"`((?:{_PLACES})/[\w./-]*)`", file.read_text()):
            meant = named.startswith("tests/replay/") or "/NAME." in named
            assert meant or (ROOT / named).exists(), f"{file.name}: {named}"


def test_the_docs_name_no_host_and_no_machine() -> None:
    for file in [*pages.pages(), ROOT / "CHANGELOG.md"]:
        text = file.read_text()
        assert not re.search(r"pypi|docker\.io|ghcr|registry\.|/(home|root|work)/|\.\./sha" + "red", text), file


def test_what_the_threat_model_calls_met_has_a_test_that_exists() -> None:
    rows = [line for line in page("threat-model.md").splitlines() if line.startswith("| ") and " | met | " in line]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", row)
        assert named, row
        for file, test in named:
            assert re.search(rf"^(async )?def {test}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}::{test}"


@pytest.mark.parametrize("file", sorted((DOCS / "decisions").glob("*.md")), ids=lambda f: f.stem)
def test_a_decision_has_its_parts_and_names_its_guard(file: Path) -> None:
    headings = re.findall(r"^## (.+)$", file.read_text(), re.MULTILINE)
    assert {"Context", "Decision", "Consequences", "Rejected", "Guard"} <= set(headings)
    assert re.match(rf"# {file.stem[:4]} .+\n\n20\d\d-\d\d-\d\d, accepted", file.read_text())


# --- the examples are true to their schemas --------------------------------------------------------------------------


def routes_with_models() -> list[APIRoute]:
    served = (r.original_route for r in iter_route_contexts(create_app(Settings()).routes))
    return [r for r in served if isinstance(r, APIRoute) and r.include_in_schema]


def test_every_example_of_an_answer_is_one_that_its_route_can_give() -> None:
    """Read by the model of the route and written again it is the same: nothing is missing, nothing is invented."""
    shown = set()
    for route in routes_with_models():
        for status, response in route.responses.items():
            for content in response.get("content", {}).values():
                if "example" in content:
                    assert status == 200, route.path
                    read: TypeAdapter[Any] = TypeAdapter(route.response_model)
                    found = read.validate_python(content["example"])
                    assert read.dump_python(found, mode="json", exclude_unset=True) == content["example"], route.path
                    shown.add(route.operation_id)
    assert shown >= {"preview_case", "list_candidates", "list_opportunities", "list_positions", "get_position"}


def test_every_example_of_a_request_is_one_that_its_route_takes() -> None:
    shown = set()
    for route in routes_with_models():
        if route.body_field is None:
            continue
        body = route.body_field.field_info
        named = getattr(body, "openapi_examples", None) or {}
        for example in (*(body.examples or ()), *(e["value"] for e in named.values())):
            takes: TypeAdapter[Any] = TypeAdapter(body.annotation)
            found = takes.validate_python(example)
            assert takes.dump_python(found, mode="json", exclude_unset=True).items() <= example.items(), route.path
            shown.add(route.operation_id)
    assert shown >= {"preview_case", "act_on_case"}


# --- the examples run ------------------------------------------------------------------------------------------------


def session(name: str) -> str:
    """The bash of a marked part of the README."""
    found = re.search(rf"<!-- run: {name} -->\n```bash\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found, name
    return found[1]


@asynccontextmanager
async def listening(house: House) -> AsyncIterator[int]:
    """The house's API on a port of its own, for programs that knock from outside."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(house.app, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())

    async def started() -> bool:
        return server.started

    await eventually(started)
    try:
        yield port
    finally:
        server.should_exit = True
        await task


@pytest.mark.skipif(
    not ((shutil.which("bash") and shutil.which("curl")) or os.environ.get("CI")), reason="bash and curl are not here"
)
async def test_the_session_of_the_readme_walks_a_case_to_placement(house: House, database: str, home: Path) -> None:
    async with listening(house) as port:
        script = session("README session").replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        script = script.replace(".venv/bin/mutasi", f"{sys.executable} -m runtime.cli")
        environment = {**os.environ, "DATABASE_URL": database, "MUTASI_HOME": str(home), "MUTASI_ENV": "test"}
        process = await asyncio.create_subprocess_exec(
            "bash", "-euo", "pipefail", "-c", script, cwd=ROOT, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, errors = (text.decode() for text in await process.communicate())
    assert (process.returncode, errors) == (0, ""), said + errors
    assert "code" not in said, said
    last = said.splitlines()[-1]
    assert last in (ROOT / "README.md").read_text().replace("\n", " "), last
    rows = await house.sql("SELECT status FROM docket")
    assert [r.status for r in rows] == ["awaiting_duty"]


class Asked(NamedTuple):
    """A row of the worked example: who asked what, and what was answered."""

    by: str
    later: int
    body: dict[str, object] | None
    status: int
    said: str


_ROW = re.compile(
    r"^\| `(\w+)`(?:, (\d+) days later)? \| (?:`(\{.*\})`|open, [^|]*) \| `(\d+)` `([\w/]+)` \|$", re.MULTILINE
)


def worked_example(heading: str) -> list[Asked]:
    text = page("api.md").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = _ROW.findall(text)
    assert len(rows) == sum(line.startswith("| `") for line in text.splitlines()), "a row that the test cannot read"
    return [
        Asked(by, int(later or 0), json.loads(body.replace("TODAY", today())) if body else None, int(status), said)
        for by, later, body, status, said in rows
    ]


async def test_the_worked_example_of_the_api_page(house: House) -> None:
    """Every row, in order, on one case."""
    await _sent(house, "One case through all stages", "tenure_18_months")


async def test_the_worked_example_of_a_case_between_agencies(house: House) -> None:
    opening = re.search(r"^```json\n(.*?)^```", page("api.md").partition("## A case between agencies")[2], re.S | re.M)
    assert opening is not None
    fields = json.loads(opening.group(1))
    assert fields["nip"] == "198811182017011945"
    await _sent(house, "A case between agencies", "lateral_pass", position_code=None, **(fields | {"nip": _nip(house)}))


def _nip(house: House) -> str:
    return str(house.cast["lateral_pass"]["nip"])


async def _sent(house: House, heading: str, whom: str, **fields: object) -> None:
    opening, *acts = worked_example(heading)
    answer = await house.try_open(whom, opening.by, **fields)
    assert answer.status_code == opening.status, answer.text
    case = CaseFile(house, answer.json(), f"cast:{whom}")
    house.opened.append(case)
    assert "/".join(case.where) == opening.said
    persons = {
        "employee": case.employee,
        "destination_head": f"agency_head:{case.state['to']['agency_code']}",
    }
    for row in acts:
        if row.later:
            await case.forward(days=row.later)
        assert row.body is not None
        if code := row.body.get("document"):
            row.body["document"] = await case.hand_in(str(code))
        answer = await case.try_act(by=persons.get(row.by, row.by), **row.body)  # type: ignore[arg-type]
        found = answer.json()
        said = "/".join((found["stage"], found["status"])) if answer.is_success else found["code"]
        assert (answer.status_code, said) == (row.status, row.said), row
        if answer.is_success:
            case.state = found
