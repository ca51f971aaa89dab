"""feelin in a node process that stays, answering one line at a time; and where we differ from it on purpose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parent
NODE = shutil.which('node')
READY = NODE is not None and (FOLDER / 'node_modules' / '@bpmn-io' / 'feelin').is_dir()

DIFFERENCES = {
    'exponents': 'feelin reads 1e3 as 1; a number with an exponent is that number',
    'spaced_minus': 'feelin gives NaN for "- 5"; FEEL has no NaN',
    'kinds': 'values of different kinds cannot be compared: null (DMN 1.3, table 42); feelin says false for some',
    'list_lengths': 'lists of different lengths are not equal; feelin compares a list of one as its only item',
    'negative_position': 'a negative position counts from the end (DMN 1.3, table 75); feelin takes it as zero',
    'calendar': 'a month 13 does not exist: null; feelin rolls over into the next year',
    'duration_text': '-P1D is the text that reads back, and P alone is no duration; luxon writes P-1D and reads P',
    'midnight': 'a date and time at midnight UTC stays a date and time; feelin cannot tell it from a date',
    'whole_months': 'a years and months duration counts whole months; feelin keeps the rest down to milliseconds',
    'range_functions': 'feelin has not implemented these functions of DMN 1.3, table 78',
    'instance_of': 'feelin hands "instance of" to JavaScript, which does not know the types of FEEL',
    'backticks': 'names in backticks are a dialect that feelin has switched off by default',
    'juel_in_feel': 'feelin takes == for = followed by a test; in FEEL it is a mistake (templates read it)',
    'external': 'functions that are defined outside FEEL are refused; feelin takes their body for a context',
    'key_text': 'string() writes Chinese keys as names; feelin quotes whatever is not ASCII',
    'null_items': 'a filter keeps the items its condition is true of, also when the item itself is null',
    'unary_condition': 'a test that mentions ? stands for itself; feelin compares its result with the input',
    'decimals': 'numbers are decimals of 34 digits, 0.1 + 0.2 is 0.3; feelin calculates with binary floats',
    'truthiness': 'a condition holds only if it is true (DMN 1.3, table 54); feelin takes anything but false and null',
    'unknown_quantified': 'some and every are chains of or and and, so null may stay null; feelin takes null for false',
    'reversed_ranges': 'nothing lies in a range whose ends are reversed; feelin turns it round',
    'open_ends': 'an interval with a null end is null, so a missing limit never lets everything pass; feelin opens it',
    'durations': 'durations can be scaled, negated, summed, and their parts are normalised (DMN 1.3, tables 45 and 53)',
    'numeric_order': 'the median sorts by number; feelin sorts by text',
    'positions': 'a position outside the text or list gives null; feelin makes do with what it finds',
    'comparable_lists': 'min, max and sort take whatever can be compared; feelin only numbers, and sort needs a function',
    'date_loops': 'loops run over dates (DMN 1.4); feelin cannot',
    'range_text': 'string() writes ranges; feelin writes a placeholder',
    'item_conditions': 'any condition of a filter is asked of each item; feelin recognises only some',
    'deep_equality': 'list contains, index of and the like compare by value; feelin by identity',
    'date_plus_hours': 'a date and a duration make a date; feelin makes a date and time',
    'time_offset': 'times have the properties time offset and timezone (DMN 1.3, table 66); in feelin they are missing',
    'hidden_functions': 'a variable that is no function does not hide the function of its name; in feelin it does',
    'camunda_functions': 'trim, is blank, is empty, get or else, partition and so on are Camunda 8 additions',
    'json_input': 'the input is a date, which the JSON line cannot carry to feelin',
}


class Feelin:
    """A running feelin. Use as a context manager."""

    def __enter__(self) -> Self:
        assert NODE is not None
        self._process = subprocess.Popen(
            [NODE, 'feel.mjs'],
            cwd=FOLDER,
            env={**os.environ, 'TZ': 'UTC'},
            text=True,
            encoding='utf-8',
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=120)
        self._process.stdout.close()

    def value(self, case: dict[str, Any]) -> Any:
        """What feelin says of a case of the corpus, encoded like ours."""
        line: dict[str, Any] = {'id': 0, 'context': dict(case['context'])}
        if case['kind'] == 'unary':
            line |= {'unary': case['text'], 'context': {**case['context'], '?': case['input']}}
        else:
            line['expression'] = case['text']
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(line) + '\n')
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if 'error' in answer:
            return {'$': answer['error'], **({} if answer['error'] == 'syntax' else {'message': answer['message']})}
        return answer['value']
