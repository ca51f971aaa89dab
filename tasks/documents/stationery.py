"""Printed forms: the template language of the forms (`engine.forms.templating`) in a page of plain markup, and the check that a bundle's
own forms keep to it.

Names are strict: one that is unknown is refused at the check and when a document is issued. What is put in is escaped. Allowed HTML is
text, headings, tables and lists with classes, written so that there is one way to read it: no comments, and what is put in stands in the
text or in a quoted attribute, whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from engine import Rejection
from engine.forms.templating import TAG, Names, TemplateSyntaxError, TemplateValueError, render_strictly, template_problem, unknown_names
from tasks.documents.old_spelling import translated

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
_STAND_IN = re.compile(r'\{\{(\d+)\}\}')

Told = tuple[str, str]
"""What is wrong, in Chinese and in English."""


class TemplateError(Rejection):
    """The printed form cannot be filled in: a block that does not close, stray braces, or an unknown name."""


def fill(template: str, facts: Mapping[str, Any], known: Names, now: datetime) -> str:
    """The template with the facts put in, escaped; a fact that is null prints as nothing, truth values as 是 and 否.

    `known` are the names there are, all of them in `facts`; `now` (aware) is what `now()` and `today()` give. Raises TemplateError.
    """
    try:
        return render_strictly(_today(template, known), facts, escape, yes='是', no='否', now=now)
    except (TemplateSyntaxError, TemplateValueError) as error:
        raise TemplateError(f'Expected a printed form that can be filled in, but: {error}', f'打印模板无法填写：{error}') from error


def template_problems(template: str, known: Names) -> list[Told]:
    """What is wrong with a bundle's own form."""
    try:
        template = _today(template, known)
    except TemplateError as error:
        return [(error.zh, str(error))]
    wrong = template_problem(template)
    if wrong is not None:
        return [(f'打印模板写法不正确：{wrong}', f'the printed form is no template: {wrong}')]
    found = [_unknown(name) for name in unknown_names(template, known)]
    return found + list(dict.fromkeys(_markup_problems(template)))


def _unknown(name: str) -> Told:
    zh, en = f'打印模板使用了未知的内容「{name}」', f'the printed form uses the unknown fact {name!r}'
    if 'data' not in name.split('.'):
        return zh, en
    return (
        f'{zh}：没有表单或步骤写入它，流程的 variables 也未声明',
        f'{en}: no form or step writes it, nor does the process declare it (`variables`)',
    )


def _today(template: str, known: Names) -> str:
    """The template in the language of today, without stray braces. Raises TemplateError."""
    try:
        template = translated(template, known)
    except TemplateSyntaxError as error:
        raise TemplateError(str(error), f'打印模板写法不正确：{error}') from error
    rest = TAG.sub('', template)
    if '{{' in rest or '}}' in rest:
        raise TemplateError('Expected {{ name }}, but found stray braces', '打印模板中的 {{ }} 写法不正确')
    return template


def _markup_problems(template: str) -> Iterator[Told]:
    """Every `<` begins a tag of the list, spelt so that no browser can read it differently; only then is the list worth something.

    What stands in `{{ }}` is no markup, so numbers stand in for it.
    """
    tags = [match[0] for match in TAG.finditer(template)]
    places = iter(range(len(tags)))
    template = TAG.sub(lambda _: f'{{{{{next(places)}}}}}', template)
    place = template.find('<')
    while place >= 0:
        match = _MARKUP.match(template, place)
        if match is None:
            shown = _STAND_IN.sub(lambda one: tags[int(one[1])], template[place : place + 20])
            sentence = f'打印模板中的「{shown}」不是允许的标记：不得有注释、声明或标记内的占位；文字中的 < 请写作 &lt;'
            yield sentence, f'the printed form may not have {shown!r}: no comments, declarations or facts inside a tag; write &lt; in text'
        else:
            yield from _tag_problems(match, tags)
        place = template.find('<', match.end() if match else place + 1)


def _tag_problems(match: re.Match[str], tags: list[str]) -> Iterator[Told]:
    tag = match['tag'].lower()
    if tag not in TAGS:
        yield f'打印模板不允许使用 <{tag}>', f'the printed form may not use <{tag}>'
    if match['end'] and match['attributes']:
        yield f'打印模板的 </{tag}> 不得带属性', f'the printed form may not have attributes on </{tag}>'
    for attribute in _ATTRIBUTE.finditer(match['attributes']):
        name = attribute['name'].lower()
        if name not in ATTRIBUTES:
            yield f'打印模板不允许使用属性 {name}', f'the printed form may not use the attribute {name}'
        value = _STAND_IN.sub(lambda one: tags[int(one[1])], attribute['double'] or attribute['single'] or '')
        wrong = template_problem(value)
        if wrong is not None:  # a block that begins in the value and ends elsewhere
            yield f'打印模板的属性 {name} 写法不正确：{wrong}', f'the attribute {name} of the printed form is no template: {wrong}'
