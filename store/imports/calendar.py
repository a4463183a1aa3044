"""Bringing the calendar of the register to `holidays.csv`: its days, and which years it says are published."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from store.calendars import ESTIMATE_MARK, unmarked_years
from store.imports.comparing import Counts, compare
from store.imports.recording import current_rows, record, supersede

COLUMNS = ("day", "name", "kind")
REFERENCE, BY = "holidays.csv", "import"

_TAKE_BACK = text("""
    UPDATE calendar_year SET superseded_at = now()
    WHERE year = :year AND superseded_at IS NULL AND NOT published AND :published
""")
_SAY = text("""
    INSERT INTO calendar_year (year, published, reference, recorded_by)
    SELECT :year, :published, :reference, :by
    WHERE NOT EXISTS (SELECT FROM calendar_year WHERE year = :year AND superseded_at IS NULL)
""")
"""A year once published stays so, whatever a file still marks as an estimate."""


def settle_holidays(connection: Connection, incoming: Sequence[tuple[date, str, str]]) -> Counts:
    """Load the days of the file, and mark its years. A decree takes the place of the estimates of its year."""
    current = current_rows(connection, "holiday", COLUMNS)
    difference = compare(current, incoming, 1)
    years = unmarked_years((day, name) for day, name, _ in incoming)
    named = {day for day, _, _ in incoming}
    refuted = [
        number
        for number, (day, name, _) in current
        if years.get(day.year) and day not in named and name.endswith(ESTIMATE_MARK)
    ]
    supersede(connection, "holiday", refuted)
    record(connection, "holiday", COLUMNS, difference)
    for year, published in sorted(years.items()):
        params = {"year": year, "published": published, "reference": REFERENCE, "by": BY}
        connection.execute(_TAKE_BACK, params)
        connection.execute(_SAY, params)
    counts = difference.counts
    return counts._replace(changed=counts.changed + len(refuted))
