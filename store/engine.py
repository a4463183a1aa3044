"""Connections to the register. The application works as `mutasi_app`, which may only add to the ledger."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

APP_ROLE = "mutasi_app"
_LIMITS = "-c lock_timeout=4s -c statement_timeout=15s -c idle_in_transaction_session_timeout=20s"
"""Nothing waits for ever: a commit that cannot get its turn is tried again, a reader is told to come back."""


def dialect_url(url: str) -> str:
    """A libpq URL as SQLAlchemy wants it."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)


def app_engine(url: str, pool_size: int = 10) -> AsyncEngine:
    """An engine for API and worker: whoever logs in works with the rights of `mutasi_app`."""
    return create_async_engine(
        dialect_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_recycle=1800,
        # Parameters hold personal data and would stand in logged errors.
        hide_parameters=True,
        connect_args={"options": f"-c role={APP_ROLE} -c timezone=UTC {_LIMITS}", "connect_timeout": 5},
    )


def owner_engine(url: str) -> Engine:
    """An engine for migrations, as the owner of the schema."""
    return create_engine(
        dialect_url(url), hide_parameters=True, connect_args={"options": "-c timezone=UTC", "connect_timeout": 5}
    )
