"""O-40, O-42: what WCAG 2.1 AA asks of colours, headings, landmarks and labels, and what paper asks of a page."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / 'web' / 'static' / 'yizhan.css').read_text(encoding='utf-8')
VARIABLES = dict(re.findall(r'(--[a-z-]+): (#[0-9a-f]{3,6})', CSS))
AA = 4.5
PAGES = {
    '': ['/', '/items', '/items/food-business-licence', '/progress', '/login'],
    'chuangkou': ['/desk', '/receive', '/receive/food-business-licence', '/cases', '/profile', '/marks'],
    'jiancha': ['/supervision', '/supervision?kind=stopped', '/operation/log', '/calendar'],
    'renshi': ['/staff', '/staff/clerks/shenhe'],
    'shenji': ['/operation/countersign', '/operation/looks'],
    'guanli': ['/operation', '/operation/timers', '/definitions', '/releases', '/workshop/'],
}
ALL = [(who, path) for who, paths in PAGES.items() for path in paths]


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    text = colour.lstrip('#')
    text = ''.join(sign * 2 for sign in text) if len(text) == 3 else text
    parts = [int(text[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def colour_of(value: str) -> str | None:
    found = re.match(r'(?:var\((--[a-z-]+)\)|(#[0-9a-f]{6}\b|#[0-9a-f]{3}\b))', value.strip())
    return (VARIABLES.get(found[1]) if found[1] else found[2]) if found else None


def painted() -> list[tuple[str, str, str]]:
    """Every rule that sets a text colour and a background: selector, the two colours."""
    found = []
    for selector, body in re.findall(r'([^{}]+)\{([^{}]*)\}', re.sub(r'/\*.*?\*/', '', CSS, flags=re.S)):
        told = dict(re.findall(r'(?<![a-z-])(color|background): ([^;]+)', body))
        colours = [colour_of(told.get(name, '')) for name in ('color', 'background')]
        if colours[0] and colours[1]:
            found.append((selector.strip(), colours[0], colours[1]))
    return found


def test_text_can_be_read_on_every_colour() -> None:
    """O-40: chips, notices, table heads, buttons: 4.5 : 1."""
    rules = painted()
    assert {'.chip--amber', '.chip--green', '.chip--plain', '.chip--yellow', '.is-warn', '.demo-strip'} <= {rule[0] for rule in rules}
    assert [(rule[0], round(contrast(*rule[1:]), 2)) for rule in rules if contrast(*rule[1:]) < AA] == []


@pytest.mark.parametrize('name', ['--blue', '--red', '--amber', '--green', '--grey', '--ink'])
def test_colours_of_text_can_be_read_on_paper(name: str) -> None:
    """O-40: on white and on the ground of the page."""
    assert min(contrast(VARIABLES[name], ground) for ground in (VARIABLES['--paper'], VARIABLES['--ground'])) >= AA


@pytest.mark.parametrize(('who', 'path'), ALL)
def test_every_page_has_one_heading_its_landmarks_and_labels(visitor, who: str, path: str) -> None:
    """O-40"""
    tree = visitor(who or None).get(path).tree
    assert (len(tree.xpath('//h1')), len(tree.xpath('//main')), len(tree.xpath('//header[@class="banner"]//nav'))) == (1, 1, 1)
    levels = [int(node.tag[1]) for node in tree.xpath('//main//*[self::h1 or self::h2 or self::h3 or self::h4]')]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels
    assert not tree.xpath('//body/div[normalize-space()]'), 'text outside a landmark'
    for field in tree.xpath('//main//input[not(@type="hidden")] | //main//select | //main//textarea'):
        named = field.get('aria-label') or tree.xpath('//label[@for=$id]', id=field.get('id') or '') or field.xpath('ancestor::label')
        assert named, field.attrib
    for table in tree.xpath('//main//table'):
        assert table.xpath('.//th'), 'a table without heads'


@pytest.mark.parametrize(
    ('who', 'path'), [('jiancha', '/supervision'), ('jiancha', '/supervision?kind=stopped'), ('chuangkou', '/cases'), ('', '/items')]
)
def test_a_list_prints_on_its_sheet_with_a_head(visitor, who: str, path: str) -> None:
    """O-42: the hall and the hour stand above, the total below, the heads of the table on each sheet."""
    tree = visitor(who or None).get(path).tree
    assert tree.xpath('//*[@class="list-sheet"]')
    assert '清江县政务服务中心' in tree.xpath('//*[@class="print-head"]')[0].text_content()


def test_a_list_and_its_head_are_on_one_sheet_and_nothing_to_press_is_printed() -> None:
    """O-42: a head outside the sheet of the list is a page of its own; words must not be white where paper has no ground."""
    printed = CSS[CSS.index('@media print') :]
    assert re.search(r'main:has\(\.list-sheet\) \{ page: list; \}', printed)
    assert not re.search(r'(?<!\()\.list-sheet \{ page', printed)
    hidden = next(selectors for selectors in re.findall(r'([^{}]+)\{ display: none !important; \}', printed) if '.menu' in selectors)
    assert {'.menu', '.banner', '.button', 'button', '.demo-strip', 'dialog'} <= {one.strip() for one in hidden.split(',')}
    assert re.search(r'\.chip \{ background: none; color: #000;', printed)


def test_documents_have_the_margins_of_the_standard_and_certificates_none() -> None:
    """O-42: GB/T 9704: 37 mm above, 28 mm left, a text of 156 × 225 mm on A4; a certificate leaves browsers no place for their marks."""
    above, right, below, left = map(int, re.findall(r'@page official \{[^}]*margin: (\d+)mm (\d+)mm (\d+)mm (\d+)mm', CSS)[0])
    assert (above, left) == (37, 28)
    assert (210 - left - right, 297 - above - below) == (156, 225)
    assert re.search(r'@page certificate \{[^}]*margin: 0;', CSS)
    assert re.search(r'\.document \{ page: official;', CSS)
    assert re.search(r'\.document-licence \{ page: certificate;', CSS)


def test_a_document_is_printed_without_the_head_of_a_list(visitor) -> None:
    """O-42"""
    clerk = visitor('chuangkou')
    slip = clerk.get(f'/receive/slips/{clerk.receive()}')
    document = clerk.get(slip.tree.xpath('//a[contains(@href, "/documents/")]/@href')[0])
    for page in (slip, document):
        assert not page.tree.xpath('//*[@class="print-head"]')
