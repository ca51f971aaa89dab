"""Deploying a bundle: the catalogue, the clocks, and everything that keeps a bundle out."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from engine import Bundle, Forbidden, Rejection, Undeployable, read_path
from engine.tables import process_definition
from tasks import tables as t
from tasks.cases import page as case_page
from tasks.catalogue import checking, items
from tasks.catalogue import views as catalogue_views

SHIPPED = read_path(Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence')
# without its scenarios: they are examples of the item as it is shipped, and say so of every change
BUNDLE = Bundle({path: content for path, content in SHIPPED.files.items() if not path.startswith('scenarios/')}, SHIPPED.name)


def changed(**files: str) -> Bundle:
    """The shipped bundle with files replaced or added; `__` in a name stands for `/`, and `_html` for `.html`."""
    more = {
        name.replace('__', '/').replace('_html', '.html').replace('_toml', '.toml').replace('_bpmn', '.bpmn'): text.encode()
        for name, text in files.items()
    }
    return Bundle({**BUNDLE.files, **more}, BUNDLE.name)


def item_toml(old: str = '', new: str = '') -> str:
    text = BUNDLE.files['item.toml'].decode()
    assert old in text
    return text.replace(old, new)


def deploy(hall, bundle: Bundle, username: str = 'guanli') -> items.Deployed:
    return hall.engine.run(hall.actors[username], lambda tx: items.deploy(tx, checking.judge(tx.connection, bundle), '修订'))


def test_the_item_stands_in_the_catalogue_with_its_clocks(hall) -> None:
    with hall.engine.reading() as connection:
        (row,) = catalogue_views.items(connection)
        view = catalogue_views.item_view(connection, row.code)
        rules = connection.execute(select(process_definition.c.clock_rules)).scalar_one()
        (definition,) = catalogue_views.definitions(connection)
        shown = catalogue_views.definition_view(connection, definition.id)
    assert (row.name, row.promise, row.statutory, row.department, row.published) == (
        '食品经营许可（新办）',
        '7个工作日',
        '10个工作日',
        '清江县市场监督管理局',
        True,
    )
    assert {rule['name']: rule['limit'] for rule in rules} == {
        'notify': '5个工作日',
        'promise': '7个工作日',
        'statutory': '10个工作日',
        'delivery': '10个工作日',
    }
    assert [material.code for material in view.spec.materials][:2] == ['application', 'business_licence']
    assert 'item.toml' in shown.files
    assert (shown.version, shown.running) == (1, 0)


def test_open_cases_keep_the_entry_they_were_received_under(hall) -> None:
    old = hall.receive().case_no
    done = deploy(hall, changed(item_toml=item_toml('promise = "7个工作日"', 'promise = "6个工作日"')))
    assert done.version == 2
    new = hall.receive().case_no
    hall.walk(old, 'intake')
    hall.walk(new, 'intake')
    with hall.engine.reading() as connection:
        promises = [
            next(
                clock.limit
                for clock in case_page.case_view(connection, hall.actors['chuangkou'], each, now=hall.clock()).clocks
                if clock.name == 'promise'
            )
            for each in (old, new)
        ]
    assert promises == ['7个工作日', '6个工作日']


OLD_RECEIPT = '<p>{{#materials}}{{ index }}.{{ name }}；{{/materials}}{{^competent_agency}}齐全{{/competent_agency}}</p>'
OWN_RECEIPT = '<p class="own">本县收条：{{ applicant_name }}，面积{{ data.floor_area }}</p>'
WITH_FLOOR_AREA = (
    BUNDLE.files['process.bpmn']
    .decode()
    .replace(
        '<bpmn:laneSet id="lanes">',
        '<bpmn:extensionElements><camunda:properties><camunda:property name="variables" value="floor_area" />'
        '</camunda:properties></bpmn:extensionElements><bpmn:laneSet id="lanes">',
    )
)


def test_a_bundle_stored_in_the_old_spelling_keeps_printing(hall) -> None:
    """H-49: the forms of a bundle that is in force were written with sections; its documents go on as they were."""
    deploy(hall, changed(notices__receipt_html=OLD_RECEIPT))
    case_no = hall.receive().case_no
    with hall.engine.reading() as connection:
        body = connection.execute(select(t.document.c.body).where(t.document.c.case_no == case_no)).scalar_one()
    assert '<p>1.食品经营许可申请书；2.' in body
    assert '齐全</p>' in body


def test_a_bundle_prints_its_own_forms(hall) -> None:
    deploy(hall, changed(notices__receipt_html=OWN_RECEIPT, process_bpmn=WITH_FLOOR_AREA))
    case_no = hall.receive(form={'floor_area': '<b>88</b>'}).case_no
    with hall.engine.reading() as connection:
        body = connection.execute(select(t.document.c.body).where(t.document.c.case_no == case_no)).scalar_one()
    assert '本县收条：清江县味美餐饮有限公司，面积&lt;b&gt;88&lt;/b&gt;' in body
    assert '（盖章）' in body


@pytest.mark.parametrize(
    ('bundle', 'code'),
    [
        (changed(notices__receipt_html='<script>alert(1)</script>'), 'NOTICE_TEMPLATE'),
        (changed(notices__receipt_html='<p onclick="x()">a</p>'), 'NOTICE_TEMPLATE'),
        (changed(notices__receipt_html='<p>{{ aplicant_name }}</p>'), 'NOTICE_TEMPLATE'),
        (changed(notices__receipt_html='<p>{{#materials}}</p>'), 'NOTICE_TEMPLATE'),
        (changed(notices__receipt_html='<p>{{#if deemed}}</p>'), 'NOTICE_TEMPLATE'),
        (changed(notices__receipt_html=OWN_RECEIPT), 'NOTICE_TEMPLATE'),
        (changed(notices__menu_html='<p>ok</p>'), 'NOTICE_TEMPLATE'),
        (changed(item_toml=item_toml('局"\nexercise', '外局"\nexercise')), 'DEPARTMENT_NOT_IN_HALL'),
    ],
    ids=['script', 'handler', 'fact', 'section', 'block', 'field', 'kind', 'department'],
)
def test_what_the_office_refuses(hall, bundle: Bundle, code: str) -> None:
    with pytest.raises(Undeployable) as refusal:
        deploy(hall, bundle)
    assert code in {problem.code for problem in refusal.value.problems}
    with hall.engine.reading() as connection:
        assert {problem.code for problem in checking.judge(connection, bundle).problems} >= {code}
        assert len(catalogue_views.definitions(connection)) == 1


def test_windows_must_exist_in_the_hall(hall) -> None:
    window = '[[windows]]\nid = "delivery"'
    with pytest.raises(Undeployable) as refusal:
        deploy(hall, changed(item_toml=item_toml(window, '[[windows]]\nid = "nowhere"\nname = "无"\nauthority = "review"\n\n' + window)))
    assert any('nowhere' in problem.message_en for problem in refusal.value.problems)


def test_a_lone_diagram_is_no_item(hall) -> None:
    with pytest.raises(Rejection, match=r'item\.toml'):
        deploy(hall, Bundle({'process.bpmn': BUNDLE.files['process.bpmn']}))


@pytest.mark.parametrize('username', ['chuangkou', 'liucheng', 'jiancha'])
def test_only_administrators_deploy(hall, username: str) -> None:
    with pytest.raises(Forbidden):
        deploy(hall, BUNDLE, username)


def test_a_withdrawn_item_takes_no_new_cases_and_the_old_go_on(hall) -> None:
    case_no = hall.receive().case_no
    hall.engine.run(hall.actors['guanli'], lambda tx: items.withdraw_from_public(tx, 'food-business-licence', '权限下放'))
    with pytest.raises(Rejection, match='published'):
        hall.receive()
    hall.walk(case_no, 'intake')
    hall.engine.run(hall.actors['guanli'], lambda tx: items.publish(tx, 'food-business-licence'))
    hall.receive()
