"""Findings: what is wrong with a line of a file, how much it matters, and what to do about it."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from domain.nip import masked
from store.imports.wording import WORDINGS

NO_FACTS: Mapping[str, str] = {}
_NIP = re.compile(r"\d{18}")
_SHOWN = 40


class Severity(StrEnum):
    """An error makes the row unusable, a warning flags it, an info changes nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """Codes of the import contract (`data-formats.md`); those of the register itself come last."""

    HEADER = "HEADER"
    ENCODING = "ENCODING"
    BOM_CRLF = "BOM_CRLF"
    ROW_COLUMNS = "ROW_COLUMNS"
    REQUIRED = "REQUIRED"
    TOO_LONG = "TOO_LONG"
    TEXT_FORMULA = "TEXT_FORMULA"
    VOCAB = "VOCAB"
    NUMBER_RANGE = "NUMBER_RANGE"
    DATE_INVALID = "DATE_INVALID"
    DATE_ORDER = "DATE_ORDER"
    DATE_FUTURE = "DATE_FUTURE"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    CODE_FORMAT = "CODE_FORMAT"
    UNIT_PARENT_UNKNOWN = "UNIT_PARENT_UNKNOWN"
    UNIT_CYCLE = "UNIT_CYCLE"
    UNIT_UNKNOWN = "UNIT_UNKNOWN"
    TIER_KIND = "TIER_KIND"
    GRADE_UNKNOWN = "GRADE_UNKNOWN"
    GRADE_ORDER = "GRADE_ORDER"
    COMPETENCE_SYNTAX = "COMPETENCE_SYNTAX"
    NIP_FORMAT = "NIP_FORMAT"
    NIP_DATE = "NIP_DATE"
    NIP_BIRTH_MISMATCH = "NIP_BIRTH_MISMATCH"
    NIP_APPOINTED_MISMATCH = "NIP_APPOINTED_MISMATCH"
    NIP_SEX_MISMATCH = "NIP_SEX_MISMATCH"
    NIP_DUPLICATE = "NIP_DUPLICATE"
    NIP_UNKNOWN = "NIP_UNKNOWN"
    POSITION_UNKNOWN = "POSITION_UNKNOWN"
    POSITION_MISSING = "POSITION_MISSING"
    GRADE_RANGE = "GRADE_RANGE"
    EDUCATION_BELOW = "EDUCATION_BELOW"
    SPOUSE_ASYMMETRIC = "SPOUSE_ASYMMETRIC"
    EMAIL_FORMAT = "EMAIL_FORMAT"
    PHONE_FORMAT = "PHONE_FORMAT"
    RATER_SELF = "RATER_SELF"
    RATING_MATRIX = "RATING_MATRIX"
    TALENT_STATUS = "TALENT_STATUS"
    OFFICE_OVERLAP = "OFFICE_OVERLAP"
    HOLDER_NAME = "HOLDER_NAME"
    STALE_POSITION = "STALE_POSITION"
    STALE_VALUE = "STALE_VALUE"
    STALE_OFFICE = "STALE_OFFICE"


_WARNINGS = frozenset(
    {
        Code.POSITION_MISSING,
        Code.GRADE_RANGE,
        Code.EDUCATION_BELOW,
        Code.SPOUSE_ASYMMETRIC,
        Code.EMAIL_FORMAT,
        Code.PHONE_FORMAT,
        Code.RATING_MATRIX,
        Code.TALENT_STATUS,
        Code.HOLDER_NAME,
    }
)
_INFOS = frozenset({Code.BOM_CRLF, Code.STALE_POSITION, Code.STALE_VALUE, Code.STALE_OFFICE})


class Fault(NamedTuple):
    """What is wrong, before it is known where. `variant` picks among the sentences of a code."""

    code: Code
    facts: Mapping[str, str] = NO_FACTS
    variant: str = ""


class Finding(NamedTuple):
    """A fault at a place. `line` counts physical lines, the header is 1; `column` is empty for a whole row or file."""

    file: str
    line: int
    column: str
    code: Code
    facts: Mapping[str, str] = NO_FACTS
    variant: str = ""

    @property
    def severity(self) -> Severity:
        return severity_of(self.code)

    def what(self, language: str = "id") -> str:
        """What was found, one sentence in `id` or `en`."""
        return self._sentence(language, 0)

    def remedy(self, language: str = "id") -> str:
        """What to do about it, one sentence in `id` or `en`."""
        return self._sentence(language, 1)

    def as_dict(self, language: str = "id") -> dict[str, str | int]:
        """The finding as `mutasi import --json` prints it."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code.value,
            "severity": self.severity.value,
            "what": self.what(language),
            "remedy": self.remedy(language),
        }

    def _sentence(self, language: str, which: int) -> str:
        template = WORDINGS[f"{self.code}.{self.variant}" if self.variant else self.code.value][language][which]
        return template.format(**{"column": self.column, "file": self.file, **self.facts})


def severity_of(code: Code) -> Severity:
    """The severity of a code; every occurrence of a code has the same."""
    if code in _WARNINGS:
        return Severity.WARNING
    return Severity.INFO if code in _INFOS else Severity.ERROR


def shown(text: str) -> str:
    """A value as a finding may repeat it: short, printable, no NIP in full even where one stands in a wrong column."""
    hidden = _NIP.sub(lambda found: masked(found.group()), text)
    printable = "".join(sign if sign.isprintable() else "�" for sign in hidden[: _SHOWN + 1])
    return f"{printable[:_SHOWN]}…" if len(printable) > _SHOWN else printable
