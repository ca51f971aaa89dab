"""D-35: small diagrams drawn in each vendor's manner, and what is right for each: deployable, converted, or refused with these codes."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from engine import BundleError, edition, read_path
from engine.bpmn import House
from tasks.catalogue.checking import file_problems
from tasks.workshop.importing.bringing import bring
from tasks.workshop.importing.verdict import VERDICTS, verdict_of

FOLDER = Path(__file__).parents[2] / 'vectors' / 'vendors'
ROWS = list(csv.DictReader((FOLDER / 'expected.tsv').read_text('utf-8').splitlines(), delimiter='\t'))


def test_the_table_names_every_diagram_of_every_vendor() -> None:
    """D-35: sixty or more, of seven manners."""
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob('*') if path.is_file()} - {'expected.tsv'}
    assert files == {row['file'] for row in ROWS}
    assert len(files) >= 60
    assert min(Counter(name.partition('/')[0] for name in files).values()) >= 8
    assert {row['right'] for row in ROWS} == set(VERDICTS)


NOT_YET_RIGHT = {'plain/words-as-condition.bpmn': 'D-17'}
"""What is judged wrongly, and the fault it waits for. Only ever gets shorter."""


def _row(row: dict[str, str]) -> object:
    fault = NOT_YET_RIGHT.get(row['file'])
    return pytest.param(row, id=row['file'], marks=[pytest.mark.xfail(reason=fault, strict=False)] if fault else [])


@pytest.mark.parametrize('row', [_row(row) for row in ROWS])
def test_a_diagram_of_a_vendor_is_judged_as_the_table_says(row: dict[str, str]) -> None:
    """D-35: the column `right` is what is right, whatever the check says today."""
    verdict = verdict_of(FOLDER / row['file'])
    assert (verdict.kind, verdict.codes) == (row['right'], verdict.codes), row['why']
    assert set(row['codes'].split()) <= set(verdict.codes)


@pytest.mark.parametrize('row', ROWS, ids=[row['file'] for row in ROWS])
def test_every_diagram_that_can_be_read_becomes_a_draft_and_every_problem_speaks_two_languages(row: dict[str, str]) -> None:
    """D-35: an import never fails on what the check can read, and what it makes is no worse to read."""
    path = FOLDER / row['file']
    if 'XML_DOCTYPE' in row['codes']:
        with pytest.raises(BundleError, match='DOCTYPE'):
            bring(path.read_bytes(), path.name)
        return
    brought = bring(path.read_bytes(), path.name)
    for bundle in (read_path(path), brought.bundle):
        for problem in file_problems(edition(bundle), House()):
            assert problem.message
            assert problem.message_en
            assert '{' not in problem.message.replace('${', '').replace('#{', '')
