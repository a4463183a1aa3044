"""The worker's own small HTTP face: alive, ready, metrics. A worker whose cases sleep for weeks is still alive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from datetime import timedelta

import uvicorn
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker


class _Server(uvicorn.Server):
    """A server inside a process that handles its own signals."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


@asynccontextmanager
async def serving(host: str, port: int, worker: Worker, client: Client, engine: AsyncEngine) -> AsyncIterator[None]:
    """Serve health for as long as the context lasts; nothing without a port."""
    if not port:
        yield
        return
    app = _app(worker, client, engine)
    server = _Server(uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    try:
        yield
    finally:
        server.should_exit = True
        await task


def _app(worker: Worker, client: Client, engine: AsyncEngine) -> Starlette:
    async def livez(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        faults = [f for f in (_worker_fault(worker), await _engine_fault(client), await _register_fault(engine)) if f]
        return JSONResponse({"ready": not faults, "faults": faults}, status_code=503 if faults else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(REGISTRY), media_type="text/plain; version=0.0.4")

    return Starlette(routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)])


def _worker_fault(worker: Worker) -> str | None:
    return None if worker.is_running else "worker not running"


async def _engine_fault(client: Client) -> str | None:
    try:
        await client.service_client.check_health(timeout=timedelta(seconds=2))
    except RPCError as error:
        return f"engine {error.status.name.lower()}"
    return None


async def _register_fault(engine: AsyncEngine) -> str | None:
    try:
        async with asyncio.timeout(2), engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:  # whatever keeps the register away is the answer
        return f"register {type(error).__name__}"
    return None
