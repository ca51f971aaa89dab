"""H-07, H-09, H-27, H-42: the dialect is declared once; what is misspelt in it is refused, and every page of it is printed from there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import Bundle, edition, read_path
from engine.bpmn import House
from engine.bpmn.dialect import PROPERTIES, REASONS, Said, near_to
from engine.bpmn.dialect_pages import PRINTED
from tasks.catalogue.checking import file_problems
from web.drafting import FRESH

ROOT = Path(__file__).resolve().parents[3]
FOOD = read_path(ROOT / 'processes' / 'food-business-licence')
DEMANDING = [path for path in (*sorted((ROOT / 'processes').iterdir()), FRESH / 'item') if path.is_dir()]


def refused(bundle: Bundle) -> set[str]:
    """The codes of the errors."""
    return {problem.code for problem in file_problems(edition(bundle), House()) if problem.is_error}


def changed(path: str, old: str, new: str, bundle: Bundle = FOOD) -> Bundle:
    text = bundle.files[path].decode()
    assert old in text
    return Bundle(bundle.files | {path: text.replace(old, new).encode()})


@pytest.mark.parametrize('path', PRINTED, ids=lambda path: path.name)
def test_what_is_printed_is_what_is_declared(path: Path) -> None:
    """H-42: reference page, designer and element templates; `python -m engine.bpmn.dialect_pages` writes them."""
    text = path.read_text('utf-8')
    assert PRINTED[path](text) == text


def misspellings(name: str) -> set[str]:
    """Without its separators, as camelCase, with dashes, with a letter left out, doubled, or two swapped."""
    words = name.split('_')
    camel = words[0] + ''.join(word.title() for word in words[1:])
    swapped = name[:-2] + name[-1] + name[-2]
    return {name.replace('_', ''), camel, name.replace('_', '-'), name[:1] + name[2:], name + name[-1], swapped, name.upper()} - {name}


@pytest.mark.parametrize('name', [name for name in PROPERTIES if len(name) >= 6])
def test_a_misspelt_key_is_known_for_what_was_meant(name: str) -> None:
    """H-07: a key that looks like one of ours never means nothing silently."""
    for wrong in misspellings(name):
        assert wrong in PROPERTIES or near_to(wrong, PROPERTIES) == name, wrong


@pytest.mark.parametrize('name', ['colour', 'owner', 'priority', 'camundaTag', 'costCentre', 'department', 'responsible', 'version'])
def test_a_property_of_another_tool_is_left_alone(name: str) -> None:
    assert near_to(name, PROPERTIES) is None


@pytest.mark.parametrize(('name', 'value'), [(name, value) for name, each in PROPERTIES.items() for value in each.choices or ()])
def test_every_value_is_read_and_every_misspelt_one_refused(name: str, value: str) -> None:
    """H-07: also where further values are free."""
    assert PROPERTIES[name].problem(value) is None
    for wrong in misspellings(value) - set(PROPERTIES[name].choices or ()):
        assert PROPERTIES[name].problem(wrong) is not None, wrong


@pytest.mark.parametrize(
    ('path', 'old', 'new', 'code'),
    [
        ('process.bpmn', 'accepted_as_of', 'accepted_asof', 'PROPERTY_UNKNOWN'),
        ('process.bpmn', 'name="accepted_as_of" value="received"', 'name="accepted_as_of" value="recieved"', 'PROPERTY_VALUE'),
        ('process.bpmn', 'name="milestone" value="received"', 'name="note" value="received"', 'AS_OF_UNREACHED'),
        ('process.bpmn', 'name="clock" value="stopped"', 'name="clock" value="stoped"', 'PROPERTY_VALUE'),
        ('process.bpmn', 'name="result" value="granted"', 'name="result" value="grnted"', 'PROPERTY_VALUE'),
        ('decide.form', '"decision"', '"verdict"', 'ANSWER_MISSING'),
        ('intake.form', '"supplement_items"', '"missing_things"', 'ANSWER_MISSING'),
    ],
)
def test_one_wrong_word_in_the_shipped_item_keeps_it_out(path: str, old: str, new: str, code: str) -> None:
    """H-07, H-09: each of these was deployable once, and then counted from now, decided nothing, or printed no document."""
    assert code in refused(changed(path, old, new))


PROCESS = 'isExecutable="true" camunda:historyTimeToLive="P3650D">'
DECLARED = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="{}" value="a, b" /></camunda:properties></bpmn:extensionElements>'
)


@pytest.mark.parametrize(
    ('old', 'new', 'code'),
    [
        ('camunda:candidateGroups=', 'camunda:candidateGroup=', 'DETAIL_MISSPELT'),
        ('camunda:formRef=', 'camunda:formref=', 'DETAIL_MISSPELT'),
        ('camunda:topic=', 'camunda:topics=', 'DETAIL_MISSPELT'),
        ('<bpmn:exclusiveGateway ', '<bpmn:exclusiveGateway camunda:topic="issue_licence" ', 'ATTRIBUTE_MISPLACED'),
        ('<bpmn:serviceTask ', '<bpmn:serviceTask camunda:candidateGroups="general" ', 'ATTRIBUTE_MISPLACED'),
        ('<bpmn:userTask ', '<bpmn:userTask camunda:decisionRef="fee" ', 'ATTRIBUTE_MISPLACED'),
        ('<bpmn:userTask ', '<bpmn:userTask camunda:collection="experts" ', 'ATTRIBUTE_MISPLACED'),
        (PROCESS, PROCESS + DECLARED.format('variabels'), 'PROPERTY_UNKNOWN'),
        (PROCESS, PROCESS + DECLARED.format('variable'), 'PROPERTY_UNKNOWN'),
    ],
)
def test_an_attribute_a_topic_or_a_declared_variable_out_of_place_keeps_the_item_out(old: str, new: str, code: str) -> None:
    """H-07: misspelt, or where it means nothing: a window, form, handler or variable that would silently not be there."""
    assert code in refused(changed('process.bpmn', old, new))


def test_declared_variables_and_a_property_of_another_tool_are_left_alone() -> None:
    for name in ('variables', 'costCentre'):
        assert refused(changed('process.bpmn', PROCESS, PROCESS + DECLARED.format(name))) == set()


def test_turned_down_without_any_field_for_reasons_is_refused() -> None:
    """H-09, art. 38: a refusal states its reasons, so some form has to ask for them."""
    bundle = FOOD
    for path in [path for path in FOOD.files if path.endswith('.form')]:
        for reason in REASONS:
            if f'"{reason}"'.encode() in bundle.files[path]:
                bundle = changed(path, f'"{reason}"', f'"x_{reason}"', bundle)
    assert 'ANSWER_MISSING' in refused(bundle)


@pytest.mark.parametrize('folder', DEMANDING, ids=lambda path: path.name)
def test_shipped_items_and_the_blank_one_give_the_office_what_it_needs(folder: Path) -> None:
    assert refused(read_path(folder)) == set()


def test_what_nothing_says_has_its_default_and_a_wrong_instant_is_not_dropped() -> None:
    """H-07: of a diagram deployed before the check knew this; the engine then says that there is no such instant."""
    assert Said.of({}) == Said()
    assert Said.of({'milestone': 'accepted', 'accepted_as_of': 'recieved'}).as_of == 'recieved'


def test_the_running_floors_read_no_property_by_its_name() -> None:
    """H-07: engine and office ask `Element.said`; the texts of properties are for the reader, the check and the comparison."""
    by_name = re.compile(r'properties(\.get\(|\[)')
    rooms = [ROOT / 'engine' / room for room in ('core', 'timing', 'moving', 'verbs')] + [
        ROOT / 'tasks',
        ROOT / 'engine/bpmn/spiff',
        ROOT / 'engine/bpmn/moving',
    ]
    assert [path for room in rooms for path in room.rglob('*.py') if by_name.search(path.read_text('utf-8'))] == []
