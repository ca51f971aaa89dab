"""H-15: a row that crosses the border of a function is a frozen type (`engine.rows`), so that mypy knows its columns."""

from __future__ import annotations

import ast
import configparser
import dataclasses
import re
from pathlib import Path

import pytest

from engine import rows as engine_rows
from engine.rows import Rows
from tasks import rows as office_rows
from tasks.catalogue.releases import rows as release_rows
from tasks.marks import rows as mark_rows
from tasks.migration import rows as batch_rows
from tasks.workshop import rows as draft_rows

ROOT = Path(__file__).parents[3]
ANY_TABLE = {
    # evidence seals and compares rows of any table by its list of columns, also rows written before a column was there
    'engine/evidence.py', 'engine/core/sealing.py', 'engine/core/ground.py', 'engine/core/tx.py',
    # a migration that is taken back puts rows of any table back as they were kept in JSON; a copy of the demo chains them anew
    'engine/moving/rows.py', 'engine/moving/copies.py',
}  # fmt: off
"""Where a row's columns are open by design. Everywhere else a row that crosses a function is a type."""
ROWS = {'row', 'rows', 'case', 'task', 'mark', 'clock', 'timer', 'stop', 'draft', 'incident'}
LANGUAGES = ('engine/bpmn/', 'engine/forms/', 'engine/feel/')  # their rows and tasks are no rows of a database
_OPEN = r'(Any|(Mapping|dict)\[str, (Any|object)\])'
OPEN_KEYS = re.compile(rf'{_OPEN}|(Sequence|Iterable|Iterator|list|tuple|Row)\[{_OPEN}(, \.\.\.)?\]')
"""A row, or several, of which mypy knows no column. Cells by position, on their way from or to a file or a type, are no names."""
POSITIONS = re.compile(r'(Sequence|list)\[Any\]')


def functions() -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for floor in ('engine', 'tasks', 'web'):
        for path in sorted((ROOT / floor).rglob('*.py')):
            if 'node_modules' not in path.parts:
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
    assert vague <= ANY_TABLE


def test_what_is_called_a_row_is_no_mapping() -> None:
    """H-15: a row, a case, a task, a mark … is handed over as its type; what is on its way into a table is called `values`."""
    found = [
        f'{path}:{node.lineno} {node.name}({name}: {text})'
        for path, node in functions()
        for name, text in arguments(node)
        if name in ROWS
        and OPEN_KEYS.fullmatch(text)
        and (name == 'rows' or not POSITIONS.fullmatch(text))
        and path not in ANY_TABLE
        and not path.startswith(LANGUAGES)
    ]
    assert found == []


@pytest.mark.parametrize(
    'module', [engine_rows, office_rows, mark_rows, draft_rows, batch_rows, release_rows], ids=lambda module: module.__name__
)
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
