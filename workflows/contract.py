"""Names that API, worker and operators share: queues, ids, updates, search attributes, retry policies."""

from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.common import RetryPolicy, SearchAttributeKey

from domain.protocol import Attempt, Committed

TASK_QUEUE = "mutasi"
WORKFLOW = "Mutation"
ACT = "act"
REFUSAL = "Refusal"
"""Type of the error with which a refused command leaves the workflow; its first detail is the refusal as data."""
FAULT = "Fault"
"""Type of the error of a command that cannot be carried out for a fault of ours; trying again will not help."""

STAGE = SearchAttributeKey.for_keyword("MutasiStage")
UNIT = SearchAttributeKey.for_keyword("MutasiUnit")

TASK_TIMEOUT = timedelta(seconds=2)
"""A worker that died is given up after this long (`docs/decisions/0003`)."""

GRACE = timedelta(seconds=20)
"""A worker that is asked to stop finishes what is under way for this long; shorter than any stop grace period."""

COMMIT_TIMEOUT = timedelta(seconds=5)
COMMIT_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2, maximum_interval=timedelta(seconds=10)
)
"""A commit is tried until it answers: a person waits for it, and a database outage loses no act."""
COMMIT_LOCAL_THRESHOLD = timedelta(seconds=5)
"""Longer pauses between tries become timers, so that an outage does not fill the history with heartbeats."""

DELIVER_TIMEOUT = timedelta(minutes=2)
DELIVER_ROUND = timedelta(hours=6)
"""After this long a delivery that still fails is begun anew at the present instant, so that notices can be given up."""
DELIVER_HEARTBEAT = timedelta(seconds=3)
DELIVER_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=5), backoff_coefficient=2, maximum_interval=timedelta(minutes=15)
)
"""Tried until every notice is sent or its own time to give up has come."""

LOG_WORKFLOW = "ProofLog"
LOG_ID = "proof-log"
"""The one workflow that keeps the transparency log of a namespace."""
ATTEST = "attest"
ATTEST_EVERY = timedelta(hours=1)
KEEP_HEARTBEAT = timedelta(seconds=10)
KEEP_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_interval=timedelta(minutes=1)
)
"""The log is kept for ever: what keeps it from being kept is tried again until it is mended."""


UPKEEP_WORKFLOW = "Upkeep"
UPKEEP_ID = "upkeep"
"""The one workflow that holds register and engine against each other, every hour."""
UPKEEP_EVERY = timedelta(hours=1)
PART_TIMEOUT = timedelta(minutes=50)
UPKEEP_HEARTBEAT = timedelta(seconds=10)
ERRAND_WORKFLOW = "Errand"
ERRAND_TIMEOUT = timedelta(minutes=10)


def errand_id(errand: "Errand") -> str:
    """The workflow of an errand: one for each thing that two people confirmed."""
    return f"errand/{errand.id}"


def case_of(workflow_id: str) -> str:
    """The case that a workflow belongs to by its id; whatever else it is named after otherwise."""
    return workflow_id.removeprefix("mutation/")


def workflow_id(case_id: str) -> str:
    """The workflow of a case. The case id says nothing about anybody."""
    return f"mutation/{case_id}"


class Delivery(BaseModel):
    """Deliver the notices of a case that are due at an instant of the workflow's clock."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    at: datetime


class Delivered(BaseModel):
    """What is left: notices given up, and when the outbox has something to send again."""

    model_config = ConfigDict(frozen=True)

    undelivered: tuple[str, ...] = ()
    post_at: datetime | None = None


class Keeping(BaseModel):
    """Keep the log for so long."""

    model_config = ConfigDict(frozen=True)

    seconds: float


class Round(BaseModel):
    """A round of upkeep at an instant of the workflow's clock."""

    model_config = ConfigDict(frozen=True)

    at: datetime


class Archived(BaseModel):
    """How many histories a sweep put into the archive, and how many it left for the next."""

    model_config = ConfigDict(frozen=True)

    archived: int
    left: int


class Reconciled(BaseModel):
    """What was held against each other, what does not agree, and what that changed of the incidents."""

    model_config = ConfigDict(frozen=True)

    cases: int
    workflows: int
    found: int
    opened: int
    gone: int


class Errand(BaseModel):
    """What two people confirmed, to be carried out once. `kind`: repair, erasure."""

    model_config = ConfigDict(frozen=True)

    kind: str
    id: str
    at: datetime


class LedgerActivities(Protocol):
    """The commit, as the workflow names it; carried out by `activities.ledger`."""

    @activity.defn(name="commit")
    async def commit(self, attempt: Attempt) -> Committed: ...


class NoticeActivities(Protocol):
    """The post, as the workflow names it; carried out by `activities.notices`."""

    @activity.defn(name="deliver_notices")
    async def deliver(self, delivery: Delivery) -> Delivered: ...


class LogActivities(Protocol):
    """The transparency log, as its workflow names it; carried out by `activities.proof_log`."""

    @activity.defn(name="keep_log")
    async def keep(self, keeping: Keeping) -> None: ...

    @activity.defn(name="attest_log")
    async def attest(self) -> int: ...


class UpkeepActivities(Protocol):
    """Upkeep, as its workflows name it; carried out by `activities.upkeep`."""

    @activity.defn(name="archive_histories")
    async def archive(self, asked: Round) -> Archived: ...

    @activity.defn(name="reconcile")
    async def reconcile(self, asked: Round) -> Reconciled: ...

    @activity.defn(name="carry_out")
    async def carry_out(self, errand: Errand) -> str: ...
