"""A whole hall on each database: the demo's windows and clerks, the food business licence in force, a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, Actor, Bundle, Engine, FixedClock, Forbidden, NotFound, Rejection, read, read_path
from engine.rows import StoredTask
from tasks.calendars import halls
from tasks.calendars.editions import FOLLOWING
from tasks.cases import functions
from tasks.cases import receipt as cases
from tasks.cases import status as projection
from tasks.cases.called_up import open_called_up
from tasks.catalogue import checking, items
from tasks.catalogue.item_toml import item_rules
from tasks.catalogue.releases.catalogue import VERSIONS
from tasks.demo.answers import answers
from tasks.demo.hall import CLERKS, HALL, password_of_all, set_up
from tasks.desk import verbs as desk
from tasks.documents import handlers
from tasks.migration.batches import BATCHES
from tasks.people import roster as people
from tasks.people.staffing import staffing
from tasks.rights.asking import engine_asks
from tasks.rows import StoredCase

PROCESSES = Path(__file__).resolve().parents[3] / 'processes'
ITEM = 'food-business-licence'
WINDOW_CLERK = {
    'intake': 'chuangkou',
    'supplement': 'chuangkou',
    'rectify': 'chuangkou',
    'document_review': 'shencha',
    'audit': 'shenhe',
    'decide': 'jueding',
    'make_certificate': 'zhizheng',
    'deliver': 'chujian',
    'deliver_refusal': 'chujian',
}
COMPANY = cases.Applicant('清江县味美餐饮有限公司', 'enterprise', '11330800MB0R57773W', '19900001234', '清江县城关镇人民路1号')
PERSON = cases.Applicant('张三丰', 'person', '11010519491231002X', '19900005678', '清江县青石镇和平路2号')
ALL = tuple(cases.ReceivedMaterial(code) for code in ('application', 'business_licence', 'layout', 'safety_system'))


@cache
def licence_bundle() -> Bundle:
    """The item as it is shipped."""
    return read_path(PROCESSES / ITEM)


@dataclass
class Hall:
    """The hall under test: its engine, clock and people, and short ways to walk a case."""

    engine: Engine
    clock: FixedClock
    actors: dict[str, Actor]

    def receive(self, applicant: cases.Applicant = COMPANY, **more: Any) -> cases.ReceivedCase:
        given = {'materials': ALL, 'item_code': ITEM, 'window': 'general', **more}
        password = cases.query_password()
        return self.engine.run(self.actors['chuangkou'], lambda tx: cases.receive(tx, password, applicant=applicant, **given))

    def waits(self, case_no: str) -> list[StoredTask]:
        with self.engine.reading() as connection:
            case = cases.find_case(connection, case_no)
            return list(read.open_tasks(connection, case.instance_id))

    def task(self, case_no: str, element: str) -> StoredTask:
        return next(row for row in self.waits(case_no) if row.element == element)

    def do(self, case_no: str, element: str, data: dict[str, Any] | None = None, *, by: str = '', fate: str = 'granted') -> desk.Completed:
        """One step by the window's clerk, with the demo's answers unless data is given."""
        task = self.task(case_no, element)
        data = answers(fate, element, 0, self.today()) if data is None else data
        by = by or WINDOW_CLERK.get(element) or ('hecha2' if task.signatures else 'hecha1')
        return self.engine.run(self.actors[by], lambda tx: desk.complete(tx, task.id, data))

    def walk(self, case_no: str, *elements: str, fate: str = 'granted') -> None:
        for element in elements:
            self.clock.move(minutes=10)
            self.do(case_no, element, fate=fate)

    def case(self, case_no: str) -> StoredCase:
        with self.engine.reading() as connection:
            return cases.find_case(connection, case_no)

    def today(self) -> Any:
        return self.clock().astimezone().date()


@pytest.fixture
def bare_office(make_engine: Any) -> Engine:
    """An engine with everything the office adds, and no hall yet."""
    return make_engine(
        opening=open_called_up,
        rights=engine_asks,
        staffing=staffing,
        handlers=handlers.HANDLERS,
        functions=functions.FUNCTIONS,
        item_rules=item_rules,
        halls=halls.find_hall,
        listeners=[projection.project],
        deliver=handlers.DELIVERERS,
        queues=[VERSIONS, FOLLOWING, BATCHES],
    )


@pytest.fixture
def hall(bare_office: Engine, clock: FixedClock) -> Hall:
    """The demo hall with the item in force and no case."""
    with bare_office.begin(SYSTEM) as tx:
        set_up(tx)
        items.deploy(tx, checking.judge(tx.connection, licence_bundle()), '首次部署', hall=HALL)
    with bare_office.reading() as connection:
        actors = {username: people.actor_of(people.find_clerk(connection, username)) for username, *_ in CLERKS}
    return Hall(bare_office, clock, actors)


ELSEWHERE = {
    'other_clerk': (['clerk'], ['north_counter']),
    'other_decider': (['clerk'], ['north_decides']),
    'other_supervisor': (['supervisor'], []),
    'other_analyst': (['analyst'], []),
    'other_administrator': (['process_administrator'], []),
    'other_accounts': (['account_administrator'], []),
}
"""People of another hall: their roles and windows."""


@pytest.fixture
def two_halls(hall):
    """The demo hall with two items, and another hall with a counter, a deciding window, a supervisor and an administrator."""
    with hall.engine.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, read_path(PROCESSES / 'real-estate-transfer')), '首次部署', hall=HALL)
        people.create_hall(tx, 'north', '江北县政务服务中心', '990122', document_prefix='北政服')
        people.create_department(tx, 'north_office', '江北县审批局', 'north')
        people.create_window(tx, 'north_counter', '受理窗口', 'north', department='north_office', authority='receive')
        people.create_window(tx, 'north_decides', '决定岗', 'north', department='north_office', authority='decide')
        people.create_window(tx, 'market_decides', '市监局另一决定岗', HALL, department='market', authority='decide')
        for name, (roles, windows) in ELSEWHERE.items():
            people.create_clerk(tx, name, name, password_of_all(), roles, windows=windows, department='north_office')
        people.create_clerk(tx, 'same_department', '另一岗', password_of_all(), ['clerk'], windows=['market_decides'], department='market')
    with hall.engine.reading() as connection:
        for name in (*ELSEWHERE, 'same_department'):
            hall.actors[name] = people.actor_of(people.find_clerk(connection, name))
    return hall


class Undone(Exception):
    """The verb was not refused; nothing of it is kept."""


def allowed(hall, username: str, act: Callable[[Any], object]) -> bool:
    """Whether the verb is not refused by right; what is impossible for another reason was allowed. Nothing is kept."""
    try:
        with suppress(Undone), hall.engine.begin(hall.actors[username]) as tx:
            act(tx)
            raise Undone
    except (Forbidden, NotFound):
        return False
    except Rejection:
        return True
    return True
