"""`yizhan migrate`: running cases to another version of their diagram, tried on all of them first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import Connection

from engine import Actor, MigrationPlan, NotFound
from engine.words import Word, joined, said
from tasks.catalogue import views as catalogue_views
from tasks.migration import batches, choice, views
from tasks.migration.choice import DryRun, Order, migration
from web.cli.acting import Intent, Who, by_whom, propose
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress
from web.cli.speaking import WrongUsage, say, spoken
from web.root import Root


def _pairs(_context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    found = {}
    for value in values:
        left, separator, right = (part.strip() for part in value.partition('='))
        if not (separator and left and right):
            zh, en = '{name} 应为等号两边各一个词，而不是 {value!r}', 'Expected two words around "=" in {name}, but got {value!r}'
            wrong = said(zh, en, name=parameter.opts[0], value=value)
            raise WrongUsage(wrong, wrong.en)
        found[left] = right
    return found


@click.command()
@click.option('--from', 'source', required=True, metavar='DEF', help='The version cases are on: its id, or item@version.')
@click.option('--to', 'target', required=True, metavar='DEF', help='The version they go to.')
@click.option('--map', 'mapping', multiple=True, callback=_pairs, metavar='OLD=NEW', help='A step whose id changed; may be repeated.')
@click.option('--timer', 'timers', multiple=True, callback=_pairs, metavar='ID=CHOICE', help='keep, relimit or restart; * for all timers.')
@click.option('--clock', 'clocks', multiple=True, callback=_pairs, metavar='NAME=CHOICE', help='keep or relimit; * for all clocks.')
@click.option('--added', type=click.Choice(['opening', 'now']), default='opening', show_default=True, help='What a new timer counts from.')
@click.option('--case', 'cases', multiple=True, metavar='NO', help='Only this case; may be repeated.')
@click.option('--dry-run', is_flag=True, help='Say for every case whether it can and why not; change nothing.')
@click.option('--reason', default='', help='Why; kept in every case. Needed unless --dry-run.')
@by_whom
@database
@as_json
def migrate(
    *, source: str, target: str, cases: tuple[str, ...], dry_run: bool, by: Who, database: str | None, json_: bool, **told: Any
) -> None:
    """Put running cases on another version of their diagram. Tasks, timers with their dates, stops and clocks go along.

    Exit code 1 when a case could not be migrated; the others are, each in its own transaction. An interrupted run is continued by the
    worker, or from the page of its batch.
    """
    root = open_root(database)
    with root.engine.reading() as connection:
        ids = _definition(connection, source), _definition(connection, target)
    plan = MigrationPlan(*ids, told['mapping'], told['timers'], told['clocks'], told['added'])
    order = migration(plan, cases)
    actor = by.actor(root)
    if dry_run:
        _tell_dry_run(_tried(root, actor, order, shown=not json_), json_)
    elif by.proposes:
        arguments = {'kind': order.kind, **order.as_json()}
        propose(root, actor, Intent('batch.migrate', source, told['reason'], arguments), json_=json_)
    else:
        _carry_out(root, actor, order, told['reason'], json_)


def _definition(connection: Connection, text: str) -> int:
    """The id behind an id or item@version. Raises NotFound."""
    key, at, version = text.rpartition('@')
    for row in catalogue_views.definitions(connection, key if at else None):
        if (str(row.version) == version) if at else (str(row.id) == text):
            return row.id
    raise NotFound(f'Expected a definition id or item@version, but there is no {text!r}', f'没有流程版本 {text}')


def _tried(root: Root, by: Actor, order: Order, *, shown: bool) -> DryRun:
    with root.engine.looking(by) as tx:
        found: DryRun = progress(Word('试运行', 'Trying'), lambda report: choice.dry_run(tx, order, report), shown=shown)
    return found


def _tell_dry_run(found: DryRun, json_: bool) -> None:
    if json_:
        rows = [
            {'case_no': one.business_key, 'can': one.can, 'findings': [each.as_dict() for each in one.findings]}
            for one in found.assessments
        ]
        print_json({'dry_run': True, 'can': found.can, 'cannot': found.cannot, 'cases': rows})
    else:
        for one in found.assessments:
            can = Word('可以', 'can') if one.can else Word('不能', 'cannot')
            findings = joined([Word(each.zh, each.en) for each in one.findings], '；', '; ')
            say(said('{case_no}  {can}  {findings}', '{case_no}  {can}  {findings}', case_no=one.business_key, can=can, findings=findings))
        zh, en = '可以 {can} 件，不能 {cannot} 件；未作任何改动', '{can} cases can, {cannot} cannot; nothing was changed'
        say(said(zh, en, can=found.can, cannot=found.cannot))
    raise SystemExit(1 if found.cannot else 0)


def _carry_out(root: Root, by: Actor, order: Order, reason: str, json_: bool) -> None:
    batch_id = root.engine.run(by, lambda tx: batches.place(tx, order, reason))
    done = progress(Word('迁移', 'Migrating'), lambda report: batches.work(root.engine, batch_id, report=report), shown=not json_)
    with root.engine.reading() as connection:
        rows = views.case_rows(connection, batch_id)
    if json_:
        told = [{'case_no': row.case_no, 'state': row.state, 'zh': row.zh, 'en': row.en} for row in rows]
        print_json({'batch': batch_id, 'state': done.state, 'counts': done.counts, 'cases': told})
    else:
        for row in rows:
            say(f'{row.case_no}  {spoken(views.ROW_STATE[row.state])}  {spoken(Word(row.zh, row.en))}'.rstrip())
        states = [said('{state} {n} 件', '{state} {n}', state=views.ROW_STATE[state], n=count) for state, count in done.counts.items()]
        say(said('批次 {batch}：{states}', 'Batch {batch}: {states}', batch=batch_id, states=joined(states, '，')))
    raise SystemExit(0 if set(done.counts) <= {'done'} else 1)
