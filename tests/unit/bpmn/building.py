"""BPMN text for tests: a process from a few lines, always with a start and an end unless told otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from engine import edition
from engine.bpmn import House, Problem
from engine.core.bundle import Bundle
from tasks.catalogue.checking import file_problems

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:flowable="http://flowable.org/bpmn" xmlns:activiti="http://activiti.org/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">\n'
)
MESSAGES = (
    '<bpmn:message id="msg" name="material"/><bpmn:signal id="sig" name="closed"/>'
    '<bpmn:error id="err" name="failed" errorCode="E1"/><bpmn:escalation id="esc" escalationCode="X1"/>\n'
)
ITEM = """
[item]
code = "test-item"
name = "测试事项"
type = "01"
department = "测试局"
handling_class = "promised"
[limits]
promise = "7个工作日"
statutory = "20个工作日"
[[legal_basis]]
law = "某法"
[[materials]]
name = "申请书"
basis = "某办法第一条"
[[fees]]
name = "不收费"
amount = "0"
basis = "未列入目录"
[[windows]]
id = "w1"
name = "综合窗口"
authority = "receive"
"""


def flows(text: str) -> str:
    """`a>b>c, b>d?x = 1` as sequence flows called `a_b` and so on; what follows a `?` is the condition."""
    made = []
    for chain in (part.strip() for part in text.split(',')):
        nodes = chain.split('>')
        for source, target in pairwise(nodes):
            target, _, condition = target.partition('?')
            inner = f'<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>' if condition else ''
            source = source.partition('?')[0]
            made.append(f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>')
    return '\n'.join(made) + '\n'


def condition(text: str) -> str:
    """A condition as `flows` can hold it: what it splits at is written as an entity."""
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace(',', '&#44;')


def node(kind: str, identity: str, inner: str = '', **attributes: str) -> str:
    """One element; `camunda_x` becomes `camunda:x`."""
    given = ''.join(
        f' {key.replace("_", ":", 1) if key.startswith(("camunda_", "flowable_")) else key}="{value}"' for key, value in attributes.items()
    )
    return f'<bpmn:{kind} id="{identity}"{given}>{inner}</bpmn:{kind}>\n'


def user(identity: str, inner: str = '', **attributes: str) -> str:
    """A user task with a window."""
    return node('userTask', identity, inner, **({'camunda_candidateGroups': 'w1'} | attributes))


def fields(*each: str) -> str:
    """A generated form: `days:long`, `outcome:enum:agree|reject`; a `?` at the end of the name: need not be filled in."""
    made = []
    for field in each:
        name, kind, options = (*field.split(':'), '')[:3]
        values = ''.join(f'<flowable:value id="{one}" name="{one}"/>' for one in options.split('|') if one)
        required = 'false' if name.endswith('?') else 'true'
        made.append(f'<flowable:formProperty id="{name.rstrip("?")}" type="{kind}" required="{required}">{values}</flowable:formProperty>')
    return f'<bpmn:extensionElements>{"".join(made)}</bpmn:extensionElements>'


def timer(text: str, kind: str = 'timeDuration') -> str:
    """A timer event definition."""
    return f'<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>'


def boundary(identity: str, host: str, inner: str, *, interrupting: bool = True) -> str:
    """A boundary event."""
    return node('boundaryEvent', identity, inner, attachedToRef=host, cancelActivity='true' if interrupting else 'false')


def properties(**pairs: str) -> str:
    """Camunda properties."""
    inner = ''.join(f'<camunda:property name="{key}" value="{value}"/>' for key, value in pairs.items())
    return f'<bpmn:extensionElements><camunda:properties>{inner}</camunda:properties></bpmn:extensionElements>'


def bare(body: str, *, process: str = 'p', more: str = '') -> bytes:
    """A file with one process."""
    return f'{HEAD}{MESSAGES}{more}<bpmn:process id="{process}" isExecutable="true">\n{body}</bpmn:process></bpmn:definitions>'.encode()


def diagram(body: str, road: str, *, more: str = '') -> bytes:
    """A process with start `start` and end `end`, the given elements and flows."""
    return bare(node('startEvent', 'start') + body + node('endEvent', 'end') + flows(road), more=more)


def check(source: bytes, house: House | None = None, *, to_be_supplied: bool = False, **files: str | bytes) -> list[Problem]:
    """The problems of a lone diagram, or of a bundle when `item_toml` is given; file names with `_` for `.`.

    Small diagrams read names that no form here writes: that these are to be supplied is told only where it is asked for.
    """
    named = {re.sub(r'_(toml|form|html|bpmn|dmn)$', r'.\1', name).replace('__', '/'): content for name, content in files.items()}
    contents = {name: content if isinstance(content, bytes) else content.encode() for name, content in named.items()}
    problems = file_problems(edition(Bundle({'process.bpmn': source, **contents})), house or House())
    return [problem for problem in problems if to_be_supplied or problem.code != 'FIELD_UNKNOWN_LONE']


def codes(problems: Iterable[Problem]) -> list[str]:
    """Just the codes."""
    return [problem.code for problem in problems]
