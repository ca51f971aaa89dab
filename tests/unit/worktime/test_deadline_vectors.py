"""Eighty due instants computed by an independent minute-by-minute program over the real calendar must come out exactly."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from engine.worktime import Office, Stop, due, explain, parse_limit, shipped_calendar

ORACLE = json.loads((Path(__file__).parents[2] / 'vectors' / 'deadlines.json').read_text(encoding='utf-8'))
OFFICE = Office.from_text(','.join('-'.join(span) for span in ORACLE['office_hours']))


def test_the_oracle_is_whole():
    assert len({vector['id'] for vector in ORACLE['vectors']}) == 80


@pytest.mark.parametrize('vector', ORACLE['vectors'], ids=lambda vector: vector['id'])
def test_due_agrees_with_the_independent_program(vector):
    anchor = datetime.fromisoformat(vector['anchor'])
    stops = [Stop(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in vector['stops']]
    limit = parse_limit(vector['limit'])

    found = due(anchor, limit, shipped_calendar(), OFFICE, stops)
    last_line = explain(anchor, limit, shipped_calendar(), OFFICE, stops)[-1]

    assert found.due_at is not None
    assert found.due_at.isoformat() == vector['due_at']
    if 'last_day' in vector:
        assert found.last_day == date.fromisoformat(vector['last_day'])
    assert not found.provisional
    assert (last_line.date, last_line.ends_at) == (found.last_day, found.due_at)
