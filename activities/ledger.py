"""The commit as an activity: what may pass is tried again, what is our fault fails at once and says so."""

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.protocol import Attempt, Committed
from store.commit import Register, RegisterBehind
from workflows.contract import FAULT

log = structlog.get_logger("mutasi.commit")

COMMITS = Counter("mutasi_commits_total", "Commands committed by this worker", ["kind", "outcome"])
COMMIT_SECONDS = Histogram(
    "mutasi_commit_seconds", "Time a commit takes", buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
)

PASSING = (OperationalError, InterfaceError, OSError, TimeoutError, RegisterBehind)
"""Faults that pass: the database is away, busy or slow, or an older register waits for its operator."""


class Ledger:
    """Submits commands to the register."""

    def __init__(self, register: Register) -> None:
        self._register = register

    @activity.defn(name="commit")
    async def commit(self, attempt: Attempt) -> Committed:
        """Judge and write one command. A refusal is a result; only faults are raised."""
        envelope = attempt.envelope
        bound = log.bind(case=attempt.case_id, kind=envelope.kind, command=envelope.id, request_id=envelope.request_id)
        try:
            with COMMIT_SECONDS.time():
                done = await self._register.commit(attempt)
        except PASSING as error:
            bound.warning("commit.postponed", error=type(error).__name__)
            raise
        except DBAPIError as error:
            if error.connection_invalidated:
                bound.warning("commit.postponed", error=type(error).__name__)
                raise
            raise _fault(bound, error) from error
        except Exception as error:
            raise _fault(bound, error) from error
        COMMITS.labels(envelope.kind, done.refusal.code if done.refusal else "done").inc()
        bound.info("commit", **_outcome(done))
        return done


def _fault(bound: structlog.stdlib.BoundLogger, error: Exception) -> ApplicationError:
    bound.error("commit.fault", error=type(error).__name__, exc_info=error)
    return ApplicationError(
        f"the command could not be carried out: {type(error).__name__}", type=FAULT, non_retryable=True
    )


def _outcome(done: Committed) -> dict[str, object]:
    if done.refusal:
        return {"refused": done.refusal.code}
    snapshot = done.snapshot
    where = {"seq": snapshot.seq, "stage": snapshot.stage, "status": snapshot.status} if snapshot else {}
    return {**where, **({"behind": True} if done.behind else {}), **({"replayed": True} if done.replayed else {})}
