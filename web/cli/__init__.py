"""The command line `yizhan`. Each command loads only the rooms it needs, so `check` and `due` answer at once and need no database."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from engine import Rejection
from web.settings import SettingsError

COMMANDS = {
    'serve': ('web.cli.serving', 'serve'),
    'worker': ('web.cli.serving', 'worker'),
    'init': ('web.cli.setup', 'init'),
    'demo': ('web.cli.setup', 'demo'),
    'upgrade-db': ('web.cli.setup', 'upgrade_db'),
    'hall': ('web.cli.staffing', 'hall_group'),
    'department': ('web.cli.staffing', 'department'),
    'window': ('web.cli.staffing', 'window'),
    'clerk': ('web.cli.staffing', 'clerk'),
    'deploy': ('web.cli.deployment', 'deploy'),
    'release': ('web.cli.releases', 'release'),
    'rollback': ('web.cli.releases', 'rollback'),
    'compare': ('web.cli.releases', 'compare_versions'),
    'migrate': ('web.cli.migration', 'migrate'),
    'check': ('web.cli.checking', 'check'),
    'cases': ('web.cli.casework', 'cases'),
    'explain': ('web.cli.explaining', 'explain'),
    'due': ('web.cli.dates', 'due'),
    'calendar': ('web.cli.calendars', 'calendar'),
    'doctor': ('web.cli.doctor', 'doctor'),
    'bench': ('web.cli.benches', 'bench'),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: Any = getattr(importlib.import_module(module), name)
        return command  # type: ignore[no-any-return]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what a wrong database or argument brings about is a sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except UnicodeEncodeError as error:
            raise click.ClickException('Expected text in UTF-8, but an argument is not') from error
        except Exception as error:
            sentence = _about_database(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


def _about_database(error: Exception) -> str | None:
    """What is wrong with the database, in a sentence; None when that is not what went wrong. No statement, no values, no password."""
    if 'sqlalchemy' not in sys.modules:
        return None
    from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError  # noqa: PLC0415  `due` and `check` need no database

    if isinstance(error, ArgumentError):
        return f'Expected a database URL like sqlite:////path/yizhan.db or postgresql://user@host/name, but: {error.args[0]}'
    if not isinstance(error, OperationalError | ProgrammingError):
        return None
    said = ' '.join(str(error.orig).split())
    if 'no such table' in said or 'UndefinedTable' in type(error.orig).__name__:
        return f'Expected the tables of Yizhan in the database, but {said}; run `yizhan upgrade-db` or `yizhan init`'
    return f'Expected a database that answers, but: {said}' if isinstance(error, OperationalError) else None


@click.group(cls=LazyGroup, context_settings={'help_option_names': ['-h', '--help']})
@click.version_option(package_name='yizhan', message='%(version)s')
def cli() -> None:
    """一站 Yizhan: approval items of a government service hall as BPMN diagrams with promised deadlines.

    Settings come from YIZHAN_* variables; every command takes --database to name another one than YIZHAN_DATABASE_URL.
    Exit codes: 0 done, 1 refused (a sentence says why), 2 wrong usage.
    """


def main() -> None:
    """Entry point of the `yizhan` script. A rejection is a sentence and exit code 1, never a traceback."""
    try:
        cli.main(standalone_mode=True)
    except (Rejection, SettingsError) as refusal:
        click.echo(f'{refusal}' + (f'\n{refusal.zh}' if isinstance(refusal, Rejection) else ''), err=True)
        sys.exit(1)


__all__ = ['cli', 'main']
