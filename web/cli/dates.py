"""`yizhan due`: count a limit on the calendar, with the reason for every date. Needs no database."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from engine.worktime import LimitError, Office, Stop, parse_limit, shipped_calendar
from engine.worktime import due as due_of
from engine.worktime import explain as explain_days
from web.cli.options import as_json, print_json

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
VERDICTS = {'anchor': '起算日，不计', 'counted': '计入', 'rest': '休息日', 'stopped': '停走', 'rolled': '顺延'}


def parse_instant(text: str, office: Office, *, end: bool = False) -> datetime:
    """An ISO instant; without a zone it is the hall's; a bare date is its beginning, or as an `end` its 24:00. Raises ValueError."""
    if len(text.strip()) == len('2026-09-18'):
        start = datetime.combine(date.fromisoformat(text.strip()), time(), tzinfo=office.zone)
        return datetime.combine(start.date() + timedelta(days=1), time(), tzinfo=office.zone) if end else start
    instant = datetime.fromisoformat(text.strip())
    return instant if instant.tzinfo else instant.replace(tzinfo=office.zone)


def parse_stop(text: str, office: Office) -> Stop:
    """FROM/TO; an empty TO means the stop lasts. Raises ValueError."""
    start, slash, end = text.partition('/')
    if not slash:
        raise ValueError(f'Expected a stop like 2026-09-21/2026-09-30, but got {text!r}')
    return Stop(parse_instant(start, office), parse_instant(end, office, end=True) if end.strip() else None)


def count(anchor: str, limit: str, stops: list[str], office: Office, *, days: bool = True) -> dict[str, Any]:
    """last_day, due_at and (unless told otherwise) every date with its verdict. Raises ValueError or LimitError."""
    calendar = shipped_calendar()
    start, expression = parse_instant(anchor, office), parse_limit(limit)
    held = [parse_stop(stop, office) for stop in stops]
    found = due_of(start, expression, calendar, office, held)
    answer: dict[str, Any] = {
        'last_day': found.last_day.isoformat() if found.last_day else None,
        'due_at': found.due_at.isoformat() if found.due_at else None,
        'provisional': found.provisional,
    }
    if days:
        answer['days'] = [line.as_dict() for line in explain_days(start, expression, calendar, office, held)]
    return answer


def count_batch(document: Any, office: Office) -> tuple[dict[str, Any], int]:
    """The answers for {"vectors": [{id, anchor, limit, stops}]} by id, and how many could not be counted."""
    if not isinstance(document, dict) or not isinstance(document.get('vectors'), list):
        raise ValueError(  # noqa: TRY004  the caller catches what a wrong file can raise
            'Expected {"vectors": [...]}, but the file has another shape'
        )
    answers: dict[str, Any] = {}
    wrong = 0
    for number, vector in enumerate(document['vectors']):
        name = str(vector.get('id', number)) if isinstance(vector, dict) else str(number)
        try:
            stops = ['/'.join(end or '' for end in stop) for stop in vector.get('stops', [])]
            answers[name] = count(vector['anchor'], vector['limit'], stops, office, days=False)
        except (ValueError, LimitError, KeyError, TypeError, AttributeError, OverflowError) as error:
            answers[name] = {'due_at': None, 'error': str(error)}
            wrong += 1
    return answers, wrong


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
        office = Office.from_text(hours, deadline_time)
        if batch is not None:
            answers, wrong = count_batch(json.loads(batch.read_text('utf-8')), office)
            print_json(answers)
            raise SystemExit(1 if wrong else 0)
        if not anchor or not limit:
            raise click.UsageError('Expected --anchor and --limit (or --batch FILE)')
        answer = count(anchor, limit, list(stops), office)
    except (ValueError, LimitError, OverflowError) as error:
        if json_:
            print_json({'error': str(error)})
        else:
            click.echo(str(error), err=True)
        raise SystemExit(1) from error
    if json_:
        print_json(answer)
    else:
        _print_days(answer)


def _print_days(answer: dict[str, Any]) -> None:
    for line in answer['days']:
        number = '' if line['number'] is None else f'第 {line["number"]} 日'
        words = ' '.join(filter(None, (VERDICTS.get(line['verdict'], line['verdict']), number, line['reason'] or line['name'])))
        click.echo(f'{line["date"]} {line["weekday"]}  {words}{"  （暂定日历）" if line["provisional"] else ""}')
    if answer['due_at'] is None:
        click.echo('期限停走中，暂无到期日')
    else:
        click.echo(f'最后一日 {answer["last_day"]}，{answer["due_at"]} 起为超期')
