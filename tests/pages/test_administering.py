"""The administrator's pages: deployment with all problems, versions, timers, workers, the log; and the page for the unexpected."""

from __future__ import annotations

import io
import json

import pytest
from fakes import bundle, chain, end

from engine import SYSTEM, Rejection, read
from engine.verbs import definitions
from tasks.people import roster as people

BROKEN = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
<process id="p" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/>
<userTask id="u" name="&lt;b&gt;u"/></process></definitions>"""


def test_a_bundle_is_deployed_and_listed_as_a_new_version(visitor, zipped) -> None:
    administrator = visitor('guanli')
    item = b'# revised\n' + (_file('item.toml'))
    answer = administrator.post(
        '/definitions/deploy', {'bundle': zipped(**{'item.toml': item}), 'reason': '修订', 'action': 'deploy', 'alone': '1'}
    )
    page = administrator.get(str(answer.location))
    assert '第 2 版' in page.words
    assert page.tree.xpath('//*[local-name()="svg"]')
    assert '修订' in administrator.get('/definitions').words
    assert '部署事项流程' in administrator.get('/operation/log').words


def test_a_deployment_asks_for_a_reason_and_names_the_item(visitor, zipped) -> None:
    """O-33: without a reason nothing is deployed; the message speaks of the item, not of its code."""
    administrator = visitor('guanli')
    item = b'# again\n' + _file('item.toml')
    page = administrator.post('/definitions/deploy', {'bundle': zipped(**{'item.toml': item}), 'reason': ' ', 'action': 'deploy'}, 422)
    assert '请填写部署理由' in page.words
    assert '第 2 版' not in administrator.get('/definitions').words
    answer = administrator.post(
        '/definitions/deploy', {'bundle': zipped(**{'item.toml': item}), 'reason': '修订', 'action': 'deploy', 'alone': '1'}
    )
    assert '已部署「食品经营许可（新办）」' in administrator.get(str(answer.location)).words


def _file(name: str) -> bytes:
    from pathlib import Path

    return (Path(__file__).parent.parent.parent / 'processes' / 'food-business-licence' / name).read_bytes()


def test_a_bundle_with_problems_is_refused_with_all_of_them_in_a_table(visitor, zipped) -> None:
    page = visitor('guanli').post('/definitions/deploy', {'bundle': zipped(**{'process.bpmn': BROKEN}), 'action': 'deploy'}, 422)
    rows = page.tree.xpath('//tbody/tr')
    assert len(rows) >= 2
    assert any('第' in cell or cell.strip().isdigit() for cell in page.tree.xpath('//td[@class="problem-line"]/text()'))
    assert '<b>u' not in page.text


@pytest.mark.parametrize('content', [b'', b'PK\x03\x04nonsense', b'<xml', b'\x00\x01\x02', b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'])
def test_any_upload_is_answered_with_a_page(visitor, content: bytes) -> None:
    for action in ('deploy', 'check'):
        fields = {'bundle': (io.BytesIO(content), 'x.bpmn'), 'action': action}
        data = visitor('guanli')
        answer = data.client.post('/definitions/deploy', data={**fields, 'csrf_token': data.token()}, content_type='multipart/form-data')
        assert answer.status_code in (200, 422)
        assert 'Traceback' not in answer.get_data(as_text=True)


def test_an_upload_that_is_too_large_is_refused(visitor) -> None:
    fields = {'bundle': (io.BytesIO(b'x' * (400 * 1024)), 'big.zip'), 'action': 'deploy'}
    assert '文件太大' in visitor('guanli').post('/definitions/deploy', fields, 413).words


def test_deploying_nothing_asks_for_a_file(visitor) -> None:
    assert '请选择文件' in visitor('guanli').post('/definitions/deploy', {'action': 'deploy'}, 422).words


def test_timers_are_listed_with_their_cases(visitor) -> None:
    case_no = visitor('chuangkou').receive()
    page = visitor('guanli').get('/operation/timers')
    assert case_no in page.words
    assert '5个工作日' in page.words
    assert case_no not in visitor('guanli').get('/operation/timers?state=dead').words


def test_the_list_of_timers_says_when_a_process_starts_next_and_in_words(visitor, office) -> None:
    """D-26: cron is said in words, in both languages."""
    event = '<timerEventDefinition><timeCycle>0 0/30 9-17 ? * MON-FRI</timeCycle></timerEventDefinition>'
    renewal = bundle(f'<startEvent id="s" name="年度换证">{event}</startEvent>' + end() + chain('s', 'end'))
    with office.begin(SYSTEM) as tx:
        definitions.deploy(tx, office.check(renewal), key='renewal', name='换证提醒')
    page = visitor('guanli').get('/operation/timers')
    assert '定时启动' in page.words
    assert '换证提醒' in page.words
    assert '周一至周五 9:00 至 17:30 每 30 分钟' in page.words


def test_a_silent_worker_is_warned_of_and_a_ticking_one_is_not(visitor, office, clock) -> None:
    administrator = visitor('guanli')
    assert '没有心跳' in administrator.get('/operation').words
    office.tick(worker='host:1')
    page = administrator.get('/operation')
    assert '没有心跳' not in page.words
    assert 'host:1' in page.words
    clock.move(minutes=3)
    assert '没有心跳' in administrator.get('/cases').words
    assert '没有心跳' not in visitor('chuangkou').get('/desk').words


def _walk(office, case_no: str) -> None:
    """Do every open step until none is left."""
    from tasks.cases.receipt import find_case
    from tasks.demo.answers import answers
    from tasks.desk import verbs as desk

    signers = iter(('hecha1', 'hecha2'))
    workers = {'intake': 'chuangkou', 'document_review': 'shencha', 'audit': 'shenhe', 'decide': 'jueding'}
    while True:
        with office.reading() as conn:
            waits = read.open_tasks(conn, find_case(conn, case_no).instance_id)
            if not waits:
                return
            step = waits[0].element
            by = people.actor_of(people.find_clerk(conn, workers.get(step) or next(signers)))
        with office.begin(by) as tx:
            desk.complete(tx, waits[0].id, answers('granted', step, 0, tx.now.date()))


def test_a_retry_that_fails_again_says_so_with_the_reason(visitor, office, monkeypatch) -> None:
    """O-01: 重试 says what came of it, never done without looking."""

    def broken(call):
        raise Rejection('Expected a printer, but there is none', '打印机未连接')

    monkeypatch.setattr(office, 'handlers', {**office.handlers, 'issue_licence': broken})
    _walk(office, visitor('chuangkou').receive())
    administrator = visitor('guanli')
    (form,) = administrator.get('/operation').tree.xpath('//form[contains(@action, "/retry")]/@action')
    administrator.post(form, {})
    page = administrator.get('/operation')
    assert '重试后仍然失败' in page.words
    assert '重试成功' not in page.words


def test_the_unexpected_has_a_number_that_is_found_in_the_log(visitor, monkeypatch, capfd) -> None:
    from tasks.desk import worklist
    from web import logs

    def explode(*_args, **_kwargs):
        raise RuntimeError('the inside of the machine')

    monkeypatch.setattr(worklist, 'desk_view', explode)
    logs.configure()
    page = visitor('chuangkou').get('/desk', 500)
    number = page.tree.xpath('//p[@class="receipt__code"]/text()')[0]
    assert 'the inside of the machine' not in page.text
    assert 'Traceback' not in page.text
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith('{')]
    assert any(line.get('incident') == number and 'the inside of the machine' in line['exception'] for line in lines)


def test_a_lost_database_is_answered_with_a_page_as_well(app, visitor, monkeypatch) -> None:
    clerk = visitor('chuangkou')

    def broken():
        raise OSError('the database is gone')

    monkeypatch.setattr(app.extensions['yizhan'].engine, 'reading', broken)
    page = clerk.get('/desk', 500)
    assert '系统出错' in page.words
    assert 'database is gone' not in page.text


def test_a_database_error_is_logged_without_its_values(visitor, monkeypatch, capfd) -> None:
    from sqlalchemy.exc import DataError

    from tasks.desk import worklist
    from web import logs

    name = '张三丰'

    def explode(*_args, **_kwargs):
        raise DataError('SELECT :name', {'name': name}, ValueError('wrong'))

    monkeypatch.setattr(worklist, 'desk_view', explode)
    logs.configure()
    visitor('chuangkou').get('/desk', 500)
    logged = capfd.readouterr().err
    assert 'SELECT :name' in logged
    assert name not in logged


@pytest.mark.parametrize('query', ['page=0', 'page=-5', 'page=99999999999999999999', 'page=x', 'window=%27%3B--', 'window=%F0%9F%98%80'])
def test_odd_addresses_are_answered(visitor, query: str) -> None:
    visitor('chuangkou').get(f'/desk?{query}')
    visitor('chuangkou').get(f'/cases?{query}')


def test_characters_no_database_stores_are_refused(visitor) -> None:
    clerk = visitor('chuangkou')
    for path in ('/cases?status=%00', '/items/%00', '/desk?window=a%00b'):
        clerk.get(path, 400)
    clerk.post('/cases/search', {'q': 'a\0b'}, 400)
