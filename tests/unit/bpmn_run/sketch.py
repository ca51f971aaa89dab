"""Diagrams as a few lines of text, and a run on them that plays the engine's part.

    start s
    user a
    xor g
    end e
    s -> a -> g -> e
    g -> a ? again          a condition
    g => e                  the default flow
    sub p {                 a subprocess; `loop=` and the like as for every activity
    }
    on a timer t text=PT1H  a boundary event, `on!` one that does not interrupt

Flows are called source_target. Words after the id are attributes; `_` in a value stands for a blank.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.bpmn.changes import Changes, Work
from engine.bpmn.program import Program, build_program
from engine.bpmn.run import Run
from engine.core.bundle import Bundle

KINDS = {
    'start': 'startEvent',
    'end': 'endEvent',
    'user': 'userTask',
    'manual': 'manualTask',
    'none': 'task',
    'script': 'scriptTask',
    'service': 'serviceTask',
    'send': 'sendTask',
    'rule': 'businessRuleTask',
    'receive': 'receiveTask',
    'xor': 'exclusiveGateway',
    'and': 'parallelGateway',
    'or': 'inclusiveGateway',
    'race': 'eventBasedGateway',
    'catch': 'intermediateCatchEvent',
    'throw': 'intermediateThrowEvent',
    'sub': 'subProcess',
    'call': 'callActivity',
    'complex': 'complexGateway',
    'adhoc': 'adHocSubProcess',
    'transaction': 'transaction',
}
EVENTS = {'timer', 'message', 'signal', 'error', 'escalation', 'conditional', 'terminate', 'link', 'compensate', 'cancel'}
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def sketch(text: str, process: str = 'P') -> bytes:
    """BPMN 2.0 XML of a sketched process."""
    return _Sketch(process).read(text)


class _Sketch:
    def __init__(self, process: str) -> None:
        self.process = process
        self.tops: dict[str, str] = {}
        self.out: list[str] = []
        self.flows: dict[str, int] = {}
        self.defaults: dict[str, str] = {}
        self.opened: list[str] = []

    def read(self, text: str) -> bytes:
        for raw in text.splitlines():
            line = raw.split('#', 1)[0].strip() if not raw.strip().startswith('script') else raw.strip()
            if line == '}':
                self.out.append(f'</{self.opened.pop()}>')
            elif ' ~ ' in line:  # an association
                one, other = line.split(' ~ ')
                self.out.append(f'<association id="{one}_{other}" sourceRef="{one}" targetRef="{other}"/>')
            elif ' -> ' in line or ' => ' in line:
                self._chain(line)
            elif line:
                self._element(line)
        body = '\n'.join(self.out)
        for source, flow in self.defaults.items():
            body = body.replace(f'id="{source}"', f'id="{source}" default="{flow}"', 1)
        return (
            '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">'
            + ''.join(self.tops.values())
            + f'<process id="{self.process}" isExecutable="true">\n{body}\n</process></definitions>'
        ).encode()

    def _chain(self, line: str) -> None:
        line, _, condition = line.partition(' ? ')
        words = line.split()
        for source, arrow, target in zip(words[::2], words[1::2], words[2::2], strict=False):
            name = f'{source}_{target}'
            self.flows[name] = self.flows.get(name, 0) + 1
            flow = name if self.flows[name] == 1 else f'{name}_{self.flows[name]}'
            if arrow == '=>':
                self.defaults[source] = flow
            inner = f'<conditionExpression xsi:type="tFormalExpression">{escape(condition)}</conditionExpression>' if condition else ''
            self.out.append(f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>')

    def _element(self, line: str) -> None:
        opens = line.endswith('{')
        words = shlex.split(line.rstrip('{'))
        attached = None
        interrupting = True
        if words[0] in ('on', 'on!'):
            attached, interrupting, words = words[1], words[0] == 'on', ['boundary', *words[3:4], words[2], *words[4:]]
        kind, identity, rest = words[0], words[1], words[2:]
        event = next((word for word in rest if word in EVENTS), None)
        facts = dict(word.split('=', 1) for word in rest if '=' in word)
        facts = {key: value.replace('_', ' ') if key not in ('script', 'called') else value for key, value in facts.items()}
        tag = 'boundaryEvent' if kind == 'boundary' else KINDS[kind]
        attrs = {'id': identity, **{key: facts[key] for key in ('name',) if key in facts}}
        if attached:
            attrs |= {'attachedToRef': attached, 'cancelActivity': str(interrupting).lower()}
        for key in ('topic', 'resultVariable', 'candidateGroups', 'assignee', 'errorCodeVariable', 'decisionRef'):
            if key in facts:
                attrs[f'camunda:{key}'] = facts[key]
        for key in (
            'triggeredByEvent',
            'isInterrupting',
            'isForCompensation',
            'startQuantity',
            'completionQuantity',
            'ordering',
            'cancelRemainingInstances',
        ):
            if key in facts:
                attrs[key] = facts[key]
        if 'called' in facts:
            attrs['calledElement'] = facts['called']
        if 'message' in facts:
            attrs['messageRef'] = self._top('message', facts['message'])
        self.out.append(f'<{tag} ' + ' '.join(f'{key}={quoteattr(value)}' for key, value in attrs.items()) + '>')
        self._inside(facts, event)
        if opens:
            self.opened.append(tag)
        else:
            self.out.append(f'</{tag}>')

    def _inside(self, facts: dict[str, str], event: str | None) -> None:
        parameters = ''.join(
            f'<camunda:{side}putParameter name="{key[len(side) + 1 :]}">{escape(value)}</camunda:{side}putParameter>'
            for key, value in facts.items()
            for side in ('in', 'out')
            if key.startswith(f'{side}.')
        )
        extra = f'<camunda:inputOutput>{parameters}</camunda:inputOutput>' if parameters else ''
        for key, value in facts.items():
            side, _, name = key.partition('.')
            if side in ('give', 'take') and name:
                way = 'in' if side == 'give' else 'out'
                extra += (
                    f'<camunda:{way} variables="all"/>'
                    if name == 'all'
                    else (
                        f'<camunda:{way} sourceExpression={quoteattr(value)} target="{name}"/>'
                        if '${' in value
                        else f'<camunda:{way} source={quoteattr(value)} target="{name}"/>'
                    )
                )
        named = [key for key in ('result', 'milestone', 'clock') if key in facts]
        properties = ''.join(f'<camunda:property name="{key}" value={quoteattr(facts[key])}/>' for key in named)
        extra += f'<camunda:properties>{properties}</camunda:properties>' if properties else ''
        if extra:
            self.out.append(f'<extensionElements>{extra}</extensionElements>')
        if event:
            self.out.append(self._definition(event, facts))
        if 'enough' in facts:
            self.out.append(f'<completionCondition>{escape(facts["enough"])}</completionCondition>')
        if 'opens' in facts:
            self.out.append(f'<activationCondition>{escape(facts["opens"])}</activationCondition>')
        if 'script' in facts:
            self.out.append(f'<script>{escape(facts["script"])}</script>')
        self.out.append(self._loop(facts))

    def _definition(self, event: str, facts: dict[str, str]) -> str:
        if event == 'timer':
            kind = facts.get('type', 'timeDuration')
            return f'<timerEventDefinition><{kind}>{escape(facts.get("text", "PT1H"))}</{kind}></timerEventDefinition>'
        if event == 'conditional':
            return f'<conditionalEventDefinition><condition>{escape(facts["text"])}</condition></conditionalEventDefinition>'
        if event == 'link':
            return f'<linkEventDefinition name={quoteattr(facts["text"])}/>'
        if event == 'compensate' and 'of' in facts:
            return f'<compensateEventDefinition activityRef="{facts["of"]}"/>'
        if event in ('message', 'signal', 'error', 'escalation') and 'text' in facts:
            return f'<{event}EventDefinition {event}Ref="{self._top(event, facts["text"])}"/>'
        return f'<{event}EventDefinition/>'

    def _top(self, kind: str, name: str) -> str:
        identity = f'{kind}_' + ''.join(char if char.isalnum() else '_' for char in name)
        code = {'error': 'errorCode', 'escalation': 'escalationCode'}.get(kind)
        extra = f' {code}={quoteattr(name)}' if code else ''
        self.tops[identity] = f'<{kind} id="{identity}" name={quoteattr(name)}{extra}/>'
        return identity

    def _told(self, facts: dict[str, str]) -> tuple[str, str]:
        """`tells=One signal=S` or `tells=Complex when=… signal=S`: what an instance throws when it completes."""
        behavior, kind = (
            facts.get('tells', ''),
            next((each for each in ('signal', 'message', 'escalation', 'error') if f'tell.{each}' in facts), ''),
        )
        if not behavior or not kind:
            return (f' behavior="{behavior}"' if behavior else ''), ''
        definition = f'<{kind}EventDefinition {kind}Ref="{self._top(kind, facts[f"tell.{kind}"])}"/>'
        if behavior == 'Complex':
            event = f'<event id="ev">{definition}</event>'
            return (
                ' behavior="Complex"',
                f'<complexBehaviorDefinition><condition>{escape(facts["when"])}</condition>{event}</complexBehaviorDefinition>',
            )
        self.tops['told'] = definition.replace('Definition ', 'Definition id="told" ', 1)
        return f' behavior="{behavior}" {behavior.lower()}BehaviorEventRef="told"', ''

    def _loop(self, facts: dict[str, str]) -> str:
        if 'again' in facts or 'most' in facts:
            most = f' loopMaximum="{facts["most"]}"' if 'most' in facts else ''
            inner = f'<loopCondition>{escape(facts["again"])}</loopCondition>' if 'again' in facts else ''
            before = ' testBefore="true"' if 'before' in facts else ''
            return f'<standardLoopCharacteristics{most}{before}>{inner}</standardLoopCharacteristics>'
        if not facts.keys() & {'each', 'times', 'over'}:
            return ''
        attrs = f' camunda:collection={quoteattr(facts["each"])}' if 'each' in facts else ''
        attrs += f' camunda:elementVariable="{facts["as"]}"' if 'as' in facts else ''
        attrs += ' isSequential="true"' if 'sequential' in facts else ''
        told, complex_ = self._told(facts)
        attrs += told
        inner = f'<loopCardinality>{escape(facts["times"])}</loopCardinality>' if 'times' in facts else ''
        if 'over' in facts:  # the collection as BPMN itself writes it, without a vendor's attributes
            item = facts['item']
            inner += f'<loopDataInputRef>{escape(facts["over"])}</loopDataInputRef><inputDataItem id="{item}" name="{item}"/>'
        if 'collect' in facts:
            inner += f'<loopDataOutputRef>{facts["into"]}</loopDataOutputRef><outputDataItem name="{facts["collect"]}"/>'
        inner += complex_
        inner += f'<completionCondition>{escape(facts["until"])}</completionCondition>' if 'until' in facts else ''
        return f'<multiInstanceLoopCharacteristics{attrs}>{inner}</multiInstanceLoopCharacteristics>'


@dataclass
class FakeHost:
    """A host with a fixed clock whose handlers are functions by name."""

    handlers: Mapping[str, Callable[[Work], Mapping[str, Any]]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    now: datetime = NOW
    calls: list[Work] = field(default_factory=list)

    def call(self, work: Work) -> Mapping[str, Any]:
        self.calls.append(work)
        return self.handlers[work.handler](work) if work.handler in self.handlers else {}


def program(*texts: str) -> Program:
    """A program of one or more sketches; the second is process Q, the third R."""
    names = 'PQR'
    files = {'process.bpmn' if not index else f'{names[index]}.bpmn': sketch(text, names[index]) for index, text in enumerate(texts)}
    return build_program(Bundle(files))


class Case:
    """An instance driven verb by verb; between two verbs only the state is kept, as the engine does."""

    def __init__(
        self, made: Program, variables: Mapping[str, Any] | None = None, host: FakeHost | None = None, start: str | None = None
    ) -> None:
        self.program = made
        self.host = host or FakeHost()
        self.history: list[Changes] = []
        self.keep = False
        self.run = Run.begin(made, self.host, variables or {}, start)
        self._done()

    def _done(self) -> Changes:
        self.last = self.run.advance()
        self.history.append(self.last)
        self.blob = self.run.dump()
        return self.last

    def _open(self) -> Run:
        if not self.keep:
            self.run = Run.restore(self.program, self.blob, self.host)
        return self.run

    def tokens(self, what: str, element: str) -> list[str]:
        """Tokens of user_tasks, opened, armed or awaited of an element that are not closed again, oldest first."""
        gone = {one.token for each in self.history for one in each.closed}
        gone |= {one for each in self.history for one in (*each.disarmed, *each.unawaited)}
        return [one.token for each in self.history for one in getattr(each, what) if one.element == element and one.token not in gone]

    def token(self, what: str, element: str) -> str:
        return self.tokens(what, element)[0]

    def do(self, element: str, _at: int = 0, **variables: Any) -> Changes:
        """Complete the open user task of an element."""
        token = self.tokens('user_tasks', element)[_at]
        self._open().complete(token, variables)
        return self._done()

    def fire(self, element: str, last: bool = True) -> Changes:
        token = self.token('armed', element)
        self._open().fire(token, last)
        return self._done()

    def deliver(self, element: str, **payload: Any) -> Changes:
        token = self.token('awaited', element)
        self._open().deliver(token, payload)
        return self._done()

    def verb(self, work: Callable[[Run], object]) -> Changes:
        work(self._open())
        return self._done()

    @property
    def here(self) -> list[str]:
        return self._open().open_elements

    @property
    def variables(self) -> dict[str, Any]:
        return self._open().variables

    @property
    def tasks(self) -> list[str]:
        """Elements of the open user tasks."""
        gone = {one.token for each in self.history for one in each.closed}
        return [one.element for each in self.history for one in each.user_tasks if one.token not in gone]

    @property
    def passed(self) -> list[str]:
        return [one.element for each in self.history for one in each.passed]

    @property
    def ended(self) -> str | None:
        return next((each.ended.how for each in self.history if each.ended), None)
