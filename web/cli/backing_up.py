"""`yizhan backup` and `yizhan restore`: the whole hall into a folder, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from engine import Actor, KeyRefused
from engine.words import Word, joined, said
from tasks.backup.lost import Outside, set_aside
from tasks.backup.manifest import NOT_INCLUDED, Manifest
from tasks.backup.restoring import Restored, acknowledge, restore_backup, tell
from tasks.backup.writing import back_up
from web.cli.acting import Who, by_whom, keeper
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database, print_json, progress, settings
from web.cli.speaking import say
from web.formats import stamp
from web.hall_facts import hall_zone
from web.root import Root
from web.settings import make_home

SHOWN = 20


@click.command()
@click.argument('folder', type=click.Path(path_type=Path))
@by_whom
@database
@as_json
def backup(*, folder: Path, by: Who, database: str | None, json_: bool) -> None:
    """Write the whole hall into FOLDER, in one moment and while it works; the files are read again before it counts.

    The secret key and the key of the evidence are not in it: keep them elsewhere.
    """
    root = open_root(database)
    actor = by.actor(root)

    def run(report: Callable[[int, int], None]) -> Manifest:
        return back_up(root.engine, actor, folder, report)

    made: Manifest = progress(Word('备份', 'Backup'), run, shown=not json_)
    zh = '已备份至 {folder}：{rows} 行，{bytes} 字节，校验无误。密钥、已发编号台账和日志不在其中，请另行保存'
    en = (
        'Backed up to {folder}: {rows} rows, {bytes} bytes, verified. Not in it: keys, the journal of issued numbers, logs; keep them apart'
    )
    facts = {'folder': str(folder), 'rows': made.rows, 'bytes': made.bytes, 'epoch': made.epoch, 'made_at': made.made_at}
    answer(facts | {'not_included': NOT_INCLUDED}, said(zh, en, **facts), json_=json_)


@click.command()
@click.argument('folder', type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option('--replace', is_flag=True, help='Put the backup in the place of the hall that is in the database.')
@click.option('--by', default='', metavar='NAME', help='Who the owner of the machine says he is; kept as such. Nobody can sign in yet.')
@database
@as_json
def restore(*, folder: Path, replace: bool, by: str, database: str | None, json_: bool) -> None:
    """Make the backup in FOLDER the hall of an empty database, whole or not at all, and tell what came after it.

    Numbers issued since the backup are never used again. Stop `serve` and every `worker` first.
    """
    chosen, actor = settings(database), keeper(by)
    make_home(chosen.home)

    def run(report: Callable[[int, int], None]) -> Restored:
        return restore_backup(
            chosen.url, folder, outside=Outside(chosen.home, chosen.anchor_path), by=actor.id, replace=replace, report=report
        )

    done: Restored = progress(Word('恢复', 'Restore'), run, shown=not json_)
    root = open_root(database)
    root.engine.migrate()  # counts what SQL could not, when the backup was of an older schema
    told = _told(root, actor, done)
    with root.engine.reading() as connection:
        aside = set_aside(connection, chosen.anchor_path, f'{done.restored_at:%Y%m%dT%H%M%S}')
    if json_:
        print_json(_facts(done))
        return
    _print(done, hall_zone(root.engine))
    say(told)
    if aside:
        say(said('备份之后的锚定行保留在 {file}', 'The anchor lines of after the backup are kept in {file}', file=aside))


def _told(root: Root, actor: Actor, done: Restored) -> Word:
    """Seal the restore in the hall's chain. Without its key that waits until the key is back and somebody acknowledges it."""
    try:
        root.engine.run(actor, lambda tx: tell(tx, done))
    except KeyRefused as error:
        return error.zh
    zh, en = '核对后请执行 yizhan acknowledge-restore {epoch}', 'When that is in order, run `yizhan acknowledge-restore {epoch}`'
    return said(zh, en, epoch=done.epoch)


@click.command('acknowledge-restore')
@click.argument('epoch', type=int)
@click.option('--reason', required=True, help='Why the hall was restored; kept in its chain of evidence.')
@by_whom
@database
@as_json
def acknowledge_restore(*, epoch: int, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """Answer for a restore: from now on the doctor tells it as a notice, no longer as a finding."""
    root = open_root(database)
    root.engine.check_schema()
    root.engine.run(by.actor(root), lambda tx: acknowledge(tx, epoch, reason))
    answer({'acknowledged': epoch}, said('第 {n} 次恢复已确认', 'Restore {n} is acknowledged', n=epoch), json_=json_)


def _facts(done: Restored) -> dict[str, Any]:
    return {
        'epoch': done.epoch,
        'backup_at': done.manifest.made_at,
        'restored_at': done.restored_at,
        'rows': done.manifest.rows,
        'label': done.label,
        'lost': done.lost.as_json(),
        'kept': str(done.kept) if done.kept else None,
    }


def _print(done: Restored, zone: ZoneInfo) -> None:
    counts = done.lost.as_json()['counts']
    facts = {'at': stamp(done.manifest.made_at, zone), 'rows': done.manifest.rows, 'epoch': done.epoch, 'label': done.label}
    zh = '已恢复 {at} 的备份：{rows} 行。第 {epoch} 次恢复，本年文书和证照编号带“{label}”'
    en = 'Restored the backup of {at}: {rows} rows. Restore no. {epoch}; documents and certificates of this year carry {label}'
    say(said(zh, en, **facts))
    if done.kept:
        say(said('原数据库文件保留为 {kept}', 'The file of before is kept as {kept}', kept=done.kept))
    zh = '备份之后已知丢失：办件 {case} 件，文书 {document} 份，证照 {certificate} 份'
    say(said(zh, 'Known to be lost: {case} cases, {document} documents, {certificate} certificates', **counts))
    for numbers in done.lost.numbers.values():
        for number in numbers[:SHOWN]:
            say(Word(f'  {number}', f'  {number}'))
        if len(numbers) > SHOWN:
            say(said('  …… 共 {n} 个，全部见“运行状况”页', "  … {n} in all, see the page of the hall's health", n=len(numbers)))
    if done.lost.anchored:
        zh, en = '存证锚点表明备份之后还办理过：{cases}', 'By the anchors of the evidence more was done on: {cases}'
        say(said(zh, en, cases=joined(done.lost.anchored[:SHOWN])))
    if done.lost.journal_until is None:
        zh = '没有找到已发编号台账（{folder}）：可能还有不为人知的丢失；编号仍不会重复'
        en = 'No journal of issued numbers was found ({folder}): more may be lost than is known; no number is used twice all the same'
        say(said(zh, en, folder='numbers/'))
    for who, count in done.lost.acts.items():
        zh, en = '  备份之后操作过：{who}（{count} 次）', '  acted after the backup: {who} ({count} times)'
        say(said(zh, en, who=who, count=count))
