"""What a form sent, as one reads it; and where a page may lead back to."""

import re
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from api.problems import Problem

_FIELDS = 500


class Form:
    """The fields of a form. A name may come several times."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def one(self, name: str) -> str:
        """The last value of a name, without the space around it; empty where there is none."""
        return next((value.strip() for key, value in reversed(self.pairs) if key == name), "")

    def many(self, name: str) -> list[str]:
        return [value.strip() for key, value in self.pairs if key == name and value.strip()]

    def values(self) -> dict[str, list[str]]:
        """Everything as typed, to be shown again."""
        kept: dict[str, list[str]] = {}
        for key, value in self.pairs:
            kept.setdefault(key, []).append(value)
        return kept


async def form(request: Request) -> Form:
    """The body of a form. Raises `Problem` for one that is none."""
    try:
        text = (await request.body()).decode("utf-8")
        return Form(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_FIELDS))
    except ValueError:
        raise Problem("invalid_request") from None


FormDep = Annotated[Form, Depends(form)]

_LOCAL = re.compile(r"/(?![/\\])[\w\-./]*", re.ASCII)


def local(path: str) -> str:
    """A path of ours to go to; anything else is the front page. Browsers take `//x` and `/\\x` for other hosts."""
    return path if _LOCAL.fullmatch(path) and len(path) < 200 else "/"
