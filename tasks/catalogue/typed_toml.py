"""TOML into frozen dataclasses, by their annotations. A misspelt key, a missing key, a wrong type is a problem with path and line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

MAX_BYTES = 512 * 1024
MAX_TEXT = 20_000


@dataclass(frozen=True)
class TomlProblem:
    """One thing wrong: where (`materials[2].name`), what was expected and what was found, in both languages."""

    where: str
    zh: str
    en: str
    line: int | None = None


class TypedToml:
    """One TOML text and what is wrong with it."""

    def __init__(self, text: str | bytes) -> None:
        self.problems: list[TomlProblem] = []
        self.text = self._decoded(text)
        self.tree: Mapping[str, Any] = self._parsed() if self.text is not None else {}

    def _decoded(self, text: str | bytes) -> str | None:
        if len(text) > MAX_BYTES:
            self.wrong('', f'文件应不超过 {MAX_BYTES} 字节', f'Expected at most {MAX_BYTES} bytes', 1)
            return None
        if isinstance(text, str):
            return text
        try:
            return text.decode('utf-8-sig')
        except UnicodeDecodeError as error:
            line = text[: error.start].count(b'\n') + 1
            self.wrong('', '文件应为 UTF-8 编码', 'Expected UTF-8', line)
            return None

    def _parsed(self) -> Mapping[str, Any]:
        try:
            return tomllib.loads(self.text or '')
        except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
            found = re.search(r'line (\d+)', str(error))
            self.wrong('', f'TOML 语法错误：{error}', f'Not TOML: {error}', int(found.group(1)) if found else 1)
            return {}

    def wrong(self, where: str, zh: str, en: str, line: int | None = None) -> None:
        """Note a problem; the line is looked up from the path when not given."""
        self.problems.append(TomlProblem(where, zh, en, line if line is not None else self.line_of(where)))

    def line_of(self, where: str) -> int | None:
        """The line of `table.key` or `tables[n].key`; the table's header when the key is not there."""
        if not where or self.text is None:
            return 1
        match = re.match(r'(\w+)(?:\[(\d+)\])?(?:\.(\w+))?', where)
        if match is None:
            return None
        table, number, key = match.group(1), int(match.group(2) or 0), match.group(3)
        lines = self.text.splitlines()
        headers = [n for n, line in enumerate(lines) if re.match(rf'\s*\[+\s*{re.escape(table)}\s*\]+', line)]
        if number >= len(headers):
            return next((n + 1 for n, line in enumerate(lines) if re.match(rf'\s*{re.escape(table)}\s*=', line)), None)
        start = headers[number]
        for n in range(start + 1, len(lines)):
            if re.match(r'\s*\[', lines[n]):
                break
            if key and re.match(rf'\s*"?{re.escape(key)}"?\s*=', lines[n]):
                return n + 1
        return start + 1

    def keys(self, table: Mapping[str, Any], known: list[str], where: str) -> None:
        """Refuse unknown keys, suggesting the nearest known one."""
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1, 0.6)
                place = f'{where}.{key}' if where else key
                hint_zh = f'，是否想写 {near[0]}？' if near else f'，可用的有 {"、".join(known)}'
                hint_en = f'; is {near[0]} meant?' if near else f'; known are {", ".join(known)}'
                self.wrong(place, f'未知的键 {key}{hint_zh}', f'Unknown key {key}{hint_en}')

    def build(self, kind: type[Any], table: Any, where: str) -> Any:
        """A dataclass from a table; None when something in it is wrong."""
        if not isinstance(table, Mapping):
            self._mismatch(where, '一个表', 'a table', table)
            return None
        before = len(self.problems)
        hints = get_type_hints(kind)
        self.keys(table, [each.name for each in fields(kind)], where)
        values = {}
        for each in fields(kind):
            place = f'{where}.{each.name}'
            if each.name in table:
                values[each.name] = self.value(hints[each.name], table[each.name], place)
            elif _required(each):
                self.wrong(place, f'缺少 {each.name}', f'{each.name} is missing')
        return kind(**values) if len(self.problems) == before else None

    def value(self, hint: Any, found: Any, where: str) -> Any:
        """A value of the annotated type, or a problem."""
        if isinstance(hint, UnionType):
            hint = next(each for each in get_args(hint) if each is not NoneType)
        if get_origin(hint) is tuple:
            return self._tuple(get_args(hint)[0], found, where)
        if is_dataclass(hint):
            return self.build(hint, found, where)  # type: ignore[arg-type]
        if hint is str:
            return self._text(found, where)
        if hint is bool and not isinstance(found, bool):
            self._mismatch(where, 'true 或 false', 'true or false', found)
        elif hint is int and (isinstance(found, bool) or not isinstance(found, int)):
            self._mismatch(where, '整数', 'a whole number', found)
        elif hint is int and found < 0:
            self._mismatch(where, '不小于 0 的整数', 'a whole number, 0 or more', found)
        return found

    def _tuple(self, hint: Any, found: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(found, list):
            self._mismatch(where, '一个列表', 'a list', found)
            return ()
        return tuple(self.value(hint, each, f'{where}[{index}]') for index, each in enumerate(found))

    def _text(self, found: Any, where: str) -> str:
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if not isinstance(found, str):
            self._mismatch(where, '文字', 'text', found)
            return ''
        if len(found) > MAX_TEXT:
            self.wrong(where, f'文字过长，最多 {MAX_TEXT} 字', f'The text is too long, at most {MAX_TEXT} characters')
        return found.strip()

    def _mismatch(self, where: str, zh: str, en: str, found: Any) -> None:
        shown = repr(found)
        shown = shown if len(shown) <= 60 else shown[:59] + '…'
        self.wrong(where, f'应为{zh}，现为 {shown}', f'Expected {en}, but it is {shown}')


def _required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING
