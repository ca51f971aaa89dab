"""FEEL, the expression language of DMN: conditions, limits, assignees, form rules, decision tables and script tasks.

Only the standard library and RE2 are used; nothing is ever handed to Python's `eval`. An expression is compiled once and
evaluated often, within fixed bounds, without reading any clock. The language is described in
`docs/reference/expressions.md`.
"""

from engine.feel import builtins as _builtins  # noqa: F401 - registers the built-in functions
from engine.feel.assignments import AssignmentLine, compile_assignments, execute
from engine.feel.diagram_text import compile_diagram_text
from engine.feel.errors import FeelBudgetError, FeelError, FeelFunctionError, FeelSyntaxError, FeelWarning
from engine.feel.expression import Evaluation, Expression, compile_expression
from engine.feel.lexer import MAX_SOURCE
from engine.feel.registry import BUILTINS
from engine.feel.runtime import DEFAULT_LIMITS, Budget
from engine.feel.temporal import Months
from engine.feel.unary import UnaryTests, compile_unary_tests, evaluate_unary
from engine.feel.values import Range, from_plain, to_plain, to_text

BUILTIN_NAMES = frozenset(BUILTINS) | {'is defined'}
"""The names of all built-in functions."""

__all__ = [
    'BUILTIN_NAMES',
    'DEFAULT_LIMITS',
    'MAX_SOURCE',
    'AssignmentLine',
    'Budget',
    'Evaluation',
    'Expression',
    'FeelBudgetError',
    'FeelError',
    'FeelFunctionError',
    'FeelSyntaxError',
    'FeelWarning',
    'Months',
    'Range',
    'UnaryTests',
    'compile_assignments',
    'compile_diagram_text',
    'compile_expression',
    'compile_unary_tests',
    'evaluate_unary',
    'execute',
    'from_plain',
    'to_plain',
    'to_text',
]
