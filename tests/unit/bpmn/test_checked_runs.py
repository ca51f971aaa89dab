"""What the check lets through can be built and run: the two never disagree about what is supported."""

from __future__ import annotations

import re

import pytest
from unit.bpmn.building import check
from unit.bpmn.rule_cases import CASES, Case
from unit.bpmn.rule_cases_item import ITEM_CASES

from engine.bpmn import build_program
from engine.core.bundle import Bundle


@pytest.mark.parametrize('case', CASES + ITEM_CASES, ids=lambda case: case.code)
def test_a_deployable_bundle_builds(case: Case):
    for source, files in ((case.good, case.files if case.good_files is None else case.good_files), (case.bad, case.files)):
        if not any(problem.is_error for problem in check(source, **files)):
            named = {re.sub(r'_(toml|form|html|bpmn|dmn)$', r'.\1', name): content for name, content in files.items()}
            contents = {name: content if isinstance(content, bytes) else content.encode() for name, content in named.items()}
            assert build_program(Bundle({'process.bpmn': source, **contents})).diagram is not None
