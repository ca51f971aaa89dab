"""Each role on each page: what it may open, and that the menu offers nothing that answers 403."""

from __future__ import annotations

import pytest

WHO = {
    'clerk': 'chuangkou',
    'analyst': 'liucheng',
    'process_administrator': 'guanli',
    'account_administrator': 'renshi',
    'auditor': 'shenji',
    'supervisor': 'jiancha',
}
EVERYBODY = set(WHO)
PAGES = {
    '/desk': {'clerk', 'supervisor'},
    '/receive': {'clerk'},
    '/receive/food-business-licence': {'clerk'},
    '/cases': {'clerk', 'process_administrator', 'auditor', 'supervisor'},
    '/items': EVERYBODY,
    '/items/food-business-licence': EVERYBODY,
    '/supervision': {'process_administrator', 'supervisor'},
    '/definitions': {'analyst', 'process_administrator', 'auditor'},
    '/definitions/deploy': {'analyst', 'process_administrator'},
    '/operation': {'process_administrator'},
    '/operation/timers': {'process_administrator'},
    '/operation/log': {'process_administrator', 'account_administrator', 'auditor', 'supervisor'},
    '/operation/countersign': {'process_administrator', 'account_administrator', 'auditor', 'supervisor'},
    '/operation/looks': {'auditor', 'supervisor'},
    '/staff': {'account_administrator'},
    '/staff/windows': {'account_administrator'},
    '/staff/departments': {'account_administrator'},
    '/staff/new-clerk': {'account_administrator'},
    '/staff/new-window': {'account_administrator'},
    '/staff/new-department': {'account_administrator'},
    '/staff/clerks/shenhe': {'account_administrator'},
    '/staff/windows/general': {'account_administrator'},
    '/staff/departments/market': {'account_administrator'},
    '/profile': EVERYBODY,
}
OPEN = {'/items', '/items/food-business-licence', '/login'}


@pytest.mark.parametrize('role', sorted(WHO))
def test_a_role_opens_its_pages_and_no_others(visitor, role: str) -> None:
    person = visitor(WHO[role])
    for path, roles in PAGES.items():
        person.get(path, 200 if role in roles else 403)


@pytest.mark.parametrize('role', sorted(WHO))
def test_the_menu_offers_only_what_opens(visitor, role: str) -> None:
    person = visitor(WHO[role])
    links = person.get('/items').tree.xpath('//nav//a/@href')
    assert links
    for link in links:
        person.get(link)


def test_strangers_see_the_catalogue_and_are_asked_to_sign_in_everywhere_else(visitor) -> None:
    stranger = visitor()
    for path in PAGES:
        stranger.get(path, 200 if path in OPEN else 302)


@pytest.mark.parametrize('role', ['analyst', 'process_administrator', 'account_administrator', 'auditor', 'supervisor'])
def test_only_clerks_receive_and_withdraw_cases(visitor, role: str) -> None:
    case_no = visitor('chuangkou').receive()
    person = visitor(WHO[role])
    person.post('/receive/food-business-licence', {'name': 'x'}, 403)
    person.post(f'/cases/{case_no}/withdraw', {'reason': 'x'}, 403)


@pytest.mark.parametrize('role', ['clerk', 'analyst', 'account_administrator', 'auditor', 'supervisor'])
def test_only_the_process_administrator_settles_incidents_and_deploys(visitor, role: str) -> None:
    person = visitor(WHO[role])
    person.post('/operation/incidents/1/retry', {}, 403)
    person.post('/operation/incidents/1/resolve', {'note': 'x'}, 403)


def test_an_analyst_checks_bundles_but_does_not_deploy(visitor, zipped) -> None:
    analyst = visitor('liucheng')
    assert '检查通过' in analyst.post('/definitions/deploy', {'bundle': zipped(), 'action': 'check'}, 200).words
    analyst.post('/definitions/deploy', {'bundle': zipped(), 'action': 'deploy'}, 403)


def test_a_clerk_of_another_window_cannot_claim(visitor) -> None:
    """A-03: and is not told whether there is such a step."""
    receiver = visitor('chuangkou')
    case_no = receiver.receive()
    task = receiver.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0]
    page = visitor('shenhe').post(f'{task}/claim', {}, 404)
    assert page.words.replace('999999', '') == visitor('shenhe').post('/tasks/999999/claim', {}, 404).words.replace('999999', '')
    assert 'Traceback' not in page.text


@pytest.mark.parametrize('role', ['analyst', 'process_administrator'])
def test_drawing_releasing_and_versions_are_one_entry_of_the_menu(visitor, role: str) -> None:
    """O-33: from each of its pages the others are one click away."""
    person = visitor(WHO[role])
    for path in ('/workshop/', '/trials', '/releases', '/definitions', '/compare'):
        page = person.get(path)
        assert page.tree.xpath('//nav[@class="menu"]//a[@aria-current]/text()') == ['流程与版本']
        tabs = page.tree.xpath('//main//ul[contains(@class, "tabs")][1]//a/@href')[:5]
        assert tabs == ['/workshop/', '/trials', '/releases', '/definitions', '/compare']
    assert sum(link in ('/workshop/', '/releases', '/definitions') for link in page.tree.xpath('//nav[@class="menu"]//a/@href')) == 1


@pytest.mark.parametrize(('username', 'name'), [('chuangkou', '我的工作台'), ('jiancha', '我的督办')])
def test_the_desk_is_called_on_its_page_as_in_the_menu(visitor, username: str, name: str) -> None:
    page = visitor(username).get('/desk')
    assert [' '.join(one.text_content().split()) for one in page.tree.xpath('//h1')] == [name]
    assert name in [' '.join(one.text_content().split()) for one in page.tree.xpath('//nav//a')]


@pytest.mark.parametrize(
    ('username', 'tabs'),
    [
        ('guanli', ['异常与进程', '运行状况', '会签', '计时进程', '计时器', '迁移与转移', '操作日志', '账号要求']),
        ('jiancha', ['运行状况', '会签', '操作日志', '账号要求', '个人信息查阅记录']),
        ('shenji', ['运行状况', '会签', '操作日志', '账号要求', '个人信息查阅记录']),
        ('renshi', ['运行状况', '会签', '操作日志', '账号要求']),
    ],
)
def test_the_tabs_of_operation_are_those_one_may_open(visitor, username: str, tabs: list[str]) -> None:
    """A-05: who countersigns and audits is led from one of these pages to the others, and to no refusal."""
    person = visitor(username)
    page = person.get('/operation/countersign')
    assert page.tree.xpath('//ul[contains(@class, "tabs")]//a/text()') == tabs
    for link in page.tree.xpath('//ul[contains(@class, "tabs")]//a/@href'):
        tab = person.get(link)
        assert len(tab.tree.xpath('//div[@class="page-head"]//ul[contains(@class, "tabs")]//a[@aria-current]')) == 1
        if username == 'guanli':
            assert tab.tree.xpath('//nav[@class="menu"]//a[@aria-current]/text()') == ['运行管理']
