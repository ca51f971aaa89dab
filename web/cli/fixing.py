"""`yizhan fix`: the one-click changes that the check offers, made in the file."""

from __future__ import annotations

from pathlib import Path

import click

from engine import Rejection
from engine.bpmn import Fix, apply, fix_of
from engine.words import Word, joined, said
from web.cli.checking import judge
from web.cli.options import as_json, print_json
from web.cli.speaking import WrongUsage, say


@click.command()
@click.argument('path', type=click.Path(path_type=Path))
@click.option('--code', default=None, help='Code of the problem to take away.')
@click.option('--element', default=None, metavar='ID', help='Element the problem is at.')
@click.option('--choice', default=1, show_default=True, type=click.IntRange(1), help='Which of several changes, in the order of the list.')
@click.option('--out', default=None, type=click.Path(dir_okay=False, path_type=Path), help='Write the changed file here, not in its place.')
@as_json
def fix(*, path: Path, code: str | None, element: str | None, choice: int, out: Path | None, json_: bool) -> None:
    """Make a one-click change that the check offers, or list those it offers. PATH is a bundle folder or a lone .bpmn."""
    problems = judge(path)
    if code is None:
        if element is not None:
            raise WrongUsage('--element 须与 --code 一起使用', 'Expected --code with --element')
        _list([each for problem in problems for each in problem.fixes], json_=json_)
        return
    wanted = fix_of(problems, code, element, choice)
    target = _place(path, wanted)
    written = out or target
    written.write_bytes(apply(target.read_bytes(), wanted))
    if json_:
        print_json({'fixed': code, 'element': element, 'title': wanted.title, 'file': str(written)})
    else:
        say(said('{title}：已写入 {file}', '{title}: written to {file}', title=Word(wanted.title, wanted.title_en), file=str(written)))


def _place(path: Path, wanted: Fix) -> Path:
    """The file of a folder, or the lone diagram, that a fix changes."""
    if path.is_dir():
        return path / wanted.file
    if path.read_bytes()[:4] == b'PK\x03\x04':
        raise Rejection(f'Expected a folder or a .bpmn file, but {path.name} is a zip: unpack it', f'{path.name} 是压缩包，请先解压')
    return path


def _list(fixes: list[Fix], *, json_: bool) -> None:
    if json_:
        print_json([{'code': each.code, 'element': each.element, 'title': each.title, 'title_en': each.title_en} for each in fixes])
        return
    for each in fixes:
        say(joined([f'{each.code}  {each.element or ""}', Word(each.title, each.title_en)], '  '))
    if not fixes:
        say(Word('没有可用的一键修改', 'No one-click change is offered'))
