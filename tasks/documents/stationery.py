"""Printed forms: a template language too small to be dangerous, and the check that a bundle's own forms keep to it.

`{{ name }}` and `{{ a.b }}` insert escaped text; `{{#name}}…{{/name}}` repeats for a list, or shows its inside when the value is there;
`{{^name}}…{{/name}}` shows its inside when it is not. Nothing is evaluated. Allowed HTML is text, headings, tables and lists with classes,
written so that there is one way to read it: no comments, and what is put in stands in the text or in a quoted attribute, whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from engine import Rejection

TAGS = frozenset(
    {
        'article',
        'section',
        'header',
        'footer',
        'div',
        'p',
        'h1',
        'h2',
        'h3',
        'h4',
        'span',
        'strong',
        'em',
        'b',
        'i',
        'u',
        'br',
        'hr',
        'table',
        'thead',
        'tbody',
        'tfoot',
        'tr',
        'th',
        'td',
        'caption',
        'ol',
        'ul',
        'li',
        'dl',
        'dt',
        'dd',
        'sup',
        'sub',
        'small',
    }
)
ATTRIBUTES = frozenset({'class', 'colspan', 'rowspan', 'scope', 'lang'})
_MARKUP = re.compile(
    r"""<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)(?P<attributes>(?:\s+[A-Za-z][\w:.-]*(?:=(?:"[^"<>]*"|'[^'<>]*'|[\w.-]+))?)*)\s*/?>"""
)
_ATTRIBUTE = re.compile(r"""\s+(?P<name>[\w:.-]+)(?:=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|[\w.-]+))?""")
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
    return found + list(dict.fromkeys(_markup_problems(template)))


def _markup_problems(template: str) -> Iterator[tuple[str, str]]:
    """Every `<` begins a tag of the list, spelt so that no browser can read it differently; only then is the list worth something."""
    place = template.find('<')
    while place >= 0:
        match = _MARKUP.match(template, place)
        if match is None:
            shown = template[place : place + 20]
            sentence = f'打印模板中的「{shown}」不是允许的标记：不得有注释、声明或标记内的占位；文字中的 < 请写作 &lt;'
            yield sentence, f'the printed form may not have {shown!r}: no comments, declarations or facts inside a tag; write &lt; in text'
        else:
            yield from _tag_problems(match)
        place = template.find('<', match.end() if match else place + 1)


def _tag_problems(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    tag = match['tag'].lower()
    if tag not in TAGS:
        yield f'打印模板不允许使用 <{tag}>', f'the printed form may not use <{tag}>'
    if match['end'] and match['attributes']:
        yield f'打印模板的 </{tag}> 不得带属性', f'the printed form may not have attributes on </{tag}>'
    for attribute in _ATTRIBUTE.finditer(match['attributes']):
        name = attribute['name'].lower()
        if name not in ATTRIBUTES:
            yield f'打印模板不允许使用属性 {name}', f'the printed form may not use the attribute {name}'
        try:
            _parse(attribute['double'] or attribute['single'] or '')
        except TemplateError as error:  # a section that begins in the value and ends elsewhere
            yield error.zh, str(error)


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
