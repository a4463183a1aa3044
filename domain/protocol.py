"""What workflow and commit say to each other. Plain data; fields may be added with a default, never required."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.refusals import Refusal


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)


class Envelope(_Message):
    """A command on its way to the commit, where its body is typed again: no change of a command can break replay."""

    id: str
    """Idempotency key: the same id is carried out once, whatever crashes or is sent again."""
    kind: str
    """`open`, the code of an act, `elapse`, `undelivered`, `recompute`, `call`, or `archive`."""
    actor: str
    """Person id, or `clock`."""
    body: dict[str, Any] = {}
    expected_version: int | None = None
    fingerprint: str = ""
    """SHA-256 of what was asked, to tell a resend from another request under the same key."""
    request_id: str | None = None


class Snapshot(_Message):
    """All that the workflow knows of its case: where it stands, what to wait for, the newest ledger hash."""

    case_id: str
    seq: int = 0
    stage: str = ""
    status: str = ""
    unit: str = ""
    """Agency of destination, for the operators' search."""
    due_at: datetime | None = None
    """The legal date people see."""
    wake_at: datetime | None = None
    """What the clock waits for: a reminder, the effective date, the end of a term."""
    post_at: datetime | None = None
    """When the outbox of the case has something to send."""
    final_at: datetime | None = None
    """Set once the case is closed: from when nobody can take the closing back any more."""
    head: str = ""
    """Hash of the newest ledger entry, hexadecimal: what makes the engine's history a second witness."""

    def at_rest(self, now: datetime) -> bool:
        """Whether nothing can happen to the case any more: closed past undoing, and every notice out."""
        return self.final_at is not None and self.final_at <= now and self.post_at is None


class Attempt(_Message):
    """A command as the workflow submits it, at its own time."""

    case_id: str
    expected_seq: int
    envelope: Envelope
    at: datetime
    workflow_id: str
    run_id: str


class Committed(_Message):
    """What the commit did: the case after it, or the refusal; `behind` when the workflow must look again first."""

    snapshot: Snapshot | None = None
    refusal: Refusal | None = None
    behind: bool = False
    replayed: bool = False
