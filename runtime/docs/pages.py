"""The pages of the documentation, and which part of them is written by whom."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from api.app import create_app
from runtime.docs import policies, reference, stages
from runtime.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
OPENAPI = ROOT / "docs" / "openapi.json"
PARTS: dict[str, Callable[[], str]] = {
    "acts": reference.acts,
    "act-items": reference.act_items,
    "commands": reference.commands,
    "crosswise": stages.crosswise,
    "documents": policies.documents,
    "event-parts": reference.event_parts,
    "events": reference.events,
    "failpoints": reference.failpoints,
    "import-codes": reference.import_codes,
    "import-files": reference.import_files,
    "metrics": reference.metric_list,
    "on-hold": stages.on_hold,
    "policy-values": policies.values,
    "problems": reference.problem_codes,
    "refusals": reference.refusals,
    "register-events": reference.register_events,
    "rules": policies.rules,
    "scopes": reference.scopes,
    "settings": reference.settings,
    "stages": stages.stages,
    "stages-overview": stages.overview,
    "terms": policies.terms,
}

PART = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def documents() -> dict[Path, str]:
    """Every file with generated content, as the code wants it. Raises `KeyError` for a part nobody writes."""
    return {page: PART.sub(_filled, page.read_text()) for page in pages()} | {OPENAPI: openapi()}


def parts_in(text: str) -> set[str]:
    """Names of the parts a page holds."""
    return {found[2] for found in PART.finditer(text)}


def _filled(part: re.Match[str]) -> str:
    return f"{part[1]}\n{PARTS[part[2]]()}\n\n{part[3]}"


def openapi() -> str:
    """The OpenAPI document; nothing in it depends on the machine or its settings."""
    return json.dumps(create_app(Settings()).openapi(), ensure_ascii=False, indent=2) + "\n"
