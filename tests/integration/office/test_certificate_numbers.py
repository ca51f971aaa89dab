"""O-01: every item of one hall issues certificates; a number is drawn from the series in which it is unique."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine import Bundle, Conflict, Undeployable, read, read_path
from engine.rows import StoredTask
from tasks import tables as t
from tasks.cases import receipt as cases
from tasks.cases.numbers import check_digit, next_licence_no
from tasks.catalogue import checking, items
from tasks.catalogue import views as catalogue_views
from tasks.demo import answers as food
from tasks.demo import estate
from tasks.documents import handlers
from tasks.operations import administration

from .conftest import COMPANY, PROCESSES, WINDOW_CLERK, Hall

SHIPPED = sorted(path.name for path in PROCESSES.iterdir() if path.is_dir())
ANSWERS = {'food-business-licence': food.answers, 'real-estate-transfer': estate.answers}
WORKERS = {'title_review': ('quanshu',), 'register': ('dengbu',), 'pay': ('chuangkou',), 'site_inspection': ('hecha1', 'hecha2')}


def bundle_of(item: str, old: str = '', new: str = '', *, code: str = '') -> Bundle:
    """A shipped item without its scenarios, perhaps under another code, with one text of item.toml replaced."""
    shipped = read_path(PROCESSES / item)
    text = shipped.files['item.toml'].decode().replace(f'code = "{item}"', f'code = "{code or item}"', 1)
    assert old in text
    files = {path: content for path, content in shipped.files.items() if not path.startswith('scenarios/')}
    return Bundle({**files, 'item.toml': text.replace(old, new).encode()}, code or item)


@pytest.fixture
def whole(hall: Hall) -> Hall:
    """The hall with every shipped item in force."""
    for item in SHIPPED:
        if item != 'food-business-licence':
            hall.engine.run(
                hall.actors['guanli'],
                lambda tx, item=item: items.deploy(tx, checking.judge(tx.connection, read_path(PROCESSES / item)), '首次部署'),
            )
    return hall


def receive(hall: Hall, item: str) -> str:
    with hall.engine.reading() as connection:
        spec = catalogue_views.item_view(connection, item).spec
    given = tuple(cases.ReceivedMaterial(one.code) for one in spec.materials)
    return hall.receive(COMPANY, item_code=item, materials=given).case_no


def worker(hall: Hall, task: StoredTask) -> str:
    """Who works the task's window and has not signed."""
    signed = {one['by'] for one in task.signatures}
    return next(each for each in WORKERS.get(task.element, (WINDOW_CLERK.get(task.element, ''),)) if each not in signed)


def to_the_end(hall: Hall, item: str, case_no: str) -> None:
    while waits := [one for one in hall.waits(case_no) if one.element != 'supervise']:
        hall.clock.move(minutes=10)
        data = ANSWERS[item]('granted', waits[0].element, 0, hall.today())
        hall.do(case_no, waits[0].element, data, by=worker(hall, waits[0]))


def issued(hall: Hall) -> list[str]:
    with hall.engine.reading() as connection:
        return list(connection.execute(select(t.licence.c.no).order_by(t.licence.c.no)).scalars())


def test_every_shipped_item_is_walked_to_its_certificate_in_one_hall(whole: Hall) -> None:
    """O-01, B-01: the second item's certificate had the first one's number, so it was never issued."""
    for item in [*SHIPPED, *SHIPPED]:
        case_no = receive(whole, item)
        to_the_end(whole, item, case_no)
        assert (whole.case(case_no).status, whole.case(case_no).result) == ('closed', 'granted')
    with whole.engine.reading() as connection:
        assert read.incidents(connection) == []
    assert len(set(issued(whole))) == 2 * len(SHIPPED)


def test_a_number_says_item_region_year_and_serial_and_ends_in_a_check_digit(hall: Hall) -> None:
    to_the_end(hall, 'food-business-licence', receive(hall, 'food-business-licence'))
    (number,) = issued(hall)
    assert number[:-1] == 'JY' + '990121' + '2026' + '000001'
    assert check_digit(number.removeprefix('JY')) == '0'


def test_items_without_a_prefix_share_one_series(hall: Hall) -> None:
    """O-01: two series that print the same numbers are one series."""
    for code in ('one', 'two'):
        bundle = bundle_of('food-business-licence', 'number_prefix = "JY"\n', '', code=code)
        hall.engine.run(
            hall.actors['guanli'], lambda tx, bundle=bundle: items.deploy(tx, checking.judge(tx.connection, bundle), '首次部署')
        )
        to_the_end(hall, 'food-business-licence', receive(hall, code))
    assert [number[10:16] for number in issued(hall)] == ['000001', '000002']


def test_each_organ_and_year_has_its_own_series(hall: Hall) -> None:
    def drawn() -> Iterator[str]:
        with hall.engine.begin(hall.actors['guanli']) as tx:
            for prefix, region, year in [('A', '990121', 2026), ('A', '990122', 2026), ('A', '990121', 2027), ('B', '990121', 2026)] * 2:
                yield next_licence_no(tx.connection, prefix, region, year)

    found = list(drawn())
    assert len(set(found)) == len(found)
    assert [number[11:17] for number in found] == ['000001'] * 4 + ['000002'] * 4


def test_a_prefix_of_another_item_is_refused_at_deployment(hall: Hall) -> None:
    """O-01: the scheme is checked against the hall's other items."""
    with pytest.raises(Undeployable) as refusal, hall.engine.begin(hall.actors['guanli']) as tx:
        items.deploy(tx, checking.judge(tx.connection, bundle_of('food-business-licence', code='another')), '首次部署')
    (problem,) = [one for one in refusal.value.problems if one.code == 'NUMBER_PREFIX_TAKEN']
    assert '食品经营许可（新办）' in problem.message
    with hall.engine.begin(hall.actors['guanli']) as tx:
        items.deploy(tx, checking.judge(tx.connection, bundle_of('food-business-licence')), '修订')  # the item itself keeps its prefix


@pytest.mark.parametrize('prefix', ['jy', 'J1', '食', 'ABCDEFGHI', 'J Y'])
def test_a_prefix_is_capital_letters(hall: Hall, prefix: str) -> None:
    with hall.engine.reading() as connection:
        (problem,) = checking.judge(connection, bundle_of('food-business-licence', '"JY"', f'"{prefix}"')).problems
    assert 'capital letters' in problem.message_en


def test_a_retry_says_what_came_of_it(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """O-01: 重试 looked at nothing and said done."""
    broken = {'now': True}

    def issue(call: Any) -> Any:
        if broken['now']:
            raise Conflict('Expected a printer, but there is none', '打印机未连接')
        return handlers.issue_licence(call)

    hall.engine.handlers = {**handlers.HANDLERS, 'issue_licence': issue}
    case_no = receive(hall, 'food-business-licence')
    to_the_end(hall, 'food-business-licence', case_no)

    def again() -> Any:
        with hall.engine.reading() as connection:
            (incident,) = read.incidents(connection)
        return hall.engine.run(hall.actors['guanli'], lambda tx: administration.retry(tx, incident.id))

    failed = again()
    assert failed.outcome == 'failed'
    assert '打印机' in failed.reason or 'printer' in failed.reason
    broken['now'] = False
    assert again().outcome == 'done'
    with hall.engine.reading() as connection:
        outcomes = [
            row['outcome']
            for row in connection.execute(select(t.operator_log.c.data).where(t.operator_log.c.action == 'incident.retried')).scalars()
        ]
    assert outcomes == ['failed', 'done']
