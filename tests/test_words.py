"""Words: everything the code can say has its words, in both languages, with what it is really given."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple, get_args

import pytest
from babel.messages.pofile import read_po
from jinja2 import meta
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core.core_schema import ErrorType

from api.problems import CODES, worded
from api.routes.exports import CASE_COLUMNS, CHOICE_COLUMNS, OVERRIDE_COLUMNS
from api.routes.reports import ChoiceCountOut
from api.sealing import PERSONAL
from domain import commands, fit
from domain import vocabulary as voc
from domain.drift import DriftKind, IncidentStatus
from domain.events import EVENT_TYPES, Due, PauseCause
from domain.notices import TEMPLATES
from domain.policy import FitPolicy, Policy, from_toml
from domain.refusals import Refusal, RefusalCode
from runtime import i18n, wording
from store.tables import NoticeRow

ROOT = Path(__file__).resolve().parent.parent
NOTICES = ROOT / "templates" / "notices"
LANGUAGES = i18n.LANGUAGES

# --- what the code says, read from the code ---------------------------------------------------------------------------


class Refusing(NamedTuple):
    """One place where a command is refused: the code and the parameters it passes."""

    code: RefusalCode
    params: dict[str, str | None]
    """By name; the value where it is written out in the code."""
    where: str


class Saying(NamedTuple):
    """One call of `i18n.text`: the keys it can ask for, as a pattern, and the parameters it passes."""

    pattern: re.Pattern[str]
    params: frozenset[str]
    exact: bool
    where: str


@cache
def sources(*packages: str) -> tuple[tuple[str, ast.Module], ...]:
    files = [f for package in packages for f in sorted((ROOT / package).rglob("*.py"))]
    return tuple((str(f.relative_to(ROOT)), ast.parse(f.read_text(encoding="utf-8"))) for f in files)


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if name in (getattr(called, "id", None), getattr(called, "attr", None)):
                yield node


@cache
def refusings() -> tuple[Refusing, ...]:
    """Every refusal the law, the commit and the API can give."""
    return tuple(
        Refusing(code, {str(k.arg): _written(k.value) for k in call.keywords}, f"{file}:{call.lineno}")
        for file, tree in sources("domain", "store", "api")
        for call in calls(tree, "refuse")
        for code in _codes(call.args[0], tree)
    )


def _codes(argument: ast.expr, tree: ast.Module) -> list[RefusalCode]:
    """The codes an argument can be: one, either of two, or any in the tables of its module."""
    if _is_code(argument):
        return [RefusalCode[argument.attr]]  # type: ignore[attr-defined]
    if isinstance(argument, ast.IfExp):
        return _codes(argument.body, tree) + _codes(argument.orelse, tree)
    assert isinstance(argument, ast.Name), f"a refusal whose code cannot be read: {ast.unparse(argument)}"
    values = [v for node in ast.walk(tree) if isinstance(node, ast.Dict) for v in node.values]
    found = [code for value in values if _is_code(value) for code in _codes(value, tree)]
    assert found, f"no table of codes for {argument.id}"
    return found


def _is_code(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and getattr(value.value, "id", None) == "RefusalCode"


def _written(value: ast.expr) -> str | None:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def written(param: str) -> set[str]:
    """The values of a parameter of refusals that are written out in the code."""
    return {value for r in refusings() if (value := r.params.get(param)) is not None}


@cache
def sayings() -> tuple[Saying, ...]:
    """Every call of `i18n.text` whose key and parameters are written out."""
    found = []
    for file, tree in sources("api", "runtime", "activities"):
        for call in calls(tree, "text"):
            pattern = _pattern(call.args[0]) if call.args and ast.unparse(call.func) == "i18n.text" else None
            if pattern and all(k.arg for k in call.keywords):
                params = frozenset(str(k.arg) for k in call.keywords)
                exact = isinstance(call.args[0], ast.Constant)
                found.append(Saying(re.compile(pattern), params, exact, f"{file}:{call.lineno}"))
    return tuple(found)


def _pattern(key: ast.expr) -> str | None:
    if isinstance(key, ast.Constant):
        return re.escape(str(key.value))
    if isinstance(key, ast.JoinedStr):
        return "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"\w+" for p in key.values)
    return None


def custom_errors() -> set[str]:
    """Types of error that the commands raise besides pydantic's own."""
    return {
        str(_written(c.args[0])) for _, tree in sources("domain", "api") for c in calls(tree, "PydanticCustomError")
    }


def placement_causes() -> set[str]:
    """The causes for which a placement is blocked, the rules aside."""
    tree = dict(sources("domain"))["domain/decide/placement.py"]
    body = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "_obstacles")
    return {n.value for n in ast.walk(body) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@cache
def policies() -> tuple[Policy, ...]:
    def read(name: str) -> str:
        return (ROOT / "policies" / name).read_text(encoding="utf-8")

    return tuple(from_toml(read(file.name), read) for file in sorted((ROOT / "policies").glob("*.toml")))


def override_grounds() -> set[str]:
    return {ground for policy in policies() for rule in policy.rules.values() for ground in rule.overrides}


def choice_grounds() -> set[str]:
    """Grounds for a choice off the list or against advice, and the origins that are one themselves."""
    return {
        ground
        for policy in policies()
        for ground in (*policy.fit.off_list_grounds, *policy.fit.off_list_origins, *policy.board.against_grounds)
    }


def notice_states() -> set[str]:
    """The states a notice can be in, as its table documents them."""
    documented = " ".join((NoticeRow.__doc__ or "").split("`state`:")[1].split())
    return set(re.findall(r"\w+", re.sub(r"\([^)]*\)", "", documented)))


def literals(annotation: Any) -> set[str]:
    """All the words an annotation lets through, however deep its unions go."""
    inner = [literals(a) for a in get_args(annotation)]
    return set().union(*inner) if inner else {annotation} if isinstance(annotation, str) else set()


@cache
def needed() -> frozenset[str]:
    """Every key that some part of the product can ask for, validation's many types aside."""
    said: dict[str, set[str]] = {
        "stage": set(voc.Stage),
        "outcome": set(voc.Outcome),
        "act": {*voc.Act, *written("act")},
        "office": set(voc.Office),
        "capacity": set(voc.Capacity),
        "kind": {*voc.Kind, *voc.PositionKind},
        "origin": set(voc.Origin),
        "answer": set(voc.Answer),
        "ground": {*voc.ObjectionGround, *literals(commands.AnswerItem.model_fields["ground"].annotation), PERSONAL},
        "hold_ground": set(voc.HoldGround),
        "withdrawal_ground": set(voc.WithdrawalGround),
        "override_ground": {*override_grounds(), PERSONAL},
        "choice_ground": {*choice_grounds(), PERSONAL},
        "flag": set(voc.Flag),
        "rule_outcome": set(voc.RuleOutcome),
        "review_outcome": set(voc.ReviewOutcome),
        "recommendation": set(voc.Recommendation),
        "decision": set(voc.DecisionChoice),
        "opinion": set(voc.Opinion),
        "audience": set(voc.Audience),
        "event": {event.model_fields["type"].default for event in EVENT_TYPES},
        "cause": placement_causes(),
        "pause": set(PauseCause),
        "deadline": set(voc.Deadline),
        "drift": set(DriftKind),
        "incident": set(IncidentStatus),
        "consent": set(voc.ConsentIssuer),
        "timing": set(voc.TimingMark),
        "way": set(voc.Way),
        "word": set(voc.OutsideWord),
        "assignment_end": set(voc.AssignmentEnd),
        "ending_cause": set(voc.EndingCause),
        "set_back_cause": set(voc.SetBackCause),
        "then": literals(Due.model_fields["then"].annotation),
        "line": {"order"},
        "export": {*CASE_COLUMNS, *OVERRIDE_COLUMNS, *CHOICE_COLUMNS, "taken", "yes", "no"}
        | {f"way.{way}" for way in literals(ChoiceCountOut.model_fields["way"].annotation)},
        "notice_state": notice_states(),
        "fit": {*literals(FitPolicy.model_fields["weights"].annotation), "counterfactual", "order", "fewer"},
        "fit_finding": set(fit.Finding),
        "field": written("field"),
        "status": {*voc.Status, *(f"{status}.next" for status in voc.Status)},
        "refusal": {f"{code}.{part}" for code, part in product(RefusalCode, ("title", "detail"))},
        "problem": {f"{code}.{part}" for code, part in product(CODES, ("title", "detail"))},
    }
    empty = [prefix for prefix, names in said.items() if not names]
    assert not empty, f"nothing was read from the code for {empty}"
    return frozenset(f"{prefix}.{name}" for prefix, names in said.items() for name in names)


# --- the catalogues ---------------------------------------------------------------------------------------------------


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


@cache
def catalogue(language: str) -> dict[str, str]:
    with (ROOT / "locale" / f"{language}.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale=language) if m.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_code_can_say_has_words(language: str) -> None:
    assert not needed() - i18n.keys(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_left_that_nothing_says(language: str) -> None:
    prefixes = {key.partition(".")[0] for key in needed()}
    assert not {key for key in i18n.keys(language) if key.partition(".")[0] in prefixes} - needed()


def test_both_languages_say_the_same_things_of_the_same_values() -> None:
    ours, theirs = (catalogue(language) for language in LANGUAGES)
    assert set(ours) == set(theirs)
    assert not {key for key in ours if placeholders(ours[key]) != placeholders(theirs[key])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_well_formed(language: str) -> None:
    text = (ROOT / "locale" / f"{language}.po").read_text(encoding="utf-8")
    keys = re.findall(r'^msgid "(.+)"$', text, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)), "a key twice"
    assert f'"Language: {language}\\n"' in text
    for key, sentence in catalogue(language).items():
        assert sentence.strip() == sentence != "", key
        assert "  " not in sentence, key
        assert all(name.isidentifier() for name in placeholders(sentence)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_labels_are_short_and_sentences_end(language: str) -> None:
    whole = re.compile(
        r".*\.(detail|next)|(validation|then|pause|fit_finding)\..*|(fit|line)\.(counterfactual|order|fewer)|export\.taken"
    )
    for key, words in catalogue(language).items():
        if whole.fullmatch(key):
            assert words.endswith("."), key
        elif key in needed():
            assert len(words) <= 70, key
            assert not placeholders(words), f"{key}: a label is given no values"


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", RefusalCode)
def test_a_refusal_uses_only_what_every_place_that_gives_it_passes(code: RefusalCode, language: str) -> None:
    used = placeholders(catalogue(language)[f"refusal.{code}.detail"])
    for place in (r for r in refusings() if r.code is code):
        assert used <= set(place.params), f"{place.where} does not pass {used - set(place.params)}"
    if not any(r.code is code for r in refusings()):
        assert not used, "only validation or nobody gives it, without values"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", refusings(), ids=lambda place: f"{place.code}@{place.where}")
def test_a_refusal_is_worded_as_the_api_words_it(place: Refusing, language: str) -> None:
    refusal = Refusal(code=place.code, params={name: value or "A-1" for name, value in place.params.items()})
    said = i18n.text(f"refusal.{place.code}.detail", language, **worded(refusal, language))
    assert "{" not in said
    assert "None" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_call_passes_what_its_sentence_uses(language: str) -> None:
    assert sayings()
    named = {key for key in catalogue(language) for s in sayings() if s.exact and s.pattern.fullmatch(key)}
    for saying in sayings():
        keys = {key for key in catalogue(language) if saying.pattern.fullmatch(key)}
        assert keys, f"{saying.where} asks for a key without words"
        keys -= set() if saying.exact else named
        for key in keys:
            i18n.text(key, language, **dict.fromkeys(saying.params, "A-1"))


# --- validation -------------------------------------------------------------------------------------------------------

WRONG: tuple[Any, ...] = (
    None, "", "x", "?" * 3000, "\x1b[31m", "2026-13-40", "2026-11-30T10:00:00", -1, 1.5, 10**6, True, [], {}, [None],
    ["?"] * 99, [{}], [{"kind": "?"}], {"?": 1}, object(),
)  # fmt: skip


def _faults(adapter: TypeAdapter[Any], body: object) -> Iterator[Mapping[str, Any]]:
    try:
        adapter.validate_python(body)
    except ValidationError as error:
        yield from (dict(e) for e in error.errors())


def _bodies() -> Iterator[tuple[TypeAdapter[Any], object]]:
    """Every field of every command filled with everything wrong, one at a time, and half-said commands."""
    acts = TypeAdapter(commands.ActCommand)
    models: list[tuple[TypeAdapter[Any], type[BaseModel], dict[str, Any]]] = [
        (TypeAdapter(commands.OpenCase), commands.OpenCase, {}),
        *((acts, m, {"act": literals(m.model_fields["act"].annotation).pop()})
          for m in get_args(get_args(commands.ActCommand)[0])),
        *((TypeAdapter(m), m, {}) for m in (commands.RatingItem, commands.ConditionEndItem, commands.PositionSinceItem,
                                            commands.ContestedItem, commands.AnswerItem, commands.MeasureItem)),
    ]  # fmt: skip
    for adapter, model, base in models:
        yield from ((adapter, body) for body in (base, {**base, "?": 1}, *WRONG))
        yield from ((adapter, {**base, field: wrong}) for field, wrong in product(model.model_fields, WRONG))
    yield TypeAdapter(commands.Proposal), {"nip": "1" * 18}
    yield acts, {"act": "respond", "answer": "object"}
    yield acts, {"act": "respond", "answer": "accept_with_conditions"}
    yield acts, {"act": "consider"}
    yield acts, {"act": "add_document", "document": "D06"}
    tierless = {"kind": "post_held", "title": "t", "position_kind": "FUNCTIONAL", "unit": "u", "since": "2020-01-01"}
    yield acts, {"act": "supply_dossier", "items": [{**tierless, "reference": "r"}]}
    yield acts, {"act": "decide", "decision": "defer", "reason": "r"}
    yield acts, {"act": "assign_temporarily", "number": "1", "starts_on": "2026-11-30", "until": "2026-11-29"}
    yield acts, {"act": "annul_decree", "number": "1", "date": "2026-11-30", "ground": "procedure", "reason": "r",
                 "ordered_by": "court"}  # fmt: skip
    yield acts, {"act": "issue_decree", "number": "1", "date": "2026-11-30", "effective_on": "2026-11-29"}
    yield acts, {"act": "record_consent", "word": "release", "outcome": "withdrawn", "number": "1",
                 "date": "2026-11-30", "issuer": "i", "reason": "r"}  # fmt: skip


@cache
def provoked() -> dict[str, Mapping[str, Any]]:
    """Types of error that a request can really meet, each with the values it came with."""
    return {f["type"]: f.get("ctx") or {} for adapter, body in _bodies() for f in _faults(adapter, body)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_a_request_can_have_has_words(language: str) -> None:
    met = provoked()
    assert custom_errors() <= set(met), "an error of our own was not provoked: add a body that has it"
    for kind, values in met.items():
        assert i18n.text(f"validation.{kind}", language, **values)


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_for_faults_are_of_known_types_and_use_what_these_carry(language: str) -> None:
    ours = {
        key.removeprefix("validation."): s for key, s in catalogue(language).items() if key.startswith("validation.")
    }
    assert "other" in ours
    assert not set(ours) - {"other", *custom_errors(), *get_args(ErrorType)}
    met = provoked()
    for kind, sentence in ours.items():
        assert placeholders(sentence) <= set(met.get(kind, {})), kind


# --- notices ----------------------------------------------------------------------------------------------------------

NAME, NUMBER = "Siti Aminah, S.Kep.", "MUT-2026-000123"
ALWAYS = {"name": NAME, "number": NUMBER, "status_text": "Menunggu jawaban pegawai."}
OPTIONAL = {
    **dict.fromkeys(wording._DATES, "30 November 2026"),
    "then_text": "Kasus gugur dengan sendirinya.",
    "deadline_text": "memutus keberatan",
    "percent": 80,
}
GIVEN = [{}, OPTIONAL, *({name: value} for name, value in OPTIONAL.items())]
each_notice = pytest.mark.parametrize(("template", "language"), list(product(TEMPLATES, LANGUAGES)))


def rendered(template: str, language: str, **given: object) -> tuple[str, str]:
    source = wording.environment(False).get_template(f"{template}.{language}.txt")
    subject, _, body = source.render({**ALWAYS, **given}).partition("\n")
    return subject, body


def test_every_notice_has_its_words_in_both_languages_and_nothing_else_lies_there() -> None:
    expected = {f"{name}.{language}.txt" for name, language in product((*TEMPLATES, "footer"), LANGUAGES)}
    assert {f.name for f in NOTICES.iterdir()} == {*expected, "layout.html"}


@each_notice
@pytest.mark.parametrize("given", GIVEN, ids=lambda given: "+".join(given) or "none")
def test_a_notice_reads_well_with_and_without_its_optional_values(
    template: str, language: str, given: dict[str, object]
) -> None:
    subject, body = rendered(template, language, **given)
    assert subject == subject.strip()
    assert subject.startswith(f"[{NUMBER}] ")
    assert len(subject) <= 120
    assert NAME not in subject
    assert body.startswith("\n")
    assert body.strip().startswith(("Yth. " if language == "id" else "Dear ") + NAME)
    assert NUMBER in body, "where to look"
    assert not re.search(r"\n{3}|  | \n| [.,]", body), "a gap where a value is missing"


@each_notice
def test_a_notice_knows_no_more_than_it_may(template: str, language: str) -> None:
    environment = wording.environment(False)
    used = {
        lang: meta.find_undeclared_variables(environment.parse((NOTICES / f"{template}.{lang}.txt").read_text("utf-8")))
        for lang in LANGUAGES
    }
    assert used[language] <= {*ALWAYS, *OPTIONAL}
    assert used["id"] == used["en"]
    first = (NOTICES / f"{template}.{language}.txt").read_text("utf-8").partition("\n")[0]
    assert meta.find_undeclared_variables(environment.parse(first)) == {"number"}


@each_notice
def test_a_notice_is_worded_from_what_the_commit_stores(template: str, language: str) -> None:
    params: dict[str, str | int] = {
        "number": NUMBER,
        "status": "awaiting_response",
        "then": "no_response",
        "percent": 80,
    }
    subject, body = wording.notice(template, language, NAME, {**params, **dict.fromkeys(wording._DATES, "2026-11-30")})
    assert NUMBER in subject
    assert NAME in body
    assert "2026-11-30" not in body, "a date in words"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_is_readable_without_fetching_anything(language: str) -> None:
    footer = wording.environment(False).get_template(f"footer.{language}.txt").render().strip()
    assert footer
    assert "\n" not in footer
    html = wording.environment(True).get_template("layout.html").render(
        language=language, subject="A & B", paragraphs=["<b>first</b>", "", "second"], product="Mutasi", footer=footer
    )  # fmt: skip
    page = _Page()
    page.feed(html)
    assert page.open == []
    assert page.attributes["html"]["lang"] == language
    assert page.paragraphs == ["Mutasi", "<b>first</b>", "second", footer]
    assert "A &amp; B" in html
    assert not re.search(r"https?:|src=|url\(|@import|<link|<script|<img", html)


class _Page(HTMLParser):
    """The paragraphs of a page and the elements left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.paragraphs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes[tag] = dict(attrs)
        if tag != "meta":
            self.open.append(tag)
        if tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["p"]:
            self.paragraphs[-1] += data
