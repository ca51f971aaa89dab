"""`yizhan release`, `yizhan rollback`, `yizhan compare`: what comes into force, and what that changes."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from engine import SYSTEM, Actor, Bundle, Undeployable, read_path
from engine.bpmn.compare import Change
from engine.verbs.definitions import newest_in_force
from engine.words import Word, said
from tasks.catalogue.comparison.versions import VersionComparison, compare
from tasks.catalogue.items import Deployed
from tasks.catalogue.releases import queries, verbs
from tasks.people.vacant import EmptyPosts
from tasks.words.vocabulary import length_words
from web.cli.acting import Intent, Who, by_whom, propose
from web.cli.checking import tell_empty_posts, tell_undeployable
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database, print_json
from web.cli.speaking import WrongUsage, say
from web.compare_words import area_zh, aspect_zh, kind_zh, value_zh
from web.formats import stamp
from web.hall_facts import hall_zone
from web.root import Root
from web.versions import version


@click.command()
@click.argument('submission', type=int, required=False)
@click.option('--reason', default='', help='Why; kept in the operator log.')
@click.option('--at', 'at', default=None, metavar='ISO', help='From when it is in force; default at once.')
@click.option('--despite-empty', is_flag=True, help='Release it although nobody works the post of a step.')
@click.option('--refuse', is_flag=True, help='Send the submission back instead.')
@by_whom
@database
@as_json
def release(
    *, submission: int | None, by: Who, reason: str, at: str | None, despite_empty: bool, refuse: bool, database: str | None, json_: bool
) -> None:
    """Put a submission into force, now or --at an instant; without one, list those that wait."""
    root = _root(database)
    if submission is None:
        _list(root, json_=json_)
        return
    actor = by.actor(root)
    if refuse:
        root.engine.run(actor, lambda tx: verbs.refuse(tx, submission, reason))
        answer({'refused': submission}, said('已退回发布申请 {n}', 'Sent submission {n} back', n=submission), json_=json_)
        return
    instant = _instant(at, hall_zone(root.engine))
    with root.engine.reading() as connection:
        judged = verbs.judge_submission(connection, actor, submission)
    act = partial(verbs.release, release_id=submission, judged=judged, reason=reason, effective_at=instant, despite_empty=despite_empty)
    done = _deployed(lambda: root.engine.run(actor, act), json_=json_)
    when = stamp(instant, hall_zone(root.engine)) if instant else ''
    state = said('将于 {at} 生效', 'comes into force at {at}', at=when) if instant else Word('已生效', 'is in force')
    zh, en = '「{name}」第 {version} 版{state}', '{name}, version {version} {state}'
    answer(_facts(done) | {'effective_at': instant}, said(zh, en, name=done.item_name, version=done.version, state=state), json_=json_)


@click.command()
@click.argument('item')
@click.option('--to', 'version', type=int, required=True, help='Version that was in force before.')
@click.option('--reason', default='', help='Why; kept in the operator log.')
@click.option('--despite-empty', is_flag=True, help='Release it although nobody works the post of a step.')
@by_whom
@database
@as_json
def rollback(*, item: str, version: int, by: Who, reason: str, despite_empty: bool, database: str | None, json_: bool) -> None:
    """Release an earlier version of ITEM again: new cases run on it, running ones stay on theirs."""
    root = _root(database)
    actor = by.actor(root)
    with root.engine.reading() as connection:
        definition_id = queries.version_of(connection, item, version)
        judged = verbs.judge_version(connection, definition_id)
        verbs.earlier(connection, actor, definition_id)
    if by.proposes:
        arguments = {'definition': definition_id, 'despite_empty': despite_empty}
        propose(root, actor, Intent('release.rolled_back', item, reason, arguments), json_=json_)
        return
    act = partial(verbs.rollback, definition_id=definition_id, judged=judged, reason=reason, despite_empty=despite_empty)
    done = _deployed(lambda: root.engine.run(actor, act), json_=json_)
    zh, en = '「{name}」已回退到第 {old} 版的内容（第 {new} 版）', '{name} is back on what version {old} said (version {new})'
    answer(_facts(done) | {'rolled_back_to': version}, said(zh, en, name=done.item_name, old=version, new=done.version), json_=json_)


@click.command('compare')
@click.argument('old')
@click.argument('new')
@database
@as_json
def compare_versions(*, old: str, new: str, database: str | None, json_: bool) -> None:
    """What differs between two versions: folders, zips, .bpmn files, items by code, definition:ID, draft:ID or release:ID.

    An item by its code is what is in force. Exit code 0 whatever differs.
    """
    found = compare(_bundle(old, database), _bundle(new, database))
    if json_:
        print_json(rows_of(found))
        return
    for figure in found.figures:
        if figure.changed:
            facts = {'name': figure.name, 'before': length_words(figure.before) or '—', 'after': length_words(figure.after) or '—'}
            say(said('{name}：{before} → {after}', '{name}: {before} → {after}', **facts))
    for change in found.changes:
        say(_change(change))
    if found.more:
        say(said('只列出前 {n} 处', 'Only the first {n} differences are listed', n=len(found.changes)))
    if not found.changes:
        say(Word('两个版本相同', 'The two versions are the same'))


def _change(change: Change) -> Word:
    return said(
        '[{kind}] {area} {name}{aspect}{mark}：{before} → {after}',
        '[{kind}] {area} {name}{aspect}{mark}: {before} → {after}',
        kind=kind_zh(change.kind),
        area=area_zh(change.area),
        name=change.name or change.subject,
        aspect=said('·{aspect}', ' · {aspect}', aspect=aspect_zh(change.aspect)) if change.aspect else '',
        mark='' if change.semantic else Word('（仅外观）', ' (looks only)'),
        before=value_zh(change.area, change.before) or '—',
        after=value_zh(change.area, change.after) or '—',
    )


def rows_of(found: VersionComparison) -> dict[str, Any]:
    """{same, semantic, figures, changes} as JSON-ready values."""
    return {'same': not found.changes, 'semantic': bool(found.semantic), 'figures': list(found.figures), 'changes': list(found.changes)}


def _root(database: str | None) -> Root:
    root = open_root(database)
    root.engine.check_schema()
    return root


_CODE = re.compile(r'[A-Za-z0-9][A-Za-z0-9_-]{0,99}')
"""The code of an item; a file has a dot or a slash."""


def _bundle(which: str, database: str | None) -> Bundle:
    """A path; an item by its code, as it is in force; a version as pages name it; its number alone is a definition's."""
    path = Path(which)
    if path.exists() or not (re.fullmatch(r'[1-9][0-9]{0,8}|[a-z]+:[1-9][0-9]{0,8}', which) or _CODE.fullmatch(which)):
        return read_path(path)
    root = _root(database)
    reader = Actor('cli', '命令行', roles=frozenset({'analyst'}))
    with root.engine.reading() as connection:
        source = f'definition:{which}' if which.isdigit() else which
        if ':' not in source:
            found = newest_in_force(connection, which, root.engine.clock())
            if found is None:
                return read_path(path)  # says that there is no such file
            source = f'definition:{found}'
        return version(connection, reader, source).bundle


def _list(root: Root, *, json_: bool) -> None:
    with root.engine.reading() as connection:
        rows = queries.submissions(connection, SYSTEM, states=('submitted',))
    if json_:
        print_json(rows)
        return
    zone = hall_zone(root.engine)
    for row in rows:
        say(f'{row.id}  {row.name}  {row.submitted_by_name}  {stamp(row.submitted_at, zone)}  {row.reason}')
    if not rows:
        say(Word('没有待发布的申请', 'No submission waits'))


def _instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        message = f'Expected an instant like 2026-12-01T00:00+08:00, but got {text!r}'
        raise WrongUsage(f'时间应如 2026-12-01T00:00+08:00，而不是 {text!r}', message) from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _deployed(act: Any, *, json_: bool) -> Deployed:
    """Do it; when the check refuses, every problem is printed and the exit code is 1."""
    try:
        done: Deployed = act()
    except Undeployable as refusal:
        tell_undeployable(refusal, json_=json_)
        raise SystemExit(1) from refusal
    except EmptyPosts as refusal:
        tell_empty_posts(refusal)
        raise SystemExit(1) from refusal
    return done


def _facts(done: Deployed) -> dict[str, Any]:
    return {'deployed': True, 'definition_id': done.definition_id, 'item': done.item_code, 'version': done.version}
