"""How a comparison is said: areas, aspects and kinds of change, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from engine.words import Word, said
from tasks.words.vocabulary import LIMIT

KINDS: Mapping[str, Word] = {'added': Word('新增', 'added'), 'removed': Word('删除', 'removed'), 'changed': Word('修改', 'changed')}
AREAS: Mapping[str, Word] = {
    'step': Word('环节', 'step'),
    'event': Word('事件', 'event'),
    'gateway': Word('网关', 'gateway'),
    'subprocess': Word('子流程', 'subprocess'),
    'flow': Word('流向', 'flow'),
    'process': Word('流程', 'process'),
    'lane': Word('泳道', 'lane'),
    'drawing': Word('图形布局', 'drawing'),
    'limit': Word('期限', 'limit'),
    'material': Word('申报材料', 'material'),
    'fee': Word('收费', 'fee'),
    'window': Word('窗口', 'window'),
    'basis': Word('设立依据', 'legal basis'),
    'condition': Word('受理条件', 'condition'),
    'outcome': Word('审批结果', 'outcome'),
    'catalogue': Word('事项要素', 'catalogue'),
    'form': Word('表单', 'form'),
    'decision': Word('决策表', 'decision table'),
    'notice': Word('文书模板', 'notice'),
    'scenario': Word('情景', 'scenario'),
    'file': Word('文件', 'file'),
}
ASPECTS: Mapping[str, Word] = {
    'name': Word('名称', 'name'),
    'documentation': Word('说明', 'documentation'),
    'lane': Word('泳道', 'lane'),
    'kind': Word('类型', 'type'),
    'scope': Word('所在子流程', 'subprocess it is in'),
    'window': Word('窗口', 'window'),
    'assignee': Word('办理人', 'assignee'),
    'form': Word('表单', 'form'),
    'limit': Word('时限', 'limit'),
    'event': Word('事件', 'event'),
    'attached_to': Word('附着环节', 'attached to'),
    'interrupting': Word('是否中断', 'interrupting'),
    'default': Word('默认流向', 'default flow'),
    'script': Word('脚本', 'script'),
    'called': Word('调用的流程', 'called process'),
    'loop': Word('多实例', 'loop'),
    'inputs': Word('输入', 'inputs'),
    'outputs': Word('输出', 'outputs'),
    'call': Word('传递的变量', 'variables passed'),
    'activation': Word('激活条件', 'activation condition'),
    'attribute.startQuantity': Word('开始所需令牌数', 'start quantity'),
    'attribute.completionQuantity': Word('完成产生令牌数', 'completion quantity'),
    'undo': Word('补偿活动', 'compensation activity'),
    'completion': Word('完成条件', 'completion condition'),
    'result_variable': Word('结果变量', 'result variable'),
    'road': Word('起止', 'from and to'),
    'condition': Word('条件', 'condition'),
    'id': Word('编号', 'id'),
    'layout': Word('布局', 'layout'),
    'unreadable': Word('无法读取', 'unreadable'),
    **LIMIT,
    'required': Word('是否必填', 'required'),
    'label': Word('标题', 'label'),
    'type': Word('类型', 'type'),
    'validate': Word('校验', 'validation'),
    'values': Word('选项', 'options'),
    'conditional': Word('显示条件', 'shown when'),
    'description': Word('提示', 'hint'),
    'text': Word('文字', 'text'),
    'originals': Word('原件份数', 'originals'),
    'copies': Word('复印件份数', 'copies'),
    'amount': Word('金额', 'amount'),
    'basis': Word('依据', 'basis'),
    'authority': Word('权限', 'authority'),
    'department': Word('部门', 'department'),
    'deferrable': Word('容缺', 'may come later'),
    'shared': Word('免提交', 'need not be handed in'),
    'place': Word('地点', 'place'),
    'phone': Word('电话', 'phone'),
    'hours': Word('时间', 'hours'),
    'issued_by': Word('出具单位', 'issued by'),
    'validity': Word('有效期', 'validity'),
    'handling_class': Word('办件类型', 'handling class'),
}
PROPERTIES: Mapping[str, Word] = {
    'milestone': Word('里程碑', 'milestone'),
    'clock': Word('期限停走', 'stops the clock'),
    'stop_kind': Word('停走类别', 'kind of stop'),
    'on_expiry': Word('到期后', 'on expiry'),
    'basis': Word('依据', 'basis'),
    'signers': Word('签署人数', 'signers'),
    'not_by': Word('回避环节', 'not by who did'),
    'result': Word('办理结果', 'result'),
    'accepted_as_of': Word('受理起算', 'accepted as of'),
}

ELEMENTS: Mapping[str, Word] = {
    'userTask': Word('用户任务', 'user task'),
    'manualTask': Word('手动任务', 'manual task'),
    'serviceTask': Word('服务任务', 'service task'),
    'sendTask': Word('发送任务', 'send task'),
    'receiveTask': Word('接收任务', 'receive task'),
    'scriptTask': Word('脚本任务', 'script task'),
    'businessRuleTask': Word('规则任务', 'business rule task'),
    'task': Word('任务', 'task'),
    'callActivity': Word('引用流程', 'call activity'),
    'subProcess': Word('子流程', 'subprocess'),
    'transaction': Word('事务子流程', 'transaction'),
    'adHocSubProcess': Word('自组织子流程', 'ad hoc subprocess'),
    'startEvent': Word('开始事件', 'start event'),
    'endEvent': Word('结束事件', 'end event'),
    'boundaryEvent': Word('边界事件', 'boundary event'),
    'intermediateCatchEvent': Word('中间捕获事件', 'intermediate catch event'),
    'intermediateThrowEvent': Word('中间抛出事件', 'intermediate throw event'),
    'exclusiveGateway': Word('排他网关', 'exclusive gateway'),
    'parallelGateway': Word('并行网关', 'parallel gateway'),
    'inclusiveGateway': Word('包容网关', 'inclusive gateway'),
    'eventBasedGateway': Word('事件网关', 'event-based gateway'),
    'complexGateway': Word('复杂网关', 'complex gateway'),
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
    drawn = {'element': ELEMENTS.get(first, first), 'comma': Word(comma, comma and ', '), 'rest': rest}
    return said('{element}{comma}{rest}', '{element}{comma}{rest}', **drawn) if area in _DRAWN else text or ''
