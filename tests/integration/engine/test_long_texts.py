"""What a database would refuse is refused before: in the check when the diagram says it, in words when a person or a case's data does."""

from __future__ import annotations

import pytest
from fakes import ADMINISTRATOR, bundle, chain, clerk, end, start, user_task

from engine import SYSTEM, Engine, Rejection, read
from engine.verbs import definitions, instances, user_tasks

LI = clerk('li', 'desk')


def plain(attrs: str = '', task: str = 'a', group: str = 'desk', **said: str):
    return bundle(start() + user_task(task, group, attrs) + end(**said) + chain('start', task, 'end'))


def begin(engine: Engine, of, key: str = 'case-1', **variables: object) -> int:
    with engine.begin(SYSTEM) as tx:
        return instances.start(
            tx, definitions.deploy(tx, tx.engine.check(of), key='item', name='事项'), business_key=key, variables=variables
        )


@pytest.mark.parametrize(
    'of',
    [
        plain(task='t' * 100),
        plain(f'camunda:formRef="{"f" * 200}"'),
        plain(f'camunda:assignee="{"p" * 100}"'),
        plain(group='g' * 100),
        plain(result='r' * 50),
    ],
)
def test_the_longest_texts_the_check_admits_can_be_stored(engine: Engine, of) -> None:
    instance_id = begin(engine, of)
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, instance_id)
    with engine.begin(SYSTEM) as tx:
        user_tasks.complete(tx, task.id)
    with engine.reading() as connection:
        assert read.instance(connection, instance_id).status == 'completed'


def test_an_account_from_the_data_that_is_too_long_leaves_the_task_to_be_assigned(engine: Engine) -> None:
    instance_id = begin(engine, plain('camunda:assignee="${who}"'), who='u' * 101)
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, instance_id)
        (incident,) = read.incidents(connection, instance_id=instance_id)
    assert task.assignee is None
    assert (incident.kind, incident.element) == ('assignment', 'a')


def test_a_window_from_the_data_that_is_too_long_is_an_incident(engine: Engine) -> None:
    instance_id = begin(engine, plain(group='${where}'), where='w' * 101)
    with engine.reading() as connection:
        (incident,) = read.incidents(connection, instance_id=instance_id)
    assert incident.kind == 'assignment'


@pytest.mark.parametrize('key', ['k' * 101, 'a\0b'])
def test_a_case_number_that_cannot_be_stored_is_refused(engine: Engine, key: str) -> None:
    with pytest.raises(Rejection, match='business key'):
        begin(engine, plain(), key)


def test_a_task_is_not_given_to_an_impossible_account(engine: Engine) -> None:
    instance_id = begin(engine, plain())
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, instance_id)
    with pytest.raises(Rejection, match='at most 100'), engine.begin(ADMINISTRATOR) as tx:
        user_tasks.assign(tx, task.id, 'u' * 101)


def test_an_item_code_or_name_that_is_too_long_is_not_deployed(engine: Engine) -> None:
    for key, name in (('k' * 101, '事项'), ('item', '名' * 201)):
        with pytest.raises(Rejection, match='at most'), engine.begin(ADMINISTRATOR) as tx:
            definitions.deploy(tx, tx.engine.check(plain()), key=key, name=name)
