"""The template language of form texts and printed documents: form-js's, as the form editor shows it.

`{{name}}`, `{{#if x}}…{{/if}}`, `{{#loop list}}…{{/loop}}`, and a whole text that is one `=expression`. What stands inside is FEEL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.core.effort import TEXT, Effort, TooMuchWork
from engine.feel import Expression, FeelError, FeelSyntaxError, compile_expression, to_plain, to_text
from engine.forms.expressions import Context

MAX_LOOP = 1000
MAX_PASSES = 10_000
"""The most passes of all loops of one text together, loops inside loops included."""
_TEMPLATED = ('label', 'description', 'dateLabel', 'timeLabel', 'text', 'alt', 'source', 'accept')
TAG = re.compile(r'\{\{(.*?)\}\}', re.DOTALL)

Names = Mapping[str, 'Names | None']
"""The names a template may use and what may follow each after a dot; None: anything may."""


class TemplateSyntaxError(ValueError):
    """A block that is not opened, not closed, or holds no valid FEEL."""


class TemplateValueError(ValueError):
    """A text that cannot be filled in: an unknown name, or an expression beyond every bound."""


@dataclass(frozen=True)
class _Node:
    kind: str  # text | insert | if | loop
    text: str
    expression: Expression | None = None
    children: tuple[_Node, ...] = ()
    newline: bool = False


def is_template(value: Any) -> bool:
    """Whether form-js would evaluate this text instead of showing it."""
    return isinstance(value, str) and (value.startswith('=') or TAG.search(value) is not None)


def templates_of(props: Mapping[str, Any]) -> dict[str, Any]:
    """What a component's properties hold as templates, by name; a text without any tag is one too."""
    found, appearance = {name: props.get(name) for name in _TEMPLATED}, props.get('appearance')
    if isinstance(appearance, Mapping):
        found |= {f'appearance.{name}': appearance.get(name) for name in ('prefixAdorner', 'suffixAdorner')}
    return found


def template_problem(value: Any) -> str | None:
    """Why a text cannot be used as a template, or None."""
    if not is_template(value):
        return None
    try:
        _parse(value)
    except TemplateSyntaxError as error:
        return str(error)
    return None


def names_read(value: Any) -> frozenset[str]:
    """The names a template takes from outside; inside a loop names belong to the item."""

    def visit(nodes: tuple[_Node, ...]) -> Iterator[str]:
        for node in nodes:
            yield from node.expression.names if node.expression else ()
            if node.kind != 'loop':
                yield from visit(node.children)

    return frozenset(visit(_parse(value))) if is_template(value) else frozenset()


def unknown_names(value: str, known: Names) -> list[str]:
    """What a template names that is not `known`, functions included; as dotted paths, in order. Raises TemplateSyntaxError."""

    def visit(nodes: tuple[_Node, ...], inside: Names) -> Iterator[str]:
        for node in nodes:
            if node.expression is not None:
                yield from (f'{name}()' for name in sorted(node.expression.functions))
                yield from ('.'.join(path) for path in sorted(node.expression.paths) if not _reaches(inside, path))
            yield from visit(node.children, _inside_names(node, inside) if node.kind == 'loop' else inside)

    return list(dict.fromkeys(visit(_parse(value), {'this': None, 'parent': None} | dict(known)) if is_template(value) else ()))


class _Open(dict[str, 'Names | None']):
    """The names inside a loop over items of which nothing is known: any, beside those of the outside."""


def _reaches(known: Names | None, path: tuple[str, ...]) -> bool:
    for key in path:
        if known is None or (key not in known and isinstance(known, _Open)):
            return True
        if key not in known:
            return False
        known = known[key]
    return True


def _inside_names(loop: _Node, outside: Names) -> Names:
    """What may be named inside a loop: what an item has, where the list is named by a path; else anything; and the outside."""
    paths = loop.expression.paths if loop.expression else frozenset()
    item: Names | None = outside if len(paths) == 1 and loop.text.strip() == '.'.join(*paths) else None
    for key in next(iter(paths), ()):
        item = item.get(key) if item is not None else None
    around = {'this': item, '_this_': item, 'parent': outside, '_parent_': outside}
    return _Open(around) if item is None else dict(item) | around


def render(value: Any, context: Mapping[str, Any], escape: Callable[[str], str] = lambda text: text) -> str:
    """The text of a form with its templates filled in, for reading: what is unknown shows nothing, as in form-js.

    `escape` is applied to what data puts there, not to what the analyst wrote.
    """
    if not is_template(value):
        return '' if value is None else str(value)
    return _Rendering(escape).of(_parse(value), _root(context, _now(context), _left(context)))


def render_line(value: Any, context: Mapping[str, Any]) -> str:
    """As `render`, but only the first line, as form-js does for labels and descriptions."""
    return render(value, context).split('\n')[0]


def render_strictly(value: str, context: Mapping[str, Any], escape: Callable[[str], str], *, yes: str, no: str, now: datetime) -> str:
    """A text to be kept, with its templates filled in. `yes` and `no` are the words for truth values, `now` is aware.

    Raises TemplateValueError for a name that `context` does not have, TemplateSyntaxError for a broken template.
    """
    return (
        _Rendering(escape, strict=True, words=(yes, no)).of(_parse(value), _root(context, now, Effort(TEXT)))
        if is_template(value)
        else value
    )


@lru_cache(maxsize=2048)
def _parse(template: str) -> tuple[_Node, ...]:
    if template.startswith('='):
        return (_insert(template[1:]),)
    nodes, closed = _block(_tokens(template))
    if closed is not None:
        raise TemplateSyntaxError(f'Expected no {closed}, but nothing is open there')
    return nodes


def _insert(text: str) -> _Node:
    return _Node('insert', text, _compiled(text))


def _compiled(text: str) -> Expression:
    try:
        return compile_expression(text)
    except FeelSyntaxError as error:
        raise TemplateSyntaxError(str(error)) from error


def _tokens(template: str) -> Iterator[tuple[str, str]]:
    place = 0
    for tag in TAG.finditer(template):
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


def _block(tokens: Iterator[tuple[str, str]]) -> tuple[tuple[_Node, ...], str | None]:
    """The nodes up to the end of the block, and the tag that ends it; None where the text ends."""
    nodes: list[_Node] = []
    for kind, body in tokens:
        if kind == 'text':
            nodes.append(_Node('text', body))
        elif body.startswith(('#if ', '#loop ')):
            word, text = body[1:].rstrip('\n').split(' ', 1)
            expression = _compiled(text)
            children, close = _block(tokens)
            if close is None or close.rstrip('\n') != f'/{word}':
                raise TemplateSyntaxError(f'Expected {{{{/{word}}}}}, but found {close or "the end"}')
            nodes.append(_Node(word, text, expression, children, close.endswith('\n')))
        elif body.startswith('/'):
            return tuple(nodes), body
        elif body.startswith('#'):
            raise TemplateSyntaxError(f'Expected #if or #loop, but found {body}')
        elif body.removeprefix('=').strip():
            nodes.append(_insert(body.removeprefix('=')))
    return tuple(nodes), None


@dataclass
class _Rendering:
    """One filling in. `strict` refuses unknown names; `words` are those for true and false, FEEL's own unless given."""

    escape: Callable[[str], str]
    strict: bool = False
    words: tuple[str, str] = ('true', 'false')
    passes: int = MAX_PASSES

    def of(self, nodes: tuple[_Node, ...], context: Context) -> str:
        return ''.join(node.text if node.expression is None else self._filled(node, node.expression, context) for node in nodes)

    def _filled(self, node: _Node, expression: Expression, context: Context) -> str:
        value = self._value(expression, context)
        if node.kind == 'insert':
            return self.escape(self._written(value))
        value = to_plain(value)
        if node.kind == 'if':
            # an empty list or object counts as true, as in JavaScript
            if not value and not isinstance(value, (list, dict)):
                return ''
            inner = self.of(node.children, context)
        else:
            inner = ''.join(self.of(node.children, _inside(item, context)) for item in self._items(value))
        return inner + ('\n' if node.newline and not inner.endswith('\n') else '')

    def _value(self, expression: Expression, context: Context) -> Any:
        missing = sorted(expression.names - context.keys()) if self.strict and context['parent'] is None else ()
        if missing:
            raise TemplateValueError(f'Expected known names, but there is no {", ".join(missing)}')
        try:
            return expression.evaluate(context, now=context.now, effort=context.effort)
        except FeelError as error:
            if self.strict:
                raise TemplateValueError(f'Expected a value, but {error}') from error
            if isinstance(error, TooMuchWork):
                raise
            return None

    def _written(self, value: Any) -> str:
        if isinstance(value, bool):
            return self.words[0] if value else self.words[1]
        return '' if value is None else to_text(value)

    def _items(self, value: Any) -> list[Any]:
        items = [] if value is None else value[:MAX_LOOP] if isinstance(value, list) else [value]
        if self.strict and len(items) > self.passes:
            raise TemplateValueError(f'Expected at most {MAX_PASSES} passes through loops, but there are more')
        items = items[: self.passes]
        self.passes -= len(items)
        return items


def _now(context: Mapping[str, Any]) -> datetime | None:
    return context.now if isinstance(context, Context) else None


def _left(context: Mapping[str, Any]) -> Effort:
    """What the form has left that the text stands in."""
    return context.effort if isinstance(context, Context) and context.effort is not None else Effort(TEXT)


def _root(context: Mapping[str, Any], now: datetime | None, effort: Effort) -> Context:
    return Context({'this': context, 'parent': None, **context}, now, effort)


def _inside(item: Any, parent: Context) -> Context:
    """Inside a loop only the item is seen; the outside is `parent`."""
    spread = item if isinstance(item, dict) else {}
    return Context({'this': item, 'parent': parent, **spread, '_this_': item, '_parent_': parent}, parent.now, parent.effort)
