"""Every worked example on the page that explains due dates is true."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from engine.worktime import Extension, Office, Stop, due, parse_limit, shipped_calendar

PAGE = Path(__file__).parents[3] / 'docs' / 'explanation' / 'due-dates.md'
TEXT = PAGE.read_text('utf-8')
EXAMPLES = re.findall(r'^    (\S+T\S+) \+ (.+?)((?:, (?:stopped|extended) .+?)*) → (\S+)( \(provisional\))?$', TEXT, re.M)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f'{text}+08:00')


def test_the_page_has_an_example_for_every_line_that_looks_like_one():
    assert len(EXAMPLES) == TEXT.count(' → 2')
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize(('anchor', 'limit', 'facts', 'due_at', 'provisional'), EXAMPLES)
def test_the_example_is_true(anchor, limit, facts, due_at, provisional):
    stops = [Stop(at(start), at(end)) for start, end in re.findall(r'stopped (\S+) to (\S+?)(?=,|$)', facts)]
    extensions = [Extension(int(amount)) for amount in re.findall(r'extended by (\d+)', facts)]
    found = due(at(anchor), parse_limit(limit), shipped_calendar(), Office(), stops, extensions=extensions)
    assert (found.due_at, found.provisional) == (at(due_at), bool(provisional))
