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
    'json_input': 'the input is a date, which the JSON line cannot carry to feelin',
}


class Feelin:
    """A running feelin. Use as a context manager."""

    def __enter__(self) -> Self:
        assert NODE is not None
        self._process = subprocess.Popen(
            [NODE, 'feel.mjs'], cwd=FOLDER, env={**os.environ, 'TZ': 'UTC'}, text=True, encoding='utf-8',
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
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
