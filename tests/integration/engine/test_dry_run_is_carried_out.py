"""What a dry run says of a case is what its carrying out says, for migrations and moves alike."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from fakes import ADMINISTRATOR
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.bpmn_run.sketch import sketch
from unit.bpmn_run.test_run_walks import Drawing

from engine import SYSTEM, Bundle, Engine, MigrationPlan, MovePlan, Rejection, read
from engine.core.definitions import Checked, edition
from engine.moving import placing
from engine.moving.plan import Plan
from engine.verbs import definitions, instances, user_tasks

NUMBER = itertools.count(1)
ID = re.compile(r'\b([a-z]+\d+)\b')
DECIDING = {'deciding'}


class MilestoneDrawing(Drawing):
    """A drawing some of whose user tasks reach a milestone, decide, or hold the clock."""

    def _user(self, at: str, depth: int) -> str:
        name = self.new(
            'user', self.pick.draw(st.sampled_from(['', '', '', 'milestone=accepted', 'candidateGroups=deciding', 'clock=stopped']))
        )
        self.flow(at, name)
        return name


def deploy(engine: Engine, key: str, text: str) -> int:
    """Without the check: an old version may have what is refused today."""
    with engine.begin(SYSTEM) as tx:
        return definitions.deploy(
            tx, Checked(edition(Bundle({'process.bpmn': sketch(text) + b'<!-- %d -->' % next(NUMBER)}, key)), ()), key=key, name='事项'
        )


def walk(engine: Engine, case: int, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(0, 2))):
        with engine.begin(SYSTEM) as tx:
            tasks = read.open_tasks(tx.connection, case)
            if tasks:
                chosen: Any = data.draw(st.sampled_from(list(tasks)))
                user_tasks.complete(tx, chosen.id, {'x': data.draw(st.integers(0, 3))})


def plan_for(data: st.DataObject, here: list[str], old: int, new: int, mapping: dict[str, str]) -> Plan:
    names = list(mapping)
    if data.draw(st.booleans()):
        leave = data.draw(st.lists(st.sampled_from([*here, *here, 'nothing']), min_size=1, max_size=2, unique=True))
        steps = [name for name in names if name.startswith(('user', 'script', 'sub', 'none'))]
        return MovePlan(
            tuple(leave), data.draw(st.sampled_from([*steps, 'nowhere'])), data.draw(st.sampled_from([None, None, None, old, new]))
        )
    some = {name: there for name, there in mapping.items() if data.draw(st.integers(0, 9))}
    if data.draw(st.integers(0, 3)) == 0:
        some[data.draw(st.sampled_from(names))] = data.draw(st.sampled_from([*mapping.values(), 'nowhere']))
    timers = data.draw(st.sampled_from([{}, {'*': 'relimit'}, {'*': 'restart'}]))
    return MigrationPlan(old, new, mapping=some, timers=timers, added=data.draw(st.sampled_from(['opening', 'now'])))


def carried_out(engine: Engine, case: int, plan: Plan) -> tuple[bool, list[dict[str, object]] | str]:
    try:
        with engine.begin(ADMINISTRATOR) as tx:
            return True, [one.as_dict() for one in placing.carry_out(tx, case, plan, '试', DECIDING).notes]
    except Rejection as refusal:
        return False, refusal.facts.get('findings', str(refusal))


def told(engine: Engine, case: int, plan: Plan) -> tuple[bool, list[dict[str, object]] | str]:
    try:
        with engine.looking(ADMINISTRATOR) as tx:
            found = placing.assess(tx, case, plan, DECIDING)
    except Rejection as refusal:
        return False, str(refusal)
    return found.can, [one.as_dict() for one in (found.notes if found.can else found.because)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_dry_run_says_what_the_carrying_out_says(engine: Engine, data: st.DataObject) -> None:
    """H-17, H-47: the same findings, blocking or not, of a suspended case too."""
    drawing = MilestoneDrawing(data)
    start, first = drawing.new('start'), drawing.new('user')
    drawing.flow(start, first)
    drawing.flow(drawing.blocks(first, 0), drawing.new('end'))
    text = '\n'.join(drawing.lines)
    names = sorted(set(ID.findall(text)))
    renamed = data.draw(st.booleans())
    revised = ID.sub(r'\1v', text) if renamed else text + '\n'
    if data.draw(st.booleans()):
        revised += f'\non! {first}{"v" if renamed else ""} timer added text=3个工作日'
    key = f'item{next(NUMBER)}'
    old = deploy(engine, key, text)
    with engine.begin(SYSTEM) as tx:
        variables = {'x': data.draw(st.integers(0, 3)), 'n': 0, 'people': ['甲', '乙'][: data.draw(st.integers(0, 2))]}
        case = instances.start(tx, key, business_key=key, variables=variables)
    new = deploy(engine, key, revised)
    walk(engine, case, data)
    if data.draw(st.integers(0, 5)) == 0 and not ended(engine, case):
        with engine.begin(ADMINISTRATOR) as tx:
            instances.suspend(tx, case, '核查')
    with engine.looking(ADMINISTRATOR) as tx:
        here = [one.element for one in placing.places(tx, case)]
    plan = plan_for(data, here, old, new, {name: f'{name}v' if renamed else name for name in names})
    foretold = told(engine, case, plan)
    assert carried_out(engine, case, plan) == foretold


def ended(engine: Engine, case: int) -> bool:
    with engine.reading() as connection:
        found: Any = read.instance(connection, case)
    return found.ended_at is not None


MOVED = 'start s\nuser a\nuser b\nend e\ns -> a -> b -> e'


@pytest.mark.parametrize('way', ['suspended', 'other version', 'unknown step'])
def test_what_only_the_carrying_out_refused_is_told_by_the_dry_run(engine: Engine, way: str) -> None:
    """H-47: a suspended case to move, a case on another version than the order's, a plan that names steps nobody has."""
    key = f'item{next(NUMBER)}'
    old = deploy(engine, key, MOVED)
    with engine.begin(SYSTEM) as tx:
        case = instances.start(tx, key, business_key=key)
    new = deploy(engine, key, MOVED + '\n')
    plan: Plan = MovePlan(('a',), 'b')
    if way == 'suspended':
        with engine.begin(ADMINISTRATOR) as tx:
            instances.suspend(tx, case, '核查')
    elif way == 'other version':
        plan = MovePlan(('a',), 'b', new)
    else:
        plan = MigrationPlan(old, new, mapping={'a': 'nowhere'})
    can, why = told(engine, case, plan)
    assert (can, carried_out(engine, case, plan)) == (False, (False, why))
    code = {'suspended': 'suspended', 'other version': 'other_definition'}.get(way)
    assert code is None or [one['code'] for one in why if isinstance(one, dict)] == [code]


DECIDED = 'start s\nuser a\nuser d candidateGroups=deciding\nuser b\nend e\ns -> a -> d -> b -> e'


@pytest.mark.parametrize('migrates', [True, False])
def test_windows_that_decide_are_asked_of_the_hall_for_migrations_too(engine: Engine, migrates: bool) -> None:
    """H-17: a move asked the hall's register, a migration the catalogue entry; either says that a window decides."""
    key = f'item{next(NUMBER)}'
    old = deploy(engine, key, DECIDED)
    with engine.begin(SYSTEM) as tx:
        case = instances.start(tx, key, business_key=key)
    new = deploy(engine, key, DECIDED + '\n')
    plan: Plan = MigrationPlan(old, new, mapping={'a': 'b'}) if migrates else MovePlan(('a',), 'b')
    with engine.looking(ADMINISTRATOR) as tx:
        assert 'decides' in [one.code for one in placing.assess(tx, case, plan, DECIDING).findings]
        assert placing.assess(tx, case, plan).can
