"""What may be chosen in the form of an act: posts, rules, documents, grounds."""

from api import schemas as out
from domain.calendar import local_day
from domain.stages import STAGE_OF, leads_to
from domain.vocabulary import STAGE_ORDER, Act, RuleOutcome, Stage
from pages.fields import Options
from pages.frame import Page
from runtime import i18n
from store import policies, registers

_POSTS = 300
_ASKS_FOR_A_POST = frozenset({Act.PROPOSE_ALTERNATIVE, Act.RESPOND, Act.REVOKE_DECREE, Act.ANNUL_DECREE})
_ASKS_FOR_A_LETTER = frozenset({
    Act.RECORD_CONSENT, Act.SUBMIT_FILE, Act.RECORD_CONSIDERATION, Act.RECORD_OUTSIDE_DECISION, Act.JUDGE_DOCUMENT,
})  # fmt: skip


def returns_to(case: out.CaseOut) -> list[Stage]:
    """Stages a case may be returned to from where it is, the nearest first."""
    found = {STAGE_OF[status] for status in leads_to(case.status, Act.RETURN)}
    return sorted(found, key=STAGE_ORDER.index, reverse=True)


async def options_of(asked: Page, case: out.CaseOut, act: Act) -> Options:
    """The choices that the vocabularies do not know."""
    found: dict[str, list[tuple[str, str]]] = {}
    if act is Act.RETURN:
        found["to_stage"] = [(s.value, asked.text(f"stage.{s}")) for s in returns_to(case)]
    if act is Act.OVERRIDE_RULE:
        rules = [r for r in case.rules if r.outcome is RuleOutcome.FAIL and r.overridable]
        grounds = {g for r in rules for g in r.override_grounds}
        found["rule"] = [(r.rule, r.title) for r in rules]
        found["ground"] = [(g, _label("override_ground", g, asked.language)) for g in sorted(grounds)]
    if act is Act.CONTEST_DATA:
        found["rule"] = [(r.rule, r.title) for r in case.rules if r.outcome is not RuleOutcome.NOT_APPLICABLE]
        found["kind"] = [("other", asked.text("page.contest_other"))]
    if act in (Act.CONFIRM_NEED, Act.PROPOSE_ALTERNATIVE):
        found["ground"] = await _grounds(asked, case, "fit", "off_list_grounds")
    if act in (Act.DECIDE, Act.AUTHORISE):
        found["advice_ground"] = await _grounds(asked, case, "board", "against_grounds")
    if act in _ASKS_FOR_A_POST:
        posts = await _posts(asked)
        found |= {"position_code": posts, "preferences": posts}
    if act in _ASKS_FOR_A_LETTER:
        found["document"] = await _documents(asked, case)
    return found


async def _grounds(asked: Page, case: out.CaseOut, section: str, name: str) -> list[tuple[str, str]]:
    async with asked.services.reading() as connection:
        row = await policies.find(connection, case.policy)
    assert row is not None, "a case has a policy"
    codes = policies.as_data(row).get(section, {}).get(name) or ()
    return [(code, _label("choice_ground", code, asked.language)) for code in codes]


def _label(prefix: str, code: str, language: str) -> str:
    """A ground in words; its code where a policy of before named one that has none."""
    key = f"{prefix}.{code}"
    return i18n.text(key, language) if i18n.has(key, language) else code


async def _posts(asked: Page) -> list[tuple[str, str]]:
    """Posts with a seat that is free today, by name."""
    async with asked.services.reading() as connection:
        rows = await registers.positions(connection, local_day(asked.now), vacant=True, limit=_POSTS)
    return sorted(((r.code, f"{r.title} – {r.unit}") for r in rows), key=lambda option: option[1])


async def _documents(asked: Page, case: out.CaseOut) -> list[tuple[str, str]]:
    """The documents of the case, each with its version."""
    from api.routes.documents import list_case_documents

    async with asked.services.reading() as connection:
        found = await list_case_documents(
            case.id, asked.services, connection, asked.access, asked.viewer, asked.now, asked.language
        )
    return [
        (version.id, asked.text("page.document_version", title=item.title, version=version.version))
        for item in found.items
        for version in item.versions
    ]
