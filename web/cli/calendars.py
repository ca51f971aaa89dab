"""`yizhan calendar`: import a notice or a table, close and reopen halls, set hours; --dry-run previews, every open case follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from engine import SYSTEM
from engine.words import Word, said
from engine.worktime import Day
from tasks.calendars import editions, proposals
from tasks.calendars.asking import asked
from tasks.calendars.halls import find_calendar
from tasks.calendars.preview import Preview
from tasks.calendars.preview import preview as look_ahead
from web.cli.acting import Intent, Who, by_whom, propose
from web.cli.opening import open_root
from web.cli.options import FILE, as_json, database, print_json, progress
from web.cli.speaking import WrongUsage, say, spoken
from web.root import Root

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
@by_whom
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
    by: Who,
    database: str | None,
    json_: bool,
) -> None:
    """Import FILE, a table with the columns 日期 and 是否上班 (or date,working,name,source_notice), or a --notice; UTF-8 or GB 18030."""
    chosen = notice or file
    if chosen is None or (notice and file):
        raise WrongUsage('应给出一个 CSV 文件，或 --notice 通知文件', 'Expected a CSV file, or --notice FILE')
    text = proposals.text_of(chosen.read_bytes())
    typed = {'kind': 'import', 'form': 'notice' if notice else 'csv', 'text': text, 'year': str(year or ''), 'source': source}
    _change(open_root(database), {**typed, 'calendar': calendar}, by, dry_run=dry_run, json_=json_)


def _days(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments and options of a command about days of a hall; it is given what was typed of the change as `dates`."""

    @wraps(command)
    def told(*, first: datetime, last: datetime | None, reason: str, hall: str, calendar: str, **rest: Any) -> None:
        days = {'first': first.date().isoformat(), 'last': last.date().isoformat() if last else ''}
        command(dates={**days, 'reason': reason, 'hall': hall, 'calendar': calendar}, **rest)

    first, last = click.argument('first', type=DATE), click.argument('last', type=DATE, required=False)
    for option in reversed((first, last, why, which_hall, which_calendar, dry_run, by_whom, database, as_json)):
        told = option(told)
    return told


@calendar.command()
@_days
def close(*, dates: Mapping[str, str], dry_run: bool, by: Who, database: str | None, json_: bool) -> None:
    """Close a hall (or all) from FIRST to LAST: these dates are no working days."""
    _change(open_root(database), {'kind': 'closure', **dates}, by, dry_run=dry_run, json_=json_)


@calendar.command()
@_days
def reopen(*, dates: Mapping[str, str], dry_run: bool, by: Who, database: str | None, json_: bool) -> None:
    """Take closures from FIRST to LAST away again."""
    _change(open_root(database), {'kind': 'reopening', **dates}, by, dry_run=dry_run, json_=json_)


@calendar.command()
@click.option('--hall', required=True, help='Code of the hall.')
@click.option('--office-hours', required=True, metavar='SPANS', help='For example 09:00-12:00,13:30-17:00.')
@click.option('--deadline-time', default='24:00', show_default=True, help='The hour at which a last day ends.')
@why
@dry_run
@by_whom
@database
@as_json
def hours(
    *, hall: str, office_hours: str, deadline_time: str, reason: str, dry_run: bool, by: Who, database: str | None, json_: bool
) -> None:
    """Set a hall's office hours and the hour at which a last day ends."""
    typed = {'kind': 'hours', 'hall': hall, 'hours': office_hours, 'deadline_time': deadline_time, 'reason': reason}
    _change(open_root(database), typed, by, dry_run=dry_run, json_=json_)


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
        say(Word('没有未完成的日历变更', 'Every change of the calendar is done'))


@calendar.command()
@click.option('--year', type=click.IntRange(2000, 2200), default=None, help='Print the special days of this year.')
@which_calendar
@database
@as_json
def show(*, year: int | None, calendar: str, database: str | None, json_: bool) -> None:
    """Say how far the calendar is known, and how it came about."""
    root = open_root(database)
    with root.engine.reading() as conn:
        found, history = find_calendar(conn, calendar), editions.editions(conn, SYSTEM, calendar=calendar)
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
    zh, en = '日历 {calendar} 版本 {version}，已公布至 {year} 年', 'Calendar {calendar} version {version}, announced up to {year}'
    say(said(zh, en, calendar=calendar, version=found.version, year=found.known_until))
    for one in history:
        zh = '  第 {id} 次 {kind} {source} {reason}（{done}/{total} 件，{moved} 件变动）'
        en = '  No. {id} {kind} {source} {reason} ({done}/{total} cases, {moved} moved)'
        counts = {'id': one.id, 'done': one.done, 'total': one.total, 'moved': one.moved}
        say(said(zh, en, kind=editions.KIND[one.kind], source=one.source, reason=one.reason, **counts))
    for row in days if year else []:
        say(f'  {row.date} {spoken(_kind(row.working))} {spoken(row.name)} {spoken(row.source)}')


def _change(root: Root, typed: Mapping[str, str], by: Who, *, dry_run: bool, json_: bool) -> None:
    actor = SYSTEM if dry_run else by.actor(root)
    with root.engine.reading() as conn:
        seen = look_ahead(conn, SYSTEM, asked(conn, typed))
    if not json_:
        _print_preview(seen)
    if dry_run:
        if json_:
            print_json(_preview(seen))
        return
    if by.proposes:
        change = seen.proposal
        with root.engine.reading() as conn:
            editions.fitting(conn, actor, change, seen.base)
        target, reason = change.hall or change.calendar, change.reason or change.source
        propose(root, actor, Intent(editions.act_of(change), target, reason, {**typed, 'base': seen.base}), json_=json_)
        return
    edition_id = root.engine.run(actor, lambda tx: editions.apply(tx, seen.proposal, base=seen.base))
    done = _follow(root, edition_id, json_=json_)
    if json_:
        print_json({**_preview(seen), 'applied': done})


def _follow(root: Root, edition_id: int, *, json_: bool) -> editions.CalendarChange:
    def run(report: Callable[[int, int], None]) -> editions.CalendarChange:
        return editions.advance(root.engine, SYSTEM, edition_id, report=report)

    done: editions.CalendarChange = progress(Word('重新计算', 'Computing anew'), run, shown=not json_)
    if not json_:
        zh = '第 {id} 次变更：{done} 件在办件已重新计算，{moved} 件到期日变动，{failed} 件未能计算'
        en = 'Change no. {id}: {done} open cases computed anew, {moved} due dates moved, {failed} cases could not be computed'
        say(said(zh, en, id=done.id, done=done.done, moved=done.moved, failed=done.failed))
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
        say(seen.proposal.understood)
    for one in seen.changes:
        say(said('{date} {before} → {after}', '{date} {before} → {after}', date=one.date, before=_day(one.before), after=_day(one.after)))
    for move in seen.moves:
        say(f'{move.case_no} {spoken(move.title)} {spoken(_text(move.old))} → {spoken(_text(move.new))}')
    zh = '查看 {examined} 件在办件，{cases} 件共 {moved} 个期限将变动'
    en = 'Looked at {examined} open cases; {moved} limits of {cases} cases will move'
    say(said(zh, en, examined=seen.examined, cases=seen.moved_cases, moved=seen.moved))


def _day(day: Day) -> Word:
    return said('{kind}{name}', '{kind} {name}', kind=_kind(day.working), name=day.name)


def _kind(working: bool) -> Word:
    return Word('上班', 'working') if working else Word('休息', 'rest')


def _text(day: date | None) -> str:
    return day.isoformat() if day else Word('停走', 'stopped')
