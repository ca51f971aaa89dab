"""The drawing shows where the case is and what it went through, is safe to put into a page, and says what it leaves out."""

import re

import pytest
from lxml import etree
from unit.bpmn.building import boundary, diagram, flows, node, timer, user

from engine.bpmn import draw, read_diagram
from engine.bpmn.draw_text import width, wrap

SUB = node('subProcess', 'sub', node('startEvent', 'is') + user('inner') + node('endEvent', 'ie') + flows('is>inner>ie'), name='子流程')
BODY = user('u', name='现场核查') + boundary('t', 'u', timer('3个工作日')) + SUB + node('endEvent', 'end2')
SOURCE = diagram(BODY, 'start>u>sub>end, t>end2')


def shape(element: str, x: int, y: int, *size: int, more: str = '') -> str:
    w, h = size or (100, 80)
    return f'<di:BPMNShape bpmnElement="{element}" {more}><dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}"/></di:BPMNShape>'


def edge(flow: str, *points: tuple[int, int]) -> str:
    return f'<di:BPMNEdge bpmnElement="{flow}">' + ''.join(f'<d:waypoint x="{x}" y="{y}"/>' for x, y in points) + '</di:BPMNEdge>'


def drawn(shapes: str) -> bytes:
    head = (
        '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
        'xmlns:d="http://www.omg.org/spec/DD/20100524/DI"><di:BPMNPlane>'
    )
    return SOURCE.replace(b'</bpmn:definitions>', f'{head}{shapes}</di:BPMNPlane></di:BPMNDiagram></bpmn:definitions>'.encode())


DRAWN = drawn(
    shape('start', 0, 22, 36, 36)
    + shape('u', 100, 0)
    + shape('t', 180, 62, 36, 36)
    + shape('sub', 300, 0, more='isExpanded="false"')
    + shape('end', 500, 22, 36, 36)
    + edge('start_u', (36, 40), (100, 40))
    + edge('u_sub', (200, 40), (300, 40))
)


def classes(svg: str, element: str) -> list[str]:
    root = etree.fromstring(svg.encode())
    return root.xpath(f'//*[@data-element="{element}"]/@class')[0].split()


def test_token_road_and_lateness_are_marked():
    svg = draw(read_diagram(DRAWN), here=['u'], road=['start', 'start_u'], late=['u'])
    assert {'here', 'late', 'userTask'} <= set(classes(svg, 'u'))
    assert 'road' in classes(svg, 'start')
    assert 'road' in classes(svg, 'start_u')
    assert 'road' not in classes(svg, 'u_sub')
    assert 'class="token late"' in svg


def test_a_token_inside_a_closed_subprocess_marks_the_subprocess():
    svg = draw(read_diagram(DRAWN), here=['inner'])
    assert 'here' in classes(svg, 'sub')
    assert 'data-element="inner"' not in svg


def test_what_has_no_shape_is_named():
    assert '图中未画出：end2' in draw(read_diagram(DRAWN))


def test_problems_are_titles_and_everything_is_escaped():
    svg = draw(read_diagram(DRAWN.replace('现场核查'.encode(), b'&lt;script&gt;x&lt;/script&gt;')), problems={'u': '<b>"坏"</b>'})
    root = etree.fromstring(svg.encode())
    assert 'wrong' in classes(svg, 'u')
    assert not list(root.iter('{http://www.w3.org/2000/svg}script'))
    assert '<b>' not in svg
    assert root.xpath('//*[@data-element="u"]/*[local-name()="title"]/text()') == ['<script>x</script>：<b>"坏"</b>']


@pytest.mark.parametrize('source', [SOURCE, DRAWN])
def test_no_style_and_no_script(source: bytes):
    svg = draw(read_diagram(source), here=['u'])
    assert not re.search(r'\sstyle=|<script|\son\w+=|<style|href=', svg)


def test_a_diagram_without_drawing_gets_a_plain_one():
    svg = draw(read_diagram(SOURCE), here=['t'])
    assert {'start', 'u', 't', 'sub', 'end', 'end2'} <= set(re.findall(r'data-element="([^"]+)"', svg))
    assert 'here' in classes(svg, 't')


def test_chinese_is_wrapped_to_the_shape_and_no_line_begins_with_a_comma():
    lines = wrap('食品经营许可申请材料的现场核查，由两名以上工作人员进行', 88)
    assert all(width(line) <= 88 + 12 for line in lines)
    assert not any(line[0] in '，。' for line in lines)
    assert wrap('a' * 400, 60, most=3)[-1].endswith('…')
