"""Passwords are kept as Argon2id hashes only; nothing else in the hall knows how.

Checking a name nobody has takes as long as checking one somebody has.
"""

from __future__ import annotations

from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Passwords:
    """One kind of password, with what hashing it costs."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash('nobody has this password')

    def hash(self, password: str) -> str:
        """What is stored."""
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; `stored` is None for a name nobody has."""
        try:
            self._hasher.verify(stored or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


PEOPLE = Passwords(PasswordHasher())
"""Chosen by people."""
SLIPS = Passwords(PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1))
"""Query passwords of cases: cheaper, for their eight letters are drawn by the machine (40 bits)."""
