"""How long somebody must wait before he may try to sign in again.

Three counts, none of which locks anybody out for good. Whoever mistypes waits a little, then longer. Whoever guesses at
one account from many places, or at many accounts from one place, is slowed down. That never touches the owner at an
address from which he has signed in before: a stranger cannot shut him out by guessing (ASVS 5.0, 6.1.1 and 6.3.1).
"""

from datetime import timedelta
from typing import NamedTuple

WINDOW = timedelta(minutes=15)
DAY = timedelta(hours=24)
KNOWN_FOR = timedelta(days=90)
"""How long an address is remembered from which an account was signed in."""

FREE = 5
"""Failures of one account from one address, since its last success there, before it has to wait."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
ACCOUNT_IN_WINDOW, ACCOUNT_IN_DAY = 20, 100
"""Failures of one account from all addresses where it is not known (NIST SP 800-63B-4, 3.2.2: at most 100)."""
ADDRESS_IN_WINDOW = 100
"""Failures from one address on all accounts: a whole office may stand behind it."""


class Failures(NamedTuple):
    """What failed lately. `since_last` is the time since the last failure of this account from this address."""

    here: int = 0
    since_last: timedelta = LONGEST_WAIT
    account_in_window: int = 0
    account_in_day: int = 0
    address_in_window: int = 0
    known_here: bool = False


def wait(failures: Failures) -> timedelta:
    """How long until the next attempt is looked at; nothing when it may be made now."""
    if failures.here >= FREE:
        pause: timedelta = min(FIRST_WAIT * 2 ** min(failures.here - FREE, 10), LONGEST_WAIT)
        if failures.since_last < pause:
            return pause - failures.since_last
    if failures.known_here:
        return timedelta(0)
    if failures.account_in_window >= ACCOUNT_IN_WINDOW or failures.address_in_window >= ADDRESS_IN_WINDOW:
        return WINDOW / 3
    return WINDOW if failures.account_in_day >= ACCOUNT_IN_DAY else timedelta(0)
