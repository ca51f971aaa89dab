"""The office's words in Chinese: one thing, one word. Pages, documents and the timeline all take them from here."""

from __future__ import annotations

from collections.abc import Mapping

STATUS: Mapping[str, str] = {
    'received': '已收件', 'supplement': '待补正', 'accepted': '已受理', 'in_review': '办理中', 'special': '特别程序', 'suspended': '中止',
    'decided': '已决定', 'delivering': '制证送达', 'closed': '已办结', 'not_accepted': '不予受理', 'not_required': '不受理',
    'returned': '已退回', 'withdrawn': '已撤回', 'expired_supplement': '逾期未补正', 'voided': '已作废',
}  # fmt: skip

RESULT: Mapping[str, str] = {
    'granted': '准予许可', 'refused': '不予许可', 'deemed': '超时默认', 'deemed_granted': '视为准予', 'deemed_renewed': '视为准予延续',
    'forwarded': '转报', 'commitment_granted': '告知承诺准予', 'withdrawn': '撤回', 'returned': '退回', 'not_required': '不需要许可',
    'not_accepted': '不予受理', 'expired_supplement': '逾期未补正', 'voided': '作废',
}  # fmt: skip

APPLICANT_KIND: Mapping[str, str] = {
    'person': '自然人', 'enterprise': '企业法人', 'public_institution': '事业法人', 'social_organisation': '社会组织法人',
    'authority': '行政机关', 'other': '其他组织',
}  # fmt: skip

CHANNEL: Mapping[str, str] = {'window': '窗口', 'online': '电脑端', 'mobile': '移动端', 'courier': '快递', 'other': '其他'}
MATERIAL_STATE: Mapping[str, str] = {'missing': '未提交', 'received': '已收', 'defective': '不符合要求', 'verified': '已核验'}
CLOCK: Mapping[str, str] = {'notify': '一次告知期限', 'promise': '承诺期限', 'statutory': '法定期限', 'delivery': '送达期限'}
CLOCK_STATE: Mapping[str, str] = {'running': '计时中', 'stopped': '暂停', 'met': '按时', 'breached': '超期', 'cancelled': '已取消'}
COLOUR: Mapping[str, str] = {'green': '正常', 'amber': '临期', 'red': '超期', 'grey': '暂停计时'}
MILESTONE: Mapping[str, str] = {'received': '收件', 'accepted': '受理', 'decided': '决定', 'delivered': '送达'}
AUTHORITY: Mapping[str, str] = {'receive': '受理', 'review': '审查', 'decide': '决定'}
ROLE: Mapping[str, str] = {'clerk': '窗口人员', 'analyst': '流程设计', 'administrator': '系统管理', 'supervisor': '效能监察'}

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
