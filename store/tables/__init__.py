"""Tables of the register. Importing this package makes the whole metadata known."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from store.tables.activation import PolicyConfirmationRow, PolicyProposalRow
from store.tables.careers import PostHistoryRow, StatedPreferenceRow
from store.tables.casework import (
    CommandRow,
    DocketRow,
    LedgerRow,
    NoticeRow,
    ParticipantRow,
    PrivateValueRow,
    RefusedAttemptRow,
    SeatCallRow,
    TaskRow,
)
from store.tables.documents import AccessRow, DocumentContentRow
from store.tables.proof_log import (
    LogCheckpointRow,
    LogCosignatureRow,
    LogDeliveryRow,
    LogKeyRow,
    LogLeafRow,
    LogNodeRow,
    LogPendingRow,
    LogPrivateValueRow,
)
from store.tables.register import (
    CalendarOverrideRow,
    CalendarYearRow,
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
POLICY_PROPOSAL = _table(PolicyProposalRow)
POLICY_CONFIRMATION = _table(PolicyConfirmationRow)
CALENDAR_OVERRIDE = _table(CalendarOverrideRow)
CALENDAR_YEAR = _table(CalendarYearRow)

ACCESS_LOG = _table(AccessRow)
DOCUMENT_CONTENT = _table(DocumentContentRow)

__all__ = [
    "ACCESS_LOG",
    "CALENDAR_OVERRIDE",
    "CALENDAR_YEAR",
    "COMMAND",
    "DOCKET",
    "DOCUMENT_CONTENT",
    "HOLIDAY",
    "LEDGER",
    "PARTICIPANT",
    "POLICY",
    "POLICY_CONFIRMATION",
    "POLICY_PROPOSAL",
    "PRIVATE_VALUE",
    "RATING_YEAR",
    "REFUSED_ATTEMPT",
    "TASK",
    "AccessRow",
    "CalendarOverrideRow",
    "CalendarYearRow",
    "CommandRow",
    "CompetenceRow",
    "ConditionRow",
    "DocketRow",
    "DocumentContentRow",
    "EmployeeRow",
    "HolidayRow",
    "ImportRunRow",
    "LedgerRow",
    "LogCheckpointRow",
    "LogCosignatureRow",
    "LogDeliveryRow",
    "LogKeyRow",
    "LogLeafRow",
    "LogNodeRow",
    "LogPendingRow",
    "LogPrivateValueRow",
    "NoticeRow",
    "OccupancyRow",
    "OfficeRow",
    "ParticipantRow",
    "PersonRow",
    "PolicyConfirmationRow",
    "PolicyProposalRow",
    "PolicyRow",
    "PositionRow",
    "PostHistoryRow",
    "PrivateValueRow",
    "RatingRow",
    "RatingYearRow",
    "RefusedAttemptRow",
    "SeatCallRow",
    "SeatRow",
    "StatedPreferenceRow",
    "TalentRow",
    "TaskRow",
    "TemporaryAssignmentRow",
    "UnitRow",
    "WindowRow",
]
