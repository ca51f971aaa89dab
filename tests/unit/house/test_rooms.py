"""Where things are: rooms by noun, doors, and verbs as modules. What imports what is held by the contracts in setup.cfg."""

from __future__ import annotations

import ast
import configparser
import inspect
from pathlib import Path

import pytest

from engine import Tx

ROOT = Path(__file__).parents[3]
ROOMS = {
    'engine': {'bpmn', 'calendars', 'core', 'feel', 'forms', 'identity', 'keeping', 'moving', 'timing', 'verbs', 'worktime'},
    'tasks': {
        'backup', 'calendars', 'cases', 'catalogue', 'clock', 'deadlines', 'demo', 'desk', 'documents', 'evidence', 'marks', 'migration',
        'operations', 'people', 'rights', 'words', 'workshop',
    },
}  # fmt: off


@pytest.mark.parametrize('floor', ROOMS)
def test_a_floor_is_divided_into_rooms_by_noun(floor: str) -> None:
    """H-20, H-48: at the root stand only the doors and what all rooms share; every room says what it owns."""
    here = ROOT / floor
    rooms = {path.name for path in here.iterdir() if path.is_dir() and path.name != '__pycache__'}
    assert rooms == ROOMS[floor]
    for room in rooms - {'calendars'}:
        assert ast.get_docstring(ast.parse((here / room / '__init__.py').read_text(encoding='utf-8'))), room
    assert len(list(here.glob('*.py'))) <= 6


def test_a_transaction_is_no_list_of_verbs() -> None:
    """H-13, H-46: Tx has the connection, the actor, the instant and the lock; verbs are modules that are handed one."""
    own = {name for name in vars(Tx) if not name.startswith('_')}
    assert len(own) <= 10, own
    for name in ('complete', 'claim', 'start', 'deploy', 'stop_clock', 'record', 'publish', 'move_token'):
        assert not hasattr(Tx, name)


@pytest.mark.parametrize('module', ['clocks', 'definitions', 'events', 'instances', 'operations', 'user_tasks'])
def test_every_verb_is_handed_its_transaction(module: str) -> None:
    """H-46: `user_tasks.complete(tx, …)`."""
    found = __import__(f'engine.verbs.{module}', fromlist=[module])
    verbs = [
        one
        for name, one in vars(found).items()
        if inspect.isfunction(one) and one.__module__ == found.__name__ and not name.startswith('_')
    ]
    takers = [one for one in verbs if next(iter(inspect.signature(one).parameters), '') == 'tx']
    assert takers
    assert all(one.__doc__ for one in verbs)


def test_the_engine_has_doors() -> None:
    """H-21: the floors above come in through the face; a contract forbids them the inside."""
    config = configparser.ConfigParser()
    config.read(ROOT / 'setup.cfg', encoding='utf-8')
    door = config['importlinter:contract:door']
    assert door['source_modules'].split() == ['tasks', 'web']
    assert {'engine.core', 'engine.timing'} <= set(door['forbidden_modules'].split())


def test_migrations_are_titled_steps() -> None:
    """H-31: one function a table, none longer than a screen, each revision with a title."""
    for path in sorted((ROOT / 'migrations/versions').glob('*.py')):
        tree = ast.parse(path.read_text(encoding='utf-8'))
        assert ast.get_docstring(tree), path.name
        long = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60]
        assert long == [], path.name


def test_who_takes_part_finds_how_the_house_is_built() -> None:
    """H-32: a click is followed down to its rows, a diagram to its program, and the contents list both."""
    contents = (ROOT / 'docs/README.md').read_text(encoding='utf-8')
    for page in ('explanation/from-click-to-rows.md', 'explanation/from-diagram-to-program.md', '../CONTRIBUTING.md'):
        assert page in contents


def imports_of(path: Path) -> set[str]:
    """What a module needs to be there when it is imported: not what only the type checker reads, nor what a function fetches later."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding='utf-8')).body:
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update((node.module, *(f'{node.module}.{one.name}' for one in node.names)))
    return found


def test_no_two_modules_of_the_office_need_each_other() -> None:
    """H-13, H-20: the case page and the desk once did; whoever reads one of two such modules has to read both."""
    modules = {'.'.join(path.relative_to(ROOT).with_suffix('').parts): path for path in (ROOT / 'tasks').rglob('*.py')}
    needs = {name: imports_of(path) & modules.keys() - {name} for name, path in modules.items()}
    while free := {name for name, needed in needs.items() if not needed}:
        needs = {name: needed - free for name, needed in needs.items() if name not in free}
    assert needs == {}


def _imports(path: Path, modules: set[str]) -> set[str]:
    """The engine's modules that a module imports, whether at run time or only for its types."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ImportFrom) and (node.module or '').startswith('engine'):
            found |= {name if (name := f'{node.module}.{one.name}') in modules else str(node.module) for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found & modules


def _circles(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """The groups of modules that reach each other."""
    reach = {name: set(graph[name]) for name in graph}
    for middle in graph:
        for name in graph:
            if middle in reach[name]:
                reach[name] |= reach[middle]
    groups = {frozenset(other for other in reach[name] if name in reach[other]) for name in graph}
    return {group for group in groups if group}


def test_no_module_of_the_engine_imports_in_a_circle() -> None:
    """H-13: neither at run time nor for types only. Engine, transaction, frame and due work stand one upon the other.

    The nodes, tokens and scopes of a running diagram are one structure in eight files: they hold each other.
    """
    names = {
        path: '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__') for path in (ROOT / 'engine').rglob('*.py')
    }
    modules = set(names.values()) - {'engine'}  # the face names everything, and is imported by nobody inside
    graph = {name: _imports(path, modules) - {name} for path, name in names.items() if name in modules}
    running = {
        f'engine.bpmn.spiff.{name}' for name in ('conditions', 'events', 'expressions', 'gateways', 'loops', 'nodes', 'scope', 'token')
    }
    assert _circles(graph) <= {frozenset(running)}
