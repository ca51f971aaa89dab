"""Who works a step, in the spellings of every vendor: read once for the check and for the run (D-05, D-07, D-25)."""

from __future__ import annotations

import pytest
from unit.bpmn.building import HEAD, check, codes, diagram, node, user

from engine.bpmn import House, read_diagram
from engine.bpmn.people import owners, people_of, split


def role(kind: str, text: str) -> str:
    expression = f'<bpmn:formalExpression>{text}</bpmn:formalExpression>'
    return f'<bpmn:{kind}><bpmn:resourceAssignmentExpression>{expression}</bpmn:resourceAssignmentExpression></bpmn:{kind}>'


def zeebe(**said: str) -> str:
    given = ' '.join(f'{key}="{text}"' for key, text in said.items())
    return f'<bpmn:extensionElements><zeebe:assignmentDefinition {given}/></bpmn:extensionElements>'


def drawn(inner: str = '', **attributes: str) -> bytes:
    return diagram(node('userTask', 'u', inner, **attributes), 'start>u>end')


def named(source: bytes) -> tuple[list[str], list[str], list[str]]:
    """Groups, users and assignee as they are written."""
    found = read_diagram(source)
    people = people_of(found.elements['u'], found)
    assert not people.wrong
    return tuple([part.text for part in parts] for parts in (people.groups, people.users, people.assignee))


SPELLINGS = {
    'camunda candidate users': (drawn(camunda_candidateUsers='li, wang'), [], ['li', 'wang'], []),
    'flowable candidate users': (drawn(flowable_candidateUsers='li，wang'), [], ['li', 'wang'], []),
    'users and groups': (drawn(camunda_candidateUsers='li', camunda_candidateGroups='w1,w2'), ['w1', 'w2'], ['li'], []),
    'zeebe': (drawn(zeebe(assignee='li', candidateUsers='wang')), [], ['wang'], ['li']),
    'zeebe expression': (drawn(zeebe(candidateUsers='= people')), [], ['${=people}'], []),
    'one assignee': (drawn(camunda_assignee='li'), [], [], ['li']),
    'two assignees': (drawn(camunda_assignee='li,wang'), [], [], ['li', 'wang']),
    'an expression with commas': (drawn(camunda_assignee='${pick(a, b)}'), [], [], ['${pick(a, b)}']),
    'a function': (drawn(camunda_assignee='handled_by(&quot;a&quot;)'), [], [], ['handled_by("a")']),
    'initiator': (drawn(camunda_assignee='$INITIATOR'), [], [], ['$INITIATOR']),
    'initiator in braces': (drawn(flowable_assignee='${INITIATOR}'), [], [], ['${INITIATOR}']),
    'owner by a bare name': (drawn(role('potentialOwner', 'review')), ['review'], [], []),
    'owner group': (drawn(role('potentialOwner', 'group(review)')), ['review'], [], []),
    'owners': (drawn(role('potentialOwner', 'user(zhang), group(review), general')), ['review', 'general'], ['zhang'], []),
    'several owners': (drawn(role('potentialOwner', 'user(a)') + role('potentialOwner', 'user(b)')), [], ['a', 'b'], []),
    'owner by expression': (drawn(role('potentialOwner', 'user(${person}), group(${team})')), ['${team}'], ['${person}'], []),
    'owner beside an attribute': (drawn(role('potentialOwner', 'user(b)'), camunda_candidateUsers='a'), [], ['a', 'b'], []),
    'human performer': (drawn(role('humanPerformer', 'zhang')), [], [], ['zhang']),
    'performer': (drawn(role('performer', 'user(zhang)')), [], [], ['zhang']),
}


@pytest.mark.parametrize('spelling', SPELLINGS)
def test_each_spelling_names_whom_its_engine_means(spelling: str) -> None:
    """D-05, D-25"""
    source, groups, users, assignee = SPELLINGS[spelling]
    assert named(source) == (groups, users, assignee)
    assert [one for one in check(source, House(functions=frozenset({'handled_by', 'pick', 'received_by'}))) if one.is_error] == []


UNREAD = ('user(zhang', 'user()', 'someone(zhang)', '')


@pytest.mark.parametrize('text', UNREAD)
def test_an_owner_nobody_can_read_is_refused(text: str) -> None:
    """D-25"""
    assert 'DETAIL_UNSUPPORTED' in codes(check(drawn(role('potentialOwner', text))))


@pytest.mark.parametrize('text', ['group(review)', 'a, b', ''])
def test_a_performer_is_one_person(text: str) -> None:
    """D-25"""
    assert 'DETAIL_UNSUPPORTED' in codes(check(drawn(role('humanPerformer', text))))


@pytest.mark.parametrize('key', ['assignee', 'candidateUsers', 'candidateGroups'])
@pytest.mark.parametrize('text', ['{li}', '{x', 'x}'])
def test_single_braces_are_no_expression(key: str, text: str) -> None:
    """D-07"""
    assert 'PEOPLE_UNREADABLE' in codes(check(drawn(**{f'camunda_{key}': text})))


def test_a_reference_to_a_resource_names_nobody() -> None:
    """D-25"""
    assert 'DETAIL_UNSUPPORTED' in codes(check(drawn('<bpmn:potentialOwner><bpmn:resourceRef>r</bpmn:resourceRef></bpmn:potentialOwner>')))


def laned(**attributes: str) -> bytes:
    lanes = '<bpmn:laneSet id="l"><bpmn:lane id="lane_1" name="w1"><bpmn:flowNodeRef>u</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    return diagram(lanes + node('userTask', 'u', **attributes), 'start>u>end')


@pytest.mark.parametrize(('attributes', 'groups'), [({}, ['w1']), ({'camunda_assignee': 'li'}, []), ({'camunda_candidateUsers': 'li'}, [])])
def test_a_lane_is_the_window_by_its_name_where_nobody_is_named(attributes: dict[str, str], groups: list[str]) -> None:
    """D-05: it is its name that means a window, never its id."""
    assert named(laned(**attributes))[0] == groups


def test_the_initiator_of_a_start_event_is_a_variable_of_the_case() -> None:
    """D-05: whoever writes `initiator="sender"` may read `sender` anywhere."""
    started = f'{HEAD}<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s" camunda:initiator="sender"/>'
    rest = user('u', camunda_assignee='sender') + '<bpmn:endEvent id="e"/>'
    roads = ''.join(f'<bpmn:sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ('su', 'ue'))
    source = f'{started}{rest}{roads}</bpmn:process></bpmn:definitions>'.encode()
    assert [one for one in check(source, House(accounts=frozenset())) if one.is_error] == []


def test_commas_inside_brackets_and_quotes_part_nothing() -> None:
    assert list(split('a, f(b, c) , "x,y",[1,2]，d')) == ['a', 'f(b, c)', '"x,y"', '[1,2]', 'd']
    assert owners('a, user( b )') == (['a'], ['b'])
