"""P-15, issue of speed: the command line loads what a command needs and nothing more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.words import Word

ROOT = Path(__file__).parents[2]
HEAVY = (
    'flask',
    'sqlalchemy',
    'SpiffWorkflow',
    'lxml',
    'alembic',
    'argon2',
    'babel',
    'waitress',
    'apscheduler',
    'structlog',
    'rich',
    'jinja2',
)
LIGHT = {'tasks', 'tasks.cases', 'tasks.cases.file_kinds'}  # names and numbers only; the settings need them
SCRIPT = """
import json, sys
from web.cli import cli
cli.main(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.mark.parametrize(
    'words',
    [['--help'], ['due', '--help'], ['due', '--anchor', '2026-03-02', '--limit', '7个工作日', '--json']],
    ids=['help', 'due-help', 'due'],
)
def test_help_and_due_load_neither_pages_nor_database_nor_workflow(words: list[str]) -> None:
    made = subprocess.run([sys.executable, '-c', SCRIPT, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = json.loads(made.stderr.splitlines()[-1])
    assert [name for name in loaded if name.split('.')[0] in HEAVY and name not in LIGHT] == []
    assert {name for name in loaded if name.split('.')[0] == 'tasks'} <= LIGHT


def test_the_help_lists_every_command_with_the_first_sentence_of_its_own_help() -> None:
    from web.cli import COMMANDS, cli

    for name, listed in COMMANDS.items():
        command = cli.get_command(None, name)
        assert command is not None
        assert (command.name, command.get_short_help_str(1000)) == (name, listed.help)


@pytest.mark.parametrize('done', [[(1, 3), (2, 3), (3, 3)]])
def test_progress_counts_also_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, done: list[tuple[int, int]]
) -> None:
    """O-29: a step that takes minutes is not silent in a log."""
    from web.cli import options, speaking

    speaking.choose('zh')

    seconds = iter([0.0, 0.0, 6.0, 7.0, 8.0])
    monkeypatch.setattr(options, 'monotonic', lambda: next(seconds))

    def run(report) -> None:
        for one in done:
            report(*one)

    options.progress(Word('演示数据', 'Demo data'), run)
    assert capsys.readouterr().err.splitlines() == ['演示数据 1/3（6 秒）', '演示数据 3/3（8 秒）']
