"""Pinned packages are compared with known advisories (A-10): the comparison finds what it should and says what answered."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope='module')
def audit() -> Any:
    spec = importlib.util.spec_from_file_location('audit', ROOT / '.ci' / 'audit.py')
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope='module')
def stored() -> dict[str, Any]:
    return json.loads((ROOT / '.ci' / 'advisories.json').read_text('utf-8'))


def test_everything_pinned_is_read(audit) -> None:
    """A-10: Python's packages for running and testing, and those of every lock file of npm."""
    found = audit.pins()
    text = '\n'.join(path.read_text('utf-8') for path in ROOT.glob('requirements*.txt'))
    assert len({pin for pin in found if pin[0] == 'PyPI'}) == len(set(re.findall(r'^(\S+==[^\s;\\]+)', text, re.MULTILINE)))
    assert {'flask', 'waitress', 'lxml'} <= {name for ecosystem, name, _ in found if ecosystem == 'PyPI'}
    assert {'bpmn-js', 'axe-core'} <= {name for ecosystem, name, _ in found if ecosystem == 'npm'}


def test_no_pinned_version_is_affected(audit, stored) -> None:
    """A-10."""
    assert audit.affected(audit.pins(), stored['advisories']) == []


@pytest.mark.parametrize(
    ('version', 'is_affected'), [('2.9', False), ('3.0.0', True), ('3.0.1', False), ('4.0rc1', True), ('4.1', False), ('no version', False)]
)
def test_ranges_are_read_as_python_reads_them(audit, version: str, is_affected: bool) -> None:
    row = {'ecosystem': 'PyPI', 'package': 'a', 'id': 'X-1', 'affected': '>=3,<3.0.1||>=4.0a0,<4.1', 'what': 'why'}
    lines = audit.affected({('PyPI', 'a', version), ('npm', 'a', '3.0.0'), ('PyPI', 'b', '3.0.0')}, [row])
    assert len(lines) == is_affected


def test_an_excerpt_says_from_when_and_where_it_is(stored) -> None:
    assert re.fullmatch(r'\d{4}-\d\d-\d\d', stored['as_of'])
    assert 'not complete' in stored['source']
    for row in stored['advisories']:
        assert set(row) == {'ecosystem', 'package', 'id', 'affected', 'what'}
        assert re.fullmatch('GHSA(-[0-9a-z]{4}){3}', row['id']), row


def test_a_service_that_cannot_be_reached_is_said(audit, monkeypatch, capsys) -> None:
    """A-10: nobody takes an excerpt for a whole answer."""
    monkeypatch.setenv('AUDIT_SERVICE', 'http://127.0.0.1:9/')
    assert audit.main() == 0
    said = capsys.readouterr().out
    assert 'the stored excerpt of' in said
    assert 'cannot be reached' in said
