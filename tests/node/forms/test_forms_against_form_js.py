"""Our forms against form-js 1.23 itself, played in jsdom: the same complaints and the same cleaned data."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.forms import FormError, form_from_schema, validate

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))
try:
    from form_js_cases import CASES, case, field
finally:
    sys.path.remove(str(FOLDER))

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo('Asia/Shanghai'))
READY = shutil.which('node') is not None and (FOLDER / 'node_modules' / '@bpmn-io' / 'form-js-viewer').is_dir()
pytestmark = [pytest.mark.node, pytest.mark.skipif(not READY, reason='needs node and `npm ci` in tests/node/forms')]

_MOMENT = {'subtype': 'datetime'}
# Where we differ on purpose: the case, what form-js does, what we do, and why.
DELIBERATE: list[tuple[dict[str, Any], Any, Any, str]] = [
    (
        case('text required blank', [field('textfield', 'a', validate={'required': True})], typed=[('a', '  ')]),
        ({'a': '  '}, {}),
        ({'a': ''}, {'F_a': ['Field is required.']}),
        'spaces say nothing to who reads the opinion',
    ),
    (
        case('length of a rare name', [field('textfield', 'a', validate={'maxLength': 1})], typed=[('a', '𠮷')]),
        ({'a': '𠮷'}, {'F_a': ['Field must have maximum length of 1.']}),
        ({'a': '𠮷'}, {}),
        'people count characters, JavaScript counts UTF-16 units',
    ),
    (
        case('words typed into a number', [field('number', 'n')], typed=[('n', 'abc')]),
        ({'n': None}, {}),
        ({'n': None}, {'F_n': ['Value is not a number.']}),
        'form-js drops what it cannot read while it is typed; a page without scripts must say so instead of losing it',
    ),
    (
        case('comma typed into a number', [field('number', 'n')], typed=[('n', '1,234')]),
        ({'n': 1.234}, {}),
        ({'n': 1234}, {}),
        'form-js reads a comma as a decimal point; in China it separates thousands',
    ),
    (
        case('full-width digits', [field('number', 'n')], typed=[('n', '１２')]),
        ({'n': None}, {}),
        ({'n': 12}, {}),
        'Chinese input methods type full-width digits',
    ),
    (
        case('date typed into a moment', [field('datetime', 'd', **_MOMENT)], typed=[('d', '2024-02-29')]),
        ({'d': '2024-02-29T08:00'}, {}),
        ({'d': None}, {'F_d': ['Date and time must both be entered.']}),
        'a half-filled moment is a complaint in form-js too, but it does not keep anybody from submitting',
    ),
    (
        case('date in the past', [field('datetime', 'd', subtype='date', disallowPassedDates=True)], {'d': '2020-01-01'}),
        ({'d': '2020-01-01'}, {}),
        ({'d': '2020-01-01'}, {'F_d': ['Date must not be in the past.']}),
        'form-js only greys the days out in its picker; the server has to check',
    ),
    (
        case('emptied list', [{'type': 'dynamiclist', 'id': 'L', 'path': 'rows', 'components': [field('textfield', 'a')]}], {'rows': []}),
        ({}, {}),
        ({'rows': []}, {}),
        'form-js submits nothing, so a process variable would keep the rows that were removed',
    ),
    (
        case(
            'row with nothing visible',
            [
                {
                    'type': 'dynamiclist',
                    'id': 'L',
                    'path': 'rows',
                    'components': [field('textfield', 'a', conditional={'hide': '=this.off = true'})],
                }
            ],
            {'rows': [{'off': True, 'a': 'x'}, {'off': False, 'a': 'y'}]},
        ),
        ({'rows': [None, {'a': 'y'}]}, {}),
        ({'rows': [{}, {'a': 'y'}]}, {}),
        'rows are objects; null in a list of rows breaks whoever reads it',
    ),
]
# Schemas form-js opens or refuses and we refuse.
REFUSED = [
    ('html', [{'type': 'html', 'id': 'H', 'content': '<b>x</b>'}], False, 'component.unsupported'),
    ('iframe', [{'type': 'iframe', 'id': 'H', 'url': 'https://example.org'}], False, 'component.unsupported'),
    ('unknown type', [{'type': 'signature', 'id': 'H', 'key': 'x'}], True, 'component.unsupported'),
    ('same key twice', [field('textfield', 'a'), {**field('number', 'a'), 'id': 'B'}], True, 'component.claimed'),
    ('key under key', [field('textfield', 'a'), field('textfield', 'a.b')], True, 'component.claimed'),
    ('key above key', [field('textfield', 'a.b'), field('textfield', 'a')], True, 'component.claimed'),
    (
        'key inside a list from outside',
        [{'type': 'dynamiclist', 'id': 'L', 'path': 'rows', 'components': [field('textfield', 'a')]}, field('textfield', 'rows.b')],
        True,
        'component.claimed',
    ),
    ('same id twice', [field('textfield', 'a'), {**field('textfield', 'b'), 'id': 'F_a'}], True, 'component.duplicate'),
    ('no options', [{**field('select', 's')}], False, 'component.options'),
    ('condition without equals sign', [field('textfield', 'a', conditional={'hide': 'true'})], False, 'component.expression'),
    ('required as expression', [field('textfield', 'a', validate={'required': '=false'})], False, 'component.required'),
]


def _play(cases: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        ['node', 'oracle.mjs'],
        cwd=FOLDER,
        input=json.dumps(cases),
        text=True,
        capture_output=True,
        timeout=120,
        check=True,
        env={**os.environ, 'TZ': 'Asia/Shanghai'},
    )
    return {result['id']: result for result in json.loads(done.stdout)}


@pytest.fixture(scope='module')
def form_js() -> dict[str, dict[str, Any]]:
    refused = [{'id': name, 'schema': {'type': 'default', 'components': components}} for name, components, _, _ in REFUSED]
    return _play([*CASES, *(entry[0] for entry in DELIBERATE), *refused])


def _ours(item: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    submitted: dict[str, Any] = {}
    for path, value in item['input']:
        if '.' in path:  # a field of the second row of a list of two
            name, row, key = path.split('.')
            submitted[name] = [{} for _ in item['context'][name]]
            submitted[name][int(row)][key] = value
        else:
            submitted[path] = value
    result = validate(form_from_schema(item['schema']), submitted, item['context'], NOW)
    errors: dict[str, list[str]] = {}
    for error in result.errors:
        errors.setdefault('.'.join([error.id, *map(str, error.indexes)]), []).append(error.en)
    return result.data, errors


@pytest.mark.parametrize('item', CASES, ids=[item['id'] for item in CASES])
def test_same_complaints_and_same_data(item: dict[str, Any], form_js: dict[str, dict[str, Any]]) -> None:
    theirs = form_js[item['id']]
    data, errors = _ours(item)
    assert 'refused' not in theirs
    assert (data, errors) == (theirs['data'], theirs['errors'])
    assert json.dumps(data, sort_keys=True) == json.dumps(theirs['data'], sort_keys=True)  # 1 is not true, 2 is not 2.0


@pytest.mark.parametrize(('item', 'theirs', 'ours', 'why'), DELIBERATE, ids=[entry[0]['id'] for entry in DELIBERATE])
def test_deliberate_difference(item: dict[str, Any], theirs: Any, ours: Any, why: str, form_js: dict[str, dict[str, Any]]) -> None:
    played = form_js[item['id']]
    assert (played['data'], played['errors']) == theirs
    assert _ours(item) == ours
    assert why


@pytest.mark.parametrize(('name', 'components', 'also_form_js', 'code'), REFUSED, ids=[entry[0] for entry in REFUSED])
def test_refused_schema(name: str, components: list[Any], also_form_js: bool, code: str, form_js: dict[str, dict[str, Any]]) -> None:
    assert ('refused' in form_js[name]) is also_form_js
    with pytest.raises(FormError) as caught:
        form_from_schema({'type': 'default', 'components': components})
    assert code in {problem.code for problem in caught.value.problems}
