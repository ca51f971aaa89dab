"""The office's words in Chinese: one thing, one word. Pages, documents and the timeline all take them from here."""

from __future__ import annotations

from collections.abc import Mapping

from engine.identity import ID_TYPES

STATUS: Mapping[str, str] = {
    'received': '已收件',
    'supplement': '待补正',
    'accepted': '已受理',
    'in_review': '办理中',
    'special': '特别程序',
    'suspended': '中止',
    'decided': '已决定',
    'delivering': '制证送达',
    'closed': '已办结',
    'not_accepted': '不予受理',
    'not_required': '不受理',
    'returned': '已退回',
    'withdrawn': '已撤回',
    'expired_supplement': '逾期未补正',
    'voided': '已作废',
}

RESULT: Mapping[str, str] = {
    'granted': '准予许可',
    'refused': '不予许可',
    'deemed': '超时默认',
    'deemed_granted': '视为准予',
    'deemed_renewed': '视为准予延续',
    'forwarded': '转报',
    'commitment_granted': '告知承诺准予',
    'withdrawn': '撤回',
    'returned': '退回',
    'not_required': '不需要许可',
    'not_accepted': '不予受理',
    'expired_supplement': '逾期未补正',
    'voided': '作废',
}

APPLICANT_KIND: Mapping[str, str] = {
    'person': '自然人',
    'enterprise': '企业法人',
    'public_institution': '事业法人',
    'social_organisation': '社会组织法人',
    'authority': '行政机关',
    'other': '其他组织',
}

ID_TYPE: Mapping[str, str] = {name: each.zh for name, each in ID_TYPES.items()}  # 证件类型 of a natural person

CHANNEL: Mapping[str, str] = {'window': '窗口', 'online': '电脑端', 'mobile': '移动端', 'courier': '快递', 'other': '其他'}
MATERIAL_STATE: Mapping[str, str] = {'missing': '未提交', 'received': '已收', 'defective': '不符合要求', 'verified': '已核验'}
CLOCK: Mapping[str, str] = {'notify': '一次告知期限', 'promise': '承诺期限', 'statutory': '法定期限', 'delivery': '送达期限'}
CLOCK_ORDER: Mapping[str, int] = {name: place for place, name in enumerate(CLOCK)}  # as they are shown: delivery last, others before it
CLOCK_STATE: Mapping[str, str] = {'running': '计时中', 'stopped': '暂停', 'met': '按时', 'breached': '超期', 'cancelled': '已取消'}
COLOUR: Mapping[str, str] = {'green': '正常', 'amber': '临期', 'red': '超期', 'grey': '暂停计时'}
MILESTONE: Mapping[str, str] = {'received': '收件', 'accepted': '受理', 'decided': '决定', 'delivered': '送达'}
AUTHORITY: Mapping[str, str] = {'receive': '受理', 'review': '审查', 'decide': '决定'}
ROLE: Mapping[str, str] = {'clerk': '窗口人员', 'analyst': '流程设计', 'administrator': '系统管理', 'supervisor': '效能监察'}

ACTION: Mapping[str, str] = {  # what the operator log calls it
    'batch.migrate': '发起批量迁移',
    'batch.revert': '发起批量撤销迁移',
    'batch.retry': '发起批量重试',
    'batch.move': '发起批量转移',
    'batch.suspend': '发起批量挂起',
    'batch.activate': '发起批量恢复',
    'hall.adopted': '按事项建立部门窗口',
    'clerk.password_reset': '重设密码',
    'calendar.case_failed': '日历变更重算失败',
    'calendar.case_moved': '日历变更改动到期日',
    'calendar.closed': '登记停止办公日',
    'calendar.hours_set': '设置办公时间',
    'calendar.imported': '导入放假安排',
    'calendar.recomputed': '日历变更重算完毕',
    'calendar.reopened': '恢复办公日',
    'case.activated': '恢复办件',
    'case.backdated': '补录收件时间',
    'case.migrated': '办件转到新版流程',
    'case.migration_reverted': '撤销办件的版本迁移',
    'case.moved': '转移办件环节',
    'case.recomputed': '重算办件期限',
    'case.suspended': '挂起办件',
    'case.voided': '作废办件',
    'clerk.activated': '启用人员',
    'clerk.changed': '更改人员资料',
    'clerk.created': '新增人员',
    'clerk.deactivated': '停用人员',
    'clerk.password_set': '设置密码',
    'clerk.sessions_ended': '结束登录会话',
    'clerk.substitute_set': '设置B角',
    'clerk.windows_assigned': '分配窗口岗位',
    'clock.moved': '演示时钟拨动',
    'clock.set_right': '更正期限',
    'department.created': '新增部门',
    'draft.created': '新建流程草稿',
    'draft.discarded': '弃用流程草稿',
    'draft.reopened': '重新打开流程草稿',
    'hall.created': '新增大厅',
    'incident.resolved': '处理异常',
    'incident.retried': '重试异常',
    'item.cancelled': '取消事项',
    'item.deployed': '部署事项流程',
    'item.in_force': '事项版本生效',
    'item.published': '公布事项',
    'document.read': '查阅文书',
    'item.withdrawn': '撤下事项',
    'mark_rule.set': '设置预警规则',
    'personal_data.viewed': '查看个人信息',
    'release.refused': '退回发布申请',
    'release.released': '批准发布',
    'release.rolled_back': '回退版本',
    'release.submitted': '提交发布申请',
    'release.unstaged': '取消定时发布',
    'release.withdrawn': '撤回发布申请',
    'scenario.recorded': '记录试运行情景',
    'stop.backdated': '补录期限暂停',
    'stop.ended_earlier': '更正期限恢复时间',
    'supplement.repeated': '再次要求补正',
    'timer.rescheduled': '调整定时',
    'window.created': '新增窗口',
    'window.changed': '修改窗口',
    'department.changed': '修改部门',
}

DOCUMENT: Mapping[str, str] = {
    'receipt': '申请材料接收凭证',
    'supplement_notice': '一次性补正告知书',
    'acceptance': '受理通知书',
    'non_acceptance': '不予受理通知书',
    'not_required': '不需要行政许可告知书',
    'return_notice': '退回件通知书',
    'stop_notice': '特别程序告知书',
    'extension_notice': '延长审批期限告知书',
    'grant': '准予行政许可决定书',
    'refusal': '不予行政许可决定书',
    'licence': '许可证',
    'delivery_receipt': '送达回证',
    'withdrawal': '撤回申请确认书',
    'expiry_notice': '逾期未补正终止通知书',
    'timeout_notice': '超时默认通知',
}


def clock_place(name: str) -> float:
    """Where a clock is listed: as the case goes, the promise before the law, delivery last; clocks of an item's own before delivery."""
    return CLOCK_ORDER.get(name, len(CLOCK) - 1.5)


def limit_zh(limit: str) -> str:
    """A limit in words where it hangs on a clock: `promise - 1个工作日` is 承诺期限前1个工作日; others stay as they are written."""
    base, _, offset = limit.partition(' ')
    if base not in CLOCK:
        return limit
    side = {'-': '前', '+': '后'}.get(offset[:1], '')
    return f'{CLOCK[base]}{side}{offset[1:].strip()}'


def number_label(id_type: str) -> str:
    """What a printed form calls the number of this document of a person or organisation: 护照号码, 统一社会信用代码."""
    if id_type == 'uscc':
        return '统一社会信用代码'
    return f'{ID_TYPE[id_type]}号码' if id_type in ID_TYPE and id_type != 'other_document' else '证件号码'
