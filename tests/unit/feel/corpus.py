"""The corpus of expressions with their values, shared by the tests with and without node."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from engine.feel import FeelSyntaxError, Months, Range, compile_expression, compile_unary_tests, to_plain, to_text
from engine.feel.values import Function, Test

CASES: list[dict[str, Any]] = [
    {'kind': group['kind'], 'context': group['context'], **case}
    for group in json.loads((Path(__file__).parent / 'corpus.json').read_text(encoding='utf-8'))
    for case in group['cases']
]


def encode(value: Any) -> Any:
    """A FEEL value as JSON that keeps kinds apart: {"$": kind, …} for what JSON does not have."""
    if isinstance(value, Function | Test):
        return {'$': 'function'}
    if isinstance(value, Range):
        return {
            '$': 'range',
            'start': encode(value.start),
            'end': encode(value.end),
            'included': [value.start_included, value.end_included],
        }
    if isinstance(value, timedelta | Months):
        return {'$': 'duration', 'text': to_text(value)}
    if isinstance(value, date | time):
        return {'$': 'date', 'text': to_text(value)}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {key: encode(entry) for key, entry in value.items()}
    return to_plain(value)


def ours(case: dict[str, Any]) -> Any:
    """What our evaluator says of a case, encoded."""
    try:
        if case['kind'] == 'unary':
            given = case['input']
            if isinstance(given, dict) and '$date' in given:
                given = date.fromisoformat(given['$date'])
            return encode(compile_unary_tests(case['text']).matches(given, case['context']))
        return encode(compile_expression(case['text']).evaluate(case['context']))
    except FeelSyntaxError:
        return {'$': 'syntax'}


def same(left: Any, right: Any) -> bool:
    """Are two encoded values the same, numbers up to the precision of floats?"""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)
