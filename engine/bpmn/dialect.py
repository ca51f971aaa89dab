"""The hall's words in a diagram: every property and every form field the office reads, declared once.

An element's properties are read into a `Said` (`Element.said`); the check refuses what this page does not allow, and the reference page,
the element templates and the designer's choices are printed from it (`python -m engine.bpmn.dialect_pages`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.words import EXPIRY, MILESTONES, RESULTS, Word
from engine.worktime import STOP_KINDS

DECISIONS = ('granted', 'refused')
"""What the form field `decision` says; a document is issued for each."""
REASONS = ('decision_reasons', 'reasons', 'intake_reason', 'return_reason', 'withdraw_reason', 'reason')
"""The form fields that hold the reasons of a decision, the first one that is filled."""
SUPPLEMENT = 'supplement_items'
ANSWERS: Mapping[str, Word] = {
    'decision': Word('决定：granted 准予，refused 不予', 'the decision, `granted` or `refused`; needed where a case is granted or refused'),
    'decision_reasons': Word('决定的理由', 'its reasons; one of the fields for reasons is needed where a case may be turned down'),
    'decision_basis': Word('决定的依据', 'the articles it rests on'),
    'validity_years': Word('有效年数', 'years the certificate is valid, when they are not those of the item'),
    'supplement_items': Word('补正内容，每行一项', 'what is missing, one a line; needed where a step stops the clock for a supplement'),
    'supplement_new_facts': Word('再次补正的新情况', 'what a second supplement notice rests on'),
    'intake_reason': Word('不予受理的理由', 'why it is not accepted'),
    'competent_agency': Word('有权受理的机关', 'the agency to turn to instead'),
    'return_reason': Word('退件的理由', 'why it is returned'),
    'withdraw_reason': Word('撤回的理由', 'why it is withdrawn'),
    'delivery_method': Word('送达方式：window、post、electronic', '`window`, `post` or `electronic`'),
    'receiver_name': Word('签收人', 'who received it'),
    'tracking_no': Word('邮件号码', 'the number of the parcel'),
    'delivered_on': Word('送达日期', 'the date of delivery'),
}
"""The form fields (variables) the office reads into status and documents."""

_STOPPING = {'userTask', 'receiveTask', 'manualTask', 'callActivity', 'subProcess', 'adHocSubProcess', 'transaction'}
_WORKING = {'serviceTask', 'sendTask', 'businessRuleTask'}


class _OfKind(Protocol):
    @property
    def kind(self) -> str: ...


class Drawn(_OfKind, Protocol):
    """An element as far as it tells which properties it may bear (`engine.bpmn.model.Element`)."""

    @property
    def events(self) -> Sequence[_OfKind]: ...

    @property
    def loop(self) -> _OfKind | None: ...


def is_timer(element: Drawn) -> bool:
    """Whether it is a boundary timer."""
    return element.kind == 'boundaryEvent' and any(event.kind == 'timer' for event in element.events)


def can_stop(element: Drawn) -> bool:
    """Whether the case's clocks may stand still while a token is here."""
    return element.kind in _STOPPING


@dataclass(frozen=True)
class Bearers:
    """The elements on which a property means something."""

    holds: Callable[[Drawn], bool]
    name: Word


TIMER = Bearers(is_timer, Word('边界定时事件', 'boundary timers'))
HOLDER = Bearers(can_stop, Word('用户任务、接收任务或子流程', 'user tasks, receive tasks and subprocesses'))
PERSON = Bearers(lambda e: e.kind == 'userTask', Word('用户任务', 'user tasks'))
STEP = Bearers(lambda e: not e.kind.endswith('Gateway'), Word('活动或事件', 'activities and events'))
END = Bearers(lambda e: e.kind == 'endEvent', Word('结束事件', 'end events'))
WORK = Bearers(lambda e: e.kind in _WORKING, Word('服务任务', 'service tasks'))
BASED = Bearers(lambda e: is_timer(e) or can_stop(e), Word('边界定时事件或停走期限的环节', 'boundary timers and steps that stop the clock'))
ANYWHERE = Bearers(lambda _: True, Word('任何节点', 'any node'))


TEXT = Word('文字', 'text')


@dataclass(frozen=True)
class Property:
    """One property: which elements bear it, what it may say, what holds without it, and a sentence for the reference page.

    `choices` are the only values; with `open_to_more` others are free, but none that looks like one of them misspelt.
    """

    name: str
    bearers: Bearers
    means: Word
    choices: Mapping[str, Word] | None = None
    open_to_more: bool = False
    shape: str = r'.*'
    expected: Word = TEXT
    default: str = ''

    def problem(self, value: str) -> Word | None:
        """What was expected instead of this value; None when it is allowed."""
        if self.choices is None:
            return None if re.fullmatch(self.shape, value, re.DOTALL) else self.expected
        if value in self.choices:
            return None
        if self.open_to_more:
            near = near_to(value, self.choices)
            return Word(near, near) if near else None if value else self.expected
        return Word(' / '.join(self.choices), ' / '.join(self.choices))


def _deemed(milestone: str, zh: str, en: str) -> Property:
    earlier = tuple(MILESTONES)[: tuple(MILESTONES).index(milestone)]
    return Property(f'{milestone}_as_of', STEP, Word(zh, en), {name: MILESTONES[name] for name in earlier})


NUMBER = Word('1 至 99 的整数', 'a whole number from 1 to 99')
IDS = Word('用户任务的编号', 'ids of user tasks')
PROPERTIES: Mapping[str, Property] = {
    each.name: each
    for each in (
        Property('milestone', STEP, Word('案件的时间节点', 'the case reaches a milestone here'), MILESTONES),
        _deemed(
            'accepted',
            '视为受理：受理自该节点之时起算（行政许可法第三十二条）',
            'deemed acceptance: with `milestone` `accepted`, it counts from the instant of this milestone (Licensing Law art. 32)',
        ),
        _deemed('decided', '视为决定：决定自该节点之时起算', 'with `milestone` `decided`: it counts from the instant of this milestone'),
        _deemed(
            'delivered', '视为送达：送达自该节点之时起算', 'with `milestone` `delivered`: it counts from the instant of this milestone'
        ),
        Property(
            'clock',
            HOLDER,
            Word('案件期限在此停走', "the case's clocks stand still here; needs a boundary timer and a `stop_kind`"),
            {'stopped': Word('停走', 'stopped')},
        ),
        Property('stop_kind', HOLDER, Word('停走的种类', 'why the clocks stand still'), STOP_KINDS),
        Property('stop_reason', HOLDER, Word('停走的理由', 'the reason in the notice and the ledger'), default='the name of the step'),
        Property(
            'on_expiry', TIMER, Word('到期后', 'what the end of the limit means; the last three need a `basis`'), EXPIRY, default='escalate'
        ),
        Property('basis', BASED, Word('依据', 'the article the silent outcome, or the stop, rests on')),
        Property(
            'signers',
            PERSON,
            Word('签字人数', 'number of different people who must sign'),
            shape='[1-9][0-9]?',
            expected=NUMBER,
            default='1',
        ),
        Property(
            'not_by', PERSON, Word('回避的环节', 'whoever did these user tasks may not do this one (four eyes)'), shape=r'.+', expected=IDS
        ),
        Property(
            'result',
            END,
            Word('结果', 'how the case ends; other codes are allowed'),
            RESULTS,
            open_to_more=True,
            expected=Word('结果代码', 'the code of an outcome'),
        ),
        Property('document', WORK, Word('出具的文书', 'the kind of document the handler `issue_document` issues')),
        Property('notice', ANYWHERE, Word('打印的文书', 'names of printed documents in `notices/`')),
        Property('hint', ANYWHERE, Word('提示', 'a note for whoever draws; nobody reads it')),
    )
}
OF_PROCESS: Mapping[str, Word] = {'variables': Word('案件开始时已有的变量', 'names of variables a case starts with, separated by commas')}


def given_variables(properties: Mapping[str, str]) -> frozenset[str]:
    """The variables a case has when it starts, as the properties of its process say."""
    return frozenset(names(properties.get('variables', '')))


def _on(*kinds: str, zh: str, en: str) -> Bearers:
    return Bearers(lambda e: e.kind in kinds, Word(zh, en))


PEOPLE = _on('userTask', 'manualTask', zh='用户任务、手工任务', en='user and manual tasks')
PICKED = _on(
    'userTask', 'manualTask', 'adHocSubProcess', zh='用户任务、手工任务、即席子流程', en='user and manual tasks and ad-hoc subprocesses'
)
FORMS = _on('userTask', 'manualTask', 'startEvent', zh='用户任务、手工任务、开始事件', en='user and manual tasks and start events')
HANDLED = _on(
    *_WORKING,
    'intermediateThrowEvent',
    'endEvent',
    zh='服务、发送、业务规则任务和抛出事件',
    en='service, send and rule tasks, throwing events',
)
YIELDING = _on(*_WORKING, 'scriptTask', zh='服务、发送、业务规则、脚本任务', en='service, send, rule and script tasks')
RULES = _on('businessRuleTask', zh='业务规则任务', en='rule tasks')
CATCHING = _on('boundaryEvent', 'startEvent', zh='边界事件、开始事件', en='boundary and start events')
REPEATED = Bearers(lambda e: e.loop is not None, Word('多实例活动', 'activities with several instances'))
ATTRIBUTES: Mapping[str, Bearers] = {
    **dict.fromkeys(('assignee', 'candidateUsers'), PEOPLE),
    'candidateGroups': PICKED,
    **dict.fromkeys(('formKey', 'formRef'), FORMS),
    **dict.fromkeys(('topic', 'type', 'class', 'expression', 'delegateExpression', 'operation'), HANDLED),
    **dict.fromkeys(('resultVariable', 'resultVariableName'), YIELDING),
    **dict.fromkeys(('decisionRef', 'mapDecisionResult', 'decisionTableReferenceKey'), RULES),
    **dict.fromkeys(('collection', 'elementVariable', 'elementIndexVariable'), REPEATED),
    **dict.fromkeys(('errorCodeVariable', 'errorMessageVariable', 'escalationCodeVariable'), CATCHING),
}
"""The vendors' attributes that are read, and where they mean something. The others: `engine.bpmn.vendors`."""


@dataclass(frozen=True)
class Said:
    """What an element says in the hall's words, each with its default."""

    milestone: str = ''
    as_of: str = ''  # the earlier milestone whose instant counts
    stops_clock: bool = False
    stop_kind: str = 'suspension'
    stop_reason: str = ''
    on_expiry: str = 'escalate'
    basis: str = ''
    signers: int = 1
    not_by: tuple[str, ...] = ()
    result: str = ''
    document: str = ''
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, properties: Mapping[str, str]) -> Said:
        """Read the properties of an element. What the check refuses is read as if it were not there."""
        right = {name: value for name, value in properties.items() if name in PROPERTIES and PROPERTIES[name].problem(value) is None}
        milestone = right.get('milestone', '')
        return cls(
            milestone=milestone,
            as_of=properties.get(f'{milestone}_as_of', ''),  # a wrong one is not dropped: then there is no instant to count from
            stops_clock='clock' in right,
            stop_kind=right.get('stop_kind', cls.stop_kind),
            stop_reason=right.get('stop_reason', ''),
            on_expiry=right.get('on_expiry', cls.on_expiry),
            basis=right.get('basis', ''),
            signers=int(right.get('signers', cls.signers)),
            not_by=names(right.get('not_by', '')),
            result=right.get('result', ''),
            document=right.get('document', ''),
            notices=names(right.get('notice', '')),
        )


def names(text: str) -> tuple[str, ...]:
    """The names of a list: separated by commas of either width or by white space."""
    return tuple(part for part in re.split(r'[,，\s]+', text) if part)


def near_to(found: str, known: Mapping[str, object]) -> str | None:
    """The known name that this one looks like a misspelling of; None when it is a name of its own."""
    plain = {_plain(name): name for name in known}
    typed = _plain(found)
    swapped = [name for name in plain if len(name) >= 5 and sorted(name) == sorted(typed)]  # letters that changed places
    near = swapped or difflib.get_close_matches(typed, plain, 1, 0.85)
    return plain[near[0]] if near else None


def _plain(name: str) -> str:
    return re.sub(r'[^a-z0-9]', '', name.lower())
