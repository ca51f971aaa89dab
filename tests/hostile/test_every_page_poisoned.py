"""A-10: whatever somebody has written anywhere in a hall is shown on every page of every role, and obeyed on none.

Every text that is kept is poisoned where it is kept: rows, JSON in rows, and the files of bundles. Texts are known by their Chinese.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import html
from sqlalchemy import JSON, LargeBinary, String

from engine import Bundle, BundleError, read_zip
from engine.core import definitions
from tasks.all_tables import metadata
from tests.pages.test_every_route_asks_the_table import Place, address, place, read_whole, routes

__all__ = ['place']  # the hall of the walk of every route: an object of every kind
MARK = 'xss-mark'
POISON = f'\'"><img src=x onerror=alert(1) class={MARK}></script><script>alert(1)</script>{{{{7*7}}}}'
WRITTEN = re.compile(r'[\u4e00-\u9fff]')
ASCII = {'phone', 'applicant_phone', 'applicant_id_no', 'address', 'browser', 'place', 'origin', 'document_prefix'}
"""Columns that people fill without Chinese."""
ROLES = ('', 'chuangkou', 'shencha', 'jueding', 'liucheng', 'guanli', 'renshi', 'shenji', 'jiancha')
READ_BY_THE_MACHINE = {'script', 'limit', 'closed_days', 'text'}
"""Chinese that is read as such: limits like 5个工作日, scenarios, the notice of a calendar."""


MADE_BY_US = {('document', 'body')}
"""HTML that the office made from escaped values, sealed as it was issued."""


def poisoned(value: Any, name: str = '') -> Any:
    if name in READ_BY_THE_MACHINE or name.endswith('limit'):
        return value
    if isinstance(value, str):
        return (
            POISON + value if (WRITTEN.search(value) or (name in ASCII and value)) and not re.fullmatch(r'\d+个?\w{1,4}', value) else value
        )
    if isinstance(value, dict):
        return {key: poisoned(inner, str(key)) for key, inner in value.items()}
    return [poisoned(inner, name) for inner in value] if isinstance(value, list) else value


_NAMES = re.compile(r'(<bpmn:(?:userTask|process|startEvent|endEvent)\b[^>]* name=")')
_TEXTS = re.compile(r'^((?:name|summary|text|note|law|article|basis|address|phone|description|collect|hours) = ")', re.MULTILINE)


def labelled(form: Any) -> Any:
    """A form whose words are poisoned; its expressions are read by the machine."""
    if isinstance(form, dict):
        words = {key for key in ('label', 'description', 'text') if isinstance(form.get(key), str) and not form[key].startswith('=')}
        return {key: POISON + inner if key in words else labelled(inner) for key, inner in form.items()}
    return [labelled(inner) for inner in form] if isinstance(form, list) else form


def poisoned_bundle(zipped: bytes) -> Bundle | None:
    try:
        bundle = read_zip(zipped, 'poisoned')
    except BundleError:
        return None
    attribute, quoted = escape(POISON, {'"': '&quot;'}), POISON.replace('"', '\\"')
    files = dict(bundle.files)
    for path, content in bundle.files.items():
        if path.endswith('.form'):
            files[path] = json.dumps(labelled(json.loads(content)), ensure_ascii=False).encode()
        elif path.endswith('.bpmn'):
            files[path] = _NAMES.sub(rf'\g<1>{attribute}', content.decode()).encode()
        elif path == 'item.toml':
            files[path] = _TEXTS.sub(lambda found: found[1] + quoted, content.decode()).encode()
    return Bundle(files, bundle.name)


@pytest.fixture(scope='module')
def poisoned_place(place: Place) -> Iterator[Place]:
    """The hall of the walk after somebody wrote the same nasty thing everywhere."""
    touched = 0
    with place.engine.database.begin() as connection:
        for table in metadata.sorted_tables:
            keys = list(table.primary_key)
            for row in connection.execute(table.select()).mappings().all():
                values = {}
                for column in table.c:
                    if (table.name, column.name) in MADE_BY_US:
                        continue
                    value = row[column.name]
                    if isinstance(column.type, LargeBinary) and value and (made := poisoned_bundle(value)):
                        values |= {column.name: made.zipped()} | ({'bundle_hash': made.hash} if 'bundle_hash' in table.c else {})
                    elif isinstance(column.type, String | JSON) and not column.primary_key and not column.foreign_keys:
                        new = poisoned(value, column.name)
                        if new != value:
                            values[column.name] = new
                if values:
                    touched += 1
                    connection.execute(table.update().where(*(key == row[key.name] for key in keys)).values(values))
    assert touched > 100
    definitions._EDITIONS.clear()
    place.engine.definitions = definitions.Definitions()
    yield place
    definitions._EDITIONS.clear()


def obeyed(text: str) -> list[str]:
    """Elements and attributes of a page that came of what was written."""
    tree = html.fromstring(text)
    made = tree.xpath(
        f'//*[contains(@class, "{MARK}")] | //*[@onerror] | //*[@onload] | //*[@onclick] | //*[starts-with(@href, "javascript:")]'
    )
    made += tree.xpath('//script[not(@src)][not(@type="application/json")][normalize-space()]')
    return [html.tostring(element, encoding='unicode')[:200] for element in made]


@pytest.mark.parametrize('username', ROLES, ids=lambda name: name or 'stranger')
def test_no_page_obeys_what_somebody_wrote(poisoned_place: Place, username: str) -> None:
    """A-10: on every page that can be opened, with an object of every kind."""
    client, wrong, shown, opened = poisoned_place.client(username), [], 0, 0
    for rule, method in routes(poisoned_place.app):
        if method != 'GET':
            continue
        for task in poisoned_place.tasks:
            path = address(poisoned_place, rule, task)
            answer = client.get(path)
            text, kind = read_whole(answer), answer.mimetype
            answer.close()
            opened += 1
            if answer.status_code >= 500 and path != '/healthz':  # no worker ticks here
                wrong.append(f'{path}: {answer.status_code}')
            if kind in ('text/html', 'image/svg+xml'):
                shown += 'onerror=alert(1)' in text
                wrong += [f'{path}: {found}' for found in obeyed(text)]
            elif MARK in text and answer.headers.get('X-Content-Type-Options') != 'nosniff':
                wrong.append(f'{path}: {kind} may be sniffed')
            if 'task_id' not in rule.arguments:
                break
    assert wrong == []
    assert opened > 50
    assert shown > (1 if not username else 10), 'the poison is on the pages'


def test_what_a_page_obeys_is_found() -> None:
    """The walk would see it: as an element, as an attribute, as a script."""
    for page in (f'<p>{POISON}</p>', f'<input value="{POISON}">', f"<input value='{POISON}'>", '<a href="javascript:alert(1)">x</a>'):
        assert obeyed(page), page
    assert obeyed(f'<p title="{escape(POISON, {chr(34): "&quot;"})}">{escape(POISON)}</p>') == []
