"""Printed forms: text goes in escaped, lists repeat, and a bundle's own forms cannot bring scripts or unknown facts."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Bundle
from engine.core.bundle import read_path
from engine.forms.templating import Names, render
from tasks.documents import stationery
from tasks.documents.issuing import FACTS, NOTICES, notice_problems
from tasks.documents.stationery import TemplateError, template_problems
from tasks.words.vocabulary import DOCUMENT

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def fill(template: str, facts: dict[str, Any], known: Names | None = None) -> str:
    return stationery.fill(template, facts, dict.fromkeys(facts) if known is None else known, NOW)


def test_values_are_escaped() -> None:
    assert fill('<p>{{ name }}{{ nobody }}</p>', {'name': '<b>&"', 'nobody': None}) == '<p>&lt;b&gt;&amp;&quot;</p>'


@pytest.mark.parametrize(
    'template', ['{{ nobody }}', '{{#if nobody}}x{{/if}}', '{{#loop nobody}}x{{/loop}}', '{{ if a then nobody else a }}']
)
def test_a_name_nobody_knows_is_never_blank(template: str) -> None:
    """H-49: a document is not issued with a blank where a name is misspelt, and the check says which name."""
    with pytest.raises(TemplateError, match='nobody'):
        fill(template, {'a': 1})
    assert [zh for zh, _ in template_problems(template, {'a': None})] == ['打印模板使用了未知的内容「nobody」']


@pytest.mark.parametrize(
    ('template', 'unknown'),
    [
        ('{{#loop materials}}{{ nmae }}{{/loop}}', ['nmae']),
        ('{{#loop materials}}{{ name }}{{ parent.case_no }}{{ this.index }}{{/loop}}', []),
        ('{{#loop materials}}{{ case_no }}{{/loop}}', ['case_no']),
        ('{{#loop materials}}{{ parent.case_on }}{{/loop}}', ['parent.case_on']),
        ('{{#loop data.rows}}{{ a }}{{ b }}{{/loop}}', ['b']),
        ('{{#loop data.rows}}{{#loop parent.materials}}{{ parent.a }}{{ parent.b }}{{/loop}}{{/loop}}', ['parent.b']),
        ('{{#loop supplement_lines}}{{ this }}{{ name }}{{/loop}}', ['name']),
        ('{{#loop materials[state = "missing"]}}{{ name }}{{/loop}}', []),
        ('{{ data.rows[1].a }}{{ data.flor }}{{ data.floor.x }}', ['data.flor']),
        ('{{ case_no.year }}', ['case_no.year']),
        ('{{ fee(1) }}{{ upper case("a") }}', ['fee()']),
        ('{{ name }}', ['name']),
    ],
)
def test_the_check_names_what_is_unknown(template: str, unknown: list[str]) -> None:
    """H-49: every name of a template is looked up, in loops too, and `data.<field>` among the fields the item's forms write."""
    known = dict(FACTS) | {'data': {'rows': {'a': None}, 'floor': None}}
    told = [zh.partition('：')[0] for zh, _ in template_problems(template, known)]
    assert told == [f'打印模板使用了未知的内容「{name}」' for name in unknown]


def test_fields_of_the_item_are_known_and_others_are_refused() -> None:
    """H-49: `data.<field>` is a field of one of the bundle's forms."""
    shipped = read_path(Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence')
    text = b'<p>{{ data.corrections }}{{ data.corections }}</p>'
    (problem,) = notice_problems(Bundle({**shipped.files, 'notices/grant.html': text}, shipped.name))
    assert 'data.corections' in problem[2]


@pytest.mark.parametrize(
    'template', ['{{name}} {{#if n > 2}}多{{/if}}', '{{#loop rows}}{{a}};{{/loop}}', '="共 " + string(n)', '{{ n * 2 }}']
)
def test_forms_and_documents_speak_one_language(template: str) -> None:
    """H-19, H-49: what the form editor shows of a text is what a document prints of it."""
    facts = {'name': '张三', 'n': 3, 'rows': [{'a': 1}, {'a': 2}]}
    assert fill(template, facts) == render(template, facts)


def test_truth_values_are_said_in_chinese() -> None:
    assert fill('{{ a }}{{ b }}{{ a = b }}', {'a': True, 'b': False}) == '是否否'


def test_loops_are_bounded() -> None:
    with pytest.raises(TemplateError, match='passes'):
        fill('{{#loop rows}}{{#loop parent.rows}}{{#loop parent.parent.rows}}x{{/loop}}{{/loop}}{{/loop}}', {'rows': list(range(100))})


OLD_FACTS = {
    'materials': [{'index': 1, 'name': '甲'}, {'index': 2, 'name': '乙'}],
    'delivered_documents': [],
    'supplement_lines': ['一', '二'],
    'case_no': 'A1',
    'tracking_no': '',
    'reason': None,
    'deemed': False,
    'suspended': True,
    'data': {'shop': {'name': '味美'}, 'rows': [{'reason': '行'}, {}], 'in': '内', 'zero': 0, 'late': True, 'word': '字', 'none': {}},
}


@pytest.mark.parametrize(
    ('template', 'printed'),
    [
        (
            '{{#materials}}<li>{{ index }}{{ name }}{{ case_no }}</li>{{/materials}}{{^materials}}无{{/materials}}',
            '<li>1甲A1</li><li>2乙A1</li>',
        ),
        ('{{^delivered_documents}}无{{ case_no }}{{/delivered_documents}}{{#delivered_documents}}有{{/delivered_documents}}', '无A1'),
        ('{{#supplement_lines}}[{{ this }}{{ . }}]{{/supplement_lines}}', '[一一][二二]'),
        ('{{ data.shop.name }}{{ data.none.name }}{{ data.in }}', '味美内'),
        ('{{#data.shop}}{{ name }}{{ case_no }}{{/data.shop}}', '味美A1'),
        ('{{#case_no}}{{ this }}{{ . }}{{ case_no }}{{/case_no}}', 'A1A1A1'),
        ('{{#tracking_no}}x{{/tracking_no}}{{^tracking_no}}无{{/tracking_no}}{{#reason}}x{{/reason}}{{^reason}}无{{/reason}}', '无无'),
        ('{{#deemed}}x{{/deemed}}{{^deemed}}未{{^suspended}}x{{/suspended}}{{#suspended}}停{{/suspended}}{{/deemed}}', '未停'),
        (
            '{{#data.rows}}({{ reason }}{{ case_no }}{{#materials}}{{ name }}{{ reason }}{{/materials}}){{/data.rows}}',
            '(行A1甲行乙行)(A1甲乙)',
        ),
        ('{{#data.zero}}x{{/data.zero}}{{^data.zero}}零{{/data.zero}}{{#data.none}}x{{/data.none}}{{^data.gone}}无{{/data.gone}}', '零无'),
        ('{{#data.late}}迟{{/data.late}}{{^data.late}}x{{/data.late}}{{ data.late }}', '迟是'),
        ('{{#data.word}}{{ this }}{{ data.word }}{{/data.word}}', '字字'),
        ('{{ #case_no }}{{ typo }}!{{ /case_no }}{{^deemed}}{{ typo }}?{{/deemed}}', '!?'),
        ('{{#materials}}{{#case_no}}{{ name }}{{ this }}{{/case_no}}{{/materials}}', '甲A1乙A1'),
    ],
)
def test_forms_in_the_old_spelling_keep_printing(template: str, printed: str) -> None:
    """H-49: bundles that are stored were written with `{{#x}}` and `{{^x}}`; they print what they printed."""
    assert fill(template, OLD_FACTS, FACTS) == printed


@pytest.mark.parametrize('template', ['{{#a}}', '{{/a}}', '{{#a}}{{/b}}', '{{ 1 + }}', '{{', '}}', '{{#if a}}', '{{#each a}}{{/each}}'])
def test_broken_templates_are_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        fill(template, {'a': 1})
    assert template_problems(template, {'a': None})


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
        '{{#case_no}}{{ typo }}{{/case_no}}',
        '<p>{{#if data.x < 2}}<script>{{/if}}</p>',
        '<p class="{{#if data.x}}a">b</p><p class="{{/if}}">',
        '<p{{#if data.x}} class="a"{{/if}}>',
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
        '<p class="{{#if data.x < 2}}a{{/if}}">{{ if data.x > 1 then "<b>" else "b" }}</p>',
        '{{#loop data.rows}}<tr><td>{{this}}</td></tr>{{/loop}}',
    ],
)
def test_what_a_bundles_form_may_have(template: str) -> None:
    assert template_problems(template, FACTS) == []


@given(st.text(alphabet='<>/!-="\' p{}#^.data'))
def test_an_accepted_form_prints_only_listed_tags_whatever_the_data(template: str) -> None:
    if template_problems(template, FACTS):
        return
    for value in ({}, {'a': '"><script>', 'd': "' onclick=1 "}):
        printed = fill(template, dict.fromkeys(FACTS) | {'data': value}, FACTS)
        assert '<script' not in printed
        assert printed.count('<') == len(re.findall(r'</?[pPatTbBdDa]+[^<>]*>', printed))


@given(st.text())
def test_whatever_stands_in_the_data_never_becomes_markup(text: str) -> None:
    assert '<' not in fill('{{ a }}', {'a': text})


def test_the_halls_own_forms_pass_the_check_and_cover_every_document() -> None:
    files = {f'notices/{path.name}': path.read_bytes() for path in NOTICES.glob('*.html') if path.stem != 'frame'}
    assert notice_problems(Bundle(files, 'x')) == []
    assert {path.removeprefix('notices/').removesuffix('.html') for path in files} == set(DOCUMENT)


def test_a_form_that_is_not_text_is_named() -> None:
    (problem,) = notice_problems(Bundle({'notices/receipt.html': b'\xff'}, 'x'))
    assert problem[0] == 'notices/receipt.html'
