"""`yizhan explain`: why a case is due when it is. No personal data is printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from engine import NotFound
from engine.words import Word, joined, said
from engine.worktime import VERDICTS, DayLine
from tasks.cases import numbers
from tasks.deadlines.explanation import Explanation, StopLine, explanation
from tasks.words.vocabulary import length_words
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json
from web.cli.speaking import say, spoken
from web.formats import stamp
from web.hall_facts import hall_zone
from web.plain import explanation_dict

HELD = Word('停走', 'stopped')


@click.command()
@click.argument('case_no')
@database
@as_json
def explain(*, case_no: str, database: str | None, json_: bool) -> None:
    """Say day by day why a case is due when it is, with every row of its ledger."""
    if not numbers.verify(case_no):
        raise NotFound(f'Expected a case, but {case_no!a} is no case number', '案件编号不正确')
    root = open_root(database)
    with root.engine.reading() as conn:
        told = explanation(conn, case_no, as_of=root.clock())
    if json_:
        print_json(explanation_dict(told))
    else:
        _print_limits(told)
        _print_ledger(told, hall_zone(root.engine))


def _print_limits(told: Explanation) -> None:
    for limit in told.limits:
        held = '停走中；若今日恢复，最后一日 {day}', 'stopped; if resumed today, last day {day}'
        ends = said('最后一日 {day}', 'last day {day}', day=limit.last_day) if limit.due_at else said(*held, day=limit.if_resumed)
        mark = Word('（暂定）', ' (provisional)') if limit.name in told.provisional else ''
        say(
            said(
                '{title} {limit}：{ends}{mark}',
                '{title} {limit}: {ends}{mark}',
                title=limit.title,
                limit=length_words(limit.limit),
                ends=ends,
                mark=mark,
            )
        )
        for line in limit.days:
            _print_day(line)


def _print_day(line: DayLine) -> None:
    number = None if line.number is None else said('第 {n} 日', 'day {n}', n=line.number)
    mark = Word('（暂定日历）', '(provisional calendar)') if line.provisional else None
    parts = (line.date.isoformat(), line.weekday, VERDICTS[line.verdict.value], number, line.reason or line.name, mark)
    say('  ' + ' '.join(spoken(part) for part in parts if part))


def _print_ledger(told: Explanation, zone: ZoneInfo) -> None:
    def at(instant: datetime | None) -> str:
        return stamp(instant, zone)

    for stop in told.stops:
        say(_stop(stop, at))
    for one in told.extensions:
        zh = '延长 {title} {amount}：{reason}（{by} {at} {notice}）'
        en = 'Extended {title} by {amount}: {reason} ({by} {at} {notice})'
        facts = {'title': one.title, 'amount': length_words(one.amount), 'reason': one.reason, 'by': one.granted_by, 'notice': one.notice}
        say(said(zh, en, at=at(one.granted_at), **facts))
    for again in told.recomputations:
        moves = [
            said('{title} {old} → {new}', '{title} {old} → {new}', title=m.title, old=m.old or HELD, new=m.new or HELD) for m in again.moved
        ]
        facts = {'at': at(again.at), 'by': again.by, 'cause': again.cause, 'moved': joined(moves, '；', '; ')}
        say(said('重算 {at} {by} {cause}：{moved}', 'Computed anew {at} {by} {cause}: {moved}', **facts))
    zh, en = '日历版本 {version}，已公布至 {year} 年', 'Calendar version {version}, announced up to {year}'
    say(said(zh, en, version=told.calendar_version, year=told.known_until))


def _stop(stop: StopLine, at: Callable[[datetime | None], str]) -> Word:
    told = said('，已告知预计{until}', ', told to last {until}', until=stop.expected) if stop.expected else ''
    facts = (
        said('依据{basis}', 'under {basis}', basis=stop.basis) if stop.basis else '',
        stop.notice,
        said('{by}{told}', '{by}{told}', by=stop.opened_by, told=told),
    )
    return said(
        '停走 {kind} {start} 至 {end}：{reason}（{facts}）',
        'Stopped for {kind} {start} to {end}: {reason} ({facts})',
        kind=stop.kind_name,
        start=at(stop.start),
        end=at(stop.end) if stop.end else Word('今', 'today'),
        reason=stop.reason,
        facts=joined(filter(None, facts), '；', '; '),
    )
