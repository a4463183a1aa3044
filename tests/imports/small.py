"""A province small enough to read: two agencies, three posts, five people. It breaks no rule on `TODAY`."""

# A row of CSV is one line.
# ruff: noqa: E501

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from store.imports.validation import Validated, validate

TODAY = date(2026, 11, 23)

HEAD = "197001011995031901"
NURSE = "198005052005042902"
CLERK = "199003032015051903"
WIFE = "199106062016062904"
CONTRACT = "198807072023211905"
CASE = "MUT-2026-000001"
"""Number of a case that changed the register between two imports."""

FILES: dict[str, str] = {
    "units": """\
code,name,short_name,parent_code,kind,district,service_critical
SETDA,Sekretariat Daerah,Setda,,secretariat,Mamuju,no
DINKES,Dinas Kesehatan,Dinkes,,agency,Mamuju,yes
DINKES-B1,Bidang Pelayanan,Bid. Pelayanan,DINKES,unit,Mamuju,yes
DINKES-U1,UPTD Farmasi,Farmasi,DINKES-B1,branch,Majene,no
""",
    "positions": """\
code,title,unit_code,kind,tier,echelon,job_class,required,min_grade,max_grade,education_min,education_fields,competences,abk_year
DINKES-01,Kepala Dinas,DINKES,JPT_PRATAMA,,II.a,15,1,IV/b,IV/d,S1,,m.integrity:4,2025
DINKES-B1-01,Perawat Ahli Muda,DINKES-B1,FUNCTIONAL,muda,,9,1,III/c,III/d,S1,Keperawatan;Kebidanan,t.clinical_nursing:3;m.teamwork:2,2025
DINKES-U1-01,Pengelola Data,DINKES-U1,STAFF,,,6,2,II/c,III/b,D3,,t.data_mgmt:2,2025
""",
    "employees": f"""\
nip,name,status,grade,grade_since,position_code,position_since,appointed_on,education,education_field,birth_date,sex,domicile_district,spouse_nip,email,phone
{HEAD},"dr. Andi Kepala, M.Kes.",PNS,IV/c,2024-04-01,DINKES-01,2023-02-01,1995-03-01,S2,Kesehatan,1970-01-01,M,Mamuju,,kepala@example.test,+6200011111111
{NURSE},Siti Perawat,PNS,III/c,2023-04-01,DINKES-B1-01,2022-01-03,2005-04-01,S1,Keperawatan,1980-05-05,F,Mamuju,,perawat@example.test,+6200022222222
{CLERK},Budi Pengelola,PNS,III/a,2022-04-01,DINKES-U1-01,2021-06-01,2015-05-01,D3,Komputer,1990-03-03,M,Majene,{WIFE},budi@example.test,+6200033333333
{WIFE},Ani Pengelola,PNS,III/b,2024-10-01,DINKES-U1-01,2020-06-01,2016-06-01,S1,Komputer,1991-06-06,F,Majene,{CLERK},ani@example.test,+6200044444444
{CONTRACT},Rudi Kontrak,PPPK,IX,2023-05-01,DINKES-U1-01,2023-05-01,2023-05-01,S1,Komputer,1988-07-07,M,Majene,,rudi@example.test,+6200055555555
""",
    "ratings": f"""\
nip,year,rating,work_result,behaviour,rater_nip
{HEAD},2025,BAIK,expected,expected,
{NURSE},2025,SANGAT_BAIK,above,above,{HEAD}
{CLERK},2024,BAIK,expected,above,{HEAD}
{CLERK},2025,BUTUH_PERBAIKAN,below,expected,{HEAD}
""",
    "competences": f"""\
nip,competence,level,assessed_on,source
{HEAD},m.integrity,4,2024-05-06,assessment_centre
{NURSE},t.clinical_nursing,3,2025-02-03,certificate
""",
    "talent": f"""\
nip,year,performance_axis,potential_axis
{HEAD},2025,expected,high
{NURSE},2025,above,medium
{CLERK},2025,below,low
""",
    "conditions": f"""\
nip,kind,from,to,reference
{NURSE},study_leave,2025-09-01,2027-08-31,800.1.11/1/BKD/2025
{CLERK},audit_finding,2026-02-02,,LHP 700/2/ITDA/2026
""",
    "offices": f"""\
office,unit_code,holder_nip,holder_name,capacity,from,to,instrument
governor,,,Hj. Gubernur,definitive,2025-02-20,,Keppres 1/2025
agency_head,DINKES,{HEAD},"dr. Andi Kepala, M.Kes.",definitive,2023-02-01,,SK 2/2023
agency_head,DINKES,{NURSE},Siti Perawat,acting_absence,2026-11-16,2026-11-27,SP 3/2026
board_member,SETDA,{HEAD},"dr. Andi Kepala, M.Kes.",definitive,2026-01-05,,KEP 4/2026
board_member,SETDA,{NURSE},Siti Perawat,definitive,2026-01-05,,KEP 4/2026
""",
    "windows": """\
kind,from,to,ground,scope
election,2024-03-22,2025-02-20,UU 10/2016 Pasal 71,JPT_PRATAMA;ADMINISTRATOR
emergency,2026-11-02,2027-01-31,Keputusan Gubernur 905/2026,unit:DINKES;unit:SETDA
caretaker,2023-05-12,2025-02-19,PP 49/2008 Pasal 132A,ALL
""",
    "holidays": """\
date,name,kind
2026-12-24,Cuti bersama Natal,joint_leave
2026-12-25,Hari Raya Natal,national
""",
}


def replaced(table: str, old: str, new: str, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The files with one text changed in one of them; it must occur there exactly once."""
    assert files[table].count(old) == 1, f"{old!r} occurs {files[table].count(old)} times in {table}.csv"
    return {**files, table: files[table].replace(old, new)}


def appended(table: str, line: str, files: Mapping[str, str] = FILES) -> dict[str, str]:
    """The files with one more line at the end of one of them."""
    return {**files, table: f"{files[table]}{line}\n"}


def moved(nip: str, post: str, since: str, files: dict[str, str] = FILES) -> dict[str, str]:
    """The files with somebody in a post since a day."""
    line = next(line for line in files["employees"].splitlines() if line.startswith(nip))
    present = re.search(r"DINKES-[A-Z0-9-]+,[0-9-]{10}", line)
    assert present
    return replaced("employees", line, line.replace(present.group(), f"{post},{since}"), files)


def judged(files: Mapping[str, str | bytes], today: date = TODAY) -> Validated:
    contents = {table: text.encode() if isinstance(text, str) else text for table, text in files.items()}
    return validate(contents, today)


def found(validated: Validated) -> set[tuple[str, int, str, str]]:
    """Findings as (table, line, column, code)."""
    return {(f.file.removesuffix(".csv"), f.line, f.column, f.code.value) for f in validated.findings}


def write(directory: Path, files: Mapping[str, str]) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for table, text in files.items():
        (directory / f"{table}.csv").write_bytes(text.encode())
    return directory


def differences(changed: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Only what is not unchanged."""
    kept = {table: {k: n for k, n in counts.items() if n and k != "unchanged"} for table, counts in changed.items()}
    return {table: counts for table, counts in kept.items() if counts}
