"""Text that people type: what it may not hold."""

import re

from pydantic_core import PydanticCustomError

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
"""Control characters: what would move a cursor, hide words or turn their direction around."""
ONE_LINE = rf"^[^{_CONTROL}\t\n\r]*$"
_PRINTABLE = re.compile(rf"[^{_CONTROL}]*")


def printable(text: str) -> str:
    """The text, if it holds no control characters other than tabs and ends of lines."""
    if not _PRINTABLE.fullmatch(text):
        raise PydanticCustomError("control_character", "a text holds no control characters")
    return text
