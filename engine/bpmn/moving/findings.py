"""What is said about one case before it is moved: «cannot, because …» when it blocks, otherwise what will be different afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.model import Element
from engine.words import MILESTONES


@dataclass(frozen=True)
class Finding:
    """One sentence in Chinese and English. `blocking`: the case cannot be moved; `element` and `target` are the old and the new id."""

    code: str
    blocking: bool
    zh: str
    en: str
    element: str | None = None
    target: str | None = None

    def as_dict(self) -> dict[str, object]:
        """For JSON columns and the command line."""
        return {'code': self.code, 'blocking': self.blocking, 'zh': self.zh, 'en': self.en, 'element': self.element, 'target': self.target}


BLOCKS: Mapping[str, tuple[str, str]] = {
    'finished': ('办件已结束，不再变动', 'the case is over and never moves'),
    'suspended': ('办件已挂起，恢复办理后才能转移环节', 'the case is suspended: let it go on before it is moved'),
    'other_definition': ('办件不在所选版本上', 'the case is not on the version the plan starts from'),
    'element_missing': (
        '办件停在“{old}”，目标版本没有该环节，方案也没有指定对应环节',
        'the case is on {old}, which the target version does not have and the plan does not map',
    ),
    'scope_differs': (
        '“{new}”在目标版本中位于“{there}”，而办件目前在“{here}”之中：移入或移出子流程不能直接迁移',
        '{new} is inside {there} in the target version, but the case is inside {here}: it cannot move into or out of a subprocess',
    ),
    'kind_differs': ('“{old}”是{was}，“{new}”是{now}，不能接续', '{old} is a {was_en}, but {new} is a {now_en}'),
    'loop_differs': (
        '“{old}”的多实例（循环）设置在目标版本中有改动，已展开的实例不能接续',
        'the multi-instance settings of {old} differ in the target version; instances that run cannot be carried over',
    ),
    'called_differs': ('“{old}”调用的子流程不同（{was} → {now}）', '{old} calls another process ({was} → {now})'),
    'join_flow_missing': (
        '办件在汇聚网关“{old}”等待，到达所用的连线在目标版本中不存在',
        'the case waits at the join {old}, and the flow it came by is not in the target version',
    ),
    'undo_missing': (
        '办件已办过“{old}”，目标版本中没有它的补偿：以后无法撤销',
        'the case has done {old}, which nothing in the target version could undo any more',
    ),
    'join_would_open': (
        '办件在汇聚网关“{old}”等待，按目标版本已无须再等：请先在原版本办过该网关',
        'the case waits at the join {old}, which has nothing to wait for in the target version: let it pass in the old one first',
    ),
    'never_ends': ('按目标版本从当前位置出发，办件会停在“{new}”无法办结', 'from where it is, the case would stand still at {new} for ever'),
    'milestone_lost': (
        '按目标版本从当前位置出发，办件不再经过里程碑“{milestone}”',
        'from where it is, the case would never reach the milestone {milestone} in the target version',
    ),
    'milestone_again': (
        '里程碑“{milestone}”已经达到，按目标版本会再次达到（重复{milestone}）',
        'the milestone {milestone} was reached, and would be reached a second time in the target version',
    ),
    'stop_differs': (
        '“{old}”正使期限暂停，而“{new}”不再暂停期限：请先办完该环节',
        '{old} holds the clock still, but {new} does not: complete the step first',
    ),
    'signing_begun': ('“{old}”已有人签署，而要求的签署人数不同', 'somebody has signed {old} already, and the number of signers differs'),
    'expression_fails': ('目标版本“{new}”的表达式对本办件无法求值：{why}', 'an expression of {new} has no value for this case: {why}'),
    # moving a token
    'no_such_place': ('所选环节已不在办理中', 'the step to leave is not being worked on'),
    'no_such_target': ('流程中没有环节“{new}”', 'there is no element {new}'),
    'not_enterable': ('不能直接转到“{new}”：{why}', 'a token cannot be put on {new}: {why}'),
    'decides': (
        '转到“{new}”会越过决定环节“{through}”：管理人员不能代作决定',
        'moving to {new} would go past {through}, where the decision is made: an administrator cannot decide',
    ),
    'skips_milestone': (
        '转到“{new}”会越过里程碑“{milestone}”（{through}）',
        'moving to {new} would skip the milestone {milestone} at {through}',
    ),
    'would_reach': (
        '从“{new}”出发会自动经过里程碑“{milestone}”：须由窗口人员办理',
        'from {new} the case would by itself reach the milestone {milestone}: that is for the clerks',
    ),
    'would_end': ('转到“{new}”会使办件自动走到结束', 'from {new} the case would by itself come to its end'),
}

NOTES: Mapping[str, tuple[str, str]] = {
    'renamed': ('环节“{old}”对应到“{new}”', '{old} becomes {new}'),
    'boundary_removed': (
        '“{host}”上的“{old}”在目标版本中没有，不再等待',
        '{old} on {host} is not in the target version and no longer waits',
    ),
    'boundary_added': ('“{host}”新增“{new}”', '{new} is new on {host}'),
    'event_removed': ('“{old}”在目标版本中没有，不再等待', '{old} is not in the target version and no longer waits'),
    'event_added': ('新增等待“{new}”', '{new} is new and waits from now on'),
    'name_changed': ('“{new}”等待的名称改为“{name}”', '{new} now waits for {name!r}'),
    'limit_kept': ('“{new}”的期限改为“{now}”，本办件仍按开始时的“{was}”', 'the limit of {new} is {now!r} now; this case keeps {was!r}'),
    'limit_changed': (
        '“{new}”的期限由“{was}”改为“{now}”，起算不变',
        'the limit of {new} changes from {was!r} to {now!r}; it counts from when it did',
    ),
    'timer_restarted': ('“{new}”自迁移之时重新起算（“{now}”）', '{new} starts anew at the migration ({now!r})'),
    'added_from_opening': ('“{new}”自环节开始时（{at}）起算', '{new} counts from when the step opened ({at})'),
    'added_from_now': ('“{new}”自迁移之时起算', '{new} counts from the migration'),
    'added_overdue': ('“{new}”起算后已经届满，迁移后将立即触发', '{new} has run out already and fires at once'),
    'form_changed': ('“{new}”的表单有改动', 'the form of {new} differs'),
    'window_changed': ('“{new}”改由{now}办理（原为{was}）', '{new} belongs to {now} now (was {was})'),
    'signers_changed': ('“{new}”的签署人数由 {was} 改为 {now}', '{new} needs {now} signers instead of {was}'),
    'not_by_changed': ('“{new}”的回避环节有改动', 'who is barred from {new} differs'),
    'expiry_changed': ('“{new}”届满的后果由 {was} 改为 {now}', 'what expiry of {new} means changes from {was} to {now}'),
    'stop_begins_later': (
        '目标版本中“{new}”使期限暂停；本办件此次停留不自动暂停',
        '{new} holds the clock still in the target version, but not for this stay',
    ),
    'clock_kept': ('{clock} 期限改为“{now}”，本办件仍按“{was}”', 'the limit of the clock {clock} is {now!r} now; this case keeps {was!r}'),
    'clock_changed': ('{clock} 期限由“{was}”改为“{now}”', 'the limit of the clock {clock} changes from {was!r} to {now!r}'),
    'subprocess_left': ('子流程“{old}”随之结束', 'the subprocess {old} is left with it'),
    'subprocess_entered': ('重新进入子流程“{new}”', 'the subprocess {new} is entered again'),
}

_KINDS = {
    'userTask': ('用户任务', 'user task'),
    'manualTask': ('手工任务', 'manual task'),
    'serviceTask': ('服务任务', 'service task'),
    'subProcess': ('子流程', 'subprocess'),
    'callActivity': ('调用活动', 'call activity'),
    'receiveTask': ('接收任务', 'receive task'),
    'parallelGateway': ('并行网关', 'parallel gateway'),
    'inclusiveGateway': ('包容网关', 'inclusive gateway'),
    'complexGateway': ('复杂网关', 'complex gateway'),
    'exclusiveGateway': ('排他网关', 'exclusive gateway'),
    'eventBasedGateway': ('事件网关', 'event-based gateway'),
    'intermediateCatchEvent': ('中间捕获事件', 'intermediate catch event'),
    'boundaryEvent': ('边界事件', 'boundary event'),
    'scriptTask': ('脚本任务', 'script task'),
    'businessRuleTask': ('规则任务', 'rule task'),
    'sendTask': ('发送任务', 'send task'),
    'endEvent': ('结束事件', 'end event'),
    'startEvent': ('开始事件', 'start event'),
}


def finding(code: str, *, old: Element | None = None, new: Element | None = None, **facts: object) -> Finding:
    """A finding by its code; `old` and `new` are told by their name and id, elements among the facts by their name."""
    blocking = code in BLOCKS
    zh, en = (BLOCKS if blocking else NOTES)[code]
    plain = {name: fact.name or fact.id if isinstance(fact, Element) else fact for name, fact in facts.items()}
    words: dict[str, object] = {'old': called(old), 'new': called(new)} | plain
    said = words | {'milestone': MILESTONES.get(str(words.get('milestone')), str(words.get('milestone')))}
    return Finding(
        code, blocking, zh.format_map(said), en.format_map(words), old.id if old is not None else None, new.id if new is not None else None
    )


def called(element: Element | None) -> str:
    """An element by its name and, where that differs, its id."""
    if element is None:
        return '—'
    return f'{element.name}（{element.id}）' if element.name and element.name != element.id else element.id


def kind_words(element: Element) -> tuple[str, str]:
    """What an element is, in Chinese and English."""
    zh, en = _KINDS.get(element.kind, (element.kind, element.kind))
    event = element.event.kind if element.event is not None else ''
    return (f'{zh}（{event}）', f'{en} ({event})') if event else (zh, en)
