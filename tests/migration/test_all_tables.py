"""No table is forgotten where the whole schema is meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_all_tables_are_known_to_whoever_asks_for_all() -> None:
    """Loading every module of the program adds no table to those of `tasks.all_tables`."""
    script = (
        'import pkgutil, importlib\n'
        'from tasks.all_tables import metadata\n'
        'before = set(metadata.tables)\n'
        'for floor in ("engine", "tasks"):\n'
        '    for found in pkgutil.walk_packages([floor], floor + "."):\n'
        '        importlib.import_module(found.name)\n'
        'print(sorted(set(metadata.tables) - before))\n'
    )
    done = subprocess.run([sys.executable, '-c', script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == '[]'
