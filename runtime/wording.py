"""The words of a notice, for mail and for the list in the application alike."""

from datetime import date
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from runtime import i18n

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "notices"
_DATES = ("due_on", "then_on", "until", "contest_until", "effective_on")


@cache
def environment(html: bool) -> Environment:
    """The templates of notices; an undefined name is an error, never a blank. Only HTML is escaped."""
    return Environment(loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, autoescape=html)  # noqa: S701


def notice(template: str, language: str, name: str, params: dict[str, str | int]) -> tuple[str, str]:
    """Subject and body of a notice. The subject carries the case number and no personal data."""
    context: dict[str, object] = {**params, "name": name}
    for key in _DATES:
        if key in context:
            context[key] = i18n.day(date.fromisoformat(str(context[key])), language)
    if "status" in params:
        context["status_text"] = i18n.text(f"status.{params['status']}.next", language)
    if "deadline" in params:
        context["deadline_text"] = i18n.text(f"deadline.{params['deadline']}", language)
    if "then" in params:
        context["then_text"] = i18n.text(f"then.{params['then']}", language, due_on=context["then_on"])
    text = environment(False).get_template(f"{template}.{language}.txt").render(context)
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip()
