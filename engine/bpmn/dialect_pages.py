"""What is printed from the dialect: the tables of docs/reference/diagram.md, the choices of the designer and of the element templates.

`python -m engine.bpmn.dialect_pages` writes them into the repository; a test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.bpmn.dialect import ANSWERS, ATTRIBUTES, OF_PROCESS, PROPERTIES, Property
from engine.bpmn.vendors import CHANGES, NOTED, READ_PAST, RETURNS, WHO

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / 'docs' / 'reference' / 'diagram.md'
CHOICES = ROOT / 'web' / 'designer' / 'src' / 'dialect.json'
TEMPLATES = ROOT / '.camunda' / 'element-templates' / 'yizhan.json'
BEGIN, END = '<!-- printed from engine/bpmn/dialect.py -->', '<!-- end -->'
OFFERED = ('milestone', 'stop_kind', 'on_expiry', 'result')
"""The properties with values to choose from in the designer."""


def page(text: str) -> str:
    """The reference page with its printed part brought up to date."""
    before, _, rest = text.partition(BEGIN)
    return f'{before}{BEGIN}\n{"".join(_tables())}{END}{rest.partition(END)[2]}'


def _tables() -> Iterator[str]:
    yield '\n| property | on | values | meaning |\n|---|---|---|---|\n'
    for each in PROPERTIES.values():
        yield f'| `{each.name}` | {each.bearers.name.en} | {_values(each)} | {each.means.en} |\n'
    for name, means in OF_PROCESS.items():
        yield f'| `{name}` | the process | text | {means.en} |\n'
    yield '\n### Attributes of the vendors that are read\n\n| attribute | on |\n|---|---|\n'
    for bearers in dict.fromkeys(ATTRIBUTES.values()):
        named = ', '.join(f'`{name}`' for name, each in ATTRIBUTES.items() if each is bearers)
        yield f'| {named} | {bearers.name.en} |\n'
    yield from _not_read()
    yield '\n### Form fields the office reads\n\n| field | meaning |\n|---|---|\n'
    for name, means in ANSWERS.items():
        yield f'| `{name}` | {means.en} |\n'
    yield '\n'


def _not_read() -> Iterator[str]:
    yield '\n### Words of the vendors that are not read\n\n'
    yield 'A word in no list is a warning, or an error where it looks like one of those above.\n'
    yield '\n| attribute or extension element | what happens |\n|---|---|\n'
    yield f'| {_listed(READ_PAST)} | read past |\n'
    for reason in dict.fromkeys(NOTED.values()):
        yield f'| {_listed(name for name, each in NOTED.items() if each == reason)} | noted: {reason[1]} |\n'
    yield f'| {_listed(WHO)} | to be decided: who works it |\n'
    for reason in dict.fromkeys(CHANGES.values()):
        yield f'| {_listed(name for name, each in CHANGES.items() if each == reason)} | refused: {reason[1]} |\n'
    yield f'| {_listed(RETURNS)} | refused: draw where a refused task goes back to |\n'


def _listed(found: Iterable[str]) -> str:
    return ', '.join(f'`{name}`' for name in sorted(found))


def _values(each: Property) -> str:
    if each.choices is None:
        shown = each.expected.en
    else:
        shown = ', '.join(f'`{value}`' for value in each.choices) + (' …' if each.open_to_more else '')
    return f'{shown}; default {each.default}' if each.default else shown


def choices() -> str:
    """The values the designer offers, each with its Chinese and its English name, as JSON."""
    rows = (f'  {json.dumps(name)}: {json.dumps(_pairs(PROPERTIES[name]), ensure_ascii=False)}' for name in OFFERED)
    return '{\n' + ',\n'.join(rows) + '\n}\n'


def _pairs(each: Property) -> list[list[str]]:
    return [[value, str(name), name.en] for value, name in (each.choices or {}).items()]


def templates(text: str) -> str:
    """The element templates with the choices of the dialect; of `on_expiry` the silent outcomes have a template of their own."""
    found = json.loads(text)
    for template in found:
        for shown in template['properties']:
            each = PROPERTIES.get(shown['binding']['name'])
            if shown['binding']['type'] == 'camunda:property' and 'choices' in shown and each is not None:
                shown['choices'] = [{'name': name, 'value': value} for value, name, _en in _pairs(each) if _offers(template, each, value)]
    return json.dumps(found, ensure_ascii=False, indent=2) + '\n'


def _offers(template: Mapping[str, Any], each: Property, value: str) -> bool:
    return each.name != 'on_expiry' or value.startswith('deemed_') == (template['id'] == 'yizhan.silent-consent')


PRINTED = {PAGE: page, CHOICES: lambda _text: choices(), TEMPLATES: templates}


def main() -> None:
    """Write all three."""
    for path, printed in PRINTED.items():
        path.write_text(printed(path.read_text('utf-8')), 'utf-8')


if __name__ == '__main__':
    main()
