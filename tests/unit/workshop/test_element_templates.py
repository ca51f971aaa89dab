"""The element templates, the browser's own fields and the engine speak of the same values."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from engine import Bundle
from engine.bpmn import check_bundle
from engine.worktime import STOP_KINDS

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES: list[dict[str, Any]] = json.loads((ROOT / '.camunda/element-templates/yizhan.json').read_text('utf-8'))
CHOICES: dict[str, list[list[str]]] = json.loads((ROOT / 'web/designer/src/dialect.json').read_text('utf-8'))
BLANK = ROOT / 'web/templates/designer/fresh/item'


def values_of(name: str) -> set[str]:
    """Every value the templates can give a property."""
    found = set()
    for template in TEMPLATES:
        for field in template['properties']:
            if field['binding']['name'] == name:
                found |= {choice['value'] for choice in field.get('choices', [])}
                found |= {field['value']} if field['type'] == 'Hidden' else set()
    return found


def problems(diagram: str) -> set[tuple[str, str | None]]:
    files = {path.name: path.read_bytes() for path in BLANK.iterdir()}
    found = check_bundle(Bundle({**files, 'process.bpmn': diagram.encode()}))
    return {(problem.code, problem.element) for problem in found if problem.is_error}


def test_ids_are_unique_and_every_template_has_a_chinese_name_and_description() -> None:
    assert len({template['id'] for template in TEMPLATES}) == len(TEMPLATES)
    for template in TEMPLATES:
        assert any('一' <= sign <= '鿿' for sign in template['name'] + template['description'])


@pytest.mark.node
def test_the_modelers_own_validator_accepts_every_template() -> None:
    validator = ROOT / 'web/designer/node_modules/@bpmn-io/element-templates-validator/dist/index.js'
    if shutil.which('node') is None or not validator.is_file():
        pytest.skip('needs node and `make assets`')
    script = f"""
      const library = await import({json.dumps(str(validator))});
      const validate = (library.default || library).validate;
      const refused = JSON.parse(process.argv[1]).filter((template) => !validate(template).valid);
      console.log(JSON.stringify(refused.map((template) => template.id)));
    """
    ran = subprocess.run(
        ['node', '--input-type=module', '-e', script, json.dumps(TEMPLATES)], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout) == []


def test_templates_and_panel_offer_the_same_values() -> None:
    for name in ('stop_kind', 'on_expiry', 'result', 'milestone'):
        assert values_of(name) == {value for value, *_names in CHOICES[name]}, name


def test_the_check_accepts_every_value_offered_and_refuses_others() -> None:
    blank = (BLANK / 'process.bpmn').read_text('utf-8')
    assert problems(blank) == set()
    places = (('on_expiry', 'decide_expired', 'escalate'), ('milestone', 'received', 'received'), ('result', 'end_granted', 'granted'))
    for name, element, present in places:
        for value, *_names in CHOICES[name]:
            changed = blank.replace(f'name="{name}" value="{present}"', f'name="{name}" value="{value}"', 1)
            assert ('PROPERTY_VALUE', element) not in problems(changed), (name, value)
    wrong = blank.replace('name="on_expiry" value="escalate"', 'name="on_expiry" value="silence"')
    assert ('PROPERTY_VALUE', 'decide_expired') in problems(wrong)


def test_every_kind_of_stop_the_law_names_is_offered_and_no_other() -> None:
    assert {value for value, *_names in CHOICES['stop_kind']} == set(STOP_KINDS)
