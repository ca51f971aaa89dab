"""What the builder of programs refuses: elements without meaning here. The check names them to the analyst first."""

from __future__ import annotations

from engine.bpmn.model import Diagram, Element, Flow, Loop
from engine.bpmn.read_node import ACTIVITIES
from engine.bpmn.spiff.loops import MAX_INSTANCES

Reason = tuple[str, str]


class Unbuildable(Exception):
    """An element that has no meaning here, or a text that is no FEEL: the check should have refused it."""

    def __init__(self, element: str, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.element = element
        self.line = line
        self.zh = zh
        self.en = en


def kind_of(element: Element) -> str:
    """The kind of the element's only event definition, or nothing. Raises Unbuildable when there are several."""
    if len(element.events) > 1:
        raise unsupported(element)
    return element.events[0].kind if element.events else ''


def unruly(element: Element) -> bool:
    """Whether an attribute asks for what nothing here does; the check names each of them."""
    return 'eventDefinitionRef' in element.unsupported or (element.loop is not None and behavior_fault(element.loop) is not None)


def unsupported(element: Element) -> Unbuildable:
    """Said of an element without meaning here."""
    what = '+'.join([element.kind, *(event.kind for event in element.events)])
    return Unbuildable(element.id, element.line, f'不支持的元素：{what}', f'Expected a supported element, but {element.id} is {what}')


def behavior_fault(loop: Loop) -> Reason | None:
    """Why the behavior of a multi-instance activity cannot be run (§10.3.8), and what to write instead; None when it can."""
    if loop.behavior not in {'All', 'None', 'One', 'Complex'}:
        return '应为 All、None、One 或 Complex', 'it is All, None, One or Complex'
    if loop.behavior == 'Complex' and (not loop.throws or any(not each.condition for each in loop.throws)):
        return '每个 complexBehaviorDefinition 须有条件和事件', 'every complexBehaviorDefinition needs a condition and an event'
    for each in loop.throws:
        if each.event is None:
            return (
                '没有写明抛出哪个事件；请用 noneBehaviorEventRef 或 oneBehaviorEventRef 指向文件顶层的 signalEventDefinition，'
                '否则去掉 behavior',
                'it does not name the event to throw; point noneBehaviorEventRef or oneBehaviorEventRef to a signalEventDefinition '
                'at the top of the file, or leave the behavior out',
            )
        if each.event.kind not in {'signal', 'message', 'escalation'} or not (each.event.name or each.event.code):
            return (
                '实例完成时只能抛出有名称的信号、消息或升级',
                'a completed instance throws a signal, message or escalation that has a name',
            )
    return None


def multiple_fault(diagram: Diagram, element: Element) -> Reason | None:
    """Why the definitions of an event cannot be combined (§10.5.5), and what to draw instead; None when they can, or there is one."""
    kinds = [event.kind for event in element.events]
    if len(kinds) < 2:
        return None
    if {'link', 'compensate', 'cancel'} & {*kinds}:
        return '链接、补偿和取消须单独使用', 'a link, a compensation or a cancel event stands alone'
    if element.kind == 'endEvent' and sum(kind in ('error', 'terminate') for kind in kinds) > 1:
        return '错误与终止只能有一个', 'an event throws one error or terminates, not both'
    if not element.all_together:
        return None
    if any(kind in ('error', 'escalation') for kind in kinds):
        return '错误和升级不等待，不能与其他事件一起等齐', 'errors and escalations are not waited for, so they cannot be part of all'
    if element.kind == 'startEvent' and element.scope == element.process:
        return '流程不能等齐多个事件才开始；请用一个消息开始，再等待其余', 'a process begins with one event; wait for the others behind it'
    if any(diagram.elements[flow.source].kind == 'eventBasedGateway' for flow in _into(diagram, element)):
        return '事件网关之后只等最先发生的一个', 'behind an event-based gateway the first event decides'
    return None


def quantity_fault(diagram: Diagram, element: Element) -> Reason | None:
    """Why tokens cannot be gathered or multiplied here (BPMN 2.0.2 §10.3), and what to draw instead; None when they can."""
    if not (1 <= element.start_quantity <= MAX_INSTANCES and 1 <= element.completion_quantity <= MAX_INSTANCES):
        return f'令牌数应为 1 至 {MAX_INSTANCES} 的整数', f'a number of tokens is a whole number from 1 to {MAX_INSTANCES}'
    sources = {diagram.elements[flow.source].kind for flow in _into(diagram, element)}
    if element.start_quantity > 1 and (not sources or 'eventBasedGateway' in sources):
        return (
            '要等多个令牌的活动须由顺序流到达，且不能紧跟事件网关；请在它前面画并行网关汇聚',
            'an activity that waits for several tokens is reached by sequence flows, and not from an event-based gateway; '
            'join the branches with a parallel gateway before it',
        )
    return None


def complex_fault(diagram: Diagram, element: Element) -> Reason | None:
    """Why a complex gateway has no single meaning (§13.4.5), and what to draw instead; None when it has one."""
    if not element.activation:
        return (
            '没有激活条件；请写 activationCondition，例如 activationCount >= 2，或改画并行（等全部）、包容网关',
            'it has no activation condition; write activationCondition, for example activationCount >= 2, '
            'or draw a parallel gateway (all of them) or an inclusive one',
        )
    if len(element.incoming) < 2:
        return '只有一条流入，无可计数；请改画包容网关', 'it has one incoming flow and nothing to count; draw an inclusive gateway'
    if element.default or any(flow.condition for flow in diagram.out(element)):
        return (
            '放行与复位时都会判断流出条件，同一步骤可能做两次；请让它无条件流出，把选择画在其后的排他网关',
            'conditions on its flows are asked when it opens and again when it resets, so a step could be done twice; '
            'leave it without conditions and choose at an exclusive gateway behind it',
        )
    return None


def ad_hoc_fault(diagram: Diagram, element: Element) -> Reason | None:
    """Why an ad-hoc subprocess cannot be a person's pick list (§10.3.5), and what to draw instead; None when it can."""
    inside = [each for each in diagram.inside(element.id) if not each.offers]
    if not inside:
        return None  # an empty subprocess is refused as such
    if element.attrs.get('ordering', 'Parallel') not in {'Parallel', 'Sequential'} or element.triggered_by_event:
        return (
            'ordering 应为 Parallel 或 Sequential，且不能是事件子流程',
            'its ordering is Parallel or Sequential, and it is no event subprocess',
        )
    if not element.completion:
        return '没有完成条件，何时结束无从判断；请写 completionCondition', 'nothing says when it is over; write a completionCondition'
    activities = [each for each in inside if each.kind in ACTIVITIES and not each.triggered_by_event]
    others = [each for each in inside if each not in activities and each.kind != 'boundaryEvent']
    if others or any(len(each.incoming) > 1 or len(each.outgoing) > 1 for each in inside):
        return (
            '其中只能有可供选择的活动及其后的直线步骤；开始、结束事件、网关和分支请画进一个子流程，作为可选的一步',
            'it has only activities to pick and steps in a line behind them; draw starts, ends, gateways and branches into a subprocess '
            'that is one of the steps',
        )
    return None


def _into(diagram: Diagram, element: Element) -> list[Flow]:
    return [diagram.flows[flow] for flow in element.incoming if diagram.flows[flow].source in diagram.elements]
