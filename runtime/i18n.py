"""The words of the product in both languages, from the gettext catalogues in `locale/`."""

from datetime import date
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.messages.pofile import read_po

LANGUAGES = ("id", "en")
DEFAULT_LANGUAGE = "id"
_REGION = {"id": "id_ID", "en": "en_GB"}
_LOCALE = Path(__file__).resolve().parent.parent / "locale"


@cache
def _catalogue(language: str) -> dict[str, str]:
    with (_LOCALE / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string}


def text(key: str, language: str, **params: object) -> str:
    """The sentence for a key, its `{placeholders}` filled. Raises `KeyError` for a key without words."""
    return _catalogue(language)[key].format(**params)


def pattern(key: str, language: str) -> str:
    """The sentence for a key as it stands, its placeholders unfilled. Raises `KeyError` for a key without words."""
    return _catalogue(language)[key]


def has(key: str, language: str) -> bool:
    return key in _catalogue(language)


def keys(language: str) -> frozenset[str]:
    return frozenset(_catalogue(language))


def day(value: date, language: str) -> str:
    """A date in words: `30 November 2026`."""
    return format_date(value, format="long", locale=_REGION[language])


def negotiate(accept_language: str | None) -> str:
    """The language to answer in: the first one the caller accepts that we have, Indonesian otherwise."""
    wanted = []
    for place, part in enumerate((accept_language or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        wanted.append((-weight, place, tag.split("-")[0].lower()))
    return next((tag for weight, _, tag in sorted(wanted) if weight < 0 and tag in LANGUAGES), DEFAULT_LANGUAGE)
