"""`mutasi doctor`: every dependency checked, each fault with its remedy."""

import asyncio
import shutil
import smtplib
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

from runtime import keys, proof_log, temporal
from runtime.prepare import ZONE, owner, read_policy
from runtime.settings import MissingSetting, Settings, required
from store.engine import app_engine
from store.migrate import revisions
from store.policies import find, hash_in_force
from workflows import contract


class Check(NamedTuple):
    """One thing looked at: how it is, and what to do where it is not well."""

    name: str
    state: Literal["ok", "warning", "fault"]
    detail: str
    remedy: str | None = None


Examination = Callable[[Settings], Awaitable[Check]]


async def examine(settings: Settings) -> dict[str, Any]:
    """Look at everything; one fault does not keep the rest from being looked at."""
    checks = [await _safely(name, look, settings) for name, look in EXAMINATIONS.items()]
    return {
        "ok": all(c.state != "fault" for c in checks),
        "database_url": settings.database_url,
        "temporal_address": settings.temporal_address,
        "temporal_namespace": settings.temporal_namespace,
        "home": str(settings.home.resolve()),
        "checks": [c._asdict() for c in checks],
    }


async def _safely(name: str, look: Examination, settings: Settings) -> Check:
    try:
        async with asyncio.timeout(10):
            found = await look(settings)
            return found._replace(remedy=None) if found.state == "ok" else found
    except MissingSetting as missing:
        return Check(name, "fault", str(missing))
    except Exception as error:  # a check that fails is itself the finding
        return Check(name, "fault", f"{type(error).__name__}: {error}".splitlines()[0], REMEDIES.get(name))


async def _python(_: Settings) -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", "ok" if sys.version_info >= (3, 11) else "fault", version, "Python 3.11 or newer is needed")


async def _disk(settings: Settings) -> Check:
    home = settings.home.resolve()
    free = shutil.disk_usage(home if home.exists() else home.parent).free // 2**30
    state: Literal["ok", "warning"] = "ok" if free >= 2 else "warning"
    return Check(
        "disk", state, f"{free} GiB free at {home}", None if state == "ok" else "make room, or move MUTASI_HOME"
    )


async def _database(settings: Settings) -> Check:
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            version = (await connection.execute(text("SHOW server_version"))).scalar_one()
    finally:
        await engine.dispose()
    return Check("database", "ok", f"PostgreSQL {version} answers")


async def _schema(settings: Settings) -> Check:
    engine = owner(settings)
    try:
        present, newest = await asyncio.to_thread(revisions, engine)
    finally:
        engine.dispose()
    if present != newest:
        return Check("schema", "fault", f"at {present}, the code wants {newest}", "run `mutasi migrate`")
    return Check("schema", "ok", f"at revision {present}")


_RIGHTS = text("""
    SELECT session_user AS login, current_user AS acts_as,
           (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) AS superuser,
           bool_or(has_table_privilege(t, 'UPDATE') OR has_table_privilege(t, 'DELETE')
             OR has_table_privilege(t, 'TRUNCATE')) AS may_change,
           min((SELECT count(*) FROM pg_trigger WHERE tgrelid = t::regclass AND NOT tgisinternal
              AND tgfoid = 'refuse_change'::regproc AND tgenabled <> 'D')) AS triggers,
           (SELECT count(*) FROM pg_trigger WHERE tgfoid = 'await_sequencing'::regproc AND tgenabled <> 'D') AS queues
    FROM unnest(ARRAY['ledger', 'log_leaf', 'log_node', 'log_key', 'log_checkpoint']) AS t
""")


async def _ledger(settings: Settings) -> Check:
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            rights = (await connection.execute(_RIGHTS)).one()
    finally:
        await engine.dispose()
    if rights.triggers < 2 or rights.queues < 2:
        return Check(
            "ledger",
            "fault",
            "triggers that protect it, or give its entries to the log, are missing or disabled",
            "run `mutasi migrate`; find out who removed them",
        )
    if rights.may_change:
        return Check(
            "ledger", "fault", f"{rights.acts_as} may change the ledger", "REVOKE UPDATE, DELETE, TRUNCATE ON ledger"
        )
    if rights.superuser:
        return Check(
            "ledger", "warning", f"append-only, but the login {rights.login} is a superuser",
            "give DATABASE_URL a login that is only a member of mutasi_app",
        )  # fmt: skip
    return Check("ledger", "ok", f"append-only; {rights.login} may only add to it")


async def _engine(settings: Settings) -> Check:
    client = await temporal.connect(settings)
    days = await temporal.retention_days(client)
    where = f"{settings.temporal_address}, namespace {client.namespace}, closed histories kept {days} days"
    if days < 90:
        return Check(
            "engine", "fault", where, "start a worker once, or set the namespace's retention to 90 days or more"
        )
    return Check("engine", "ok", where)


async def _workers(settings: Settings) -> Check:
    client = await temporal.connect(settings)
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=contract.TASK_QUEUE),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    pollers = len((await client.workflow_service.describe_task_queue(request)).pollers)
    if not pollers:
        return Check("workers", "fault", "no worker asks for work: nothing moves", "start one: `mutasi worker`")
    return Check("workers", "ok", f"{pollers} polling {contract.TASK_QUEUE}")


async def _api(settings: Settings) -> Check:
    url = f"http://{settings.api_host}:{settings.api_port}/readyz"
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        answer = await client.get(url)
    return Check("api", "ok" if answer.is_success else "fault", f"{url}: {answer.text}", REMEDIES["api"])


async def _mail(settings: Settings) -> Check:
    if not settings.smtp_url:
        return Check("mail", "fault", "MUTASI_SMTP_URL is not set", REMEDIES["mail"])
    parts = urlsplit(settings.smtp_url)

    def greet() -> None:
        with smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=5) as server:
            server.noop()

    if parts.scheme == "smtp":
        await asyncio.to_thread(greet)
    return Check("mail", "ok", f"{parts.hostname}:{parts.port} takes mail")


async def _policy(settings: Settings) -> Check:
    policy = read_policy(settings.policy_file)
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            in_force = await hash_in_force(connection, _today())
            found = await find(connection, in_force) if in_force else None
            published = await find(connection, policy.hash)
    finally:
        await engine.dispose()
    if found is None or published is None or published.published_at is None:
        return Check(
            "policy", "fault", f"{policy.code} {policy.version} is not in force in the register", "run `mutasi migrate`"
        )
    beside = "" if found.hash == policy.hash else f", in place of {policy.version} of the settings"
    return Check("policy", "ok", f"{found.code} {found.version}, {found.hash[:12]}{beside}")


_YEAR = text("""
    SELECT (SELECT count(*) FROM holiday WHERE superseded_at IS NULL AND extract(year FROM day) = :year) AS n,
           EXISTS (SELECT FROM calendar_year WHERE superseded_at IS NULL AND published AND year = :year) AS published
""")


async def _calendar(settings: Settings) -> Check:
    year = _today().year
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            row = (await connection.execute(_YEAR, {"year": year})).one()
    finally:
        await engine.dispose()
    if row.n == 0 or not row.published:
        return Check(
            "calendar", "warning", f"the holidays of {year} are not published in the register; dates are estimates",
            "import holidays.csv with the joint decree of the year, or `mutasi calendar publish`",
        )  # fmt: skip
    return Check("calendar", "ok", f"{row.n} holidays of {year} published")


async def _keys(settings: Settings) -> Check:
    if settings.env != "production" and not (settings.home / "keys").exists():
        return Check("keys", "warning", "none yet", "nothing to do: they are made when they are first needed")
    keys.token_key(settings)
    found = keys.payload_keys(settings)
    keys.document_keys(settings)
    keys.proof_keys(settings)
    keys.identity_keys(settings)
    for file in (settings.home / "keys").glob("*"):
        if file.stat().st_mode & 0o077:
            return Check("keys", "fault", f"{file.name} can be read by others", f"chmod 600 {file}")
    return Check("keys", "ok", f"token key; {len(found)} payload keys, newest {next(iter(found))}")


_CONTENTS = text("""
    WITH named AS (
        SELECT DISTINCT p.document->>'content' AS id
        FROM docket d, jsonb_array_elements(d.state->'documents') AS p(document)
    )
    SELECT count(c.id) AS stored,
           count(c.id) FILTER (WHERE n.id IS NULL AND c.stored_at < now() - interval '1 day') AS unnamed,
           count(n.id) FILTER (WHERE c.id IS NULL) AS gone,
           array_agg(DISTINCT c.key_id) FILTER (WHERE c.id IS NOT NULL) AS keys
    FROM document_content c FULL JOIN named n ON n.id = c.id
""")


async def _documents(settings: Settings) -> Check:
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            row = (await connection.execute(_CONTENTS)).one()
    finally:
        await engine.dispose()
    if lost := set(row.keys or ()) - set(keys.document_keys(settings) if row.stored else ()):
        return Check(
            "documents", "fault", f"contents are sealed with keys that are not there: {', '.join(sorted(lost))}",
            "put them back into MUTASI_DOCUMENT_KEYS, at the end",
        )  # fmt: skip
    counted = f"{row.stored} contents, {row.unnamed} that no document names"
    if row.gone:
        return Check(
            "documents", "warning", f"{counted}; {row.gone} named by a document and not there",
            "nothing to do if they were lawfully erased; otherwise restore the table document_content",
        )  # fmt: skip
    return Check("documents", "ok", counted)


LOG_WAIT = 500
"""Rows that may wait for their place in the log: a burst does, more means that nobody gives places."""


async def _log(settings: Settings) -> Check:
    found = await proof_log.status(settings)
    if found["not_continued"]:
        newest = found["not_continued"][0]["size"]
        return Check(
            "log", "fault", f"it does not continue the checkpoint of size {newest} that is held outside",
            "docs/operations.md, The transparency log: find out why, then `mutasi log acknowledge`",
        )  # fmt: skip
    if found["pending"] > LOG_WAIT:
        return Check("log", "fault", f"{found['pending']} rows wait for their place", REMEDIES["log"])
    if failed := [d for d in found["deliveries"] if d["state"] == "failed"]:
        return Check(
            "log", "warning", f"a checkpoint does not arrive by {failed[0]['channel']}: {failed[0]['fault']}",
            "`mutasi log status` has the rest; it is tried again until it arrives",
        )  # fmt: skip
    counted = f"{found['size']} leaves, {found['pending']} waiting"
    if settings.proof_drop or settings.proof_witnesses or settings.proof_mail:
        return Check("log", "ok", f"{counted}; checkpoints leave this machine")
    return Check(
        "log", "warning" if settings.env == "production" else "ok", f"{counted}; no checkpoint leaves this machine",
        "set MUTASI_PROOF_DROP, MUTASI_PROOF_MAIL or MUTASI_PROOF_WITNESSES",
    )  # fmt: skip


_IDENTITY = text("""
    SELECT (SELECT count(*) FROM account WHERE kind = 'person' AND disabled_at IS NULL) AS accounts,
           (SELECT array_agg(DISTINCT totp_key_id) FROM account WHERE totp_key_id IS NOT NULL) AS keys
""")
_ENDING = text("""
    SELECT a.name FROM account a JOIN service_token t ON t.account_id = a.id
    WHERE a.disabled_at IS NULL AND t.revoked_at IS NULL AND t.expires_at > now()
    GROUP BY a.name HAVING max(t.expires_at) < now() + interval '14 days' ORDER BY a.name
""")


async def _identity(settings: Settings) -> Check:
    engine = app_engine(required(settings.database_url, "DATABASE_URL"), pool_size=1)
    try:
        async with engine.connect() as connection:
            row = (await connection.execute(_IDENTITY)).one()
            ending = (await connection.execute(_ENDING)).scalars().all()
    finally:
        await engine.dispose()
    if lost := set(row.keys or ()) - set(keys.identity_keys(settings) if row.keys else ()):
        return Check(
            "identity", "fault", f"second factors are sealed with keys that are not there: {', '.join(sorted(lost))}",
            "put them back into MUTASI_IDENTITY_KEYS, at the end",
        )  # fmt: skip
    if ending:
        return Check(
            "identity", "warning", f"the last token ends within two weeks: {', '.join(ending)}",
            "mutasi service rotate NAME, and give the service the new token",
        )  # fmt: skip
    return Check("identity", "ok", f"{row.accounts} accounts of people")


def _today() -> date:
    return datetime.now(UTC).astimezone(ZONE).date()


EXAMINATIONS: dict[str, Examination] = {
    "python": _python,
    "disk": _disk,
    "keys": _keys,
    "database": _database,
    "schema": _schema,
    "ledger": _ledger,
    "log": _log,
    "policy": _policy,
    "calendar": _calendar,
    "documents": _documents,
    "identity": _identity,
    "engine": _engine,
    "workers": _workers,
    "api": _api,
    "mail": _mail,
}
REMEDIES = {
    "keys": "made by themselves outside production; there set MUTASI_TOKEN_KEY and the three rings of keys",
    "database": "is PostgreSQL running, and DATABASE_URL right? `mutasi up` starts an embedded one",
    "schema": "run `mutasi migrate` as the owner of the schema (DATABASE_OWNER_URL)",
    "ledger": "run `mutasi migrate`",
    "log": "is a worker running? the newest lines `log.stopped` of the workers say what keeps the log from being kept",
    "policy": "MUTASI_POLICY must name a policy file; then run `mutasi migrate`",
    "calendar": "run `mutasi migrate`",
    "documents": "run `mutasi migrate`; MUTASI_DOCUMENT_KEYS must be set in production",
    "identity": "run `mutasi migrate`; MUTASI_IDENTITY_KEYS must be set in production",
    "engine": "is Temporal running, and TEMPORAL_ADDRESS right? `mutasi up` starts an embedded one",
    "workers": "start one: `mutasi worker`",
    "api": "start it: `mutasi api`",
    "mail": "set MUTASI_SMTP_URL to a mail server; `mutasi up` runs a local sink",
}
