"""The command line `yizhan`. Each command loads only the rooms it needs, so `check` and `due` answer at once and need no database."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from typing import Any

import click

from engine import Rejection
from engine.words import Word, said
from web.cli.speaking import Refused, choose, language, say
from web.cli.usage import in_both_languages
from web.settings import SettingsError


@dataclass(frozen=True)
class Lazy:
    """Where a command lives, and its line in the help: the first sentence of the command's own help."""

    module: str
    name: str
    help: str


COMMANDS = {
    'serve': Lazy('web.cli.serving', 'serve', 'Migrate the database, then serve the pages with waitress and tick in the same process.'),
    'worker': Lazy(
        'web.cli.serving',
        'worker',
        'Do what is due until stopped: timers, marks, messages, batches, versions, cases that follow the calendar.',
    ),
    'init': Lazy('web.cli.setup', 'init', 'Create the hall and its first account administrator in an empty database.'),
    'demo': Lazy('web.cli.demonstrating', 'demo', 'Fill an empty database with a made-up hall: windows, clerks and cases in every state.'),
    'upgrade-db': Lazy('web.cli.setup', 'upgrade_db', 'Bring the database to the schema of this version.'),
    'hall': Lazy('web.cli.staffing', 'hall_group', 'The hall as a whole.'),
    'department': Lazy('web.cli.staffing', 'department', 'Departments present in the hall.'),
    'window': Lazy('web.cli.staffing', 'window', 'Windows and back-office posts; their codes are the candidate groups of diagrams.'),
    'clerk': Lazy('web.cli.staffing', 'clerk', 'People who sign in.'),
    'sign-in': Lazy('web.cli.signing', 'sign_in', 'Begin a session of USERNAME for the commands that follow.'),
    'sign-out': Lazy('web.cli.signing', 'sign_out', 'End the session and remove its file.'),
    'countersign': Lazy('web.cli.countersigning', 'countersign', 'Sign what one person did alone, or confirm what he proposed.'),
    'unlock': Lazy(
        'web.cli.accounts', 'unlock', 'What was tried wrongly on USERNAME counts no more: whoever was slowed down may sign in at once.'
    ),
    'accounts': Lazy('web.cli.accounts', 'accounts', 'What the hall asks of accounts and passwords.'),
    'deploy': Lazy('web.cli.deployment', 'deploy', 'Check a bundle and put it into force for new cases.'),
    'release': Lazy(
        'web.cli.releases', 'release', 'Put a submission into force, now or --at an instant; without one, list those that wait.'
    ),
    'rollback': Lazy(
        'web.cli.releases', 'rollback', 'Release an earlier version of ITEM again: new cases run on it, running ones stay on theirs.'
    ),
    'compare': Lazy(
        'web.cli.releases',
        'compare_versions',
        'What differs between two versions: folders, zips, .bpmn files, items by code, definition:ID, draft:ID or release:ID.',
    ),
    'migrate': Lazy('web.cli.migration', 'migrate', 'Put running cases on another version of their diagram.'),
    'check': Lazy('web.cli.checking', 'check', 'Check a bundle folder, a zip or a lone .bpmn and report all problems.'),
    'fix': Lazy('web.cli.fixing', 'fix', 'Make a one-click change that the check offers, or list those it offers.'),
    'import': Lazy(
        'web.cli.importing',
        'import_file',
        'Make a draft folder from a .bpmn, .dmn, .form or zip of another tool, and tell what was mapped, left out and is to be decided.',
    ),
    'cases': Lazy('web.cli.casework', 'cases', 'List cases, newest first.'),
    'explain': Lazy('web.cli.explaining', 'explain', 'Say day by day why a case is due when it is, with every row of its ledger.'),
    'due': Lazy('web.cli.dates', 'due', 'Count a limit in working days: the last day, the instant it runs out, and why.'),
    'calendar': Lazy('web.cli.calendars', 'calendar', 'Working days: import the yearly notice, close halls in an emergency, set hours.'),
    'clock': Lazy('web.cli.clocks', 'clock', "The machines' clocks: doubts, and what a wrong one did."),
    'backup': Lazy(
        'web.cli.backing_up',
        'backup',
        'Write the whole hall into FOLDER, in one moment and while it works; the files are read again before it counts.',
    ),
    'restore': Lazy(
        'web.cli.backing_up',
        'restore',
        'Make the backup in FOLDER the hall of an empty database, whole or not at all, and tell what came after it.',
    ),
    'acknowledge-restore': Lazy(
        'web.cli.backing_up',
        'acknowledge_restore',
        'Answer for a restore: from now on the doctor tells it as a notice, no longer as a finding.',
    ),
    'doctor': Lazy(
        'web.cli.doctor', 'doctor', 'Check due dates and states against the rules, and every row of evidence against its chain.'
    ),
    'evidence': Lazy(
        'web.cli.evidence', 'evidence', 'Write everything that proves a case into one file: rows, history, signed entries, public keys.'
    ),
    'verify': Lazy(
        'web.cli.evidence',
        'verify_file',
        'Check the exported evidence of a case without any database; exit code 1 when something was changed.',
    ),
    'evidence-key': Lazy('web.cli.evidence', 'evidence_key', 'The key that signs evidence.'),
    'bench': Lazy(
        'web.cli.benches',
        'bench',
        'Measure: w1 (joint approval, completions a second), w3 (a task in a loop, 100 times), storm (overdue timers, 1, 2 and 4 workers), '
        'office (statements and times of a receipt, and of claiming and completing a step), '
        'pages (statements and milliseconds of the pages of a hall that `yizhan demo --cases N` filled).',
    ),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(found.module), found.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section('Commands'):
            formatter.write_dl([(name, command.help) for name, command in COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command, --lang among them."""
        choose(None)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise in_both_languages(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what a wrong database or argument brings about is a sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise in_both_languages(error) from error
        except click.Abort as error:
            say(Word('已中止', 'Aborted'), err=True)
            raise click.exceptions.Exit(1) from error
        except UnicodeEncodeError as error:
            raise Refused('参数应为 UTF-8 编码', 'Expected text in UTF-8, but an argument is not') from error
        except Exception as error:
            sentence = _about_database(error)
            if sentence is None:
                raise
            raise Refused(sentence, sentence.en) from error


def _about_database(error: Exception) -> Word | None:
    """What is wrong with the database, in a sentence; None when that is not what went wrong. No statement, no values, no password."""
    if 'sqlalchemy' not in sys.modules:
        return None
    from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError  # noqa: PLC0415  `due` and `check` need no database

    if isinstance(error, ArgumentError):
        zh, en = '数据库地址应如', 'Expected a database URL like'
        like, what = 'sqlite:////path/yizhan.db, postgresql://user@host/name', str(error.args[0])
        return said(zh + ' {like}：{what}', en + ' {like}, but: {what}', like=like, what=what)
    if not isinstance(error, OperationalError | ProgrammingError):
        return None
    what = ' '.join(str(error.orig).split())
    if 'no such table' in what or 'UndefinedTable' in type(error.orig).__name__:
        zh = '数据库中没有一站的数据表（{what}）；请运行 yizhan upgrade-db 或 yizhan init'
        return said(zh, 'Expected the tables of Yizhan in the database, but {what}; run `yizhan upgrade-db` or `yizhan init`', what=what)
    if isinstance(error, OperationalError):
        return said('数据库没有应答：{what}', 'Expected a database that answers, but: {what}', what=what)
    return None


@click.group(cls=LazyGroup, context_settings={'help_option_names': ['-h', '--help']})
@click.version_option(package_name='yizhan', message='%(version)s')
@language
def cli() -> None:
    """一站 Yizhan: approval items of a government service hall as BPMN diagrams with promised deadlines.

    Settings come from YIZHAN_* variables; every command takes --database to name another one than YIZHAN_DATABASE_URL.
    Prompts, results and refusals are in one language (--lang); help is in English, JSON the same in both.
    Exit codes: 0 done, 1 refused (a sentence says why), 2 wrong usage.
    """


def main() -> None:
    """Entry point of the `yizhan` script. A rejection is a sentence and exit code 1, never a traceback."""
    try:
        cli.main(standalone_mode=True)
    except (Rejection, SettingsError) as refusal:
        say(refusal.zh, err=True)
        sys.exit(1)


__all__ = ['cli', 'main']
