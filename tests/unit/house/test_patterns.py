"""A-02: no pattern a bundle brings reaches Python's `re`, whose matching may take for ever; such patterns are matched by RE2."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from unit.house.test_rules_of_the_code import modules

from engine.feel.regex import PatternError, Regex

TAKES_A_PATTERN = {'compile', 'match', 'search', 'fullmatch', 'findall', 'finditer', 'sub', 'subn', 'split'}
OURS = {
    'engine/bpmn/dialect.py: self.shape',  # of the table of the dialect
    'engine/identity/formats.py: pattern',  # of the table of identity numbers
    "tasks/cases/masking.py: '|'.join(map(re.escape, longest_first))",
    "tasks/demo/copying.py: '|'.join((re.escape(text) for text in sorted(texts, key=len, reverse=True)))",
}
"""Patterns that are no constant where they are used: built from tables of the program, or from escaped text. Only ever gets shorter."""


def is_constant(node: ast.AST, constants: set[str]) -> bool:
    """Text of the program: literals, names of such texts in capitals, `re.escape(…)`, and what is made of these."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.JoinedStr):
        return all(is_constant(part.value if isinstance(part, ast.FormattedValue) else part, constants) for part in node.values)
    if isinstance(node, ast.Name):
        return node.id in constants
    if isinstance(node, ast.BinOp):
        return is_constant(node.left, constants) and is_constant(node.right, constants)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        joins = node.func.attr in {'format', 'join'} and is_constant(node.func.value, constants)
        return ast.unparse(node.func) == 're.escape' or (joins and all(is_constant(each, constants) for each in node.args))
    return False


def foreign() -> Iterator[str]:
    """Every use of `re` whose pattern is not text of the program, as file and pattern."""
    for path, _, tree in modules():
        constants = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and target.id.lstrip('_').isupper()
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == 're':
                if node.func.attr in TAKES_A_PATTERN and not is_constant(node.args[0], constants):
                    yield f'{path}: {ast.unparse(node.args[0])}'


def test_python_matches_patterns_of_the_program_only() -> None:
    """A-02."""
    assert set(foreign()) <= OURS


def test_re2_is_asked_in_one_place() -> None:
    """A-02: with the same spelling and the same refusals for expressions, forms and checks."""
    assert [path for path, text, _ in modules() if 'import re2' in text] == ['engine/feel/regex.py']


@pytest.mark.parametrize('pattern', ['(?=.)(a|a)*b', r'(a)\1', '(?<!x)y', '(?!a)b', r'(?P<n>a)\k<n>'])
def test_what_takes_more_than_linear_time_is_refused_by_name(pattern: str) -> None:
    """A-02: `(?=.)(a|a)*b` once passed the check and held the hall for a minute."""
    with pytest.raises(PatternError) as caught:
        Regex(pattern)
    assert caught.value.zh
