"""The policies as tables: rules, terms, and every other figure."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from domain.policy import DocumentPolicy, RulePolicy
from domain.vocabulary import Kind, Origin, PositionKind
from runtime.docs.markdown import codes, label, table
from runtime.prepare import read_policy

_POLICIES = Path(__file__).resolve().parent.parent.parent / "policies"
LAW = read_policy(_POLICIES / "mamuju-2026.toml")
DEMO = read_policy(_POLICIES / "demo.toml")
_IN_ORDER = frozenset({"review.days", "reminders.remind_at"})


def rules() -> str:
    rows = [
        (
            code,
            f"{rule.title.en} / *{rule.title.id}*",
            label(f"stage.{rule.stage}"),
            rule.severity,
            _figures(rule),
            codes(rule.overrides),
            rule.ground,
        )
        for code, rule in LAW.rules.items()
    ]
    return table(("Rule", "Title (en / id)", "Judged at", "Severity", "Figures", "Override grounds", "Ground"), rows)


def _figures(rule: RulePolicy) -> str:
    figures: Mapping[str, object] = {
        "months": rule.months,
        "years": rule.years,
        "minimum": rule.minimum,
        "boxes": ", ".join(map(str, rule.boxes)),
        "aspects": ", ".join(sorted(rule.aspects or ())),
        "borne by": ", ".join(f"{who} ({origin})" for origin, who in sorted((rule.bearers or {}).items())),
        "leads to": rule.leads_to,
    }
    return "; ".join(f"{name} {value}" for name, value in figures.items() if value)


def terms() -> str:
    rows = [
        (f"`{s}`", label(f"status.{s}"), t.days, t.emergency_days, t.final_days, f"`{t.then}`" if t.then else None)
        for s, t in LAW.terms.items()
    ]
    return table(("Status", "In words", "Days", "In an emergency", "Final", "Then by itself"), rows)


def documents() -> str:
    """The catalogue of documents."""
    rows = [
        (
            code,
            f"{data.title.en} / *{data.title.id}*",
            data.issuer.en,
            _needed_for(data),
            data.months,
            f"`{data.by}`, {data.enforce}",
            data.proved_by or (f"letter `{data.recorded_as}`" if data.recorded_as else None),
            "yes" if data.reusable else None,
            data.ground,
        )
        for code, data in sorted(LAW.documents.items())
    ]
    head = ("Code", "Title (en / id)", "Issuer", "Needed for", "Months", "Before", "Proved by", "Reusable", "Ground")
    return table(head, rows)


def _needed_for(data: DocumentPolicy) -> str:
    """The cases that need a document; what is not narrowed is not named."""
    wholes = {"kinds": Kind, "origins": Origin, "position_kinds": PositionKind}
    scopes = []
    for scope in data.needed_for:
        narrowed = [sorted(getattr(scope, n)) for n, whole in wholes.items() if getattr(scope, n) != frozenset(whole)]
        scopes.append(" and ".join(codes(names) for names in narrowed) or "every case")
    return "; ".join(scopes)


def values() -> str:
    """Everything in the two policies but rules, terms and documents, side by side."""
    apart = {"rules", "terms", "title", "documents"}
    law, demo = (dict(_flat(p.model_dump(mode="json", exclude=apart))) for p in (LAW, DEMO))
    rows = [(f"`{key}`", value, demo[key] if demo[key] != value else None) for key, value in law.items()]
    return table(("Key", "2026 edition", "Demonstration, where it differs"), rows)


def _flat(data: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in data.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, list):
            listed = [v["code"] if isinstance(v, dict) else str(v) for v in value]
            yield key, ", ".join(listed if key in _IN_ORDER else sorted(listed))
        else:
            yield key, str(value)
