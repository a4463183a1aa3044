"""A house to test in: real PostgreSQL, real Temporal whose time can be skipped, the API in process, a real worker."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.checkpoints import Channel, FileDrop
from activities.ledger import Ledger
from activities.notices import Notices, Smtp
from activities.proof_log import ProofLog
from activities.upkeep import Upkeep
from api import deps
from api.auth import Tokens
from api.deps import Services
from api.desk import Desk
from api.identity import Identity
from pages.app import create_app
from runtime.settings import Settings
from runtime.tokens import token_for
from store.commit import Register
from store.contents import Contents
from store.engine import app_engine
from store.sequencing import Sequencer
from tests.files import pdf
from tests.postbox import Postbox
from worker import build
from workflows import contract

HEADERS = {"Accept-Language": "en"}
_PEOPLE: dict[str, dict[str, str]] = {}
"""Person ids by server and who they are: the databases of a server are copies of one template, so they hold for all."""


def log_id_of(queue: str) -> str:
    """The workflow that keeps the log of a house: houses share one engine."""
    return f"log-{queue}"


class House:
    """One register, one worker, one API; every person of the province can knock."""

    def __init__(
        self, env: WorkflowEnvironment, engine: AsyncEngine, app: FastAPI, settings: Settings, tokens: Tokens,
        cast: dict[str, dict[str, Any]], postbox: Postbox, queue: str,
    ) -> None:  # fmt: skip
        self.env = env
        self.client: Client = env.client
        self.engine = engine
        self.app = app
        self.cast = cast
        self.postbox = postbox
        self.queue = queue
        self.url = str(settings.database_url)
        self.desk = Desk(env.client, engine, queue)
        self.ahead = timedelta(0)
        """How far the clocks of the cases ran ahead of ours."""
        self.settings = settings
        self._tokens = tokens
        self.opened: list[CaseFile] = []
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://house/api/v1"
        )

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def token(self, who: str) -> str:
        """A token for an office, a NIP, or `cast:ID` for somebody of the cast."""
        name = self.cast[who[5:]]["nip"] if who.startswith("cast:") else who
        known = _PEOPLE.setdefault(self.url.partition("?")[2], {})
        if name not in known:
            known[name] = self._tokens.read(await token_for(self.settings, name))
        return self._tokens.issue(known[name], datetime.now(UTC), timedelta(hours=1))

    async def person(self, who: str) -> str:
        return self._tokens.read(await self.token(who))

    async def cast_nip(self, office: str) -> str:
        """The NIP of the one who holds an office."""
        rows = await self.sql("SELECT nip FROM person WHERE id = :id", id=await self.person(office))
        return str(rows[0].nip)

    async def request(self, method: str, path: str, by: str | None, **options: Any) -> httpx.Response:
        headers = {**HEADERS, **options.pop("headers", {})}
        if by is not None:
            headers["Authorization"] = f"Bearer {await self.token(by)}"
        return await self._http.request(method, path, headers=headers, **options)

    async def get(self, path: str, by: str = "hr_officer", **params: Any) -> Any:
        answer = await self.request("GET", path, by, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def open(self, whom: str, by: str = "hr_officer", **fields: Any) -> "CaseFile":
        """Open a case for somebody of the cast to the post the cast says, and expect it to be opened."""
        key = uuid.uuid4().hex
        answer = await _answered(lambda: self.try_open(whom, by, key, **fields))
        assert answer.status_code == 201, answer.text
        case = CaseFile(self, answer.json(), f"cast:{whom}")
        self.opened.append(case)
        return case

    async def try_open(
        self, whom: str, by: str = "hr_officer", key: str | None = None, **fields: Any
    ) -> httpx.Response:
        member = self.cast[whom]
        body = {
            "kind": "internal",
            "origin": "organisation",
            "nip": member["nip"],
            "position_code": member["target_position_code"],
            "reason": "Kebutuhan unit tujuan",
            **fields,
        }
        return await self.request("POST", "/cases", by, json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})

    async def sql(self, statement: str, **params: Any) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(statement), params)).all())

    def proof_log(self, channels: Sequence[Channel] = (), drop: FileDrop | None = None) -> ProofLog:
        """The transparency log of this house, to be turned by hand."""
        ways = [*channels, *([drop] if drop else [])]
        return ProofLog(self.engine, self.sequencer(), self.settings.proof_origin, ways, drop)

    def upkeep(self) -> Upkeep:
        """Upkeep of this house, to be done by hand."""
        from runtime import reconciling

        return reconciling.upkeep(self.settings, self.engine, self.client, self.queue)

    async def keep_log(self) -> WorkflowHandle[Any, Any]:
        """Start the workflow that keeps the log of this house; whoever starts it terminates it."""
        return await self.client.start_workflow(contract.LOG_WORKFLOW, id=log_id_of(self.queue), task_queue=self.queue)

    @property
    def log_key(self) -> bytes:
        """The private key that signs the log of this house."""
        from runtime import keys

        return next(iter(keys.proof_keys(self.settings).values()))

    def sequencer(self) -> Sequencer:
        from runtime import proof_log

        return proof_log.sequencer(self.settings, self.engine)

    async def close(self) -> None:
        await self._http.aclose()


class CaseFile:
    """A case as a test works on it."""

    def __init__(self, house: House, state: dict[str, Any], employee: str) -> None:
        self.house = house
        self.employee = employee
        self.id: str = state["id"]
        self.state = state

    @property
    def where(self) -> tuple[str, str]:
        return self.state["stage"], self.state["status"]

    @property
    def workflow(self) -> Any:
        return self.house.client.get_workflow_handle(contract.workflow_id(self.id))

    async def look(self, by: str = "hr_officer") -> dict[str, Any]:
        self.state = await self.house.get(f"/cases/{self.id}", by)
        return self.state

    async def try_act(
        self, act: str, by: str, key: str | None = None, version: int | None = None, **fields: Any
    ) -> httpx.Response:
        """An act on the version last seen; the answer, whatever it is."""
        headers = {
            "Idempotency-Key": key or uuid.uuid4().hex,
            "If-Match": f'"{self.state["version"] if version is None else version}"',
        }
        return await self.house.request(
            "POST", f"/cases/{self.id}/acts", by, json={"act": act, **fields}, headers=headers
        )

    async def act(self, act: str, by: str, key: str | None = None, **fields: Any) -> dict[str, Any]:
        """An act that must be carried out."""
        key = key or uuid.uuid4().hex
        answer = await _answered(lambda: self.try_act(act, by, key, **fields))
        assert answer.status_code == 200, answer.text
        self.state = answer.json()
        return self.state

    async def refused(self, act: str, by: str, code: str, status: int, **fields: Any) -> dict[str, Any]:
        """An act that must be refused, with this code and status."""
        answer = await self.try_act(act, by, **fields)
        problem: dict[str, Any] = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return problem

    async def hand_in(self, code: str, by: str = "hr_officer") -> str:
        """Hand in a document of the catalogue; its id."""
        headers = {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/pdf"}
        asked = {"document": code, "issued_on": today()}
        content = pdf(uuid.uuid4().hex)
        answer = await _answered(
            lambda: self.house.request(
                "POST", f"/cases/{self.id}/documents", by, content=content, headers=headers, params=asked
            )
        )
        assert answer.status_code == 201, answer.text
        await self.look()
        return str(answer.json()["id"])

    async def forward(self, **span: float) -> dict[str, Any]:
        """Let time pass for this case, and see it as at that time."""
        env = self.house.env
        until = await env.get_current_time(self.workflow) + timedelta(**span)
        # One fast-forward makes a bounded number of jumps; a story full of retries needs several.
        while (left := until - await env.get_current_time(self.workflow)) > timedelta(0):
            try:
                await env.fast_forward(self.workflow, left)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                break  # the case is closed for good: its clock stands still
        self.house.ahead = until - datetime.now(UTC)
        return await self.look()

    async def patient_walk(self, *, to: str) -> None:
        """Walk on as a person does who gets no answer: the same act with the same key again, until it is answered."""
        while self.state["status"] != to:
            act, by, fields = PLAIN_PATH[self.state["status"]]
            who = by.format(destination=self.state["to"]["agency_code"], employee=self.employee)
            key, body = uuid.uuid4().hex, fields()

            async def answered(act: str = act, who: str = who, key: str = key, body: Any = body) -> Any:
                answer = await self.try_act(act, who, key=key, **body)
                assert answer.status_code in (200, 503), answer.text
                return answer.json() if answer.status_code == 200 else None

            self.state = await eventually(answered, within=60)

    async def stop(self) -> None:
        """End the workflow, so that no worker of another test finds it."""
        with suppress(RPCError):
            await self.workflow.terminate("the drill is over")

    async def reset_to_beginning(self) -> None:
        """Reset the workflow to its first task, as an operator might."""
        history = await self.workflow.fetch_history()
        first = next(e.event_id for e in history.events if e.HasField("workflow_task_completed_event_attributes"))
        await self.house.client.workflow_service.reset_workflow_execution(
            ResetWorkflowExecutionRequest(
                namespace=self.house.client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=contract.workflow_id(self.id)),
                reason="drill",
                workflow_task_finish_event_id=first,
                request_id=uuid.uuid4().hex,
            )
        )

    async def past_due(self) -> dict[str, Any]:
        """Let time pass to a minute after the due date."""
        due = datetime.fromisoformat(self.state["due"]["at"])
        now = await self.house.env.get_current_time(self.workflow)
        return await self.forward(seconds=(due - now).total_seconds() + 60)

    async def events(self, by: str = "auditor") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await self.house.get(f"/cases/{self.id}/events", by))["items"]
        return items

    async def types(self) -> list[str]:
        return [e["type"] for e in await self.events()]

    async def walk(self, *, to: str) -> dict[str, Any]:
        """Carry an eligible case along the plain path from where it is to a status."""
        while self.state["status"] != to:
            act, by, fields = PLAIN_PATH[self.state["status"]]
            who = by.format(destination=self.state["to"]["agency_code"], employee=self.employee)
            await self.act(act, who, **fields())
        return self.state


async def _answered(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The answer; on a machine too busy to know it in time, ask again with the same key, as the answer says."""
    for _ in range(3):
        answer = await ask()
        if answer.status_code != 503:
            break
    return answer


def today() -> str:
    return local_day().isoformat()


def local_day(days: int = 0) -> Any:
    from runtime.prepare import ZONE

    return (datetime.now(UTC).astimezone(ZONE) + timedelta(days=days)).date()


BACKFILL = {"plan": "Formasi diisi dari seleksi CPNS berikutnya", "reference": "Nota 12/BKD/2026"}
"""How a seat that is left behind is filled again: asked for where the origin runs short, welcome anywhere."""

OFF_LIST = {"ground": "specific_competence", "text": "Pernah menangani layanan yang sama"}
"""Why somebody further down the ranking is chosen: asked for only of who is not on the list, welcome anywhere."""

SAID = {"backfill": BACKFILL, "off_list_reason": OFF_LIST}
"""All that a confirmation of the need may have to say."""

PLAIN_PATH: dict[str, tuple[str, str, Any]] = {
    "awaiting_confirmation": (
        "confirm_need",
        "hr_officer",
        lambda: SAID,
    ),
    "awaiting_response": ("respond", "{employee}", lambda: {"answer": "accept"}),
    "awaiting_briefing": (
        "record_briefing",
        "hr_officer",
        lambda: {"held_on": today(), "channel": "tatap muka", "audience": ["employee", "origin", "destination"]},
    ),
    "awaiting_acknowledgement": ("acknowledge", "{employee}", dict),
    "awaiting_verification": ("verify", "hr_head", dict),
    "awaiting_consideration": ("consider", "board_member", lambda: {"recommendation": "recommend"}),
    "awaiting_proposal": ("propose", "regional_secretary", lambda: {"recommendation": "recommend"}),
    "awaiting_decision": ("decide", "governor", lambda: {"decision": "approve"}),
    "awaiting_decree": (
        "issue_decree",
        "hr_officer",
        lambda: {"number": "800.1.3.3/1/2026", "date": today(), "effective_on": today()},
    ),
    "awaiting_duty": ("confirm_duty", "agency_head:{destination}", lambda: {"started_on": today()}),
}
"""What carries a case forward from each status, and by whom."""


@asynccontextmanager
async def house(
    env: WorkflowEnvironment,
    url: str,
    home: Path,
    cast: dict[str, dict[str, Any]],
    cached: int = 1000,
    queue: str | None = None,
) -> AsyncIterator[House]:
    """Open a house on a database. With a `queue` named nobody works on it until the test starts a worker itself."""
    settings = Settings(MUTASI_HOME=home, DATABASE_URL=url, MUTASI_ENV="test")  # type: ignore[call-arg]
    work, queue = queue is None, queue or f"q-{uuid.uuid4().hex[:8]}"
    engine = app_engine(url, 20)
    async with Postbox() as postbox:
        from runtime import keys

        tokens = Tokens(keys.token_key(settings))
        contents = Contents(engine, keys.document_keys(settings))
        identity = Identity(settings, engine, tokens)
        desk = Desk(env.client, engine, queue, log_id_of(queue))
        app = create_app(settings, Services(engine, desk, tokens, contents, identity))
        opened = House(env, engine, app, settings, tokens, cast, postbox, queue)
        app.dependency_overrides[deps.now] = lambda: opened.now
        async with app.router.lifespan_context(app):
            try:
                if work:
                    async with worker_of(opened, cached):
                        yield opened
                else:
                    yield opened
            finally:
                await opened.close()
                await engine.dispose()


@asynccontextmanager
async def worker_of(opened: House, cached: int = 1000) -> AsyncIterator[Worker]:
    """A worker for a house."""
    smtp = Smtp("127.0.0.1", opened.postbox.port, "mutasi@mutasi.example.test", timeout=5)
    register, notices = Ledger(Register(opened.engine)), Notices(opened.engine, smtp)
    worker = build(opened.client, register, notices, opened.proof_log(), opened.upkeep(), opened.queue, cached)
    async with worker:
        yield worker


async def eventually(condition: Any, within: float = 10) -> Any:
    """Ask again until the answer is true; the last answer. Fails when it never is."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        answer = await condition()
        if answer:
            return answer
        assert asyncio.get_running_loop().time() < deadline, "it never came true"
        await asyncio.sleep(0.05)


def read_cast(directory: Path) -> dict[str, dict[str, Any]]:
    return {member["id"]: member for member in json.loads((directory / "cast.json").read_text())["cast"]}
