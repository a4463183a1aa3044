"""Refusals: the typed reasons for which a command is not carried out.

    Refusal
    ├── NOT_FOUND      the case does not exist, or not for this viewer
    │   ├── case_unknown
    │   ├── document_unknown
    │   ├── appointment_unknown
    │   ├── mandate_unknown
    │   ├── relation_unknown
    │   ├── not_logged_yet          not in the transparency log yet, or not in that checkpoint
    │   └── incident_unknown
    ├── FORBIDDEN      this person may not do this act in any capacity he holds now
    │   ├── not_authorised          no office or role that may
    │   ├── own_case                nobody acts in office on his own case
    │   ├── conflict_of_interest    related to the person concerned
    │   ├── gains_from_case         has a case of his own for the post that is left, or the one that is sought
    │   ├── conflict_declared       declared a conflict of interest in this case
    │   ├── four_eyes               another person must do this step
    │   ├── principal_barred        whoever he acts for may not do it either
    │   ├── acting_capacity         strategic act by a Plt or Plh
    │   ├── mandate_capacity        strategic act by a deputy, or by a proxy beyond what the policy lists
    │   ├── not_on_panel            other members of the board are seated for this case
    │   ├── own_office              nobody has a hand in his own office or mandate
    │   ├── relatives_office        nor in the office of a relative
    │   ├── own_deputy              nobody is his own deputy, nor appoints himself one
    │   ├── proxy_by_holder         a proxy is named by the holder of the office alone
    │   ├── not_the_author          only the author can undo
    │   └── second_person_required  a second person confirms: not the one who proposed or is bound by it
    ├── CONFLICT       the case, a seat or a person is not in the state the act needs
    │   ├── act_not_open
    │   ├── case_closed
    │   ├── open_case_exists
    │   ├── no_vacancy
    │   ├── seat_taken
    │   ├── not_qualified
    │   ├── no_longer_qualified     a rule that was passed fails now
    │   ├── already_voted
    │   ├── contest_over
    │   ├── undo_over
    │   ├── nothing_to_undo
    │   ├── decree_issued
    │   ├── window_closed
    │   ├── review_not_due
    │   ├── same_post
    │   ├── policy_proposed
    │   ├── policy_not_proposed
    │   ├── policy_activated
    │   ├── documents_missing       a document that the policy insists on is not there
    │   ├── document_already_there
    │   ├── document_already_judged
    │   ├── document_refused        a document that HR returned or rejected proves nothing
    │   ├── document_not_reusable
    │   ├── document_versions_full
    │   ├── incident_settled        a repair is under way or done, or it is found no more
    │   ├── repair_not_proposed     confirmed is what another person proposed last
    │   ├── case_not_over           what goes on is not erased
    │   ├── retention_runs          the term for which it is kept is not over
    │   ├── retention_without_term  the policy in force names no term: nothing is erased
    │   ├── legal_hold
    │   ├── erasure_proposed
    │   ├── erasure_not_proposed
    │   ├── already_erased
    │   ├── objection_filed         there is an objection to this decree already
    │   ├── objection_open          nothing ends before the objection is decided
    │   ├── remedy_due              a granted objection is not carried out yet
    │   ├── equal_post_required     the old post is taken: an equal one must be named
    │   ├── post_changed            the person no longer sits where the decree put him
    │   ├── already_placed
    │   ├── returns_exhausted       returned as often as it may be: decide or cancel
    │   ├── post_gone               the target post was abolished
    │   ├── seat_lost               the seat held for the case is gone
    │   ├── seat_held               every vacant seat is held for another case
    │   ├── line_ahead              others stand in line for the seat
    │   ├── seat_offered            another case was told of the seat and may still take it
    │   ├── hold_renewals_exhausted a hold is renewed so often and no more
    │   ├── assignment_exists       one temporary assignment in a case
    │   ├── renewals_exhausted      renewed as often as the policy allows
    │   ├── suspension_without_ground   neither an open objection nor an order
    │   ├── consideration_expired   the technical consideration no longer carries a decision
    │   ├── decree_unconsidered     the technical consideration no longer carries a decree
    │   ├── consideration_in_force  a good consideration is not asked for again
    │   ├── consent_recorded        that letter is there already
    │   ├── consent_not_granted     what was not granted cannot be taken back
    │   ├── serves_elsewhere        who serves another agency moves with its consent only
    │   ├── serves_here             who holds a post here does not come from another agency
    │   ├── already_declared        that conflict of interest is on record
    │   ├── office_held             somebody else holds it, or he does already
    │   ├── office_not_vacant       a Plt is for an office without a holder
    │   ├── office_vacant           a Plh stands in for a holder, and there is none
    │   ├── not_held                he does not hold that office
    │   ├── ends_earlier_already
    │   ├── acting_terms_exhausted  acted for the vacancy as often as the policy allows
    │   ├── appointment_settled
    │   ├── mandate_settled
    │   ├── relation_declared
    │   └── post_stands             there is nothing to go back for
    ├── STALE          the caller decided on an older version of the case
    │   └── stale_version
    ├── TOO_LARGE      more bytes than the policy takes
    │   └── document_too_large
    ├── MEDIA_TYPE     content of another type than the policy takes
    │   └── document_type_refused
    └── INVALID        the request contradicts itself, the register, the law or the policy
        ├── employee_unknown
        ├── position_unknown
        ├── reason_required
        ├── kind_without_route
        ├── way_without_passage     such a case has no passage into, out of or within the province
        ├── consent_not_asked
        ├── letter_document_required    the policy wants to see the letter
        ├── origin_without_route
        ├── post_beyond_route
        ├── emergency_without_ground
        ├── rule_not_failed
        ├── rule_not_overridable
        ├── ground_not_allowed
        ├── unanswered_grounds
        ├── grounds_required
        ├── backfill_required
        ├── off_list_reason_required    who is not on the ranked list is chosen with a typed ground and words
        ├── choice_ground_not_allowed   the policy does not list that ground for this choice
        ├── advice_ground_required      an approval against advice names its ground
        ├── return_not_earlier
        ├── date_in_future
        ├── date_in_past
        ├── effective_before_decree
        ├── duty_before_effect
        ├── defer_until_required
        ├── review_day_unknown
        ├── policy_hash_differs
        ├── policy_rule_unwritten
        ├── policy_rule_unshown
        ├── date_too_late
        ├── policy_unsound          a policy that breaks what no policy may change
        ├── policy_case_fails
        ├── document_not_in_catalogue
        ├── document_content_unknown
        ├── document_date_required
        ├── document_expired
        ├── assignment_too_long
        ├── post_not_equal
        ├── override_document_required
        ├── log_size_unknown        the log was never signed at that size
        ├── person_unknown
        ├── unit_unknown
        ├── acting_without_end      an acting term has a last day
        ├── acting_too_long
        ├── not_deputised           nobody has a deputy in that office
        ├── proxy_for_leadership    a proxy is for the offices of leadership
        ├── instrument_required     a proxy is named by an instrument
        ├── mandate_too_long
        ├── minutes_required        the policy asks for the minutes of the board
        ├── repair_not_fitting      not what helps against this kind of drift
        └── idempotency_key_reused

HTTP knows the categories in one place (`api/problems.py`); the words are in `locale/`.
"""

from enum import Enum, StrEnum

from pydantic import BaseModel, ConfigDict


class Category(Enum):
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    MEDIA_TYPE = "media_type"
    FORBIDDEN = "forbidden"
    CONFLICT = "conflict"
    STALE = "stale"
    INVALID = "invalid"


class RefusalCode(StrEnum):
    """Stable codes: never renamed, never translated. `category` says what kind of refusal it is."""

    category: Category

    def __new__(cls, code: str, category: Category) -> "RefusalCode":
        member = str.__new__(cls, code)
        member._value_ = code
        member.category = category
        return member

    CASE_UNKNOWN = "case_unknown", Category.NOT_FOUND

    NOT_AUTHORISED = "not_authorised", Category.FORBIDDEN
    OWN_CASE = "own_case", Category.FORBIDDEN
    CONFLICT_OF_INTEREST = "conflict_of_interest", Category.FORBIDDEN
    FOUR_EYES = "four_eyes", Category.FORBIDDEN
    ACTING_CAPACITY = "acting_capacity", Category.FORBIDDEN
    NOT_THE_AUTHOR = "not_the_author", Category.FORBIDDEN
    SECOND_PERSON_REQUIRED = "second_person_required", Category.FORBIDDEN

    GAINS_FROM_CASE = "gains_from_case", Category.FORBIDDEN
    CONFLICT_DECLARED = "conflict_declared", Category.FORBIDDEN
    PRINCIPAL_BARRED = "principal_barred", Category.FORBIDDEN
    MANDATE_CAPACITY = "mandate_capacity", Category.FORBIDDEN
    NOT_ON_PANEL = "not_on_panel", Category.FORBIDDEN
    OWN_OFFICE = "own_office", Category.FORBIDDEN
    RELATIVES_OFFICE = "relatives_office", Category.FORBIDDEN
    OWN_DEPUTY = "own_deputy", Category.FORBIDDEN
    PROXY_BY_HOLDER = "proxy_by_holder", Category.FORBIDDEN

    ACT_NOT_OPEN = "act_not_open", Category.CONFLICT
    CASE_CLOSED = "case_closed", Category.CONFLICT
    OPEN_CASE_EXISTS = "open_case_exists", Category.CONFLICT
    NO_VACANCY = "no_vacancy", Category.CONFLICT
    SEAT_TAKEN = "seat_taken", Category.CONFLICT
    NOT_QUALIFIED = "not_qualified", Category.CONFLICT
    ALREADY_VOTED = "already_voted", Category.CONFLICT
    CONTEST_OVER = "contest_over", Category.CONFLICT
    UNDO_OVER = "undo_over", Category.CONFLICT
    NOTHING_TO_UNDO = "nothing_to_undo", Category.CONFLICT
    DECREE_ISSUED = "decree_issued", Category.CONFLICT
    WINDOW_CLOSED = "window_closed", Category.CONFLICT
    REVIEW_NOT_DUE = "review_not_due", Category.CONFLICT
    SAME_POST = "same_post", Category.CONFLICT
    POLICY_PROPOSED = "policy_proposed", Category.CONFLICT
    POLICY_NOT_PROPOSED = "policy_not_proposed", Category.CONFLICT
    POLICY_ACTIVATED = "policy_activated", Category.CONFLICT
    OBJECTION_FILED = "objection_filed", Category.CONFLICT
    OBJECTION_OPEN = "objection_open", Category.CONFLICT
    REMEDY_DUE = "remedy_due", Category.CONFLICT
    EQUAL_POST_REQUIRED = "equal_post_required", Category.CONFLICT
    POST_CHANGED = "post_changed", Category.CONFLICT
    ALREADY_PLACED = "already_placed", Category.CONFLICT
    RETURNS_EXHAUSTED = "returns_exhausted", Category.CONFLICT
    POST_GONE = "post_gone", Category.CONFLICT
    SEAT_LOST = "seat_lost", Category.CONFLICT
    ASSIGNMENT_EXISTS = "assignment_exists", Category.CONFLICT
    RENEWALS_EXHAUSTED = "renewals_exhausted", Category.CONFLICT
    SUSPENSION_WITHOUT_GROUND = "suspension_without_ground", Category.CONFLICT
    POST_STANDS = "post_stands", Category.CONFLICT
    CONSIDERATION_EXPIRED = "consideration_expired", Category.CONFLICT
    DECREE_UNCONSIDERED = "decree_unconsidered", Category.CONFLICT
    CONSIDERATION_IN_FORCE = "consideration_in_force", Category.CONFLICT
    CONSENT_RECORDED = "consent_recorded", Category.CONFLICT
    CONSENT_NOT_GRANTED = "consent_not_granted", Category.CONFLICT
    SERVES_ELSEWHERE = "serves_elsewhere", Category.CONFLICT
    SERVES_HERE = "serves_here", Category.CONFLICT
    SEAT_HELD = "seat_held", Category.CONFLICT
    LINE_AHEAD = "line_ahead", Category.CONFLICT
    SEAT_OFFERED = "seat_offered", Category.CONFLICT
    HOLD_RENEWALS_EXHAUSTED = "hold_renewals_exhausted", Category.CONFLICT

    ALREADY_DECLARED = "already_declared", Category.CONFLICT
    OFFICE_HELD = "office_held", Category.CONFLICT
    OFFICE_NOT_VACANT = "office_not_vacant", Category.CONFLICT
    OFFICE_VACANT = "office_vacant", Category.CONFLICT
    NOT_HELD = "not_held", Category.CONFLICT
    ENDS_EARLIER_ALREADY = "ends_earlier_already", Category.CONFLICT
    ACTING_TERMS_EXHAUSTED = "acting_terms_exhausted", Category.CONFLICT
    APPOINTMENT_SETTLED = "appointment_settled", Category.CONFLICT
    MANDATE_SETTLED = "mandate_settled", Category.CONFLICT
    RELATION_DECLARED = "relation_declared", Category.CONFLICT

    STALE_VERSION = "stale_version", Category.STALE

    EMPLOYEE_UNKNOWN = "employee_unknown", Category.INVALID
    POSITION_UNKNOWN = "position_unknown", Category.INVALID
    REASON_REQUIRED = "reason_required", Category.INVALID
    WAY_WITHOUT_PASSAGE = "way_without_passage", Category.INVALID
    CONSENT_NOT_ASKED = "consent_not_asked", Category.INVALID
    LETTER_DOCUMENT_REQUIRED = "letter_document_required", Category.INVALID
    KIND_WITHOUT_ROUTE = "kind_without_route", Category.INVALID
    ORIGIN_WITHOUT_ROUTE = "origin_without_route", Category.INVALID
    NO_LONGER_QUALIFIED = "no_longer_qualified", Category.CONFLICT
    POST_BEYOND_ROUTE = "post_beyond_route", Category.INVALID
    EMERGENCY_WITHOUT_GROUND = "emergency_without_ground", Category.INVALID
    RULE_NOT_FAILED = "rule_not_failed", Category.INVALID
    RULE_NOT_OVERRIDABLE = "rule_not_overridable", Category.INVALID
    GROUND_NOT_ALLOWED = "ground_not_allowed", Category.INVALID
    UNANSWERED_GROUNDS = "unanswered_grounds", Category.INVALID
    GROUND_NOT_RAISED = "ground_not_raised", Category.INVALID
    GROUNDS_REQUIRED = "grounds_required", Category.INVALID
    BACKFILL_REQUIRED = "backfill_required", Category.INVALID
    OFF_LIST_REASON_REQUIRED = "off_list_reason_required", Category.INVALID
    CHOICE_GROUND_NOT_ALLOWED = "choice_ground_not_allowed", Category.INVALID
    ADVICE_GROUND_REQUIRED = "advice_ground_required", Category.INVALID
    RETURN_NOT_EARLIER = "return_not_earlier", Category.INVALID
    DATE_IN_FUTURE = "date_in_future", Category.INVALID
    DATE_IN_PAST = "date_in_past", Category.INVALID
    DATE_TOO_LATE = "date_too_late", Category.INVALID
    DATE_TOO_EARLY = "date_too_early", Category.INVALID
    NO_POST_HELD = "no_post_held", Category.INVALID
    CONDITION_NOT_IN_FORCE = "condition_not_in_force", Category.INVALID
    EFFECTIVE_BEFORE_DECREE = "effective_before_decree", Category.INVALID
    DUTY_BEFORE_EFFECT = "duty_before_effect", Category.INVALID
    DEFER_UNTIL_REQUIRED = "defer_until_required", Category.INVALID
    REVIEW_DAY_UNKNOWN = "review_day_unknown", Category.INVALID
    POLICY_HASH_DIFFERS = "policy_hash_differs", Category.INVALID
    POLICY_RULE_UNWRITTEN = "policy_rule_unwritten", Category.INVALID
    POLICY_RULE_UNSHOWN = "policy_rule_unshown", Category.INVALID
    POLICY_UNSOUND = "policy_unsound", Category.INVALID
    POLICY_CASE_FAILS = "policy_case_fails", Category.INVALID
    OVERRIDE_DOCUMENT_REQUIRED = "override_document_required", Category.INVALID
    ASSIGNMENT_TOO_LONG = "assignment_too_long", Category.INVALID
    POST_NOT_EQUAL = "post_not_equal", Category.INVALID
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused", Category.INVALID

    PERSON_UNKNOWN = "person_unknown", Category.INVALID
    UNIT_UNKNOWN = "unit_unknown", Category.INVALID
    ACTING_WITHOUT_END = "acting_without_end", Category.INVALID
    ACTING_TOO_LONG = "acting_too_long", Category.INVALID
    NOT_DEPUTISED = "not_deputised", Category.INVALID
    PROXY_FOR_LEADERSHIP = "proxy_for_leadership", Category.INVALID
    INSTRUMENT_REQUIRED = "instrument_required", Category.INVALID
    MANDATE_TOO_LONG = "mandate_too_long", Category.INVALID
    MINUTES_REQUIRED = "minutes_required", Category.INVALID

    APPOINTMENT_UNKNOWN = "appointment_unknown", Category.NOT_FOUND
    MANDATE_UNKNOWN = "mandate_unknown", Category.NOT_FOUND
    RELATION_UNKNOWN = "relation_unknown", Category.NOT_FOUND
    DOCUMENT_UNKNOWN = "document_unknown", Category.NOT_FOUND
    DOCUMENTS_MISSING = "documents_missing", Category.CONFLICT
    DOCUMENT_ALREADY_THERE = "document_already_there", Category.CONFLICT
    DOCUMENT_ALREADY_JUDGED = "document_already_judged", Category.CONFLICT
    DOCUMENT_REFUSED = "document_refused", Category.CONFLICT
    DOCUMENT_NOT_REUSABLE = "document_not_reusable", Category.CONFLICT
    DOCUMENT_VERSIONS_FULL = "document_versions_full", Category.CONFLICT
    DOCUMENT_TOO_LARGE = "document_too_large", Category.TOO_LARGE
    DOCUMENT_TYPE_REFUSED = "document_type_refused", Category.MEDIA_TYPE
    DOCUMENT_NOT_IN_CATALOGUE = "document_not_in_catalogue", Category.INVALID
    DOCUMENT_CONTENT_UNKNOWN = "document_content_unknown", Category.INVALID
    DOCUMENT_DATE_REQUIRED = "document_date_required", Category.INVALID
    DOCUMENT_EXPIRED = "document_expired", Category.INVALID

    NOT_LOGGED_YET = "not_logged_yet", Category.NOT_FOUND
    LOG_SIZE_UNKNOWN = "log_size_unknown", Category.INVALID

    INCIDENT_UNKNOWN = "incident_unknown", Category.NOT_FOUND
    INCIDENT_SETTLED = "incident_settled", Category.CONFLICT
    REPAIR_NOT_PROPOSED = "repair_not_proposed", Category.CONFLICT
    REPAIR_NOT_FITTING = "repair_not_fitting", Category.INVALID

    CASE_NOT_OVER = "case_not_over", Category.CONFLICT
    RETENTION_RUNS = "retention_runs", Category.CONFLICT
    RETENTION_WITHOUT_TERM = "retention_without_term", Category.CONFLICT
    LEGAL_HOLD = "legal_hold", Category.CONFLICT
    ERASURE_PROPOSED = "erasure_proposed", Category.CONFLICT
    ERASURE_NOT_PROPOSED = "erasure_not_proposed", Category.CONFLICT
    ALREADY_ERASED = "already_erased", Category.CONFLICT


_R = RefusalCode
LEGAL_GROUNDS: dict[RefusalCode, str] = {
    _R.OWN_CASE: "UU 30/2014 Pasal 42-43",
    _R.CONFLICT_OF_INTEREST: "PP 11/2017 Pasal 190 ayat (5); UU 30/2014 Pasal 42-43",
    _R.ACTING_CAPACITY: "UU 30/2014 Pasal 14 ayat (7); SE BKN 1/SE/I/2021",
    _R.GAINS_FROM_CASE: "UU 30/2014 Pasal 42-43",
    _R.CONFLICT_DECLARED: "UU 30/2014 Pasal 42-43",
    _R.PRINCIPAL_BARRED: "UU 30/2014 Pasal 42-43",
    _R.MANDATE_CAPACITY: "UU 30/2014 Pasal 13-14",
    _R.PROXY_BY_HOLDER: "UU 30/2014 Pasal 13",
    _R.INSTRUMENT_REQUIRED: "UU 30/2014 Pasal 13",
    _R.ACTING_WITHOUT_END: "SE BKN 1/SE/I/2021",
    _R.ACTING_TOO_LONG: "SE BKN 1/SE/I/2021",
    _R.ACTING_TERMS_EXHAUSTED: "SE BKN 1/SE/I/2021",
    _R.MINUTES_REQUIRED: "PP 11/2017 Pasal 191",
    _R.NO_VACANCY: "Peraturan BKN 5/2019 Pasal 3 ayat (1) huruf b, d, e",
    _R.NOT_QUALIFIED: "PP 11/2017 Pasal 190 ayat (4)",
    _R.NO_LONGER_QUALIFIED: "PP 11/2017 Pasal 190 ayat (4)",
    _R.WINDOW_CLOSED: "UU 10/2016 Pasal 71 ayat (2), 162 ayat (3); PP 49/2008 Pasal 132A",
    _R.KIND_WITHOUT_ROUTE: "PP 11/2017 Pasal 190-197",
    _R.WAY_WITHOUT_PASSAGE: "PP 11/2017 Pasal 190-197",
    _R.SERVES_ELSEWHERE: "PP 11/2017 Pasal 190-197; Peraturan BKN 5/2019",
    _R.CONSIDERATION_EXPIRED: "Peraturan BKN 5/2019",
    _R.OBJECTION_OPEN: "PP 79/2021; UU 30/2014 Pasal 77",
    _R.REMEDY_DUE: "UU 30/2014 Pasal 77",
    _R.EQUAL_POST_REQUIRED: "UU 30/2014 Pasal 64, 66",
    _R.POST_NOT_EQUAL: "UU 30/2014 Pasal 64, 66",
    _R.POST_BEYOND_ROUTE: "UU 20/2023; PP 11/2017 Pasal 107, 191",
    _R.SUSPENSION_WITHOUT_GROUND: "UU 30/2014 Pasal 65",
    _R.OFF_LIST_REASON_REQUIRED: "PP 11/2017 Pasal 190 ayat (4), 191; UU 30/2014 Pasal 10",
    _R.ADVICE_GROUND_REQUIRED: "PP 11/2017 Pasal 191; UU 30/2014 Pasal 10",
    _R.RETENTION_RUNS: "UU 27/2022 Pasal 42-44",
    _R.LEGAL_HOLD: "UU 27/2022 Pasal 15",
    _R.DOCUMENTS_MISSING: "Peraturan BKN 5/2019 Pasal 3 ayat (1)",
}

Param = str | int | tuple[str, ...]


class Refusal(BaseModel):
    """A command refused, as data: the code for a program, the parameters of the sentence for a person."""

    model_config = ConfigDict(frozen=True)

    code: RefusalCode
    params: dict[str, Param] = {}


def refuse(code: RefusalCode, **params: Param) -> Refusal:
    return Refusal(code=code, params=params)
