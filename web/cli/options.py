"""Options several commands share, and how answers are printed."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import click

from engine.words import Word, said
from web.cli.speaking import say, spoken
from web.plain import plain
from web.settings import Settings, from_environment

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
"""A file that is there."""
as_json = click.option('--json', 'json_', is_flag=True, help='Print JSON for programs.')
database = click.option('--database', metavar='URL', default=None, help='Database URL; default YIZHAN_DATABASE_URL, else ./var/yizhan.db.')


def settings(url: str | None = None, **changes: Any) -> Settings:
    """Settings from the environment with what the command line says on top."""
    found = from_environment()
    if url:
        changes['database_url'] = url
    return dataclasses.replace(found, **{key: value for key, value in changes.items() if value is not None})


def print_json(value: Any, *, lines: bool = False) -> None:
    """One JSON document on standard output (or one line of it), in UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if lines else 2, default=plain))


def progress(title: Word, run: Callable[[Callable[[int, int], None]], Any], *, shown: bool = True) -> Any:
    """Run something that reports (done, total): a bar on a terminal, else a line on standard error every few seconds."""
    if not shown:
        return run(lambda _done, _total: None)
    if not sys.stderr.isatty():
        return run(_Lines(title))
    from rich.console import Console  # noqa: PLC0415  commands that show no bar start without it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    shown_title = spoken(title)
    columns = (TextColumn(shown_title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        job = bar.add_task(shown_title, total=None)
        return run(lambda done, total: bar.update(job, completed=done, total=total))


class _Lines:
    """Progress where nobody watches a terminal: at most a line every five seconds, and one at the end."""

    SECONDS = 5

    def __init__(self, title: Word) -> None:
        self.title, self.began, self.said = title, monotonic(), monotonic()
        self.told: tuple[int, int] | None = None

    def __call__(self, done: int, total: int) -> None:
        now = monotonic()
        if (now - self.said >= self.SECONDS or done == total) and self.told != (done, total):
            self.said, self.told = now, (done, total)
            facts = {'title': self.title, 'done': done, 'total': total, 'seconds': now - self.began}
            say(said('{title} {done}/{total}（{seconds:.0f} 秒）', '{title} {done}/{total} ({seconds:.0f} s)', **facts), err=True)


def answer(facts: Any, word: str, *, json_: bool) -> None:
    """The facts for programs, or a sentence for people."""
    if json_:
        print_json(facts)
    else:
        say(word)
