"""The page of a bundle, LAPORAN.html: the history in words of both languages, and a verifier of its own. No network."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence import verify

_HERE = Path(__file__).parent

Words = Mapping[str, tuple[str, str]]
"""Words by key, in Indonesian and in English: `event.TYPE`, `office.CODE` and what else the page shows as words."""


def page(said: Mapping[str, Any], words: Words) -> bytes:
    """The page for what a bundle says."""
    html = (_HERE / "LAPORAN.html").read_text()
    parts = {
        "bundle": _script(said),
        "shape": _script(verify.SHAPE),
        "words": _script({key: list(pair) for key, pair in words.items()}),
        "verifier": (_HERE / "verify.js").read_text(),
        "page": (_HERE / "page.js").read_text(),
    }
    for name, content in parts.items():
        html = html.replace(f"/*{name}*/", content, 1)
    return html.encode()


def _script(value: Any) -> str:
    """JSON that cannot end the element it stands in."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
