"""Expressions and decisions of a draft tried on values: what the editors ask."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages.designer.test_drafts import copied

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">
<decision id="fee" name="收费">
<decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="ie" typeRef="number"><text>amount</text></inputExpression></input>
<output id="o" name="fee" typeRef="number"/>
<rule id="small"><inputEntry id="a"><text>&lt; 100</text></inputEntry><outputEntry id="b"><text>1</text></outputEntry></rule>
<rule id="any"><inputEntry id="c"><text>-</text></inputEntry><outputEntry id="e"><text>2</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def asked(person: Any, address: str, **question: Any) -> Any:
    answer = person.client.post(address, json=question, headers={'X-CSRFToken': person.token()})
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize(
    ('text', 'values', 'shown'),
    [
        ('= amount > 100', {'amount': 120}, 'true'),
        ("${outcome == '同意'}", {'outcome': '同意'}, 'true'),
        ('= sum(fees)', {'fees': [1, 2.5]}, '3.5'),
        ('= upper case("a")', {}, '"A"'),
    ],
)
def test_an_expression_is_evaluated_as_a_case_would(visitor, text: str, values: dict[str, Any], shown: str) -> None:
    """D-37."""
    analyst = visitor('liucheng')
    status, answer = asked(analyst, f'{copied(analyst)}/evaluate', text=text, values=values)
    assert (status, answer['shown'], answer['warnings']) == (200, shown, [])


@pytest.mark.parametrize('text', ['= amount >', '${', '= amount > 1 and'])
def test_what_is_no_expression_is_said(visitor, text: str) -> None:
    """D-37: bad input gets a clear error."""
    analyst = visitor('liucheng')
    status, answer = asked(analyst, f'{copied(analyst)}/evaluate', text=text, values={})
    assert status == 422
    assert answer['message']


@pytest.mark.parametrize('values', [None, [], 'x', 3])
def test_values_are_given_by_name(visitor, values: object) -> None:
    analyst = visitor('liucheng')
    assert asked(analyst, f'{copied(analyst)}/evaluate', text='= 1', values=values)[0] == 422


def test_an_endless_expression_is_stopped(visitor) -> None:
    """A-10: the budget of one expression holds here as well."""
    analyst = visitor('liucheng')
    endless = '= for a in 1..10000, b in 1..10000 return a * b'
    status, answer = asked(analyst, f'{copied(analyst)}/evaluate', text=endless, values={})
    assert status == 422
    assert answer['message']


def test_a_decision_is_tried_and_names_the_rules_that_hold(visitor) -> None:
    """D-37: of the table as it is drawn now, saved or not."""
    analyst = visitor('liucheng')
    address = f'{copied(analyst)}/decide/fee.dmn'
    status, answer = asked(analyst, address, decision='fee', values={'amount': 50}, text=TABLE)
    assert status == 200
    assert answer == {'shown': '1', 'rules': [{'id': 'small', 'number': 1}, {'id': 'any', 'number': 2}]}
    assert asked(analyst, address, decision='fee', values={'amount': 500}, text=TABLE)[1]['rules'] == [{'id': 'any', 'number': 2}]
    assert asked(analyst, address, decision='nothing', values={}, text=TABLE)[0] == 422
    assert asked(analyst, address, decision='fee', values={}, text='<no')[0] == 422


def test_a_clerk_tries_nothing(visitor) -> None:
    """A-01: the workshop is the analyst's."""
    analyst, clerk = visitor('liucheng'), visitor('chuangkou')
    assert asked(clerk, f'{copied(analyst)}/evaluate', text='= 1', values={})[0] == 403


def test_the_editors_know_what_can_be_picked(visitor) -> None:
    """D-37: windows, forms, decisions, processes and fields by name."""
    analyst = visitor('liucheng')
    page = analyst.get(f'{copied(analyst)}/edit/process.bpmn').text
    for name in ('decisions', 'processes', 'fields', 'windows', 'forms'):
        assert f'&#34;{name}&#34;: [' in page or f'"{name}": [' in page
