"""`yizhan due`: count a limit on the calendar, with the reason for every date. Needs no database."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from engine.words import Word, said
from engine.worktime import VERDICTS, LimitError, Office, Stop, parse_limit, shipped_calendar
from engine.worktime import due as due_of
from engine.worktime import explain as explain_days
from web.cli.options import FILE, as_json, print_json
from web.cli.speaking import WrongUsage, say, spoken


class Unreadable(ValueError):
    """What was asked cannot be read or counted; the message says «Expected …, but …», `zh` says it in Chinese and knows the English."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = Word(zh, message)


def parse_instant(text: str, office: Office, *, end: bool = False) -> datetime:
    """An ISO instant; without a zone it is the hall's; a bare date is its beginning, or as an `end` its 24:00. Raises Unreadable."""
    try:
        if len(text.strip()) == len('2026-09-18'):
            start = datetime.combine(date.fromisoformat(text.strip()), time(), tzinfo=office.zone)
            return datetime.combine(start.date() + timedelta(days=1), time(), tzinfo=office.zone) if end else start
        instant = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        message = f'Expected an instant like 2026-09-18 or 2026-09-18T10:00+08:00, but got {_shown(text)}'
        raise Unreadable(message, f'时间应如 2026-09-18 或 2026-09-18T10:00+08:00，而不是 {_shown(text)}') from error
    return instant if instant.tzinfo else instant.replace(tzinfo=office.zone)


def parse_stop(text: str, office: Office) -> Stop:
    """FROM/TO; an empty TO means the stop lasts. Raises Unreadable."""
    start, slash, end = text.partition('/')
    if not slash:
        message = f'Expected a stop like 2026-09-21/2026-09-30, but got {_shown(text)}'
        raise Unreadable(message, f'停走期间应如 2026-09-21/2026-09-30，而不是 {_shown(text)}')
    return Stop(parse_instant(start, office), parse_instant(end, office, end=True) if end.strip() else None)


def count(anchor: str, limit: str, stops: list[str], office: Office, *, days: bool = True) -> dict[str, Any]:
    """last_day, due_at and (unless told otherwise) every date with its verdict. Raises Unreadable or LimitError."""
    calendar = shipped_calendar()
    start, expression = parse_instant(anchor, office), parse_limit(limit)
    held = [parse_stop(stop, office) for stop in stops]
    try:
        found = due_of(start, expression, calendar, office, held)
        told = explain_days(start, expression, calendar, office, held) if days else []
    except OverflowError as error:
        message = f'Expected dates a calendar has, but {_shown(limit)} from {_shown(anchor)} leads beyond them'
        raise Unreadable(message, f'{_shown(anchor)} 起 {_shown(limit)} 超出日历范围') from error
    answer: dict[str, Any] = {
        'last_day': found.last_day.isoformat() if found.last_day else None,
        'due_at': found.due_at.isoformat() if found.due_at else None,
        'provisional': found.provisional,
    }
    return answer | {'days': [line.as_dict() for line in told]} if days else answer


def count_batch(document: Any, office: Office) -> tuple[dict[str, Any], int]:
    """The answers for {"vectors": [{id, anchor, limit, stops}]} by id, and how many could not be counted. Raises Unreadable."""
    if not isinstance(document, dict) or not isinstance(document.get('vectors'), list):
        zh = '文件内容应为 {"vectors": [...]}'
        raise Unreadable('Expected {"vectors": [...]}, but the file has another shape', zh)
    answers: dict[str, Any] = {}
    wrong: set[str] = set()
    for number, vector in enumerate(document['vectors']):
        given = vector.get('id', number) if isinstance(vector, dict) else number
        name = str(given) if isinstance(given, str | int) else str(number)
        try:
            if name in answers:
                raise Unreadable(f'Expected every id once, but {_shown(name)} stands there again', f'id {_shown(name)} 重复')
            answers[name] = _count_vector(vector, office)
        except (Unreadable, LimitError) as error:
            answers[name] = {'due_at': None, 'error': str(error)}
            wrong.add(name)
    return answers, len(wrong)


def _count_vector(vector: Any, office: Office) -> dict[str, Any]:
    if not isinstance(vector, dict):
        message = f'Expected a vector like {{"id", "anchor", "limit"}}, but got {_shown(vector)}'
        raise Unreadable(message, f'每项应含 id、anchor、limit，而不是 {_shown(vector)}')
    if not isinstance(vector.get('id', ''), str | int):
        message = f'Expected an id that is text, but got {_shown(vector["id"])}'
        raise Unreadable(message, f'id 应为文字，而不是 {_shown(vector["id"])}')
    for name in ('anchor', 'limit'):
        if not isinstance(vector.get(name), str):
            found = f'got {_shown(vector[name])}' if name in vector else 'there is none'
            raise Unreadable(f'Expected {name} as text, but {found}', f'{name} 应为文字')
    stops = vector.get('stops') or []
    if not isinstance(stops, list) or not all(isinstance(stop, list) and _is_span(stop) for stop in stops):
        message = f'Expected stops like [["2026-09-21", "2026-09-30"]], but got {_shown(stops)}'
        raise Unreadable(message, f'stops 应如 [["2026-09-21", "2026-09-30"]]，而不是 {_shown(stops)}')
    return count(vector['anchor'], vector['limit'], ['/'.join(end or '' for end in stop) for stop in stops], office, days=False)


def _is_span(stop: list[Any]) -> bool:
    texts = [end for end in stop if isinstance(end, str)]
    complete = len(stop) == 2 and (len(texts) == 2 or (stop[1] is None and len(texts) == 1))
    return complete and not any('/' in text for text in texts)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f'{text[:79]}…'


def _read_batch(path: Path) -> Any:
    """The JSON of a file, with or without a byte order mark. Raises Unreadable."""
    try:
        return json.loads(path.read_text('utf-8-sig'))
    except UnicodeDecodeError as error:
        message = f'Expected UTF-8 in {path.name}, but byte {error.start} is not'
        raise Unreadable(message, f'{path.name} 应为 UTF-8 编码，第 {error.start} 字节不是') from error
    except json.JSONDecodeError as error:
        message = f'Expected JSON in {path.name}, but line {error.lineno}, column {error.colno} is not: {error.msg}'
        raise Unreadable(message, f'{path.name} 应为 JSON，第 {error.lineno} 行第 {error.colno} 列有误') from error
    except (ValueError, RecursionError) as error:
        message = f'Expected JSON in {path.name}, but it is nested too deep or has a number without end'
        raise Unreadable(message, f'{path.name} 应为 JSON，但嵌套过深或数字过长') from error


def _office(hours: str, deadline_time: str) -> Office:
    try:
        return Office.from_text(hours, deadline_time)
    except ValueError as error:
        message = 'Expected office hours like 09:00-12:00,13:30-17:30 and a deadline time like 24:00'
        zh = '办公时间应如 09:00-12:00,13:30-17:30，截止时刻应如 24:00'
        got = _shown(hours), _shown(deadline_time)
        raise Unreadable(f'{message}, but got {got[0]} and {got[1]}', f'{zh}，而不是 {got[0]} 和 {got[1]}') from error


@click.command()
@click.option('--anchor', metavar='ISO', help='When the limit begins to run; its date does not count.')
@click.option('--limit', metavar='TEXT', help='For example 7个工作日, 60日, 2个工作小时, P3D.')
@click.option('--stop', 'stops', metavar='FROM/TO', multiple=True, help='When the clock stands still; repeatable.')
@click.option('--batch', type=FILE, help='A JSON file with {"vectors": [{id, anchor, limit, stops}]}.')
@click.option('--hours', default='09:00-12:00,13:30-17:30', show_default=True, help='Office hours, for limits in working hours.')
@click.option('--deadline-time', default='24:00', show_default=True, help='The hour at which a last day ends.')
@as_json
def due(
    *, anchor: str | None, limit: str | None, stops: tuple[str, ...], batch: Path | None, hours: str, deadline_time: str, json_: bool
) -> None:
    """Count a limit in working days: the last day, the instant it runs out, and why."""
    try:
        office = _office(hours, deadline_time)
        if batch is not None:
            answers, wrong = count_batch(_read_batch(batch), office)
            print_json(answers)
            raise SystemExit(1 if wrong else 0)
        if not anchor or not limit:
            raise WrongUsage('应给出 --anchor 和 --limit（或 --batch 文件）', 'Expected --anchor and --limit (or --batch FILE)')
        answer = count(anchor, limit, list(stops), office)
    except (Unreadable, LimitError) as error:
        if json_:
            print_json({'error': str(error)})
        else:
            say(error.zh, err=True)
        raise SystemExit(1) from error
    if json_:
        print_json(answer)
    else:
        _print_days(answer)


def _print_days(answer: dict[str, Any]) -> None:
    for line in answer['days']:
        number = None if line['number'] is None else said('第 {n} 日', 'day {n}', n=line['number'])
        words = ' '.join(spoken(part) for part in (VERDICTS[line['verdict']], number, line['reason'] or line['name']) if part)
        mark = Word('  （暂定日历）', '  (provisional calendar)') if line['provisional'] else ''
        say(f'{line["date"]} {spoken(line["weekday"])}  {words}{spoken(mark)}')
    if answer['due_at'] is None:
        say(Word('期限停走中，暂无到期日', 'The clock is stopped: no due date yet'))
    else:
        zh, en = '最后一日 {last_day}，{due_at} 起为超期', 'Last day {last_day}; late from {due_at}'
        say(said(zh, en, last_day=answer['last_day'], due_at=answer['due_at']))
