"""Presenting: the case, its events and a preview, as one caller sees them, in his language."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from api import schemas as out
from api import sealing
from api.problems import explain
from domain import catalogue
from domain import nip as nips
from domain.case import Case
from domain.decide import may
from domain.decide.board import CONTRARY
from domain.events import Choice, Due, ExcludedDay, Pause, PauseCause, PostRef, RuleResult
from domain.facts import Facts, Window
from domain.policy import Policy
from domain.refusals import Refusal
from domain.rules import vacated
from domain.tasks import tasks
from domain.vocabulary import Act, DocumentStatus, Flag, Office, RuleOutcome, Severity, Way, WindowKind
from domain.windows import closed_windows, gates_still, required_consents
from runtime import i18n
from store.cases import CaseRow, LedgerEntry
from store.tables import RefusedAttemptRow
from store.viewing import DECIDERS, Viewer


def summary(row: CaseRow, viewer: Viewer, now: datetime, language: str) -> dict[str, Any]:
    """The fields of a case that a list shows."""
    case = row.case
    return {
        "id": case.id,
        "number": case.number,
        "kind": case.kind,
        "origin": case.origin,
        "employee": employee(row, viewer),
        "from": post(case.from_post) if case.from_post else None,
        "to": post(case.to_post),
        "stage": case.stage,
        "status": case.status,
        "status_text": i18n.text(f"status.{case.status}.next", language),
        "outcome": case.outcome,
        "due": due(case.due, language, knows_leave(viewer, case.subject)) if case.due else None,
        "overdue": bool(case.due and case.due.at < now),
        "version": case.version,
        "opened_at": case.opened_at,
        "since": case.since,
        "flags": case.flags,
    }


def employee(row: CaseRow, viewer: Viewer) -> out.PersonOut:
    """The civil servant of a case. Without a number once his personal data were erased."""
    subject, number = row.case.subject, row.employee_nip
    return out.PersonOut(id=subject, name=row.employee_name, nip=number and nip_for(viewer, subject, number))


def nip_for(viewer: Viewer, person: str, number: str) -> str:
    """A person's NIP wherever it is shown: in full only for himself, HR, auditors and other systems."""
    full = viewer.is_hr or viewer.oversees or viewer.service or viewer.person == person
    return number if full else nips.masked(number)


def post(ref: PostRef) -> out.PostOut:
    return out.PostOut(
        position_code=ref.position,
        title=ref.title,
        unit_code=ref.unit,
        unit=ref.unit_name,
        agency_code=ref.agency,
        agency=ref.agency_name,
        outside=ref.outside,
    )


def knows_leave(viewer: Viewer, subject: str) -> bool:
    """Whether somebody may know that a term stood still because of certified leave, or on which ground of a hold."""
    return viewer.person == subject or viewer.is_hr or viewer.oversees


def due(value: Due, language: str, knows: bool = False) -> out.DueOut:
    """A due date that explains itself; `knows` says whether the reader may know the nature of a pause."""
    words = (
        i18n.text(f"then.{value.then}", language, due_on=i18n.day(_effect_day(value), language)) if value.then else None
    )
    return out.DueOut(
        at=value.at,
        on=value.on,
        reckoned=out.ReckonedOut(
            start=value.start,
            days=value.days,
            excluded=[out.ExcludedDayOut(day=d.day, name=d.name) for d in value.excluded],
            calendar=value.calendar,
            estimate=value.estimate,
            included=[out.ExcludedDayOut(day=d.day, name=d.name) for d in value.included or ()],
            pauses=[_pause(p, language, knows) for p in value.pauses or ()],
            text=_reckoned(value, language, knows),
        ),
        then=value.then,
        then_text=words,
        final_on=value.final_on,
    )


_OF_NO_CONCERN = frozenset({PauseCause.ON_HOLD, PauseCause.PAUSED, PauseCause.CERTIFIED_LEAVE})
"""Pauses whose nature is the employee's own affair: to others they look alike, so that none tells by being another."""


def _pause(pause: Pause, language: str, knows: bool) -> out.PauseOut:
    if not knows and pause.cause in _OF_NO_CONCERN:
        pause = pause.model_copy(update={"cause": PauseCause.PAUSED, "ground": None})
    elif knows and pause.cause is PauseCause.PAUSED:
        pause = pause.model_copy(update={"cause": PauseCause.CERTIFIED_LEAVE})
    words = i18n.text(
        f"pause.{pause.cause}",
        language,
        first=i18n.day(pause.first, language),
        last=i18n.day(pause.last, language),
    )
    return out.PauseOut(**pause.model_dump(), text=words)


def _reckoned(value: Due, language: str, knows: bool) -> str:
    """How the date came about, in sentences."""
    said = [i18n.text("reckoned.term", language, days=value.days, start=i18n.day(value.start, language))]
    if value.final_on and value.final_days:
        lapses = i18n.day(value.final_on, language)
        said.append(i18n.text("reckoned.final", language, days=value.final_days, final_on=lapses))
    if value.excluded:
        said.append(i18n.text("reckoned.excluded", language, list=_days(value.excluded, language)))
    if value.included:
        said.append(i18n.text("reckoned.included", language, list=_days(value.included, language)))
    said += [_pause(p, language, knows).text for p in value.pauses or ()]
    if value.estimate:
        said.append(i18n.text("reckoned.estimate", language))
    return " ".join(said)


def _days(days: Iterable[ExcludedDay], language: str) -> str:
    return "; ".join(f"{i18n.day(d.day, language)} ({d.name})" for d in days)


def between(case: Case) -> out.OutsideOut | None:
    """Where a case stands with the letters of others it waits for; what they say is in the events."""
    passage, asked = case.passage, case.consideration
    if passage.way is Way.INSIDE and case.considered_by is None:
        return None
    return out.OutsideOut(
        letter=passage.letter,
        signed=case.authorised,
        consents={word: case.consents.get(word) for word in passage.outside},
        consideration=case.considered_by,
        rounds=asked.rounds,
        considered=asked.outcome,
        valid_until=asked.valid_until,
        decided_by=passage.decided_by,
    )


def objection(case: Case, language: str) -> out.ObjectionOut:
    """An objection to the decree; what it says is in the events, for those who may read them."""
    filed = case.objection
    assert filed is not None, "there is an objection to show"
    return out.ObjectionOut(
        filed_at=filed.filed_at, late=filed.late, due=due(filed.due, language), open=filed.open, outcome=filed.outcome
    )


def choice(made: Choice, language: str, heard: bool) -> out.ChoiceOut:
    """Where the person stood in the ranking when he was chosen; `heard` says who may know a sensitive ground."""
    ground = sealing.ground(made.ground, heard) if made.ground else None
    return out.ChoiceOut(
        rank=made.rank,
        field=made.field,
        length=made.length,
        on_list=made.on_list,
        ground=ground,
        ground_text=choice_ground(ground, language) if ground else None,
    )


def choice_ground(ground: str, language: str) -> str:
    """A ground of a choice in words; its code where a policy of before named one that has none."""
    key = f"choice_ground.{ground}"
    return i18n.text(key, language) if i18n.has(key, language) else ground


def assignment(case: Case, language: str) -> dict[str, Any]:
    """A temporary assignment, whether it stands, and how the day until which it is ratified came about."""
    order = case.assignment
    assert order is not None, "there is an assignment to show"
    ratify = due(order.ratify_due, language) if order.ratify_due else None
    return {**order.model_dump(), "ratify_due": ratify, "stands": case.assigned is not None}


def _effect_day(value: Due) -> date:
    return value.final_on or value.on


def rule(result: RuleResult, policy: Policy, language: str, overridden: Iterable[str] = ()) -> out.RuleOut:
    """A rule as judged, in words and with its legal ground."""
    data = policy.rules[result.rule]
    failed = data.fail_by[result.failing] if result.failing else data.fail
    words = {RuleOutcome.FAIL: failed, RuleOutcome.WARN: data.warn, RuleOutcome.UNKNOWN: data.unknown}
    template = words.get(result.outcome)
    title = data.title.in_(language)
    return out.RuleOut(
        rule=result.rule,
        outcome=result.outcome,
        severity=data.severity,
        value=result.value,
        threshold=result.threshold,
        source=result.source,
        as_of=result.as_of,
        ground=data.ground,
        eligible_from=result.eligible_from,
        overridable=data.severity is Severity.OVERRIDABLE,
        override_grounds=list(data.overrides),
        overridden=result.rule in overridden,
        title=title,
        text=template.in_(language).format(**_filling(result, language)) if template else title,
    )


def _filling(result: RuleResult, language: str) -> dict[str, object]:
    return {
        "value": "-" if result.value is None else result.value,
        "threshold": "-" if result.threshold is None else result.threshold,
        "eligible_from": i18n.day(result.eligible_from, language) if result.eligible_from else "-",
    }


def _bare(shown: out.RuleOut) -> out.RuleOut:
    """A rule without what it was judged from: enough for the head of a unit, whom only the outcome concerns."""
    judged_from = dict.fromkeys(("value", "threshold", "source", "as_of", "eligible_from"))
    return shown.model_copy(update={**judged_from, "text": shown.title})


def attempt(row: RefusedAttemptRow) -> out.AttemptOut:
    """A refused attempt for those who oversee, who are not told which personal ground it was about."""
    told = row.model_dump(include=set(out.AttemptOut.model_fields))
    return out.AttemptOut(**{**told, "params": sealing.sealed(row.params)})


def acts(case: Case, facts: Facts, language: str) -> list[out.ActOut]:
    """Every act, whether this caller may do it now, and why not."""
    return [_act(case, act, facts, language) for act in Act]


def _act(case: Case, act: Act, facts: Facts, language: str) -> out.ActOut:
    answer = may(case, act, facts)
    if isinstance(answer, Refusal):
        why = out.WhyNotOut(code=answer.code, detail=explain(answer, language))
        return out.ActOut(act=act, allowed=False, why_not=why)
    return out.ActOut(act=act, allowed=True)


def case_view(
    row: CaseRow,
    viewer: Viewer,
    facts: Facts,
    results: list[RuleResult],
    notice_states: dict[str, int],
    seat: tuple[out.LeaseOut | None, out.LineOut | None],
    language: str,
) -> out.CaseOut:
    """A case in full for one caller; `seat` is how long its seat is held, and its place in a line."""
    case = row.case
    decree = (
        out.DecreeOut(number=row.decree_number, date=case.decree_on, effective_on=case.effective_on)
        if row.decree_number and case.decree_on and case.effective_on
        else None
    )
    undo = case.undo if case.undoable_at(facts.now) else None
    judged = [rule(r, facts.policy, language, case.overridden) for r in results]
    informed = is_informed(viewer, case.subject)
    heard = sealing.hears(viewer, case.subject)
    return out.CaseOut.model_validate(
        {
            **summary(row, viewer, facts.now, language),
            "policy": case.policy,
            "effective_on": case.effective_on or case.effective_wish,
            "preferences": case.preferences,
            "decree": decree,
            "placed_on": case.placed_on,
            "reviewed": case.reviewed,
            "review_day": case.review_day,
            "returns": case.returns,
            "seat_held": case.seat is not None,
            "lease": seat[0],
            "line": seat[1],
            "answer": case.answer,
            "grounds": sealing.grounds(case.grounds, heard) if informed else (),
            "choice": choice(case.choice, language, heard) if case.choice and informed else None,
            "board": case.board,
            "proposal": case.proposal,
            "panel": board_panel(case) if _ranks(viewer) and viewer.person != case.subject else None,
            "deferred_until": case.deferred_until,
            "contest_until": case.contest_until,
            "contest": due(case.contest_due, language) if case.contest_due else None,
            "way": case.passage.way,
            "outside": between(case),
            "objection": objection(case, language) if case.objection else None,
            "suspended": case.suspended,
            "remedy_due": case.remedy_due,
            "assignment": assignment(case, language) if case.assignment else None,
            "on_hold": out.HoldOut(status=case.held.status, days_left=case.held.days_left) if case.held else None,
            "undo": out.UndoOut(act=undo.act, until=undo.until, mine=undo.by == viewer.person) if undo else None,
            "rules": judged if informed else [_bare(r) for r in judged],
            "tasks": [
                out.TaskOut(
                    acts=list(t.acts),
                    office=t.office,
                    unit=t.unit,
                    person=t.person,
                    due_at=its.at if (its := t.due or case.due) else None,
                )
                for t in tasks(case)
            ],
            "acts": acts(case, facts, language),
            "windows": windows(case, facts, language),
            "flags": _flags_now(case, facts),
            "documents": documents_lacking(catalogue.entries(case, facts.policy, facts.today)),
            "notices": notice_states,
        }
    )


def board_panel(case: Case) -> out.PanelOut | None:
    """Who sits on the board for the case and how each voted, dissent and recusals included; not for the employee."""
    if case.panel is None and not case.votes:
        return None
    voted = {v.by: v.recommendation for v in case.votes}
    members = dict.fromkeys((*(case.panel or ()), *voted))
    return out.PanelOut(
        seated=case.panel is not None,
        members=[
            out.BoardMemberOut(
                person=p,
                recommendation=voted.get(p),
                recused=p in voted and voted[p] is None,
                dissents=case.board is not None and voted.get(p) in CONTRARY[case.board],
            )
            for p in members
        ],
    )


def windows(case: Case, facts: Facts, language: str) -> list[out.WindowOut]:
    """The windows that concern the case, while they still can: until the decree."""
    target = facts.target
    if target is None or not gates_still(case):
        return []
    post = vacated(facts, target)
    concerned = (w for w in facts.windows if w.concerns(post, facts.target_ancestors, case.kind))
    return [_window(w, case, facts, language) for w in concerned if w.end is None or w.end >= facts.today]


def _window(window: Window, case: Case, facts: Facts, language: str) -> out.WindowOut:
    restricts = window.kind is not WindowKind.EMERGENCY
    consents = required_consents(window, facts.policy) if restricts else ()
    first = i18n.day(window.start, language)
    last = i18n.day(window.end, language) if window.end else "-"
    if restricts:
        listed = ", ".join(i18n.text(f"consent.{c}", language) for c in consents)
        words = i18n.text("window.restricts", language, first=first, last=last, consents=listed)
    else:
        words = i18n.text("window.expedites", language, first=first, last=last)
    return out.WindowOut.model_validate(
        {
            "kind": window.kind,
            "from": window.start,
            "to": window.end,
            "ground": window.ground,
            "open": window.open_on(facts.today),
            "restricts": restricts,
            "consents": consents,
            "consented": window.ground in (case.opened_windows or ()),
            "text": words,
        }
    )


def _flags_now(case: Case, facts: Facts) -> list[Flag]:
    """The flags of the case, and the window it is in today, which nobody may have acted in yet."""
    inside = facts.target is not None and gates_still(case) and closed_windows(case, facts, facts.target, facts.today)
    return sorted({*case.flags, *([Flag.RESTRICTED_WINDOW] if inside else [])})


def documents_lacking(found: list[catalogue.Entry]) -> out.DocumentsLackingOut:
    """What a case still lacks in documents, by their codes."""
    return out.DocumentsLackingOut(
        missing=[e.code for e in found if e.missing],
        expiring=[e.code for e in found if e.status is DocumentStatus.EXPIRING],
        awaiting=[e.code for e in found if e.status is DocumentStatus.AWAITING],
    )


def is_informed(viewer: Viewer, subject: str) -> bool:
    """Whether somebody may see by what a case was judged: the one concerned, and whoever compares people."""
    return viewer.person == subject or _ranks(viewer)


def _ranks(viewer: Viewer) -> bool:
    """Whether somebody may see how people were compared: HR, those who decide and those who oversee."""
    return viewer.is_hr or viewer.oversees or viewer.holds(DECIDERS)


OF_OTHERS = frozenset({"choice_list", "dissent", "minutes"})
"""Private fields that are about other people than the one concerned: he does not see them."""


def _without_nature(value: Any) -> Any:
    """What an entry says of pauses, the nature of leaves and the grounds of holds left out."""
    if isinstance(value, list):
        return [_without_nature(v) for v in value]
    if not isinstance(value, dict):
        return value
    plain = {k: _without_nature(v) for k, v in value.items()}
    if plain.get("cause") == PauseCause.CERTIFIED_LEAVE or (plain.get("cause") in _OF_NO_CONCERN and "first" in plain):
        plain = {k: v for k, v in plain.items() if k != "ground"} | {"cause": PauseCause.PAUSED.value}
    return plain


SEALED_TYPES = frozenset({"board_voted", "conflict_declared"})
"""Events whose content the employee does not see: how single members voted, and what ties an official has."""
_TO_WHO_DECIDES = "objection_filed"
_NIP = "employee_nip"
_APART = frozenset({"reason", "note", "inputs"})
"""Told elsewhere; what the rules were asked with is a copy of the dossier, and told to auditors in the evidence."""


def event(
    entry: LedgerEntry,
    viewer: Viewer,
    subject: str,
    superseded: bool,
    language: str,
    addressees: frozenset[Office] = frozenset(),
) -> out.EventOut | None:
    """An entry of the ledger for a caller; the employee sees it less what is sealed, a service what is not personal.

    `addressees` are the offices that an objection to the decree is addressed to: they read it, whatever its grounds.
    """
    body, private, sealed = entry.body, {} if viewer.service else entry.private, viewer.person == subject
    if sealed and body["type"] == "comment_made" and not body["data"].get("visible_to_employee"):
        return None
    hidden = sealed and body["type"] in SEALED_TYPES
    shown = {k: v for k, v in private.items() if k not in _APART and not k.startswith("actor.")}
    if _NIP in shown:
        shown[_NIP] = nip_for(viewer, subject, shown[_NIP])
    hide = frozenset[str]() if _ranks(viewer) and not sealed else OF_OTHERS
    data = {k: v for k, v in {**body["data"], **shown}.items() if k not in hide}
    if not knows_leave(viewer, subject):
        data = _without_nature(data)
    addressed = body["type"] == _TO_WHO_DECIDES and viewer.holds(addressees)
    withheld = not (sealing.hears(viewer, subject) or addressed) and sealing.sensitive(data)
    if withheld:
        data = sealing.sealed(data)
    actor = body["actor"]
    return out.EventOut(
        seq=body["seq"],
        type=body["type"],
        label=i18n.text(f"event.{body['type']}", language),
        at=body["at"],
        actor=out.ActorOut(
            id=actor["ref"],
            name=entry.actor_name,
            office=actor.get("office"),
            unit=actor.get("unit"),
            capacity=actor.get("capacity"),
            instrument=actor.get("instrument"),
            on_behalf_of=actor.get("on_behalf_of"),
            mandate=actor.get("mandate"),
        ),
        reason=None if hidden or withheld else private.get("reason"),
        note=None if sealed or withheld else private.get("note"),
        data={} if hidden else data,
        hash=entry.hash,
        prev_hash=body["prev"],
        policy=body["policy"],
        superseded=superseded,
        withheld=withheld,
    )
