"""Two versions of an item: what changes the handling of a case, what only looks different, and the figures before and after (S-73)."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import boundary_timer, bundle, end, flow, start, user_task

from engine import Bundle, read_path
from engine.bpmn import draw
from tasks.catalogue.comparison.versions import VersionComparison, compare

SHIPPED = read_path(Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence')


def revised(path: str, *words: tuple[str, str]) -> Bundle:
    text = SHIPPED.files[path].decode()
    for old, new in words:
        assert old in text
        text = text.replace(old, new)
    return Bundle({**SHIPPED.files, path: text.encode()}, SHIPPED.name)


def told(found: VersionComparison) -> set[tuple[str, str, str, str]]:
    return {(change.kind, change.area, change.subject, change.aspect) for change in found.changes}


def test_a_version_equals_itself() -> None:
    found = compare(SHIPPED, SHIPPED)
    assert (found.changes, [figure.key for figure in found.figures if figure.changed], found.colours) == ((), [], {})


def test_names_documentation_and_drawing_are_cosmetic() -> None:
    moved = ('<dc:Bounds x="320" y="260"', '<dc:Bounds x="330" y="260"')
    found = compare(SHIPPED, revised('process.bpmn', ('name="资料审查"', 'name="书面审查"'), moved))
    assert found.semantic == ()
    assert {(change.area, change.aspect) for change in found.cosmetic} == {('step', 'name'), ('drawing', 'layout')}
    assert found.colours == {'document_review': 'touched'}


def test_limits_windows_conditions_and_properties_are_semantic() -> None:
    found = compare(
        SHIPPED,
        revised(
            'process.bpmn',
            ('3个工作日', '2个工作日'),
            ('camunda:candidateGroups="audit"', 'camunda:candidateGroups="approval"'),
            ('decision = "granted"', 'decision != "refused"'),
            ('name="signers" value="2"', 'name="signers" value="3"'),
        ),
    )
    assert told(found) == {
        ('changed', 'event', 'site_inspection_late', 'limit'),
        ('changed', 'step', 'audit', 'window'),
        ('changed', 'flow', 'flow_granted', 'condition'),
        ('changed', 'step', 'site_inspection', 'property.signers'),
    }
    assert found.cosmetic == ()
    assert set(found.colours.values()) == {'changed'}


def test_flows_whose_ids_a_modeler_changed_are_the_same_flows() -> None:
    found = compare(SHIPPED, revised('process.bpmn', ('flow_audited', 'Flow_0x1y'), ('flow_agreed', 'Flow_77')))
    assert found.semantic == ()


def test_an_added_step_and_its_flows_are_named_and_coloured() -> None:
    old = bundle(start() + user_task('a') + end() + flow('start', 'a') + flow('a', 'end'))
    limit = boundary_timer('late', 'b', '2个工作日', interrupting=False)
    flows = flow('start', 'a') + flow('a', 'b') + flow('b', 'end') + flow('late', 'e2')
    new = bundle(start() + user_task('a') + user_task('b') + limit + end('e2') + end() + flows)
    found = compare(old, new)
    assert {(change.kind, change.subject) for change in found.changes} == {
        ('added', 'b'),
        ('added', 'late'),
        ('added', 'e2'),
        ('added', 'a__b'),
        ('added', 'b__end'),
        ('added', 'late__e2'),
        ('removed', 'a__end'),
    }
    assert {key for key, kind in found.colours.items() if kind == 'added'} >= {'b', 'late', 'a__b'}
    figures = {figure.key: (figure.before, figure.after, figure.better) for figure in found.figures if figure.changed}
    assert figures == {'steps': ('1', '2', False), 'limit.late': ('', '2个工作日', None)}
    assert compare(new, old).colours['b'] == 'removed'


def test_limits_of_the_entry_are_told_in_days() -> None:
    words = ('promise = "7个工作日"', 'promise = "5个工作日"'), ('statutory = "10个工作日"', 'statutory = "15日"')
    found = compare(SHIPPED, revised('item.toml', *words))
    figures = {figure.key: (figure.before, figure.after, figure.delta, figure.better) for figure in found.figures if figure.changed}
    assert figures == {'promise': ('7个工作日', '5个工作日', -2, True), 'statutory': ('10个工作日', '15日', None, None)}
    assert {change.area for change in found.semantic} == {'limit'}


def test_materials_fees_windows_and_basis_are_compared_row_by_row() -> None:
    found = compare(
        SHIPPED,
        revised(
            'item.toml',
            ('name = "食品安全规章制度目录"\nrequired = true', 'name = "食品安全规章制度目录"\nrequired = false'),
            ('amount = "0"', 'amount = "80"'),
            ('authority = "decide"', 'authority = "review"'),
            ('article = "第四条"', 'article = "第五条"'),
        ),
    )
    assert {(change.area, change.kind) for change in found.changes} == {
        ('material', 'changed'),
        ('fee', 'changed'),
        ('window', 'changed'),
        ('basis', 'added'),
        ('basis', 'removed'),
    }
    assert {figure.key: figure.delta for figure in found.figures if figure.changed} == {'required': -1}


def test_fields_of_forms_are_compared_by_key() -> None:
    words = ('"required": true', '"required": false'), ('"label": "审核意见"', '"label": "意见"')
    found = compare(SHIPPED, revised('audit.form', *words))
    required = {(change.subject, change.semantic) for change in found.changes if change.aspect == 'required'}
    assert ('audit.form#audit_opinion', True) in required
    assert all(not change.semantic for change in found.changes if change.aspect == 'label')


def test_other_files_are_compared_whole() -> None:
    more = Bundle({**SHIPPED.files, 'notices/grant.html': b'<p>x</p>', 'fee.dmn': b'<definitions/>'}, 'x')
    assert told(compare(SHIPPED, more)) == {('added', 'notice', 'notices/grant.html', ''), ('added', 'decision', 'fee.dmn', '')}


@pytest.mark.parametrize(
    ('path', 'content'),
    [
        ('process.bpmn', b'<not xml'),
        ('process.bpmn', b'\xff\xfe'),
        ('item.toml', b'['),
        ('item.toml', b'limits = 3\nmaterials = 5\n[[fees]]\n'),
        ('audit.form', b'{'),
        ('audit.form', b'[]'),
    ],
)
def test_unfinished_bundles_are_compared_and_never_raise(path: str, content: bytes) -> None:
    broken = Bundle({**SHIPPED.files, path: content}, 'x')
    assert compare(SHIPPED, broken).changes
    assert compare(broken, SHIPPED).changes


def test_both_diagrams_show_the_colours() -> None:
    found = compare(SHIPPED, revised('process.bpmn', ('3个工作日', '2个工作日')))
    assert found.new is not None
    picture = draw(found.new, changes=found.colours)
    assert 'class="node boundaryEvent changed" data-element="site_inspection_late"' in picture
    assert 'changed' not in draw(found.new).replace('yz-arrow-changed', '')
