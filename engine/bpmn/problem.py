"""Problems and the rules that state them: one registry, from which the check speaks and the reference page is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from engine.bpmn.edits import Fix

RULES: dict[str, Rule] = {}
"""Every rule of the house by its code."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a bundle: where, how bad, and a true sentence in Chinese and in English."""

    code: str
    severity: str  # 'error' | 'warning'
    element: str | None
    line: int | None
    message: str
    message_en: str
    name: str = ''
    file: str = 'process.bpmn'
    path: tuple[str, ...] = ()  # element ids of the shortest way to it, when it is about behaviour
    fixes: tuple[Fix, ...] = ()  # one-click changes, any of which takes it away

    @property
    def is_error(self) -> bool:
        """Errors keep the bundle from being deployed; warnings do not."""
        return self.severity == 'error'

    def plain(self) -> dict[str, Any]:
        """As values that can be stored as JSON; of a fix only what names it."""
        return asdict(replace(self, fixes=())) | {'fixes': self.offers()}

    def offers(self) -> list[dict[str, Any]]:
        """What names its fixes, for programs: code and element are how `yizhan fix` and the designer ask for one."""
        return [{'code': fix.code, 'element': fix.element, 'title': fix.title, 'title_en': fix.title_en} for fix in self.fixes]


@dataclass(frozen=True)
class Rule:
    """What must hold. `zh` and `en` are the sentences about a breach, with `{…}` for facts; `about` is the reason, for the docs."""

    code: str
    severity: str
    zh: str
    en: str
    about: str

    def at(
        self,
        element: str | None = None,
        line: int | None = None,
        name: str = '',
        *,
        file: str = 'process.bpmn',
        path: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        **facts: Any,
    ) -> Problem:
        """The problem at a place. `{it}` in a sentence is the element's name and id."""
        shown = {key: _plain(value) for key, value in facts.items()}
        shown.setdefault('it', f'「{name}」（{element}）' if name and element else f'「{element or name}」')
        zh = re.sub(r'(?<=[」）”]) (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) (?=[「“])', '', self.zh.format_map(shown))
        en = self.en.format_map(_english(shown, element, name))
        return Problem(
            code=self.code,
            severity=self.severity,
            element=element,
            line=line,
            message=zh,
            message_en=en,
            name=name,
            file=file,
            path=path,
            fixes=tuple(replace(fix, code=self.code, element=fix.element or element, file=fix.file or file) for fix in fixes),
        )


def _plain(value: Any) -> str:
    text = ' '.join(str(value).split())
    return text if len(text) <= 200 else text[:199] + '…'


def _english(shown: Mapping[str, str], element: str | None, name: str) -> dict[str, str]:
    it = f'"{name}" ({element})' if name and element else f'"{element or name}"'
    return {key.removesuffix('_en'): value for key, value in sorted(shown.items())} | ({'it': it} if element or name else {})


def rule(code: str, severity: str, zh: str, en: str, about: str) -> Rule:
    """Enter a rule into the registry; a code is given once."""
    if code in RULES:
        raise ValueError(f'The rule {code} is there twice')
    RULES[code] = Rule(code, severity, zh, en, about)
    return RULES[code]


class DiagramError(Exception):
    """The file is no diagram this house can read; `problems` has all reasons."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__('; '.join(problem.message_en for problem in problems[:3]))
        self.problems = problems
