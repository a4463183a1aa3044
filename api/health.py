"""Whether the service lives, is ready, and how it does: outside /api, without a token, without personal data."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import generate_latest
from sqlalchemy import text

from api import metrics
from api.deps import ServicesDep
from store import deliveries, proof_log

router = APIRouter(tags=["health"])

_STAGES = text("SELECT stage, count(*) AS n FROM docket WHERE stage <> 'closed' GROUP BY stage")
_OVERDUE = text("SELECT count(*) FROM docket WHERE stage <> 'closed' AND due_at < now()")
_NOTICES = text("SELECT state, count(*) AS n FROM notice GROUP BY state")
PATIENCE_SECONDS = 2


@router.get("/livez", operation_id="livez")
async def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", operation_id="readyz", responses={503: {"description": "Cannot serve: the register is away"}})
async def readyz(services: ServicesDep) -> Response:
    """Whether requests can be served. Reading needs the register; the engine's state is told beside it."""
    register, engine = await asyncio.gather(_register(services), services.desk.reachable())
    ready = register == "ok"
    body = {"ready": ready, "register": register, "engine": engine, "writing": ready and engine == "ok"}
    return JSONResponse(body, status_code=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)


async def _register(services: ServicesDep) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), services.reading() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:  # any fault means the register cannot be read now; its name is the answer
        return type(error).__name__
    return "ok"


@router.get("/metrics", operation_id="metrics", response_class=PlainTextResponse)
async def scrape(services: ServicesDep) -> Response:
    """Prometheus metrics: counts and times only."""
    async with services.reading() as connection:
        metrics.OPEN_CASES.clear()
        for row in await connection.execute(_STAGES):
            metrics.OPEN_CASES.labels(row.stage).set(row.n)
        metrics.OVERDUE_CASES.set((await connection.execute(_OVERDUE)).scalar_one())
        metrics.NOTICES.clear()
        for row in await connection.execute(_NOTICES):
            metrics.NOTICES.labels(row.state).set(row.n)
        metrics.LOG_PENDING.set(await proof_log.pending(connection))
        metrics.CHECKPOINTS.clear()
        for sent in await deliveries.latest(connection):
            metrics.CHECKPOINTS.labels(sent.channel, sent.state).inc()
    return Response(generate_latest(metrics.REGISTRY), media_type="text/plain; version=0.0.4")
