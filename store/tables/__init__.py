"""Tables of the register. Importing this package makes the whole metadata known."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from store.tables.casework import (
    CommandRow,
    DocketRow,
    LedgerRow,
    NoticeRow,
    ParticipantRow,
    PrivateValueRow,
    RefusedAttemptRow,
    TaskRow,
)
from store.tables.register import (
    CompetenceRow,
    ConditionRow,
    EmployeeRow,
    HolidayRow,
    ImportRunRow,
    OccupancyRow,
    OfficeRow,
    PersonRow,
    PolicyRow,
    PositionRow,
    RatingRow,
    RatingYearRow,
    SeatRow,
    TalentRow,
    TemporaryAssignmentRow,
    UnitRow,
    WindowRow,
)


def _table(row: type[SQLModel]) -> Table:
    table: Table = row.__table__  # type: ignore[attr-defined]
    return table


LEDGER = _table(LedgerRow)
PRIVATE_VALUE = _table(PrivateValueRow)
COMMAND = _table(CommandRow)
REFUSED_ATTEMPT = _table(RefusedAttemptRow)
DOCKET = _table(DocketRow)
TASK = _table(TaskRow)
PARTICIPANT = _table(ParticipantRow)
HOLIDAY = _table(HolidayRow)
POLICY = _table(PolicyRow)
RATING_YEAR = _table(RatingYearRow)

__all__ = [
    "COMMAND",
    "DOCKET",
    "HOLIDAY",
    "LEDGER",
    "PARTICIPANT",
    "POLICY",
    "PRIVATE_VALUE",
    "RATING_YEAR",
    "REFUSED_ATTEMPT",
    "TASK",
    "CommandRow",
    "CompetenceRow",
    "ConditionRow",
    "DocketRow",
    "EmployeeRow",
    "HolidayRow",
    "ImportRunRow",
    "LedgerRow",
    "NoticeRow",
    "OccupancyRow",
    "OfficeRow",
    "ParticipantRow",
    "PersonRow",
    "PolicyRow",
    "PositionRow",
    "PrivateValueRow",
    "RatingRow",
    "RatingYearRow",
    "RefusedAttemptRow",
    "SeatRow",
    "TalentRow",
    "TaskRow",
    "TemporaryAssignmentRow",
    "UnitRow",
    "WindowRow",
]
