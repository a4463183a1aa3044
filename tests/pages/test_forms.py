"""Forms made from the commands: nothing is missing in them, and each says what must be said."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.commands import ActCommand
from domain.vocabulary import Act
from pages.fields import MODELS, REASONED, SOMETIMES_REASONED, Field, fields_of, names, read
from pages.forms import Form, local
from pages.verdicts import VERDICTS
from runtime import i18n

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "templates" / "pages"
COMMANDS: TypeAdapter[Any] = TypeAdapter(ActCommand)
FORMS = {act: model for act, model in MODELS.items() if act is not Act.ADD_DOCUMENT}
"""A document is handed in as a file, through the API."""
BY_HAND = {"answers"}
"""Fields that are not made from the command: their form asks for each ground by name."""


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("act", FORMS)
def test_every_field_of_every_act_has_a_place_and_words(act: Act, language: str) -> None:
    made = fields_of(MODELS[act], language, {}, besides=BY_HAND)
    assert {f.name for f in made} == set(MODELS[act].model_fields) - {"act"} - BY_HAND
    assert len(names(made)) == len(set(names(made)))


def test_acts_are_known_by_the_reason_they_need() -> None:
    """An act without any reason, everything else said: the commands say who needs one."""
    for act in FORMS:
        body = {"act": act, **_filled(fields_of(MODELS[act], "id", {}, besides={"reason", "note", *BY_HAND}))}
        assert (act in REASONED) == ("reason_required" in _faults(body) and act not in SOMETIMES_REASONED), act
    for act in SOMETIMES_REASONED:
        assert act not in REASONED


def _filled(made: list[Field]) -> dict[str, Any]:
    values = {"date": "2026-11-30", "number": 90, "tick": True, "line": "A-1", "text": "Kata", "lines": ["Kata"]}
    return {
        f.name: f.options[0][0] if f.kind in ("choose", "pick") else [f.options[0][0]] if f.kind == "several"
        else values[f.kind]
        for f in made
        if f.kind != "group"
    }  # fmt: skip


def _faults(body: dict[str, Any]) -> set[str]:
    try:
        COMMANDS.validate_python(body)
    except ValidationError as wrong:
        return {str(e["type"]) for e in wrong.errors()}
    return set()


@pytest.mark.parametrize("act", VERDICTS)
def test_every_answer_is_an_act_that_the_law_takes(act: Act) -> None:
    for choice in VERDICTS[act]:
        said = {"reason": "Sebab", "to_stage": "consultation", "until": "2026-12-30"}
        body = {"act": choice.act, **choice.says, **{k: v for k, v in said.items() if k in _asks(choice.value)}}
        assert not _faults(body)
        if choice.reasoned:
            assert "reason_required" in _faults({k: v for k, v in body.items() if k != "reason"})


def _asks(value: str) -> set[str]:
    return {"return": {"reason", "to_stage"}, "defer": {"reason", "until"}}.get(value, {"reason"})


def test_a_form_is_read_back_as_the_command_has_it() -> None:
    made = fields_of(MODELS[Act.SUPPLY_DOSSIER], "id", {})
    given = Form([("items.rating.year", "2025"), ("items.rating.rating", "BAIK"), ("reason", " Sesuai SKP ")])
    assert read(made, given) == {
        "items": [{"kind": "rating", "year": 2025, "rating": "BAIK"}], "reason": "Sesuai SKP"
    }  # fmt: skip
    made = fields_of(MODELS[Act.CONFIRM_NEED], "id", {})
    assert read(made, Form([("backfill.plan", ""), ("off_list_reason.text", "  ")])) == {}
    assert read(made, Form([("backfill.plan", "CPNS\r\n2027")])) == {"backfill": {"plan": "CPNS\n2027"}}


@pytest.mark.parametrize("path", ["//evil.test", "/\\evil.test", "https://evil.test", "/a?b=//c", "javascript:x", ""])
def test_a_page_leads_back_to_our_own_pages_only(path: str) -> None:
    assert local(path) == "/"
    assert local("/cases/c_abc/acts/decide") == "/cases/c_abc/acts/decide"


# --- words ------------------------------------------------------------------------------------------------------------

_ASKED = re.compile(r"""(?:\bt\(|\btext\(f?|i18n\.has\(f?|\bhas\(|\bkey = )['"](page\.[\w.{}]*)""")
_ALL_QUOTED = re.compile(r"""['"](page\.[a-z_]+(?:\.[a-z_]+)*\.?)""")


def _sources() -> list[str]:
    files = [*TEMPLATES.glob("*.html"), *(ROOT / "pages").rglob("*.py")]
    return [f.read_text(encoding="utf-8") for f in files]


def test_what_the_pages_ask_for_is_in_the_catalogues_and_nothing_else() -> None:
    asked = {key for text in _sources() for key in _ALL_QUOTED.findall(text)}
    whole, beginnings = {k for k in asked if not k.endswith(".")}, {k for k in asked if k.endswith(".")}
    known = {key for key in i18n.keys("id") if key.startswith("page.")}
    assert not whole - known - {"page.html"}, "asked for and not there"
    unused = {k for k in known - whole if not any(k.startswith(b) for b in beginnings)}
    assert not unused


_MARKUP = (
    r"\{% block body %\}.*?\{% endblock %\}",
    r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}",
    r"<[^>]*>",
    r"[\w-]+=\"[^\"]*\"",
)
"""What is no word: names of classes, what templates are told, elements, attributes."""


def test_no_words_stand_in_a_template_itself() -> None:
    """Every visible word comes from the catalogues, so that it can be said in both languages."""
    names_of_things = {"Mutasi", "NIP", "Enter", "j", "k"}
    for file in TEMPLATES.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        for markup in _MARKUP:
            text = re.sub(markup, " ", text, flags=re.DOTALL)
        words = set(re.findall(r"[A-Za-z]+", text)) - names_of_things
        assert not words, f"{file.name}: {words}"
