"""The stages, from the transition table: diagrams, and tables of what a status waits for."""

from collections.abc import Iterable
from datetime import UTC, datetime

from domain.authority import SUBJECT_ACTS, TASK_OFFICE
from domain.case import Case
from domain.events import PostRef
from domain.policy import Term
from domain.stages import ANYWHERE, CLOCK, STAGE_OF, TRANSITIONS, Transition, leads_to, open_acts
from domain.tasks import tasks
from domain.vocabulary import STAGE_ORDER, Act, Kind, Office, Origin, Stage, Status
from runtime.docs.markdown import codes, label, state_diagram, table
from runtime.docs.policies import LAW

_WHO_ELSE = {
    Act.UNIT_OPINION: "the head of origin or destination",
    Act.CONFIRM_DUTY: "the head of the destination",
    Act.RECORD_REVIEW: "HR or the head of the destination",
    Act.RETURN: "whoever holds the task",
    Act.UNDO: "who did the last act",
    Act.COMMENT: "anyone who sees the case",
    Act.DECLARE_CONFLICT: "whoever holds an office of the route, or heads one of the two agencies",
    Act.ADD_DOCUMENT: "the employee, HR, or the head of origin or destination",
}
_OPEN_STAGES = [stage for stage in STAGE_ORDER if stage is not Stage.CLOSED]
EARLIER = "earlier"
"""In a stage's diagram: whatever earlier stage a case is returned to."""


def overview() -> str:
    """The stages and what leads from one to another; returns are left out, they go back to any earlier stage."""
    labels: dict[tuple[str, str], list[str]] = {}
    for t in TRANSITIONS:
        for there in dict.fromkeys(STAGE_OF[s] for s in t.to):
            if there is not STAGE_OF[t.status] and t.by is not Act.RETURN:
                labels.setdefault((STAGE_OF[t.status], there), []).append(t.by)
    return state_diagram(["[*] --> evaluation : open", *_edges(labels), "closed --> [*]"])


def stages() -> str:
    """Each stage: its statuses and what leads on, as a diagram and as a table."""
    return "\n\n".join(
        f"## {label(f'stage.{stage}')} (`{stage}`)\n\n{_diagram(stage)}\n\n{_statuses(_of(stage))}"
        for stage in _OPEN_STAGES
    )


def on_hold() -> str:
    return _statuses([Status.ON_HOLD])


def crosswise() -> str:
    return table(("Act", "By", "Open in"), [(f"`{a}`", who_may(a), _spread(ss)) for a, ss in ANYWHERE.items()])


def who_may(act: Act) -> str:
    """Who may do an act, before four eyes, kinship and capacity are asked."""
    if act in SUBJECT_ACTS:
        return "the employee, at his own request" if act is Act.WITHDRAW else "the employee"
    return _office(TASK_OFFICE[act]) if act in TASK_OFFICE else _WHO_ELSE[act]


def _office(office: Office) -> str:
    return "HR" if office is Office.HR_OFFICER else label(f"office.{office}").lower()


def _of(stage: Stage) -> list[Status]:
    return [status for status, its in STAGE_OF.items() if its is stage]


def place_in(diagram: Stage, transition: Transition, target: Status) -> str:
    """What stands in a stage's diagram for the target of a transition: the status, or a stage beside it."""
    if STAGE_OF[target] is diagram:
        return target
    return EARLIER if transition.by is Act.RETURN else f"to_{STAGE_OF[target]}"


def _diagram(stage: Stage) -> str:
    labels: dict[tuple[str, str], list[str]] = {}
    for t in (t for t in TRANSITIONS if STAGE_OF[t.status] is stage):
        for target in t.to:
            labels.setdefault((t.status, place_in(stage, t, target)), []).append(t.by)
    beside = dict.fromkeys(there for _, there in labels if there not in _of(stage))
    named = [f'state "{_beside(place)}" as {place}' for place in beside]
    within = [f'state "{label(f"stage.{stage}")}" as {stage} {{', *(f"    {s}" for s in _of(stage)), "}"]
    return state_diagram([*within, *named, *_edges(labels)])


def _beside(place: str) -> str:
    return "an earlier stage" if place == EARLIER else label(f"stage.{place.removeprefix('to_')}")


def _edges(labels: dict[tuple[str, str], list[str]]) -> list[str]:
    return [f"{here} --> {there} : {' / '.join(dict.fromkeys(by))}" for (here, there), by in labels.items()]


def _statuses(statuses: Iterable[Status]) -> str:
    rows = []
    for status in statuses:
        term = LAW.terms.get(status)
        leading = {a for a in open_acts(status) if leads_to(status, a) - {status}}
        acts = sorted(a for a in open_acts(status) if a not in ANYWHERE or a is Act.RESUME or a in leading)
        rows.append(
            (
                f"`{status}`",
                label(f"status.{status}.next"),
                _holders(status),
                codes(acts),
                _term(term) if term else None,
                codes(sorted(leads_to(status, CLOCK))),
            )
        )
    head = ("Status", "What it waits for", "Task of", "Acts, besides those open anywhere", "Term", "The clock leads to")
    return table(head, rows)


def _term(term: Term) -> str:
    return f"{term.days} working days" + (f"; final: {term.final_days}" if term.final_days else "")


def _holders(status: Status) -> str:
    """Whose task a status is, by the function that makes the tasks of real cases."""
    nowhere = PostRef(position="", title="", unit="", unit_name="", agency="", agency_name="")
    once = datetime(2026, 1, 1, tzinfo=UTC)
    case = Case(
        id="", number="", kind=Kind.INTERNAL, origin=Origin.ORGANISATION, subject="s", opener="o", opened_at=once,
        since=once, policy="", to_post=nowhere, status=status, stage=STAGE_OF.get(status, Stage.EVALUATION),
    )  # fmt: skip
    return " or ".join(_office(t.office) if t.office else "the employee" for t in tasks(case))


def _spread(statuses: tuple[Status, ...]) -> str:
    """Statuses, whole stages by their names."""
    whole = [stage for stage in _OPEN_STAGES if set(_of(stage)) <= set(statuses)]
    single = [s for s in statuses if STAGE_OF.get(s) not in whole]
    return "; ".join(filter(None, [", ".join(label(f"stage.{s}") for s in whole), codes(single)]))
