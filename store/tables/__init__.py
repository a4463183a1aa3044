"""Tables of the register. Importing this package makes the whole metadata known."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from store.tables.activation import PolicyConfirmationRow, PolicyProposalRow
from store.tables.authority import AppointmentRow, MandateRow, RelationRow
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
from store.tables.identity import (
    AccountRow,
    IdentityEventRow,
    ProviderFlowRow,
    RecoveryCodeRow,
    RefreshTokenRow,
    ServiceTokenRow,
    SessionRow,
)
from store.tables.oversight import ArchivedHistoryRow, IncidentEventRow, IncidentRow, ReconciliationRow
from store.tables.personal import ErasureRow, ErasureStepRow, LegalHoldRow, PersonalAccessRow
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

APPOINTMENT = _table(AppointmentRow)
MANDATE = _table(MandateRow)
OFFICE = _table(OfficeRow)
RELATION = _table(RelationRow)

ACCESS_LOG = _table(AccessRow)
DOCUMENT_CONTENT = _table(DocumentContentRow)

ERASURE = _table(ErasureRow)
ERASURE_STEP = _table(ErasureStepRow)
LEGAL_HOLD = _table(LegalHoldRow)
PERSONAL_ACCESS = _table(PersonalAccessRow)

ARCHIVED_HISTORY = _table(ArchivedHistoryRow)
INCIDENT = _table(IncidentRow)
INCIDENT_EVENT = _table(IncidentEventRow)
RECONCILIATION = _table(ReconciliationRow)

ACCOUNT = _table(AccountRow)
IDENTITY_EVENT = _table(IdentityEventRow)
PROVIDER_FLOW = _table(ProviderFlowRow)
RECOVERY_CODE = _table(RecoveryCodeRow)
REFRESH_TOKEN = _table(RefreshTokenRow)
SERVICE_TOKEN = _table(ServiceTokenRow)
SESSION = _table(SessionRow)

__all__ = [
    "ACCESS_LOG",
    "ACCOUNT",
    "APPOINTMENT",
    "ARCHIVED_HISTORY",
    "CALENDAR_OVERRIDE",
    "CALENDAR_YEAR",
    "COMMAND",
    "DOCKET",
    "DOCUMENT_CONTENT",
    "ERASURE",
    "ERASURE_STEP",
    "HOLIDAY",
    "IDENTITY_EVENT",
    "INCIDENT",
    "INCIDENT_EVENT",
    "LEDGER",
    "LEGAL_HOLD",
    "MANDATE",
    "OFFICE",
    "PARTICIPANT",
    "PERSONAL_ACCESS",
    "POLICY",
    "POLICY_CONFIRMATION",
    "POLICY_PROPOSAL",
    "PRIVATE_VALUE",
    "PROVIDER_FLOW",
    "RATING_YEAR",
    "RECONCILIATION",
    "RECOVERY_CODE",
    "REFRESH_TOKEN",
    "REFUSED_ATTEMPT",
    "RELATION",
    "SERVICE_TOKEN",
    "SESSION",
    "TASK",
    "AccessRow",
    "AccountRow",
    "AppointmentRow",
    "ArchivedHistoryRow",
    "CalendarOverrideRow",
    "CalendarYearRow",
    "CommandRow",
    "CompetenceRow",
    "ConditionRow",
    "DocketRow",
    "DocumentContentRow",
    "EmployeeRow",
    "ErasureRow",
    "ErasureStepRow",
    "HolidayRow",
    "IdentityEventRow",
    "ImportRunRow",
    "IncidentEventRow",
    "IncidentRow",
    "LedgerRow",
    "LegalHoldRow",
    "LogCheckpointRow",
    "LogCosignatureRow",
    "LogDeliveryRow",
    "LogKeyRow",
    "LogLeafRow",
    "LogNodeRow",
    "LogPendingRow",
    "LogPrivateValueRow",
    "MandateRow",
    "NoticeRow",
    "OccupancyRow",
    "OfficeRow",
    "ParticipantRow",
    "PersonRow",
    "PersonalAccessRow",
    "PolicyConfirmationRow",
    "PolicyProposalRow",
    "PolicyRow",
    "PositionRow",
    "PostHistoryRow",
    "PrivateValueRow",
    "ProviderFlowRow",
    "RatingRow",
    "RatingYearRow",
    "ReconciliationRow",
    "RecoveryCodeRow",
    "RefreshTokenRow",
    "RefusedAttemptRow",
    "RelationRow",
    "SeatCallRow",
    "SeatRow",
    "ServiceTokenRow",
    "SessionRow",
    "StatedPreferenceRow",
    "TalentRow",
    "TaskRow",
    "TemporaryAssignmentRow",
    "UnitRow",
    "WindowRow",
]
