"""Every expression, script and limit of a process: which language, does it parse, which functions and fields does it use?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.bpmn.check.constants import CONDITIONS, constant_condition, constant_count
from engine.bpmn.check.limits import begins_process, limit
from engine.bpmn.check.offers import in_feel
from engine.bpmn.check.view import View
from engine.bpmn.edits import Fix, SetCondition
from engine.bpmn.model import Element, EventDefinition, Flow
from engine.bpmn.people import INITIATOR, split
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import steps as rules
from engine.feel import BUILTIN_NAMES, Expression, FeelSyntaxError, UnaryTests, compile_assignments, compile_diagram_text
from engine.feel.juel import METHODS

FEEL_LANGUAGES = ('feel', 'feel/', 'juel', 'uel')
PLACES = {
    'condition': ('条件', 'condition'),
    'script': ('脚本', 'script'),
    'input': ('输入', 'input'),
    'output': ('输出', 'output'),
    'assignee': ('办理人', 'assignee'),
    'group': ('候选组', 'candidate group'),
    'limit': ('期限', 'limit'),
    'collection': ('集合', 'collection'),
    'cardinality': ('次数', 'cardinality'),
    'completion': ('完成条件', 'completion condition'),
    'activation': ('激活条件', 'activation condition'),
    'loop': ('循环条件', 'loop condition'),
    'mapping': ('变量映射', 'variable mapping'),
    'returned': ('返回变量映射', 'mapping of what a called process returns'),
    'column': ('决策表输入列', 'decision column'),
    'element': ('输出元素', 'output element'),
    'name': ('名称', 'name'),
}


@dataclass(frozen=True)
class Text:
    """One expression and where it stands. A `literal` text is plain text unless it has a `${…}`."""

    at: Element | Flow
    place: str
    source: str
    literal: bool = False


def texts(view: View) -> Iterator[Problem]:
    """Problems of all expressions, scripts and timers of the process."""
    for text in every_text(view):
        try:
            compiled = compile_diagram_text(text.source, literal=text.literal)
        except FeelSyntaxError as error:
            yield _unreadable(view, text.at, text.place, text.source, error)
        else:
            yield from _functions(view, text.at, text.place, [compiled])
            if text.place in CONDITIONS:
                yield from constant_condition(view, text.at, text.place, compiled)
            elif text.place == 'cardinality' and isinstance(text.at, Element):
                yield from constant_count(view, text.at, compiled)
    for flow in view.flows:
        if flow.condition and flow.condition_language and not _feel(flow.condition_language):
            yield _language(view, flow, 'condition', flow.condition_language)
    for element in view.elements:
        if element.kind == 'scriptTask':
            yield from _script(view, element)
        for event in element.events:
            if event.kind == 'timer':
                yield from _timer(view, element, event)


def every_text(view: View) -> Iterator[Text]:
    """The expressions of a process, scripts and limits apart."""
    for flow in view.flows:
        if flow.condition and (not flow.condition_language or _feel(flow.condition_language)):
            yield Text(flow, 'condition', flow.condition)
    for element in view.elements:
        yield from _of_element(element)


def _of_element(element: Element) -> Iterator[Text]:
    if element.completion:
        yield Text(element, 'completion', element.completion)
    if element.activation:
        yield Text(element, 'activation', element.activation)
    for place, mapping in (('input', element.inputs), ('output', element.outputs)):
        for source in mapping.values():
            yield Text(element, place, source, literal=True)
    for place, key in (('assignee', 'assignee'), ('group', 'candidateGroups'), ('assignee', 'candidateUsers')):
        for piece in split(element.attrs.get(key, '')):
            if piece not in INITIATOR and ('${' in piece or '#{' in piece):
                yield Text(element, place, piece, literal=True)
    for place, entries in (('mapping', element.call_in), ('returned', element.call_out)):
        for entry in entries:
            mapped = entry.get('sourceExpression') or entry.get('source')
            if mapped:
                yield Text(element, place, mapped)
    if element.loop is not None:
        for place, text in (
            ('cardinality', element.loop.cardinality),
            ('collection', element.loop.collection),
            ('completion', element.loop.completion_condition),
            ('loop', element.loop.loop_condition),
            ('element', element.loop.output_element),
        ):
            if text:
                yield Text(element, place, text)
        yield from (Text(element, 'condition', each.condition) for each in element.loop.throws if each.condition)
    for event in element.events:
        if event.kind == 'conditional':
            yield Text(element, 'condition', event.expression or '')
        elif '${' in (event.name or ''):
            yield Text(element, 'name', event.name or '', literal=True)


def _feel(language: str) -> bool:
    return language.strip().lower().endswith(FEEL_LANGUAGES) or 'FEEL' in language


def _language(view: View, at: Element | Flow, place: str, found: str) -> Problem:
    zh, en = PLACES[place]
    written = at.condition if isinstance(at, Flow) else at.script
    return view.say(rules.LANGUAGE_UNSUPPORTED, at, place=zh, place_en=en, found=found, fixes=in_feel(at, written or ''))


def _unreadable(view: View, at: Element | Flow, place: str, found: str, error: FeelSyntaxError) -> Problem:
    zh, en = PLACES[place]
    facts = {'place': zh, 'place_en': en, 'found': found, 'why': error.zh, 'why_en': error.en}
    fixes = []
    if error.instead is not None and isinstance(at, Flow) and _readable(error.instead):
        fixes = [Fix(f'改为 {error.instead}', f'Write {error.instead}', (SetCondition(at.id, error.instead),))]
    return view.say(rules.EXPRESSION_UNREADABLE, at, fixes=fixes, **facts)


def _functions(view: View, at: Element | Flow, place: str, compiled: Iterable[Expression]) -> Iterator[Problem]:
    zh, en = PLACES[place]
    for each in compiled:
        for name in sorted(unknown_functions(each, view.house.functions)):
            facts = near_function(name, each.juel, view.house.functions)
            yield view.say(rules.FUNCTION_UNKNOWN, at, place=zh, place_en=en, found=name, **facts)


def unknown_functions(compiled: Expression | UnaryTests, offered: frozenset[str] | None) -> frozenset[str]:
    """The functions it calls that nothing has; methods are never offered, functions only where it is known who offers them."""
    called = compiled.functions
    return frozenset(name for name in called if '.' in name or (offered is not None and name not in offered))


def near_function(name: str, juel: bool, offered: frozenset[str] | None) -> dict[str, Any]:
    """What a sentence says of a function nobody has: that its object does not exist, or what is nearest."""
    owner, _, called = name.rpartition('.')
    if owner and not juel:
        return {
            'near': '；FEEL 没有方法，请写函数，或把表达式写在 ${…} 内',
            'near_en': '; FEEL has no methods: write a function, or put it into ${…}',
        }
    choices = sorted(METHODS) if owner else sorted(BUILTIN_NAMES | (offered or frozenset()))
    near = difflib.get_close_matches(called, choices, 1, 0.6)
    if near:
        return {'near': f'；最接近的是 {near[0]}', 'near_en': f'; the nearest is {near[0]}'}
    if owner:
        zh = f'；没有可调用的对象 {owner}（Bean），只有文本、列表和上下文的方法 equals、contains、size 等'
        return {
            'near': zh,
            'near_en': f'; no bean here is called {owner}, there are only methods of texts, lists and maps: equals, contains, size …',
        }
    return {'near': '', 'near_en': ''}


def _script(view: View, element: Element) -> Iterator[Problem]:
    language = element.script_format
    if language and not _feel(language) and language.lower() not in {'text/feel', 'application/feel'}:
        yield _language(view, element, 'script', language)
    elif not element.script:
        yield view.say(rules.SCRIPT_EMPTY, element)
    else:
        try:
            if element.result_variable:
                parts = [compile_diagram_text(element.script)]
            else:
                parts = [each.expression for each in compile_assignments(element.script)]
        except FeelSyntaxError as error:
            if not element.result_variable and _readable(element.script):
                yield view.say(rules.RESULT_VARIABLE_MISSING, element)
            else:
                yield _unreadable(view, element, 'script', element.script, error)
            return
        yield from _functions(view, element, 'script', parts)


def _readable(text: str) -> bool:
    try:
        compile_diagram_text(text)
    except FeelSyntaxError:
        return False
    return True


def _timer(view: View, element: Element, event: EventDefinition) -> Iterator[Problem]:
    text = event.expression or ''
    if '${' not in text and '#{' not in text:
        yield from limit(view, element, event)
        return
    if begins_process(view, element):
        why, why_en = '还没有办件，没有可用的变量', 'there is no case yet, and no variable'
        yield view.say(rules.TIMER_START_UNCOUNTED, element, found=text, why=why, why_en=why_en)
        return
    try:
        compiled = compile_diagram_text(text, literal=True)
    except FeelSyntaxError as error:
        yield _unreadable(view, element, 'limit', text, error)
    else:
        yield from _functions(view, element, 'limit', [compiled])
