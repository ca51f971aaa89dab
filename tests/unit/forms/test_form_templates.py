"""Templates and Markdown of labels and texts: filled from data, and harmless whatever the data says."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.markdown import escape_value, to_html
from engine.forms.templating import render, template_problem


@pytest.mark.parametrize(
    ('template', 'data', 'text'),
    [
        ('没有模板', {}, '没有模板'),
        ('您好 {{name}}！', {'name': '张三'}, '您好 张三！'),
        ('{{missing}}', {}, ''),
        ('{{=1 + 1}}', {}, '2'),
        ('="共 " + string(n) + " 件"', {'n': 3}, '共 3 件'),
        ('{{#if n > 2}}多{{/if}}{{#if n < 2}}少{{/if}}', {'n': 3}, '多'),
        ('{{#if list}}有{{/if}}', {'list': []}, '有'),
        ('{{#loop items}}{{name}};{{/loop}}', {'items': [{'name': 'a'}, {'name': 'b'}]}, 'a;b;'),
        ('{{#loop items}}{{this}}{{parent.unit}} {{/loop}}', {'items': [1, 2], 'unit': '件'}, '1件 2件 '),
        ('{{#loop items}}\n- {{this}}\n{{/loop}}\nend', {'items': [1, 2]}, '- 1\n- 2\nend'),
        ('{{#loop nothing}}x{{/loop}}', {}, ''),
        ('{{#loop one}}{{this}}{{/loop}}', {'one': 5}, '5'),
        ('{{}}', {}, ''),
        ('{{ {a: 1}.a }}', {}, '1'),
    ],
)
def test_templates(template: str, data: dict[str, Any], text: str) -> None:
    assert render(template, data) == text


@pytest.mark.parametrize('template', ['{{#if x}}', '{{/if}}', '{{#loop x}}{{/if}}', '{{1 +}}', '{{#each x}}{{/each}}', '=1 +'])
def test_templates_that_are_none(template: str) -> None:
    assert template_problem(template)


@pytest.mark.parametrize(
    ('text', 'html'),
    [
        ('# 标题', '<h3>标题</h3>'),
        ('a\nb', '<p>a<br>b</p>'),
        ('**粗** *斜* ~~删~~ `<b>`', '<p><strong>粗</strong> <em>斜</em> <del>删</del> <code>&lt;b&gt;</code></p>'),
        ('- 一\n- 二', '<ul><li>一</li><li>二</li></ul>'),
        ('3. 三\n4. 四', '<ol start="3"><li>三</li><li>四</li></ol>'),
        ('> 引', '<blockquote><p>引</p></blockquote>'),
        ('---', '<hr>'),
        ('[文](https://a.cn/?a=1&b=2)', '<p><a href="https://a.cn/?a=1&amp;b=2" rel="noopener noreferrer nofollow">文</a></p>'),
        ('[本站](/help)', '<p><a href="/help">本站</a></p>'),
        ('[x](javascript:alert(1))', '<p>[x](javascript:alert(1))</p>'),
        ('[x](javascript:x)', '<p>[x](javascript:x)</p>'),
        ('[x](//evil.cn)', '<p>[x](//evil.cn)</p>'),
        ('&lt;b&gt;', '<p>&amp;lt;b&amp;gt;</p>'),
        ('# 一\n### 三\n###### 六', '<h3>一</h3><h5>三</h5><h6>六</h6>'),
        ('```js\n<b>\n```', '<pre><code>&lt;b&gt;</code></pre>'),
        ('- 一\n  - 二', '<ul><li>一<ul><li>二</li></ul></li></ul>'),
        ('<img src=x onerror=1>', '<p>&lt;img src=x onerror=1&gt;</p>'),
        ('![图](https://a.cn/x.png)', '<p>[图]</p>'),
        ('|a|b|\n|-|-|\n|1|2|', '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>'),
        ('snake_case_name', '<p>snake_case_name</p>'),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert re.sub(r'\s*\n\s*', '', to_html(text)) == html


@given(st.text(alphabet='<>"\'&[]()*_`~#->|\\!=+.:/1a \n', max_size=40))
def test_no_data_is_obeyed(value: str) -> None:
    """H-49: whatever stands in data is shown: in one paragraph after the label there is nothing but text."""
    line = ' '.join(value.split())
    html = to_html('值：' + escape_value(line))
    assert unescape(html.removeprefix('<p>').removesuffix('</p>')) == f'值：{line}'.strip()


def test_data_cannot_write_markdown_or_html() -> None:
    name = '[点我](https://evil.cn) **x** <script>alert(1)</script>'
    html = to_html(render('您好 {{name}}', {'name': name}, escape_value))
    assert '<a' not in html
    assert '<strong' not in html
    assert '<script' not in html
    assert '点我' in html


@given(st.text(alphabet='<>"\'&[]()*_`~#->|\\!abc:/ \n\ue000\ue0010', max_size=80))
def test_markdown_never_makes_foreign_markup(text: str) -> None:
    tags = r'</?(?:p|br|strong|em|del|code|pre|h[3-6]|ul|ol|li|blockquote|hr|table|thead|tbody|tr|th|td)(?: start="\d+")?>'
    allowed = tags + r'|<a href="[^"<>]*"(?: rel="[a-z ]+")?>|</a>'
    rest = re.sub(allowed, '', to_html(text))
    assert '<' not in rest
    assert '>' not in rest
    assert 'javascript:' not in to_html(text) or 'href="javascript' not in to_html(text)
