"""Work is counted, not timed: whatever a bundle, a file or a visitor can make long spends the steps of an `Effort`.

A step is a fraction of a microsecond, a few at the worst. The bounds stand here, all of them; whoever goes beyond gets `TooMuchWork`: a
failed step and so an incident in a running case, a message in a draft, a refused request on a page. `docs/explanation/security.md` lists
what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from engine.core.errors import Rejection

EXPRESSION: Final = 200_000
"""Steps of one evaluation of one FEEL expression or script."""
DECISION: Final = 1_000_000
"""Steps of one decision with all it requires, when it is asked outside of a case."""
ACT: Final = 2_000_000
"""Steps of one act on a case until it waits again: its tokens, expressions and decisions together."""
TOKEN: Final = 200
"""Steps that one token's entering, acting and leaving an element cost, so that 10 000 of these are an act at most."""
LIVE_TOKENS: Final = 2_500
"""Tokens that one case may have at a time."""
FORM: Final = 2_000_000
"""Steps of opening, checking and showing one form."""
TEXT: Final = 500_000
"""Steps of filling in one text or printed form."""
TRIAL: Final = 15_000_000
"""Steps of one trial from its beginning: its acts and forms together, and `TRIAL_STEP` for every step; a page waits for all of them."""
TRIAL_STEP: Final = 10_000
"""Steps that a step of a scenario and a limit that runs out cost beside their own: a transaction of some ten milliseconds."""
CELLS: Final = 10_000
"""Cells of all decision tables of a bundle: each is an expression that is compiled, which takes some hundred microseconds."""
COMPARED: Final = 2_000
"""Differences of two versions that are listed, those that change the handling first, and lines of two texts that are matched."""
PROOF: Final = 1_000_000
"""Steps of proving the conditions of one process: one for each element on the way back to what wrote a variable, `ASKED` for a sample."""
ASKED: Final = 10
"""Steps that asking one condition about one sample costs."""
GAME: Final = 1_000_000
"""Steps of playing the token game of one process: a move costs as many as it has tokens to look at."""


class TooMuchWork(Rejection):
    """More than may be done at once. `most` is the bound that was passed."""

    def __init__(self, most: int, en: str = 'steps, but this needs more', zh: str = '运算量超出允许的步数') -> None:
        super().__init__(f'Expected at most {most} {en}', f'{zh}（最多 {most}）')
        self.most = most


class Effort:
    """How many steps may still be made, of how many. Handed down to everything that is done for one request."""

    __slots__ = ('left', 'most')

    def __init__(self, most: int) -> None:
        self.most = self.left = most

    def spend(self, steps: int = 1) -> None:
        """Pay for `steps`. Raises TooMuchWork when that is more than is left; what was overdrawn stays so."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork(self.most)

    @contextmanager
    def share(self, most: int) -> Iterator[Effort]:
        """A part of it that may make `most` steps, or what is left; what the part has made is paid here."""
        begun = min(most, max(self.left, 0))
        part = Effort(most if begun == most else self.most)
        part.left = begun
        try:
            yield part
        finally:
            self.left -= begun - part.left
