"""A-04: a case is proven without the database: exported, checked, and every change of the file is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, FixedClock
from tasks.evidence.export import export_case
from tasks.evidence.keys import Keys
from tasks.evidence.verifying import verify
from tasks.marks.tables import mark
from tests.integration.evidence.forging import BROKEN
from web.root import make_engine


@pytest.fixture(params=['sqlite', pytest.param('postgres', marks=pytest.mark.postgres)])
def exported(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The case with the broken promise."""
    forger = request.getfixturevalue(f'{request.param}_forger')
    engine = make_engine(forger.url, FixedClock(datetime.fromisoformat('2026-06-01T09:00:00+08:00')), forger.keys)
    number = forger.row(mark, BROKEN)['case_no']
    found = engine.run(SYSTEM, lambda tx: export_case(tx, number))
    bare = engine.run(SYSTEM, lambda tx: export_case(tx, number, personal=False))
    engine.close()
    return {'full': found, 'bare': bare, 'trusted': dict(forger.keys.trusted)}


def written(tmp_path: Path, export: dict[str, Any]) -> Path:
    """The export as a file."""
    path = tmp_path / 'case.json'
    path.write_text(json.dumps(export, ensure_ascii=False), 'utf-8')
    return path


def test_an_export_verifies_without_a_database(exported, tmp_path: Path) -> None:
    """A-04: `yizhan verify` needs the file and the hall's public keys, nothing else."""
    found = verify(written(tmp_path, exported['full']), trusted=exported['trusted'])
    assert (found.ok, found.keys, found.withheld) == (True, 'given', 0)
    assert found.entries == len(exported['full']['chain']) > 2
    assert verify(written(tmp_path, exported['full'])).keys == 'file'


def test_personal_data_stays_where_it_may_not_be_seen(exported, tmp_path: Path) -> None:
    """A-04, S-35: rows with personal data are left out, their digests prove them still."""
    text = json.dumps(exported['bare'], ensure_ascii=False)
    (case,) = exported['full']['objects']['case']['rows']
    for name in ('applicant_name', 'applicant_id_no', 'applicant_phone', 'applicant_address'):
        assert case[name] not in text
    found = verify(written(tmp_path, exported['bare']), trusted=exported['trusted'])
    assert found.ok
    assert found.withheld > 3


def _first(export: dict[str, Any], begins: str) -> dict[str, Any]:
    return next(one['rows'][0] for name, one in export['objects'].items() if name.startswith(begins))


FORGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    'a clock': lambda export: _first(export, 'clock/').update(state='met'),
    'a mark': lambda export: _first(export, 'mark/').update(reply='窗口无责'),
    'a document': lambda export: _first(export, 'document/').update(body=''),
    'the applicant': lambda export: _first(export, 'case').update(applicant_name='李四'),
    'an object left out': lambda export: export['objects'].pop('case'),
    'an object added': lambda export: export['objects'].update({'mark/1': {'rows': [{}]}}),
    'a row of the history': lambda export: export['history'][1].update(by='nobody'),
    'the history cut off': lambda export: export['history'].pop(),
    'an entry left out': lambda export: export['chain'].pop(1),
    'an entry changed': lambda export: export['chain'][1]['objects'].clear(),
    'a signature': lambda export: export['chain'][0].update(signature='A' * 86 + '=='),
    'the chain of another case': lambda export: export.update(case='990121202603020000107'),
    'no chain at all': lambda export: export['chain'].clear(),
    'no evidence at all': lambda export: export.clear(),
    'a chain of the wrong kind': lambda export: export.update(chain=7),
    'an entry of the wrong kind': lambda export: export['chain'][0].update(seq='1'),
}


@pytest.mark.parametrize('what', FORGED)
def test_every_change_of_the_file_is_found(exported, tmp_path: Path, what: str) -> None:
    """A-04: whatever was changed in an exported file is found, and said in both languages."""
    FORGED[what](exported['full'])
    found = verify(written(tmp_path, exported['full']), trusted=exported['trusted'])
    assert not found.ok
    assert all(one.message.en for one in found.findings)


def test_a_file_signed_with_another_key_is_not_believed(exported, tmp_path: Path) -> None:
    """A-04: whoever checks says whose key is believed; the keys a file brings prove nothing."""
    found = verify(written(tmp_path, exported['full']), trusted=dict(Keys.new().trusted))
    assert {one.kind for one in found.findings} == {'key'}
