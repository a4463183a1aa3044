"""Dates, terms and roles as people say them, in the time of the province."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from domain import nip
from domain.calendar import PROVINCE, Calendar
from runtime import i18n
from store.viewing import Viewer

_ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_REGION = {"id": "id_ID", "en": "en_GB"}
SOON = 2
"""Working days before its end from which a term is said to be near."""


def day(value: date, language: str) -> str:
    """`24 Nov 2026`."""
    return format_date(value, "d MMM y", locale=_REGION[language])


def moment(value: datetime, language: str, zone: ZoneInfo = PROVINCE) -> str:
    """`24 Nov 2026, 15.48 WITA`."""
    pattern = "d MMM y, HH.mm" if language == "id" else "d MMM y, HH:mm"
    return f"{format_datetime(value, pattern, tzinfo=zone, locale=_REGION[language])} {_ZONES[zone.key]}"


class Term(NamedTuple):
    """A deadline in words: `ok`, `soon` or `late`, and how it is said."""

    tone: str
    text: str


def term(at: datetime, now: datetime, calendar: Calendar, language: str) -> Term:
    """How long there is still, or since when it is over, in working days."""
    due, today = calendar.local_day(at), calendar.local_day(now)
    short = format_date(due, "d MMM", locale=_REGION[language])
    if at < now:
        late = calendar.working_days_between(due, today)
        key = "page.term.late_today" if late == 0 else "page.term.late_one" if late == 1 else "page.term.late"
        return Term("late", i18n.text(key, language, days=late))
    left = calendar.working_days_between(today, due)
    if due == today:
        return Term("soon", i18n.text("page.term.today", language))
    if (due - today).days == 1:
        return Term("soon", i18n.text("page.term.tomorrow", language, day=short))
    tone = "soon" if left <= SOON else "ok"
    key = "page.term.left_one" if left == 1 else "page.term.left"
    return Term(tone, i18n.text(key, language, days=left, day=short))


def roles(viewer: Viewer, language: str) -> list[str]:
    """The offices somebody holds today; none for an employee without one."""
    return [i18n.text(f"office.{office.office}", language) for office in viewer.offices]


def spaced_nip(number: str) -> str:
    """A NIP as it is read aloud: birth, appointment, sex, serial number. A masked one as it is."""
    plain = nip.normalised(number)
    if not (plain.isdecimal() and len(plain) == 18):
        return number
    return f"{plain[:8]} {plain[8:14]} {plain[14]} {plain[15:]}"
