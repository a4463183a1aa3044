"""Passwords hashed with argon2id, few at a time, and always with the same work."""

import asyncio

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
"""OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. About 20 ms."""
AT_ONCE = 4
"""Hashes under way in one process; the others wait their turn, so that a flood costs time and not memory."""


class Passwords:
    """Hashes and checks passwords in threads of their own. Parameters of an old hash are read from the hash."""

    def __init__(self, memory: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=LANES, type=Type.ID)
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("the password of nobody")
        """Checked when there is nothing to check, so that the answer takes as long (OWASP ASVS 5.0, 6.3.8)."""

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one that is kept. Without one the same work is done, and the answer is no."""
        async with self._turn:
            same = await asyncio.to_thread(self._same, kept or self._nobodys, password)
        return same and kept is not None

    def worn(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than the present ones."""
        return self._hasher.check_needs_rehash(kept)

    def _same(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
