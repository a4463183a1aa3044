"""The optional file of posts held: judged like the others, loaded once, and not missed where it is missing."""

from pathlib import Path

from sqlalchemy import text

from store.engine import owner_engine
from store.imports.province import import_directory
from tests.imports import small

HEADER = "nip,title,kind,tier,unit,from,to\n"
GOOD = (
    f"{small.NURSE},Perawat Ahli Pertama,FUNCTIONAL,pertama,Puskesmas Binanga,2015-01-01,2021-12-31\n"
    f"{small.CLERK},Pengadministrasi,STAFF,,Kecamatan Mamuju,2015-05-01,\n"
)
FILES = {**small.FILES, "history": HEADER + GOOD}


def test_a_good_file_has_no_findings_and_none_is_needed() -> None:
    assert small.found(small.judged(FILES)) == set()
    assert small.found(small.judged(small.FILES)) == set()
    assert small.judged(small.FILES).province.history == ()


def test_every_fault_is_found_at_its_place() -> None:
    rows = [
        "199901012020011999,Kepala Seksi,SUPERVISOR,,Dinas X,2015-01-01,2016-01-01",
        f"{small.NURSE},Perawat,FUNCTIONAL,,Puskesmas,2015-01-01,2016-01-01",
        f"{small.NURSE},Kepala Seksi,SUPERVISOR,muda,Dinas X,2016-01-02,2017-01-01",
        f"{small.NURSE},Kepala Bidang,ADMINISTRATOR,,Dinas X,2018-01-01,2017-01-01",
        f"{small.NURSE},Sekretaris,ADMINISTRATOR,,Dinas X,2099-01-01,",
        f"{small.NURSE},,RAJA,,Dinas X,2019-13-01,",
        f"{small.CLERK},Pengadministrasi,STAFF,,Dinas X,2015-05-01,",
        f"{small.CLERK},Pengadministrasi,STAFF,,Dinas Y,2015-05-01,",
    ]
    files = {**small.FILES, "history": HEADER + "\n".join(rows) + "\n"}
    assert small.found(small.judged(files)) == {
        ("history", 2, "nip", "NIP_UNKNOWN"),
        ("history", 3, "tier", "TIER_KIND"),
        ("history", 4, "tier", "TIER_KIND"),
        ("history", 5, "to", "DATE_ORDER"),
        ("history", 6, "from", "DATE_FUTURE"),
        ("history", 7, "title", "REQUIRED"),
        ("history", 7, "kind", "VOCAB"),
        ("history", 7, "from", "DATE_INVALID"),
        ("history", 9, "from", "DUPLICATE_KEY"),
    }


def test_a_second_import_changes_nothing_and_a_case_wins_over_the_file(empty_database: str, tmp_path: Path) -> None:
    engine = owner_engine(empty_database)

    def load(name: str, files: dict[str, str]) -> tuple[dict[str, int], set[str]]:
        done = import_directory(engine, small.write(tmp_path / name, files), today=small.TODAY)
        assert done.loaded, done.findings
        return done.changed["history"], {f.code.value for f in done.findings}

    assert load("first", FILES) == ({"added": 2, "changed": 0, "unchanged": 0}, set())
    assert load("again", FILES) == ({"added": 0, "changed": 0, "unchanged": 2}, set())
    moved = small.replaced("history", "Kecamatan Mamuju", "Kecamatan Kalukku", FILES)
    assert load("moved", moved) == ({"added": 0, "changed": 1, "unchanged": 1}, set())
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE post_history SET source = :case WHERE tier IS NULL AND superseded_at IS NULL"),
            {"case": small.CASE},
        )
    counts, codes = load("older", FILES)
    assert (counts["kept"], codes) == (1, {"STALE_VALUE"})
    assert load("absent", small.FILES) == ({"added": 0, "changed": 0, "unchanged": 0}, set())
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT count(*) FROM post_history WHERE superseded_at IS NULL")).scalar_one()
    assert kept == 2
    engine.dispose()
