"""H-11: what day it is has one answer, the hall's. Nobody takes the date of an instant in UTC."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILES = [path for room in ('engine', 'tasks', 'web') for path in sorted((ROOT / room).rglob('*.py')) if 'node_modules' not in path.parts]
HANDED_IN = (ROOT / 'engine' / 'forms', ROOT / 'engine' / 'feel')
"""Rooms whose `now` is handed in with the hall's zone: a form's and an expression's today is its date."""
HOME = {('web/session.py', 'local_today')}


def dates_of_now(tree: ast.AST) -> list[tuple[str, int]]:
    """Where something called now is turned into a date: `x.now.date()`, `now().date()`, `clock().date()`, `datetime.now().date()`."""
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == 'date':
                what = call.func.value
                what = what.func if isinstance(what, ast.Call) else what
                name = what.attr if isinstance(what, ast.Attribute) else what.id if isinstance(what, ast.Name) else ''
                if name.lstrip('_') in ('now', 'clock', 'local_now', 'system_clock', 'today'):
                    found.append((function.name, call.lineno))
    return found


@pytest.mark.parametrize('path', FILES, ids=[path.relative_to(ROOT).as_posix() for path in FILES])
def test_only_the_hall_says_what_day_it_is(path: Path) -> None:
    """H-11: `Office.local_date` and, for pages, `local_today` are the only homes."""
    if any(room in path.parents for room in HANDED_IN):
        return
    name = path.relative_to(ROOT).as_posix()
    found = [place for place in dates_of_now(ast.parse(path.read_text())) if (name, place[0]) not in HOME]
    assert not found


@pytest.mark.parametrize('code', ['tx.now.date()', 'now.date()', 'datetime.now().date()', 'root().clock().date()', 'self.now.date()'])
def test_the_rule_sees_what_it_forbids(code: str) -> None:
    assert dates_of_now(ast.parse(f'def work():\n    return {code}'))


@pytest.mark.parametrize('name', ['system_clock', 'SHANGHAI', 'ZONE'])
def test_no_page_and_no_read_goes_past_the_halls_clock_and_zone(name: str) -> None:
    """H-11, H-23: reads are handed an instant, and pages ask the hall for its zone."""
    rooms = ('tasks/cases/', 'tasks/desk/', 'tasks/deadlines/', 'tasks/marks/', 'web/pages/', 'web/formats.py', 'web/cli/')
    for path in FILES:
        if path.relative_to(ROOT).as_posix().startswith(rooms):
            names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
            assert name not in names, path


def test_pages_do_not_lean_on_the_command_line() -> None:
    """H-23: what both print is in a module of its own."""
    for path in FILES:
        if 'pages' in path.parts:
            modules = {node.module or '' for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)}
            assert not [module for module in modules if module.startswith('web.cli')], path
