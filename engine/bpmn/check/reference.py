"""The reference page of the rules, printed from the registry the check itself speaks from: `python -m engine.bpmn.check.reference`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from engine.bpmn import check  # enters every rule into the registry
from engine.bpmn.problem import RULES, Rule
from engine.bpmn.rulebook import behaviour, decisions, office, steps, structure, xml

_CHAPTERS = (
    ('Files', xml),
    ('Processes, nodes and flows', structure),
    ('Events, tasks, loops and expressions', steps),
    ('Decision tables', decisions),
    ('Windows, forms, clocks and the item', office),
    ('Behaviour', behaviour),
)
_HEAD = f"""# What the check says

Printed from the rules themselves by `python -m engine.bpmn.check.reference > docs/reference/check.md`; a test compares.
Deployment runs the check first and reports **all** problems: code, severity, element, line, and a sentence in Chinese and English.
An error keeps the bundle from being deployed, a warning does not. `yizhan check PATH` prints the same without a server.
A lone `.bpmn` file is judged without the rules that need an item; a process has at most {check.MOST_ELEMENTS} nodes.
"""


def page() -> str:
    """The whole page as Markdown."""
    return _HEAD + ''.join(part for title, module in _CHAPTERS for part in _chapter(title, vars(module)))


def _chapter(title: str, names: dict[str, object]) -> Iterator[str]:
    yield f'\n## {title}\n'
    for found in names.values():
        if isinstance(found, Rule) and RULES.get(found.code) is found:
            yield f'\n### {found.code} ({found.severity})\n\n> {found.zh}\n>\n> {found.en}\n\n{found.about}\n'


if __name__ == '__main__':
    sys.stdout.write(page())
