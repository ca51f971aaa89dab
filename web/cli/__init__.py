"""The command line `yizhan`. Each command loads only the rooms it needs, so `check` and `due` answer at once and need no database."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from engine.errors import Rejection
from web.settings import SettingsError

COMMANDS = {
    'serve': ('web.cli.serving', 'serve'),
    'worker': ('web.cli.serving', 'worker'),
    'init': ('web.cli.setup', 'init'),
    'demo': ('web.cli.setup', 'demo'),
    'upgrade-db': ('web.cli.setup', 'upgrade_db'),
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
