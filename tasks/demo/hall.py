"""The demo hall: 清江县政务服务中心, its departments, windows and clerks, all made up. Everybody's password is on the login page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.demo.fiction import REGION
from tasks.marks.settings import set_substitute
from tasks.people import roster as people
from tasks.people.passwords import PEOPLE, NewPassword
from tasks.people.policy import DEMO_PASSWORD

if TYPE_CHECKING:
    from engine import Tx

PASSWORD = DEMO_PASSWORD
HALL = 'qingjiang'
DEPARTMENTS = (
    ('centre', '清江县政务服务中心', '0000-12345001'),
    ('market', '清江县市场监督管理局', '0000-12345010'),
    ('health', '清江县卫生健康局', '0000-12345020'),
    ('resources', '清江县自然资源和规划局', '0000-12345030'),
)
WINDOWS = (
    ('general', '综合受理窗口', 'centre', 'receive', '一楼A区1至4号'),
    ('food_review', '食品经营资料审查岗', 'market', 'review', '三楼302室'),
    ('inspection', '现场核查组', 'market', 'review', '三楼305室'),
    ('audit', '审核岗', 'market', 'review', '三楼308室'),
    ('approval', '行政审批决定岗', 'market', 'decide', '三楼310室'),
    ('certificate', '制证岗', 'market', 'review', '一楼B区'),
    ('delivery', '综合出件窗口', 'centre', 'receive', '一楼A区9号'),
    ('registration', '权属审核岗', 'resources', 'review', '二楼201室'),
    ('registration_approval', '登簿岗', 'resources', 'decide', '二楼203室'),
    ('supervision', '效能监察岗', 'centre', 'review', '四楼401室'),
)
CLERKS = (
    ('chuangkou', '周晓敏', 'clerk', ('general',), 'centre'),
    ('chuangkou2', '吴佳慧', 'clerk', ('general',), 'centre'),
    ('shencha', '林志远', 'clerk', ('food_review',), 'market'),
    ('shencha2', '何雨桐', 'clerk', ('food_review',), 'market'),
    ('hecha1', '陈建国', 'clerk', ('inspection',), 'market'),
    ('hecha2', '杨海燕', 'clerk', ('inspection',), 'market'),
    ('hecha3', '罗文杰', 'clerk', ('inspection',), 'market'),
    ('shenhe', '郑明华', 'clerk', ('audit',), 'market'),
    ('jueding', '高国强', 'clerk', ('approval',), 'market'),
    ('zhizheng', '沈春梅', 'clerk', ('certificate',), 'market'),
    ('chujian', '唐静怡', 'clerk', ('delivery',), 'centre'),
    ('quanshu', '蒋文博', 'clerk', ('registration',), 'resources'),
    ('dengbu', '宋丽娟', 'clerk', ('registration_approval',), 'resources'),
    ('liucheng', '徐思远', 'analyst', (), 'centre'),
    ('guanli', '马国平', 'process_administrator', (), 'centre'),
    ('renshi', '许文静', 'account_administrator', (), 'centre'),
    ('shenji', '邓立新', 'auditor', (), 'centre'),
    ('jiancha', '韩正平', 'supervisor', ('supervision',), 'centre'),
)
SUBSTITUTES = (
    ('chuangkou', 'chuangkou2'),
    ('chuangkou2', 'chuangkou'),
    ('shencha', 'shencha2'),
    ('shencha2', 'shencha'),
    ('hecha1', 'hecha3'),
)
_WHAT = {
    'chuangkou': '综合受理窗口：收件、受理',
    'shencha': '资料审查',
    'hecha1': '现场核查（第一签名人）',
    'hecha2': '现场核查（第二签名人）',
    'shenhe': '审核',
    'jueding': '审批决定（首席代表）',
    'zhizheng': '制证',
    'chujian': '综合出件窗口：送达',
    'quanshu': '不动产权属审核',
    'dengbu': '不动产登簿',
    'liucheng': '流程设计',
    'guanli': '流程管理：发布、日历、运行',
    'renshi': '人员与账号管理',
    'shenji': '审计：会签、日志、存证',
    'jiancha': '效能监察',
}
LOGINS = tuple((username, name, _WHAT[username]) for username, name, *_ in CLERKS if username in _WHAT)


def password_of_all() -> NewPassword:
    """The password every made-up person has."""
    return NewPassword(PEOPLE.hash(PASSWORD))


def set_up(tx: Tx) -> None:
    """Make the hall with everybody in it."""
    people.create_hall(
        tx,
        HALL,
        '清江县政务服务中心',
        REGION,
        document_prefix='清政服',
        office_hours=(('09:00', '12:00'), ('13:30', '17:30')),
        address='清江县城关镇迎宾大道1号',
        phone='0000-12345001',
        complaint_phone='0000-12345',
        demo=True,
    )
    for code, name, phone in DEPARTMENTS:
        people.create_department(tx, code, name, HALL, phone=phone, reconsideration='清江县人民政府', court='清江县人民法院')
    for code, name, department, authority, place in WINDOWS:
        people.create_window(tx, code, name, HALL, department=department, authority=authority, place=place)
    password = password_of_all()
    for number, (username, name, role, windows, department) in enumerate(CLERKS, start=1):
        certificate = f'QJ{number:05d}' if department in ('market', 'resources') else ''
        people.create_clerk(
            tx,
            username,
            name,
            password,
            [role],
            windows=windows,
            department=department,
            certificate_no=certificate,
            certificate_until='2099-12-31' if certificate else '',
        )
    for username, substitute in SUBSTITUTES:
        set_substitute(tx, username, substitute)
