"""Handing a document in, as the employee and the HR officer do."""

import uuid
from typing import Any

from tests.house import CaseFile, today


async def hand_in(
    case: CaseFile, content: bytes, by: str = "cast:lateral_pass", key: str | None = None,
    kind: str = "application/pdf", name: str = "Surat Pernyataan Disiplin.pdf", **asked: str,
) -> Any:  # fmt: skip
    headers = {
        "Idempotency-Key": key or uuid.uuid4().hex,
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    asked = {"document": "D06", "issued_on": today(), **asked}
    return await case.house.request(
        "POST", f"/cases/{case.id}/documents", by, content=content, headers=headers, params=asked
    )


async def handed_in(case: CaseFile, content: bytes, by: str = "cast:lateral_pass", **asked: str) -> dict[str, Any]:
    answer = await hand_in(case, content, by, **asked)
    assert answer.status_code == 201, answer.text
    await case.look()
    return dict(answer.json())
