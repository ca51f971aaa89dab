"""H-15: a row that crosses the border of a function is a frozen type (`engine.rows`), so that mypy knows its columns."""

from __future__ import annotations

import ast
import configparser
import dataclasses
from pathlib import Path

import pytest

from engine import rows as engine_rows
from engine.rows import Rows
from tasks import rows as office_rows
from tasks.marks import rows as mark_rows
from tasks.workshop import rows as draft_rows

ROOT = Path(__file__).parents[3]
LEFT = {
    # the chain of evidence reads any table by its list of columns
    'engine/evidence.py',
}  # fmt: off
CASES = {'case', 'task', 'mark', 'clock', 'timer', 'stop', 'draft', 'incident'}


def functions() -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for floor in ('engine', 'tasks'):
        for path in sorted((ROOT / floor).rglob('*.py')):
            tree = ast.parse(path.read_text(encoding='utf-8'))
            found += [(path.relative_to(ROOT).as_posix(), node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return found


def arguments(node: ast.FunctionDef) -> list[tuple[str, str]]:
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return [(one.arg, ast.unparse(one.annotation)) for one in every if one.annotation]


def test_no_function_takes_or_gives_a_row_of_unknown_columns() -> None:
    """H-15: mypy cannot see the keys of a `RowMapping`."""
    vague = {
        path
        for path, node in functions()
        if any('RowMapping' in text for _, text in arguments(node)) or (node.returns and 'RowMapping' in ast.unparse(node.returns))
    }
    assert vague <= LEFT


def test_what_the_hall_speaks_of_is_no_mapping() -> None:
    """H-15: a case, a task, a mark … is handed over as its type."""
    open_keys = ('Mapping[str, Any]', 'dict[str, Any]')
    found = [
        f'{path}:{node.lineno} {node.name}({name})'
        for path, node in functions()
        for name, text in arguments(node)
        if name in CASES and text in open_keys and not path.startswith(('engine/bpmn/', 'engine/forms/', 'engine/feel/'))
    ]
    assert found == []


@pytest.mark.parametrize('module', [engine_rows, office_rows, mark_rows, draft_rows], ids=lambda module: module.__name__)
def test_a_row_is_frozen_and_names_its_columns_once(module) -> None:
    """H-15: a type's fields are its columns, in one order; nobody changes a row that was read."""
    kinds = [each for each in vars(module).values() if isinstance(each, Rows)]
    assert kinds
    for each in kinds:
        assert each.make.__dataclass_params__.frozen
        assert [column.name for column in each.columns] == [field.name for field in dataclasses.fields(each.make)]


def test_types_are_checked_on_every_floor() -> None:
    """H-15: mypy --strict reads pages and commands, too."""
    config = configparser.ConfigParser()
    config.read(ROOT / 'setup.cfg', encoding='utf-8')
    assert config['mypy']['packages'].split(',') == ['engine', 'tasks', 'web']
    assert config['mypy']['strict'] == 'True'
