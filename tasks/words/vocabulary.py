"""The vocabulary of the hall, Chinese and English side by side: one thing, one word. Pages, documents, the timeline and the command line
take them from here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from engine.identity import ID_TYPES
from engine.words import EXPIRY, RESULTS, Word, said
from engine.worktime import WEEKDAYS, Cron, LimitError, Repeat, parse_limit

STATUS: Mapping[str, Word] = {
    'received': Word('已收件', 'Received'),
    'supplement': Word('待补正', 'Waiting for missing papers'),
    'accepted': Word('已受理', 'Accepted'),
    'in_review': Word('办理中', 'In review'),
    'special': Word('特别程序', 'Special procedure'),
    'suspended': Word('中止', 'Suspended'),
    'decided': Word('已决定', 'Decided'),
    'delivering': Word('制证送达', 'Being delivered'),
    'closed': Word('已办结', 'Closed'),
    'not_accepted': Word('不予受理', 'Not accepted'),
    'not_required': Word('不受理', 'No licence needed'),
    'returned': Word('已退回', 'Returned'),
    'withdrawn': Word('已撤回', 'Withdrawn'),
    'expired_supplement': Word('逾期未补正', 'Ended: papers not supplied'),
    'voided': Word('已作废', 'Void'),
}

RESULT: Mapping[str, Word] = {
    **RESULTS,  # what a diagram may say; what the office says besides
    'deemed': Word('超时默认', 'Done by silence'),
    'deemed_granted': EXPIRY['deemed_grant'],
    'deemed_renewed': EXPIRY['deemed_renew'],
    'forwarded': Word('转报', 'Forwarded'),
    'commitment_granted': Word('告知承诺准予', 'Granted on commitment'),
    'voided': Word('作废', 'Void'),
}

APPLICANT_KIND: Mapping[str, Word] = {
    'person': Word('自然人', 'Natural person'),
    'enterprise': Word('企业法人', 'Enterprise'),
    'public_institution': Word('事业法人', 'Public institution'),
    'social_organisation': Word('社会组织法人', 'Social organisation'),
    'authority': Word('行政机关', 'Authority'),
    'other': Word('其他组织', 'Other organisation'),
}

ID_TYPE: Mapping[str, Word] = {name: Word(each.zh, each.en) for name, each in ID_TYPES.items()}  # 证件类型 of a natural person

CHANNEL: Mapping[str, Word] = {
    'window': Word('窗口', 'Window'),
    'online': Word('电脑端', 'Web'),
    'mobile': Word('移动端', 'Mobile'),
    'courier': Word('快递', 'Courier'),
    'other': Word('其他', 'Other'),
}
MATERIAL_STATE: Mapping[str, Word] = {
    'missing': Word('未提交', 'Missing'),
    'received': Word('已收', 'Received'),
    'defective': Word('不符合要求', 'Defective'),
    'verified': Word('已核验', 'Verified'),
}
CLOCK: Mapping[str, Word] = {
    'notify': Word('一次告知期限', 'Notice limit'),
    'promise': Word('承诺期限', 'Promised limit'),
    'statutory': Word('法定期限', 'Statutory limit'),
    'delivery': Word('送达期限', 'Delivery limit'),
}
LIMIT: Mapping[str, Word] = {
    **CLOCK,
    'supplement': Word('补正期限', 'Limit for the missing papers'),
    'extension': Word('延长期限', 'Extension'),
}
"""The limits of a catalogue entry: those that become clocks, and two that do not."""
CLOCK_ORDER: Mapping[str, int] = {name: place for place, name in enumerate(CLOCK)}  # as they are shown: delivery last, others before it
CLOCK_STATE: Mapping[str, Word] = {
    'running': Word('计时中', 'Running'),
    'stopped': Word('暂停', 'Stopped'),
    'met': Word('按时', 'On time'),
    'breached': Word('超期', 'Overdue'),
    'cancelled': Word('已取消', 'Cancelled'),
}
COLOUR: Mapping[str, Word] = {
    'green': Word('正常', 'In time'),
    'amber': Word('临期', 'Due soon'),
    'red': Word('超期', 'Overdue'),
    'grey': Word('暂停计时', 'Clock stopped'),
}
AUTHORITY: Mapping[str, Word] = {'receive': Word('受理', 'Receive'), 'review': Word('审查', 'Review'), 'decide': Word('决定', 'Decide')}

LOOK = {
    'case': Word('办件页', 'Case page'),
    'id_no': Word('办件页', 'Case page'),  # its name in older lines
    'opinions': Word('各环节意见', 'Opinions'),
    'confirm': Word('确认前的文书', 'Documents before they are issued'),
    'task': Word('办理页', 'Step'),
    'document': Word('文书', 'Document'),
    'attachment': Word('附件', 'Attachment'),
    'slip': Word('收件回执', 'Receipt slip'),
    'desk': Word('工作台', 'Desk'),
    'cases': Word('办件列表', 'List of cases'),
}
"""Pages on which personal data is looked at (`tasks.rights.looks`)."""
INTENT: Mapping[str, Word] = {  # the same acts while they are only proposed
    'batch.migrate': Word('批量迁移', 'Migrate many cases'),
    'batch.move': Word('批量转移', 'Move many cases'),
    'calendar.closed': Word('登记停止办公日', 'Enter a closed day'),
    'calendar.hours_set': Word('设置办公时间', 'Set office hours'),
    'calendar.imported': Word('导入放假安排', 'Import the holiday notice'),
    'calendar.reopened': Word('恢复办公日', 'Take a closed day back'),
    'clerk.activated': Word('启用人员', 'Switch an account on'),
    'clerk.changed': Word('更改人员资料', 'Change a person'),
    'clerk.created': Word('新增人员', 'Add person'),
    'clerk.windows_assigned': Word('分配窗口岗位', 'Assign windows'),
    'item.deployed': Word('部署事项流程', 'Deploy a version of an item'),
    'policy.changed': Word('更改账号与密码要求', 'Change the policy of accounts'),
    'release.rolled_back': Word('回退版本', 'Roll a version back'),
    'window.changed': Word('修改窗口', 'Change a window'),
}
ACTION: Mapping[str, Word] = {  # what the operator log calls it
    'demo.begun': Word('开始生成演示数据', 'Making of demo data begun'),
    'demo.played': Word('演示数据已生成', 'Demo data made'),
    'backup.made': Word('完成备份', 'Backup made'),
    'hall.restore_acknowledged': Word('确认备份恢复', 'Restore acknowledged'),
    'hall.restored': Word('从备份恢复', 'Restored from a backup'),
    'clock.doubted': Word('发现时钟有疑问', 'Clock doubted'),
    'clock.believed': Word('时钟恢复可信', 'Clock right again'),
    'case.taken_back': Word('撤回错误时钟对办件所为', 'What a wrong clock did to a case taken back'),
    'clock.confirmed': Word('确认时钟正确', 'Clock confirmed'),
    'batch.take_back': Word('发起撤回错误时钟所为', 'Taking back what a wrong clock did begun'),
    'batch.migrate': Word('发起批量迁移', 'Migration of many cases begun'),
    'batch.revert': Word('发起批量撤销迁移', 'Reverting of many migrations begun'),
    'batch.retry': Word('发起批量重试', 'Retry of many cases begun'),
    'batch.move': Word('发起批量转移', 'Move of many cases begun'),
    'batch.suspend': Word('发起批量挂起', 'Suspension of many cases begun'),
    'batch.activate': Word('发起批量恢复', 'Activation of many cases begun'),
    'hall.adopted': Word('按事项建立部门窗口', 'Departments and windows made from an item'),
    'policy.changed': Word('更改账号与密码要求', 'Policy of accounts changed'),
    'clerk.unlocked': Word('解除登录限制', 'Account unlocked'),
    'session.ended': Word('结束一个登录会话', 'A session ended'),
    'factor.enrolled': Word('启用双因素登录', 'Second factor switched on'),
    'factor.recovered': Word('用恢复码登录', 'Signed in with a recovery code'),
    'factor.reset': Word('重置双因素登录', 'Second factor reset'),
    'act.proposed': Word('提请他人确认', 'Act proposed'),
    'act.confirmed': Word('确认他人提请的操作', 'Proposed act confirmed'),
    'act.refused': Word('不同意他人提请的操作', 'Proposed act refused'),
    'act.settled': Word('处理会签异议', 'Objection settled'),
    'act.agreed': Word('会签同意', 'Countersigned'),
    'act.objected': Word('会签不同意', 'Countersigning refused'),
    'clerk.password_reset': Word('重设密码', 'Password reset'),
    'calendar.case_failed': Word('日历变更重算失败', 'Recount after a calendar change failed'),
    'calendar.case_moved': Word('日历变更改动到期日', 'Due date moved by a calendar change'),
    'calendar.closed': Word('登记停止办公日', 'Closed day entered'),
    'calendar.hours_set': Word('设置办公时间', 'Office hours set'),
    'calendar.imported': Word('导入放假安排', 'Holiday notice imported'),
    'calendar.recomputed': Word('日历变更重算完毕', 'Recount after a calendar change done'),
    'calendar.reopened': Word('恢复办公日', 'Closed day taken back'),
    'case.activated': Word('恢复办件', 'Case activated'),
    'case.backdated': Word('补录收件时间', 'Receipt backdated'),
    'case.migrated': Word('办件转到新版流程', 'Case migrated to another version'),
    'case.migration_reverted': Word('撤销办件的版本迁移', 'Migration of a case reverted'),
    'case.moved': Word('转移办件环节', 'Case moved to another step'),
    'evidence.key_rotated': Word('更换存证密钥', 'Key of the evidence changed'),
    'evidence.key_replaced': Word('存证密钥遗失后另换', 'Lost key of the evidence replaced'),
    'evidence.exported': Word('导出办件存证', 'Evidence of a case exported'),
    'case.recomputed': Word('重算办件期限', 'Limits of a case recounted'),
    'case.suspended': Word('挂起办件', 'Case suspended'),
    'case.voided': Word('作废办件', 'Case voided'),
    'clerk.activated': Word('启用人员', 'Account switched on'),
    'clerk.changed': Word('更改人员资料', 'Personal details changed'),
    'clerk.created': Word('新增人员', 'Person added'),
    'clerk.deactivated': Word('停用人员', 'Account switched off'),
    'clerk.password_set': Word('设置密码', 'Password set'),
    'clerk.sessions_ended': Word('结束登录会话', 'Sessions ended'),
    'clerk.substitute_set': Word('设置B角', 'Substitute set'),
    'clerk.windows_assigned': Word('分配窗口岗位', 'Windows assigned'),
    'clock.moved': Word('演示时钟拨动', 'Demo clock moved'),
    'clock.set_right': Word('更正期限', 'Limit corrected'),
    'department.created': Word('新增部门', 'Department added'),
    'draft.created': Word('新建流程草稿', 'Draft begun'),
    'draft.discarded': Word('弃用流程草稿', 'Draft discarded'),
    'draft.reopened': Word('重新打开流程草稿', 'Draft reopened'),
    'hall.created': Word('新增大厅', 'Hall created'),
    'incident.resolved': Word('处理异常', 'Incident resolved'),
    'incident.retried': Word('重试异常', 'Incident retried'),
    'item.cancelled': Word('取消事项', 'Item cancelled'),
    'item.handed_down': Word('下放事项', 'Item handed down'),
    'item.deployed': Word('部署事项流程', 'Version of an item deployed'),
    'item.in_force': Word('事项版本生效', 'Version came into force'),
    'item.published': Word('公布事项', 'Item published'),
    'document.read': Word('查阅文书', 'Document read'),
    'item.withdrawn': Word('撤下事项', 'Item withdrawn'),
    'mark_rule.set': Word('设置预警规则', 'Warning rule set'),
    'personal_data.listed': Word('列表显示个人信息', 'Personal data listed'),
    'personal_data.viewed': Word('查看个人信息', 'Personal data viewed'),
    'release.refused': Word('退回发布申请', 'Release refused'),
    'release.released': Word('批准发布', 'Release approved'),
    'release.rolled_back': Word('回退版本', 'Version rolled back'),
    'release.submitted': Word('提交发布申请', 'Release submitted'),
    'release.unstaged': Word('取消定时发布', 'Staged version taken back'),
    'release.withdrawn': Word('撤回发布申请', 'Submission withdrawn'),
    'scenario.recorded': Word('记录试运行情景', 'Trial recorded as a scenario'),
    'stop.backdated': Word('补录期限暂停', 'Stop backdated'),
    'stop.ended_earlier': Word('更正期限恢复时间', 'End of a stop corrected'),
    'supplement.repeated': Word('再次要求补正', 'Papers asked for again'),
    'timer.rescheduled': Word('调整定时', 'Timer rescheduled'),
    'window.created': Word('新增窗口', 'Window added'),
    'window.changed': Word('修改窗口', 'Window changed'),
    'department.changed': Word('修改部门', 'Department changed'),
}

DOCUMENT: Mapping[str, Word] = {
    'receipt': Word('申请材料接收凭证', 'Receipt for the application'),
    'supplement_notice': Word('一次性补正告知书', 'Notice of missing papers'),
    'acceptance': Word('受理通知书', 'Notice of acceptance'),
    'non_acceptance': Word('不予受理通知书', 'Notice of non-acceptance'),
    'not_required': Word('不需要行政许可告知书', 'Notice that no licence is needed'),
    'return_notice': Word('退回件通知书', 'Notice of return'),
    'stop_notice': Word('特别程序告知书', 'Notice of a special procedure'),
    'extension_notice': Word('延长审批期限告知书', 'Notice of extension'),
    'grant': Word('准予行政许可决定书', 'Decision granting the licence'),
    'refusal': Word('不予行政许可决定书', 'Decision refusing the licence'),
    'licence': Word('许可证', 'Licence'),
    'delivery_receipt': Word('送达回证', 'Proof of delivery'),
    'withdrawal': Word('撤回申请确认书', 'Confirmation of withdrawal'),
    'expiry_notice': Word('逾期未补正终止通知书', 'Notice of ending: papers not supplied'),
    'timeout_notice': Word('超时默认通知', 'Notice of a result by silence'),
    'correction': Word('更正通知书', 'Corrected notice'),
}


def written_date(day: date) -> Word:
    """A date as documents write it: 2026年3月9日, 2026-03-09."""
    return Word(f'{day.year}年{day.month}月{day.day}日', day.isoformat())


def day_words(day: date) -> Word:
    """A date as people say it: 2026年3月9日（周一）, 2026-03-09 (Mon)."""
    return said('{day}（{weekday}）', '{day} ({weekday})', day=written_date(day), weekday=WEEKDAYS[day.weekday()])


def clock_place(name: str) -> float:
    """Where a clock is listed: as the case goes, the promise before the law, delivery last; clocks of an item's own before delivery."""
    return CLOCK_ORDER.get(name, len(CLOCK) - 1.5)


def limit_words(limit: str) -> str:
    """A limit in words: `promise - 1个工作日` is 承诺期限前1个工作日; one that cannot be read stays as it is written."""
    base, _, offset = limit.partition(' ')
    if base not in CLOCK:
        return length_words(limit)
    amount = length_words(offset[1:].strip())
    if offset[:1] == '-':
        return said('{clock}前{amount}', '{amount} before the {clock}', clock=CLOCK[base], amount=amount)
    if offset[:1] == '+':
        return said('{clock}后{amount}', '{amount} after the {clock}', clock=CLOCK[base], amount=amount)
    return CLOCK[base]


def length_words(text: str) -> str:
    """The length of a limit, e.g. 7个工作日; one that cannot be read stays as it is written."""
    try:
        read = parse_limit(text)
        if isinstance(read, Repeat) and isinstance(read.each, Cron):
            return read.each.words
        return Word(text, read.en)
    except LimitError:
        return text


def number_label(id_type: str) -> str:
    """What a printed form calls the number of this document of a person or organisation: 护照号码, 统一社会信用代码."""
    if id_type == 'uscc':
        return Word('统一社会信用代码', 'Unified social credit code')
    named = id_type in ID_TYPE and id_type != 'other_document'
    return said('{document}号码', 'Number of the {document}', document=ID_TYPE[id_type]) if named else Word('证件号码', 'Document number')
