"""The page about expressions names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from node.feelin import DIFFERENCES

from engine.feel import BUILTIN_NAMES, DEFAULT_LIMITS, MAX_SOURCE, compile_expression

PAGE = (Path(__file__).parents[3] / 'docs' / 'reference' / 'expressions.md').read_text(encoding='utf-8')


def _section(title: str) -> str:
    return PAGE.split(f'## {title}\n')[1].split('\n## ')[0]


def test_the_page_lists_exactly_the_built_in_functions() -> None:
    table = '\n'.join(line.split('|')[2] for line in _section('Functions').splitlines() if line.startswith('| '))
    assert set(re.findall('`([^`]+)`', table)) == BUILTIN_NAMES


def test_the_page_names_every_difference_from_feelin_with_its_reason() -> None:
    rows = {
        line.split('|')[1].strip(' `'): line.split('|')[2].strip()
        for line in _section('Differences from feelin').splitlines()
        if line.startswith('| `')
    }
    assert rows == DIFFERENCES


def test_the_page_names_the_bounds() -> None:
    bounds = _section('Bounds').replace(' ', '')
    for bound in (MAX_SOURCE, DEFAULT_LIMITS.steps, DEFAULT_LIMITS.levels, DEFAULT_LIMITS.characters, DEFAULT_LIMITS.elements):
        assert f'|{bound}' in bounds


def test_the_first_examples_compile() -> None:
    for line in PAGE.split('```')[1].strip().splitlines():
        compile_expression(line)
