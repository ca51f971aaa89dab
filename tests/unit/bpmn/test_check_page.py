"""The reference pages say what the program does."""

import re
from pathlib import Path

from unit.bpmn.building import check

from engine.bpmn import read_diagram
from engine.bpmn.check.reference import page
from engine.bpmn.dialect import ANSWERS, EXPIRY, MILESTONES, PROPERTIES
from engine.bpmn.problem import RULES
from engine.worktime import STOP_KINDS
from tasks.catalogue.item import DISCLOSED, PROFILES
from tasks.catalogue.item_toml import parse_item

DOCS = Path(__file__).resolve().parents[3] / 'docs' / 'reference'


def fenced(text: str, kind: str) -> list[str]:
    return re.findall(rf'```{kind}\n(.*?)```', text, re.S)


def test_the_page_of_rules_is_printed_from_the_rules():
    assert (DOCS / 'check.md').read_text(encoding='utf-8') == page()
    assert all(f'### {code} (' in page() for code in RULES)


def test_the_example_diagram_of_the_dialect_deploys():
    text = (DOCS / 'diagram.md').read_text(encoding='utf-8')
    (example,) = fenced(text, 'xml')
    assert [problem for problem in check(example.encode()) if problem.is_error] == []
    assert read_diagram(example.encode()).main.id == 'example'


def test_the_dialect_page_names_every_property_and_value():
    text = (DOCS / 'diagram.md').read_text(encoding='utf-8')
    for word in (*PROPERTIES, *ANSWERS, *MILESTONES, *EXPIRY, *STOP_KINDS):
        assert f'`{word}`' in text, word


def test_the_example_item_is_valid_and_the_profiles_are_named():
    text = (DOCS / 'item-toml.md').read_text(encoding='utf-8')
    (example,) = fenced(text, 'toml')
    assert parse_item(example).code == 'example-licence'
    for word in (*PROFILES, *DISCLOSED):
        assert f'`{word}`' in text, word
