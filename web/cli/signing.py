"""`yizhan sign-in` and `sign-out`: a session for the command line, in a file that only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

import click

from engine import SYSTEM
from engine.words import Word, said
from tasks.people import sessions
from web.cli.acting import HERE, limits, machine_now, prove
from web.cli.opening import open_root
from web.cli.options import FILE, answer, as_json, database
from web.cli.speaking import Refused


@click.command('sign-in')
@click.argument('username')
@click.option(
    '--token-file',
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help='Where the session is kept; a new file, readable by its owner only.',
)
@click.option('--password-file', type=FILE, help='The password is its first line.')
@database
@as_json
def sign_in(*, username: str, token_file: Path, password_file: Path | None, database: str | None, json_: bool) -> None:
    """Begin a session of USERNAME for the commands that follow. Name its file with --token-file or in YIZHAN_TOKEN_FILE."""
    root = open_root(database)
    root.engine.check_schema()
    clerk = prove(root, username, password_file)
    try:
        descriptor = os.open(token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        zh, en = (
            '文件 {path} 已存在；如果是登录文件，请先运行 yizhan sign-out',
            'Expected a new file, but {path} is there; run `yizhan sign-out` first',
        )
        wrong = said(zh, en, path=token_file)
        raise Refused(wrong, wrong.en) from error
    how = sessions.Begun(HERE, HERE)
    token = root.engine.run(SYSTEM, lambda tx: sessions.begin(tx, clerk, machine_now(root), limits(root), how))
    with os.fdopen(descriptor, 'w', encoding='utf-8') as stream:
        stream.write(f'{token}\n')
    answer({'username': username, 'token_file': str(token_file)}, said('{who} 已登录', '{who} is signed in', who=clerk.name), json_=json_)


@click.command('sign-out')
@click.option('--token-file', type=FILE, envvar='YIZHAN_TOKEN_FILE', required=True)
@database
@as_json
def sign_out(*, token_file: Path, database: str | None, json_: bool) -> None:
    """End the session and remove its file."""
    root = open_root(database)
    root.engine.check_schema()
    token = token_file.read_text(encoding='utf-8').strip()
    root.engine.run(SYSTEM, lambda tx: sessions.end(tx, token))
    token_file.unlink()
    answer({'signed_out': True}, Word('已退出登录', 'Signed out'), json_=json_)
