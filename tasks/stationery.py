"""Printed forms: a template language too small to be dangerous, and the check that a bundle's own forms keep to it.

`{{ name }}` and `{{ a.b }}` insert escaped text; `{{#name}}…{{/name}}` repeats for a list, or shows its inside when the value is there;
`{{^name}}…{{/name}}` shows its inside when it is not. Nothing is evaluated. Allowed HTML is text, headings, tables and lists with classes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Any

from engine.errors import Rejection

TAGS = frozenset({
    'article', 'section', 'header', 'footer', 'div', 'p', 'h1', 'h2', 'h3', 'h4', 'span', 'strong', 'em', 'b', 'i', 'u', 'br', 'hr',
    'table', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td', 'caption', 'ol', 'ul', 'li', 'dl', 'dt', 'dd', 'sup', 'sub', 'small',
})  # fmt: skip
ATTRIBUTES = frozenset({'class', 'colspan', 'rowspan', 'scope', 'lang'})
_TAG = re.compile(r'\{\{\s*([#^/]?)\s*([\w.]+)\s*\}\}')


class TemplateError(Rejection):
    """The printed form's template is broken: sections that do not close, or stray braces."""


@dataclass(frozen=True)
class _Section:
    name: str
    inverted: bool
    inside: tuple[_Node, ...]


@dataclass(frozen=True)
class _Value:
    name: str


_Node = str | _Value | _Section


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """The template with the facts put in, escaped; facts that are not there print as nothing. Raises TemplateError."""
    return ''.join(_fill(_parse(template), (facts,)))


def template_problems(template: str, known: frozenset[str]) -> list[tuple[str, str]]:
    """What is wrong with a bundle's own form, as (Chinese, English) sentences; names beginning with `data.` are form fields and free."""
    try:
        nodes = _parse(template)
    except TemplateError as error:
        return [(error.zh, str(error))]
    found = [
        (f'打印模板使用了未知的内容「{name}」', f'the printed form uses the unknown fact {name!r}')
        for name in sorted(_outer_names(nodes))
        if name not in known and not name.startswith('data.')
    ]
    reader = _AllowList()
    reader.feed(_TAG.sub('', template))
    reader.close()
    return found + reader.problems


class _AllowList(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.problems.append((f'打印模板不允许使用 <{tag}>', f'the printed form may not use <{tag}>'))
        for name, _ in attrs:
            if name not in ATTRIBUTES:
                self.problems.append((f'打印模板不允许使用属性 {name}', f'the printed form may not use the attribute {name}'))

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def handle_decl(self, decl: str) -> None:
        self.problems.append(('打印模板不允许使用声明', 'the printed form may not have declarations'))

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)


def _parse(template: str) -> tuple[_Node, ...]:
    stack: list[tuple[str, bool, list[_Node]]] = [('', False, [])]
    place = 0
    for match in _TAG.finditer(template):
        stack[-1][2].append(_plain(template[place : match.start()]))
        place = match.end()
        sign, name = match.groups()
        if sign == '/':
            opened, inverted, inside = stack.pop()
            if opened != name:
                raise TemplateError(f'Expected {{{{/{opened}}}}}, but found {{{{/{name}}}}}', f'打印模板的「{name}」段落没有对应的开头')
            stack[-1][2].append(_Section(name, inverted, tuple(inside)))
        elif sign:
            stack.append((name, sign == '^', []))
        else:
            stack[-1][2].append(_Value(name))
    stack[-1][2].append(_plain(template[place:]))
    if len(stack) > 1:
        raise TemplateError(f'Expected {{{{/{stack[-1][0]}}}}}, but the template ends', f'打印模板的「{stack[-1][0]}」段落没有结束')
    return tuple(stack[0][2])


def _plain(text: str) -> str:
    if '{{' in text or '}}' in text:
        raise TemplateError('Expected {{ name }}, but found stray braces', '打印模板中的 {{ }} 写法不正确')
    return text


def _fill(nodes: Sequence[_Node], scopes: tuple[Any, ...]) -> list[str]:
    parts: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, _Value):
            parts.append(escape(_text(_look_up(node.name, scopes))))
        else:
            parts.extend(_fill_section(node, scopes))
    return parts


def _fill_section(section: _Section, scopes: tuple[Any, ...]) -> list[str]:
    value = _look_up(section.name, scopes)
    if section.inverted:
        return [] if value else _fill(section.inside, scopes)
    items = value if isinstance(value, list | tuple) else [value] if value else []
    return [part for item in items for part in _fill(section.inside, (*scopes, item))]


def _look_up(name: str, scopes: tuple[Any, ...]) -> Any:
    if name in ('.', 'this'):
        return scopes[-1]
    first, *rest = name.split('.')
    for scope in reversed(scopes):
        if isinstance(scope, Mapping) and first in scope:
            value: Any = scope[first]
            for part in rest:
                value = value.get(part) if isinstance(value, Mapping) else None
            return value
    return None


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | list | tuple | Mapping):
        return {True: '是', False: '否'}.get(value, '') if isinstance(value, bool) else ''
    return str(value)


def _outer_names(nodes: Sequence[_Node]) -> set[str]:
    """Names looked up among the document's facts; inside a section they may belong to the item."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, _Value | _Section):
            names.add(node.name)
    return names


