"""What the handbook names is there, and what is there is in the handbook: settings, metrics, queues, commands, pages."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from web import metrics
from web.cli import cli
from web.root import make_engine

ROOT = Path(__file__).parents[3]
DOCS = ROOT / 'docs'


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding='utf-8')


def test_every_setting_stands_in_the_one_table_of_settings() -> None:
    """An administrator looks up a setting in one place."""
    read = {
        name
        for room in ('engine', 'tasks', 'web')
        for path in (ROOT / room).rglob('*.py')
        for name in re.findall(r"'(YIZHAN_[A-Z_]+)'", path.read_text(encoding='utf-8'))
    }
    table = set(re.findall(r'`(YIZHAN_[A-Z_]+)`', _text('how-to/run-on-one-machine.md').partition('## Settings')[2].partition('\n## ')[0]))
    assert sorted(read - table - {'YIZHAN_PASSWORD'}) == []
    assert sorted(table - read) == []


def test_every_metric_stands_on_the_page_of_monitoring() -> None:
    page = _text('how-to/monitor.md')
    source = Path(metrics.__file__).read_text(encoding='utf-8')
    told = set(re.findall(r"f?'(yizhan_[a-z_]+)'", source)) | {f'yizhan_{what}_timestamp_seconds' for what in ('backup', 'anchor')}
    brief = {'yizhan_worker_last_tick_lag_seconds': '…_lag_seconds'}
    assert sorted(name for name in told if brief.get(name, name) not in page) == []


def test_every_queue_of_due_work_stands_on_the_page_of_monitoring(tmp_path: Path) -> None:
    engine = make_engine(f'sqlite:///{tmp_path / "hall.db"}')
    row = next(line for line in _text('how-to/monitor.md').splitlines() if line.startswith('| `yizhan_incidents_open'))
    assert [name for name in engine.queues if f'`{name}`' not in row] == []
    engine.close()


def test_every_page_of_the_handbook_stands_in_the_table_of_contents() -> None:
    contents = _text('README.md')
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob('*.md')} - {'README.md'}
    assert sorted(page for page in pages if f'({page}' not in contents) == []


def _lines() -> list[tuple[str, str]]:
    """Every command of a listing or between back ticks, comment and continuation aside, with its page."""
    listed, quoted = re.compile(r'^\s*(?:\w+=\S+ )*(?:\.venv/bin/)?yizhan ([a-z-].*)$', re.MULTILINE), re.compile(r'`yizhan ([^`]+)`')
    texts = [
        (path.name, path.read_text(encoding='utf-8').replace('\\\n', ' ')) for path in (ROOT / 'README.md', *sorted(DOCS.rglob('*.md')))
    ]
    return [(name, re.split(r'  #| &', line)[0]) for name, text in texts for line in (*listed.findall(text), *quoted.findall(text))]


def _wrong(line: str) -> list[str]:
    """The words of the line that no command and no option is."""
    command: click.Command = cli
    words = shlex.split(line)
    while isinstance(command, click.Group) and words and words[0] in command.list_commands(click.Context(command)):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None
        command = found
    known = {name for one in command.get_params(click.Context(command)) for name in (*one.opts, *one.secondary_opts)}
    lost = [word for word in words[:1] if isinstance(command, click.Group) and word[0] not in '-…']
    return lost + [word for word in words if word.startswith('--') and word not in known | {'--help'}]


def test_every_command_of_the_handbook_is_one_and_has_the_options_shown() -> None:
    """Nobody copies a line and reads "No such option"."""
    lines = _lines()
    assert len(lines) > 60
    assert [f'{page}: yizhan {line}: {wrong}' for page, line in lines if (wrong := _wrong(line))] == []
