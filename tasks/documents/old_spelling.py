"""Printed forms written before the hall had one template language: `{{#name}}…{{/name}}` and `{{^name}}…{{/name}}`.

Bundles that are stored keep printing: their text is translated when it is read. A section repeated for a list and showed its inside once
for anything else that was there, so each becomes a loop; names were looked up from the inside out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from engine.forms.templating import Names, TemplateSyntaxError

_TAG = re.compile(r'\{\{\s*([#^/]?)\s*([\w.]+)\s*\}\}')
_OPENING = re.compile(r'\{\{\s*[#^]\s*[\w.]+\s*\}\}')
_EMPTY = '{0} = null or {0} = false or {0} = "" or {0} = 0 or {0} = [] or {0} = {{}}'


@dataclass(frozen=True)
class _Section:
    """An open section: one of what is there, with the names its items have, or one of what is not there (`inverted`)."""

    name: str
    inverted: bool
    item: Names | None


def translated(template: str, known: Names) -> str:
    """The template in the language of today; one without such sections as it is. Raises TemplateSyntaxError."""
    if _OPENING.search(template) is None:
        return template
    sections: list[_Section] = []
    text = _TAG.sub(partial(_tag, sections, known), template)
    if sections:
        raise TemplateSyntaxError(f'Expected {{{{/{sections[-1].name}}}}}, but the template ends')
    return text


def _tag(sections: list[_Section], known: Names, match: re.Match[str]) -> str:
    sign, name = match.groups()
    if sign == '/':
        if not sections or sections.pop().name != name:
            raise TemplateSyntaxError(f'Expected {{{{#{name}}}}} before {{{{/{name}}}}}, but it is not open')
        return '{{/loop}}'
    fact, item = _found(name, sections, known)
    if not sign:
        return f'{{{{{fact}}}}}'
    sections.append(_Section(name, sign == '^', item))
    there, absent = (fact, '[]') if sign == '#' else ('[]', '[null]')
    return f'{{{{#loop if {_EMPTY.format(f"({fact})")} then {absent} else {there}}}}}'


def _found(name: str, sections: Sequence[_Section], known: Names) -> tuple[str, Names | None]:
    """Where a name is found from inside these sections, as FEEL, and what may follow it (None: anything)."""
    first, *rest = name.split('.') if name.strip('.') else ['this']
    path = ''.join(f'.`{part}`' for part in rest)
    outside, perhaps = '', []
    for section in reversed(sections):
        if not section.inverted:
            if first == 'this':
                return f'{outside}this{path}', section.item
            if section.item is None:
                perhaps.append(f'{outside}this.`{first}`')
            elif first in section.item:
                return _either(perhaps, f'{outside}this.`{first}`', path), None if rest or perhaps else section.item[first]
        outside += 'parent.'
    fact = 'null' if first == 'this' else f'{outside}`{first}`'
    return _either(perhaps, fact, path), None if rest or perhaps else known.get(first, {})


def _either(perhaps: Sequence[str], fact: str, path: str) -> str:
    """The first of these that is there: the items of a list whose names nobody knows are asked first."""
    fact += path if fact != 'null' else ''
    for there in reversed(perhaps):
        fact = f'(if {there} != null then {there}{path} else {fact})'
    return fact
