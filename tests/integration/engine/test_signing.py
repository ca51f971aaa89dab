"""Two people sign an inspection (Licensing Law art. 34); whoever reviewed does not audit (four eyes)."""

from __future__ import annotations

import pytest
from fakes import ADMINISTRATOR, bundle, chain, clerk, end, start, user_task

from engine import SYSTEM, Actor, Engine, Forbidden, Rejection, read
from engine.rows import StoredTask
from engine.verbs import definitions, instances, user_tasks

HE, CHA, SHEN = clerk('he', 'inspection', 'audit'), clerk('cha', 'inspection'), clerk('shen', 'audit')
ITEM = bundle(
    start()
    + user_task('inspect', 'inspection', signers='2')
    + user_task('audit', 'audit', not_by='inspect')
    + end()
    + chain('start', 'inspect', 'audit', 'end')
)


def begin_case(engine: Engine, of=ITEM, **variables: object) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(of), key='item', name='事项')
        return instances.start(tx, 'item', business_key='case-1', variables=variables)


def the_task(engine: Engine, instance_id: int) -> StoredTask:
    with engine.reading() as connection:
        return read.open_tasks(connection, instance_id)[0]


def complete(engine: Engine, by: Actor, task_id: int, **data: object) -> bool:
    with engine.begin(by) as tx:
        return user_tasks.complete(tx, task_id, data).closed


def test_task_closes_with_the_second_signature(engine: Engine, clock) -> None:
    instance_id = begin_case(engine)
    task = the_task(engine, instance_id)
    with engine.begin(HE) as tx:
        user_tasks.claim(tx, task.id)
        assert not user_tasks.complete(tx, task.id, {'clean': True, 'note': '甲'}).closed
    again = the_task(engine, instance_id)
    assert (again.id, again.assignee) == (task.id, None)
    for verb in ('claim', 'complete'):
        with pytest.raises(Rejection, match='Expected another signer'), engine.begin(HE) as tx:
            getattr(user_tasks, verb)(tx, task.id)
    clock.move(hours=1)
    assert complete(engine, CHA, task.id, note='乙')
    with engine.reading() as connection:
        signatures = read.task(connection, task.id).signatures
        events = [(one.event, one.by) for one in read.events(connection, instance_id)]
    assert [(one['by'], one['name'], one['variables']) for one in signatures] == [
        ('he', 'He', {'clean': True, 'note': '甲'}),
        ('cha', 'Cha', {'note': '乙'}),
    ]
    assert ('user_task.signed', 'he') in events
    assert ('user_task.completed', 'cha') in events


def test_whoever_signed_the_inspection_does_not_audit(engine: Engine) -> None:
    instance_id = begin_case(engine)
    task = the_task(engine, instance_id)
    complete(engine, HE, task.id)
    complete(engine, CHA, task.id)
    audit = the_task(engine, instance_id)
    for verb in ('claim', 'complete'):
        with pytest.raises(Forbidden, match='he did inspect in this case'), engine.begin(HE) as tx:
            getattr(user_tasks, verb)(tx, audit.id)
    with pytest.raises(Forbidden), engine.begin(ADMINISTRATOR) as tx:
        user_tasks.assign(tx, audit.id, 'he')
    with engine.begin(HE) as tx:
        assert user_tasks.next_task(tx, ['audit']) is None
    assert complete(engine, SHEN, audit.id)


def test_assignee_and_groups_may_be_expressions(engine: Engine) -> None:
    of = bundle(
        start()
        + user_task('check', '${unit}, reserve')
        + user_task('decide', 'x', 'camunda:assignee="handled_by(&quot;check&quot;)"')
        + user_task('sign', 'x', 'camunda:assignee="${chief}"')
        + user_task('file', '', 'camunda:assignee="archivist"')
        + user_task('greet', 'x', 'camunda:assignee="first_contact"')
        + end()
        + chain('start', 'check', 'decide', 'sign', 'file', 'greet', 'end')
    )
    instance_id = begin_case(engine, of, unit='食品科', chief='wang')
    seen = []
    for by in (clerk('li', 'reserve'), clerk('li'), clerk('wang'), clerk('archivist')):
        task = the_task(engine, instance_id)
        seen.append((task.candidate_groups, task.assignee))
        complete(engine, by, task.id)
    assert seen == [(['食品科', 'reserve'], None), (['x'], 'li'), (['x'], 'wang'), ([], 'archivist')]
    assert the_task(engine, instance_id).assignee == 'li'


def test_task_whose_assignment_fails_waits_for_somebody_to_assign_it(make_engine) -> None:
    def roster(call) -> str:
        raise LookupError('no roster for today')

    engine = make_engine(functions={'roster': roster})
    of = bundle(start() + user_task('check', 'x', 'camunda:assignee="${roster()}"') + end() + chain('start', 'check', 'end'))
    instance_id = begin_case(engine, of)
    with engine.reading() as connection:
        kinds = [one.kind for one in read.incidents(connection, instance_id=instance_id)]
    task = the_task(engine, instance_id)
    assert (task.assignee, task.candidate_groups, kinds) == (None, ['x'], ['assignment'])
    with engine.begin(ADMINISTRATOR) as tx:
        user_tasks.assign(tx, task.id, 'li')
    assert complete(engine, clerk('li'), task.id)
