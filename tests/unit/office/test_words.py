"""The office's words: whatever the operator log is told has a Chinese name."""

from __future__ import annotations

import re
from pathlib import Path

from tasks.words.vocabulary import ACTION

ROOT = Path(__file__).resolve().parents[3]
NOTED = re.compile(r"""\bnote\(\s*tx,\s*(?:'([a-z_]+\.[a-z_]+)'|.* if .* else '([a-z_]+\.[a-z_]+)')""")


def test_every_action_of_the_log_has_a_chinese_name() -> None:
    found = {
        name
        for path in (*ROOT.glob('tasks/**/*.py'), *ROOT.glob('web/**/*.py'))
        for pair in NOTED.findall(path.read_text())
        for name in pair
        if name
    }
    assert len(found) > 30
    assert found - set(ACTION) == set()
