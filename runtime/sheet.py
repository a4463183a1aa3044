"""The printed checkpoint: a sheet of paper in somebody else's cupboard, which no operator can change."""

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.calendar import PROVINCE, local_day
from proof.note import Key
from runtime import i18n
from store.proof_log import Signed

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_GROUPS_IN_A_LINE = 8


def sheet(origin: str, key: Key, signed: Signed, printed: datetime) -> str:
    """A page of HTML for A4, in both languages, which needs nothing else; the root is in groups of four."""
    digits = signed.root.hex()
    groups = [digits[i : i + 4] for i in range(0, len(digits), 4)]
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, autoescape=True)
    return environment.get_template("checkpoint.html").render(
        origin=origin,
        key=str(key),
        size=signed.size,
        root=[" ".join(groups[i : i + _GROUPS_IN_A_LINE]) for i in range(0, len(groups), _GROUPS_IN_A_LINE)],
        note=signed.note,
        at=_in_words(signed.at),
        printed=_in_words(printed),
    )


def _in_words(at: datetime) -> dict[str, str]:
    """An instant in both languages, as the province's clocks show it."""
    clock = f"{at.astimezone(PROVINCE):%H:%M} WITA"
    return {language: f"{i18n.day(local_day(at), language)}, {clock}" for language in i18n.LANGUAGES}
