"""The one table of rights: which relation to an object allows which verb, and why. `docs/reference/rights.md` is printed from it.

A relation is what a person is to one object (`RELATIONS`): to a case whoever holds a step of it now, whose window does, who leads its
item, who supervises its hall. A role alone (`hall`) is a relation to the hall an object belongs to: nobody administers another hall.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.words import Word

ROLES: Mapping[str, Word] = {
    'clerk': Word('窗口人员', 'Window clerk'),
    'analyst': Word('流程设计', 'Process analyst'),
    'process_administrator': Word('流程管理', 'Process administrator'),
    'account_administrator': Word('人员与账号管理', 'Account administrator'),
    'auditor': Word('审计', 'Auditor'),
    'supervisor': Word('效能监察', 'Supervisor'),
}
"""The roles a person may be given, in the order people are shown them."""
UNPARTED = 'administrator'
"""The role of before the duties were parted: process and account administration in one. Who has it keeps it; nobody is given it."""
ROLE_WORDS: Mapping[str, Word] = {**ROLES, UNPARTED: Word('系统管理（待拆分）', 'Administrator (to be parted)')}
"""What every role is called that a person may have."""
_ADMINISTER = ('process_administrator', 'account_administrator')
_WATCH = ('auditor', 'supervisor')
POWERS = frozenset({*_ADMINISTER, *_WATCH, UNPARTED})
"""Roles that give power over others, and over the hall."""
APART = tuple(frozenset({'clerk', role}) for role in (*_ADMINISTER, *_WATCH, UNPARTED))
"""Roles nobody has together: who deploys diagrams, manages people, audits or supervises never works cases."""

JOINABLE = (frozenset(_ADMINISTER), *(frozenset({one, other}) for one in (*_ADMINISTER, UNPARTED) for other in _WATCH))
"""Roles nobody has together unless the policy of accounts allows it, in a small hall: who manages accounts does not manage processes, and
who administers is not who watches (A-05)."""


def joined_duties(roles: Collection[str]) -> bool:
    """Whether these roles join duties that are two people's unless the policy of accounts allows it."""
    return UNPARTED in roles or any(pair <= set(roles) for pair in JOINABLE)


@dataclass(frozen=True)
class Relation:
    """What a person may be to an object. `roles`: one of these he must have for it; empty: it takes no role."""

    name: str
    word: Word
    roles: frozenset[str] = frozenset()


def _relation(name: str, zh: str, en: str, *roles: str) -> tuple[str, Relation]:
    return name, Relation(name, Word(zh, en), frozenset(roles))


RELATIONS: Mapping[str, Relation] = dict(
    [
        _relation('holder', '正在办理该环节的人', 'who holds the step now', 'clerk'),
        _relation('window', '该环节所在岗位的人员', 'the windows where a step waits now', 'clerk'),
        _relation('candidate', '流程图点名的候选办理人', 'whom the diagram names as a candidate of the step', 'clerk', 'supervisor'),
        _relation('counter', '本大厅受理窗口（申请人补正环节）', "a receiving window of the hall, for a step of the applicant's", 'clerk'),
        _relation('handler', '收过本件、或其岗位办过本件的人员', 'who received it, and windows that had a step of it', 'clerk'),
        _relation('receiving', '收件窗口的人员', 'the window that received it', 'clerk'),
        _relation('lead', '事项的决定岗位（首席代表）', 'a deciding window the item names (it leads the item)', 'clerk'),
        _relation('extender', '有权批准延长的岗位', 'the post that approves extensions of the item', 'clerk'),
        _relation('colleague', '同一大厅的窗口人员', 'any window of the same hall', 'clerk'),
        _relation('inspector', '环节所在督办岗位的监察人员', 'a supervisor whose review post has the step', 'supervisor'),
        _relation('author', '草稿的填写人', 'who typed the draft', 'clerk', 'supervisor'),
        _relation('answers', '被亮牌的岗位或个人', 'the window or the person a mark is about', 'clerk', 'supervisor'),
        _relation('receiver', '有收件权限的窗口人员', 'a clerk of a window that may receive', 'clerk'),
        _relation('clerk', '本大厅的窗口人员', 'a clerk of the hall', 'clerk'),
        _relation('supervisor', '本大厅的效能监察', 'a supervisor of the hall', 'supervisor'),
        _relation('process_administrator', '本大厅的流程管理', 'a process administrator of the hall', 'process_administrator', UNPARTED),
        _relation(
            'account_administrator', '本大厅的人员与账号管理', 'an account administrator of the hall', 'account_administrator', UNPARTED
        ),
        _relation('auditor', '本大厅的审计', 'an auditor of the hall', 'auditor'),
        _relation('analyst', '流程设计', 'a process analyst', 'analyst'),
        _relation('officer', '任何已登录人员', 'whoever is signed in', *ROLE_WORDS),
        _relation('applicant', '申请人本人（凭查询密码）', 'the applicant himself, by his query password'),
        _relation('party', '申请人本人（须由其补正的环节）', 'the applicant himself, for a step of his'),
        _relation('anybody', '任何人', 'anybody'),
    ]
)


OF_CASES = ('case', 'task', 'document', 'attachment', 'evidence', 'mark')
"""The nouns whose verbs follow a relation to one case, its step, its paper or its mark."""
EVERYWHERE = frozenset({'account.policy', 'clock.confirm', 'hall.create', 'restore.acknowledge'})
"""What counts in every hall at once: for whoever may do it in all of them, so who belongs to none, or to the only one there is."""
ANYWHERE = frozenset(
    {
        'calendar.read',
        'case.receive',
        'clock.move',
        'definition.draft',
        'definition.read',
        'metrics.read',
        'profile.own',
        'reminder.read',
        'session.begin',
        'task.list',
        'trial.run',
    }
)
"""What takes no hall: what is published or shared, and what is one's own (account, windows, reminders, trials)."""
REACH: Mapping[str, Word] = {
    'case': Word('该件', 'the case'),
    'hall': Word('本大厅', 'the hall of the object'),
    'everywhere': Word('所有大厅', 'every hall'),
    'anywhere': Word('不分大厅', 'no hall'),
}


@dataclass(frozen=True)
class Right:
    """One line: who may do `verb` (relations, any of them), who reads masked what others read plain, and why."""

    verb: str
    who: tuple[str, ...]
    does: Word
    basis: str
    masked: tuple[str, ...] = ()

    @property
    def relations(self) -> tuple[str, ...]:
        """All relations that allow it, masked or not."""
        return self.who + self.masked

    @property
    def reach(self) -> str:
        """What the relation is a relation to (`REACH`)."""
        if self.verb in EVERYWHERE:
            return 'everywhere'
        if self.verb in ANYWHERE or self.who == ('anybody',):
            return 'anywhere'
        return 'case' if self.verb.partition('.')[0] in OF_CASES and self.verb != 'mark.settings' else 'hall'


NEED = 'S-35; 个人信息保护法 art. 6 (no more than the purpose needs)'
APART_DUTIES = 'domain §7 (duties kept apart)'
EDITOR = 'domain §7 (editor ≠ publisher)'
WORKERS = ('holder', 'window', 'candidate', 'counter', 'handler', 'receiving', 'lead')


def _rule(verb: str, who: tuple[str, ...], zh: str, en: str, basis: str, *, masked: tuple[str, ...] = ()) -> tuple[str, Right]:
    return verb, Right(verb, who, Word(zh, en), basis, masked)


_CASES = (
    _rule('case.receive', ('receiver',), '在本人窗口收件', 'receive a case at an own window that may receive', 'S-42, S-68'),
    _rule(
        'case.read',
        (*WORKERS, 'applicant'),
        '查看办件的状态、期限、经过，列入查询结果',
        'see a case: its facts, limits and course; find it in lists',
        NEED,
        masked=('colleague', 'inspector', 'supervisor', 'auditor', 'process_administrator'),
    ),
    _rule(
        'case.read_file',
        WORKERS,
        '阅读各环节意见和已填表单',
        'read the opinions and filled forms of its steps',
        f'{NEED}; S-67',
        masked=('inspector', 'supervisor'),
    ),
    _rule('evidence.read', ('auditor', 'supervisor'), '查看并导出存证', 'see whether its evidence verifies, and take it out', 'S-50; A-04'),
    _rule('document.read', (*WORKERS, 'applicant'), '阅读文书', 'read its documents', f'{NEED}; O-05', masked=('inspector', 'supervisor')),
    _rule(
        'attachment.read', (*WORKERS, 'applicant'), '下载附件', 'download its filed attachments', f'{NEED}; O-16 (a file cannot be masked)'
    ),
    _rule('case.suspend', ('holder', 'window', 'lead'), '暂停计算期限', 'stop its clocks', 'L-17; Licensing Law art. 45'),
    _rule('case.resume', ('holder', 'window', 'lead'), '恢复计算期限', 'let its clocks go on', 'L-17; Licensing Law art. 45'),
    _rule('case.extend', ('extender',), '批准延长期限', 'approve its one extension', 'L-13, L-14; Licensing Law art. 42'),
    _rule(
        'case.withdraw',
        ('holder', 'window', 'counter', 'receiving', 'lead', 'applicant'),
        '登记申请人撤回申请',
        "take the application back on the applicant's word",
        'domain §7; the applicant asks where he applied, or where the case is',
    ),
    _rule(
        'task.read',
        (*WORKERS, 'party'),
        '打开环节及其表单',
        'open a step and its form',
        f'{NEED}; A-03',
        masked=('inspector', 'supervisor'),
    ),
    _rule(
        'task.work',
        ('holder', 'window', 'candidate', 'counter', 'inspector', 'party'),
        '认领、办理、放回、核收材料',
        'claim, do and put back a step, take materials',
        'S-42, S-47, S-68',
    ),
    _rule('task.read_draft', ('holder', 'author'), '查看未提交的草稿', 'read an unsent draft', f'{NEED}; A-03'),
    _rule(
        'task.hand_over',
        ('holder', 'supervisor', 'process_administrator'),
        '把环节交给同岗位人员',
        'hand a step to a colleague of the window, or put it back for him',
        'S-47 (AB角)',
    ),
    _rule(
        'case.move',
        ('process_administrator',),
        '转移、挂起、恢复、作废办件',
        'move a case to another version or step, hold, activate and void it',
        APART_DUTIES,
    ),
    _rule('task.list', ('clerk', 'supervisor'), '查看本岗位的工作台', 'see the desk of the own windows', 'S-42'),
)
_MARKS = (
    _rule('mark.read', ('answers', 'supervisor', 'process_administrator'), '查看亮牌', 'see a mark and whom it is about', 'S-51, S-55'),
    _rule('mark.reply', ('answers',), '回复亮牌', 'answer a mark', 'S-55'),
    _rule('mark.judge', ('supervisor',), '人工亮牌、处理、撤销亮牌', 'raise, dispose of and withdraw marks', 'S-51, S-57'),
    _rule('mark.settings', ('process_administrator',), '设置亮牌阈值', 'set thresholds of marks', 'S-55'),
    _rule('reminder.read', ('clerk', 'supervisor'), '查看本人的提醒', 'see the own reminders', 'S-55'),
    _rule('supervision.read', ('supervisor', 'process_administrator'), '查看监察总览', 'see the board of promises', 'S-50, S-51'),
)
_HALL = (
    _rule(
        'staff.administer', ('account_administrator',), '管理机构、窗口与人员', 'administer departments, windows and people', APART_DUTIES
    ),
    _rule('staff.substitute', ('account_administrator', 'process_administrator'), '安排替岗', 'say who stands in for whom', 'S-47 (AB角)'),
    _rule(
        'act.countersign',
        ('auditor', 'supervisor', 'process_administrator', 'account_administrator'),
        '会签一人作出即生效的操作',
        'sign what one person put into force',
        'A-05',
    ),
    _rule(
        'health.read',
        ('auditor', 'supervisor', 'process_administrator', 'account_administrator'),
        '查看运行状况',
        'see whether the hall is well',
        'A-05 (who may sign is told what is wrong)',
    ),
    _rule(
        'account.policy_read',
        ('account_administrator', 'process_administrator', 'auditor', 'supervisor'),
        '查看账号与密码要求',
        'see what accounts and passwords must be like',
        'A-06',
    ),
    _rule('account.policy', ('account_administrator',), '设置账号与密码要求', 'set what accounts and passwords must be like', 'A-06'),
    _rule('hall.create', ('account_administrator',), '建立大厅', 'enter a hall', APART_DUTIES),
    _rule('key.rotate', ('process_administrator',), '更换存证密钥', 'rotate the key that signs evidence', 'A-04'),
    _rule('incident.settle', ('process_administrator',), '处理异常', 'retry and resolve incidents', APART_DUTIES),
    _rule('instance.hold', ('process_administrator',), '挂起、恢复、终止流程', 'hold, activate and end a process instance', APART_DUTIES),
    _rule('instance.migrate', ('process_administrator',), '转移在办件的流程版本', 'move cases to another version', APART_DUTIES),
    _rule(
        'clock.confirm', ('process_administrator',), '确认时钟并恢复计时', "confirm the machine's clock and let timers fire again", 'B-03'
    ),
    _rule('restore.acknowledge', ('process_administrator',), '确认备份恢复', 'answer for a restore of the hall', 'B-02'),
    _rule('operation.read', ('process_administrator',), '查看运行状态', 'see timers, workers and incidents', APART_DUTIES),
    _rule(
        'log.read',
        ('auditor', 'supervisor', 'process_administrator', 'account_administrator'),
        '查看操作日志',
        'read the operator log',
        'S-50',
    ),
    _rule(
        'look.read',
        ('auditor', 'supervisor'),
        '查看个人信息查阅记录',
        'read who looked at personal data',
        '个人信息保护法 art. 51, 54; S-35',
    ),
    _rule('calendar.read', ('officer',), '查看工作日历', 'see the calendar of working days', 'S-50'),
    _rule(
        'calendar.history',
        ('process_administrator', 'supervisor', 'auditor'),
        '查看日历的历次变更',
        'see earlier editions of the calendar',
        'S-50',
    ),
    _rule('calendar.change', ('process_administrator',), '变更工作日历', 'change the calendar', APART_DUTIES),
)
_PROCESSES = (
    _rule(
        'definition.read',
        ('analyst', 'process_administrator', 'auditor'),
        '查看流程及其版本',
        'see definitions and their versions',
        APART_DUTIES,
    ),
    _rule('definition.draft', ('analyst', 'process_administrator'), '存入流程草稿版本', 'store a definition as a draft', APART_DUTIES),
    _rule('definition.deploy', ('process_administrator',), '部署流程', 'put a definition into force', APART_DUTIES),
    _rule('item.publish', ('process_administrator',), '公布、下线、取消事项', 'publish, withdraw and cancel items', f'S-39; {EDITOR}'),
    _rule('workshop.read', ('analyst', 'process_administrator'), '查看流程设计', 'see the workshop', APART_DUTIES),
    _rule('workshop.write', ('analyst',), '设计流程', 'draw items', EDITOR),
    _rule('trial.run', ('analyst', 'process_administrator'), '试运行', 'try items out', APART_DUTIES),
    _rule('trial.keep', ('analyst',), '把试运行存为情景', 'keep a trial as a scenario of the draft', EDITOR),
    _rule('release.read', ('analyst', 'process_administrator', 'auditor'), '查看发布', 'see releases', APART_DUTIES),
    _rule('release.submit', ('analyst',), '提交发布申请', 'ask for a release', EDITOR),
    _rule('release.decide', ('process_administrator',), '批准、退回发布，回退版本', 'release, refuse and roll back', EDITOR),
)
_EVERYBODY = (
    _rule('profile.own', ('officer',), '管理本人账号', 'the own account', APART_DUTIES),
    _rule('clock.move', ('officer',), '调整演示时钟（仅演示）', 'move the clock of a demonstration (only there)', 'a demo hall is made up'),
    _rule('item.read', ('anybody',), '查看公开事项', 'see published items', 'S-27; Licensing Law art. 30'),
    _rule('progress.ask', ('anybody',), '凭办件编号和查询密码查询进度', 'ask for the progress of a case by its password', 'S-34'),
    _rule(
        'progress.open',
        ('anybody',),
        '凭限时地址查看本人办件进度和文书',
        'see the progress and documents of a case by its short-lived address',
        'S-34',
    ),
    _rule('session.begin', ('anybody',), '登录、退出、选择语言', 'sign in and out, choose the language', 'S-34'),
    _rule('metrics.read', ('anybody',), '读取监控指标（凭令牌或本机）', 'see figures, by token or on the machine', 'no persons in them'),
)
TABLE: Mapping[str, Right] = dict((*_CASES, *_MARKS, *_HALL, *_PROCESSES, *_EVERYBODY))
