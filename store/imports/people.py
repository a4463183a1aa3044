"""Persons behind the files: everybody keeps the id he was given once, which says nothing about him."""

import secrets
from base64 import b32encode
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, text

from store.imports.recording import copy
from store.imports.records import EmployeeRecord, OfficeRecord

_ID_LENGTH = 20
_RANDOM_BYTES = 13


class Person(NamedTuple):
    """A person of the register: `id` for everybody, `no` for the database's own use."""

    id: str
    no: int
    name: str


class People(NamedTuple):
    """Persons by NIP, those without one by name, and the NIPs of those whose name this import changed."""

    by_nip: dict[str, Person]
    by_name: dict[str, Person]
    renamed: frozenset[str]

    def id_of(self, nip: str | None) -> str | None:
        """The id of an employee; None for no NIP, and for one nobody has."""
        return self.by_nip[nip].id if nip in self.by_nip else None


def settle_people(
    connection: Connection, employees: Sequence[EmployeeRecord], offices: Sequence[OfficeRecord]
) -> People:
    """Find or create everybody the files name; bring the names of employees up to date."""
    before = _known(connection)
    names = {employee.nip: employee.name for employee in employees}
    nameless = dict.fromkeys(office.holder_name for office in offices if office.holder_nip is None)
    created: list[tuple[str, str | None, str]] = []
    created += [(new_id(), nip, name) for nip, name in names.items() if nip not in before.by_nip]
    created += [(new_id(), None, name) for name in nameless if name not in before.by_name]
    copy(connection, "person", ("id", "nip", "name"), created)
    renamed = [nip for nip, name in names.items() if nip in before.by_nip and before.by_nip[nip].name != name]
    _rename(connection, [(before.by_nip[nip].id, names[nip]) for nip in renamed])
    return _known(connection)._replace(renamed=frozenset(renamed))


def new_id() -> str:
    """A person id: `p_` and 20 small letters and digits 2 to 7, 100 random bits."""
    return "p_" + b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode().lower()[:_ID_LENGTH]


def _known(connection: Connection) -> People:
    by_nip: dict[str, Person] = {}
    by_name: dict[str, Person] = {}
    for row in connection.execute(text("SELECT id, no, nip, name FROM person")):
        person = Person(row.id, row.no, row.name)
        if row.nip is None:
            by_name[row.name] = person
        else:
            by_nip[row.nip] = person
    return People(by_nip, by_name, frozenset())


_RENAME = text("""
    UPDATE person SET name = given.name
    FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[])) AS given (id, name)
    WHERE person.id = given.id
""")


def _rename(connection: Connection, names: Iterable[tuple[str, str]]) -> None:
    ids, given = [], []
    for person, name in names:
        ids.append(person)
        given.append(name)
    if ids:
        connection.execute(_RENAME, {"ids": ids, "names": given})
