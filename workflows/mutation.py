"""One case being driven through its stages: it serialises commands, keeps the clock, sends the post.

Two coroutines run beside the updates: the clock waits for the next instant the register named, the post for the
next notice. Neither knows a stage by name; the law lives in `domain`, the judgement in the commit. The stages a case
goes through are drawn in `docs/stages.md`, generated from the transition table.
"""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory

from domain.protocol import Attempt, Committed, Envelope, Snapshot
from domain.refusals import Refusal
from workflows import contract
from workflows.contract import Delivered, Delivery, LedgerActivities, NoticeActivities

CLOCK = "clock"
UNBORN = timedelta(hours=1)
"""How long a workflow waits for the command that opens its case."""
PAUSE_AFTER_FAULT = timedelta(minutes=1)


@workflow.defn(name=contract.WORKFLOW, sandboxed=False)
class MutationWorkflow:
    """The life of one mutation case, from its opening to its last impact review."""

    @workflow.init
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._turn = asyncio.Lock()
        self._answered = False
        self._delivering = False
        self._final = False
        self._asked_to_roll = False

    @workflow.run
    async def run(self, snapshot: Snapshot) -> Snapshot:
        if not await self._is_born():
            return self._snapshot
        if snapshot.seq:
            self._label(stage_changed=True)
        await asyncio.gather(self._keep_time(), self._post())
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self._over():
            return self._snapshot
        workflow.continue_as_new(self._snapshot)

    @workflow.update(name=contract.ACT, description="A command of a person on this case")
    async def act(self, envelope: Envelope) -> Snapshot:
        """Carry out one command; answers where the case stands then, or fails with the refusal as data."""
        try:
            refusal = await self._apply(envelope)
        finally:
            self._answered = True
        if refusal:
            raise ApplicationError(
                refusal.code,
                refusal,
                type=contract.REFUSAL,
                non_retryable=True,
                category=ApplicationErrorCategory.BENIGN,
            )
        return self._snapshot

    @workflow.query(description="Where the case stands and what it waits for")
    def trace(self) -> Snapshot:
        return self._snapshot

    @workflow.signal(description="Operator: begin a new run with a short history")
    def roll_over(self) -> None:
        self._asked_to_roll = True

    async def _is_born(self) -> bool:
        """Whether there is a case. A refused opening leaves none, and the run ends."""
        try:
            await workflow.wait_condition(
                lambda: self._snapshot.seq > 0 or (self._answered and workflow.all_handlers_finished()),
                timeout=UNBORN,
                timeout_summary="opening",
            )
        except TimeoutError:  # nobody opened it, or the register has been away all the while
            await workflow.wait_condition(workflow.all_handlers_finished)
        return self._snapshot.seq > 0

    async def _apply(self, envelope: Envelope) -> Refusal | None:
        """Submit one command, in its turn, until the register has answered it."""
        async with self._turn:
            return await self._submit(envelope)

    async def _submit(self, envelope: Envelope) -> Refusal | None:
        """Submit one command while it is its turn."""
        while True:
            done = await self._commit(envelope)
            if done.snapshot:
                self._take(done.snapshot)
            if not done.behind:
                return done.refusal

    async def _commit(self, envelope: Envelope) -> Committed:
        info = workflow.info()
        attempt = Attempt(
            case_id=self._snapshot.case_id,
            expected_seq=self._snapshot.seq,
            envelope=envelope,
            at=workflow.now(),
            workflow_id=info.workflow_id,
            run_id=info.run_id,
        )
        return await workflow.execute_local_activity_method(
            LedgerActivities.commit,
            attempt,
            start_to_close_timeout=contract.COMMIT_TIMEOUT,
            retry_policy=contract.COMMIT_RETRY,
            local_retry_threshold=contract.COMMIT_LOCAL_THRESHOLD,
            summary=f"{self._snapshot.stage or 'opening'}: {envelope.kind}",
        )

    def _take(self, snapshot: Snapshot) -> None:
        moved = (snapshot.stage, snapshot.unit) != (self._snapshot.stage, self._snapshot.unit)
        self._snapshot = snapshot
        self._label(stage_changed=moved)

    def _label(self, stage_changed: bool) -> None:
        """What operators see in the engine's own pages."""
        s = self._snapshot
        if stage_changed:
            workflow.upsert_search_attributes([contract.STAGE.value_set(s.stage), contract.UNIT.value_set(s.unit)])
        due = f", due {s.due_at:%Y-%m-%d}" if s.due_at else ""
        workflow.set_current_details(f"**{s.stage}**: {s.status}{due} (entry {s.seq})")

    async def _keep_time(self) -> None:
        """Wait for the next instant the register named, whatever moves it; act when it comes."""
        while not self._leaving():
            wake = self._next_instant()
            try:
                await workflow.wait_condition(
                    lambda wake=wake: self._next_instant() != wake or self._leaving(),  # type: ignore[misc]
                    timeout=_until(wake),
                    timeout_summary=f"{self._snapshot.stage}: {self._snapshot.status}",
                )
            except TimeoutError:
                await self._ring(wake)

    async def _ring(self, wake: datetime | None) -> None:
        """Do what an instant asks for, unless a command that came in time moved it: it may still be with the register.

        What the clock does after its turn must not depend on whether the answer or the instant came first: a replay
        may see them the other way round.
        """
        async with self._turn:
            before = self._snapshot
            if self._next_instant() != wake:
                return
            if before.final_at:
                self._final = True
                return
            command = Envelope(id=f"{CLOCK}:{before.case_id}:{before.seq}", kind="elapse", actor=CLOCK)
            try:
                await self._submit(command)
            except ActivityError as error:
                workflow.logger.error("the clock could not act on a case", exc_info=error)
        if self._snapshot.seq == before.seq:
            await workflow.sleep(PAUSE_AFTER_FAULT, summary="clock waits to try again")

    def _next_instant(self) -> datetime | None:
        """What the clock waits for: the next wake of an open case, the end of the time to undo of a closed one."""
        return None if self._final else self._snapshot.final_at or self._snapshot.wake_at

    async def _post(self) -> None:
        """Deliver what the outbox holds when its time comes; a notice that cannot be delivered becomes an event."""
        while not self._leaving():
            due = self._snapshot.post_at
            try:
                await workflow.wait_condition(
                    lambda due=due: self._snapshot.post_at != due or self._leaving(),  # type: ignore[misc]
                    timeout=_until(due),
                    timeout_summary="post",
                )
            except TimeoutError:
                async with self._turn:  # as the clock does
                    still_due = self._snapshot.post_at == due
                if still_due:
                    await self._deliver()

    async def _deliver(self) -> None:
        self._delivering = True
        seq = self._snapshot.seq
        try:
            done: Delivered = await workflow.execute_activity_method(
                NoticeActivities.deliver,
                Delivery(case_id=self._snapshot.case_id, at=workflow.now()),
                schedule_to_close_timeout=contract.DELIVER_ROUND,
                start_to_close_timeout=contract.DELIVER_TIMEOUT,
                heartbeat_timeout=contract.DELIVER_HEARTBEAT,
                retry_policy=contract.DELIVER_RETRY,
                summary=f"{self._snapshot.stage}: notices",
            )
            if self._snapshot.seq == seq:
                self._snapshot = self._snapshot.model_copy(update={"post_at": done.post_at})
            if done.undelivered:
                await self._give_up(done.undelivered)
        except ActivityError as error:
            workflow.logger.warning("notices are still undelivered", extra={"cause": type(error.cause).__name__})
            await workflow.sleep(PAUSE_AFTER_FAULT, summary="post waits to try again")
        finally:
            self._delivering = False

    async def _give_up(self, keys: tuple[str, ...]) -> None:
        """A permanent failure becomes a fact of the case, never a stuck case."""
        await self._apply(
            Envelope(id=f"undelivered:{keys[0]}", kind="undelivered", actor=CLOCK, body={"keys": list(keys)})
        )

    def _leaving(self) -> bool:
        return self._over() or self._rolling_over()

    def _over(self) -> bool:
        """Whether the case is closed for good and the post is out."""
        return self._final and self._snapshot.post_at is None and not self._delivering

    def _rolling_over(self) -> bool:
        suggested = self._asked_to_roll or workflow.info().is_continue_as_new_suggested()
        return suggested and not self._delivering


def _until(instant: datetime | None) -> timedelta | None:
    return None if instant is None else max(timedelta(milliseconds=1), instant - workflow.now())
