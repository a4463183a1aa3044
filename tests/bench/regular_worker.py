"""The worker with one thing changed: the commit as a regular activity instead of a local one. For comparison only."""

from temporalio import workflow

import worker
from domain.protocol import Attempt, Committed, Envelope
from workflows import contract
from workflows.contract import LedgerActivities
from workflows.mutation import MutationWorkflow


async def _commit(self: MutationWorkflow, envelope: Envelope) -> Committed:
    info = workflow.info()
    attempt = Attempt(
        case_id=self._snapshot.case_id,
        expected_seq=self._snapshot.seq,
        envelope=envelope,
        at=workflow.now(),
        workflow_id=info.workflow_id,
        run_id=info.run_id,
    )
    return await workflow.execute_activity_method(
        LedgerActivities.commit,
        attempt,
        start_to_close_timeout=contract.COMMIT_TIMEOUT,
        retry_policy=contract.COMMIT_RETRY,
    )


if __name__ == "__main__":
    MutationWorkflow._commit = _commit  # type: ignore[method-assign]
    worker.POSTS_AT_ONCE = worker.COMMITS_AT_ONCE
    worker.main()
