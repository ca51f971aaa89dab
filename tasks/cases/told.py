"""One event of a case with all that its sentence names, and the phrases that sentences share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import Edition, Hall
from engine.forms import Form
from engine.words import NOTHING, Word, joined, said


@dataclass(frozen=True)
class Told:
    """One history row with what the sentence needs."""

    data: Mapping[str, Any]
    element: str | None
    name: str  # of the element, as the diagram says
    edition: Edition
    windows: Mapping[str, str]
    people: Mapping[str, str]
    hall: Hall

    def window(self, codes: Sequence[str]) -> str:
        return joined(self.windows.get(code, code) for code in codes)

    def person(self, username: str | None) -> str:
        return self.people.get(username or '', username or '')

    def day(self, text: str | None) -> str:
        if not text:
            return ''
        return self.hall.office.last_day_of(datetime.fromisoformat(text)).isoformat()

    def form(self) -> Form | None:
        return self.edition.form(self.element) if self.element else None


def quoted(name: str | None) -> Word:
    return said('「{name}」', '“{name}”', name=name)


def in_brackets(text: str | None) -> Word:
    return said('（{text}）', ' ({text})', text=text) if text else NOTHING


def after_colon(text: str | None) -> Word:
    return said('：{text}', ': {text}', text=text) if text else NOTHING


def after_comma(text: str) -> Word:
    return said('，{text}', ', {text}', text=text) if text else NOTHING


def with_reason(words: Word, told: Told) -> Word:
    reason = told.data.get('reason') or told.data.get('message') or told.data.get('note')
    return said('{words}{reason}', '{words}{reason}', words=words, reason=after_colon(reason))


def about(words: Word, told: Told) -> Word:
    return said('{name}{words}', '{name} {words}', name=quoted(told.name), words=words)


def responsible(told: Told, windows: Sequence[str]) -> Word:
    return said('，责任窗口：{windows}', ', responsible: {windows}', windows=told.window(windows))
