"""What a password must be: long, and not what anybody would try first. No rules of composition, and none on its age.

After NIST SP 800-63B-4, 3.1.1.2: at least fifteen characters where a password may stand alone, spaces and every script
welcome, compared with common and with personal words, never expired without a reason.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

LEAST, MOST = 15, 256
"""Characters. The upper bound keeps a request small; hashing takes the same time for all."""
DISTINCT = 6
"""Different characters that must be left when everything easy to guess is taken away."""
_RUN = 4
"""Characters in a row, each the next, the one before or the same, that count as one easy thing: 1234, aaaa, dcba."""

_WORDS = """
    password passwort passwd passw0rd katasandi kata sandi rahasia rahasiaku sayang sayangku cinta cintaku bismillah
    alhamdulillah assalamualaikum indonesia merdeka pancasila garuda jakarta makassar mamuju sulbar sulawesi barat
    mandar majene polewali mamasa pasangkayu provinsi gubernur bupati dinas kepegawaian pegawai mutasi simpeg siasn
    badan asn pns pppk bkd bkn admin administrator operator user guest login masuk selamat datang terima kasih
    welcome letmein iloveyou monkey dragon master football baseball sunshine princess superman batman shadow
    qwertyuiop qwerty qwertz azerty asdfghjkl asdfgh asdf zxcvbnm zxcvbn zxcv 1q2w3e4r 1qaz2wsx qazwsx
    test testing tester secret default changeme correcthorsebatterystaple trustno1 abc123 access hello freedom
    januari februari maret april mei juni juli agustus september oktober november desember
    senin selasa rabu kamis jumat sabtu minggu anak istri suami keluarga persib persija psm komputer laptop
"""
COMMON_WORDS = frozenset(_WORDS.split())
"""Words that begin every list of guesses here; kept small, since what matters is what is left without them."""

_DISGUISES = str.maketrans("013457@$!", "oieastasi")


class Weakness(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "password_too_short"
    TOO_LONG = "password_too_long"
    COMMON = "password_common"
    PERSONAL = "password_personal"


def normalised(password: str) -> str:
    """The same password from every keyboard: what looks alike is alike (NFKC), nothing is trimmed."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, personal: Iterable[str]) -> Weakness | None:
    """Why a normalised password is too easy to guess, or None. `personal`: names and numbers of its owner."""
    if len(password) < LEAST:
        return Weakness.TOO_SHORT
    if len(password) > MOST:
        return Weakness.TOO_LONG
    if _left(password, COMMON_WORDS) < DISTINCT:
        return Weakness.COMMON
    own = {part for text in personal for part in _parts(text)}
    if _left(password, COMMON_WORDS | own) < DISTINCT:
        return Weakness.PERSONAL
    return None


def _parts(text: str) -> Iterator[str]:
    """The words of a name; of a NIP the whole, the date of birth in both orders, and its years."""
    for word in re.findall(r"[^\W_]{3,}", text.casefold()):
        yield word
        if word.isdecimal() and len(word) == 18:
            year, month, day = word[:4], word[4:6], word[6:8]
            yield from (word[:8], day + month + year, year, word[8:14], word[8:12], word[14:])


def _left(password: str, words: Iterable[str]) -> int:
    """How many different characters are left without words and runs, written plainly or in disguise."""
    plain = password.casefold()
    return min(len(set(_without(form, words))) for form in {plain, plain.translate(_DISGUISES)})


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=lambda w: (-len(w), w)):
        text = text.replace(word, "")
    kept, run = "", ""
    for sign in text:
        if run and abs(ord(sign) - ord(run[-1])) <= 1:
            run += sign
            continue
        kept, run = kept + ("" if len(run) >= _RUN else run), sign
    return re.sub(r"\s", "", kept + ("" if len(run) >= _RUN else run))
