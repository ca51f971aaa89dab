"""Whom a step is offered to, whatever the case's data hold, and what becomes of it when people are not there (D-05, D-06, D-07)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.bpmn.building import diagram, node

from engine.bpmn import read_diagram
from engine.core.assignment import Assignment, Offer, Staff, settle
from engine.words import Word

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SLOTS = ('assignee', 'candidateUsers', 'candidateGroups')
FUNCTIONS = {'received_by': lambda: 'shou', 'handled_by': lambda element: None}
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6
)


def assignment(**attributes: str) -> Assignment:
    found = read_diagram(diagram(node('userTask', 'u', **{f'camunda_{key}': text for key, text in attributes.items()}), 'start>u>end'))
    return Assignment.of(found.elements['u'], found)


def offer(variables: dict[str, Any], **attributes: str) -> Offer:
    return assignment(**attributes).offer(variables, FUNCTIONS, NOW)


def names(found: Offer) -> tuple[str, ...]:
    return (*found.groups, *found.people)


@pytest.mark.parametrize('slot', SLOTS)
@given(value=values)
def test_any_value_in_any_slot_is_names_or_a_sentence(slot: str, value: Any) -> None:
    """D-07: never an exception out of completing the step before."""
    found = offer({'x': value}, **{slot: '${x}'})
    assert names(found) or found.wrong or found.unknown
    assert all(isinstance(one, str) and one.strip() and len(one) <= 100 for one in names(found))


@pytest.mark.parametrize('slot', SLOTS)
@pytest.mark.parametrize('value', [3, 2.5, True, {'a': 1}, [1], ['li', None], [['li']], 'n' * 101, 'a\0b'])
def test_what_is_no_name_is_said_with_the_expression_and_the_value_it_saw(slot: str, value: Any) -> None:
    """D-07, D-06: a list never becomes a person called "['li', 'wang']"."""
    found = offer({'x': value}, **{slot: '${x}'})
    assert not names(found)
    (sentence,) = found.wrong
    assert '${x}' in sentence
    assert 'x = ' in sentence.en


VALUES = {'a text': ('li', ['li']), 'two names in a text': ('li, wang', ['li', 'wang']), 'a list': (['li', 'wang', 'li'], ['li', 'wang'])}


@pytest.mark.parametrize('what', VALUES)
def test_names_come_as_text_or_list(what: str) -> None:
    """D-05, D-06: of several assignees each is a candidate."""
    value, wanted = VALUES[what]
    assert list(offer({'x': value}, candidateUsers='${x}').users) == wanted
    assert list(offer({'x': value}, candidateGroups='${x}').groups) == wanted
    found = offer({'x': value}, assignee='${x}')
    assert (found.assignee, list(found.users)) == (wanted[0] if len(wanted) == 1 else None, [] if len(wanted) == 1 else wanted)


@pytest.mark.parametrize('value', [None, '', [], '  ', ','])
def test_a_null_group_is_an_incident_and_a_null_person_follows_the_rule_of_the_item(value: Any) -> None:
    """D-05"""
    assert offer({'x': value}, candidateGroups='${x}').wrong
    found = offer({'x': value}, assignee='${x}', candidateGroups='w1')
    assert not found.wrong
    assert len(found.unknown) == 1


@pytest.mark.parametrize(('word', 'who'), [('li', 'li'), ('starter', 'wang'), ('received_by', 'shou'), ('$INITIATOR', 'shou')])
def test_a_word_is_the_cases_variable_or_function_else_an_account(word: str, who: str) -> None:
    assert offer({'starter': 'wang'}, assignee=word).assignee == who


GONE = {'li': Word('李已停用', 'Li is switched off')}
SETTLED = {
    'nobody is missing': (Offer(('w',), (), 'wang'), 'incident', (('w',), (), 'wang', False)),
    'the holder is gone': (Offer(('w',), (), 'li'), 'window', (('w',), (), None, False)),
    'the holder is gone and there is no window': (Offer((), (), 'li'), 'window', ((), (), None, True)),
    'to the head': (Offer(('w',), (), 'li'), 'head', (('h',), (), None, False)),
    'an incident': (Offer(('w',), (), 'li'), 'incident', (('w',), (), None, True)),
    'another candidate is there': (Offer(('w',), ('li', 'wang'), None), 'incident', (('w',), ('wang',), None, False)),
    'a candidate instead of the holder': (Offer((), ('wang',), 'li'), 'window', ((), ('wang',), None, False)),
    'no candidate is there': (Offer((), ('li',), None), 'window', ((), (), None, True)),
    'the person has no value': (Offer(('w',), (), None, unknown=(Word('无', 'none'),)), 'window', (('w',), (), None, False)),
    'no person and no window': (Offer((), (), None, unknown=(Word('无', 'none'),)), 'head', (('h',), (), None, False)),
}


@pytest.mark.parametrize('what', SETTLED)
def test_where_a_step_goes_whose_people_are_not_there(what: str) -> None:
    """D-06: back to its window, to the windows that lead the item, or to an operator; whatever it is, it is said."""
    given_, fallback, (groups, users, assignee, wrong) = SETTLED[what]
    found = settle(given_, Staff(GONE, fallback, ('h',)))
    assert (found.groups, found.users, found.assignee, bool(found.wrong)) == (groups, users, assignee, wrong)
    assert bool(found.notes) == (given_ is not SETTLED['nobody is missing'][0])


OFFERS = st.builds(
    Offer,
    st.lists(st.sampled_from(['w', 'v']), unique=True).map(tuple),
    st.lists(st.sampled_from(['li', 'wang']), unique=True).map(tuple),
    st.sampled_from([None, 'li', 'wang']),
)
STAFF = st.builds(
    Staff,
    st.dictionaries(st.sampled_from(['li', 'wang']), st.just(Word('不在', 'gone'))),
    st.sampled_from(['window', 'head', 'incident']),
    st.sampled_from([(), ('h',)]),
)


@given(before=OFFERS, staff=STAFF)
def test_a_step_nobody_can_see_has_an_incident(before: Offer, staff: Staff) -> None:
    """D-05"""
    found = settle(before, staff)
    assert names(found) or found.wrong or not names(before)
    assert not staff.gone.keys() & set(found.people)
