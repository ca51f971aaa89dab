"""Printed forms: text goes in escaped, lists repeat, and a bundle's own forms cannot bring scripts or unknown facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.documents import FACTS, NOTICES, notice_problems
from tasks.stationery import TemplateError, fill, template_problems
from tasks.words import DOCUMENT


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


@pytest.mark.parametrize('template', [
    '<script>1</script>', '<img src=x>', '<p style="x">a</p>', '<a href="javascript:1">a</a>', '<!DOCTYPE html>', '<?php ?>',
    '<p onclick=1>', '<iframe>', '<svg/onload=1>', '{{ typo }}', '{{#typo}}{{/typo}}',
])  # fmt: skip
def test_what_a_bundles_form_may_not_have(template: str) -> None:
    assert template_problems(template, FACTS)


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
