"""The table of rights is whole, printed, and the only answer (A-01)."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from engine import Right
from tasks.rights.printing import page
from tasks.rights.table import APART, POWERS, RELATIONS, ROLE_WORDS, ROLES, TABLE, UNPARTED, joined_duties

ROOT = Path(__file__).parents[3]
HOMES = ('tasks/rights/', 'tasks/demo/', 'tasks/people/')
"""The table itself; people who are given roles."""


def test_the_page_of_the_documentation_is_printed_from_the_table() -> None:
    assert (ROOT / 'docs/reference/rights.md').read_text(encoding='utf-8') == page()


@pytest.mark.parametrize('verb', TABLE)
def test_every_right_names_known_relations_a_reason_and_both_languages(verb: str) -> None:
    right = TABLE[verb]
    assert right.verb == verb
    assert right.who or right.masked
    assert set(right.relations) <= set(RELATIONS)
    assert not set(right.who) & set(right.masked)
    assert right.basis
    assert re.search('[一-鿿]', right.does)
    assert not re.search('[一-鿿]', right.does.en)


def test_duties_are_kept_apart() -> None:
    """domain §7: who looks on or administers works no case."""
    working = {'task.work', 'case.suspend', 'case.resume', 'case.extend', 'case.withdraw', 'case.receive'}
    for verb in working:
        roles = set().union(*(RELATIONS[name].roles for name in TABLE[verb].relations))
        assert roles.isdisjoint(POWERS - {'supervisor'} | {'analyst'}), verb
    assert all('clerk' in pair for pair in APART)
    assert set().union(*APART) == POWERS | {'clerk'}
    assert set(ROLE_WORDS) - set(ROLES) == {UNPARTED}


def test_an_analyst_has_no_relation_to_a_case() -> None:
    """A-03: who draws items needs nobody's case."""
    for verb in ('case.read', 'case.read_file', 'document.read', 'attachment.read', 'task.read'):
        assert all('analyst' not in RELATIONS[name].roles for name in TABLE[verb].relations), verb


def test_every_verb_that_is_asked_for_stands_in_the_table() -> None:
    """A misspelt verb would only be found when somebody asks."""
    asked = set()
    for path in [*(ROOT / 'tasks').rglob('*.py'), *(ROOT / 'web').rglob('*.py'), *(ROOT / 'engine').rglob('*.py')]:
        if 'node_modules' in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split('.')[-1] in ASKING:
                asked |= {
                    one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str) and '.' in one.value
                }
    for path in (ROOT / 'web/templates').rglob('*.html'):
        asked |= set(re.findall(r"may\('([^']+)'\)", path.read_text(encoding='utf-8')))
    assert asked - set(TABLE) == set()
    assert len(asked) > 40


def test_what_the_engine_asks_for_stands_in_the_table_and_it_knows_no_roles() -> None:
    """A-01: the engine's verbs ask the same table, and there is no second list of roles below it."""
    assert set(get_args(Right)) <= set(TABLE)
    roles = {role for role in ROLES if role != 'clerk'}
    for path in (ROOT / 'engine').rglob('*.py'):
        texts = {node.value for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))) if isinstance(node, ast.Constant)}
        assert not roles & texts, path


ASKING = {
    'asks', 'can', 'could', 'may', 'need', 'need_case', 'need_task', 'case_reading', 'allows', 'reading',
    'cases_for', 'cases_plain_to', 'tasks_for', 'tasks_plain_to', 'marks_for',
}  # fmt: off


def test_roles_are_asked_for_nowhere_else() -> None:
    """A-01: no second answer. Outside the rights room nobody looks at an actor's roles, no page and no verb."""
    found = []
    for floor in ('engine', 'tasks', 'web'):
        for path in (ROOT / floor).rglob('*.py'):
            name = path.relative_to(ROOT).as_posix()
            if 'node_modules' in path.parts or name.startswith(HOMES):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
                if isinstance(node, ast.Attribute) and node.attr == 'roles':
                    found.append(f'{name}:{node.lineno}')
    templates = [
        f'{path.name}: {line.strip()[:80]}'
        for path in (ROOT / 'web/templates').rglob('*.html')
        for line in path.read_text(encoding='utf-8').splitlines()
        if 'current_user.roles' in line
    ]
    assert {one.rpartition(':')[0] for one in found} <= SHOWN
    assert templates == []


SHOWN = {'web/session.py', 'web/cli/staffing.py', 'tasks/marks/duty.py'}
"""Where roles are only shown, or handed to the rights room."""


@pytest.mark.parametrize(
    ('duty', 'verbs'),
    [
        ('account_administrator', ['staff.administer', 'account.policy', 'hall.create']),
        ('process_administrator', ['definition.deploy', 'release.decide', 'calendar.change', 'instance.migrate', 'incident.settle']),
        ('auditor', ['look.read', 'evidence.read']),
    ],
)
def test_accounts_processes_and_audit_are_three_duties(duty: str, verbs: list[str]) -> None:
    """A-05: what one of the three does, neither of the others does."""
    others = {'account_administrator', 'process_administrator', 'auditor'} - {duty}
    for verb in verbs:
        may = set().union(*(RELATIONS[name].roles for name in TABLE[verb].relations))
        assert duty in may, verb
        assert may.isdisjoint(others), verb


def test_one_person_joins_no_two_of_the_three_duties_by_default() -> None:
    """A-05: nor administers anything he supervises; who had the old role joins them until he is given another."""
    three = {'account_administrator', 'process_administrator', 'auditor'}
    for one in three:
        assert not joined_duties({one})
        assert all(joined_duties({one, other}) for other in three - {one})
    assert joined_duties({'account_administrator', 'supervisor'})
    assert joined_duties({UNPARTED})
