"""Current rows of the register, superseding them, and recording new ones by COPY."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import ARRAY, BigInteger, Connection, Table, any_, func, literal, select, update
from sqlmodel import SQLModel

import store.tables  # noqa: F401
from store.imports.comparing import Difference, Values


def table(name: str) -> Table:
    """A table of the register by its name in the database."""
    return SQLModel.metadata.tables[name]


def current_rows(connection: Connection, name: str, columns: Sequence[str]) -> list[tuple[int, Values]]:
    """Rows that are not superseded: id and values, lists as tuples, in the order they were recorded in."""
    rows = table(name)
    statement = select(rows.c.id, *(rows.c[column] for column in columns)).where(rows.c.superseded_at.is_(None))
    return [
        (row[0], tuple([tuple(value) if type(value) is list else value for value in row[1:]]))
        for row in connection.execute(statement.order_by(rows.c.id))
    ]


def record(connection: Connection, name: str, columns: Sequence[str], difference: Difference) -> None:
    """Make the register what the files say: supersede what is different, record it anew, record what is new."""
    supersede(connection, name, [number for number, _ in difference.changed])
    copy(connection, name, columns, [*difference.added, *(values for _, values in difference.changed)])


def supersede(connection: Connection, name: str, ids: Sequence[int]) -> None:
    if ids:
        rows = table(name)
        among = rows.c.id == any_(literal(list(ids), ARRAY(BigInteger)))
        connection.execute(update(rows).where(among).values(superseded_at=func.now()))


def copy(connection: Connection, name: str, columns: Sequence[str], values: Iterable[Values]) -> None:
    """Insert rows by COPY, the only way that is fast for a hundred thousand."""
    driver: Any = connection.connection.driver_connection
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as stream:
        for row in values:
            stream.write_row([_adapted(value) for value in row])


def _adapted(value: Any) -> Any:
    if type(value) is tuple:
        return list(value)
    return Jsonb(value) if type(value) is dict else value
