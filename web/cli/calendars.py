"""`yizhan calendar`: import a notice or a table, close and reopen halls, set hours; --dry-run previews, every open case follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from engine import SYSTEM
from tasks.calendars import editions, proposals
from tasks.calendars.halls import find_calendar
from tasks.calendars.preview import Preview
from tasks.calendars.preview import preview as look_ahead
from tasks.calendars.proposals import Proposal
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress
from web.root import Root

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DATE = click.DateTime(['%Y-%m-%d'])
dry_run = click.option('--dry-run', is_flag=True, help='Show what would change and which cases move; change nothing.')
which_calendar = click.option('--calendar', default='CN', show_default=True, help='Code of the calendar; each hall names its own.')
which_hall = click.option('--hall', default='', help='Code of one hall; every hall when left out.')
why = click.option('--reason', required=True, help='Written into the log and shown to the public.')


@click.group()
def calendar() -> None:
    """Working days: import the yearly notice, close halls in an emergency, set hours. Open cases are counted anew."""


@calendar.command('import')
@click.argument('file', type=FILE, required=False)
@click.option('--notice', type=FILE, help="The State Council's notice as text, instead of a CSV table.")
@click.option('--year', type=click.IntRange(2000, 2200), help='Year of the notice, when its title does not say.')
@click.option('--source', default='', help='Number of the notice, when the text or the rows do not say.')
@which_calendar
@dry_run
@database
@as_json
def import_(
    *,
    file: Path | None,
    notice: Path | None,
    year: int | None,
    source: str,
    calendar: str,
    dry_run: bool,
    database: str | None,
    json_: bool,
) -> None:
    """Import FILE, a table with the columns 日期 and 是否上班 (or date,working,name,source_notice), or a --notice; UTF-8 or GB 18030."""
    chosen = notice or file
    if chosen is None or (notice and file):
        raise click.UsageError('Expected a CSV file, or --notice FILE')
    text = proposals.text_of(chosen.read_bytes())

    def propose(conn: Connection) -> Proposal:
        if notice:
            return proposals.from_notice(conn, text, year=year, source=source, calendar=calendar)
        return proposals.from_csv(conn, text, source=source, calendar=calendar)

    _change(open_root(database), propose, dry_run=dry_run, json_=json_)


@calendar.command()
@click.argument('first', type=DATE)
@click.argument('last', type=DATE, required=False)
@why
@which_hall
@which_calendar
@dry_run
@database
@as_json
def close(
    *, first: datetime, last: datetime | None, reason: str, hall: str, calendar: str, dry_run: bool, database: str | None, json_: bool
) -> None:
    """Close a hall (or all) from FIRST to LAST: these dates are no working days."""

    def propose(conn: Connection) -> Proposal:
        return proposals.closure(conn, hall, first.date(), last and last.date(), reason, calendar=calendar)

    _change(open_root(database), propose, dry_run=dry_run, json_=json_)


@calendar.command()
@click.argument('first', type=DATE)
@click.argument('last', type=DATE, required=False)
@why
@which_hall
@which_calendar
@dry_run
@database
@as_json
def reopen(
    *, first: datetime, last: datetime | None, reason: str, hall: str, calendar: str, dry_run: bool, database: str | None, json_: bool
) -> None:
    """Take closures from FIRST to LAST away again."""

    def propose(conn: Connection) -> Proposal:
        return proposals.reopening(conn, hall, first.date(), last and last.date(), reason, calendar=calendar)

    _change(open_root(database), propose, dry_run=dry_run, json_=json_)


@calendar.command()
@click.option('--hall', required=True, help='Code of the hall.')
@click.option('--office-hours', required=True, metavar='SPANS', help='For example 09:00-12:00,13:30-17:00.')
@click.option('--deadline-time', default='24:00', show_default=True, help='The hour at which a last day ends.')
@why
@dry_run
@database
@as_json
def hours(*, hall: str, office_hours: str, deadline_time: str, reason: str, dry_run: bool, database: str | None, json_: bool) -> None:
    """Set a hall's office hours and the hour at which a last day ends."""
    root = open_root(database)
    _change(root, lambda conn: proposals.hours(conn, hall, office_hours, deadline_time, reason), dry_run=dry_run, json_=json_)


@calendar.command()
@database
@as_json
def resume(*, database: str | None, json_: bool) -> None:
    """Go on with changes that not every open case has followed yet (the worker does so by itself)."""
    root = open_root(database)
    with root.engine.reading() as conn:
        waiting = editions.unfinished(conn)
    done = [_follow(root, edition_id, json_=json_) for edition_id in waiting]
    if json_:
        print_json({'editions': done})
    elif not done:
        click.echo('没有未完成的日历变更')


@calendar.command()
@click.option('--year', type=click.IntRange(2000, 2200), default=None, help='Print the special days of this year.')
@which_calendar
@database
@as_json
def show(*, year: int | None, calendar: str, database: str | None, json_: bool) -> None:
    """Say how far the calendar is known, and how it came about."""
    root = open_root(database)
    with root.engine.reading() as conn:
        found, history = find_calendar(conn, calendar), editions.editions(conn, calendar=calendar)
    days = [row for row in found.rows if year is None or row.date.year == year]
    if json_:
        print_json(
            {
                'calendar': calendar,
                'version': found.version,
                'announced': sorted(found.announced),
                'days': days if year else [],
                'editions': history,
            }
        )
        return
    click.echo(f'日历 {calendar} 版本 {found.version}，已公布至 {found.known_until} 年')
    for one in history:
        click.echo(f'  第 {one.id} 次 {editions.KIND[one.kind]} {one.source} {one.reason}（{one.done}/{one.total} 件，{one.moved} 件变动）')
    for row in days if year else []:
        click.echo(f'  {row.date} {"上班" if row.working else "休息"} {row.name} {row.source}')


def _change(root: Root, propose: Callable[[Connection], Proposal], *, dry_run: bool, json_: bool) -> None:
    with root.engine.reading() as conn:
        seen = look_ahead(conn, propose(conn))
    if not json_:
        _print_preview(seen)
    if dry_run:
        if json_:
            print_json(_preview(seen))
        return
    edition_id = root.engine.run(SYSTEM, lambda tx: editions.apply(tx, seen.proposal, base=seen.base))
    done = _follow(root, edition_id, json_=json_)
    if json_:
        print_json({**_preview(seen), 'applied': done})


def _follow(root: Root, edition_id: int, *, json_: bool) -> editions.CalendarChange:
    def run(report: Callable[[int, int], None]) -> editions.CalendarChange:
        return editions.advance(root.engine, SYSTEM, edition_id, report=report)

    done: editions.CalendarChange = progress('重新计算', run, shown=not json_)
    if not json_:
        click.echo(f'第 {done.id} 次变更：{done.done} 件在办件已重新计算，{done.moved} 件到期日变动，{done.failed} 件未能计算')
    return done


def _preview(seen: Preview) -> dict[str, Any]:
    changes = [{'date': one.date, 'before': one.before, 'after': one.after, 'was_provisional': one.was_provisional} for one in seen.changes]
    return {
        'kind': seen.proposal.kind,
        'source': seen.proposal.source,
        'changes': changes,
        'examined': seen.examined,
        'moved': seen.moved,
        'moved_cases': seen.moved_cases,
        'moves': seen.moves,
        'uncountable': seen.uncountable,
    }


def _print_preview(seen: Preview) -> None:
    if seen.proposal.understood:
        click.echo(seen.proposal.understood)
    for one in seen.changes:
        click.echo(f'{one.date} {_kind(one.before.working)}{one.before.name} → {_kind(one.after.working)}{one.after.name}')
    for move in seen.moves:
        click.echo(f'{move.case_no} {move.title} {_text(move.old)} → {_text(move.new)}')
    click.echo(f'查看 {seen.examined} 件在办件，{seen.moved_cases} 件共 {seen.moved} 个期限将变动')


def _kind(working: bool) -> str:
    return '上班' if working else '休息'


def _text(day: date | None) -> str:
    return day.isoformat() if day else '停走'
