"""Everybody who may knock at the API about one case: a lateral move from DPUPR to DLH, opened by an HR officer."""

CALLERS = {
    "employee": "cast:lateral_pass",
    "colleague": "cast:it_self_nomination",
    "hr_officer": "hr_officer",
    "hr_head": "hr_head",
    "head_of_origin": "agency_head:DPUPR",
    "head_of_destination": "agency_head:DLH",
    "foreign_head": "agency_head:DINKES",
    "board_member": "board_member",
    "regional_secretary": "regional_secretary",
    "governor": "governor",
    "auditor": "auditor",
    "inspector": "inspector",
    "operator": "operator",
}
"""Callers by what they are to the case, with the name of their token."""

SERVICES = {f"service:{scope}": scope for scope in (
    "register:read", "calendar:read", "policies:read", "cases:read", "events:read",
)}  # fmt: skip
"""Other systems, each with one scope."""

HR = {"hr_officer", "hr_head"}
OVERSEERS = {"auditor", "inspector"}
HEADS = {"head_of_origin", "head_of_destination"}
DECIDERS = {"board_member", "regional_secretary", "governor"}
PERSONS = set(CALLERS) - {"operator"}

SEES = {
    "needs_check": {"employee", *HR, *OVERSEERS, *HEADS},
    "approval": {"employee", *HR, *OVERSEERS, *HEADS, *DECIDERS},
}
"""Who sees the case, by where it is: those who decide, once it has come to them."""
READS = {"employee", *HR, *OVERSEERS, *DECIDERS}
"""Of those, who may read its history."""
FULL_NIP = {"employee", *HR, *OVERSEERS}
