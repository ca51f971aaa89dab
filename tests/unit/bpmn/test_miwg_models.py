"""The reference models of the BPMN interchange group: each deploys, or is refused with problems that say where; none breaks anything.

The models lie beside the repository and are not part of it; without them these tests are skipped.
"""

from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import check_bundle, draw
from engine.bpmn.read import examine
from engine.core.bundle import lone

FOLDER = Path(__file__).resolve().parents[4] / 'shared' / 'oracles' / 'miwg'
MODELS = sorted(FOLDER.glob('*.bpmn'))

pytestmark = pytest.mark.skipif(not MODELS, reason='the interchange models are not beside the repository')


@pytest.mark.parametrize('path', MODELS, ids=lambda path: path.name)
def test_every_model_is_judged_with_true_places(path: Path):
    source = path.read_bytes()
    lines = source.decode().split('\n')
    for problem in check_bundle(lone(source, path.name)):
        assert problem.line
        assert problem.message
        if problem.element is not None:
            tag = ''.join(lines[problem.line - 1 : problem.line + 12]).partition('>')[0]
            assert f'"{problem.element}"' in tag, problem
        elif problem.is_error:
            assert problem.code in {'PROCESS_MISSING', 'ID_MISSING'}


@pytest.mark.parametrize('path', MODELS, ids=lambda path: path.name)
def test_every_model_is_drawn_as_well_formed_svg(path: Path):
    diagram = examine(path.read_bytes()).diagram
    root = etree.fromstring(draw(diagram).encode())
    drawn = {node.get('data-element') for node in root.iter() if node.get('data-element')}
    assert {
        identity for identity, element in diagram.elements.items() if element.scope == element.process and identity in diagram.shapes
    } <= drawn
