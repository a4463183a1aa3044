"""The sentences of findings in Indonesian and English: what was found, and what to do about it.

A key is a code, or `CODE.variant` where one code covers different mistakes. Sentences repeat no personal data: a value
is shown only where it is none, and other rows are named by their line.
"""

from typing import TypeAlias

Sentences: TypeAlias = dict[str, tuple[str, str]]
"""By language, `id` or `en`: what was found and the remedy, with `{placeholders}` for the facts of a finding."""


def _said(what_id: str, remedy_id: str, what_en: str, remedy_en: str) -> Sentences:
    return {"id": (what_id, remedy_id), "en": (what_en, remedy_en)}


WORDINGS: dict[str, Sentences] = {
    "HEADER": _said(
        "Baris judul {file} tidak sama dengan yang ditetapkan, sehingga berkas ini tidak dibaca.",
        "Tulis tepat kolom berikut, dengan urutan ini: {expected}.",
        "The header of {file} is not the agreed one, so the file was not read.",
        "Write exactly these columns in this order: {expected}.",
    ),
    "HEADER.missing": _said(
        "Berkas {file} tidak ada di direktori ini.",
        "Sertakan berkas itu, sekurang-kurangnya dengan baris judul: {expected}.",
        "The file {file} is missing from the directory.",
        "Supply it, if only with its header: {expected}.",
    ),
    "ENCODING": _said(
        "Berkas {file} bukan teks UTF-8, sehingga tidak dibaca.",
        "Simpan ulang berkas sebagai CSV UTF-8.",
        "The file {file} is not UTF-8 text, so it was not read.",
        "Save the file again as CSV UTF-8.",
    ),
    "BOM_CRLF": _said(
        "Berkas {file} memakai tanda urutan bita atau akhir baris CR LF; berkas tetap dibaca seperti biasa.",
        "Tidak perlu tindakan; untuk ekspor berikutnya pilih UTF-8 tanpa BOM dengan akhir baris LF.",
        "The file {file} has a byte order mark or CR LF line ends; it was read as usual.",
        "Nothing needs to be done; for the next export choose UTF-8 without BOM and LF line ends.",
    ),
    "ROW_COLUMNS": _said(
        "Baris ini berisi {found} kolom, padahal judulnya {expected}.",
        "Periksa koma yang kurang atau lebih; apit teks yang memuat koma dengan tanda kutip ganda.",
        "This row has {found} fields, the header {expected}.",
        "Look for a missing or extra comma; put text that contains a comma in double quotes.",
    ),
    "ROW_COLUMNS.quotes": _said(
        "Tanda kutip pada baris ini tidak berpasangan, sehingga kolomnya tidak dapat dipisahkan.",
        "Tutup setiap tanda kutip pada baris yang sama dan tulis tanda kutip di dalam teks dua kali.",
        "The quotes of this row do not pair up, so its fields cannot be told apart.",
        "Close every quote on the same line and write a quote inside text twice.",
    ),
    "REQUIRED": _said(
        "Kolom {column} kosong.",
        "Isi kolom {column}; kolom ini tidak boleh kosong.",
        "The column {column} is empty.",
        "Fill in {column}; it must not be empty.",
    ),
    "REQUIRED.item": _said(
        "Daftar pada kolom {column} memuat butir kosong.",
        "Hapus titik koma yang berlebih.",
        "The list in {column} has an empty item.",
        "Remove the extra semicolon.",
    ),
    "TOO_LONG": _said(
        "Isi kolom {column} sepanjang {length} karakter, melebihi {limit}.",
        "Persingkat menjadi paling banyak {limit} karakter.",
        "The text in {column} has {length} characters, more than {limit}.",
        "Shorten it to {limit} characters at most.",
    ),
    "TEXT_FORMULA": _said(
        "Isi kolom {column} diawali tanda yang dijalankan lembar kerja sebagai rumus.",
        "Hapus tanda =, +, -, @, tab atau CR di awal teks.",
        "The text in {column} begins with a sign that a spreadsheet runs as a formula.",
        "Remove the =, +, -, @, tab or CR at its beginning.",
    ),
    "VOCAB": _said(
        "Nilai “{value}” tidak dikenal untuk kolom {column}.",
        "Pakai salah satu dari: {allowed}.",
        "The value “{value}” is not known for {column}.",
        "Use one of: {allowed}.",
    ),
    "VOCAB.empty": _said(
        "Kolom {column} terisi, padahal untuk baris seperti ini harus kosong.",
        "Kosongkan kolom {column}, atau perbaiki jenis yang mengharuskannya kosong.",
        "The column {column} is filled in, but must be empty in such a row.",
        "Empty {column}, or correct the kind that wants it empty.",
    ),
    "NUMBER_RANGE": _said(
        "Nilai “{value}” pada kolom {column} bukan bilangan bulat {low} sampai {high}.",
        "Tulis bilangan bulat antara {low} dan {high}.",
        "The value “{value}” in {column} is no whole number from {low} to {high}.",
        "Write a whole number between {low} and {high}.",
    ),
    "DATE_INVALID": _said(
        "Isi kolom {column} bukan tanggal yang ada dengan bentuk TTTT-BB-HH.",
        "Tulis tanggal kalender yang benar, misalnya 2026-07-06.",
        "The value in {column} is no existing date in the form YYYY-MM-DD.",
        "Write a calendar date such as 2026-07-06.",
    ),
    "DATE_ORDER": _said(
        "Tanggal pada kolom {column} mendahului tanggal pada kolom {other}.",
        "Perbaiki {column} atau {other}, sehingga {other} tidak lebih akhir.",
        "The date in {column} comes before the one in {other}.",
        "Correct {column} or {other} so that {other} is not the later one.",
    ),
    "DATE_FUTURE": _said(
        "Tanggal pada kolom {column} sesudah tanggal impor {today}.",
        "Perbaiki tanggalnya, atau impor baris ini setelah tanggal itu tiba.",
        "The date in {column} is after the import date {today}.",
        "Correct the date, or import the row when that day has come.",
    ),
    "DUPLICATE_KEY": _said(
        "Kunci baris ini sudah dipakai pada baris {first}; baris pertama yang berlaku.",
        "Hapus salah satu baris, atau perbaiki kuncinya.",
        "The key of this row is already used in line {first}; the first row stands.",
        "Remove one of the rows, or correct its key.",
    ),
    "CODE_FORMAT": _said(
        "Kode “{value}” tidak berbentuk kode: huruf besar, angka dan tanda hubung, 2 sampai 31 karakter.",
        "Tulis kode seperti DINKES-B2.",
        "“{value}” is no code: capital letters, digits and hyphens, 2 to 31 characters.",
        "Write a code such as DINKES-B2.",
    ),
    "UNIT_PARENT_UNKNOWN": _said(
        "Unit induk “{value}” tidak ada di units.csv, atau barisnya tidak dapat dipakai.",
        "Perbaiki kode unit induk, atau perbaiki baris unit itu.",
        "The parent unit “{value}” is not in units.csv, or its row is unusable.",
        "Correct the parent code, or the row of that unit.",
    ),
    "UNIT_CYCLE": _said(
        "Unit ini berada di bawah dirinya sendiri: {cycle}.",
        "Putuskan lingkaran dengan memperbaiki unit induk salah satu unit.",
        "The unit stands below itself: {cycle}.",
        "Break the circle by correcting the parent of one of the units.",
    ),
    "UNIT_UNKNOWN": _said(
        "Unit “{value}” tidak ada di units.csv, atau barisnya tidak dapat dipakai.",
        "Perbaiki kode unit, atau perbaiki baris unit itu.",
        "The unit “{value}” is not in units.csv, or its row is unusable.",
        "Correct the unit code, or the row of that unit.",
    ),
    "TIER_KIND": _said(
        "Jenjang hanya untuk jabatan fungsional dan wajib untuknya; jenis jabatan di sini {kind}.",
        "Isi jenjang untuk FUNCTIONAL, kosongkan untuk jenis lain.",
        "A tier belongs only and always to a functional post; the kind here is {kind}.",
        "Give a tier for FUNCTIONAL and none for other kinds.",
    ),
    "GRADE_UNKNOWN": _said(
        "Golongan “{value}” pada kolom {column} tidak dikenal.",
        "Pakai I/a sampai IV/e, atau I sampai XVII untuk PPPK.",
        "The grade “{value}” in {column} is not known.",
        "Use I/a to IV/e, or I to XVII for PPPK.",
    ),
    "GRADE_ORDER": _said(
        "Golongan terendah {low} berada di atas golongan tertinggi {high}.",
        "Tukar atau perbaiki min_grade dan max_grade.",
        "The lowest grade {low} is above the highest grade {high}.",
        "Swap or correct min_grade and max_grade.",
    ),
    "COMPETENCE_SYNTAX": _said(
        "Kompetensi “{value}” tidak berbentuk {form}.",
        "Tulis seperti {example}.",
        "The competence “{value}” does not have the form {form}.",
        "Write it as in {example}.",
    ),
    "COMPETENCE_SYNTAX.twice": _said(
        "Kompetensi “{value}” tercantum dua kali.",
        "Cantumkan setiap kompetensi satu kali saja.",
        "The competence “{value}” is listed twice.",
        "List every competence once.",
    ),
    "NIP_FORMAT": _said(
        "NIP bukan 18 angka dengan angka ke-15 1 atau 2 dan nomor urut selain 000.",
        "Salin NIP dari keputusan pengangkatan, tanpa spasi dan tanda baca.",
        "The NIP is not 18 digits with 1 or 2 as the 15th and a serial other than 000.",
        "Copy the NIP from the letter of appointment, without spaces and signs.",
    ),
    "NIP_DATE": _said(
        "Bagian tanggal lahir atau bulan pengangkatan dalam NIP tidak ada di kalender.",
        "Periksa 8 angka pertama dan bulan pada angka ke-13 dan ke-14 (PPPK: kode 21 ke atas).",
        "The birth date or the month of appointment inside the NIP does not exist.",
        "Check the first 8 digits and the month in digits 13 and 14 (PPPK: a code from 21 upwards).",
    ),
    "NIP_BIRTH_MISMATCH": _said(
        "Tanggal lahir berbeda dengan 8 angka pertama NIP.",
        "Perbaiki birth_date atau NIP menurut keputusan pengangkatan.",
        "The birth date differs from the first 8 digits of the NIP.",
        "Correct birth_date or the NIP from the letter of appointment.",
    ),
    "NIP_APPOINTED_MISMATCH": _said(
        "Tahun dan bulan pengangkatan dalam NIP berbeda dengan appointed_on.",
        "Perbaiki appointed_on atau NIP menurut keputusan pengangkatan.",
        "Year and month of appointment inside the NIP differ from appointed_on.",
        "Correct appointed_on or the NIP from the letter of appointment.",
    ),
    "NIP_SEX_MISMATCH": _said(
        "Angka ke-15 NIP berbeda dengan kolom sex.",
        "Perbaiki sex (M = 1, F = 2) atau NIP.",
        "The 15th digit of the NIP differs from the column sex.",
        "Correct sex (M = 1, F = 2) or the NIP.",
    ),
    "NIP_DUPLICATE": _said(
        "NIP ini sudah dipakai pada baris {first}; baris pertama yang berlaku.",
        "Hapus salah satu baris, atau perbaiki NIP-nya.",
        "This NIP is already used in line {first}; the first row stands.",
        "Remove one of the rows, or correct its NIP.",
    ),
    "NIP_UNKNOWN": _said(
        "NIP pada kolom {column} tidak ada di employees.csv, atau barisnya tidak dapat dipakai.",
        "Perbaiki NIP, atau perbaiki baris pegawai itu.",
        "The NIP in {column} is not in employees.csv, or its row is unusable.",
        "Correct the NIP, or the row of that employee.",
    ),
    "POSITION_UNKNOWN": _said(
        "Jabatan “{value}” tidak ada di positions.csv, atau barisnya tidak dapat dipakai.",
        "Perbaiki kode jabatan, atau perbaiki baris jabatan itu.",
        "The position “{value}” is not in positions.csv, or its row is unusable.",
        "Correct the position code, or the row of that position.",
    ),
    "POSITION_MISSING": _said(
        "Pegawai ini tidak mempunyai jabatan; jabatannya yang tercatat tidak diubah.",
        "Isi position_code bila jabatannya diketahui.",
        "This employee has no position; the one on record was left as it is.",
        "Fill in position_code if the position is known.",
    ),
    "GRADE_RANGE": _said(
        "Golongan {grade} di luar rentang {low} sampai {high} yang ditetapkan untuk jabatannya.",
        "Periksa golongan pegawai dan rentang golongan jabatan.",
        "The grade {grade} is outside {low} to {high}, the range of the position.",
        "Check the grade of the employee and the range of the position.",
    ),
    "EDUCATION_BELOW": _said(
        "Pendidikan {education} di bawah pendidikan terendah {low} untuk jabatannya.",
        "Periksa pendidikan pegawai dan syarat jabatan.",
        "The education {education} is below {low}, the lowest for the position.",
        "Check the education of the employee and what the position asks for.",
    ),
    "SPOUSE_ASYMMETRIC": _said(
        "Pasangan pada spouse_nip tidak ada di employees.csv, atau tidak menunjuk balik ke pegawai ini.",
        "Lengkapi spouse_nip pada kedua baris, atau kosongkan keduanya.",
        "The spouse in spouse_nip is not in employees.csv, or does not point back to this employee.",
        "Fill in spouse_nip in both rows, or in neither.",
    ),
    "EMAIL_FORMAT": _said(
        "Alamat surel tidak berbentuk nama@example.test.",
        "Perbaiki alamat surel; data contoh hanya memakai example.test.",
        "The e-mail address does not have the form name@example.test.",
        "Correct the address; synthetic data use example.test only.",
    ),
    "PHONE_FORMAT": _said(
        "Nomor telepon tidak berbentuk +62 diikuti 8 sampai 12 angka.",
        "Tulis nomor tanpa spasi, misalnya +6200012345678.",
        "The phone number is not +62 followed by 8 to 12 digits.",
        "Write it without spaces, such as +6200012345678.",
    ),
    "RATER_SELF": _said(
        "Pegawai ini tercatat menilai dirinya sendiri.",
        "Isi rater_nip dengan pejabat penilai; kosongkan bila gubernur yang menilai.",
        "The employee is recorded as having rated himself or herself.",
        "Put the rating official into rater_nip; leave it empty when the governor rated.",
    ),
    "RATING_MATRIX": _said(
        "Predikat {rating} tidak sesuai dengan hasil kerja {work_result} dan perilaku {behaviour}.",
        "Menurut matriks predikatnya {expected}; periksa ketiga nilai itu.",
        "The rating {rating} does not follow from work result {work_result} and behaviour {behaviour}.",
        "By the matrix it is {expected}; check the three values.",
    ),
    "RATING_MATRIX.axis": _said(
        "Sumbu kinerja {axis} tidak sesuai dengan predikat {rating} tahun {year}.",
        "Menurut predikat itu sumbunya {expected}; periksa talent.csv dan ratings.csv.",
        "The performance axis {axis} does not follow from the rating {rating} of {year}.",
        "By that rating it is {expected}; check talent.csv and ratings.csv.",
    ),
    "TALENT_STATUS": _said(
        "Pegawai ini berstatus {status}; peta talenta hanya untuk PNS.",
        "Hapus baris ini, atau perbaiki status pegawai.",
        "The status of this employee is {status}; the talent map is for PNS only.",
        "Remove the row, or correct the status of the employee.",
    ),
    "OFFICE_OVERLAP": _said(
        "Jabatan {office} sudah dipangku secara definitif oleh pemangku pada baris {first} pada hari yang sama.",
        "Akhiri masa yang satu sebelum yang lain mulai, atau tulis capacity Plt/Plh.",
        "The office {office} already has a definitive holder on the same day, in line {first}.",
        "End one term before the other begins, or record an acting capacity.",
    ),
    "HOLDER_NAME": _said(
        "Nama pemangku berbeda dengan nama di employees.csv.",
        "Samakan holder_name dengan employees.csv.",
        "The name of the holder differs from employees.csv.",
        "Make holder_name the same as in employees.csv.",
    ),
    "STALE_POSITION": _said(
        "Register mencatat penempatan yang lebih baru melalui perkara {source}; isi berkas tidak dipakai.",
        "Perbarui position_code dan position_since di sistem kepegawaian menurut keputusan penempatan.",
        "The register holds a newer placement from case {source}; the file was not followed.",
        "Bring position_code and position_since in the personnel system up to the decree.",
    ),
    "STALE_OFFICE": _said(
        "Dua petugas kepegawaian telah mengesahkan masa jabatan lain di register; isi berkas tidak dipakai.",
        "Perbarui masa jabatan ini di sistem kepegawaian, atau ubah di Mutasi oleh dua orang.",
        "Two people of HR signed another term of office in the register; the file was not followed.",
        "Bring the term in the personnel system up to it, or change it in Mutasi by two people.",
    ),
    "STALE_VALUE": _said(
        "Register mencatat nilai lain yang diserahkan dalam perkara {source}; isi berkas tidak dipakai.",
        "Perbarui nilai ini di sistem kepegawaian menurut berkas perkara.",
        "The register holds another value, supplied in case {source}; the file was not followed.",
        "Bring the value in the personnel system up to the file of the case.",
    ),
}
