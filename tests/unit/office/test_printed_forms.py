"""Printed forms: text goes in escaped, lists repeat, and a bundle's own forms cannot bring scripts or unknown facts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.documents.issuing import FACTS, NOTICES, notice_problems
from tasks.documents.stationery import TemplateError, fill, template_problems
from tasks.words.vocabulary import DOCUMENT


def test_values_are_escaped_and_missing_ones_print_nothing() -> None:
    assert fill('<p>{{ name }}{{ nobody }}</p>', {'name': '<b>&"'}) == '<p>&lt;b&gt;&amp;&quot;</p>'


def test_lists_repeat_and_sections_show_or_hide() -> None:
    template = '{{#rows}}<li>{{ index }}{{ name }}{{ case }}</li>{{/rows}}{{^rows}}无{{/rows}}'
    assert fill(template, {'rows': [{'index': 1, 'name': '甲'}, {'index': 2, 'name': '乙'}], 'case': '!'}) == '<li>1甲!</li><li>2乙!</li>'
    assert fill(template, {'rows': []}) == '无'
    assert fill('{{#lines}}[{{ this }}]{{/lines}}', {'lines': ['a', 'b']}) == '[a][b]'


def test_paths_reach_into_form_data() -> None:
    assert fill('{{ data.shop.name }}{{ data.none.name }}', {'data': {'shop': {'name': '味美'}}}) == '味美'


@pytest.mark.parametrize('template', ['{{#a}}', '{{/a}}', '{{#a}}{{/b}}', '{{ 1 + 1 }}', '{{', '}}', "{{ a.b['c'] }}"])
def test_broken_templates_are_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        fill(template, {})


@pytest.mark.parametrize(
    'template',
    [
        '<script>1</script>',
        '<img src=x>',
        '<p style="x">a</p>',
        '<a href="javascript:1">a</a>',
        '<!DOCTYPE html>',
        '<?php ?>',
        '<p onclick=1>',
        '<iframe>',
        '<svg/onload=1>',
        '{{ typo }}',
        '{{#typo}}{{/typo}}',
    ],
)
def test_what_a_bundles_form_may_not_have(template: str) -> None:
    assert template_problems(template, FACTS)


@pytest.mark.parametrize(
    'template',
    [
        '<!--><script>alert(1)</script>-->',
        '<!-- --!><script>alert(1)</script>-->',
        '<!-- a -->',
        '<!--',
        '<p class={{data.x}}>a</p>',
        '<p {{data.x}}>a</p>',
        '<{{data.x}}>',
        '<p class="a"{{data.x}}>',
        '<p{{#data.x}} class="a"{{/data.x}}>',
        '</p class="a">',
        '</p {{data.x}}>',
        '<p class="{{#data.x}}a">b</p><p class="{{/data.x}}">',
        '{{#data.x}}<p class="{{/data.x}}">',
        '<p class="a',
        '<p',
        '<',
        '<p/class="a">',
        '<p class="a"class="b">',
        '<p class="<b>">',
        '</',
        '<p =a>',
        '<![CDATA[<script>]]>',
        '<scr{{#data.x}}{{/data.x}}ipt>',
        '<P ONCLICK="1">',
        '<SCRIPT>',
        '<p\x0conclick="1">',
        "<p class='{{data.x}}\"' onclick='1'>",
    ],
)
def test_what_browsers_might_read_in_another_way_is_refused(template: str) -> None:
    assert template_problems(template, FACTS)


@pytest.mark.parametrize(
    'template',
    [
        '<p class="big {{ data.kind }}">a &lt; b</p>',
        "<td colspan=2 rowspan='3'>a</td>",
        '<br/>',
        '<BR />',
        '<hr>',
        '<p\n  class="a"\n>b</p >',
        '{{#data.rows}}<tr><td>{{ this }}</td></tr>{{/data.rows}}',
        '<p class="{{#data.late}}late{{/data.late}}">a > b</p>',
        '<p class="">a</p>',
    ],
)
def test_what_a_bundles_form_may_have(template: str) -> None:
    assert template_problems(template, FACTS) == []


@given(st.text(alphabet='<>/!-="\' p{}#^.data'))
def test_an_accepted_form_prints_only_listed_tags_whatever_the_data(template: str) -> None:
    if template_problems(template, FACTS):
        return
    for value in ({}, {'data': {'a': '"><script>', 'd': "' onclick=1 "}}):
        printed = fill(template, value)
        assert '<script' not in printed
        assert printed.count('<') == len(re.findall(r'</?[pPatTbBdDa]+[^<>]*>', printed))


@given(st.text())
def test_whatever_stands_in_the_data_never_becomes_markup(text: str) -> None:
    assert '<' not in fill('{{ a }}', {'a': text})


def test_the_halls_own_forms_pass_the_check_and_cover_every_document() -> None:
    files = {f'notices/{path.name}': path.read_bytes() for path in NOTICES.glob('*.html') if path.stem != 'frame'}
    assert notice_problems(files) == []
    assert {path.removeprefix('notices/').removesuffix('.html') for path in files} == set(DOCUMENT)


def test_a_form_that_is_not_text_is_named() -> None:
    (problem,) = notice_problems({'notices/receipt.html': b'\xff'})
    assert problem[0] == 'notices/receipt.html'
