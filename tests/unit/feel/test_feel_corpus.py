"""Every expression of the corpus has the value that DMN gives it."""

from __future__ import annotations

from typing import Any

import pytest
from unit.feel.corpus import CASES, ours, same


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(CASES) >= 800


@pytest.mark.parametrize('case', CASES, ids=[f'{index}: {case["text"]}' for index, case in enumerate(CASES)])
def test_value(case: dict[str, Any]) -> None:
    assert same(ours(case), case['value'])
