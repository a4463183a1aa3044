"""The employee number (NIP, Perka BKN 22/2007): birth date, first appointment, sex, serial.

A NIP is personal data: never in URLs, logs, messages or workflow ids.
"""

import re
from datetime import date
from typing import Literal, NamedTuple

from domain.vocabulary import EmployeeStatus

_FORM = re.compile(r"[0-9]{18}")
_CONTRACT_CODE_FROM = 21


class Nip(NamedTuple):
    """The parts of a NIP. `appointed_month` is a contract code (21 upwards) for contract servants."""

    birth_date: date
    appointed_year: int
    appointed_month: int
    sex: Literal["M", "F"]
    serial: int


class NipFault(ValueError):
    """A NIP that cannot be read. `code` is `NIP_FORMAT` or `NIP_DATE` (`data-formats.md` 4)."""

    def __init__(self, code: Literal["NIP_FORMAT", "NIP_DATE"]) -> None:
        super().__init__(code)
        self.code = code


def parse(text: str, status: EmployeeStatus) -> Nip:
    """Read a NIP of 18 digits. Raises `NipFault`; there is no check digit to verify."""
    if not _FORM.fullmatch(text) or text[14] not in "12" or text[15:] == "000":
        raise NipFault("NIP_FORMAT")
    month = int(text[12:14])
    if month < _CONTRACT_CODE_FROM if status is EmployeeStatus.PPPK else not 1 <= month <= 12:
        raise NipFault("NIP_DATE")
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise NipFault("NIP_DATE") from None
    return Nip(born, int(text[8:12]), month, "M" if text[14] == "1" else "F", int(text[15:]))


def normalised(text: str) -> str:
    """A NIP as typed by people, without spaces, dots and dashes."""
    return re.sub(r"[\s.\-]", "", text)


def masked(nip: str) -> str:
    """The NIP as shown to those without need of it: the birth date stays, the rest is hidden."""
    return nip[:8] + "•" * (len(nip) - 8)
