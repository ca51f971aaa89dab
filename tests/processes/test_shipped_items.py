"""Every shipped item deploys without a word from the check, and the transfer of real estate asks its own decision table for the fee."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import SYSTEM, Actor, Engine, edition, read, read_path
from engine.bpmn import House
from engine.verbs import definitions, instances, user_tasks
from tasks.catalogue.checking import file_problems
from tasks.workshop.trial.replay import scenario_problems

PROCESSES = Path(__file__).parent.parent.parent / 'processes'
GROUPS = frozenset({'general', 'registration', 'registration_approval', 'applicant', 'delivery'})
ITEMS = sorted(path.name for path in PROCESSES.iterdir() if path.is_dir())


@pytest.mark.parametrize('name', ITEMS)
def test_a_shipped_item_passes_the_check_in_silence(name: str) -> None:
    assert [problem.message_en for problem in file_problems(edition(read_path(PROCESSES / name)), House())] == []


@pytest.mark.parametrize('name', ITEMS)
def test_the_scenarios_of_a_shipped_item_come_true(name: str) -> None:
    """Domain §11: one happy and at least two unhappy stories with their dates, replayed on the real engine."""
    bundle = read_path(PROCESSES / name)
    assert sum(path.startswith('scenarios/') for path in bundle.files) >= 3
    assert [problem.message_en for problem in scenario_problems(bundle)] == []


def _licence(call) -> dict:
    return {'licence_no': 'B-1'}


@pytest.fixture
def estate(engine: Engine):
    """A started transfer; `do` completes the open task of an element, `waits` says which are open."""
    engine.handlers = {'issue_licence': _licence}
    with engine.begin(SYSTEM) as tx:
        rules = [{'name': 'promise', 'starts': 'accepted', 'ends': 'decided', 'limit': '5个工作日'}]
        definitions.deploy(
            tx, tx.engine.check(read_path(PROCESSES / 'real-estate-transfer')), key='estate', name='不动产转移登记', clock_rules=rules
        )
        instance = instances.start(tx, 'estate', business_key='E-1')

    def waits() -> dict[str, int]:
        with engine.reading() as connection:
            return {task.element: task.id for task in read.open_tasks(connection, instance)}

    def do(element: str, **data: object):
        by = Actor(element, groups=GROUPS)  # four eyes: everybody does one step
        with engine.begin(by) as tx:
            return user_tasks.complete(tx, waits()[element], data)

    return waits, do, instance


@pytest.mark.parametrize(
    ('kind', 'small', 'extra', 'amount'),
    [('residential', False, 0, 80), ('residential', None, 2, 100), ('other', False, 0, 550), ('other', True, 3, 0)],
)
def test_the_fee_follows_the_published_table(estate, engine: Engine, *, kind: str, small, extra: int, amount: int) -> None:
    """Domain §11 item 3 and S-46: 80 for a dwelling, 550 for anything else, 10 a further certificate, nothing for a small enterprise."""
    waits, do, instance = estate
    do('intake', intake_outcome='accept', property_kind=kind, small_enterprise=small, extra_certificates=extra)
    do('title_review', title_checks=['source'], title_opinion='权属清楚')
    assert set(waits()) == ({'register'} if amount == 0 else {'pay'})
    with engine.begin(SYSTEM) as tx, tx.frame(instance) as frame:
        assert frame.run.variables['registration_fee']['amount'] == amount


def test_waiting_for_payment_stops_the_clock_and_silence_withdraws(estate, engine: Engine, clock) -> None:
    waits, do, instance = estate
    do('intake', intake_outcome='accept', property_kind='residential')
    do('title_review', title_checks=['source'], title_opinion='权属清楚')
    with engine.reading() as connection:
        assert [(row.name, row.state) for row in read.clocks(connection, instance)] == [('promise', 'stopped')]
    clock.move(days=40)
    engine.tick()
    assert waits() == {}
    with engine.reading() as connection:
        [ended] = [event for event in read.events(connection, instance) if event.event == 'process_instance.ended']
    assert ended.data['result'] == 'withdrawn'


def test_a_paid_transfer_is_registered_and_issued(estate) -> None:
    waits, do, _ = estate
    do('intake', intake_outcome='accept', property_kind='residential')
    do('title_review', title_checks=['source'], title_opinion='权属清楚')
    do('pay', payment_no='P-1', paid_on='2026-03-02')
    do('register', decision='granted', decision_reasons='符合条件', decision_basis='条例')
    assert do('deliver', delivery_method='window', receiver_name='李', delivered_on='2026-03-02').result == 'granted'
    assert waits() == {}
