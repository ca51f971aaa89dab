"""What is said of a limit that cannot be read or counted."""

from __future__ import annotations

from engine.words import Word


class LimitError(ValueError):
    """A limit that cannot be read or cannot be counted; `zh` and `en` say what was expected, `write` is the text that was meant."""

    def __init__(self, zh: str, en: str, write: str = '') -> None:
        super().__init__(f'{zh} / {en}')
        self.zh = Word(zh, en)
        self.en = en
        self.write = write
