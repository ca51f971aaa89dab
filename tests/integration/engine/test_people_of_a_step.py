"""A step is offered to whom its diagram names, whatever the case's data hold: names, or an incident, never an error (D-05, D-06, D-07)."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import boundary_timer, bundle, chain, clerk, end, flow, start, user_task

from engine import SYSTEM, Forbidden, Staff, read
from engine.moving import placing
from engine.moving.plan import MigrationPlan
from engine.verbs import definitions, instances, user_tasks
from engine.words import Word

BEFORE = clerk('shou', 'desk')


def stepped(engine, step: str, data: Any = None, *, more: str = '', begin: str = start(), house: str = 'item') -> Any:
    """A case whose step before `u` is completed with `x = data`; the open tasks and incidents of the case."""
    body = begin + user_task('a') + step + more + end() + chain('start', 'a', 'u', 'end')
    source = bundle(body, name=house)
    engine.run(SYSTEM, lambda tx: definitions.deploy(tx, engine.check(source), key=house, name='Item'))
    case = engine.run(BEFORE, lambda tx: instances.start(tx, house, business_key=house))
    engine.run(BEFORE, lambda tx: user_tasks.complete(tx, opened(engine, case)[0].id, {'x': data}))
    with engine.reading() as connection:
        return read.open_tasks(connection, case), read.incidents(connection, instance_id=case)


def opened(engine, case: int) -> Any:
    with engine.reading() as connection:
        return read.open_tasks(connection, case)


def named(**attributes: str) -> str:
    given = ' '.join(f'camunda:{key}="{text}"' for key, text in attributes.items())
    return f'<userTask id="u" name="u" {given}/>'


def test_candidate_users_see_and_claim_the_step_and_nobody_else(engine) -> None:
    """D-05"""
    (task,), incidents = stepped(engine, named(candidateUsers='li,wang'))
    assert (task.candidate_groups, task.candidate_users, task.assignee, incidents) == ([], ['li', 'wang'], None, [])
    for stranger in (clerk('zhao', 'desk'), BEFORE):
        with pytest.raises(Forbidden):
            engine.run(stranger, lambda tx: user_tasks.claim(tx, task.id))
        assert engine.run(stranger, lambda tx: user_tasks.next_task(tx, ['desk'], own=True)) is None
    assert engine.run(clerk('wang'), lambda tx: user_tasks.next_task(tx, [], own=True)) == task.id
    engine.run(clerk('wang'), lambda tx: user_tasks.complete(tx, task.id))


def test_candidate_users_stand_beside_the_windows(engine) -> None:
    """D-05: as in Camunda and Flowable, each of both may take it."""
    (task,), _ = stepped(engine, named(candidateUsers='li', candidateGroups='desk,back'))
    engine.run(clerk('li'), lambda tx: user_tasks.claim(tx, task.id))
    engine.run(clerk('li'), lambda tx: user_tasks.unclaim(tx, task.id))
    engine.run(clerk('zhao', 'back'), lambda tx: user_tasks.claim(tx, task.id))


@pytest.mark.parametrize('slot', ['assignee', 'candidateUsers', 'candidateGroups'])
@pytest.mark.parametrize('value', [3, 2.5, True, {'a': 1}, [1, 2], [['li']], None, '', 'li', ['li', 'wang'], 'n' * 101])
def test_any_value_in_any_slot_lets_the_step_before_be_completed(engine, slot: str, value: Any) -> None:
    """D-07: it is names or one incident with the expression."""
    (task,), incidents = stepped(engine, named(**{slot: '${x}'}), value)
    seen = bool(task.candidate_groups or task.candidate_users or task.assignee)
    assert seen == (not incidents)
    assert seen == (value in ('li', ['li', 'wang']))
    assert all('${x}' in one.message and '${x}' in one.message_en and one.kind == 'assignment' for one in incidents)


@pytest.mark.parametrize('value', [3, 2.5, True, None, '', 'soon', [1], {'a': 1}])
def test_a_limit_that_is_none_is_an_incident(engine, value: Any) -> None:
    """D-07: the clerk of the step before is done; an operator gives the timer a limit."""
    late = boundary_timer('late', 'u', '${x}', interrupting=False) + end('over') + flow('late', 'over')
    (task,), incidents = stepped(engine, user_task('u'), value, more=late)
    assert task.element == 'u'
    assert [one.kind for one in incidents] == ['timer']


def test_the_starter_of_the_case_is_its_initiator(engine) -> None:
    """D-05: the variable a start event names, and the word of Flowable."""
    begin = '<startEvent id="start" camunda:initiator="sender"/>'
    for number, text in enumerate(('${sender}', 'sender', '$INITIATOR', '${INITIATOR}')):
        (task,), _ = stepped(engine, named(assignee=text), begin=begin, house=f'item{number}')
        assert task.assignee == BEFORE.id, text


def test_a_lane_is_a_window_by_its_name(engine) -> None:
    """D-05: a step in a lane was offered to the lane's id, which nobody works."""
    lanes = '<laneSet id="l"><lane id="lane_1" name="desk"><flowNodeRef>u</flowNodeRef></lane></laneSet>'
    (task,), _ = stepped(engine, named(), more=lanes)
    assert (task.candidate_groups, task.group_key) == (['desk'], 'desk')


def test_a_person_who_is_not_there_leaves_the_step_to_its_window_and_that_is_said(make_engine) -> None:
    """D-06"""
    gone = {'li': Word('李：账号已停用', 'Li: the account is switched off')}
    engine = make_engine(staffing=lambda _tx, _definition, _offer: Staff(gone))
    (task,), incidents = stepped(engine, named(assignee='li', candidateGroups='desk'))
    assert (task.assignee, task.candidate_groups, incidents) == (None, ['desk'], [])
    with engine.reading() as connection:
        told = [event.data for event in read.events(connection, task.instance_id) if event.token == task.token]
    assert told[0]['instead'] == [['李：账号已停用', 'Li: the account is switched off']]


def test_a_person_who_is_not_there_and_no_window_is_an_incident(make_engine) -> None:
    """D-05, D-06: whoever is handed the step afterwards settles it."""
    engine = make_engine(staffing=lambda _tx, _definition, offer: Staff({name: Word('不在', 'gone') for name in offer.people}))
    (task,), incidents = stepped(engine, named(assignee='li'))
    assert (task.assignee, [one.kind for one in incidents]) == (None, ['assignment'])
    engine.run(SYSTEM, lambda tx: user_tasks.assign(tx, task.id, 'wang'))
    with engine.reading() as connection:
        assert [one.state for one in read.incidents(connection, instance_id=task.instance_id, state='resolved')] == ['resolved']


def test_a_step_of_a_called_process_names_its_people(engine) -> None:
    """D-05"""
    call = '<callActivity id="u" name="u" calledElement="inner"/>'
    inner = start('s') + '<userTask id="i" name="i" camunda:candidateUsers="${x}"/>' + end('e') + chain('s', 'i', 'e')
    mapping = '<extensionElements><camunda:in variables="all"/></extensionElements>'
    called = f'{call[:-2]}>{mapping}</callActivity>'
    for value, users in ((['li'], ['li']), (None, [])):
        house = f'item{len(users)}'
        body = start() + user_task('a') + called + end() + chain('start', 'a', 'u', 'end')
        source = bundle(f'{body}</process><process id="inner" isExecutable="false">{inner}', name=house)
        engine.run(SYSTEM, lambda tx, key=house, made=source: definitions.deploy(tx, engine.check(made), key=key, name='Item'))
        case = engine.run(BEFORE, lambda tx, key=house: instances.start(tx, key, business_key=key))
        engine.run(BEFORE, lambda tx, of=case, x=value: user_tasks.complete(tx, opened(engine, of)[0].id, {'x': x}))
        (task,) = opened(engine, case)
        assert (task.element, task.candidate_users) == ('i', users)
        with engine.reading() as connection:
            assert [one.kind for one in read.incidents(connection, instance_id=case)] == ([] if users else ['assignment'])


def test_a_migration_offers_the_step_to_whom_the_new_version_names_and_goes_back(engine) -> None:
    """D-05"""
    old = start() + user_task('u') + end() + chain('start', 'u', 'end')
    new = old.replace('camunda:candidateGroups="desk"', 'camunda:candidateUsers="li,wang"')
    ids = []
    for body in (old, new):
        ids.append(engine.run(SYSTEM, lambda tx, made=body: definitions.deploy(tx, engine.check(bundle(made)), key='item', name='Item')))
        if len(ids) == 1:
            case = engine.run(BEFORE, lambda tx: instances.start(tx, 'item', business_key='1'))
    done = engine.run(SYSTEM, lambda tx: placing.carry_out(tx, case, MigrationPlan(*ids), '修订'))
    (task,) = opened(engine, case)
    assert (task.candidate_groups, task.candidate_users) == ([], ['li', 'wang'])
    assert engine.run(clerk('li'), lambda tx: user_tasks.next_task(tx, [], own=True)) == task.id
    engine.run(clerk('li'), lambda tx: user_tasks.unclaim(tx, task.id))
    engine.run(SYSTEM, lambda tx: placing.carry_out(tx, case, MigrationPlan(*reversed(ids)), '改回'))
    (task,) = opened(engine, case)
    assert (task.candidate_groups, task.candidate_users) == (['desk'], [])
    assert engine.run(clerk('li'), lambda tx: user_tasks.next_task(tx, [], own=True)) is None
    assert done.migration
