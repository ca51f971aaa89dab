"""Refusals without reasons and second supplement notices, in a hall whose documents would let them pass: the net below them."""

from __future__ import annotations

import pytest
from integration.marks.conftest import Watched

from engine import SYSTEM, Engine, FixedClock
from engine.verbs import clocks, instances
from tasks.calendars import halls
from tasks.cases import functions
from tasks.catalogue import checking, items
from tasks.catalogue.item_toml import item_rules
from tasks.demo.hall import CLERKS, HALL, set_up
from tasks.documents import handlers
from tasks.marks.listening import listen
from tasks.people import roster as people
from tasks.rights.asking import engine_asks


@pytest.fixture
def hall(make_engine, clock: FixedClock, bundle):
    """The hall without the projection, which refuses both outright."""
    engine: Engine = make_engine(
        rights=engine_asks,
        handlers=handlers.HANDLERS,
        functions=functions.FUNCTIONS,
        item_rules=item_rules,
        halls=halls.find_hall,
        listeners=[listen],
    )
    with engine.begin(SYSTEM) as tx:
        set_up(tx)
        items.deploy(tx, checking.judge(tx.connection, bundle), '首次部署', hall=HALL)
    with engine.reading() as connection:
        actors = {username: people.actor_of(people.find_clerk(connection, username)) for username, *_ in CLERKS}
    return Watched(engine, clock, actors)


def test_a_refusal_without_reasons_is_red(hall) -> None:
    case_no = hall.receive().case_no
    hall.do(case_no, 'intake', fate='not_accepted')
    (found,) = hall.marks(case_no)
    assert (found['rule'], found['colour'], found['fault'], found['window'], found['person']) == (5, 'red', 'wrong', 'general', 'chuangkou')


def test_asking_for_materials_twice_is_yellow(hall) -> None:
    case_no = hall.receive().case_no
    instance = hall.case(case_no).instance_id
    for _ in range(2):
        hall.clock.move(minutes=5)
        stop = hall.engine.run(
            hall.actors['guanli'], lambda tx: clocks.stop_clock(tx, instance, 'supplement', '材料不全', '行政许可法第三十二条')
        )
        hall.engine.run(hall.actors['guanli'], lambda tx, stop=stop: clocks.resume_clock(tx, stop))
    (found,) = hall.marks(case_no)
    assert (found['rule'], found['colour'], found['fault']) == (8, 'yellow', 'wrong')
    assert '第 2 次' in found['grounds']


def test_a_voided_case_gets_no_mark(hall) -> None:
    case_no = hall.receive().case_no
    hall.engine.run(hall.actors['guanli'], lambda tx: instances.cancel(tx, hall.case(case_no).instance_id, '重复收件'))
    assert hall.marks(case_no) == []
