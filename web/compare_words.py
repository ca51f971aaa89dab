"""How a comparison is said: areas, aspects and kinds of change in Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.words.vocabulary import LIMIT

KINDS: Mapping[str, str] = {'added': '新增', 'removed': '删除', 'changed': '修改'}
AREAS: Mapping[str, str] = {
    'step': '环节',
    'event': '事件',
    'gateway': '网关',
    'subprocess': '子流程',
    'flow': '流向',
    'process': '流程',
    'lane': '泳道',
    'drawing': '图形布局',
    'limit': '期限',
    'material': '申报材料',
    'fee': '收费',
    'window': '窗口',
    'basis': '设立依据',
    'condition': '受理条件',
    'outcome': '审批结果',
    'catalogue': '事项要素',
    'form': '表单',
    'decision': '决策表',
    'notice': '文书模板',
    'scenario': '情景',
    'file': '文件',
}
ASPECTS: Mapping[str, str] = {
    'name': '名称',
    'documentation': '说明',
    'lane': '泳道',
    'kind': '类型',
    'scope': '所在子流程',
    'window': '窗口',
    'assignee': '办理人',
    'form': '表单',
    'limit': '时限',
    'event': '事件',
    'attached_to': '附着环节',
    'interrupting': '是否中断',
    'default': '默认流向',
    'script': '脚本',
    'called': '调用的流程',
    'loop': '多实例',
    'inputs': '输入',
    'outputs': '输出',
    'call': '传递的变量',
    'result_variable': '结果变量',
    'road': '起止',
    'condition': '条件',
    'id': '编号',
    'layout': '布局',
    'unreadable': '无法读取',
    **LIMIT,
    'required': '是否必填',
    'label': '标题',
    'type': '类型',
    'validate': '校验',
    'values': '选项',
    'conditional': '显示条件',
    'description': '提示',
    'text': '文字',
    'originals': '原件份数',
    'copies': '复印件份数',
    'amount': '金额',
    'basis': '依据',
    'authority': '权限',
    'department': '部门',
    'deferrable': '容缺',
    'shared': '免提交',
    'place': '地点',
    'phone': '电话',
    'hours': '时间',
    'issued_by': '出具单位',
    'validity': '有效期',
    'handling_class': '办件类型',
}
PROPERTIES: Mapping[str, str] = {
    'milestone': '里程碑',
    'clock': '期限停走',
    'stop_kind': '停走类别',
    'on_expiry': '到期后',
    'basis': '依据',
    'signers': '签署人数',
    'not_by': '回避环节',
    'result': '办理结果',
    'accepted_as_of': '受理起算',
}

ELEMENTS: Mapping[str, str] = {
    'userTask': '用户任务',
    'manualTask': '手动任务',
    'serviceTask': '服务任务',
    'sendTask': '发送任务',
    'receiveTask': '接收任务',
    'scriptTask': '脚本任务',
    'businessRuleTask': '规则任务',
    'task': '任务',
    'callActivity': '引用流程',
    'subProcess': '子流程',
    'transaction': '事务子流程',
    'adHocSubProcess': '自组织子流程',
    'startEvent': '开始事件',
    'endEvent': '结束事件',
    'boundaryEvent': '边界事件',
    'intermediateCatchEvent': '中间捕获事件',
    'intermediateThrowEvent': '中间抛出事件',
    'exclusiveGateway': '排他网关',
    'parallelGateway': '并行网关',
    'inclusiveGateway': '包容网关',
    'eventBasedGateway': '事件网关',
    'complexGateway': '复杂网关',
}
_DRAWN = frozenset({'step', 'event', 'gateway', 'subprocess'})


def kind_zh(kind: str) -> str:
    """added, removed, changed in Chinese."""
    return KINDS.get(kind, kind)


def area_zh(area: str) -> str:
    """What kind of thing differs."""
    return AREAS.get(area, area)


def aspect_zh(aspect: str) -> str:
    """What of it differs; names nobody translated are shown as they are."""
    if aspect.startswith('property.'):
        name = aspect.removeprefix('property.')
        return PROPERTIES.get(name, name)
    return ASPECTS.get(aspect, aspect.removeprefix('attribute.'))


def value_zh(area: str, text: str | None) -> str:
    """A value before or after; what is drawn begins with its BPMN kind, which is said in Chinese."""
    first, comma, rest = (text or '').partition('，')
    return ELEMENTS.get(first, first) + comma + rest if area in _DRAWN else text or ''
