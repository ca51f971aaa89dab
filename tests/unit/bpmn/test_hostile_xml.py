"""Whatever the bytes, the answer is a list of problems with lines, quickly and without a traceback."""

import pytest
from counting import calls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.bpmn.building import HEAD, bare, boundary, check, codes, diagram, flows, node, properties, timer, user

BOMB = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b''.join(b'<!ENTITY a%d "%s">' % (n, (b'&a%d;' % (n - 1) if n else b'&a;') * 10) for n in range(12))
    + b']><l>&a11;</l>'
)
SUB = node('subProcess', 'sub', node('startEvent', 'is') + node('endEvent', 'ie') + flows('is>ie'))
RICH = diagram(
    user('u', properties(clock='stopped', stop_kind='supplement', signers='2'))
    + boundary('t', 'u', timer('15个工作日'))
    + SUB
    + node('parallelGateway', 'g')
    + node('inclusiveGateway', 'i', default='i_end')
    + node('endEvent', 'end2')
    + node('scriptTask', 's', '<bpmn:script>a = 1</bpmn:script>')
    + node('exclusiveGateway', 'x', default='x_i'),
    'start>u>g>sub>x>i>end, g>s>x, t>end2, i>end2?a = 1, x>u?a = 2',
)
HOSTILE = {
    'empty': b'',
    'nul': b'\0' * 100,
    'text': '你好'.encode(),
    'truncated': RICH[: len(RICH) // 2],
    'entity bomb': BOMB,
    'external entity': b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    'external dtd': b'<!DOCTYPE a SYSTEM "http://x/y.dtd"><a/>',
    'undefined entity': b'<a>&nothing;</a>',
    'deep': b'<a>' * 100_000,
    'deep and closed': b'<a>' * 9_000 + b'</a>' * 9_000,
    'wrong encoding': '<?xml version="1.0" encoding="UTF-8"?><a>中文</a>'.encode('gbk'),
    'unknown encoding': b'<?xml version="1.0" encoding="klingon"?><a/>',
    'utf-7 doctype': b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>',
    'many attributes': b'<a ' + b' '.join(b'a%d="1"' % n for n in range(50_000)) + b'/>',
    'many elements': b'<a>' + b'<b/>' * 500_000 + b'</a>',
    'html': b'<html><body onload="x()">',
    'json': b'{"a": 1}',
    'zip': b'PK\x03\x04' + b'\0' * 50,
    'xinclude': (b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></a>'),
}


@pytest.mark.parametrize('name', HOSTILE)
def test_hostile_bytes_are_refused_with_a_line(name: str):
    _, problems = calls(lambda: check(HOSTILE[name]), budget=500_000)
    assert problems
    assert all(problem.is_error and problem.line for problem in problems)


def test_fifty_megabytes_are_refused_by_size():
    assert codes(check(HEAD.encode() + b' ' * 50_000_000)) == ['XML_TOO_LARGE']


def test_a_doctype_is_refused_before_anything_behind_it_is_read():
    assert codes(check(BOMB)) == ['XML_DOCTYPE']


def test_deep_subprocesses_within_the_cap_do_not_exhaust_the_stack():
    body = node('startEvent', 's0') + node('endEvent', 'e0') + flows('s0>e0')
    for depth in range(1, 100):
        body = (
            node('startEvent', f's{depth}')
            + node('subProcess', f'p{depth}', body)
            + node('endEvent', f'e{depth}')
            + flows(f's{depth}>p{depth}>e{depth}')
        )
    assert codes(check(bare(body))) == ['NESTED_TOO_DEEP']


def test_cyclic_references_end():
    source = diagram(
        node('callActivity', 'c', calledElement='p')
        + boundary('b1', 'b2', timer('P1D'))
        + boundary('b2', 'b1', timer('P1D'))
        + '<bpmn:laneSet id="l"><bpmn:lane id="l1">'
        '<bpmn:childLaneSet id="l"><bpmn:lane id="l1"/></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>',
        'start>c>end, end>start, b1>b2, b2>b1',
    )
    assert {'CALL_CYCLE', 'BOUNDARY_UNATTACHED', 'ID_DUPLICATE', 'FLOW_INTO_START'} <= set(codes(check(source)))


def test_the_work_of_a_large_check_is_bounded():
    """H-33: counted, not timed. Six hundred steps with a choice of roads at each would have 2^600 roads."""
    count = 600
    body = ''.join(user(f'u{n}') + node('parallelGateway', f'g{n}') for n in range(count))
    road = 'start>g0, ' + ', '.join(f'g{n}>u{n}>g{n + 1}, g{n}>g{n + 1}' for n in range(count - 1)) + f', g{count - 1}>u{count - 1}>end'
    calls(lambda: check(diagram(body, road)), budget=20_000_000)


NAMES = st.sampled_from(
    [
        'userTask',
        'boundaryEvent',
        'exclusiveGateway',
        'parallelGateway',
        'inclusiveGateway',
        'eventBasedGateway',
        'subProcess',
        'endEvent',
        'startEvent',
        'callActivity',
        'intermediateCatchEvent',
        'intermediateThrowEvent',
        'sequenceFlow',
        'lane',
        'transaction',
        'receiveTask',
        'process',
    ]
)
WORDS = [
    b'u',
    b'g',
    b'sub',
    b'end',
    b'start',
    b'x',
    b'i',
    b't',
    b'is',
    b'ie',
    b'',
    b'p',
    b'nowhere',
    '中文'.encode(),
    b'${',
    b'R/P1D',
    b'true',
    b'-1',
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """The rich diagram with some attribute values, tags and bytes exchanged."""
    text = RICH
    for _ in range(draw(st.integers(1, 6))):
        how = draw(st.integers(0, 4))
        quotes = [index for index, byte in enumerate(text) if byte == ord('"')]
        if how <= 1 and len(quotes) > 30:
            at = draw(st.integers(10, len(quotes) // 2 - 1)) * 2
            text = text[: quotes[at] + 1] + draw(st.sampled_from(WORDS)) + text[quotes[at + 1] :]
        elif how == 2:
            text = text.replace(draw(NAMES).encode(), draw(NAMES).encode())
        elif how == 3:
            at = draw(st.integers(0, len(text)))
            text = text[:at] + draw(st.binary(max_size=4)) + text[at + draw(st.integers(0, 4)) :]
        else:
            lines = text.split(b'\n')
            at, to = draw(st.integers(4, len(lines) - 2)), draw(st.integers(4, len(lines) - 2))
            lines.insert(to, lines.pop(at) if draw(st.booleans()) else lines[at])
            text = b'\n'.join(lines)
    return text


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated())
def test_a_damaged_diagram_never_breaks_the_check(source: bytes):
    for problem in check(source):
        assert problem.line is not None
        assert problem.line >= 1
        assert problem.message
        assert problem.message_en
