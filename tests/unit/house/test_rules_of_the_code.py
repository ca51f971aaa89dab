"""The rules of the code that a machine can check (H-29). Import contracts stand in setup.cfg (H-28), style in pyproject.toml."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
FLOORS = ('engine', 'tasks', 'web')


@cache
def modules() -> tuple[tuple[str, str, ast.Module], ...]:
    """Every module of the three floors: its path, its text, its tree."""
    paths = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob('*.py') if 'node_modules' not in path.parts)
    return tuple((path.relative_to(ROOT).as_posix(), text := path.read_text(encoding='utf-8'), ast.parse(text)) for path in paths)


def calls(*names: str) -> Iterator[str]:
    """Where a method or function of one of these names is called."""
    for path, _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
                yield f'{path}:{node.lineno}'


def test_nothing_commits_but_the_engine() -> None:
    """H-29: `Engine.begin` commits by leaving its block; nobody calls `commit`."""
    assert list(calls('commit')) == []


def test_transactions_are_begun_in_one_place() -> None:
    """H-29: one commit means one block `connection.begin()` that can end with one; `Engine.reading` writes nothing, and the schema's
    own migration and a restore of the whole database are no transactions of the hall."""
    found = [
        f'{path}:{node.lineno}'
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == 'begin'
        and ast.unparse(node.func.value) == 'connection'
    ]
    assert {where.partition(':')[0] for where in found} == {'engine/core/engine.py', 'engine/core/schema.py', 'tasks/backup/restoring.py'}
    assert len(found) == 6


def test_the_clock_is_read_in_one_place() -> None:
    """H-29: everything else is handed an instant."""
    places = {where.partition(':')[0] for where in calls('now', 'utcnow', 'today')}
    places |= {
        path
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == 'time.time'
    }
    assert places <= {'engine/core/clock.py'}


def test_no_function_is_longer_than_a_screen() -> None:
    """H-29: fifty lines, docstring included."""
    long = [
        f'{path}:{node.lineno} {node.name}'
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 50
    ]
    assert long == []


def test_no_file_is_longer_than_five_hundred_lines() -> None:
    """H-29."""
    assert [path for path, text, _ in modules() if text.count('\n') > 500] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [path for path, text, tree in modules() if text.count('\n') > 5 and not ast.get_docstring(tree)] == []


def test_nothing_is_evaluated_and_nothing_is_left_over() -> None:
    found = [
        f'{path}:{node.lineno}'
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ('eval', 'exec')
    ]
    found += [path for path, text, _ in modules() if re.search(r'\b(TODO|FIXME|XXX|HACK)\b', text)]
    assert found == []


def test_nobody_skips_the_formatter() -> None:
    """H-30: `make format` writes the format; a table of data may be kept as it is drawn with `fmt: off`."""
    assert [path for path, text, _ in modules() if 'fmt: skip' in text] == []


def test_a_class_name_means_one_thing() -> None:
    """H-25: a public class has a name of its own."""
    homes = defaultdict(list)
    for path, _, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith('_'):
                homes[node.name].append(path)
    twice = {name for name, paths in homes.items() if len(paths) > 1}
    assert twice <= {'ClockRow', 'Host', 'Instance', 'Outcome'}  # the list only ever gets shorter


def test_no_template_reads_the_raw_catalogue_entry() -> None:
    """H-06: pages read the typed item, not the text of item.toml."""
    raw = re.compile(r'\b(?:entry|toml)\s*(?:\[|\.get\()')
    assert [path.name for path in (ROOT / 'web/templates').rglob('*.html') if raw.search(path.read_text(encoding='utf-8'))] == []


def test_every_path_that_documentation_and_docstrings_name_is_there() -> None:
    """H-24: a sentence that names a file is true at least in that."""
    pages = [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *(ROOT / 'docs').rglob('*.md')]
    texts = [(page.relative_to(ROOT).as_posix(), page.read_text(encoding='utf-8')) for page in pages]
    texts += [(path, text) for path, text, _ in modules()]
    named = re.compile(r'`((?:engine|tasks|web|tests|migrations|docs)/[\w./-]+\.(?:py|md|toml|html|js|json|csv))(?: \w+)*`')
    missing = [f'{path}: {match[1]}' for path, text in texts for match in named.finditer(text) if not (ROOT / match[1]).exists()]
    assert missing == []


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *(ROOT / 'docs').rglob('*.md')]
    broken = [
        f'{page.relative_to(ROOT)}: {link[1]}'
        for page in pages
        for link in re.finditer(r'\]\(([^)#:\s]+)(?:#[\w-]*)?\)', page.read_text(encoding='utf-8'))
        if not (page.parent / link[1]).exists()
    ]
    assert broken == []


def test_nothing_of_ours_is_built_from_seven_places_in_a_row() -> None:
    """H-16: a class with seven or more parts is built by their names."""
    own = {
        node.name
        for _, _, tree in modules()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any('dataclass' in ast.unparse(one) for one in node.decorator_list)
    }
    found = [
        f'{path}:{node.lineno} {node.func.id}'
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in own - {'Table'} and len(node.args) >= 7
    ]
    assert found == []


def test_when_a_limit_is_amber_is_reckoned_in_one_place() -> None:
    """H-01, H-02: what clocks and tasks store, and when a mark of supervision is due, is asked of the ledger."""
    places = {
        path
        for path, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == 'warn_at'
    }
    assert {str(path) for path in places} == {'engine/timing/ledger.py', 'engine/worktime/urgency.py'}
