"""Passwords are kept as Argon2id hashes only; nothing else in the hall knows how.

Checking a name nobody has takes as long as checking one somebody has. Hashing is work of tens of milliseconds and megabytes: so much may
be done at once, and whoever would wait too long is told to come again. It is done before a transaction is begun, never in one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine import Rejection

AT_ONCE = max(2, os.cpu_count() or 1)
PATIENCE = 10.0
"""Seconds somebody waits for his turn."""


class TooManyAtOnce(Rejection):
    """So many people sign in at this moment that this one has to come again."""

    status = 503

    def __init__(self) -> None:
        super().__init__('Expected a free place to check a password, but all are taken; try again', '此刻登录或查询的人过多，请稍后再试')


class Passwords:
    """One kind of password, with what hashing it costs; at most `at_once` are hashed at the same time."""

    def __init__(self, hasher: PasswordHasher, at_once: int = AT_ONCE) -> None:
        self._hasher = hasher
        self._turns = BoundedSemaphore(at_once)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash('nobody has this password')

    def hash(self, password: str) -> str:
        """What is stored. Raises TooManyAtOnce."""
        with self._turn():
            return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; `stored` is None for a name nobody has. Raises TooManyAtOnce."""
        with self._turn():
            try:
                self._hasher.verify(stored or self._decoy, password)
            except (VerificationError, InvalidHashError):
                return False
            return stored is not None

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise TooManyAtOnce
        try:
            yield
        finally:
            self._turns.release()


PEOPLE = Passwords(PasswordHasher())
"""Chosen by people."""
SLIPS = Passwords(PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1))
"""Query passwords of cases: cheaper, for their eight letters are drawn by the machine (40 bits)."""


@dataclass(frozen=True)
class NewPassword:
    """A password as it will be stored: accepted by the policy or drawn by the machine (`tasks.people.policy`).

    `temporary`: somebody else knows it, so it has to be changed at the first sign-in.
    """

    hash: str
    temporary: bool = False
