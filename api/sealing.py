"""Sensitive reasons: what somebody sees of them who neither heard the person nor weighs it on the board.

The one place that withholds them. Whoever is not let in learns that there was a personal ground, and no more.
"""

from collections.abc import Iterable
from typing import Any

from domain.vocabulary import SENSITIVE_GROUNDS, Office
from store.viewing import Viewer

PERSONAL = "personal"
"""What a sensitive ground is called to whoever may not know which it is."""
_NAMING = frozenset({"ground", "advice_ground"})
_LISTING = frozenset({"grounds"})
_WORDS = frozenset({"text", "conditions", "answers", "choice_reason", "reference", "document"})
"""Fields in which somebody put into words what the ground is about."""


def hears(viewer: Viewer, subject: str) -> bool:
    """Whether somebody may know why: the person himself, HR that counsels and answers him, and the board."""
    return viewer.person == subject or viewer.is_hr or viewer.holds(frozenset({Office.BOARD_MEMBER}))


def ground(code: str, heard: bool) -> str:
    """A ground as it is told."""
    return code if heard or code not in SENSITIVE_GROUNDS else PERSONAL


def grounds(codes: Iterable[str], heard: bool) -> tuple[str, ...]:
    """Grounds as they are told, in their order; two that look alike are one."""
    return tuple(dict.fromkeys(ground(code, heard) for code in codes))


def sensitive(data: Any) -> bool:
    """Whether a sensitive ground is named anywhere in what an entry says."""
    if isinstance(data, dict):
        named = (v for k, v in data.items() if k in _NAMING and isinstance(v, str))
        listed = (c for k, v in data.items() if k in _LISTING and isinstance(v, list | tuple) for c in v)
        if any(code in SENSITIVE_GROUNDS for code in (*named, *listed)):
            return True
        return any(sensitive(v) for v in data.values())
    return isinstance(data, list | tuple) and any(sensitive(v) for v in data)


def sealed(data: Any) -> Any:
    """The same with the grounds by their common name, and without the words about them."""
    if isinstance(data, list | tuple):
        return [sealed(v) for v in data]
    if not isinstance(data, dict):
        return data
    told: dict[str, Any] = {}
    for key, value in data.items():
        if key in _WORDS:
            continue
        if key in _NAMING and isinstance(value, str):
            told[key] = ground(value, False)
        elif key in _LISTING and isinstance(value, list | tuple):
            told[key] = list(grounds(value, False))
        else:
            told[key] = sealed(value)
    return told
