"""What another system may ask for: a closed list of scopes, and for every operation its scope, or that it is human.

An operation that stands in neither list serves no service and breaks a test, so that none is opened by being forgotten.
No scope changes anything: an act has a person who answers for it.
"""

from enum import StrEnum


class Scope(StrEnum):
    """A right of a service, named by what it reads."""

    REGISTER_READ = "register:read"
    CALENDAR_READ = "calendar:read"
    POLICIES_READ = "policies:read"
    CASES_READ = "cases:read"
    EVENTS_READ = "events:read"


OPERATIONS: dict[str, Scope] = {
    "list_employees": Scope.REGISTER_READ,
    "get_employee": Scope.REGISTER_READ,
    "list_positions": Scope.REGISTER_READ,
    "get_position": Scope.REGISTER_READ,
    "list_units": Scope.REGISTER_READ,
    "list_offices": Scope.REGISTER_READ,
    "get_org_chart": Scope.REGISTER_READ,
    "get_calendar": Scope.CALENDAR_READ,
    "list_policies": Scope.POLICIES_READ,
    "get_policy": Scope.POLICIES_READ,
    "list_cases": Scope.CASES_READ,
    "get_case": Scope.CASES_READ,
    "list_case_events": Scope.EVENTS_READ,
}
"""Operations a service may ask for with a scope."""

HUMAN = frozenset({
    "accept_mandate",
    "act_on_case",
    "add_document",
    "change_password",
    "confirm_appointment",
    "confirm_mandate",
    "confirm_erasure",
    "confirm_policy",
    "confirm_repair",
    "confirm_second_factor",
    "declare_relation",
    "decline_appointment",
    "end_mandate",
    "end_relation",
    "end_session",
    "export_cases",
    "export_off_list",
    "export_overrides",
    "get_checkpoint",
    "get_evidence",
    "get_me",
    "list_accesses",
    "list_appointments",
    "get_my_personal_data",
    "hold_case",
    "list_attempts",
    "list_candidates",
    "list_case_accesses",
    "list_case_attempts",
    "list_case_documents",
    "list_case_notices",
    "list_mandates",
    "list_nominations",
    "list_notices",
    "list_opportunities",
    "list_register_entries",
    "list_relations",
    "list_sessions",
    "list_tasks",
    "mark_notices_read",
    "name_mandate",
    "open_case",
    "override_calendar_day",
    "preview_case",
    "propose_appointment",
    "preview_erasure",
    "print_checkpoint",
    "propose_erasure",
    "propose_policy",
    "propose_repair",
    "propose_second_factor",
    "prove_consistency",
    "prove_head",
    "prove_inclusion",
    "publish_calendar_year",
    "publish_rating_year",
    "read_document",
    "recompute_deadlines",
    "remove_second_factor",
    "report_drift",
    "report_off_list",
    "report_overrides",
    "report_personal_data",
    "sign_out",
    "state_preferences",
})  # fmt: skip
"""Operations for people alone."""

OPEN = frozenset({"enrol", "issue_tokens", "refresh_tokens", "return_from_provider", "set_out_to_provider", "sign_in"})
"""Operations by which one gets to be known; they ask for no token."""
