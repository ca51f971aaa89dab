"""`.dmn` files to decisions: safe XML, every expression compiled, every problem with its line; nothing else is evaluated later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from engine.bpmn.dmn.model import AGGREGATIONS, HIT_POLICIES, Decision, Input, Output, Row
from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.rulebook import decisions as rules
from engine.bpmn.xml import parse_xml
from engine.core.bundle import Bundle
from engine.core.effort import CELLS, Effort, TooMuchWork
from engine.feel import Expression, FeelError, UnaryTests, compile_diagram_text, compile_unary_tests, to_plain

Node = Any
_FEEL = ('', 'feel')
_MODEL = ('omg.org/spec/DMN/',)
MOST_DECISIONS = 200
"""Decisions in a bundle; each may require the next."""


def read_decisions(source: bytes, name: str, cells: Effort | None = None) -> tuple[dict[str, Decision], list[Problem]]:
    """The decisions of a file that can be read, and all problems of the others. `cells` pays for tables of more files. Never raises."""
    try:
        root = parse_xml(source, name)
    except DiagramError as error:
        return {}, list(error.problems)
    reader = _Reader(name, cells or Effort(CELLS))
    if etree.QName(root).localname != 'definitions' or not any(part in (etree.QName(root).namespace or '') for part in _MODEL):
        reader.wrong(root, '', '不是 DMN 决策文件', 'it is no DMN document')
        return {}, reader.problems
    found: dict[str, Decision] = {}
    for node in _children(root, 'decision'):
        decision = reader.decision(node)
        if decision is not None and decision.id in found:
            reader.wrong(node, decision.id, '编号重复', 'its id is there twice')
        elif decision is not None:
            found[decision.id] = decision
    return found, reader.problems


def decisions_of(bundle: Bundle) -> tuple[dict[str, Decision], dict[str, str], list[Problem]]:
    """All decisions of a bundle by id, the file of each, and every problem, requirements that lead nowhere or in a circle included."""
    every: dict[str, Decision] = {}
    files: dict[str, str] = {}
    problems: list[Problem] = []
    cells = Effort(CELLS)
    for path in sorted(name for name in bundle.files if name.endswith('.dmn')):
        found, wrong = read_decisions(bundle.files[path], path, cells)
        problems += wrong
        for twice in sorted(every.keys() & found.keys()):
            problems.append(_at(found[twice], path, f'{files[twice]} 里已有同名决策', f'{files[twice]} has one with the same id'))
        every = {**found, **every}
        files = {**dict.fromkeys(found, path), **files}
    if len(every) > MOST_DECISIONS:
        first = next(iter(every.values()))
        said = f'包内决策超过 {MOST_DECISIONS} 个', f'there are more than {MOST_DECISIONS} decisions'
        return every, files, [*problems, _at(first, files[first.id], *said)]
    for decision in every.values():
        for missing in (name for name in decision.requires if name not in every):
            said = f'依赖的决策“{missing}”不在包内', f'it requires {missing!r}, which is not there'
            problems.append(_at(decision, files[decision.id], *said))
        if _leads_to_itself(decision, every):
            problems.append(_at(decision, files[decision.id], '决策之间循环依赖', 'it requires itself'))
    return every, files, problems


def _at(decision: Decision, file: str, zh: str, en: str) -> Problem:
    return rules.DECISION_INVALID.at(decision.id, decision.line, decision.name, file=file, why=zh, why_en=en)


def _leads_to_itself(decision: Decision, every: Mapping[str, Decision]) -> bool:
    seen: set[str] = set()
    ahead = list(decision.requires)
    while ahead:
        name = ahead.pop()
        if name == decision.id:
            return True
        if name not in seen and name in every:
            seen.add(name)
            ahead += every[name].requires
    return False


def _children(node: Node, name: str) -> Iterator[Node]:
    return (child for child in node if isinstance(child.tag, str) and etree.QName(child).localname == name)


def _child(node: Node, name: str) -> Node | None:
    return next(_children(node, name), None)


def _text(node: Node | None) -> str:
    found = None if node is None else _child(node, 'text')
    return (found.text or '').strip() if found is not None else ''


@dataclass
class _Reader:
    file: str
    cells: Effort
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, node: Node, element: str, zh: str, en: str) -> None:
        self.problems.append(rules.DECISION_INVALID.at(element or None, node.sourceline, file=self.file, why=zh, why_en=en))

    def decision(self, node: Node) -> Decision | None:
        identity = node.get('id') or ''
        if not identity:
            self.wrong(node, '', '决策没有编号', 'a decision has no id')
            return None
        variable = _child(node, 'variable')
        called = variable.get('name') if variable is not None else None
        requires = tuple(
            reference.get('href', '').removeprefix('#')
            for requirement in _children(node, 'informationRequirement')
            for reference in _children(requirement, 'requiredDecision')
        )
        facts: dict[str, Any] = {
            'id': identity,
            'name': node.get('name') or '',
            'line': node.sourceline,
            'variable': called or node.get('name') or identity,
            'requires': requires,
        }
        table, literal = _child(node, 'decisionTable'), _child(node, 'literalExpression')
        if literal is not None:
            expression = self._expression(literal, identity, _text(literal))
            kind = (variable.get('typeRef') or '') if variable is not None else ''
            return Decision(**facts, literal=expression, type=kind) if expression is not None else None
        if table is None:
            self.wrong(node, identity, '既没有决策表也没有表达式', 'it has neither a decision table nor a literal expression')
            return None
        before = len(self.problems)
        columns = self._table(table, identity)
        return Decision(**facts, **columns) if len(self.problems) == before else None

    def _table(self, table: Node, identity: str) -> Mapping[str, Any]:
        rules = list(_children(table, 'rule'))
        try:
            self.cells.spend(sum(len(rule) for rule in rules))
        except TooMuchWork as much:
            zh, en = f'包内决策表的单元格超过 {much.most} 个', f'the decision tables of the bundle have more than {much.most} cells'
            self.wrong(table, identity, zh, en)
            return {}
        policy = (table.get('hitPolicy') or 'UNIQUE').upper()
        aggregation = table.get('aggregation')
        if policy not in HIT_POLICIES:
            self.wrong(table, identity, f'命中策略“{policy}”不认识', f'the hit policy {policy!r} is unknown')
        if aggregation is not None and (aggregation.upper() not in AGGREGATIONS or policy != 'COLLECT'):
            self.wrong(table, identity, f'不能用“{aggregation}”汇总', f'{aggregation!r} is no aggregation of this hit policy')
        inputs = [self._input(node, identity) for node in _children(table, 'input')]
        outputs = [self._output(node, identity) for node in _children(table, 'output')]
        if not outputs:
            self.wrong(table, identity, '没有输出列', 'it has no output')
        if len(outputs) > 1 and len({output.name for output in outputs}) < len(outputs):
            self.wrong(table, identity, '输出列重名', 'two outputs have one name')
        if policy in ('PRIORITY', 'OUTPUT ORDER') and not any(output.allowed for output in outputs):
            self.wrong(table, identity, '按优先级取值需要列出输出值', 'a priority policy needs the output values in order')
        rows = [self._row(node, identity, len(inputs), len(outputs)) for node in rules]
        return {
            'hit_policy': HIT_POLICIES.get(policy, 'U'),
            'aggregation': aggregation.upper() if aggregation else None,
            'inputs': tuple(one for one in inputs if one is not None),
            'outputs': tuple(outputs),
            'rows': tuple(rows),
        }

    def _input(self, node: Node, identity: str) -> Input | None:
        holder = _child(node, 'inputExpression')
        text = _text(holder) or node.get(_camunda('inputVariable')) or ''
        if not text:
            self.wrong(node, identity, '输入列没有表达式', 'an input has no expression')
            return None
        expression = self._expression(holder if holder is not None else node, identity, text)
        if expression is None:
            return None
        kind = holder.get('typeRef') or '' if holder is not None else ''
        allowed = tuple(value for value in self._values(_child(node, 'inputValues'), identity) if isinstance(value, str))
        return Input(node.get('label') or '', text, expression, kind, allowed)

    def _output(self, node: Node, identity: str) -> Output:
        default = _child(node, 'defaultOutputEntry')
        return Output(
            node.get('name') or '',
            node.get('label') or '',
            node.get('typeRef') or '',
            tuple(self._values(_child(node, 'outputValues'), identity)),
            self._expression(default, identity, _text(default)) if default is not None and _text(default) else None,
        )

    def _values(self, node: Node | None, identity: str) -> list[Any]:
        text = _text(node)
        expression = self._expression(node, identity, f'[{text}]') if text else None
        if expression is not None and expression.names:
            words = '、'.join(sorted(expression.names))
            self.wrong(node, identity, f'取值 {text} 中的文字“{words}”应加引号', f'the values {text} need quotation marks around {words}')
        try:
            value = to_plain(expression.evaluate({})) if expression is not None else []
        except FeelError as error:
            self._unreadable(node, identity, text, error)
            return []
        return value if isinstance(value, list) else []

    def _row(self, node: Node, identity: str, inputs: int, outputs: int) -> Row:
        tests = list(_children(node, 'inputEntry'))
        results = list(_children(node, 'outputEntry'))
        if (len(tests), len(results)) != (inputs, outputs):
            self.wrong(
                node,
                identity,
                f'规则应有 {inputs} 个条件和 {outputs} 个结果，实有 {len(tests)} 和 {len(results)}',
                f'a rule needs {inputs} conditions and {outputs} results, but has {len(tests)} and {len(results)}',
            )
        return Row(
            node.get('id') or f'{identity}:{node.sourceline}',
            node.sourceline,
            tuple(self._test(entry, identity) for entry in tests),
            tuple(_text(entry) for entry in tests),
            tuple(self._expression(entry, identity, _text(entry)) if _text(entry) else None for entry in results),
            tuple(_text(entry) for entry in results),
        )

    def _test(self, node: Node, identity: str) -> UnaryTests | None:
        text = _text(node)
        if text in ('', '-') or not self._feel(node, identity):
            return None
        try:
            return compile_unary_tests(text)
        except FeelError as error:
            self._unreadable(node, identity, text, error)
            return None

    def _expression(self, node: Node, identity: str, text: str) -> Expression | None:
        if not self._feel(node, identity):
            return None
        try:
            return compile_diagram_text(text)
        except FeelError as error:
            self._unreadable(node, identity, text, error)
            return None

    def _unreadable(self, node: Node, identity: str, text: str, error: FeelError) -> None:
        zh, en = getattr(error, 'zh', str(error)), getattr(error, 'en', str(error))
        self.wrong(node, identity, f'“{text}”无法解析：{zh}', f'{text!r} cannot be read: {en}')

    def _feel(self, node: Node, identity: str) -> bool:
        language = (node.get('expressionLanguage') or '').rstrip('/').lower()
        if language in _FEEL or 'feel' in language or (language == 'juel'):
            return True
        self.wrong(node, identity, f'不支持的表达式语言“{language}”，请用 FEEL', f'the expression language {language!r} is not FEEL')
        return False


def _camunda(name: str) -> str:
    return f'{{http://camunda.org/schema/1.0/dmn}}{name}'
