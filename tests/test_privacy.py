"""Personal data stays where it belongs: not in the engine, not in logs, not in mail subjects, not in metrics."""

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from cryptography.exceptions import InvalidTag
from temporalio.api.common.v1 import Payload

from runtime import logs
from runtime.temporal import EncryptingCodec
from tests.house import House

SECRET_WORDS = "Orang tua saya sakit keras"


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Every line that worker and API log, before anything is hidden in it."""
    lines = StringIO()
    written = structlog.PrintLoggerFactory(lines)
    structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=written)
    yield lines
    structlog.reset_defaults()


async def test_the_engine_sees_no_name_no_nip_no_reason(
    house: House, caplog: pytest.LogCaptureFixture, logged: StringIO
) -> None:
    """A whole hearing, then a search through everything the engine and the logs hold, byte for byte."""
    caplog.set_level(logging.INFO)
    member = house.cast["lateral_pass"]
    case = await house.open("lateral_pass")
    await case.walk(to="awaiting_response")
    await case.act("respond", "cast:lateral_pass", answer="object", grounds=["health"], text=SECRET_WORDS)
    await case.refused("decide", "governor", "case_unknown", 404, decision="approve")
    history = await case.workflow.fetch_history()
    described = await case.workflow.describe()
    metrics = await house.request("GET", "http://house/metrics", None)
    places = {
        "history": history.to_json(),
        "description": str(described.raw_description),
        "workflow id": case.workflow.id,
        "logs": caplog.text + logged.getvalue(),
        "metrics": metrics.text,
    }
    assert '"event": "request"' in places["logs"], "nothing was logged, so nothing was searched"
    for place, text in places.items():
        for secret in (member["nip"], member["name"].split(",")[0], SECRET_WORDS):
            assert secret not in text, f"{place} holds personal data"
    assert "needs_check: confirm_need" in _labels(history.to_json()), "labels stay readable for operators"


def _labels(history: str) -> str:
    import base64

    events = json.loads(history)["events"]
    summaries = [e["userMetadata"]["summary"]["data"] for e in events if "userMetadata" in e]
    return " ".join(base64.b64decode(s).decode() for s in summaries)


async def test_payloads_open_with_an_old_key_after_a_rotation_and_not_without_it() -> None:
    old, new = {"k1": b"\x01" * 32}, {"k2": b"\x02" * 32}
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b'{"reason": "x"}')
    (sealed,) = await EncryptingCodec(old).encode([payload])
    assert b"reason" not in sealed.SerializeToString()
    assert await EncryptingCodec({**new, **old}).decode([sealed]) == [payload]
    with pytest.raises(ValueError, match="k1"):
        await EncryptingCodec(new).decode([sealed])
    sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    with pytest.raises(InvalidTag):
        await EncryptingCodec(old).decode([sealed])


def test_logs_hide_what_slips_in(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    try:
        logs.configure("json", "INFO", "test")
        structlog.get_logger("t").info(
            "x", nip="198811182017011945", note="NIP 198811182017011945", to="a@example.test", deep={"token": "abc"}
        )
        logging.getLogger("foreign").warning("pegawai 198811182017011945 tidak ada")
    finally:
        root.handlers, _ = handlers, root.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    written = capsys.readouterr().err
    assert "198811182017011945" not in written
    assert "a@example.test" not in written
    assert "abc" not in written
    assert all(json.loads(line)["timestamp"] for line in written.splitlines())
