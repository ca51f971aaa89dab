"""For each rule about diagrams: a file that breaks it and one that keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

from unit.bpmn.building import HEAD, ITEM, bare, boundary, condition, diagram, fields, flows, node, properties, timer, user

from engine.bpmn import House

TERMS = node('endEvent', 'end2')
SUB = node('startEvent', 'is') + node('endEvent', 'ie') + flows('is>ie')


def gateway(**more: str) -> str:
    return node('exclusiveGateway', 'g', **({'default': 'g_b'} | more)) + user('a') + user('b')


def asked(*conditions: str, default: str = '') -> bytes:
    """A form with a number and a choice, then an exclusive gateway with these conditions, and a flow `g_c` if that is the default."""
    branches = ['g>' + f'{each}?{condition(text)}' for each, text in zip('ab', conditions, strict=True)] + (['g>c'] if default else [])
    form = user('u', fields('days:long', 'outcome:enum:agree|reject'))
    steps = (
        node('exclusiveGateway', 'g', **({'default': default} if default else {})) + user('a') + user('b') + (user('c') if default else '')
    )
    return diagram(form + steps, ', '.join(['start>u>g', *branches, 'a>end', 'b>end', *(['c>end'] if default else [])]))


def collaboration(inner: str) -> str:
    return f'<bpmn:collaboration id="c">{inner}</bpmn:collaboration>'


def raw(inner: str) -> bytes:
    return f'{HEAD}{inner}</bpmn:definitions>'.encode()


def loop(inner: str = '', **attributes: str) -> str:
    given = ''.join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<bpmn:multiInstanceLoopCharacteristics{given}>{inner}</bpmn:multiInstanceLoopCharacteristics>'


def again(inner: str = '', maximum: str | None = None) -> str:
    given = '' if maximum is None else f' loopMaximum="{maximum}"'
    return f'<bpmn:standardLoopCharacteristics{given}>{inner}</bpmn:standardLoopCharacteristics>'


@dataclass
class Case:
    """A rule's code, a file that breaks it and one that keeps it, and the element it must be told at ('' for any)."""

    code: str
    bad: bytes
    good: bytes = diagram(user('u'), 'start>u>end')
    files: dict = field(default_factory=dict)
    good_files: dict | None = None
    house: House = field(default_factory=House)
    good_house: House | None = None
    element: str | None = None


def task(inner: str) -> bytes:
    return diagram(inner, 'start>u>end')


def service(**attributes: str) -> bytes:
    return task(node('serviceTask', 'u', **attributes))


def pools(sends: str, hears: str, more: str = '', executable: bool = True) -> bytes:
    """Two pools: the first tells something, the second hears `hears`; only the first runs."""
    second = node('startEvent', 'qs', hears) + user('qu') + node('endEvent', 'qe') + flows('qs>qu>qe')
    q = f'<bpmn:process id="q" isExecutable="{str(executable).lower()}">{second}</bpmn:process>'
    top = '<bpmn:message id="m" name="复查"/><bpmn:message id="n" name="告知"/><bpmn:signal id="s" name="变更"/>'
    first = node('startEvent', 'start') + sends + node('endEvent', 'end') + flows('start>tell>end')
    return raw(f'{top}{more}<bpmn:process id="p" isExecutable="true">{first}</bpmn:process>{q}')


SENDS = '<bpmn:messageEventDefinition messageRef="m"/>'
SIGNALS = '<bpmn:signalEventDefinition signalRef="s"/>'
AT_THE_POOL = collaboration(
    '<bpmn:participant id="a" processRef="p"/><bpmn:participant id="b" processRef="q"/>'
    '<bpmn:messageFlow id="f" sourceRef="tell" targetRef="b"/>'
)
TELL = node('intermediateThrowEvent', 'tell', SENDS)
TWO_POOLS = [
    (pools(TELL, SENDS), pools(TELL, SENDS.replace('"m"', '"n"'))),
    (pools(TELL, SENDS, executable=False), pools(TELL, SIGNALS)),
    (pools(TELL, '', AT_THE_POOL), pools(user('tell'), '', AT_THE_POOL)),
    (pools(node('intermediateThrowEvent', 'tell', SIGNALS), SIGNALS), pools(TELL, SIGNALS)),
    (pools(node('sendTask', 'tell', messageRef='m'), SENDS), pools(node('sendTask', 'tell', messageRef='m', camunda_topic='sms'), SENDS)),
]
IN_ITEM = {'item_toml': ITEM}
HOUSE, SHOP = ('"house"', '80'), ('not("house")', '550')


def asks(decision: str) -> bytes:
    return task(node('businessRuleTask', 'u', camunda_decisionRef=decision, camunda_resultVariable='amount'))


def fee_table(*rows: tuple[str, str], policy: str = 'UNIQUE') -> str:
    cells = ''.join(
        f'<rule id="r{n}"><inputEntry><text><![CDATA[{test}]]></text></inputEntry><outputEntry><text>{result}</text></outputEntry></rule>'
        for n, (test, result) in enumerate(rows, 1)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="fee" name="收费"><decisionTable hitPolicy="{policy}"><input label="类型"><inputExpression typeRef="string">'
        f'<text>kind</text></inputExpression></input><output name="amount" typeRef="number"/>{cells}</decisionTable></decision>'
        '</definitions>'
    )


def field(key: str, kind: str) -> str:
    inner = f'<camunda:formData><camunda:formField id="{key}" type="{kind}"/></camunda:formData>'
    return f'<bpmn:extensionElements>{inner}</bpmn:extensionElements>'


def typed(condition: str, kind: str = 'string') -> bytes:
    """A clerk fills a field `x` of a type, and a gateway asks about it."""
    form = field('x', kind)
    return diagram(user('w', form) + gateway(), f'start>w>g>a?{escape(condition)}, g>b, a>end, b>end')


def asked_of(kind: str) -> bytes:
    form = field('kind', kind)
    rule = node('businessRuleTask', 'u', camunda_decisionRef='fee', camunda_resultVariable='amount')
    return diagram(user('w', form) + rule, 'start>w>u>end')


def votes(condition: str) -> bytes:
    gateway_ = node('complexGateway', 'j', f'<bpmn:activationCondition>{condition}</bpmn:activationCondition>')
    body = node('parallelGateway', 'f') + user('a') + user('b') + user('c') + gateway_ + user('u')
    return diagram(body, 'start>f>a>j>u>end, f>b>j, f>c>j')


def guarded(inner: str, **more: str) -> bytes:
    return diagram(user('u') + boundary('t', 'u', inner, **more) + TERMS, 'start>u>end, t>end2')


def silent(**pairs: str) -> bytes:
    return diagram(user('u') + boundary('t', 'u', properties(**pairs) + timer('3个工作日')) + TERMS, 'start>u>end, t>end2')


def named(identity: str) -> bytes:
    return diagram(user(identity), f'start>{identity}>end')


def ending(result: str) -> bytes:
    late = boundary('t', 'u', timer('P1D'))
    return diagram(user('u') + late + node('endEvent', 'end2', properties(result=result)), 'start>u>end, t>end2')


def asking(condition: str) -> bytes:
    road = f'start>u>g>end?{escape(condition)}, g>end2'
    return diagram(user('u') + node('exclusiveGateway', 'g', default='g_end2') + TERMS, road)


def counted(cardinality: str) -> bytes:
    return task(user('u', loop(f'<bpmn:loopCardinality>{cardinality}</bpmn:loopCardinality>')))


def until(condition: str) -> bytes:
    inner = '<bpmn:loopCardinality>3</bpmn:loopCardinality>'
    return task(user('u', loop(f'{inner}<bpmn:completionCondition>{condition}</bpmn:completionCondition>')))


def nested(depth: int) -> bytes:
    inner = user(f's{depth}')
    for level in reversed(range(depth)):
        road = flows(f'a{level}>s{level + 1}>e{level}')
        inner = node('subProcess', f's{level}', node('startEvent', f'a{level}') + inner + node('endEvent', f'e{level}') + road)
    return diagram(inner, 'start>s0>end')


def calling(depth: int) -> bytes:
    """The main process calls p1, which calls p2, and so on."""
    processes = ''
    for level in range(1, depth + 1):
        called = f'<bpmn:callActivity id="c{level}" calledElement="p{level + 1}"/>' if level < depth else user(f'c{level}')
        processes += (
            f'<bpmn:process id="p{level}" isExecutable="true">{node("startEvent", f"a{level}")}{called}{node("endEvent", f"e{level}")}'
            f'{flows(f"a{level}>c{level}>e{level}")}</bpmn:process>'
        )
    main = task('<bpmn:callActivity id="u" calledElement="p1"/>')
    return main.replace(b'</bpmn:definitions>', f'{processes}</bpmn:definitions>'.encode())


CONDITIONAL = '<bpmn:conditionalEventDefinition><bpmn:condition>x = 1</bpmn:condition></bpmn:conditionalEventDefinition>'


def beginning(limit: str) -> bytes:
    """A process that starts by a timer."""
    return bare(node('startEvent', 'start', timer(limit)) + user('u') + node('endEvent', 'end') + flows('start>u>end'))


CASES = [
    Case(
        'TIMER_ROUNDED',
        guarded(timer('R/PT1S', 'timeCycle'), interrupting=False),
        guarded(timer('R/PT1M', 'timeCycle'), interrupting=False),
        element='t',
    ),
    Case('XML_DOCTYPE', b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', element=None),
    Case('XML_BROKEN', diagram('', 'start>end')[:-20], element=None),
    Case('XML_TOO_LARGE', b'<a>' * 500, element=None),
    Case('XML_NOT_BPMN', b'<html/>', element=None),
    Case('PROCESS_MISSING', raw(collaboration('')), element=None),
    Case('ID_MISSING', raw('<bpmn:process isExecutable="true"/>'), element=None),
    Case('ID_DUPLICATE', diagram(user('u') + user('u'), 'start>u>end'), element='u'),
    Case(
        'VALUE_UNREADABLE',
        diagram(
            user('u') + node('boundaryEvent', 't', timer('P1D'), attachedToRef='u', cancelActivity='maybe') + TERMS, 'start>u>end, t>end2'
        ),
        element='t',
    ),
    Case(
        'DRAWING_UNREADABLE',
        diagram(user('u'), 'start>u>end').replace(
            b'</bpmn:definitions>',
            (
                b'<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI"><d:BPMNShape bpmnElement="u"/>'
                b'</d:BPMNDiagram></bpmn:definitions>'
            ),
        ),
        element='u',
    ),
    Case('EXTENSION_IGNORED', task('<bpmn:userTask id="u" xmlns:o="http://www.signavio.com" o:x="1"/>'), element=None),
    Case('EXTENSION_UNKNOWN', task('<bpmn:userTask id="u" xmlns:o="urn:other" o:x="1"/>'), element=None),
    Case(
        'EXTENSION_LOST',
        task(
            user(
                'u',
                '<bpmn:extensionElements><s:preScript xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core">fee = 1</s:preScript>'
                '</bpmn:extensionElements>',
            )
        ),
        element='u',
    ),
    Case(
        'EXTENSION_REQUIRED',
        diagram(user('u'), 'start>u>end', more='<bpmn:extension mustUnderstand="true" definition="o:x"/>'),
        element=None,
    ),
    Case(
        'IMPORT_IGNORED',
        diagram(user('u'), 'start>u>end', more='<bpmn:import location="x.xsd" namespace="n" importType="t"/>'),
        element=None,
    ),
    Case(
        'PROCESS_MAIN_UNCLEAR',
        raw(f'<bpmn:process id="p1">{SUB}</bpmn:process><bpmn:process id="p2">{node("startEvent", "s2")}</bpmn:process>'),
        element='p1',
    ),
    Case('PROCESS_NOT_EXECUTABLE', raw(f'<bpmn:process id="p1">{SUB}</bpmn:process>'), element='p1'),
    Case('PROCESS_NOT_RUN', diagram(user('u'), 'start>u>end', more='<bpmn:process id="q"/>'), element='q'),
    *(Case('POOL_NOT_RUN', bad, good, element='tell') for bad, good in TWO_POOLS),
    Case('PROCESS_EMPTY', bare(''), element='p'),
    Case('SUBPROCESS_EMPTY', task(node('subProcess', 'u')), task(node('subProcess', 'u', SUB)), element='u'),
    Case(
        'START_MISSING',
        bare(user('u') + user('v') + flows('u>v>u')),
        bare(user('u') + node('endEvent', 'end') + flows('u>end')),
        element='p',
    ),
    Case('START_SEVERAL', diagram(user('u') + node('startEvent', 'start2'), 'start>u>end, start2>u'), element='p'),
    Case(
        'START_NONE_MISSING',
        task(
            node(
                'subProcess',
                'u',
                node('startEvent', 'is', '<bpmn:messageEventDefinition messageRef="msg"/>') + node('endEvent', 'ie') + flows('is>ie'),
            )
        ),
        element='u',
    ),
    Case('END_MISSING', bare(node('startEvent', 'start') + user('u') + flows('start>u>u')), element='p'),
    Case('FLOW_DANGLING', diagram(user('u'), 'start>u>end, u>nowhere'), element='u_nowhere'),
    Case('FLOW_CROSSES_SCOPE', diagram(node('subProcess', 'sub', SUB) + user('u'), 'start>sub>end, start>u>ie'), element='u_ie'),
    Case('FLOW_INTO_START', diagram(user('u'), 'start>u>end, u>start'), element='u_start'),
    Case('FLOW_OUT_OF_END', diagram(user('u'), 'start>u>end>u'), element='end_u'),
    Case('NODE_DANGLING', diagram(user('u') + user('v'), 'start>u>end, u>v'), element='v'),
    Case('NODE_UNREACHABLE', diagram(user('u') + user('v'), 'start>u>end, v>end'), element='v'),
    Case(
        'BOUNDARY_UNATTACHED',
        diagram(user('u') + boundary('t', 'gone', timer('P1D')) + TERMS, 'start>u>end, t>end2'),
        guarded(timer('P1D')),
        element='t',
    ),
    Case('BOUNDARY_WITHOUT_FLOW', diagram(user('u') + boundary('t', 'u', timer('P1D')), 'start>u>end'), guarded(timer('P1D')), element='t'),
    Case(
        'BOUNDARY_SILENT',
        diagram(user('u') + boundary('t', 'u', timer('P1D'), interrupting=False), 'start>u>end'),
        diagram(user('u') + boundary('t', 'u', properties(on_expiry='warn') + timer('P1D'), interrupting=False), 'start>u>end'),
        element='t',
    ),
    Case(
        'LANE_MEMBER_UNKNOWN',
        diagram(
            '<bpmn:laneSet id="ls"><bpmn:lane id="l"><bpmn:flowNodeRef>gone</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>' + user('u'),
            'start>u>end',
        ),
        element='l',
    ),
    Case('PROCESS_TOO_LARGE', diagram(''.join(user(f'u{n}') for n in range(2001)), 'start>end'), element='p'),
    Case('ELEMENT_UNSUPPORTED', task(node('adHocSubProcess', 'u', user('v'))), element='u'),
    Case('ACTIVATION_NEVER', votes('activationCount &gt;= 4'), votes('activationCount &gt;= 2'), element='j'),
    Case(
        'DETAIL_UNSUPPORTED',
        task(user('u', '<bpmn:extensionElements><camunda:taskListener event="create" class="x.Y"/></bpmn:extensionElements>')),
        task(user('u', properties(note='x'))),
        element='u',
    ),
    Case('DETAIL_UNKNOWN', task(user('u', flowable_colour='red')), element='u'),
    Case('DETAIL_MISSPELT', task(user('u', flowable_candidateGroup='w1')), element='u'),
    Case('SAID_TWICE', task(user('u', flowable_candidateGroups='w2')), task(user('u', flowable_candidateGroups='w1')), element='u'),
    Case(
        'VARIABLE_NAME',
        task(node('scriptTask', 'u', '<bpmn:script>1</bpmn:script>', camunda_resultVariable='${x}')),
        task(node('scriptTask', 'u', '<bpmn:script>1</bpmn:script>', camunda_resultVariable='x')),
        element='u',
    ),
    Case('WHO_UNDECIDED_LONE', task(node('userTask', 'u', flowable_candidateStrategy='30')), element='u'),
    Case('DETAIL_IGNORED', task(user('u', camunda_dueDate='P1D')), element='u'),
    Case('GATEWAY_WITHOUT_DEFAULT', asked('days < 3', 'days > 3'), asked('days < 3', 'days >= 3'), element='g'),
    Case('GATEWAY_PERHAPS_NO_WAY', asked('other = 1', 'other = 2'), asked('other = 1', 'other != 1'), element='g'),
    Case('CONDITION_DEAD', asked('outcome = "agre"', 'outcome != "agre"'), asked('outcome = "agree"', 'outcome = "reject"'), element='g_a'),
    Case('CONDITION_SHADOWED', asked('days > 3', 'days > 5', default='g_c'), asked('days > 5', 'days <= 5'), element='g_b'),
    Case('CONDITION_OVERLAP', asked('days > 3', 'days < 5'), asked('days > 3', 'days <= 3'), element='g'),
    Case(
        'CONDITION_NEVER_ASKED',
        diagram(node('parallelGateway', 'g') + user('a') + user('b') + node('parallelGateway', 'j'), 'start>g>a?x = 1, g>b>j>end, a>j'),
        element='g_a',
    ),
    Case('GATEWAY_DEFAULT_UNKNOWN', diagram(gateway(default='zz'), 'start>g>a?x = 1, g>b, a>end, b>end'), element='g'),
    Case('GATEWAY_DEFAULT_CONDITIONAL', diagram(gateway(), 'start>g>a?x = 1, g>b?x = 2, a>end, b>end'), element='g_b'),
    Case('CONDITION_MISSING', diagram(gateway(), 'start>g>a, g>b, a>end, b>end'), element='g_a'),
    Case('CONDITION_ALONE', diagram(user('u'), 'start>u>end?x = 1'), element='u_end'),
    Case('CONDITION_MISPLACED', diagram(node('intermediateThrowEvent', 'g') + user('a'), 'start>g>a?x = 1, a>end'), element='g_a'),
    Case(
        'EVENT_GATEWAY_FLOW',
        diagram(node('eventBasedGateway', 'g') + user('a') + node('intermediateCatchEvent', 'b', timer('P1D')), 'start>g>a>end, g>b>end'),
        element='g',
    ),
    Case(
        'EVENT_GATEWAY_SINGLE',
        diagram(node('eventBasedGateway', 'g') + node('intermediateCatchEvent', 'b', timer('P1D')), 'start>g>b>end'),
        diagram(
            node('eventBasedGateway', 'g') + node('receiveTask', 'a', messageRef='msg') + node('intermediateCatchEvent', 'b', timer('P1D')),
            'start>g>a>end, g>b>end',
        ),
        element='g',
    ),
    Case(
        'EVENT_GATEWAY_SHARED',
        diagram(
            node('eventBasedGateway', 'g')
            + node('intermediateCatchEvent', 'a', timer('P2D'))
            + node('intermediateCatchEvent', 'b', timer('P1D')),
            'start>g>a>b>end, g>b',
        ),
        element='g',
    ),
    Case(
        'LINK_UNPAIRED',
        diagram(node('intermediateThrowEvent', 'l', '<bpmn:linkEventDefinition name="A"/>'), 'start>l'),
        diagram(
            node('intermediateThrowEvent', 'l', '<bpmn:linkEventDefinition name="A"/>')
            + node('intermediateCatchEvent', 'k', '<bpmn:linkEventDefinition name="A"/>'),
            'start>l, k>end',
        ),
        element='l',
    ),
    Case(
        'EVENT_UNSUPPORTED', bare(node('startEvent', 'start', CONDITIONAL) + node('endEvent', 'end') + flows('start>end')), element='start'
    ),
    *(
        Case('TIMER_START_UNCOUNTED', beginning(bad), beginning(good), element='start')
        for bad, good in (('promise', 'P30D'), ('${when}', '0 0 9 1 1 ?'), ('promise - 1个工作日', 'R/5个工作日'))
    ),
    Case(
        'TIMER_OVER',
        beginning('2026-01-01T09:00'),
        beginning('2027-01-01T09:00'),
        house=House(now=datetime(2026, 11, 2, tzinfo=UTC)),
        element='start',
    ),
    Case(
        'EVENT_MULTIPLE',
        diagram(node('intermediateCatchEvent', 'b', timer('P1D') + '<bpmn:linkEventDefinition name="x"/>'), 'start>b>end'),
        diagram(node('intermediateCatchEvent', 'b', timer('P1D') + '<bpmn:signalEventDefinition signalRef="sig"/>'), 'start>b>end'),
        element='b',
    ),
    Case('EVENT_EMPTY', diagram(node('intermediateCatchEvent', 'b'), 'start>b>end'), element='b'),
    Case('FIELD_UNKNOWN_LONE', task(node('scriptTask', 'u', '<bpmn:script>total = fee</bpmn:script>')), element='u'),
    Case('REFERENCE_MISSING_LONE', task(node('receiveTask', 'u')), task(node('receiveTask', 'u', messageRef='msg')), element='u'),
    Case(
        'REFERENCE_MISSING',
        diagram(node('intermediateCatchEvent', 'u', '<bpmn:messageEventDefinition/>'), 'start>u>end'),
        diagram(node('intermediateCatchEvent', 'u', '<bpmn:messageEventDefinition messageRef="msg"/>'), 'start>u>end'),
        element='u',
    ),
    Case(
        'REFERENCE_BY_CODE',
        guarded('<bpmn:errorEventDefinition errorRef="E9"/>'),
        guarded('<bpmn:errorEventDefinition errorRef="err"/>'),
        element='t',
    ),
    Case(
        'CODE_MISSING',
        diagram(
            node('intermediateThrowEvent', 'u', '<bpmn:escalationEventDefinition escalationRef="n"/>'),
            'start>u>end',
            more='<bpmn:escalation id="n" name="请示"/>',
        ),
        diagram(node('intermediateThrowEvent', 'u', '<bpmn:escalationEventDefinition escalationRef="esc"/>'), 'start>u>end'),
        element='u',
    ),
    Case('TO_BE_SUPPLIED', asks('fee'), asks('fee'), good_files={'fee_dmn': fee_table(HOUSE, SHOP)}, element='u'),
    Case(
        'SENTENCE',
        diagram(gateway(), 'start>g>a?领导同意, g>b, a>end, b>end'),
        diagram(gateway(), 'start>g>a?${领导同意}, g>b, a>end, b>end'),
        element='g_a',
    ),
    Case(
        'DIRECTION_WRONG',
        diagram(gateway(gatewayDirection='Converging'), 'start>g>a?x = 1, g>b, a>end, b>end'),
        diagram(gateway(gatewayDirection='Diverging'), 'start>g>a?x = 1, g>b, a>end, b>end'),
        element='g',
    ),
    Case(
        'FLOWS_LISTED_WRONG',
        task(user('u', '<bpmn:incoming>other</bpmn:incoming>')),
        task(user('u', '<bpmn:incoming>start_u</bpmn:incoming>')),
        element='u',
    ),
    Case(
        'REFERENCE_UNKNOWN', task(node('receiveTask', 'u', messageRef='zz')), task(node('receiveTask', 'u', messageRef='msg')), element='u'
    ),
    Case(
        'DEFINITION_NAMELESS', diagram(node('receiveTask', 'u', messageRef='n'), 'start>u>end', more='<bpmn:message id="n"/>'), element='u'
    ),
    Case(
        'ERROR_NOT_INTERRUPTING',
        guarded('<bpmn:errorEventDefinition errorRef="err"/>', interrupting=False),
        guarded('<bpmn:errorEventDefinition errorRef="err"/>'),
        element='t',
    ),
    Case(
        'ERROR_UNCAUGHT',
        task(
            node(
                'subProcess',
                'u',
                node('startEvent', 'is') + node('endEvent', 'ie', '<bpmn:errorEventDefinition errorRef="err"/>') + flows('is>ie'),
            )
        ),
        element='ie',
    ),
    Case('TIMER_EMPTY', guarded('<bpmn:timerEventDefinition/>'), guarded(timer('promise - 1个工作日')), element='t'),
    Case('TIMER_LIMIT_UNREADABLE', guarded(timer('5个工作')), guarded(timer('5 workdays')), element='t'),
    Case(
        'TIMER_REPEAT_MISPLACED',
        guarded(timer('R3/P1D', 'timeCycle')),
        guarded(timer('R3/P1D', 'timeCycle'), interrupting=False),
        element='t',
    ),
    Case(
        'TIMER_OVER',
        guarded(timer('R3/2026-01-01T09:00/P1D', 'timeCycle'), interrupting=False),
        guarded(timer('R/2026-01-01T09:00/P1D', 'timeCycle'), interrupting=False),
        house=House(now=datetime(2026, 11, 2, tzinfo=UTC)),
        element='t',
    ),
    Case(
        'TIMER_BY_WEEKDAYS',
        guarded(timer('0 0/30 9-17 ? * MON-FRI', 'timeCycle'), interrupting=False),
        guarded(timer('0 9 1 * *', 'timeCycle'), interrupting=False),
        element='t',
    ),
    Case(
        'EXPRESSION_UNREADABLE',
        diagram(gateway(), 'start>g>a?x + , g>b, a>end, b>end'),
        diagram(gateway(), 'start>g>a?${x == 1 &amp;&amp; !y}, g>b, a>end, b>end'),
        element='g_a',
    ),
    Case(
        'LANGUAGE_UNSUPPORTED',
        task(node('scriptTask', 'u', '<bpmn:script>x = 1</bpmn:script>', scriptFormat='javascript')),
        task(node('scriptTask', 'u', '<bpmn:script>x = 1</bpmn:script>', scriptFormat='feel')),
        element='u',
    ),
    Case(
        'FUNCTION_UNKNOWN',
        diagram(gateway(), 'start>g>a?nosuch(1), g>b, a>end, b>end'),
        diagram(gateway(), 'start>g>a?handled(1), g>b, a>end, b>end'),
        house=House(functions=frozenset({'handled'})),
        element='g_a',
    ),
    Case('SCRIPT_EMPTY', task(node('scriptTask', 'u')), task(node('scriptTask', 'u', '<bpmn:script>x = 1</bpmn:script>')), element='u'),
    Case(
        'RESULT_VARIABLE_MISSING',
        task(node('scriptTask', 'u', '<bpmn:script>1 + 1</bpmn:script>')),
        task(node('scriptTask', 'u', '<bpmn:script>1 + 1</bpmn:script>', camunda_resultVariable='two')),
        element='u',
    ),
    Case('HANDLER_MISSING', service(), service(camunda_topic='t'), element='u'),
    Case(
        'HANDLER_UNKNOWN',
        service(camunda_topic='t'),
        service(flowable_delegateExpression='${known}'),
        IN_ITEM,
        IN_ITEM,
        house=House(handlers=frozenset({'known'})),
        element='u',
    ),
    Case(
        'HANDLER_UNKNOWN_LONE',
        service(camunda_topic='t'),
        service(flowable_delegateExpression='${known}'),
        house=House(handlers=frozenset({'known'})),
        element='u',
    ),
    Case('DECISION_UNKNOWN', asks('fee'), asks('fee'), IN_ITEM, {**IN_ITEM, 'fee_dmn': fee_table(HOUSE, SHOP)}, element='u'),
    Case(
        'DECISION_RESULT_MISSING',
        task(node('businessRuleTask', 'u', camunda_decisionRef='fee')),
        asks('fee'),
        files={'fee_dmn': fee_table(HOUSE, SHOP)},
        element='u',
    ),
    Case(
        'DECISION_INVALID',
        asks('fee'),
        asks('fee'),
        files={'fee_dmn': fee_table(('"house"', '80 +'))},
        good_files={'fee_dmn': fee_table(HOUSE, SHOP)},
        element='fee',
    ),
    Case(
        'DECISION_OVERLAP',
        asks('fee'),
        asks('fee'),
        files={'fee_dmn': fee_table(HOUSE, ('-', '550'))},
        good_files={'fee_dmn': fee_table(HOUSE, SHOP)},
        element='fee',
    ),
    *(
        Case('EXPRESSION_TYPE', typed(bad, kind), typed(good, kind), element='g_a')
        for bad, good, kind in (
            ('${x}', "${x == 'a'}", 'string'),
            ('x', 'x = "a"', 'string'),
            ('${x}', '${x == 1}', 'long'),
            ('${x.toLowerCase()}', "${x.equals('a')}", 'string'),
            ('string(x)', 'x', 'boolean'),
        )
    ),
    *(
        Case('TYPE_MISMATCH', typed(bad, kind), typed(good, kind), element='g_a')
        for bad, good, kind in (
            ('x = "true"', 'x = true', 'boolean'),
            ("${x == '同意'}", "${x == 'true'}", 'boolean'),
            ('${x == 1}', '${x == true}', 'boolean'),
            ('x > 3', 'number(x) > 3', 'string'),
            ('x = "3"', 'x = 3', 'long'),
            ("${x == 'many'}", "${x == '3'}", 'long'),
            ('${x.equals(3)}', "${x.equals('3')}", 'string'),
            ('x = true', 'x = "true"', 'string'),
        )
    ),
    Case('TYPE_COERCED', typed('${x > 3}'), typed('${x > 3}', 'long'), element='g_a'),
    Case('TYPE_COERCED', typed('${x == true}'), typed('${x == true}', 'boolean'), element='g_a'),
    Case(
        'DECISION_TYPE',
        asked_of('string'),
        asked_of('long'),
        files={'fee_dmn': fee_table(('> 1', '80'), ('-', '1'), policy='FIRST').replace('typeRef="string"', 'typeRef="number"', 1)},
        element='u',
    ),
    Case(
        'DECISION_EMPTY',
        asks('fee'),
        asks('fee'),
        files={'fee_dmn': fee_table()},
        good_files={'fee_dmn': fee_table(HOUSE, SHOP)},
        element='fee',
    ),
    *(
        Case(
            'DECISION_WORD',
            asks('fee'),
            asks('fee'),
            files={'fee_dmn': fee_table(*bad)},
            good_files={'fee_dmn': fee_table(*good)},
            element='fee',
        )
        for bad, good in (
            ([('个人', '80'), SHOP], [HOUSE, SHOP]),
            ([('"house", 企业', '80'), SHOP], [('"house", "企业"', '80'), SHOP]),
            ([('["house", 企业]', '80'), SHOP], [('["house", "企业"]', '80'), SHOP]),
            ([('not(个人)', '80'), SHOP], [('? = limit or ? != "x"', '80'), SHOP]),
            ([HOUSE, ('-', '免收')], [HOUSE, ('-', '0')]),
        )
    ),
    Case(
        'DECISION_AMBIGUOUS',
        asks('fee'),
        asks('fee'),
        files={'fee_dmn': fee_table(('contains("a", "b")', '80')).replace('typeRef="string"', 'typeRef="boolean"', 1)},
        good_files={'fee_dmn': fee_table(('? = contains("a", "b")', '80')).replace('typeRef="string"', 'typeRef="boolean"', 1)},
        element='fee',
    ),
    Case(
        'DECISION_GAP',
        asks('fee'),
        asks('fee'),
        files={'fee_dmn': fee_table(HOUSE)},
        good_files={'fee_dmn': fee_table(HOUSE, SHOP)},
        element='fee',
    ),
    Case('TASK_UNTYPED', task(node('task', 'u')), element='u'),
    Case('CALL_MISSING', task(node('callActivity', 'u')), element='u'),
    Case(
        'CALL_UNKNOWN',
        task(node('callActivity', 'u', calledElement='q')),
        diagram(node('callActivity', 'u', calledElement='q'), 'start>u>end', more=f'<bpmn:process id="q">{SUB}</bpmn:process>'),
        IN_ITEM,
        element='u',
    ),
    Case('CALL_COMPUTED', task(node('callActivity', 'u', calledElement='${which}')), element='u'),
    Case('CALL_CYCLE', task(node('callActivity', 'u', calledElement='p')), element='u'),
    Case('LOOP_UNBOUNDED', task(user('u', again())), task(user('u', again('<bpmn:loopCondition>x</bpmn:loopCondition>'))), element='u'),
    Case('LOOP_NUMBER', task(user('u', again(maximum='1001'))), task(user('u', again(maximum='1000'))), element='u'),
    *(Case('LOOP_NUMBER', counted(bad), counted('1000'), element='u') for bad in ('1001', '1000000000', '500 * 3', '"many"', '1.5', '1e9')),
    *(
        Case('CONDITION_NEVER_TRUE', asking(bad), asking(good), element='g_end')
        for bad, good in (
            ('"yes"', 'answer = "yes"'),
            ('1', 'x'),
            ('null', 'x != null'),
            ('${x > 1}}', '${x > 1}'),
            ('1 + 1', '1 + 1 = 2'),
            ('today()', 'today() = x'),
            ('sum([])', 'known("x")'),
        )
    ),
    Case('CONDITION_NEVER_TRUE', until('"done"'), until('done'), element='u'),
    *(
        Case('TIMER_LIMIT_UNREADABLE', guarded(timer(bad)), guarded(timer(good)), element='t')
        for bad, good in (
            ('P9999Y', 'P99Y'),
            ('promise + P9999Y', 'promise + P1Y'),
            ('9999-12-31', '2099-12-31'),
            ('9999-12-31T23:59:59Z', '2099-12-31T23:59:59Z'),
        )
    ),
    Case(
        'TIMER_LIMIT_UNREADABLE',
        guarded(timer('R5000/1个工作日', 'timeCycle'), interrupting=False),
        guarded(timer('R50/1个工作日', 'timeCycle'), interrupting=False),
        element='t',
    ),
    Case('LOOP_NUMBER', task(user('u', again(maximum='0'))), task(user('u', again(maximum='3'))), element='u'),
    Case(
        'LOOP_NUMBER',
        task(user('u', loop('<bpmn:loopCardinality>-1</bpmn:loopCardinality>'))),
        task(user('u', loop('<bpmn:loopCardinality>2</bpmn:loopCardinality>'))),
        element='u',
    ),
    Case(
        'LOOP_WITHOUT_COLLECTION',
        task(user('u', loop())),
        task(
            user(
                'u',
                loop(isSequential='true').replace(
                    '<bpmn:multiInstanceLoopCharacteristics', '<bpmn:multiInstanceLoopCharacteristics camunda:collection="members"'
                ),
            )
        ),
        element='u',
    ),
    Case('WINDOW_MISSING_LONE', task(node('userTask', 'u')), element='u'),
    Case('FORM_MISSING_LONE', task(user('u', camunda_formRef='x')), element='u'),
    Case('FORM_FIELD_NOTE', task(user('u', fields('signers:users'))), task(user('u', fields('signers:string'))), element='u'),
    *(
        Case('PEOPLE_UNREADABLE', task(node('userTask', 'u', **{f'camunda_{key}': text})), element='u')
        for key in ('assignee', 'candidateUsers')
        for text in ('li;wang', '-', '--', 'li wang', 'f(', 'li,wang;zhao')
    ),
    Case(
        'PERSON_NOT_IN_HALL',
        task(user('u', camunda_assignee='nobody')),
        task(user('u', camunda_assignee='li')),
        house=House(accounts=frozenset()),
        good_house=House(accounts=frozenset({'li'})),
        element='u',
    ),
    Case('PROPERTY_VALUE', task(user('u', properties(signers='0'))), task(user('u', properties(signers='2'))), element='u'),
    Case(
        'PROPERTY_VALUE', task(user('u', properties(milestone='finished'))), task(user('u', properties(milestone='decided'))), element='u'
    ),
    Case(
        'AS_OF_UNREACHED',
        task(user('u', properties(milestone='accepted', accepted_as_of='received'))),
        task(user('u', properties(milestone='accepted'))),
        element='u',
    ),
    Case('PROPERTY_VALUE', task(user('u', properties(milestone='accepted', accepted_as_of='recieved'))), element='u'),
    Case('PROPERTY_MISPLACED', task(user('u', properties(accepted_as_of='received'))), element='u'),
    Case('PROPERTY_MISPLACED', task(user('u', properties(on_expiry='warn'))), silent(on_expiry='warn'), element='u'),
    Case('PROPERTY_UNKNOWN_LONE', task(user('u', properties(mileston='decided'))), task(user('u', properties(colour='red'))), element='u'),
    Case(
        'STOP_WITHOUT_EXIT',
        task(user('u', properties(clock='stopped', stop_kind='supplement'))),
        diagram(
            user('u', properties(clock='stopped', stop_kind='supplement')) + boundary('t', 'u', timer('15个工作日')) + TERMS,
            'start>u>end, t>end2',
        ),
        element='u',
    ),
    Case('STOP_KIND_MISSING', task(user('u', properties(clock='stopped'))), element='u'),
    Case('BASIS_MISSING', silent(on_expiry='deemed_pass'), silent(on_expiry='deemed_pass', basis='某办法第五条'), element='t'),
    Case(
        'NOT_BY_UNKNOWN',
        task(user('u', properties(not_by='gone'))),
        diagram(user('v') + user('u', properties(not_by='v')), 'start>v>u>end'),
        element='u',
    ),
    Case(
        'PARALLEL_WRITES',
        diagram(
            node('parallelGateway', 's')
            + node('parallelGateway', 'j')
            + ''.join(node('scriptTask', each, '<bpmn:script>x = 1</bpmn:script>') for each in 'ab'),
            'start>s>a>j>end, s>b>j',
        ),
        diagram(
            node('parallelGateway', 's')
            + node('parallelGateway', 'j')
            + ''.join(node('scriptTask', each, f'<bpmn:script>x{each} = 1</bpmn:script>') for each in 'ab'),
            'start>s>a>j>end, s>b>j',
        ),
        element='s',
    ),
    Case('ID_TOO_LONG', named('u' * 101), named('u' * 100), element='u' * 101),
    Case('TEXT_TOO_LONG', task(user('u', camunda_formRef='f' * 201)), task(user('u', camunda_formRef='f' * 200)), element='u'),
    Case('TEXT_TOO_LONG', task(user('u', camunda_assignee='p' * 101)), task(user('u', camunda_assignee='p' * 100)), element='u'),
    Case('TEXT_TOO_LONG', task(user('u', camunda_candidateGroups='g,' + 'w' * 101)), task(user('u', camunda_assignee='${x}' * 50))),
    Case('TEXT_TOO_LONG', task(user('u', name='名' * 201)), task(user('u', name='名' * 200)), element='u'),
    Case('PROPERTY_VALUE', ending('r' * 51), ending('r' * 50), element='end2'),
    Case('NESTED_TOO_DEEP', nested(61), nested(60), element='s60'),
    Case('NESTED_TOO_DEEP', calling(61), calling(60), element='u'),
]
