"""机构与人员: an administrator makes departments, windows and clerks; complaints stand at their field and nothing typed is lost."""

from __future__ import annotations

import pytest

PATHS = ('/staff', '/staff/windows', '/staff/departments', '/staff/new-clerk', '/staff/clerks/shenhe', '/staff/windows/audit')


@pytest.fixture
def administrator(visitor):
    return visitor('renshi')


def hire(administrator, status: int = 200, **changes: object):
    fields = {'username': 'xin', 'name': '新来的', 'department': 'market', 'roles': ['clerk'], 'windows': ['audit', 'inspection']}
    return administrator.post('/staff/new-clerk', fields | changes, status)


def complaint(page, field: str) -> str:
    return ' '.join(page.tree.xpath(f'//*[@id="e-{field}"]/text()'))


@pytest.mark.parametrize('username', ['chuangkou', 'liucheng', 'jiancha'])
def test_only_the_administrator_keeps_people(visitor, username: str) -> None:
    person = visitor(username)
    for path in PATHS:
        person.get(path, 403)
    for path in ('/staff/new-clerk', '/staff/new-window', '/staff/clerks/shenhe', '/staff/clerks/shenhe/password'):
        person.post(path, {'username': 'x', 'reason': 'x'}, 403)
    for switch in ('deactivate', 'activate'):
        person.post(f'/staff/clerks/shenhe/{switch}', {'reason': 'x'}, 403)


def test_a_forged_form_changes_nothing(administrator) -> None:
    administrator.post('/staff/clerks/shenhe/deactivate', {'reason': 'x'}, 400, token=False)
    assert administrator.get('/staff/clerks/shenhe').tree.xpath('//form[contains(@action, "/deactivate")]')


def test_a_department_and_a_window_are_made_and_changed(administrator) -> None:
    administrator.post('/staff/new-department', {'code': 'fire', 'name': '清江县消防救援大队', 'court': '清江县人民法院'})
    administrator.post('/staff/new-window', {'code': 'fire_check', 'name': '消防核查岗', 'authority': 'review', 'department': 'fire'})
    listed = administrator.get('/staff/windows')
    assert '消防核查岗审查清江县消防救援大队' in listed.words.replace(' ', '')
    fields = administrator.get('/staff/windows/fire_check').form('/staff/windows/fire_check')
    page = administrator.post('/staff/windows/fire_check', {**fields, 'name': '消防审查岗', 'reason': ''}, 422)
    assert '请填写理由' in page.words
    assert page.form('/staff/windows/fire_check')['name'] == '消防审查岗'
    administrator.post('/staff/windows/fire_check', {**fields, 'name': '消防审查岗', 'reason': '更名'})
    assert '消防审查岗' in administrator.get('/staff/windows').words
    log = administrator.get('/operation/log').words
    assert '新增部门fire' in log
    assert '修改窗口fire_check' in log
    assert '更名' in log


@pytest.mark.parametrize(
    ('fields', 'field', 'sentence'),
    [
        ({'code': 'market', 'name': '另一个局'}, 'code', '部门编码 market 已存在'),
        ({'code': 'new', 'name': '清江县卫生健康局'}, 'name', '已使用名称'),
        ({'code': 'two words', 'name': '另一个局'}, 'code', '只能用字母'),
        ({'code': 'new', 'name': ''}, 'name', '请填写部门名称'),
        ({'code': 'new', 'name': '另一个局', 'uscc': '123'}, 'uscc', '应为 18 位，现有 3 位'),
    ],
)
def test_what_a_department_cannot_be_is_said_at_the_field(administrator, fields: dict[str, str], field: str, sentence: str) -> None:
    page = administrator.post('/staff/new-department', {**fields, 'phone': '0000-1'}, 422)
    assert sentence in complaint(page, field)
    assert page.form('/staff/new-department')['phone'] == '0000-1'


def test_a_window_whose_code_is_taken_is_refused_and_the_form_kept(administrator) -> None:
    fields = {'code': 'Audit', 'name': '审核二岗', 'authority': 'decide', 'department': 'health'}
    page = administrator.post('/staff/new-window', fields, 422)
    assert '已存在' in complaint(page, 'code')
    kept = page.form('/staff/new-window')
    assert (kept['name'], kept['authority'], kept['department']) == ('审核二岗', 'decide', 'health')
    assert complaint(administrator.post('/staff/new-window', {'code': 'a', 'name': 'b', 'authority': 'all'}, 422), 'authority')


def test_a_clerk_signs_in_with_the_password_that_is_shown_once(administrator, visitor) -> None:
    page = hire(administrator)
    password = page.tree.xpath('//*[@id="temporary"]/text()')[0]
    assert page.headers['Cache-Control'] == 'no-store'
    assert password not in administrator.get('/staff/clerks/xin').text
    assert password not in administrator.get('/operation/log').text
    newcomer = visitor().sign_in('xin', password)
    assert '新来的' in newcomer.get('/desk').words
    newcomer.get('/staff', 403)


@pytest.mark.parametrize(
    ('changes', 'field', 'sentence'),
    [
        ({'username': 'Shenhe'}, 'username', '已存在'),
        ({'username': 'system:timer'}, 'username', '只能用字母'),
        ({'username': 'cli'}, 'username', '由系统保留'),
        ({'name': ''}, 'name', '请填写姓名'),
        ({'roles': []}, 'roles', '请选择角色'),
        ({'roles': ['clerk', 'process_administrator']}, 'roles', '不得兼任'),
        ({'roles': ['clerk', 'supervisor']}, 'roles', '不得兼任'),
        ({'roles': ['process_administrator']}, 'windows', '只有窗口人员'),
        ({'windows': ['nowhere']}, 'windows', '没有这些窗口'),
        ({'certificate_no': 'QJ9'}, 'certificate_until', '请填写执法证有效期'),
        ({'certificate_no': 'QJ9', 'certificate_until': '2026-02-30'}, 'certificate_until', '应为日期'),
        ({'certificate_until': '2027-02-28'}, 'certificate_no', '请填写执法证号'),
        ({'substitute': 'chuangkou'}, 'substitute', '不能担任'),
        ({'department': 'nowhere'}, 'department', '没有部门'),
    ],
)
def test_what_a_clerk_cannot_be_is_said_at_the_field(administrator, changes: dict[str, object], field: str, sentence: str) -> None:
    page = hire(administrator, 422, **changes)
    assert sentence in complaint(page, field)
    kept = page.form('/staff/new-clerk')
    assert kept['name'] == changes.get('name', '新来的')
    if 'windows' not in changes:
        assert set(kept['windows']) == {'inspection', 'audit'}
    assert 'xin' not in administrator.get('/staff?q=xin').tree.xpath('//tbody//a/text()')


def test_a_clerk_is_given_other_windows_and_a_substitute(administrator, visitor) -> None:
    page = administrator.get('/staff/clerks/shenhe')
    fields = page.form('/staff/clerks/shenhe')
    wanted = {**fields, 'windows': ['audit', 'inspection'], 'substitute': 'hecha1', 'reason': '人手调整'}
    administrator.post('/staff/clerks/shenhe', wanted)
    again = administrator.get('/staff/clerks/shenhe').form('/staff/clerks/shenhe')
    assert set(again['windows']) == {'audit', 'inspection'}
    assert again['substitute'] == 'hecha1'
    assert '现场核查组' in visitor('shenhe').get('/profile').words
    page = administrator.post('/staff/clerks/shenhe', {**again, 'windows': ['audit'], 'reason': '再调整'}, 422)
    assert '不能担任' in complaint(page, 'substitute')


def test_an_expired_certificate_is_shown(administrator) -> None:
    fields = administrator.get('/staff/clerks/shenhe').form('/staff/clerks/shenhe')
    administrator.post('/staff/clerks/shenhe', {**fields, 'certificate_until': '2026-03-01', 'reason': '证件到期'})
    assert '已过期' in administrator.get('/staff?q=shenhe').words


def test_switching_off_ends_the_session_and_gives_the_step_back(administrator, visitor) -> None:
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    task = clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0]
    clerk.post(f'{task}/claim')
    assert '请填写理由' in administrator.post('/staff/clerks/chuangkou/deactivate', {'reason': ' '}, 422).words
    answer = administrator.post('/staff/clerks/chuangkou/deactivate', {'reason': '离岗'})
    page = administrator.get(answer.location)
    assert '1 个在办环节已放回窗口' in page.words
    clerk.get('/desk', 302)
    assert '用户名或密码不正确' in visitor().post('/login', {'username': 'chuangkou', 'password': 'yizhan-demo'}, 401).words
    visitor('chuangkou2').post(f'{task}/claim')
    administrator.post('/staff/clerks/chuangkou/activate', {'reason': '返岗'})
    visitor('chuangkou').get('/desk')


def test_a_clerk_who_leaves_a_window_leaves_its_steps_there(administrator, visitor) -> None:
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    task = clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0]
    clerk.post(f'{task}/claim')
    fields = administrator.get('/staff/clerks/chuangkou').form('/staff/clerks/chuangkou')
    administrator.post('/staff/clerks/chuangkou', {**fields, 'windows': ['delivery'], 'substitute': '', 'reason': '换岗'})
    visitor('chuangkou2').post(f'{task}/claim')


def test_a_forgotten_password_is_replaced_and_old_sessions_end(administrator, visitor) -> None:
    clerk = visitor('shenhe')
    password = administrator.post('/staff/clerks/shenhe/password', {'reason': '忘记密码'}, 200).tree.xpath('//*[@id="temporary"]/text()')[0]
    clerk.get('/desk', 302)
    visitor().sign_in('shenhe', password).get('/desk')
    assert '重设密码shenhe忘记密码' in administrator.get('/operation/log').words


def test_nobody_changes_his_own_roles_and_the_last_administrator_stays(administrator) -> None:
    fields = {'name': '许文静', 'department': 'centre', 'reason': 'x'}
    page = administrator.post('/staff/clerks/renshi', {**fields, 'roles': ['clerk']}, 422)
    assert '不能修改自己的角色' in complaint(page, 'roles')
    assert '不能停用自己' in administrator.post('/staff/clerks/renshi/deactivate', {'reason': 'x'}, 422).words
    administrator.post('/staff/clerks/renshi', {**fields, 'name': '许文静二', 'roles': ['account_administrator']})
    assert '许文静二' in administrator.get('/staff').words


def test_unknown_people_and_windows_are_not_found(administrator) -> None:
    for path in ('/staff/clerks/nobody', '/staff/windows/nowhere', '/staff/departments/none'):
        administrator.get(path, 404)
    administrator.post('/staff/clerks/nobody/password', {'reason': 'x'}, 404)


def test_people_are_found_by_name_and_state(administrator) -> None:
    assert administrator.get('/staff?q=郑明华').tree.xpath('//tbody//a/text()') == ['shenhe']
    assert administrator.get('/staff?q=%25').tree.xpath('//tbody//a/text()') == []
    assert '没有符合条件的人员' in administrator.get('/staff?state=inactive').words
