"""FEEL templates in labels, descriptions and texts: `{{name}}`, `{{#if x}}…{{/if}}`, `{{#loop list}}…{{/loop}}` and `=expression`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.forms.expressions import Context, evaluate_text, syntax_problem

MAX_LOOP = 1000
_TAG = re.compile(r'\{\{(.*?)\}\}', re.DOTALL)


class TemplateSyntaxError(ValueError):
    """A block that is not opened, not closed, or holds no valid FEEL."""


@dataclass(frozen=True)
class _Node:
    kind: str
    text: str
    children: tuple[_Node, ...] = ()
    newline: bool = False


def is_template(value: Any) -> bool:
    """Whether form-js would evaluate this text instead of showing it."""
    return isinstance(value, str) and (value.startswith('=') or re.search(r'\{\{.*?\}\}', value) is not None)


def template_problem(value: Any) -> str | None:
    """Why a text cannot be used as a template, or None."""
    if not is_template(value):
        return None
    try:
        _parse(value)
    except TemplateSyntaxError as error:
        return str(error)
    return None


def expressions_in(value: Any) -> Iterator[tuple[str, int]]:
    """Every FEEL text of a template with the number of loops around it."""

    def visit(nodes: tuple[_Node, ...], depth: int) -> Iterator[tuple[str, int]]:
        for node in nodes:
            if node.kind != 'text':
                yield node.text, depth
            yield from visit(node.children, depth + (node.kind == 'loop'))

    if is_template(value):
        yield from visit(_parse(value), 0)


def render(value: Any, context: Mapping[str, Any], escape: Callable[[str], str] = lambda text: text) -> str:
    """The text with its templates filled in; `escape` is applied to what data puts there, not to what the analyst wrote."""
    if not is_template(value):
        return '' if value is None else str(value)
    return _render(_parse(value), Context({'this': context, 'parent': None, **context}, _now(context)), escape)


def render_line(value: Any, context: Mapping[str, Any]) -> str:
    """As `render`, but only the first line, as form-js does for labels and descriptions."""
    return render(value, context).split('\n')[0]


@lru_cache(maxsize=2048)
def _parse(template: str) -> tuple[_Node, ...]:
    if template.startswith('='):
        return (_insert(template[1:]),)
    tokens = _tokens(template)
    nodes, closed = _block(tokens, None)
    if closed is not None:
        raise TemplateSyntaxError(f'Expected no {closed}, but nothing is open there')
    return nodes


def _insert(text: str) -> _Node:
    _check(text)
    return _Node('insert', text)


def _check(text: str) -> None:
    problem = syntax_problem(f'string({text})')
    if problem is not None:
        raise TemplateSyntaxError(problem)


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    place = 0
    for tag in _TAG.finditer(template):
        if tag.start() < place:
            continue
        if tag.start() > place:
            yield 'text', template[place : tag.start()]
        place = tag.end()
        body = tag[1]
        if body.startswith(('#if ', '#loop ', '/if', '/loop')) and template[place : place + 1] == '\n':
            place += 1  # a newline right after a block tag belongs to the tag
            yield 'tag', body + '\n'
        else:
            yield 'tag', body
    if place < len(template):
        yield 'text', template[place:]


def _block(tokens: Iterator[tuple[str, str]], opened: str | None) -> tuple[tuple[_Node, ...], str | None]:
    nodes: list[_Node] = []
    for kind, body in tokens:
        if kind == 'text':
            nodes.append(_Node('text', body))
        elif body.startswith(('#if ', '#loop ')):
            word, text = body[1:].rstrip('\n').split(' ', 1)
            _check(text)
            children, close = _block(tokens, word)
            if close is None or close.rstrip('\n') != f'/{word}':
                raise TemplateSyntaxError(f'Expected {{{{/{word}}}}}, but found {close or "the end"}')
            nodes.append(_Node(word, text, children, close.endswith('\n')))
        elif body.startswith('/'):
            return tuple(nodes), body
        elif body.startswith('#'):
            raise TemplateSyntaxError(f'Expected #if or #loop, but found {body}')
        elif body.removeprefix('=').strip():
            nodes.append(_insert(body.removeprefix('=')))
    if opened is not None:
        return tuple(nodes), None
    return tuple(nodes), None


def _render(nodes: tuple[_Node, ...], context: Mapping[str, Any], escape: Callable[[str], str]) -> str:
    return ''.join(_render_one(node, context, escape) for node in nodes)


def _render_one(node: _Node, context: Mapping[str, Any], escape: Callable[[str], str]) -> str:
    if node.kind == 'text':
        return node.text
    if node.kind == 'insert':
        text = evaluate_text(f'string({node.text})', context)
        return '' if text is None else escape(str(text))
    value = evaluate_text(node.text, context)
    if node.kind == 'if':
        # an empty list or object counts as true, as in JavaScript
        inner = _render(node.children, context, escape) if value or isinstance(value, (list, dict)) else None
    else:
        inner = ''.join(_render(node.children, _inside(item, context), escape) for item in _items(value))
    if inner is None:
        return ''
    return inner + ('\n' if node.newline and not inner.endswith('\n') else '')


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return value[:MAX_LOOP] if isinstance(value, list) else [value]


def _now(context: Mapping[str, Any]) -> datetime | None:
    return context.now if isinstance(context, Context) else None


def _inside(item: Any, parent: Mapping[str, Any]) -> Context:
    """Inside a loop only the item is seen; the outside is `parent`."""
    spread = item if isinstance(item, dict) else {}
    return Context({'this': item, 'parent': parent, **spread, '_this_': item, '_parent_': parent}, _now(parent))
