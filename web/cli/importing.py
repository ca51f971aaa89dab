"""`yizhan import`: a diagram from elsewhere becomes the folder of a draft. Needs no database, and so does not know the hall."""

from __future__ import annotations

from pathlib import Path

import click

from engine import BundleError
from engine.words import Word, said
from tasks.workshop.importing.bringing import Brought, bring
from web.cli.options import as_json, print_json
from web.cli.speaking import Refused, WrongUsage, say, spoken

KINDS = {'mapped': Word('改写', 'Mapped'), 'dropped': Word('未带入', 'Left out'), 'decide': Word('待定', 'To be decided')}


@click.command('import')
@click.argument('file', type=click.Path(path_type=Path))
@click.option('--out', 'folder', required=True, type=click.Path(path_type=Path), help='Folder of the draft; new or empty.')
@as_json
def import_file(*, file: Path, folder: Path, json_: bool) -> None:
    """Make a draft folder from a .bpmn, .dmn, .form or zip of another tool, and tell what was mapped, left out and is to be decided.

    Exit code 0 when a draft was made. `yizhan check` judges the draft; windows and departments are those of the hall.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUsage(f'应为新的或空的文件夹：{folder}', f'Expected a new or empty folder, but {folder} is not')
    brought = _brought(file)
    for path, content in brought.bundle.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    if json_:
        print_json({'draft': str(folder), **brought.report()})
        return
    for kind, word in KINDS.items():
        for note in brought.of(kind):
            say(f'[{spoken(word)}] {note.element or ""}  {spoken(note.message)}')
    say(said('草稿在 {folder}', 'The draft is in {folder}', folder=folder))


def _brought(file: Path) -> Brought:
    try:
        return bring(file.read_bytes(), file.name)
    except BundleError as error:
        raise Refused(error.zh, str(error)) from error
    except OSError as error:
        raise Refused(f'文件无法读取：{file}', f'Expected a readable file, but {file}: {error.strerror}') from error
