"""Which passwords are taken: long ones that nobody would try first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.passwords import LEAST, MOST, Weakness, normalised, weakness

OWNER = ("Siti Aminah, S.Kep.", "198811182017011945", "siti.aminah")


@pytest.mark.parametrize("password", [
    "pohon bakau di muara sungai", "correct horse battery staple", "kucing-belang-makan-ikan", "Ωμέγα και άλφα μαζί",
    "9f!Kq#2vTz&7pLw", "siti punya kucing belang tiga", "x7 w9 q2 m4 z8 k1",
])  # fmt: skip
def test_long_and_unexpected_ones_are_taken(password: str) -> None:
    assert weakness(normalised(password), OWNER) is None


@pytest.mark.parametrize(("password", "why"), [
    ("Ab3$xK9!", Weakness.TOO_SHORT),
    ("x7 w9 q2 m4 z8", Weakness.TOO_SHORT),
    ("", Weakness.TOO_SHORT),
    ("a b" * 200, Weakness.TOO_LONG),
    ("passwordpassword", Weakness.COMMON),
    ("P@ssw0rd P@ssw0rd!", Weakness.COMMON),
    ("aaaaaaaaaaaaaaaaaaaa", Weakness.COMMON),
    ("123456789012345678", Weakness.COMMON),
    ("mamujumamuju2026", Weakness.COMMON),
    ("qwertyuiopasdfghjkl", Weakness.COMMON),
    ("indonesia merdeka 1945", Weakness.COMMON),
    ("rahasia kata sandi 1", Weakness.COMMON),
    ("abababababababab", Weakness.COMMON),
    ("Siti Aminah 1988!", Weakness.PERSONAL),
    ("198811182017011945", Weakness.PERSONAL),
    ("aminah18111988siti", Weakness.PERSONAL),
    ("siti.aminah.siti", Weakness.PERSONAL),
])  # fmt: skip
def test_what_is_tried_first_is_not(password: str, why: Weakness) -> None:
    assert weakness(normalised(password), OWNER) == why


def test_a_nip_is_no_weakness_of_somebody_else() -> None:
    assert weakness("198811182017011945", ()) is None, "digits alone may be a password; only runs and words are not"


def test_two_keyboards_type_the_same_password() -> None:
    assert normalised("cafe\u0301 di tepi laut") == normalised("caf\u00e9 di tepi laut")


@given(st.text(min_size=0, max_size=300))
def test_every_text_is_judged(password: str) -> None:
    why = weakness(normalised(password), OWNER)
    assert (why is Weakness.TOO_SHORT) == (len(normalised(password)) < LEAST)
    assert (why is Weakness.TOO_LONG) == (len(normalised(password)) > MOST)
