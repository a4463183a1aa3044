"""What an import says about the years of the calendar: estimates, decrees, and the word of HR."""

import asyncio
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import create_async_engine

from store import calendar_orders
from tests.imports.conftest import Import, Query
from tests.imports.small import FILES

ESTIMATED = FILES["holidays"] + "2027-03-10,Idul Fitri 1448 H (perkiraan),national\n2027-05-01,Hari Buruh,national\n"
DECREED = FILES["holidays"] + "2027-03-11,Idul Fitri 1448 H,national\n2027-05-01,Hari Buruh,national\n"
YEARS = "SELECT year, published FROM calendar_year WHERE superseded_at IS NULL ORDER BY year"
DAYS = "SELECT day::text FROM holiday WHERE superseded_at IS NULL AND day >= '2027-01-01' ORDER BY day"


def with_holidays(text: str) -> dict[str, str]:
    return {**FILES, "holidays": text}


def test_a_year_without_an_estimate_is_published(load: Import, query: Query) -> None:
    load(with_holidays(ESTIMATED))
    assert query(YEARS) == [(2026, True), (2027, False)]


def test_a_decree_takes_the_place_of_the_estimates_of_its_year(load: Import, query: Query) -> None:
    load(with_holidays(ESTIMATED))
    result = load(with_holidays(DECREED))
    assert result.changed["holidays"] == {"added": 1, "changed": 1, "unchanged": 3}
    assert query(DAYS) == [("2027-03-11",), ("2027-05-01",)]
    assert query(YEARS) == [(2026, True), (2027, True)]
    assert query("SELECT count(*) FROM calendar_year") == [(3,)], "nothing is overwritten"
    load(with_holidays(DECREED))
    assert query("SELECT count(*) FROM calendar_year") == [(3,)], "the same again changes nothing"


def test_the_word_of_hr_stands_against_an_older_file(load: Import, query: Query, register: Engine) -> None:
    load(with_holidays(ESTIMATED))

    async def publish() -> Any:
        engine = create_async_engine(register.url)
        async with engine.begin() as connection:
            row = await calendar_orders.publish(connection, 2027, True, "SKB 1/2026", "p_head")
        await engine.dispose()
        return row

    assert asyncio.run(publish()).published
    load(with_holidays(ESTIMATED))
    assert query(YEARS) == [(2026, True), (2027, True)]


def test_a_window_can_be_about_kinds_of_mutation(load: Import, query: Query) -> None:
    line = "national_freeze,2026-11-02,2027-01-31,Kemendagri 800/1941,kind:inter_prov;kind:region_central\n"
    assert load({**FILES, "windows": FILES["windows"] + line}).findings == ()
    assert query("SELECT scope FROM restricted_window WHERE kind = 'national_freeze'") == [
        (["kind:inter_prov", "kind:region_central"],)
    ]
    wrong = line.replace("kind:inter_prov", "kind:elsewhere")
    (finding,) = load({**FILES, "windows": FILES["windows"] + wrong}).findings
    assert (finding.column, finding.code) == ("scope", "VOCAB")


def test_certified_leave_is_a_condition(load: Import, query: Query) -> None:
    nip = FILES["conditions"].splitlines()[1].split(",")[0]
    line = f"{nip},certified_leave,2026-11-02,2026-11-30,Surat dokter 1\n"
    assert load({**FILES, "conditions": FILES["conditions"] + line}).findings == ()
    assert query("SELECT count(*) FROM condition WHERE kind = 'certified_leave'") == [(1,)]
