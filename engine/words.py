"""One word, two languages: the Chinese text with its English beside it, wherever a person is told something.

A `Word` is the Chinese text; whatever expects text may take it. Whoever prints for a reader asks `in_english`. Sentences are built with
`said`, in both languages at once, so that none can be forgotten in one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Word(str):
    """Chinese text that knows its English."""

    __slots__ = ('en',)
    en: str

    def __new__(cls, zh: str, en: str) -> Word:
        """A text in both languages."""
        made = super().__new__(cls, zh)
        made.en = en
        return made

    def __reduce__(self) -> tuple[type[Word], tuple[str, str]]:
        return Word, (str(self), self.en)


def in_english(text: str) -> str:
    """The English of a word; a text of a person or a diagram has none and stays as it is."""
    return text.en if isinstance(text, Word) else text


def said(zh: str, en: str, /, **parts: Any) -> Word:
    """A sentence from two templates (`str.format`) and the parts that both name; parts that are words appear in each one's language."""
    return Word(zh.format(**parts), en.format(**{name: in_english(part) for name, part in parts.items()}))


def joined(texts: Iterable[str], zh: str = '、', en: str = ', ') -> Word:
    """Texts one after the other."""
    listed = list(texts)
    return Word(zh.join(listed), en.join(in_english(one) for one in listed))


def table(**words: tuple[str, str]) -> Mapping[str, Word]:
    """A vocabulary: key → (Chinese, English)."""
    return {key: Word(zh, en) for key, (zh, en) in words.items()}


NOTHING = Word('', '')
YES, NO = Word('是', 'Yes'), Word('否', 'No')
APPLICANT_WORD = Word('申请人', 'Applicant')
SUSPENDED = Word('办件已挂起', 'The case is suspended')

# what a diagram of the hall may say (`engine.bpmn.dialect`)
MILESTONES: Mapping[str, Word] = {
    'received': Word('收件', 'Received'),
    'accepted': Word('受理', 'Accepted'),
    'decided': Word('决定', 'Decided'),
    'delivered': Word('送达', 'Delivered'),
}
EXPIRY: Mapping[str, Word] = {
    'warn': Word('提醒', 'Reminded'),
    'escalate': Word('升级督办', 'Escalated to supervision'),
    'deemed_pass': Word('视为通过', 'Deemed passed'),
    'deemed_grant': Word('视为准予', 'Deemed granted'),
    'deemed_renew': Word('视为准予延续', 'Deemed renewed'),
}
RESULTS: Mapping[str, Word] = {
    'granted': Word('准予许可', 'Granted'),
    'refused': Word('不予许可', 'Refused'),
    'withdrawn': Word('撤回', 'Withdrawn'),
    'returned': Word('退回', 'Returned'),
    'not_required': Word('不需要许可', 'No licence needed'),
    'not_accepted': Word('不予受理', 'Not accepted'),
    'expired_supplement': Word('逾期未补正', 'Ended: papers not supplied'),
}
