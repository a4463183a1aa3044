"""The closed vocabularies of the field. A value outside its vocabulary never enters the register."""

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of mutation by the agencies between which a person moves.

    Source: PP 11/2017 Pasal 190-197, Peraturan BKN 5/2019 Pasal 2. Only kinds for which the policy
    has an open route can be opened.
    """

    INTERNAL = "internal"
    INTRA_PROV_KK = "intra_prov_kk"
    PROV_TO_KK = "prov_to_kk"
    KK_TO_PROV = "kk_to_prov"
    INTER_PROV = "inter_prov"
    REGION_CENTRAL = "region_central"
    CENTRAL_CENTRAL = "central_central"
    ABROAD = "abroad"


class Way(StrEnum):
    """Whether a person stays with the province, leaves it, comes to it, or moves between two others before its eyes."""

    INSIDE = "inside"
    LEAVING = "leaving"
    ARRIVING = "arriving"
    PASSING = "passing"


class OwnLetter(StrEnum):
    """The province's own letter to other agencies, signed by the governor: its proposal (usul), its consent to let a
    person go (persetujuan melepas), or the covering letter for what two regencies agreed on."""

    PROPOSAL = "proposal"
    RELEASE = "release"
    FORWARDING = "forwarding"


class OutsideWord(StrEnum):
    """What another appointing authority (PPK) says in writing: it asks for, lets go, or takes the person."""

    PROPOSAL = "proposal"
    RELEASE = "release"
    ACCEPTANCE = "acceptance"


class Authority(StrEnum):
    """Who gives the technical consideration (Pertek) or decides a mutation between agencies."""

    GOVERNOR = "governor"
    BKN_REGIONAL = "bkn_regional"
    BKN = "bkn"
    HOME_MINISTER = "home_minister"


class ConsentOutcome(StrEnum):
    """What another appointing authority answers; until the decision it may take a consent back."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class WithdrawalGround(StrEnum):
    """Why an appointing authority takes its consent back."""

    FORMATION = "formation"
    STAFFING = "staffing"
    DISCIPLINE = "discipline"
    ERROR = "error"
    OTHER = "other"


class ConsiderationOutcome(StrEnum):
    """What BKN answers to a file: considered (MS), not qualified (TMS), or returned as incomplete (BTS/BTL)."""

    ISSUED = "issued"
    REFUSED = "refused"
    RETURNED = "returned"


class Origin(StrEnum):
    """Who or what gave rise to the case."""

    ORGANISATION = "organisation"
    OWN_REQUEST = "own_request"
    EMERGENCY = "emergency"


class Stage(StrEnum):
    """The seven stages of a mutation, in order, and the end."""

    EVALUATION = "evaluation"
    NEEDS_CHECK = "needs_check"
    CONSULTATION = "consultation"
    SOCIALISATION = "socialisation"
    APPROVAL = "approval"
    PLACEMENT = "placement"
    REVIEW = "review"
    CLOSED = "closed"


STAGE_ORDER: tuple[Stage, ...] = tuple(Stage)


class Status(StrEnum):
    """What a case waits for. Every status but `on_hold` belongs to exactly one stage (`stages`)."""

    INCOMPLETE = "incomplete"
    INELIGIBLE = "ineligible"
    OVERRIDE_PENDING = "override_pending"
    RETURNED = "returned"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    NO_VACANCY = "no_vacancy"
    AWAITING_RESPONSE = "awaiting_response"
    AWAITING_ANSWER = "awaiting_answer"
    AWAITING_SETTLEMENT = "awaiting_settlement"
    AWAITING_BRIEFING = "awaiting_briefing"
    AWAITING_ACKNOWLEDGEMENT = "awaiting_acknowledgement"
    AWAITING_VERIFICATION = "awaiting_verification"
    AWAITING_CONSIDERATION = "awaiting_consideration"
    AWAITING_PROPOSAL = "awaiting_proposal"
    AWAITING_AUTHORISATION = "awaiting_authorisation"
    AWAITING_CONSENTS = "awaiting_consents"
    AWAITING_SUBMISSION = "awaiting_submission"
    AWAITING_TECHNICAL_CONSIDERATION = "awaiting_technical_consideration"
    AWAITING_DECISION = "awaiting_decision"
    AWAITING_OUTSIDE_DECISION = "awaiting_outside_decision"
    REFUSED_OUTSIDE = "refused_outside"
    DEFERRED = "deferred"
    AWAITING_DECREE = "awaiting_decree"
    AWAITING_EFFECTIVE_DATE = "awaiting_effective_date"
    PLACEMENT_BLOCKED = "placement_blocked"
    AWAITING_DUTY = "awaiting_duty"
    BETWEEN_REVIEWS = "between_reviews"
    REVIEW_DUE = "review_due"
    CLOSED = "closed"
    ON_HOLD = "on_hold"


class Outcome(StrEnum):
    """How a case ended. Exactly one for every closed case, none for an open one."""

    PLACED = "placed"
    REJECTED = "rejected"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    ANNULLED = "annulled"
    DECEASED = "deceased"
    RETIRED = "retired"
    RESIGNED = "resigned"
    STUDY_LEAVE = "study_leave"
    EXTERNAL_REFUSED = "external_refused"


class Act(StrEnum):
    """What a person may do to a case (`api.md`, table of acts)."""

    SUPPLY_DOSSIER = "supply_dossier"
    OVERRIDE_RULE = "override_rule"
    CONFIRM_OVERRIDE = "confirm_override"
    CLOSE_INELIGIBLE = "close_ineligible"
    CONTEST_DATA = "contest_data"
    CONFIRM_NEED = "confirm_need"
    PROPOSE_ALTERNATIVE = "propose_alternative"
    UNIT_OPINION = "unit_opinion"
    RESPOND = "respond"
    ANSWER_OBJECTION = "answer_objection"
    RECORD_BRIEFING = "record_briefing"
    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    CONSIDER = "consider"
    PROPOSE = "propose"
    DECIDE = "decide"
    ISSUE_DECREE = "issue_decree"
    CONFIRM_DUTY = "confirm_duty"
    RECORD_REVIEW = "record_review"
    RETURN = "return"
    UNDO = "undo"
    HOLD = "hold"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    COMMENT = "comment"
    ADD_DOCUMENT = "add_document"
    JUDGE_DOCUMENT = "judge_document"
    FILE_OBJECTION = "file_objection"
    DECIDE_OBJECTION = "decide_objection"
    DECLARE_INADMISSIBLE = "declare_inadmissible"
    WITHDRAW_OBJECTION = "withdraw_objection"
    CORRECT_DECREE = "correct_decree"
    REVOKE_DECREE = "revoke_decree"
    ANNUL_DECREE = "annul_decree"
    CLOSE_FOR_CAUSE = "close_for_cause"
    RECHECK_POST = "recheck_post"
    ASSIGN_TEMPORARILY = "assign_temporarily"
    RATIFY_ASSIGNMENT = "ratify_assignment"
    RENEW_ASSIGNMENT = "renew_assignment"
    SUSPEND_DECREE = "suspend_decree"
    LIFT_SUSPENSION = "lift_suspension"
    AUTHORISE = "authorise"
    RECORD_CONSENT = "record_consent"
    SUBMIT_FILE = "submit_file"
    RECORD_CONSIDERATION = "record_consideration"
    RECORD_OUTSIDE_DECISION = "record_outside_decision"
    CLOSE_REFUSED = "close_refused"
    RENEW_HOLD = "renew_hold"
    DECLINE_SEAT = "decline_seat"
    DECLARE_CONFLICT = "declare_conflict"


class Office(StrEnum):
    """Offices a person can hold (`offices.csv`). The employee himself acts without an office."""

    GOVERNOR = "governor"
    REGIONAL_SECRETARY = "regional_secretary"
    HR_HEAD = "hr_head"
    INSPECTOR = "inspector"
    AGENCY_HEAD = "agency_head"
    BOARD_MEMBER = "board_member"
    HR_OFFICER = "hr_officer"
    AUDITOR = "auditor"


SINGLE_HOLDER_OFFICES = frozenset(
    {Office.GOVERNOR, Office.REGIONAL_SECRETARY, Office.HR_HEAD, Office.INSPECTOR, Office.AGENCY_HEAD}
)


class Capacity(StrEnum):
    """In what capacity an office is held (UU 30/2014 Pasal 14; SE BKN 1/SE/I/2021).

    `acting_vacant` is a Plt (the post is vacant), `acting_absence` a Plh (the holder is away).
    """

    DEFINITIVE = "definitive"
    ACTING_VACANT = "acting_vacant"
    ACTING_ABSENCE = "acting_absence"


class Mandate(StrEnum):
    """How somebody acts for the holder of an office: as his deputy for routine, or as his proxy by instrument.

    A proxy (delegasi, UU 30/2014 Pasal 13) is for offices of leadership alone.
    """

    DEPUTY = "deputy"
    PROXY = "proxy"


class Relation(StrEnum):
    """A tie that keeps somebody from acting in the case of another (UU 30/2014 Pasal 43)."""

    SPOUSE = "spouse"
    PARENT_OR_CHILD = "parent_or_child"
    SIBLING = "sibling"
    OTHER_FAMILY = "other_family"
    BUSINESS = "business"


class ConflictGround(StrEnum):
    """Why an official declares a conflict of interest in a case."""

    FAMILY = "family"
    BUSINESS = "business"
    PERSONAL = "personal"


class EmployeeStatus(StrEnum):
    PNS = "PNS"
    CPNS = "CPNS"
    PPPK = "PPPK"


class PositionKind(StrEnum):
    JPT_MADYA = "JPT_MADYA"
    JPT_PRATAMA = "JPT_PRATAMA"
    ADMINISTRATOR = "ADMINISTRATOR"
    SUPERVISOR = "SUPERVISOR"
    FUNCTIONAL = "FUNCTIONAL"
    STAFF = "STAFF"


MANAGERIAL_KINDS = frozenset(
    {PositionKind.JPT_MADYA, PositionKind.JPT_PRATAMA, PositionKind.ADMINISTRATOR, PositionKind.SUPERVISOR}
)


class Tier(StrEnum):
    """Tiers of a functional position (jenjang)."""

    PEMULA = "pemula"
    TERAMPIL = "terampil"
    MAHIR = "mahir"
    PENYELIA = "penyelia"
    PERTAMA = "pertama"
    MUDA = "muda"
    MADYA = "madya"
    UTAMA = "utama"


class UnitKind(StrEnum):
    AGENCY = "agency"
    UNIT = "unit"
    BRANCH = "branch"
    HOSPITAL = "hospital"
    SECRETARIAT = "secretariat"


class District(StrEnum):
    MAMUJU = "Mamuju"
    MAJENE = "Majene"
    POLEWALI_MANDAR = "Polewali Mandar"
    MAMASA = "Mamasa"
    PASANGKAYU = "Pasangkayu"
    MAMUJU_TENGAH = "Mamuju Tengah"


class Rating(StrEnum):
    """Yearly performance predicate (PermenPANRB 6/2022), worst first."""

    SANGAT_KURANG = "SANGAT_KURANG"
    KURANG = "KURANG"
    BUTUH_PERBAIKAN = "BUTUH_PERBAIKAN"
    BAIK = "BAIK"
    SANGAT_BAIK = "SANGAT_BAIK"

    @property
    def rank(self) -> int:
        """0 for the worst predicate, 4 for the best."""
        return _WORST_FIRST.index(self)


_WORST_FIRST = tuple(Rating)


class Expectation(StrEnum):
    """The two axes of a rating and the performance axis of the talent map."""

    BELOW = "below"
    EXPECTED = "expected"
    ABOVE = "above"


class Potential(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class CompetenceSource(StrEnum):
    ASSESSMENT_CENTRE = "assessment_centre"
    COMPETENCE_TEST = "competence_test"
    SUPERVISOR = "supervisor"
    CERTIFICATE = "certificate"


class ConditionKind(StrEnum):
    """Circumstances of a person that stop or burden a mutation (Peraturan BKN 5/2019 Pasal 3)."""

    DISCIPLINE_PROCESS = "discipline_process"
    DISCIPLINE_LIGHT = "discipline_light"
    DISCIPLINE_MEDIUM = "discipline_medium"
    DISCIPLINE_HEAVY = "discipline_heavy"
    COURT = "court"
    AUDIT_FINDING = "audit_finding"
    STUDY_LEAVE = "study_leave"
    SERVICE_BOND = "service_bond"
    UNPAID_LEAVE = "unpaid_leave"
    CERTIFIED_LEAVE = "certified_leave"
    """Sick, maternity or another leave with a certificate: no obstacle, but the employee's own terms stand still."""


class WindowKind(StrEnum):
    """Periods in which replacing officials is restricted, or the expedited path is open."""

    ELECTION = "election"
    NEW_GOVERNOR = "new_governor"
    CARETAKER = "caretaker"
    EMERGENCY = "emergency"
    NATIONAL_FREEZE = "national_freeze"


class ConsentIssuer(StrEnum):
    """Whose written consent can open a restricted window (`domain.md` 6)."""

    HOME_MINISTER = "home_minister"
    BKN = "bkn"
    ASN_COMMISSION = "asn_commission"


class TimingMark(StrEnum):
    """What is unusual about the moment of an act."""

    OUTSIDE_HOURS = "outside_hours"
    DAY_OFF = "day_off"
    TERM_END = "term_end"


class HolidayKind(StrEnum):
    NATIONAL = "national"
    JOINT_LEAVE = "joint_leave"


class RuleOutcome(StrEnum):
    PASS = "pass"  # noqa: S105  (an outcome, not a password)
    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """What a failed rule does: stop the case, stop it unless overridden, or be shown to those who decide."""

    BLOCK = "block"
    OVERRIDABLE = "overridable"
    WARN = "warn"


class Eligibility(StrEnum):
    """What the evaluation found. Nothing adverse follows from it without a person."""

    ELIGIBLE = "eligible"
    INCOMPLETE = "incomplete"
    INELIGIBLE = "ineligible"


class Answer(StrEnum):
    ACCEPT = "accept"
    ACCEPT_WITH_CONDITIONS = "accept_with_conditions"
    REQUEST_ALTERNATIVE = "request_alternative"
    OBJECT = "object"


class ObjectionGround(StrEnum):
    """Reasons a person may object with (`domain.md` 10); each must be answered."""

    FAMILY = "family"
    HEALTH = "health"
    DISTANCE = "distance"
    COMPETENCE_MISMATCH = "competence_mismatch"
    RANK_OR_ALLOWANCE_LOSS = "rank_or_allowance_loss"
    PERCEIVED_SANCTION = "perceived_sanction"
    PROCEDURE = "procedure"
    DATA_ERROR = "data_error"
    WORKLOAD_HANDOVER = "workload_handover"
    NEAR_RETIREMENT = "near_retirement"
    SAFETY = "safety"


SENSITIVE_GROUNDS = frozenset({ObjectionGround.FAMILY, ObjectionGround.HEALTH, "health_or_family"})
"""Grounds, of an objection, an override or a choice, that are told to those alone who hear the person and weigh it
(UU 27/2022 Pasal 4 (2); `domain.md` 14, consultation)."""


class HoldGround(StrEnum):
    DISCIPLINE = "discipline"
    AUDIT_FINDING = "audit_finding"
    COURT = "court"
    FROZEN_WINDOW = "frozen_window"
    OTHER = "other"


class Opinion(StrEnum):
    SUPPORT = "support"
    OPPOSE = "oppose"


class Recommendation(StrEnum):
    RECOMMEND = "recommend"
    NOT_RECOMMEND = "not_recommend"
    ABSTAIN = "abstain"


class DecisionChoice(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    DEFER = "defer"


class Audience(StrEnum):
    EMPLOYEE = "employee"
    ORIGIN = "origin"
    DESTINATION = "destination"
    PUBLIC = "public"


class ReviewOutcome(StrEnum):
    ADAPTED_WELL = "adapted_well"
    NEEDS_SUPPORT = "needs_support"
    MISMATCH = "mismatch"
    NEGATIVE_UNIT_EFFECT = "negative_unit_effect"
    INCONCLUSIVE = "inconclusive"
    EXIT = "exit"


class Flag(StrEnum):
    """What everyone who decides must see about the way the case came to him."""

    EMPLOYEE_SILENT = "employee_silent"
    OBJECTION_CARRIED = "objection_carried"
    CONDITIONS_SETTLED = "conditions_settled"
    ALTERNATIVE_DECLINED = "alternative_declined"
    BRIEFING_PARTIAL = "briefing_partial"
    RULE_OVERRIDDEN = "rule_overridden"
    ORIGIN_SHORTAGE = "origin_shortage"
    UNIT_OPPOSED = "unit_opposed"
    NOT_RECOMMENDED = "not_recommended"
    OVERDUE = "overdue"
    DATA_CONTESTED = "data_contested"
    DATA_SUPPLIED = "data_supplied"
    RESTRICTED_WINDOW = "restricted_window"
    UNUSUAL_TIMING = "unusual_timing"
    DOCUMENTS_MISSING = "documents_missing"
    OBJECTION_OPEN = "objection_open"
    OBJECTION_OVERDUE = "objection_overdue"
    REMEDY_DUE = "remedy_due"
    APPROVER_ABSENT = "approver_absent"
    TEMPORARILY_ASSIGNED = "temporarily_assigned"
    OFF_LIST = "off_list"
    DECREE_SUSPENDED = "decree_suspended"
    CONSENT_REFUSED = "consent_refused"


class Deadline(StrEnum):
    """Which date of a case runs: the term of the stage, or one beside it with a clock or an end of its own."""

    STAGE = "stage"
    OBJECTION = "objection"
    RATIFICATION = "ratification"
    CONTEST = "contest"
    SEAT_HOLD = "seat_hold"
    SEAT_CALL = "seat_call"


class Direction(StrEnum):
    """Direction of a move, orthogonal to its kind."""

    LATERAL = "lateral"
    PROMOTION = "promotion"
    DEMOTION = "demotion"


class PlanningAspect(StrEnum):
    """What the planning of a mutation has to consider (Peraturan BKN 5/2019 Pasal 2)."""

    COMPETENCE = "competence"
    CAREER_PATTERN = "career_pattern"
    EMPLOYEE_MAPPING = "employee_mapping"
    TALENT_POOL = "talent_pool"
    CAREER_DEVELOPMENT = "career_development"
    PERFORMANCE = "performance"
    ORGANISATIONAL_NEED = "organisational_need"
    NATURE_OF_WORK = "nature_of_work"


class CostBearer(StrEnum):
    """Who bears the cost of a mutation (Peraturan BKN 5/2019 Pasal 11)."""

    RECEIVING_AGENCY = "receiving_agency"
    EMPLOYEE = "employee"


class MediaType(StrEnum):
    """Types of file that a document can be, as told by its content."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


class Verdict(StrEnum):
    """What HR says of one version of one document: it counts, it must be mended, or it is not the one asked for."""

    ACCEPT = "accept"
    RETURN = "return"
    REJECT = "reject"


class DocumentStatus(StrEnum):
    """Where a case stands with one document of the catalogue."""

    PROVED = "proved"
    ACCEPTED = "accepted"
    EXPIRING = "expiring"
    AWAITING = "awaiting"
    RETURNED = "returned"
    REJECTED = "rejected"
    EXPIRED = "expired"
    MISSING = "missing"


class ObjectionOutcome(StrEnum):
    """How an objection to the decree (keberatan) ended. PP 79/2021; UU 30/2014 Pasal 77."""

    GRANTED = "granted"
    PARTLY = "partly"
    REJECTED = "rejected"
    INADMISSIBLE = "inadmissible"
    WITHDRAWN = "withdrawn"
    ABATED = "abated"
    """The person died: nobody is left to answer."""


class CorrectionGround(StrEnum):
    """Why a decree is corrected without deciding anew (ralat; UU 30/2014 Pasal 63)."""

    CONSIDERATION = "consideration"
    REDACTION = "redaction"
    CHANGED_BASE = "changed_base"
    NEW_FACT = "new_fact"


class DefectGround(StrEnum):
    """The only grounds on which a decree is revoked or annulled (UU 30/2014 Pasal 64 and 66)."""

    AUTHORITY = "authority"
    PROCEDURE = "procedure"
    SUBSTANCE = "substance"


class OrderedBy(StrEnum):
    """On whose word a decree falls: the official's own, his superior's or a court's (UU 30/2014 Pasal 64, 66)."""

    OWN = "own"
    SUPERIOR = "superior"
    COURT = "court"


class EndingCause(StrEnum):
    """What ends a case whatever its stage, because the person leaves the service or may not move any more."""

    DEATH = "death"
    RETIREMENT = "retirement"
    RESIGNATION = "resignation"
    STUDY_LEAVE = "study_leave"


class SetBackCause(StrEnum):
    """Why a case fell back to an earlier stage without anybody returning it."""

    NOT_ELIGIBLE = "not_eligible"
    POST_GONE = "post_gone"
    SEAT_LOST = "seat_lost"
    HOLD_EXPIRED = "hold_expired"


class AssignmentEnd(StrEnum):
    """Why a temporary assignment ended by itself."""

    NOT_RATIFIED = "not_ratified"
    ENDED = "ended"
